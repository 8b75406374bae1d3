"""Figures of an order: totals as sold and now, payment and fulfilment states (section 8)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .model import Fulfillment, FulfillmentOrder, Line, Order, Shipping, Tax, Transaction
from .money import Bag, total

OPEN_FO = ("OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "INCOMPLETE")


# -- lines ---------------------------------------------------------------------


def current_quantity(line: Line) -> int:
    """Units without removed and refunded ones; 0 on a cancelled order [?]."""
    return 0 if line.order.cancelled_at else line.quantity - line.removed - line.refunded


def unfulfilled_quantity(line: Line) -> int:
    """Units still to be sent."""
    if line.is_gift_card or line.is_tip:
        return 0
    return max(0, min(current_quantity(line), line.quantity - line.removed - line.fulfilled))


def line_tax(line: Line) -> Bag:
    """Tax of the whole line as sold."""
    return total(t.price for t in line.taxes)


def current_line_net(line: Line) -> Bag:
    """Line amount without what was taken back."""
    return Bag.of(0, line.order.rate) if line.order.cancelled_at else line.net - line.refunded_net


def current_line_tax(line: Line) -> Bag:
    """Tax of what is left of the line."""
    return (
        Bag.of(0, line.order.rate)
        if line.order.cancelled_at
        else line_tax(line) - line.refunded_tax
    )


def discounted_total(line: Line, with_codes: bool) -> Bag:
    """``discountedTotalSet``: no order-level discounts, code discounts only on request."""
    result = line.original
    for allocation in line.allocations:
        discount = allocation.discount
        is_code = discount.kind == "DiscountCodeApplication"
        whole_order = discount.target_selection == "ALL" and discount.allocation_method == "ACROSS"
        if (is_code and with_codes) or (not is_code and not whole_order):
            result = result - allocation.amount
    return result


def shipping_tax(line: Shipping) -> Bag:
    """Tax of one shipping line."""
    return total(t.price for t in line.taxes)


# -- order as sold -------------------------------------------------------------


def subtotal(order: Order) -> Bag:
    """Goods after discounts, before returns."""
    return total(line.net for line in order.lines) + Bag.of(0, order.rate)


def discounts(order: Order) -> Bag:
    """All discounts, of lines and of shipping."""
    found = [a.amount for line in order.lines for a in line.allocations]
    found += [a.amount for line in order.shipping for a in line.allocations]
    return total(found) + Bag.of(0, order.rate)


def shipping_total(order: Order) -> Bag:
    """Shipping after discounts."""
    return total(line.net for line in order.shipping if not line.is_removed) + Bag.of(0, order.rate)


def tax_total(order: Order) -> Bag:
    """Sum of all tax lines, as sold."""
    return total(t.price for t in all_taxes(order)) + Bag.of(0, order.rate)


def all_taxes(order: Order) -> Iterable[Tax]:
    """Tax lines of goods and shipping."""
    for line in order.lines:
        yield from line.taxes
    for shipping in order.shipping:
        if not shipping.is_removed:
            yield from shipping.taxes


def taxes_by_rate(order: Order) -> list[Tax]:
    """``Order.taxLines``: the sum by rate, lowest rate first."""
    sums: dict[Decimal, Bag] = {}
    for tax in all_taxes(order):
        sums[tax.rate] = sums.get(tax.rate, Bag.of(0, order.rate)) + tax.price
    return [Tax(rate, sums[rate]) for rate in sorted(sums)]


def tip_apart(order: Order) -> Bag:
    """The tip, unless it is among the lines."""
    return Bag.of(0, order.rate) if any(line.is_tip for line in order.lines) else order.tip


def total_price(order: Order) -> Bag:
    """What the buyer had to pay before returns; tax on top when prices are net."""
    result = subtotal(order) + shipping_total(order) + tip_apart(order)
    if order.duties is not None:
        result = result + order.duties
    return result if order.taxes_included else result + tax_total(order)


# -- order now -----------------------------------------------------------------


def current_subtotal(order: Order) -> Bag:
    """Goods after edits, returns and refunds."""
    return total(current_line_net(line) for line in order.lines) + Bag.of(0, order.rate)


def current_shipping(order: Order) -> Bag:
    """Shipping after refunds."""
    if order.cancelled_at:
        return Bag.of(0, order.rate)
    return shipping_total(order) - total(s.refunded for s in order.shipping if not s.is_removed)


def current_tax(order: Order) -> Bag:
    """Tax after edits, returns and refunds."""
    if order.cancelled_at:
        return Bag.of(0, order.rate)
    goods = total(current_line_tax(line) for line in order.lines)
    freight = total(shipping_tax(s) - s.refunded_tax for s in order.shipping if not s.is_removed)
    return goods + freight + Bag.of(0, order.rate)


def current_total(order: Order) -> Bag:
    """``currentTotalPriceSet``: 0 on a cancelled order [R]."""
    if order.cancelled_at:
        return Bag.of(0, order.rate)
    result = current_subtotal(order) + current_shipping(order) + tip_apart(order)
    if order.duties is not None:
        result = result + order.duties
    return result if order.taxes_included else result + current_tax(order)


# -- money moved ---------------------------------------------------------------


def _moved(order: Order, kinds: tuple[str, ...], status: str = "SUCCESS") -> Bag:
    found = [t.amount for t in order.transactions if t.kind in kinds and t.status == status]
    return total(found) + Bag.of(0, order.rate)


def received(order: Order) -> Bag:
    """Only SUCCESS counts."""
    return _moved(order, ("SALE", "CAPTURE"))


def refunded(order: Order) -> Bag:
    """Money really paid back: the sum of refund transactions, not of lines (section 9)."""
    return _moved(order, ("REFUND",))


def net_payment(order: Order) -> Bag:
    """Received minus refunded."""
    return received(order) - refunded(order)


def adjustments(order: Order) -> Bag:
    """Differences of all refunds; negative = paid back more than the lines [?]."""
    return total(a for r in order.refunds for _i, _r, a in r.adjustments) + Bag.of(0, order.rate)


def outstanding(order: Order) -> Bag:
    """What the buyer still owes (negative: the shop owes)."""
    return current_total(order) + adjustments(order) - net_payment(order)


def captured_of(order: Order, authorization: Transaction) -> Bag:
    """Already captured of one authorisation."""
    found = [
        t.amount
        for t in order.transactions
        if t.kind == "CAPTURE" and t.status == "SUCCESS" and t.parent is authorization
    ]
    return total(found) + Bag.of(0, order.rate)


def open_authorizations(order: Order) -> list[Transaction]:
    """Authorisations with money left to capture."""
    void = {t.parent for t in order.transactions if t.kind == "VOID" and t.status == "SUCCESS"}
    return [
        t
        for t in order.transactions
        if t.kind == "AUTHORIZATION"
        and t.status == "SUCCESS"
        and t not in void
        and captured_of(order, t).shop < t.amount.shop
    ]


def capturable(order: Order) -> Bag:
    """``totalCapturableSet``."""
    left = [t.amount - captured_of(order, t) for t in open_authorizations(order)]
    return total(left) + Bag.of(0, order.rate)


def refundable_of(order: Order, parent: Transaction) -> Bag:
    """Left to refund on one SALE or CAPTURE."""
    back = [
        t.amount
        for t in order.transactions
        if t.kind == "REFUND" and t.status in ("SUCCESS", "PENDING") and t.parent is parent
    ]
    return parent.amount - (total(back) + Bag.of(0, order.rate))


def financial_status(order: Order) -> str:
    """``displayFinancialStatus``; EXPIRED is not final (section 16)."""
    got, back = received(order).shop, refunded(order).shop
    if got:
        if back >= got:
            return "REFUNDED"
        if back:
            return "PARTIALLY_REFUNDED"
        return (
            "PARTIALLY_PAID" if outstanding(order).shop > 0 and not order.cancelled_at else "PAID"
        )
    if open_authorizations(order):
        return "AUTHORIZED"
    voided = any(t.kind == "VOID" and t.status == "SUCCESS" for t in order.transactions)
    if order.cancelled_at or voided:
        return "VOIDED"
    if order.expired:
        return "EXPIRED"
    return "PAID" if total_price(order).shop == 0 else "PENDING"


def can_mark_as_paid(order: Order) -> bool:
    """Not paid, not cancelled, nothing negative, no pending Shopify Payments transaction."""
    if order.cancelled_at or outstanding(order).shop <= 0 or open_authorizations(order):
        return False
    return not any(
        t.gateway == "shopify_payments" and t.status == "PENDING" for t in order.transactions
    )


# -- goods moved ---------------------------------------------------------------


def open_fulfillment_orders(order: Order) -> list[FulfillmentOrder]:
    """Fulfilment orders with something left."""
    return [f for f in order.fulfillment_orders if f.status in OPEN_FO]


def live_fulfillments(order: Order) -> list[Fulfillment]:
    """Fulfilments that were not cancelled."""
    return [f for f in order.fulfillments if f.status == "SUCCESS"]


def fulfillment_status(order: Order, not_required: bool = True) -> str:
    """``displayFulfillmentStatus``; FULFILLMENT_NOT_REQUIRED exists since 2026-10."""
    sent = any(line.fulfilled for line in order.lines)
    left = sum(unfulfilled_quantity(line) for line in order.lines)
    if order.cancelled_at:
        return (
            "FULFILLED"
            if sent and not _unsent(order)
            else "PARTIALLY_FULFILLED"
            if sent
            else "UNFULFILLED"
        )
    if not left:
        if sent or any(line.is_gift_card for line in order.lines):
            return "FULFILLED"
        return "FULFILLMENT_NOT_REQUIRED" if not_required else "UNFULFILLED"
    if sent:
        return "PARTIALLY_FULFILLED"
    states = {f.status for f in open_fulfillment_orders(order)}
    for status in ("ON_HOLD", "SCHEDULED"):
        if states == {status}:
            return status
    return "ON_HOLD" if "ON_HOLD" in states else "UNFULFILLED"


def _unsent(order: Order) -> int:
    return sum(max(0, line.quantity - line.removed - line.fulfilled) for line in order.lines)


def return_status(order: Order) -> str:
    """REQUESTED before OPEN before CLOSED; only declined or cancelled -> NO_RETURN [R]."""
    states = {r.status for r in order.returns}
    if "REQUESTED" in states:
        return "RETURN_REQUESTED"
    if "OPEN" in states:
        return "IN_PROGRESS"
    return "RETURNED" if "CLOSED" in states else "NO_RETURN"


def is_closed(order: Order) -> bool:
    """``closed``: archived; a cancelled order is closed too [R]."""
    return order.closed_at is not None or order.cancelled_at is not None


def gateway_names(order: Order) -> list[str]:
    """Gateways of the payments in order of appearance."""
    names: list[str] = []
    for transaction in order.transactions:
        if transaction.kind != "REFUND" and transaction.gateway not in names:
            names.append(transaction.gateway)
    return names
