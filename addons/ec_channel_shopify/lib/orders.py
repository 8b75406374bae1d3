"""Finds changed orders and fetches them whole (sections 6 and 8).

A poll costs one light page: it lists what changed since the high-water mark minus an overlap and
fetches only the versions not fetched before. The cursor is a JSON-able dict:

``mark``   newest change handled, never past it: the next search begins ``OVERLAP`` before
``seen``   order number -> fingerprint of the versions inside the overlap that need no fetch
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ...ec_unified.lib.data import DocumentPage, SourceDocument
from ...ec_unified.lib.errors import DataError, EcError, SetupError, TransientError
from .client import Reply, ShopifyClient, dig
from .const import OVERLAP

_logger = logging.getLogger(__name__)

ORDER_GID = "gid://shopify/Order/"
LIGHT_PAGE = 250
FULL_PAGE = 25
LINES = 50
#: Search results end at 25,000 rows: begin a new search long before (section 6).
PAGES_PER_SEARCH = 40
#: An order that changed so short ago may change again within the same shown second.
SETTLE = timedelta(seconds=30)


def parse_time(value: str | None) -> datetime | None:
    """A time as Shopify writes it (``2026-11-20T01:15:01Z``)."""
    if not value:
        return None
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise DataError(f"not a time: {value[:40]!r}", reason="malformed") from None


def search_time(moment: datetime) -> str:
    """A time as the search wants it: quoted, UTC (section 6)."""
    return f"'{moment.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}'"


@dataclass(slots=True)
class Cursor:
    """Where the poll is; see the module's docstring."""

    mark: datetime | None = None
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, stored: dict[str, Any] | None) -> Cursor:
        stored = stored or {}
        return cls(parse_time(stored.get("mark")), dict(stored.get("seen") or {}))

    def dump(self) -> dict[str, Any]:
        mark = self.mark and self.mark.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"mark": mark, "seen": dict(self.seen)}

    def since(self) -> datetime | None:
        return self.mark and self.mark - OVERLAP


class OrderReader:
    """Reads orders of one shop.

    :param created_from: orders placed earlier are not listed
    :param skip_sources: ``sourceName`` values of orders that another connector brings (trap 24)
    """

    def __init__(
        self,
        client: ShopifyClient,
        *,
        created_from: datetime | None = None,
        skip_sources: Iterable[str] = (),
        now: datetime | None = None,
        full_page: int = FULL_PAGE,
    ) -> None:
        self._client = client
        self._created_from = created_from
        self._skip_sources = frozenset(skip_sources)
        self._now = now
        self._full_page = full_page

    # --- poll ----------------------------------------------------------------------------

    def changed(self, stored: dict[str, Any] | None) -> Iterator[DocumentPage]:
        """Yield pages of complete orders changed since the cursor, oldest change first."""
        cursor = Cursor.load(stored)
        started = self._now or datetime.now(UTC)
        since = cursor.since()
        while True:
            last = yield from self._search(cursor, started, since)
            if last is None or (since and last <= since):
                return
            # On from there, without overlap: what a merchant changed all at once may fill it, and
            # every search would end at the same row.
            since = last

    def _search(self, cursor: Cursor, started: datetime, since: datetime | None):
        """One search from ``since`` on. :return: the last moment it listed, None at its end"""
        query, after, last = self._query(since), None, None
        for _page in range(PAGES_PER_SEARCH):
            reply = self._client.execute(
                "orders_changed", {"query": query, "first": LIGHT_PAGE, "after": after}
            )
            connection = reply.data["orders"]
            more = bool(connection["pageInfo"]["hasNextPage"])
            settled = min(reply.server_time or started, started) - SETTLE
            yield from self._page(cursor, connection["nodes"], settled, more)
            if not more:
                return None
            after = connection["pageInfo"]["endCursor"]
            for node in connection["nodes"][-1:]:
                last = parse_time(node["updatedAt"])
        return last

    def _page(
        self, cursor: Cursor, nodes: list[dict[str, Any]], settled: datetime, more: bool
    ) -> Iterator[DocumentPage]:
        """Fetch what is new among ``nodes``; the cursor moves with every chunk."""
        new = [node for node in nodes if self._is_new(node, cursor)]
        chunks = [new[i : i + self._full_page] for i in range(0, len(new), self._full_page)]
        for number, chunk in enumerate(chunks):
            refs = [node["id"] for node in chunk]
            witness = next((node["id"] for node in nodes if node not in chunk), None)
            documents = self.fetch(refs, witness)
            last = number == len(chunks) - 1
            self._advance(cursor, chunk, settled)
            if last:
                self._advance(cursor, nodes, settled)
            yield DocumentPage(
                documents=tuple(documents), cursor=cursor.dump(), more=more or not last
            )
        if not chunks:
            self._advance(cursor, nodes, settled)
            yield DocumentPage(documents=(), cursor=cursor.dump(), more=more)

    def _is_new(self, node: dict[str, Any], cursor: Cursor) -> bool:
        if node.get("sourceName") in self._skip_sources:
            return False
        return cursor.seen.get(_number(node["id"])) != _fingerprint(node)

    def _advance(self, cursor: Cursor, nodes: list[dict[str, Any]], settled: datetime) -> None:
        """Note ``nodes`` as handled; forget what the next search will not list."""
        for node in nodes:
            changed = parse_time(node["updatedAt"])
            if changed and (cursor.mark is None or changed > cursor.mark):
                cursor.mark = changed
            if changed and changed <= settled:
                cursor.seen[_number(node["id"])] = _fingerprint(node)
        since = cursor.since()
        if since:
            floor = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            cursor.seen = {k: v for k, v in cursor.seen.items() if v[: len(floor)] >= floor}

    def _query(self, since: datetime | None) -> str:
        parts = []
        if since:
            parts.append(f"updated_at:>={search_time(since)}")
        if self._created_from:
            parts.append(f"created_at:>={search_time(self._created_from)}")
        return " ".join(parts)

    # --- count ---------------------------------------------------------------------------

    def placed(self, start: datetime, end: datetime) -> list[str]:
        """Global ids of all orders placed between two moments, for the count of both sides.

        One light page per 250 orders. Before a search reaches its end at the mall, a new one goes
        on from the last moment seen.
        """
        found: dict[str, None] = {}
        while True:
            last, finished = self._placed_search(start, end, found)
            if finished or last is None or last <= start:
                return list(found)
            start = last

    def _placed_search(
        self, start: datetime, end: datetime, found: dict[str, None]
    ) -> tuple[datetime | None, bool]:
        """One search into ``found``. :return: last moment seen, whether the end was reached"""
        query = f"created_at:>={search_time(start)} created_at:<={search_time(end)}"
        after, last = None, None
        for _page in range(PAGES_PER_SEARCH):
            reply = self._client.execute(
                "orders_placed", {"query": query, "first": LIGHT_PAGE, "after": after}
            )
            connection = reply.data["orders"]
            for node in connection["nodes"]:
                last = parse_time(node["createdAt"]) or last
                if node.get("sourceName") not in self._skip_sources:
                    found[node["id"]] = None
            if not connection["pageInfo"]["hasNextPage"]:
                return last, True
            after = connection["pageInfo"]["endCursor"]
        return last, False

    # --- by id ---------------------------------------------------------------------------

    def fetch(self, refs: list[str], witness: str | None = None) -> list[SourceDocument]:
        """The orders with these global ids, complete; missing ones are absent.

        An order that keeps the others from being read comes as a document that says so: it waits
        in the error inbox and stops nobody.

        :param witness: another order; if that can be read, it is not the shop that is at fault
        """
        refs = [ref for ref in refs if ref.startswith(ORDER_GID)]  # else the whole call fails
        try:
            return self._fetch(refs)
        except (DataError, TransientError) as error:
            asked = [*refs, witness] if witness else refs
            if len(asked) == 1 or not _is_about_an_order(error):
                raise
            found = self._fetch_apart(asked, error)
            return [document for document in found if document.ref != witness]

    def _fetch(self, refs: list[str]) -> list[SourceDocument]:
        documents = []
        for chunk, reply in self._client.in_chunks(
            "orders_by_id", refs, self._full_page, {"lines": LINES}, allow_withheld=True
        ):
            _check_hidden(chunk, reply)
            documents += [self._complete(node) for node in reply.data["nodes"] if node]
        self._add_taxes_now([document.payload for document in documents])
        return documents

    def _add_taxes_now(self, orders: list[dict[str, Any]]) -> None:
        """Give changed orders the taxes of what is left of them.

        In a document of its own: it is needed rarely, and a shop that refuses it must not withhold
        the orders. Without it the taxes follow from those of the lines.
        """
        changed = {order["id"]: order for order in orders if _is_changed(order)}
        try:
            for _chunk, reply in self._client.in_chunks(
                "order_taxes_now", list(changed), self._full_page
            ):
                for node in reply.data["nodes"]:
                    if node and node.get("currentTaxLines") is not None:
                        changed[node["id"]]["currentTaxLines"] = node["currentTaxLines"]
        except (DataError, SetupError) as error:
            _logger.warning("taxes of changed orders not told: %s", error)

    def _fetch_apart(self, refs: list[str], error: EcError) -> list[SourceDocument]:
        """One by one. When none can be read, it is not the orders' fault: ``error`` is raised."""
        documents, unreadable = [], []
        for ref in refs:
            try:
                documents += self._fetch([ref])
            except (DataError, TransientError) as refused:
                if not _is_about_an_order(refused):
                    raise
                unreadable.append(
                    SourceDocument(ref=ref, payload={"id": ref, "unreadable": refused.message})
                )
        if len(unreadable) == len(refs):
            raise error
        return documents + unreadable

    def _complete(self, order: dict[str, Any]) -> SourceDocument:
        """Fetch what is beyond the first page: lines of the order and of its parcels. If the order
        moves meanwhile, the next poll fetches it again."""
        for parcel in order.get("fulfillments") or ():
            self._complete_parcel(parcel)
        lines = order["lineItems"]
        for _page in range(100):
            if not lines["pageInfo"]["hasNextPage"]:
                break
            reply = self._client.execute(
                "order_lines", {"id": order["id"], "after": lines["pageInfo"]["endCursor"]}
            )
            page = dig(reply.data, "order.lineItems")
            if page is None:
                break
            lines["nodes"] += page["nodes"]
            lines["pageInfo"] = page["pageInfo"]
        order.pop("__typename", None)
        # The paging cursor is no fact of the order and would make equal documents differ.
        lines["pageInfo"] = {"hasNextPage": lines["pageInfo"]["hasNextPage"]}
        return SourceDocument(
            ref=order["id"], payload=order, updated_at=parse_time(order.get("updatedAt"))
        )

    def _complete_parcel(self, parcel: dict[str, Any]) -> None:
        """A unit that is missing here would count as taken off before it was shipped."""
        rows = parcel["fulfillmentLineItems"]
        page = rows.pop("pageInfo", None) or {}
        if page.get("hasNextPage"):
            rows["nodes"] += self._client.rows(
                "fulfillment_lines",
                "fulfillment.fulfillmentLineItems",
                {"id": parcel["id"]},
                after=page["endCursor"],
            )


def _is_changed(order: dict[str, Any]) -> bool:
    """Whether units were taken off, before or after shipping."""
    return any(
        line.get("currentQuantity") not in (None, line.get("quantity"))
        for line in order["lineItems"]["nodes"]
    )


def _is_about_an_order(error: EcError) -> bool:
    """Whether one order of several may be the reason; not a shop that is away or busy."""
    return isinstance(error, DataError) or error.code == "INTERNAL_SERVER_ERROR"


def _check_hidden(ids: list[str], reply: Reply) -> None:
    """An order refused as a whole looks like a deleted one (section 5): never take it for that.

    :raise SetupError:
    """
    hidden = {path.split(".")[1] for path in reply.withheld if path.startswith("nodes.")}
    for index, node in enumerate(reply.data["nodes"]):
        # A refusal that does not say of what may be of any.
        if node is None and (str(index) in hidden or "" in reply.withheld):
            raise SetupError(
                f"order {ids[index]} is withheld", reason="protected_data",
                request_id=reply.request_id,
            )  # fmt: skip


def _number(gid: str) -> str:
    return gid.rsplit("/", 1)[-1]


def _fingerprint(node: dict[str, Any]) -> str:
    """Version of a light row: its time first (it is compared), then all it shows."""
    text = json.dumps(node, sort_keys=True, separators=(",", ":"))
    return f"{node['updatedAt']}{hashlib.sha1(text.encode()).hexdigest()[:10]}"
