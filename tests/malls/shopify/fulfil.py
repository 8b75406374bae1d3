"""Fulfilment orders and parcels (section 10)."""

from __future__ import annotations

from typing import Any

from . import checkout, inventory
from .figures import OPEN_FO, unfulfilled_quantity
from .model import FOLine, Fulfillment, FulfillmentLine, FulfillmentOrder, Location, Order
from .store import Store

MAX_LINES = 512

#: Carriers Shopify can link to (section 10); the names must match exactly.
CARRIERS = {
    "Yamato (JA)": "https://track.example.com/yamato?no={0}",
    "Yamato (EN)": "https://track.example.com/yamato-en?no={0}",
    "Sagawa (JA)": "https://track.example.com/sagawa?no={0}",
    "Sagawa (EN)": "https://track.example.com/sagawa-en?no={0}",
    "Japan Post (JA)": "https://track.example.com/post?no={0}",
    "Japan Post (EN)": "https://track.example.com/post-en?no={0}",
    "エコ配": "https://track.example.com/ecohai?no={0}",
    "西濃運輸": "https://track.example.com/seino?no={0}",
    "西濃スーパーエキスプレス": "https://track.example.com/seinose?no={0}",
    "福山通運": "https://track.example.com/fukuyama?no={0}",
    "日本通運": "https://track.example.com/nittsu?no={0}",
    "名鉄運輸": "https://track.example.com/meitetsu?no={0}",
    "第一貨物": "https://track.example.com/daiichi?no={0}",
    "FedEx": "https://track.example.com/fedex?no={0}",
    "DHL Express": "https://track.example.com/dhl?no={0}",
    "UPS": "https://track.example.com/ups?no={0}",
    "SF Express": "https://track.example.com/sf?no={0}",
}


class Refusal(Exception):
    """A ``userErrors`` row: field and message, maybe a code."""

    def __init__(
        self, message: str, field: list[str] | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.field, self.code = message, field, code


def tracking_rows(value: dict[str, Any] | None) -> list[dict[str, Any]]:
    """``trackingInfo``: number+url or numbers+urls, never mixed (section 10)."""
    value = value or {}
    single = value.get("number") is not None or value.get("url") is not None
    plural = value.get("numbers") is not None or value.get("urls") is not None
    if single and plural:
        raise Refusal("Only one of number/url or numbers/urls may be given.", ["trackingInfo"])
    numbers = (
        [value["number"]] if value.get("number") is not None else list(value.get("numbers") or [])
    )
    urls = [value["url"]] if value.get("url") else list(value.get("urls") or [])
    company = value.get("company")
    if not numbers and urls:
        numbers = [None] * len(urls)
    rows = []
    for index, number in enumerate(numbers):
        url = urls[index] if index < len(urls) else None
        if url is None and company in CARRIERS and number:
            url = CARRIERS[company].format(number)
        rows.append(
            {
                "__typename": "FulfillmentTrackingInfo",
                "company": company,
                "number": number,
                "url": url,
            }
        )
    if not rows and company:
        rows.append(
            {
                "__typename": "FulfillmentTrackingInfo",
                "company": company,
                "number": None,
                "url": None,
            }
        )
    return rows


def create(
    store: Store, groups: list[dict[str, Any]], tracking: dict[str, Any] | None, notify: bool
) -> Fulfillment:
    """``fulfillmentCreate``: fulfilment orders of one order and one place."""
    field = ["fulfillment"]
    if not groups:
        raise Refusal("Line items by fulfillment order can't be blank.", field)
    chosen = [_chosen(store, group, field) for group in groups]
    orders = {f.order.id for f, _parts in chosen}
    if len(orders) > 1:
        raise Refusal("All fulfillment orders must belong to the same order.", field)
    if len({f.location.id for f, _parts in chosen}) > 1:
        raise Refusal("All fulfillment orders must be assigned to a single location.", field)
    if sum(len(parts) for _f, parts in chosen) > MAX_LINES:
        raise Refusal(f"The number of line items exceeds the maximum of {MAX_LINES}.", field)
    rows = tracking_rows(tracking)
    order, place = chosen[0][0].order, chosen[0][0].location
    now = store.now()
    made = Fulfillment(
        store.next_id("Fulfillment"),
        order,
        place,
        f"{order.name}-F{len(order.fulfillments) + 1}",
        tracking=rows,
        notified=1 if notify else 0,
        created_at=now,
        updated_at=now,
    )
    for fulfillment_order, parts in chosen:
        _take(store, made, fulfillment_order, parts)
    order.fulfillments.append(store.add(made))
    store.emit("fulfillments/create", made)
    topic = (
        "orders/fulfilled"
        if not any(unfulfilled_quantity(x) for x in order.lines)
        else "orders/partially_fulfilled"
    )
    store.touch(order, topic)
    return made


def _chosen(
    store: Store, group: dict[str, Any], field: list[str]
) -> tuple[FulfillmentOrder, list[tuple[FOLine, int]]]:
    """Check one fulfilment order and the quantities asked of it."""
    found = store.get(group["fulfillmentOrderId"], FulfillmentOrder)
    if found is None:
        raise Refusal("Fulfillment order does not exist.", field)
    if found.status not in ("OPEN", "IN_PROGRESS"):
        raise Refusal(
            f"Fulfillment order {found.id} has an unfulfillable status= {found.status.lower()}.",
            field,
        )
    rows = group.get("fulfillmentOrderLineItems")
    if not rows:
        return found, [(line, line.remaining) for line in found.lines if line.remaining]
    parts = []
    for row in rows:
        line = next((x for x in found.lines if x.gid == row["id"]), None)
        if line is None:
            raise Refusal("Fulfillment order line item does not exist.", field)
        if row["quantity"] <= 0 or row["quantity"] > line.remaining:
            raise Refusal("Invalid fulfillment order line item quantity requested.", field)
        parts.append((line, row["quantity"]))
    if len({line.id for line, _q in parts}) < len(parts):
        raise Refusal("Invalid fulfillment order line item quantity requested.", field)
    return found, parts


def _take(
    store: Store, made: Fulfillment, source: FulfillmentOrder, parts: list[tuple[FOLine, int]]
) -> None:
    """Move quantities from the fulfilment order to the parcel; stock leaves ``committed``."""
    for fo_line, quantity in parts:
        fo_line.remaining -= quantity
        line = fo_line.line
        line.fulfilled += quantity
        made.lines.append(
            store.add(FulfillmentLine(store.next_id("FulfillmentLineItem"), line, quantity))
        )
        made.source.append((source, fo_line, quantity))
        inventory.ship(store, line, source.location, quantity)
    source.status = "IN_PROGRESS" if any(x.remaining for x in source.lines) else "CLOSED"
    source.updated_at = store.now()


def cancel(store: Store, made: Fulfillment) -> Fulfillment:
    """``fulfillmentCancel``; a second call succeeds silently [R]. Ids change."""
    if made.status == "CANCELLED":
        return made
    if made.display_status == "DELIVERED":
        raise Refusal("This fulfillment cannot be cancelled because it has been delivered.", ["id"])
    made.status, made.display_status = "CANCELLED", "CANCELED"
    made.updated_at = store.now()
    order = made.order
    parts = []
    for source, fo_line, quantity in made.source:
        fo_line.line.fulfilled -= quantity
        inventory.put_back(store, fo_line.line, made.location, quantity, "committed")
        parts.append((fo_line.line, quantity))
        if source.status == "IN_PROGRESS":
            source.status = "CLOSED"
            parts += [(x.line, x.remaining) for x in source.lines if x.remaining]
            for x in source.lines:
                x.remaining = 0
    if not order.cancelled_at:
        checkout.new_fulfillment_order(store, order, made.location, _merge(parts))
    store.emit("fulfillments/update", made)
    store.touch(order)
    return made


def _merge(parts: list[tuple[Any, int]]) -> list[tuple[Any, int]]:
    merged: dict[int, tuple[Any, int]] = {}
    for line, quantity in parts:
        merged[line.id] = (line, merged.get(line.id, (line, 0))[1] + quantity)
    return list(merged.values())


def update_tracking(
    store: Store, made: Fulfillment, value: dict[str, Any], notify: bool
) -> Fulfillment:
    """``fulfillmentTrackingInfoUpdate``: replaces the tracking of a parcel."""
    if made.status == "CANCELLED":
        raise Refusal(
            "The fulfillment has been cancelled and its tracking cannot be updated.",
            ["fulfillmentId"],
        )
    made.tracking = tracking_rows(value)
    made.notified += 1 if notify else 0
    made.updated_at = store.now()
    store.emit("fulfillments/update", made)
    store.touch(made.order)
    return made


def release_hold(
    store: Store, found: FulfillmentOrder, hold_ids: list[str] | None
) -> FulfillmentOrder:
    """``fulfillmentOrderReleaseHold``: all holds, or the named ones."""
    if hold_ids is None:
        found.holds = []
    else:
        found.holds = [h for h in found.holds if h["id"] not in hold_ids]
    if not found.holds and found.status == "ON_HOLD":
        found.status = "OPEN"
    found.updated_at = store.now()
    store.touch(found.order)
    return found


def move(store: Store, found: FulfillmentOrder, place: Location) -> FulfillmentOrder:
    """Another place takes over: the old one closes, a new id appears (section 10)."""
    if found.status not in ("OPEN", "SCHEDULED", "ON_HOLD"):
        raise Refusal("Cannot change location for this fulfillment order.", ["id"])
    parts = [(x.line, x.remaining) for x in found.lines if x.remaining]
    for line, quantity in parts:
        inventory.release(store, line, found.location, quantity, restock=True)
        inventory.commit(store, line, place, quantity)
    made = checkout.new_fulfillment_order(store, found.order, place, parts, found.status)
    made.holds, found.holds = found.holds, []
    close(store, found)
    store.touch(found.order)
    return made


def close(store: Store, found: FulfillmentOrder, status: str = "CLOSED") -> None:
    """Nothing is left to do on a fulfilment order."""
    for line in found.lines:
        line.remaining = 0
    found.status = status
    found.updated_at = store.now()


def take_out(
    store: Store,
    order: Order,
    line: Any,
    quantity: int,
    restock: bool,
    place: Location | None = None,
) -> int:
    """Remove unfulfilled units of a line from the open fulfilment orders (edit, refund, cancel).

    The ids change: what is left moves to a new fulfilment order. Returns the units taken.
    """
    left = quantity
    for found in [f for f in order.fulfillment_orders if f.status in OPEN_FO]:
        for fo_line in found.lines:
            take = min(left, fo_line.remaining) if fo_line.line is line else 0
            if not take:
                continue
            fo_line.remaining -= take
            fo_line.total -= take
            left -= take
            inventory.release(store, line, found.location, take, restock)
            _renew(store, order, found)
            break
    return quantity - left


def _renew(store: Store, order: Order, found: FulfillmentOrder) -> None:
    """Replace a changed fulfilment order by a new one with the remaining units."""
    parts = [(x.line, x.remaining) for x in found.lines if x.remaining]
    holds, status = found.holds, found.status
    close(store, found)
    if parts:
        made = checkout.new_fulfillment_order(
            store, order, found.location, parts, "OPEN" if status == "IN_PROGRESS" else status
        )
        made.holds = holds


def deliver(store: Store, made: Fulfillment) -> None:
    """The carrier reports the delivery."""
    made.display_status = "DELIVERED"
    made.delivered_at = made.updated_at = store.now()
    store.emit("fulfillments/update", made)
    store.touch(made.order)
