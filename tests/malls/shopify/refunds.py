"""Refunds: suggestion and booking (section 9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import fulfil, inventory, payments
from .figures import (
    current_quantity,
    line_tax,
    net_payment,
    refundable_of,
    shipping_tax,
)
from .fulfil import Refusal
from .model import Line, Location, Order, Refund, RefundLine, Return, Shipping, Transaction
from .money import Bag, parse_money, total
from .store import Store


def part_of_line(line: Line, quantity: int) -> tuple[Bag, Bag]:
    """Amount and tax of some units; the last units take the rounding rest."""
    rate = line.order.rate
    left = line.quantity - line.removed - line.refunded
    net, tax = line.net - line.refunded_net, line_tax(line) - line.refunded_tax
    if quantity == left:
        return net, tax
    return line.net.part(quantity, line.quantity, rate), line_tax(line).part(
        quantity, line.quantity, rate
    )


def shipping_left(order: Order) -> Bag:
    """Shipping that was not refunded yet."""
    return total(s.net - s.refunded for s in order.shipping if not s.is_removed) + Bag.of(
        0, order.rate
    )


def from_presentment(order: Order, amount: Decimal) -> Bag:
    """Amounts of refunds and captures are given in the presentment currency (section 8)."""
    if order.rate.currency == "JPY":
        return Bag(int(amount))
    return Bag(order.rate.back(amount), amount, order.rate.currency)


def refundable_transactions(order: Order) -> list[tuple[Transaction, Bag]]:
    """Parents that can still be refunded, newest gift card last."""
    found = []
    for transaction in order.transactions:
        if transaction.kind in ("SALE", "CAPTURE") and transaction.status == "SUCCESS":
            left = refundable_of(order, transaction)
            if left.shop > 0:
                found.append((transaction, left))
    return sorted(found, key=lambda x: x[0].gateway == "gift_card")


def suggest(
    order: Order,
    rows: list[dict[str, Any]] | None,
    shipping_amount: Any,
    whole_shipping: bool,
    full: bool,
) -> dict[str, Any]:
    """``suggestedRefund``: what Shopify would pay back for these lines."""
    zero = Bag.of(0, order.rate)
    if full:
        rows, whole_shipping = everything(order), True
    lines = _suggested_lines(order, rows or [])
    subtotal, tax = total(x.subtotal for x in lines) + zero, total(x.tax for x in lines) + zero
    shipping = shipping_left(order) if whole_shipping else zero
    if shipping_amount is not None:
        shipping = from_presentment(order, parse_money(shipping_amount))
    shipping_part = _shipping_tax_part(order, shipping)
    maximum = net_payment(order)
    amount = subtotal + shipping
    if not order.taxes_included:
        amount = amount + tax + shipping_part
    if full or amount.shop > maximum.shop:
        amount = maximum
    return {
        "order": order,
        "amount": amount,
        "maximum": maximum,
        "subtotal": subtotal,
        "tax": tax + shipping_part,
        "lines": lines,
        "shipping": shipping,
        "shipping_tax": shipping_part,
        "shipping_max": shipping_left(order),
        "transactions": spread(order, amount),
    }


def everything(order: Order) -> list[dict[str, Any]]:
    """Rows for all units that are left."""
    left = [(x, current_quantity(x)) for x in order.lines]
    return [{"lineItemId": x.gid, "quantity": count} for x, count in left if count]


def moves(order: Order, amount: Bag) -> list[dict[str, Any]]:
    """``transactions`` of a refund input: the amount spread over the payments."""
    return [
        {"kind": "REFUND", "parentId": parent.gid, "amount": str(part.value)}
        for parent, part, _maximum in spread(order, amount)
    ]


def _suggested_lines(order: Order, rows: list[dict[str, Any]]) -> list[RefundLine]:
    found = []
    for row in rows:
        line = next((x for x in order.lines if x.gid == row["lineItemId"]), None)
        if line is None or row["quantity"] > current_quantity(line):
            continue
        net, tax = part_of_line(line, row["quantity"])
        kind = row.get("restockType") or "NO_RESTOCK"
        found.append(RefundLine(0, line, row["quantity"], kind, subtotal=net, tax=tax))
    return found


def _shipping_tax_part(order: Order, amount: Bag) -> Bag:
    whole = total(s.net for s in order.shipping if not s.is_removed)
    tax = total(shipping_tax(s) for s in order.shipping if not s.is_removed)
    return tax.part(amount.shop, whole.shop, order.rate) if whole.shop else Bag.of(0, order.rate)


def spread(order: Order, amount: Bag) -> list[tuple[Transaction, Bag, Bag]]:
    """(parent, amount, maximum) rows; several gateways are emptied in turn."""
    found, left = [], amount
    for parent, maximum in refundable_transactions(order):
        part = left if left.shop <= maximum.shop else maximum
        if part.shop > 0:
            found.append((parent, part, maximum))
            left = left - part
    return found


# -- booking -------------------------------------------------------------------


def check_lines(
    store: Store, order: Order, rows: list[dict[str, Any]]
) -> list[tuple[Line, int, str, Location | None]]:
    """Quantities, ids, restock type and place of ``refundLineItems``."""
    checked = []
    for index, row in enumerate(rows):
        field = ["refundLineItems", str(index)]
        line = next((x for x in order.lines if x.gid == row["lineItemId"]), None)
        if line is None:
            raise Refusal("Line item does not exist", field + ["lineItemId"])
        if row["quantity"] > current_quantity(line) - sum(q for x, q, *_ in checked if x is line):
            raise Refusal(
                "Quantity cannot refund more items than were purchased", field + ["quantity"]
            )
        if row["quantity"] < 1:
            raise Refusal("Quantity must be greater than 0", field + ["quantity"])
        kind = row.get("restockType") or "NO_RESTOCK"
        place = store.get(row["locationId"], Location) if row.get("locationId") else None
        if row.get("locationId") and place is None:
            raise Refusal("Location does not exist", field + ["locationId"])
        if kind in ("RETURN", "CANCEL") and place is None:
            raise Refusal("Location must be specified when restocking", field + ["locationId"])
        if kind == "RETURN" and line.fulfilled < row["quantity"]:
            raise Refusal(
                "Cannot return items that have not been fulfilled", field + ["restockType"]
            )
        checked.append((line, row["quantity"], kind, place))
    return checked


def check_transactions(
    order: Order, rows: list[dict[str, Any]], over: bool
) -> list[tuple[Transaction, Bag]]:
    """``transactions``: parent of this order, not more than was received."""
    checked: list[tuple[Transaction, Bag]] = []
    for row in rows:
        if row["kind"] != "REFUND":
            raise Refusal("Transactions kind must be refund", ["transactions"])
        parent = next((t for t in order.transactions if t.gid == row.get("parentId")), None)
        if parent is None:
            raise Refusal(
                "Transactions require a parent_id associated with the order", ["transactions"]
            )
        amount = from_presentment(order, parse_money(row["amount"]))
        left = refundable_of(order, parent) - total(a for p, a in checked if p is parent)
        if amount.shop > left.shop and not over:
            text = (
                f"Refund amount ¥{amount.shop:,} is greater than net "
                f"payment received ¥{max(left.shop, 0):,}"
            )
            raise Refusal(text, ["transactions"])
        checked.append((parent, amount))
    return checked


def create(
    store: Store, order: Order, value: dict[str, Any], return_: Return | None = None
) -> Refund:
    """``refundCreate``. Without ``transactions`` no money moves, yet the refund is recorded."""
    if order.rate.currency != "JPY" and value.get("currency") != order.rate.currency:
        raise Refusal("Currency must be the presentment currency of the order", ["currency"])
    lines = check_lines(store, order, value.get("refundLineItems") or [])
    over = bool(value.get("allowOverRefunding"))
    paid_back = check_transactions(order, value.get("transactions") or [], over)
    shipping = _shipping_amount(order, value.get("shipping"))
    if not lines and not paid_back and not shipping.shop:
        raise Refusal("Refund must contain at least one line item, shipping or transaction", None)
    now = store.now()
    made = Refund(
        store.next_id("Refund"),
        order,
        value.get("note"),
        created_at=now,
        processed_at=value.get("processedAt") or now,
        updated_at=now,
        return_=return_,
    )
    for line, quantity, kind, place in lines:
        _book_line(store, made, line, quantity, kind, place)
    book_shipping(store, made, shipping)
    made.transactions = [payments.refund(store, parent, amount) for parent, amount in paid_back]
    book_difference(store, made)
    order.refunds.append(store.add(made))
    store.emit("refunds/create", made)
    store.touch(order)
    return made


def _shipping_amount(order: Order, value: dict[str, Any] | None) -> Bag:
    if not value:
        return Bag.of(0, order.rate)
    if value.get("fullRefund"):
        return shipping_left(order)
    amount = from_presentment(order, parse_money(value.get("amount") or 0))
    if amount.shop > shipping_left(order).shop:
        raise Refusal(
            "Shipping amount is greater than the shipping left to refund", ["shipping", "amount"]
        )
    return amount


def _book_line(
    store: Store, made: Refund, line: Line, quantity: int, kind: str, place: Location | None
) -> None:
    net, tax = part_of_line(line, quantity)
    line.refunded_net, line.refunded_tax = line.refunded_net + net, line.refunded_tax + tax
    row = RefundLine(
        store.next_id("RefundLineItem"),
        line,
        quantity,
        kind,
        kind in ("RETURN", "CANCEL"),
        place,
        net,
        tax,
    )
    made.lines.append(store.add(row))
    unsent = line.quantity - line.removed - line.refunded - line.fulfilled
    line.refunded += quantity
    if kind == "RETURN":
        assert place is not None
        inventory.put_back(store, line, place, quantity)
    else:
        fulfil.take_out(
            store, line.order, line, min(quantity, max(0, unsent)), kind == "CANCEL", place
        )


def book_shipping(store: Store, made: Refund, amount: Bag) -> None:
    """Spread the refunded shipping over the shipping lines in order."""
    left = amount
    for shipping in made.order.shipping:
        room = shipping.net - shipping.refunded
        part = left if left.shop <= room.shop else room
        if part.shop <= 0 or shipping.is_removed:
            continue
        tax = _tax_of_part(made.order, shipping, part)
        shipping.refunded, shipping.refunded_tax = (
            shipping.refunded + part,
            shipping.refunded_tax + tax,
        )
        made.shipping.append((store.next_id("RefundShippingLine"), shipping, part, tax))
        left = left - part


def _tax_of_part(order: Order, shipping: Shipping, part: Bag) -> Bag:
    if part.shop == (shipping.net - shipping.refunded).shop:
        return shipping_tax(shipping) - shipping.refunded_tax
    return shipping_tax(shipping).part(part.shop, shipping.net.shop, order.rate)


def book_difference(store: Store, made: Refund) -> None:
    """Order adjustment: lines and shipping minus money; negative = extra refund [?]."""
    zero = Bag.of(0, made.order.rate)
    goods = (
        total(x.subtotal for x in made.lines) + total(p for _i, _s, p, _t in made.shipping) + zero
    )
    if not made.order.taxes_included:
        goods = (
            goods + total(x.tax for x in made.lines) + total(t for _i, _s, _p, t in made.shipping)
        )
    money = total(t.amount for t in made.transactions) + zero
    difference = goods - money
    if difference.shop and made.transactions:
        made.adjustments.append(
            (store.next_id("OrderAdjustment"), "REFUND_DISCREPANCY", difference)
        )


def refunded_amount(made: Refund) -> Bag:
    """``totalRefundedSet``: the sum over the transactions."""
    paid = [t.amount for t in made.transactions if t.status == "SUCCESS"]
    return total(paid) + Bag.of(0, made.order.rate)
