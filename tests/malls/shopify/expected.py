"""Expected figures of ``GET /_sim/orders``, computed apart from the GraphQL resolvers.

Works on plain integers straight from the lines (unit price, quantity, allocations), so
that a mistake in :mod:`.figures` or in a resolver shows up as a difference.
"""

from __future__ import annotations

from typing import Any

from .model import Line, Order


def _percent(rate: Any) -> int | None:
    """8 or 10; None for untaxed lines."""
    return None if rate is None else int(rate * 100)


def _tax(gross: int, percent: int, included: bool) -> int:
    """Half up on whole yen, in integers only."""
    base = 100 + percent if included else 100
    sign = -1 if gross < 0 else 1
    return sign * ((2 * abs(gross) * percent + base) // (2 * base))


def _net(line: Line) -> int:
    return line.unit.shop * line.quantity - sum(a.amount.shop for a in line.allocations)


def line_rows(order: Order) -> list[dict[str, Any]]:
    """One row per line as sold."""
    return [
        {
            "ref": line.gid,
            "sku": line.sku,
            "title": line.title,
            "quantity": line.quantity,
            "current_quantity": 0
            if order.cancelled_at
            else line.quantity - line.removed - line.refunded,
            "unit_price": line.unit.shop,
            "discount": sum(a.amount.shop for a in line.allocations),
            "amount": _net(line),
            "gift_card": line.is_gift_card,
            "rate": _percent(line.rate),
            "bundle": line.group.title if line.group else None,
        }
        for line in order.lines
    ]


def tax_table(order: Order) -> dict[str, dict[str, int]]:
    """Per rate: tax-included base and tax, rounded per line as Shopify does."""
    table: dict[str, dict[str, int]] = {}
    parts = [(_net(line), _percent(line.rate)) for line in order.lines if line.taxable]
    for shipping in order.shipping:
        if shipping.is_removed:
            continue
        amount = shipping.original.shop - sum(a.amount.shop for a in shipping.allocations)
        parts.append((amount, 10))
    for amount, rate in parts:
        if rate is None:
            continue
        tax = _tax(amount, rate, order.taxes_included)
        row = table.setdefault(str(rate), {"base_incl": 0, "tax": 0})
        row["base_incl"] += amount if order.taxes_included else amount + tax
        row["tax"] += tax
    return table


def shipment_rows(order: Order) -> list[dict[str, Any]]:
    """Parcels that were not cancelled."""
    return [
        {
            "ref": f.gid,
            "name": f.name,
            "status": f.status,
            "location": f.location.gid,
            "company": f.tracking[0]["company"] if f.tracking else None,
            "numbers": [t["number"] for t in f.tracking],
            "notified": f.notified,
            "lines": [{"sku": x.line.sku, "quantity": x.quantity} for x in f.lines],
        }
        for f in order.fulfillments
    ]


def _state(order: Order, paid: int, back: int, due: int) -> str:
    if order.cancelled_at:
        return "cancelled"
    if order.expired and not paid:
        return "expired"
    open_units = sum(q["current_quantity"] for q in line_rows(order) if not q["gift_card"]) - sum(
        min(line.fulfilled, line.quantity - line.removed - line.refunded) for line in order.lines
    )
    if back and back >= paid:
        return "refunded"
    if not paid and due:
        return "unpaid"
    return "open" if open_units > 0 else "fulfilled"


def _moved(order: Order, *kinds: str) -> int:
    done = [t for t in order.transactions if t.kind in kinds and t.status == "SUCCESS"]
    return sum(t.amount.shop for t in done)


def _freight(order: Order) -> int:
    lines = [s for s in order.shipping if not s.is_removed]
    return sum(s.original.shop - sum(a.amount.shop for a in s.allocations) for s in lines)


def _payments(order: Order) -> list[dict[str, Any]]:
    return [
        {"gateway": t.gateway, "kind": t.kind, "status": t.status, "amount": t.amount.shop}
        for t in order.transactions
    ]


def expected_order(order: Order) -> dict[str, Any]:
    """The row of ``GET /_sim/orders``."""
    goods = sum(_net(line) for line in order.lines)
    freight = _freight(order)
    tax = tax_table(order)
    tip_apart = 0 if any(line.is_tip for line in order.lines) else order.tip.shop
    due = goods + freight + tip_apart
    due += order.duties.shop if order.duties else 0
    if not order.taxes_included:
        due += sum(row["tax"] for row in tax.values())
    paid, back = _moved(order, "SALE", "CAPTURE"), _moved(order, "REFUND")
    discounted = [a.amount.shop for x in [*order.lines, *order.shipping] for a in x.allocations]
    return {
        "ref": order.gid,
        "name": order.name,
        "state": _state(order, paid, back, due),
        "created": order.created_at.isoformat(),
        "updated": order.updated_at.isoformat(),
        "buyer_total": due,
        "goods": goods,
        "shipping": freight,
        "tip": order.tip.shop,
        "discount": sum(discounted),
        "tax": tax,
        "paid": paid,
        "refunded": back,
        "currency": order.rate.currency,
        "test": order.test,
        "cancelled": order.cancelled_at is not None,
        "cancel_reason": order.cancel_reason,
        "edited": order.edited,
        "payments": _payments(order),
        "lines": line_rows(order),
        "shipments": shipment_rows(order),
        "tags": list(order.tags),
        "note": order.note,
        "scenario": order.expected.get("scenario"),
    }
