"""What happens to an order later: pay, capture, cancel, edit, return (sections 8 and 9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..common.control import Refused
from . import checkout, figures, fulfil, inventory, payments, refunds
from .fulfil import Refusal
from .model import Line, Order, Refund, RefundLine, Return, Transaction
from .money import Bag
from .store import Store


def mark_as_paid(store: Store, order: Order) -> None:
    """``orderMarkAsPaid``: a SALE/SUCCESS of gateway ``manual`` for the open amount [R]."""
    if not figures.can_mark_as_paid(order):
        raise Refusal("Order cannot be marked as paid.", ["id"])
    amount = figures.outstanding(order)
    for transaction in order.transactions:
        if transaction.status == "PENDING" and transaction.kind == "SALE":
            transaction.status = "FAILURE" if not transaction.manual else "PENDING"
    payments.new_transaction(
        store, order, "SALE", "SUCCESS", "manual", amount, formatted_gateway="manual", manual=True
    )
    order.expired = False
    order.expires_at = None
    store.touch(order, "orders/paid")


def capture(store: Store, order: Order, value: dict[str, Any]) -> Transaction:
    """``orderCapture``: amount in the presentment currency."""
    parent = next((t for t in order.transactions if t.gid == value["parentTransactionId"]), None)
    if parent is None or parent.kind != "AUTHORIZATION":
        raise Refusal("Transaction does not exist", ["parentTransactionId"])
    if order.rate.currency != "JPY" and value.get("currency") != order.rate.currency:
        raise Refusal("Currency must be the presentment currency of the order", ["currency"])
    amount = refunds.from_presentment(order, refunds.parse_money(value["amount"]))
    if amount.shop <= 0:
        raise Refusal("Amount must be greater than 0", ["amount"])
    if parent not in figures.open_authorizations(order):
        raise Refusal("This order cannot be captured", ["id"])
    if amount.shop > (parent.amount - figures.captured_of(order, parent)).shop:
        raise Refusal("Cannot capture more than the authorized amount", ["amount"])
    made = payments.new_transaction(
        store,
        order,
        "CAPTURE",
        "SUCCESS",
        parent.gateway,
        amount,
        parent=parent,
        formatted_gateway=parent.formatted_gateway,
        details=parent.details,
    )
    paid = figures.financial_status(order) == "PAID"
    store.touch(order, *(["orders/paid"] if paid else []))
    return made


def check_cancel(order: Order) -> None:
    """Refused when cancelled already, with fulfilments, active returns, pending authorisations."""
    if order.cancelled_at or order.cancel_job:
        raise Refusal(
            "Cannot cancel an order that has already been canceled", ["orderId"], "INVALID"
        )
    if figures.live_fulfillments(order):
        raise Refusal(
            "Cannot cancel an order with outstanding fulfillments", ["orderId"], "INVALID"
        )
    if any(r.status in ("OPEN", "REQUESTED") for r in order.returns):
        raise Refusal("Cannot cancel an order with active returns", ["orderId"], "INVALID")
    if any(t.kind == "AUTHORIZATION" and t.status == "PENDING" for t in order.transactions):
        raise Refusal("Cannot cancel an order with pending authorizations", ["orderId"], "INVALID")


def cancel(
    store: Store,
    order: Order,
    reason: str,
    restock: bool,
    refund: bool,
    staff_note: str | None = None,
) -> None:
    """Do the cancellation: refund, void, give back the stock; lines keep their quantity."""
    if refund:
        made = give_back(store, order, figures.net_payment(order), None)
        if made is not None:
            _cancelled_lines(store, made, restock)
            store.emit("refunds/create", made)
    for authorization in figures.open_authorizations(order):
        payments.new_transaction(
            store,
            order,
            "VOID",
            "SUCCESS",
            authorization.gateway,
            Bag.of(0, order.rate),
            parent=authorization,
            formatted_gateway=authorization.formatted_gateway,
        )
    for transaction in order.transactions:
        if transaction.status == "PENDING":
            transaction.status = "FAILURE"
    for found in figures.open_fulfillment_orders(order):
        for fo_line in found.lines:
            inventory.release(store, fo_line.line, found.location, fo_line.remaining, restock)
        fulfil.close(store, found, "CLOSED")
    order.cancelled_at = order.closed_at = store.now()
    order.cancel_reason, order.staff_note = reason, staff_note
    order.cancel_job = False
    store.touch(order, "orders/cancelled")


def _cancelled_lines(store: Store, made: Refund, restock: bool) -> None:
    """The refund of a cancellation names all lines and the shipping."""
    order = made.order
    for line in order.lines:
        left = line.quantity - line.removed - line.refunded
        if not left:
            continue
        net, tax = refunds.part_of_line(line, left)
        line.refunded += left
        line.refunded_net, line.refunded_tax = line.refunded_net + net, line.refunded_tax + tax
        place = store.active_locations()[0] if restock else None
        kind = "CANCEL" if restock else "NO_RESTOCK"
        made.lines.append(
            store.add(
                RefundLine(
                    store.next_id("RefundLineItem"), line, left, kind, restock, place, net, tax
                )
            )
        )
    refunds.book_shipping(store, made, refunds.shipping_left(order))
    refunds.book_difference(store, made)


def give_back(store: Store, order: Order, amount: Bag, note: str | None) -> Refund | None:
    """Money only: refund transactions on the parents that still have some."""
    made = Refund(
        store.next_id("Refund"), order, note, created_at=store.now(), processed_at=store.now()
    )
    made.updated_at = made.created_at
    left = amount
    for parent, maximum in refunds.refundable_transactions(order):
        part = left if left.shop <= maximum.shop else maximum
        if part.shop > 0:
            made.transactions.append(
                payments.new_transaction(
                    store,
                    order,
                    "REFUND",
                    "SUCCESS",
                    parent.gateway,
                    part,
                    parent=parent,
                    formatted_gateway=parent.formatted_gateway,
                    manual=parent.manual,
                )
            )
            left = left - part
    if not made.transactions:
        return None
    order.refunds.append(store.add(made))
    return made


# -- edits ---------------------------------------------------------------------


def edit(
    store: Store,
    order: Order,
    add: list[dict[str, Any]],
    remove: list[dict[str, Any]],
    refund: bool = False,
) -> None:
    """An order edit in the admin: new lines, removed units (they make a zero refund)."""
    if order.cancelled_at:
        raise Refused("the order is cancelled")
    removed = [_remove(store, order, row) for row in remove]
    if removed:
        made = Refund(
            store.next_id("Refund"),
            order,
            None,
            removed,
            created_at=store.now(),
            processed_at=store.now(),
        )
        made.updated_at = made.created_at
        order.refunds.append(store.add(made))
    fresh = []
    for row in add:
        checkout.check_stock(store, {"lines": [row]})
        line = checkout.make_line(store, order, row)
        line.added = True
        checkout.tax_line(order, line)
        order.lines.append(line)
        fresh.append(line)
    if fresh:
        checkout.make_fulfillment_orders(store, order, fresh, {})
    order.edited = True
    if refund and figures.outstanding(order).shop < 0:
        made_back = give_back(store, order, -figures.outstanding(order), None)
        if made_back is not None:
            store.emit("refunds/create", made_back)
    store.touch(order, "orders/edited")


def find_line(order: Order, row: dict[str, Any]) -> Line:
    """A line by ``line`` (index), ``ref`` (gid) or ``sku``."""
    if "line" in row:
        return order.lines[int(row["line"])]
    for line in order.lines:
        if line.gid == row.get("ref") or (row.get("sku") and line.sku == row["sku"]):
            return line
    raise KeyError(f"line {row}")


def _remove(store: Store, order: Order, row: dict[str, Any]) -> RefundLine:
    line = find_line(order, row)
    quantity = int(row.get("quantity", figures.unfulfilled_quantity(line)))
    if quantity < 1 or quantity > figures.unfulfilled_quantity(line):
        raise Refused("only unfulfilled units can be removed")
    net, tax = refunds.part_of_line(line, quantity)
    fulfil.take_out(store, order, line, quantity, bool(row.get("restock", True)))
    line.removed += quantity
    line.refunded_net, line.refunded_tax = line.refunded_net + net, line.refunded_tax + tax
    place = store.active_locations()[0] if row.get("restock", True) else None
    kind = "CANCEL" if place else "NO_RESTOCK"
    made = RefundLine(
        store.next_id("RefundLineItem"), line, quantity, kind, place is not None, place, net, tax
    )
    return store.add(made)


# -- returns -------------------------------------------------------------------


def open_return(
    store: Store,
    order: Order,
    rows: list[dict[str, Any]],
    status: str,
    exchanges: list[dict[str, Any]],
) -> Return:
    """A return asked for by the buyer (REQUESTED) or opened by the shop (OPEN)."""
    now = store.now()
    made = Return(
        store.next_id("Return"),
        order,
        f"{order.name}-R{len(order.returns) + 1}",
        status,
        created_at=now,
    )
    made.lines = [_return_line(store, order, row) for row in rows or [{"line": 0}]]
    for row in exchanges:
        made.exchanges.append(_exchange(store, order, row))
    order.returns.append(store.add(made))
    store.emit("returns/request" if status == "REQUESTED" else "returns/approve", made)
    store.touch(order)
    return made


def _return_line(store: Store, order: Order, row: dict[str, Any]) -> dict[str, Any]:
    """Only what was sent can come back."""
    line = find_line(order, row)
    parcels = figures.live_fulfillments(order)
    sent = next((x for f in parcels for x in f.lines if x.line is line), None)
    if sent is None:
        raise Refused("only fulfilled units can be returned")
    return {
        "id": store.next_id("ReturnLineItem"),
        "sent": sent,
        "line": line,
        "processed": 0,
        "refunded": 0,
        "quantity": int(row.get("quantity", sent.quantity)),
        "reason": row.get("reason", "DEFECTIVE"),
        "customer_note": row.get("customer_note", ""),
        "note": row.get("note", ""),
    }


def _exchange(store: Store, order: Order, row: dict[str, Any]) -> dict[str, Any]:
    """New goods of an exchange are order lines too, not refund lines (section 9)."""
    line = checkout.make_line(store, order, row)
    line.added = True
    checkout.tax_line(order, line)
    order.lines.append(line)
    checkout.make_fulfillment_orders(store, order, [line], {})
    return {"id": store.next_id("ExchangeLineItem"), "line": line, "quantity": line.quantity}


def close_return(store: Store, made: Return, restock: bool, pay_back: bool) -> Refund | None:
    """The goods arrived: refund them (net of exchanges), restock, close the return."""
    order = made.order
    place = store.active_locations()[0]
    rows = [
        {
            "lineItemId": r["line"].gid,
            "quantity": r["quantity"],
            "restockType": "RETURN" if restock else "NO_RESTOCK",
            "locationId": place.gid if restock else None,
        }
        for r in made.lines
    ]
    result = _refund_return(store, made, rows) if pay_back else None
    for row in made.lines:
        row["processed"] = row["quantity"]
        row["refunded"] = row["quantity"] if pay_back else 0
    made.status, made.closed_at = "CLOSED", store.now()
    store.emit("returns/close", made)
    store.touch(order)
    return result


def _refund_return(store: Store, made: Return, rows: list[dict[str, Any]]) -> Refund:
    """Money for the returned goods, net of the exchanged ones."""
    order = made.order
    due = refunds.suggest(order, rows, None, False, False)["amount"] - _exchange_value(made)
    value = {
        "refundLineItems": rows,
        "transactions": refunds.moves(order, due) if due.shop > 0 else [],
        "currency": order.rate.currency,
        "note": "返品",
    }
    result = refunds.create(store, order, value, made)
    if made.exchanges:
        result.adjustments.clear()
    return result


def _exchange_value(made: Return) -> Bag:
    result = Bag.of(0, made.order.rate)
    for row in made.exchanges:
        result = result + row["line"].net
    return result


def expire_due(store: Store) -> list[Order]:
    """Unpaid konbini orders turn EXPIRED after 72 h; the stock stays committed (section 16)."""
    now, found = store.now(), []
    for order in store.orders.values():
        if order.expires_at and order.expires_at <= now and not order.cancelled_at:
            order.expires_at, order.expired = None, True
            store.touch(order)
            found.append(order)
    return found


def goodwill(store: Store, order: Order, yen: int, note: str) -> Refund:
    """A refund without lines: money only, booked with an adjustment."""
    parent = next((t for t, _left in refunds.refundable_transactions(order)), None)
    if parent is None:
        raise Refused("nothing to refund")
    amount = Bag.of(yen, order.rate)
    value = {
        "transactions": [
            {"kind": "REFUND", "parentId": parent.gid, "amount": str(Decimal(amount.value))}
        ],
        "currency": order.rate.currency,
        "note": note,
    }
    return refunds.create(store, order, value)
