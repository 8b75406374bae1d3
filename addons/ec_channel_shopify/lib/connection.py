"""Finds out exactly what is wrong with a connection (sections 3 and 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...ec_unified.lib.data import ConnectionReport, Problem
from ...ec_unified.lib.errors import DataError, SetupError
from .client import ShopifyClient, dig
from .const import ORDER_WINDOW, SCOPES


@dataclass(slots=True)
class Expectations:
    """What the channel needs of the shop."""

    import_from: datetime | None = None
    domain: str | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


def check_connection(client: ShopifyClient, wanted: Expectations) -> ConnectionReport:
    """Ask for everything that can be missing; setup problems are reported, not raised.

    :raise TransientError: the shop did not answer
    """
    try:
        client.renew_token()
        reply = client.execute("shop_info")
    except SetupError as error:
        return ConnectionReport(problems=(_problem(error),))
    except DataError as error:
        # HTML or another API behind the address: no shop answers our first question this way.
        return ConnectionReport(
            problems=(Problem(reason="wrong_host", params={"what": error.message}),)
        )
    shop = reply.data["shop"]
    problems = _shop_problems(shop, wanted)
    scopes = (reply.data.get("currentAppInstallation") or {}).get("accessScopes")
    if scopes is not None:  # else the refused calls themselves will name what is missing
        granted = granted_scopes(row["handle"] for row in scopes)
        problems = [*_scope_problems(granted, wanted), *problems]
    if client.answered_version and client.answered_version != client.version:
        problems.append(
            Problem(reason="api_version", blocking=False, params={"what": client.answered_version})
        )
    places, place_problems = read_places(client)
    problems += place_problems
    problems += _personal_data(client)
    return ConnectionReport(
        shop_name=shop["name"],
        shop_ref=shop["myshopifyDomain"],
        currency=shop["currencyCode"],
        places=places,
        problems=tuple(_unique(problems)),
    )


def granted_scopes(handles: Any) -> set[str]:
    """Scopes with what they imply: ``write_x`` includes ``read_x``."""
    found = set(handles)
    return found | {f"read_{h.removeprefix('write_')}" for h in found if h.startswith("write_")}


def _scope_problems(granted: set[str], wanted: Expectations) -> list[Problem]:
    problems = [
        Problem(reason="scope_missing", params={"what": scope})
        for scope, needed in SCOPES
        if needed and scope not in granted
    ]
    start = wanted.import_from
    if "read_all_orders" not in granted and start and start < wanted.now - ORDER_WINDOW:
        problems.append(Problem(reason="order_window", blocking=False, params={"days": "60"}))
    return problems


def _shop_problems(shop: dict[str, Any], wanted: Expectations) -> list[Problem]:
    problems = []
    if not shop["taxesIncluded"]:
        problems.append(Problem(reason="taxes_not_included", blocking=False))
    if wanted.domain and shop["myshopifyDomain"].lower() != wanted.domain.lower():
        problems.append(
            Problem(reason="other_shop", blocking=False, params={"what": shop["myshopifyDomain"]})
        )
    return problems


def read_places(
    client: ShopifyClient,
) -> tuple[tuple[tuple[str, str], ...], list[Problem]]:
    """The shop's active locations; those that serve its online orders first, among them the primary
    one: where only one location shows the stock, it is that. Those of third parties come last: none
    of ours by themselves, but orders may be theirs to send."""
    try:
        rows, primary = _locations(client)
    except SetupError as error:
        return (), [_problem(error)]
    own = [row for row in rows if row["isActive"] and not row["isFulfillmentService"]]
    own.sort(key=lambda row: (not row.get("fulfillsOnlineOrders", True), row["id"] != primary))
    if not own:
        return (), [Problem(reason="no_location")]
    services = [row for row in rows if row["isActive"] and row["isFulfillmentService"]]
    return tuple((row["id"], row["name"]) for row in [*own, *services]), []


def _locations(client: ShopifyClient) -> tuple[list[dict[str, Any]], str | None]:
    """All active locations by id, and the id of the primary one."""
    rows: list[dict[str, Any]] = []
    primary, info = None, {"hasNextPage": True, "endCursor": None}
    while info["hasNextPage"]:
        data = client.execute("locations", {"after": info["endCursor"]}).data
        primary = primary or dig(data, "primary.id")
        rows += data["locations"]["nodes"]
        info = data["locations"]["pageInfo"]
    return rows, primary


def _personal_data(client: ShopifyClient) -> list[Problem]:
    """Section 7: on small plans personal data may be refused, or come as nothing."""
    try:
        reply = client.execute("order_probe", allow_withheld=True)
    except SetupError as error:
        return [_problem(error)]
    except DataError:
        return []
    if reply.withheld:
        return [Problem(reason="protected_data", blocking=False)]
    for order in (reply.data.get("orders") or {}).get("nodes", ()):
        address = order.get("shippingAddress") if order["requiresShipping"] else None
        if address and not (address["lastName"] or address["address1"]):
            return [Problem(reason="protected_data", blocking=False)]
    return []


def _problem(error: SetupError) -> Problem:
    return Problem(reason=error.reason, params={**error.params, "code": error.code or ""})


def _unique(problems: list[Problem]) -> list[Problem]:
    """One problem once: a missing scope shows in the list and again in the refused call."""
    found: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        scopes = str(problem.params.get("what", ""))
        if problem.reason == "scope_missing" and any(
            reason == "scope_missing" and what in scopes for reason, what in found
        ):
            continue
        found.setdefault((problem.reason, scopes), problem)
    return list(found.values())
