"""Tells the shop what was shipped (section 10).

``fulfillmentCreate`` has no idempotency key: what is shipped is read first, and read again after a
write that got no answer. A parcel is known by its tracking number.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...ec_unified.lib.data import Parcel, Result, ShipmentData
from ...ec_unified.lib.errors import ConflictError, DataError, EcError, UncertainWriteError
from .client import ShopifyClient, dig, raise_user_errors
from .const import CARRIERS

_OPEN = ("OPEN", "IN_PROGRESS")


@dataclass(slots=True)
class ShippingState:
    """What is shipped of an order and what is left, per fulfilment order."""

    order: dict[str, Any]
    open_orders: list[dict[str, Any]]

    @property
    def tracking_numbers(self) -> set[str]:
        return {number for _id, numbers in self.parcels() for number in numbers}

    def parcels(self) -> list[tuple[str, list[str]]]:
        """(fulfilment id, tracking numbers) of parcels that were not cancelled."""
        return [
            (row["id"], [info["number"] for info in row["trackingInfo"] if info.get("number")])
            for row in self.order["fulfillments"]
            if row["status"] == "SUCCESS"
        ]


def read_shipping(client: ShopifyClient, order_ref: str) -> ShippingState:
    """Read an order's parcels and open fulfilment orders; their ids must not be kept.

    :raise DataError: no such order (or it may not be seen)
    """
    reply = client.execute("order_shipping", {"id": order_ref})
    order = reply.data.get("order")
    if not order:
        raise DataError(f"order {order_ref} not found", reason="not_found")
    open_orders = []
    for row in order["fulfillmentOrders"]["nodes"]:
        actions = {action["action"] for action in row["supportedActions"]}
        if row["status"] in _OPEN and "CREATE_FULFILLMENT" in actions:
            open_orders.append({**row, "lines": _lines(client, row)})
    return ShippingState(order, open_orders)


def push_shipment(
    client: ShopifyClient, shipment: ShipmentData, locations: set[str] | None = None
) -> Result:
    """Report the parcels of one order; parcels the shop knows already are left alone.

    :param locations: our locations; goods assigned elsewhere are not ours to report
    """
    try:
        state = read_shipping(client, shipment.order_ref)
        known = state.tracking_numbers
        new = [p for p in shipment.parcels if p.tracking_number not in known]
        if not new:
            return Result(ref=shipment.order_ref, ok=True, already=True)
        _check_open(state)
        for parcels in _joined(new):
            _report(client, shipment, parcels, locations)
    except EcError as error:
        return Result(ref=shipment.order_ref, ok=False, error=error)
    return Result(ref=shipment.order_ref, ok=True)


def update_tracking(
    client: ShopifyClient, order_ref: str, old_number: str, parcel: Parcel, *, notify: bool = False
) -> Result:
    """Replace the tracking number of a parcel that was reported before."""
    try:
        state = read_shipping(client, order_ref)
        if parcel.tracking_number in state.tracking_numbers:
            return Result(ref=order_ref, ok=True, already=True)
        found = [ref for ref, numbers in state.parcels() if old_number in numbers]
        if not found:
            raise DataError(f"no parcel {old_number} at the shop", reason="not_found")
        reply = client.execute(
            "fulfillment_tracking_update",
            {"id": found[0], "tracking": tracking([parcel]), "notify": notify},
        )
        raise_user_errors(reply.data["fulfillmentTrackingInfoUpdate"], reply)
    except EcError as error:
        return Result(ref=order_ref, ok=False, error=error)
    return Result(ref=order_ref, ok=True)


def tracking(parcels: list[Parcel]) -> dict[str, Any]:
    """``FulfillmentTrackingInput``: a carrier Shopify knows gets its link, others need the URL."""
    company = CARRIERS.get(parcels[0].carrier_code, parcels[0].carrier_code)
    info: dict[str, Any] = {"company": company}
    urls = [parcel.tracking_url for parcel in parcels]
    if len(parcels) == 1:
        info["number"] = parcels[0].tracking_number
        if urls[0]:
            info["url"] = urls[0]
    else:
        info["numbers"] = [parcel.tracking_number for parcel in parcels]
        if all(urls):
            info["urls"] = urls
    return info


def _check_open(state: ShippingState) -> None:
    if state.order.get("cancelledAt"):
        raise ConflictError("the order is cancelled at the shop", reason="wrong_state")
    if not state.open_orders:
        held = [
            hold["reason"]
            for row in state.order["fulfillmentOrders"]["nodes"]
            for hold in row["fulfillmentHolds"]
        ]
        what = f"on hold ({', '.join(held)})" if held else "nothing left to ship"
        raise ConflictError(what, reason="wrong_state", params={"what": what})


def _joined(parcels: list[Parcel]) -> list[list[Parcel]]:
    """Parcels that name no lines share one report: together they are the rest of the order."""
    whole = [parcel for parcel in parcels if not parcel.lines]
    return [[parcel] for parcel in parcels if parcel.lines] + ([whole] if whole else [])


def _report(
    client: ShopifyClient,
    shipment: ShipmentData,
    parcels: list[Parcel],
    locations: set[str] | None,
) -> None:
    """One parcel (or the whole rest): one call per location, because Shopify wants it so."""
    state = read_shipping(client, shipment.order_ref)
    chosen = _choose(state, parcels[0], locations)
    if not chosen:
        raise ConflictError("nothing left to ship for this parcel", reason="wrong_state")
    for rows in chosen.values():
        variables = {
            "fulfillment": {
                "notifyCustomer": shipment.notify_buyer,
                "trackingInfo": tracking(parcels),
                "lineItemsByFulfillmentOrder": rows,
            }
        }
        try:
            _create(client, variables)
        except UncertainWriteError:
            known = read_shipping(client, shipment.order_ref).tracking_numbers
            if parcels[0].tracking_number not in known:
                _create(client, variables)  # the first call did not arrive


def _create(client: ShopifyClient, variables: dict[str, Any]) -> None:
    reply = client.execute("fulfillment_create", variables)
    payload = reply.data["fulfillmentCreate"]
    raise_user_errors(payload, reply)
    if dig(payload, "fulfillment.status") != "SUCCESS":
        raise DataError("shipment was not accepted", reason="refused", request_id=reply.request_id)


def _choose(
    state: ShippingState, parcel: Parcel, locations: set[str] | None
) -> dict[str, list[dict[str, Any]]]:
    """Rows of ``lineItemsByFulfillmentOrder`` per location for what is in the parcel."""
    wanted = dict(parcel.lines)
    chosen: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in state.open_orders:
        location = dig(row, "assignedLocation.location.id") or ""
        if locations and location not in locations:
            continue
        if not parcel.lines:
            chosen[location].append({"fulfillmentOrderId": row["id"]})
            continue
        lines = []
        for line in row["lines"]:
            ref = line["lineItem"]["id"]
            take = min(wanted.get(ref, Decimal(0)), Decimal(line["remainingQuantity"]))
            if take > 0:
                wanted[ref] -= take
                lines.append({"id": line["id"], "quantity": int(take)})
        if lines:
            chosen[location].append(
                {"fulfillmentOrderId": row["id"], "fulfillmentOrderLineItems": lines}
            )
    return chosen


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
