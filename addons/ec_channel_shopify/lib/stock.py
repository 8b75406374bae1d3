"""Absolute stock with compare and swap (section 12).

A row is written with ``changeFromQuantity`` = what was read just before, so that a sale in between
is never overwritten: the row comes back as ``ConflictError`` ("stale") and the core sends it again
after it has fetched that sale.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ...ec_unified.lib.errors import ConflictError, DataError, EcError
from .client import Reply, ShopifyClient
from .const import MAX_ARRAY
from .failures import index_of, user_error

_NAMESPACE = uuid.UUID("b9d5a0c4-5d0e-5c3a-9d0e-6f2f5f1c7a11")
#: Each round drops at least one refused row, but answers that get nowhere must end.
MAX_ROUNDS = 25
#: A key whose first attempt failed is spent: try with a new one, a few times.
MAX_NEW_KEYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """The quantity wanted for one inventory item at one location."""

    item: str
    location: str
    quantity: int
    known: int | None = None  # what the shop showed when it was read
    primary: bool = True  # not: a further place, which needs no stock row of its own to show 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What the shop shows for an item. ``available`` None: no stock row at the location yet."""

    tracked: bool
    available: int | None


def read_levels(
    client: ShopifyClient, items: Iterable[str], locations: Iterable[str]
) -> dict[tuple[str, str], Level]:
    """The available quantities by item and location; unknown items are absent."""
    found: dict[tuple[str, str], Level] = {}
    unique, wanted = list(dict.fromkeys(items)), list(locations)
    for _chunk, reply in client.in_chunks("inventory_levels", unique, MAX_ARRAY):
        for node in reply.data["nodes"]:
            if node and node.get("__typename") == "InventoryItem":
                shown = _shown(client, node, wanted)
                for location in wanted:
                    found[node["id"], location] = Level(
                        tracked=node["tracked"], available=shown.get(location)
                    )
    return found


def set_available(
    client: ShopifyClient, rows: list[StockRow], key: str, reference: str | None = None
) -> list[EcError | None]:
    """Write ``rows`` (at most 250). One outcome per row: None = written, else its error.

    With a user error most likely nothing of the call is written, so refused rows are dropped and
    those of the others that do not show yet sent again with another key. The keys follow from
    ``key`` and the rows: the same write repeated after a crash or timeout has the same key,
    anything else another one (traps 1 and 2).

    :raise EcError: nothing is known about any row (shop unreachable, scope missing …)
    """
    outcome: list[EcError | None] = [None] * len(rows)
    left = list(range(len(rows)))
    renewed = 0
    for _round in range(MAX_ROUNDS):
        if not left:
            return outcome
        sent = [rows[index] for index in left]
        errors, reply = _write(client, sent, f"{key}/{renewed}", reference)
        if not errors:
            return outcome
        refused = _by_row(errors, reply, len(sent))
        if not refused:
            error = user_error(errors[0], request_id=reply.request_id)
            renewed = _renew(error, renewed)
            continue
        # An item's places belong together: written in part, they would show a wrong sum.
        items = {sent[position].item: error for position, error in refused.items()}
        refused = {n: items[row.item] for n, row in enumerate(sent) if row.item in items}
        for position, error in refused.items():
            outcome[left[position]] = error
        left = [index for position, index in enumerate(left) if position not in refused]
        left = _not_written(client, rows, left)
    for index in left:
        outcome[index] = DataError("refused again and again", reason="refused")
    return outcome


def write_key(key: str, rows: list[StockRow]) -> str:
    """The idempotency key of one call: equal for equal rows of the same job, a UUID."""
    text = json.dumps([key, [[r.item, r.location, r.quantity, r.known] for r in rows]])
    return str(uuid.uuid5(_NAMESPACE, text))


def plan_rows(
    rows: list[StockRow], levels: dict[tuple[str, str], Level]
) -> tuple[list[StockRow], dict[str, EcError]]:
    """What has to be written, with the quantity read before; and the items that cannot be.

    Rows that already show the wanted quantity are in neither.

    :param levels: by item and location
    """
    plan, refused = [], {}
    for row in rows:
        level = levels.get((row.item, row.location))
        if level is None:
            refused[row.item] = DataError(f"unknown item {row.item}", reason="not_found")
        elif not level.tracked:
            refused[row.item] = DataError(
                f"stock of {row.item} is not tracked by the shop", reason="not_tracked"
            )
        elif (level.available or 0) != row.quantity or (level.available is None and row.primary):
            plan.append(replace(row, known=level.available))
    return plan, refused


def _write(
    client: ShopifyClient, rows: list[StockRow], key: str, reference: str | None
) -> tuple[list[dict[str, Any]], Reply]:
    quantities = [
        {
            "inventoryItemId": row.item,
            "locationId": row.location,
            "quantity": row.quantity,
            # Must be present in every row, null included, though the schema does not say so.
            "changeFromQuantity": row.known,
        }
        for row in rows
    ]
    given: dict[str, Any] = {"name": "available", "reason": "correction", "quantities": quantities}
    if reference:
        given["referenceDocumentUri"] = reference
    reply = client.execute(
        "inventory_set_quantities",
        {"input": given, "key": write_key(key, rows)},
        replayable=True,
    )
    return reply.data["inventorySetQuantities"]["userErrors"], reply


def _not_written(client: ShopifyClient, rows: list[StockRow], left: list[int]) -> list[int]:
    """Which rows the shop does not show: it may have written good ones beside a refused one, and
    would take them for stale if they came again (section 12)."""
    levels = read_levels(
        client, [rows[n].item for n in left], dict.fromkeys(rows[n].location for n in left)
    )
    shown = {place: level.available for place, level in levels.items()}
    return [n for n in left if shown.get((rows[n].item, rows[n].location)) != rows[n].quantity]


def _by_row(errors: list[dict[str, Any]], reply: Reply, count: int) -> dict[int, EcError]:
    """The errors that name a row, by its position."""
    found: dict[int, EcError] = {}
    for error in errors:
        index = index_of(error, "quantities")
        if index is not None and index < count:
            found.setdefault(index, user_error(error, request_id=reply.request_id))
    return found


def _renew(error: EcError, renewed: int) -> int:
    """Number of the next key after an error that concerns the whole call, or raise it."""
    spent = error.code in (
        "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    )
    if spent and renewed < MAX_NEW_KEYS:
        return renewed + 1
    if isinstance(error, ConflictError) and error.reason == "stale":
        raise ConflictError("stock moved meanwhile", reason="stale", code=error.code)
    raise error


def _shown(client: ShopifyClient, node: dict[str, Any], wanted: list[str]) -> dict[str, int | None]:
    """Available quantity of an item per location, as far as the shop keeps one."""
    page = node["inventoryLevels"]
    rows = list(page["nodes"])
    known = {row["location"]["id"] for row in rows}
    if page["pageInfo"]["hasNextPage"] and not known.issuperset(wanted):
        rows += client.rows(
            "inventory_item_levels",
            "node.inventoryLevels",
            {"id": node["id"]},
            after=page["pageInfo"]["endCursor"],
        )
    return {row["location"]["id"]: _available(row) for row in rows}


def _available(level: dict[str, Any]) -> int | None:
    rows = level.get("quantities") or ()
    return next((row["quantity"] for row in rows if row["name"] == "available"), None)
