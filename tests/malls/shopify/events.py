"""What buyers and shop staff do to an order: ``POST /_sim/orders/<ref>/<event>``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..common.control import Refused
from . import aftersale, catalog, figures, fulfil, payments, refunds
from .buyers import changed_address
from .checkout import hold
from .fulfil import Refusal
from .model import Fulfillment, Location, Order, Return
from .money import Bag
from .store import Store

Event = Callable[..., dict[str, Any]]
EVENTS: dict[str, Event] = {}


def event(name: str) -> Callable[[Event], Event]:
    """Register an event."""

    def register(function: Event) -> Event:
        EVENTS[name] = function
        return function

    return register


def run(store: Store, order: Order, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Run one event; a refusal of the shop becomes :class:`Refused` (HTTP 409)."""
    if name not in EVENTS:
        raise KeyError(f"event {name}; known: {', '.join(sorted(EVENTS))}")
    try:
        result = EVENTS[name](store, order, **values) or {}
    except Refusal as exc:
        raise Refused(exc.message) from exc
    return {"ref": order.gid, "name": order.name, **result}


def order_of(store: Store, ref: str) -> Order:
    """By gid, number or name."""
    for order in [store.get(ref, Order)] if ref.startswith("gid:") else store.orders.values():
        if order and ref in (order.gid, str(order.id), order.name, str(order.number)):
            return order
    raise KeyError(f"order {ref}")


@event("pay")
def _pay(store: Store, order: Order) -> Any:
    """The buyer pays (konbini, bank, COD money arrives); an EXPIRED order becomes PAID."""
    if order.cancelled_at:
        raise Refused("the order is cancelled")
    if not payments.settle(store, order):
        owed = figures.outstanding(order)
        if owed.shop <= 0:
            raise Refused("nothing to pay")
        payments.start(store, order, "card", owed)
    store.touch(order, "orders/paid")


@event("expire")
def _expire(store: Store, order: Order) -> Any:
    """The 72 hours are over (section 16)."""
    order.expires_at, order.expired = None, True
    store.touch(order)


@event("capture")
def _capture(store: Store, order: Order, amount: int | None = None) -> Any:
    """Staff captures the authorised card."""
    for authorization in figures.open_authorizations(order):
        left = (authorization.amount - figures.captured_of(order, authorization)).value
        aftersale.capture(
            store,
            order,
            {
                "parentTransactionId": authorization.gid,
                "amount": str(amount or left),
                "currency": order.rate.currency,
            },
        )
        return {}
    raise Refused("nothing to capture")


@event("buyer_cancel")
def _buyer_cancel(
    store: Store, order: Order, reason: str = "CUSTOMER", restock: bool = True, refund: bool = True
) -> Any:
    """The order is cancelled in the admin at the buyer's wish."""
    aftersale.check_cancel(order)
    aftersale.cancel(store, order, reason, restock, refund)


EVENTS["cancel"] = _buyer_cancel


@event("edit")
def _edit(
    store: Store,
    order: Order,
    add: list[Any] | None = None,
    remove: list[Any] | None = None,
    refund: bool = False,
) -> Any:
    """An order edit: ``add`` [{sku, quantity}], ``remove`` [{sku|line, quantity, restock}]."""
    aftersale.edit(store, order, add or [], remove or [], refund)


@event("refund")
def _refund(
    store: Store,
    order: Order,
    lines: list[Any] | None = None,
    amount: int | None = None,
    shipping: bool = False,
    restock: bool = False,
    full: bool = False,
    note: str = "返金",
) -> Any:
    """Refund of lines, of an amount, or of everything left."""
    if amount is not None and not lines:
        return {"refund": aftersale.goodwill(store, order, int(amount), note).gid}
    if full:
        lines = [{"ref": r["lineItemId"], **r} for r in refunds.everything(order)]
    rows = [_refund_row(store, order, row, restock) for row in lines or []]
    proposal = refunds.suggest(order, rows, None, shipping or full, False)
    money = proposal["amount"] if amount is None else Bag.of(int(amount), order.rate)
    if full:
        money = figures.net_payment(order)
    value = {
        "refundLineItems": rows,
        "transactions": refunds.moves(order, money),
        "note": note,
        "currency": order.rate.currency,
        "shipping": {"fullRefund": True} if shipping or full else None,
    }
    return {"refund": refunds.create(store, order, value).gid}


def _refund_row(store: Store, order: Order, row: dict[str, Any], restock: bool) -> dict[str, Any]:
    line = aftersale.find_line(order, row)
    kind = "NO_RESTOCK" if not restock else "RETURN" if line.fulfilled else "CANCEL"
    return {
        "lineItemId": line.gid,
        "quantity": int(row.get("quantity", 1)),
        "restockType": kind,
        "locationId": store.active_locations()[0].gid if restock else None,
    }


@event("change_address")
def _change_address(store: Store, order: Order, **address: Any) -> Any:
    """The shipping address is corrected."""
    order.shipping_address = changed_address(store, order.shipping_address, address)
    store.touch(order)


@event("note")
def _note(store: Store, order: Order, note: str = "") -> Any:
    """Staff writes a note."""
    order.note = note
    store.touch(order)


@event("tag")
def _tag(
    store: Store, order: Order, add: list[str] | None = None, remove: list[str] | None = None
) -> Any:
    """Staff changes tags."""
    order.tags = sorted((set(order.tags) | set(add or [])) - set(remove or []))
    store.touch(order)


@event("archive")
def _archive(store: Store, order: Order) -> Any:
    """Archived is not cancelled (section 8)."""
    order.closed_at = store.now()
    store.touch(order)


@event("reopen")
def _reopen(store: Store, order: Order) -> Any:
    """Back from the archive."""
    order.closed_at = None
    store.touch(order)


@event("delete")
def _delete(store: Store, order: Order) -> Any:
    """A deleted order vanishes from every query; only ``orders/delete`` tells (section 8)."""
    store.orders.pop(order.id)
    store.nodes.pop(order.gid)
    store.emit("orders/delete", order)


@event("touch")
def _touch(store: Store, order: Order) -> Any:
    """Only ``updatedAt`` moves."""
    store.touch(order)


# -- goods ---------------------------------------------------------------------


@event("fulfill")
def _fulfill(
    store: Store,
    order: Order,
    lines: list[Any] | None = None,
    company: str = "Yamato (JA)",
    number: str = "123456789012",
    location: str | None = None,
) -> Any:
    """Staff ships in the admin: everything open, or some ``lines`` [{sku|line, quantity}]."""
    made: list[Fulfillment] = []
    for found in figures.open_fulfillment_orders(order):
        if found.status not in ("OPEN", "IN_PROGRESS") or location not in (
            None,
            found.location.gid,
        ):
            continue
        group: dict[str, Any] = {"fulfillmentOrderId": found.gid}
        if lines is not None:
            wanted = [
                (aftersale.find_line(order, row), int(row.get("quantity", 1))) for row in lines
            ]
            group["fulfillmentOrderLineItems"] = [
                {"id": x.gid, "quantity": q}
                for line, q in wanted
                for x in found.lines
                if x.line is line and x.remaining
            ]
            if not group["fulfillmentOrderLineItems"]:
                continue
        made.append(fulfil.create(store, [group], {"company": company, "number": number}, False))
    if not made:
        raise Refused("nothing to fulfil")
    return {"fulfillments": [f.gid for f in made]}


@event("cancel_fulfillment")
def _cancel_fulfillment(store: Store, order: Order) -> Any:
    """The newest parcel is cancelled."""
    live = figures.live_fulfillments(order)
    if not live:
        raise Refused("no fulfilment")
    fulfil.cancel(store, live[-1])


@event("deliver")
def _deliver(store: Store, order: Order) -> Any:
    """The carrier delivered."""
    for made in figures.live_fulfillments(order):
        fulfil.deliver(store, made)


@event("hold")
def _hold(
    store: Store, order: Order, reason: str = "INCORRECT_ADDRESS", notes: str | None = None
) -> Any:
    """All open fulfilment orders go ON_HOLD."""
    for found in figures.open_fulfillment_orders(order):
        hold(store, found, reason, notes)
    store.touch(order)


@event("release")
def _release(store: Store, order: Order) -> Any:
    """The holds are taken away."""
    for found in figures.open_fulfillment_orders(order):
        fulfil.release_hold(store, found, None)


@event("move")
def _move(store: Store, order: Order, location: str) -> Any:
    """Another place ships: the ids of fulfilment orders change (section 10)."""
    place = store.get(location, Location) or next(
        (p for p in store.locations.values() if p.name == location), None
    )
    if place is None:
        raise KeyError(f"location {location}")
    for found in figures.open_fulfillment_orders(order):
        if found.location is not place:
            fulfil.move(store, found, place)


# -- returns -------------------------------------------------------------------


@event("return_request")
def _return_request(
    store: Store, order: Order, lines: list[Any] | None = None, exchange: list[Any] | None = None
) -> Any:
    """The buyer asks for a return."""
    return {
        "return": aftersale.open_return(store, order, lines or [], "REQUESTED", exchange or []).gid
    }


@event("return_open")
def _return_open(
    store: Store, order: Order, lines: list[Any] | None = None, exchange: list[Any] | None = None
) -> Any:
    """The shop opens a return, or approves the one requested; ``exchange``: new goods."""
    for made in order.returns:
        if made.status == "REQUESTED" and not lines:
            made.status = "OPEN"
            store.touch(order, "returns/approve")
            return {"return": made.gid}
    return {"return": aftersale.open_return(store, order, lines or [], "OPEN", exchange or []).gid}


def _open_return(order: Order) -> Return:
    for made in order.returns:
        if made.status in ("OPEN", "REQUESTED"):
            return made
    raise Refused("no open return")


@event("return_close")
def _return_close(store: Store, order: Order, restock: bool = True, refund: bool = True) -> Any:
    """The goods came back."""
    made = aftersale.close_return(store, _open_return(order), restock, refund)
    return {"refund": made.gid if made else None}


@event("return_decline")
def _return_decline(store: Store, order: Order) -> Any:
    """The shop says no: the order counts as NO_RETURN [R]."""
    made = _open_return(order)
    made.status = "DECLINED"
    store.touch(order, "returns/decline")


@event("delete_product")
def _delete_product(store: Store, order: Order, line: int = 0) -> Any:
    """The product of a line is deleted: the line loses variant and product."""
    variant = order.lines[line].variant
    if variant is None:
        raise Refused("no product")
    catalog.drop_product(store, variant.product)
