"""What the shop knows of an order's parcels, read anew before every write (section 10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...ec_unified.lib.errors import ConflictError, DataError
from .client import ShopifyClient, dig

_OPEN = ("OPEN", "IN_PROGRESS")
_LATER = ("ON_HOLD", "SCHEDULED")
_UNSENT = (*_OPEN, *_LATER)


@dataclass(slots=True)
class Fulfilment:
    """One parcel report of the shop that was not cancelled."""

    id: str
    numbers: list[str]
    company: str | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Fulfilment:
        info = row["trackingInfo"]
        return cls(
            row["id"],
            [entry["number"] for entry in info if entry.get("number")],
            next((entry["company"] for entry in info if entry.get("company")), None),
        )


@dataclass(slots=True)
class ShippingState:
    """What is shipped of an order and what is left, per fulfilment order."""

    order: dict[str, Any]
    open_orders: list[dict[str, Any]]
    reports: list[Fulfilment] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.order["fulfillments"]
        self.reports = [Fulfilment.of(row) for row in rows if row["status"] == "SUCCESS"]

    @property
    def tracking_numbers(self) -> set[str]:
        return {number for report in self.reports for number in report.numbers}

    def check_open(self) -> None:
        """Refuse an order of which nothing can be shipped.

        :raise DataError: cancelled, so that trying again is no use
        :raise ConflictError: on hold or not due yet, or all is shipped
        """
        if self.order.get("cancelledAt"):
            raise DataError("the order is cancelled at the shop", reason="order_cancelled")
        if not self.open_orders:
            self.check_waiting(self.order["fulfillmentOrders"]["nodes"])
            raise ConflictError("nothing left to ship", reason="nothing_to_ship")

    @staticmethod
    def check_waiting(rows: Iterable[dict[str, Any]]) -> None:
        """:raise ConflictError: one of these fulfilment orders is held back, or not due yet"""
        rows = list(rows)
        holds = [hold["reason"] for row in rows for hold in row["fulfillmentHolds"]]
        if holds:
            what = ", ".join(dict.fromkeys(holds))
            raise ConflictError("on hold", reason="on_hold", params={"what": what})
        if any(row["status"] == "SCHEDULED" for row in rows):
            raise ConflictError("scheduled for later", reason="scheduled")

    def ours(self, locations: set[str] | None) -> list[tuple[str, dict[str, Any]]]:
        """(location, open fulfilment order) of what is ours to report."""
        found = [(_place(row), row) for row in self.open_orders]
        return [(place, row) for place, row in found if not locations or place in locations]

    def elsewhere(self, locations: set[str] | None) -> list[dict[str, Any]]:
        """Fulfilment orders that another location is to send, now or later."""
        rows = [r for r in self.order["fulfillmentOrders"]["nodes"] if r["status"] in _UNSENT]
        return [row for row in rows if locations and _place(row) not in locations]

    def waiting(self, locations: set[str] | None) -> list[dict[str, Any]]:
        """Fulfilment orders of ours that are held back, or not due yet (as subscriptions are)."""
        rows = self.order["fulfillmentOrders"]["nodes"]
        rows = [row for row in rows if row["status"] in _LATER]
        return [row for row in rows if not locations or _place(row) in locations]


def _place(row: dict[str, Any]) -> str:
    return dig(row, "assignedLocation.location.id") or ""


def read_shipping(client: ShopifyClient, order_ref: str) -> ShippingState:
    """Read an order's parcels and open fulfilment orders; their ids must not be kept.

    :raise DataError: no such order (or it may not be seen)
    """
    reply = client.execute("order_shipping", {"id": order_ref})
    order = reply.data.get("order")
    if not order:
        raise DataError(f"order {order_ref} not found", reason="not_found")
    page = order["fulfillmentOrders"]["pageInfo"]
    if page["hasNextPage"]:
        order["fulfillmentOrders"]["nodes"] += client.rows(
            "order_shipping_more",
            "order.fulfillmentOrders",
            {"id": order_ref},
            after=page["endCursor"],
        )
    open_orders = []
    for row in order["fulfillmentOrders"]["nodes"]:
        actions = {action["action"] for action in row["supportedActions"]}
        if row["status"] in _UNSENT:
            row["lines"] = _lines(client, row)
        if row["status"] in _OPEN and "CREATE_FULFILLMENT" in actions:
            open_orders.append(row)
    return ShippingState(order, open_orders)


def lines_of(client: ShopifyClient, report: Fulfilment) -> dict[str, Decimal]:
    """{line: quantity} of a parcel report."""
    totals: dict[str, Decimal] = {}
    path = "fulfillment.fulfillmentLineItems"
    for row in client.rows("fulfillment_lines", path, {"id": report.id}):
        ref = row["lineItem"]["id"]
        totals[ref] = totals.get(ref, Decimal(0)) + Decimal(row["quantity"] or 0)
    return totals


def _lines(client: ShopifyClient, row: dict[str, Any]) -> list[dict[str, Any]]:
    lines = list(row["lineItems"]["nodes"])
    info = row["lineItems"]["pageInfo"]
    if info["hasNextPage"]:
        lines += client.rows(
            "fulfillment_order_lines",
            "fulfillmentOrder.lineItems",
            {"id": row["id"]},
            after=info["endCursor"],
        )
    return lines
