"""The checkout: discounts, taxes, payments and stock of a new order (section 8)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ..common.control import Refused
from . import figures, inventory, payments
from .buyers import buyer
from .catalog import tax_rate
from .model import Allocation, Discount, FOLine, FulfillmentOrder, Group, Line, Order, Shipping, Tax
from .money import Bag, Rate, added_tax, allocate, half_up, included_tax
from .store import UTC, Store

SHIPPING_RATE = Decimal("0.1")
KINDS = {
    "code": "DiscountCodeApplication",
    "automatic": "AutomaticDiscountApplication",
    "manual": "ManualDiscountApplication",
    "script": "ScriptDiscountApplication",
}
RATES = {
    "USD": Decimal("0.0067"),
    "EUR": Decimal("0.0061"),
    "TWD": Decimal("0.21"),
    "KRW": Decimal("9.2"),
}
_PLAIN = (
    "note",
    "po_number",
    "source_name",
    "source_identifier",
    "customer_locale",
    "phone",
    "attribution",
)


def place_order(store: Store, spec: dict[str, Any]) -> Order:
    """Build, pay and route an order. Raises :class:`Refused` when stock is missing.

    Keys of ``spec``: lines, discounts, shipping, tip, tip_line, payments | payment, buyer,
    presentment, attributes, tags, test, created, hold, scheduled, topup and plain texts.
    """
    rng = random.Random(spec.get("seed", store.counters.get("order_number", 1001)))
    check_stock(store, spec)
    order = _head(store, spec, rng)
    for row in spec["lines"]:
        order.lines.append(make_line(store, order, row))
    if spec.get("tip_line"):
        order.lines.append(_tip_line(store, order, spec["tip"]))
    _shipping(store, order, spec.get("shipping", 660))
    for row in spec.get("discounts", ()):
        _discount(order, row)
    _finish(store, order, spec)
    return order


def check_stock(store: Store, spec: dict[str, Any]) -> None:
    if spec.get("oversell") or spec.get("past"):
        return
    wanted: dict[str, int] = {}
    for row in spec["lines"]:
        if row.get("sku") and not row.get("custom"):
            wanted[row["sku"]] = wanted.get(row["sku"], 0) + int(row.get("quantity", 1))
        if int(row.get("quantity", 1)) < 1:
            raise Refused("quantity must be at least 1")
    for sku, quantity in wanted.items():
        variant = store.variant_of(sku)
        if inventory.can_sell(variant, quantity):
            continue
        if not spec.get("topup"):
            raise Refused(f"在庫が足りません: {sku} ({inventory.sellable(variant)})")
        level = store.level(variant, store.active_locations()[0], create=True)
        assert level is not None
        inventory.change(store, level, "available", quantity + 20)


def _head(store: Store, spec: dict[str, Any], rng: random.Random) -> Order:
    """Order record with buyer; numbers and times."""
    created = spec.get("created") or store.now()
    if isinstance(created, str):
        created = datetime.fromisoformat(created)
    created = created.astimezone(UTC)
    number = store.next_id("order_number")
    settings = store.settings
    who = buyer(store, spec.get("buyer"), rng)
    currency = spec.get("presentment", "JPY")
    rate = Rate(currency, Decimal(str(spec.get("exchange_rate") or RATES.get(currency, 1))))
    order = Order(
        store.next_id("Order"),
        f"{settings.order_prefix}{number}{settings.order_suffix}",
        number,
        "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(9)),
        created_at=created,
        processed_at=created,
        updated_at=created,
        rate=rate,
        test=bool(spec.get("test")),
        taxes_included=settings.taxes_included,
        email=who["email"],
        customer=who["customer"],
        billing_address=who["billing"],
        shipping_address=None if spec.get("no_shipping_address") else who["shipping"],
        tags=sorted(spec.get("tags", ())),
        tip=Bag.of(int(spec.get("tip", 0)), rate),
        custom_attributes=[(str(k), str(v)) for k, v in _pairs(spec.get("attributes"))],
    )
    for name in _PLAIN:
        if name in spec:
            setattr(order, name, spec[name])
    if spec.get("billing"):
        from .buyers import address_from

        order.billing_address = address_from(store, spec["billing"])
    order.expected["scenario"] = spec.get("scenario")
    return order


def _pairs(value: Any) -> list[tuple[str, Any]]:
    """Attributes as dict or as list of pairs (a key may come twice)."""
    return list(value.items()) if isinstance(value, dict) else list(value or ())


def make_line(store: Store, order: Order, row: dict[str, Any]) -> Line:
    """One line: a variant, a custom line (no variant), or a bundle component."""
    variant = None if row.get("custom") else store.variant_of(row["sku"])
    price = int(row["price"]) if "price" in row else (variant.price if variant else 0)
    rate: Decimal | None = (
        tax_rate(row["tax_rate"])
        if "tax_rate" in row
        else (variant.tax_rate if variant else Decimal("0.1"))
    )
    taxable = bool(row.get("taxable", variant.taxable if variant else True)) and not row.get(
        "gift_card"
    )
    quantity = int(row.get("quantity", 1))
    product = variant.product if variant else None
    title = row.get("title") or (product.title if product else "カスタム商品")
    named = variant is not None and variant.title != "Default Title"
    line = Line(
        store.next_id("LineItem"),
        order,
        title,
        variant.title if variant and named else None,
        row.get("sku_text", variant.sku if variant else row.get("sku")),
        product.vendor if product else None,
        quantity,
        unit=Bag.of(price, order.rate),
        rate=rate if taxable else None,
        variant=variant,
        product=product,
        custom_attributes=[(str(k), str(v)) for k, v in _pairs(row.get("attributes"))],
        requires_shipping=bool(
            row.get("requires_shipping", variant.requires_shipping if variant else True)
        ),
        is_gift_card=bool(row.get("gift_card")),
        taxable=taxable,
    )
    if row.get("bundle"):
        line.group = _group(store, order, row)
    line.original = Bag.of(price * quantity, order.rate)
    line.net = line.original
    return store.add(line)


def _tip_line(store: Store, order: Order, amount: int) -> Line:
    """A tip is also a line: it cannot be fulfilled (schema: ``nonFulfillableLineItems``)."""
    row = {"custom": True, "title": "Tip", "price": amount, "taxable": False}
    line = make_line(store, order, {**row, "requires_shipping": False})
    line.is_tip = True
    return line


def _group(store: Store, order: Order, row: dict[str, Any]) -> Group:
    """The bundle a component belongs to; components with one title share it."""
    title = str(row["bundle"])
    for line in order.lines:
        if line.group and line.group.title == title:
            return line.group
    parent = store.variant_of(row["bundle_sku"]) if row.get("bundle_sku") else None
    return store.add(
        Group(store.next_id("LineItemGroup"), title, int(row.get("bundle_quantity", 1)), parent)
    )


def _shipping(store: Store, order: Order, rows: Any) -> None:
    """Shipping lines; a number means one line of that price, None none at all."""
    if rows is None:
        return
    if isinstance(rows, int):
        rows = [{"title": "ヤマト宅急便", "price": rows}]
    for row in rows:
        price = Bag.of(int(row["price"]), order.rate)
        order.shipping.append(
            store.add(
                Shipping(
                    store.next_id("ShippingLine"),
                    row["title"],
                    row.get("code", row["title"]),
                    row.get("source", "shopify"),
                    bool(row.get("custom")),
                    price,
                    net=price,
                )
            )
        )


# -- discounts -----------------------------------------------------------------


def _discount(order: Order, row: dict[str, Any]) -> None:
    """Add one discount application and spread it over its targets."""
    target = row.get("target", "order")
    percent = Decimal(str(row["percent"])) if "percent" in row else None
    each = bool(row.get("each"))
    title = row.get("title", "割引")
    discount = Discount(
        KINDS[row.get("kind", "code")],
        len(order.discounts),
        title,
        row.get("description", title),
        percent,
        row.get("amount"),
        "SHIPPING_LINE" if target == "shipping" else "LINE_ITEM",
        "ALL"
        if target in ("order", "shipping")
        else "EXPLICIT"
        if row.get("kind") == "manual"
        else "ENTITLED",
        "EACH" if each else "ONE" if target == "line" else "ACROSS",
    )
    order.discounts.append(discount)
    if discount.kind == KINDS["code"]:
        order.discount_codes.append(title)
    targets: list[Any] = (
        order.shipping
        if target == "shipping"
        else [
            line
            for i, line in enumerate(order.lines)
            if not line.is_gift_card and (target == "order" or i in row.get("lines", [0]))
        ]
    )
    amounts = _amounts(discount, targets, percent, row.get("amount"), each)
    for line, amount in zip(targets, amounts, strict=True):
        if amount:
            bag = Bag.of(amount, order.rate)
            line.allocations.append(Allocation(discount, bag))
            line.net = line.net - bag


def _amounts(
    discount: Discount, targets: list[Any], percent: Decimal | None, amount: Any, each: bool
) -> list[int]:
    """Yen per target: ACROSS adds up exactly, EACH is per line or per unit."""
    bases = [line.net.shop for line in targets]
    if percent is not None and each:
        return [half_up(Decimal(b) * percent / 100) for b in bases]
    if percent is not None:
        return allocate(half_up(Decimal(sum(bases)) * percent / 100), bases)
    if each:
        units = [getattr(line, "quantity", 1) for line in targets]
        return [min(b, int(amount) * u) for b, u in zip(bases, units, strict=True)]
    return allocate(min(int(amount), sum(bases)), bases)


# -- taxes, payments, goods ----------------------------------------------------


def tax_line(order: Order, line: Line) -> None:
    """Tax of a line after all discounts, rounded per line (section 16)."""
    line.taxes = []
    if line.rate is not None:
        count = included_tax if order.taxes_included else added_tax
        line.taxes = [Tax(line.rate, Bag.of(count(line.net.shop, line.rate), order.rate))]


def _finish(store: Store, order: Order, spec: dict[str, Any]) -> None:
    count = included_tax if order.taxes_included else added_tax
    for line in order.lines:
        tax_line(order, line)
    for shipping in order.shipping:
        shipping.taxes = [
            Tax(SHIPPING_RATE, Bag.of(count(shipping.net.shop, SHIPPING_RATE), order.rate))
        ]
    order.original_total = figures.total_price(order)
    _pay(store, order, spec)
    make_fulfillment_orders(store, order, order.lines, spec)
    store.orders[order.id] = store.add(order)
    later = order.created_at + timedelta(seconds=4, microseconds=order.id % 1000000)
    order.updated_at = max(order.created_at, min(later, store.now()))
    if not spec.get("silent"):
        store.emit("orders/create", order)
        if figures.financial_status(order) == "PAID":
            store.emit("orders/paid", order)
        store.emit("orders/updated", order)


def _pay(store: Store, order: Order, spec: dict[str, Any]) -> None:
    """Transactions of the checkout; the last one takes what is left."""
    due = order.original_total
    rows = spec.get("payments") or [{"method": spec.get("payment") or "card"}]
    if due.shop == 0 or rows[0]["method"] in ("free", "none"):
        return
    at = order.created_at + timedelta(seconds=1)
    for row in rows:
        if row["method"] not in payments.METHODS:
            raise KeyError(f"payment {row['method']}")
        amount = Bag.of(int(row["amount"]), order.rate) if "amount" in row else due
        payments.start(store, order, row["method"], amount, at)
        due = due - amount


def make_fulfillment_orders(
    store: Store, order: Order, lines: list[Line], spec: dict[str, Any]
) -> None:
    """Route the lines to places, one fulfilment order each, and commit the stock."""
    wanted = [(line, line.quantity) for line in lines if not (line.is_gift_card or line.is_tip)]
    if not wanted:
        return
    plan = _forced(store, wanted, spec) or inventory.route(store, wanted)
    status = "SCHEDULED" if spec.get("scheduled") else "OPEN"
    for place_id, parts in plan.items():
        place = store.locations[place_id]
        made = new_fulfillment_order(store, order, place, parts, status)
        if spec.get("hold") or (
            store.settings.hold_unpaid and figures.financial_status(order) == "PENDING"
        ):
            hold(store, made, spec.get("hold") or "AWAITING_PAYMENT")
        for line, quantity in parts:
            if spec.get("past"):  # the stock given is today's: nothing leaves ``available``
                inventory.put_back(store, line, place, quantity, "committed")
            else:
                inventory.commit(store, line, place, quantity)


def _forced(
    store: Store, wanted: list[tuple[Line, int]], spec: dict[str, Any]
) -> dict[int, list[tuple[Line, int]]] | None:
    """``split``: list of [place index, line index, quantity] instead of the routing."""
    if not spec.get("split"):
        return None
    places = store.active_locations()
    plan: dict[int, list[tuple[Line, int]]] = {}
    for place, index, quantity in spec["split"]:
        plan.setdefault(places[place].id, []).append((wanted[index][0], quantity))
    return plan


def new_fulfillment_order(
    store: Store, order: Order, place: Any, parts: list[tuple[Line, int]], status: str = "OPEN"
) -> FulfillmentOrder:
    """A fulfilment order with its lines."""
    now = order.created_at if not order.fulfillment_orders else store.now()
    made = FulfillmentOrder(
        store.next_id("FulfillmentOrder"),
        order,
        place,
        status,
        fulfill_at=now,
        created_at=now,
        updated_at=now,
    )
    for line, quantity in parts:
        made.lines.append(
            store.add(FOLine(store.next_id("FulfillmentOrderLineItem"), line, quantity, quantity))
        )
    order.fulfillment_orders.append(made)
    return store.add(made)


def hold(
    store: Store, made: FulfillmentOrder, reason: str, notes: str | None = None, ours: bool = False
) -> dict[str, Any]:
    """Put a fulfilment order ON_HOLD (section 10)."""
    number = store.next_id("FulfillmentHold")
    row = {
        "__typename": "FulfillmentHold",
        "id": f"gid://shopify/FulfillmentHold/{number}",
        "reason": reason,
        "reasonNotes": notes,
        "displayReason": reason.replace("_", " ").capitalize(),
        "heldByRequestingApp": ours,
        "handle": None,
        "heldByApp": None,
    }
    made.holds.append(row)
    made.status = "ON_HOLD"
    made.updated_at = store.now()
    return row
