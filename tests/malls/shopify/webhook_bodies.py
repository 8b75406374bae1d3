"""Bodies of webhooks: the REST shape, snake case, numeric ids, yen as "4800" (section 14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from . import figures, inventory, refunds
from .model import Address, Fulfillment, Level, Line, Order, Product, Refund, Return, Variant
from .money import Bag, money_text
from .search import JST


def stamp(value: datetime | None) -> str | None:
    """Times carry the shop's offset."""
    return None if value is None else value.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+09:00")


def money(bag: Bag) -> str:
    """Shop side, without decimals."""
    return money_text(bag.shop)


def money_set(bag: Bag, currency: str) -> dict[str, Any]:
    """``total_price_set``."""
    pres = money_text(bag.shop) if bag.pres is None else f"{bag.pres:f}"
    return {
        "shop_money": {"amount": money(bag), "currency_code": "JPY"},
        "presentment_money": {"amount": pres, "currency_code": currency},
    }


def address(row: Address | None) -> dict[str, Any] | None:
    """A mailing address."""
    if row is None:
        return None
    return {
        "first_name": row.first_name,
        "last_name": row.last_name,
        "name": row.name,
        "company": row.company,
        "zip": row.zip,
        "country": row.country,
        "country_code": row.country_code_v2,
        "province": row.province,
        "province_code": row.province_code,
        "city": row.city,
        "address1": row.address1,
        "address2": row.address2,
        "phone": row.phone,
    }


def line(row: Line) -> dict[str, Any]:
    """One line item."""
    return {
        "id": row.id,
        "admin_graphql_api_id": row.gid,
        "title": row.title,
        "variant_title": row.variant_title,
        "sku": row.sku,
        "quantity": row.quantity,
        "current_quantity": figures.current_quantity(row),
        "fulfillable_quantity": figures.unfulfilled_quantity(row),
        "price": money(row.unit),
        "total_discount": "0",
        "variant_id": row.variant.id if row.variant else None,
        "product_id": row.product.id if row.product else None,
        "gift_card": row.is_gift_card,
        "taxable": row.taxable,
        "requires_shipping": row.requires_shipping,
        "discount_allocations": [
            {"amount": money(a.amount), "discount_application_index": a.discount.index}
            for a in row.allocations
        ],
        "tax_lines": [
            {"title": t.title, "rate": float(t.rate), "price": money(t.price)} for t in row.taxes
        ],
        "properties": [{"name": k, "value": v} for k, v in row.custom_attributes],
    }


_REST_FULFILLMENT = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}


def order(row: Order) -> dict[str, Any]:
    """``orders/*``."""
    return {**_order_head(row), **_order_money(row), **_order_lists(row)}


def _order_head(row: Order) -> dict[str, Any]:
    return {
        "id": row.id,
        "admin_graphql_api_id": row.gid,
        "app_id": 580111,
        "cancel_reason": _low(row.cancel_reason),
        "cancelled_at": stamp(row.cancelled_at),
        "closed_at": stamp(row.closed_at),
        "confirmed": True,
        "contact_email": row.email,
        "created_at": stamp(row.created_at),
        "customer_locale": row.customer_locale,
        "email": row.email,
        "financial_status": _low(figures.financial_status(row)),
        "fulfillment_status": _REST_FULFILLMENT.get(figures.fulfillment_status(row)),
        "name": row.name,
        "note": row.note,
        "note_attributes": [{"name": k, "value": v} for k, v in row.custom_attributes],
        "number": row.number - 1000,
        "order_number": row.number,
        "payment_gateway_names": figures.gateway_names(row),
        "processed_at": stamp(row.processed_at),
        "source_name": row.source_name,
        "tags": ", ".join(row.tags),
        "test": row.test,
        "updated_at": stamp(row.updated_at),
    }


def _order_money(row: Order) -> dict[str, Any]:
    total = figures.total_price(row)
    return {
        "currency": "JPY",
        "presentment_currency": row.rate.currency,
        "taxes_included": row.taxes_included,
        "subtotal_price": money(figures.subtotal(row)),
        "current_total_price": money(figures.current_total(row)),
        "total_discounts": money(figures.discounts(row)),
        "total_price": money(total),
        "total_price_set": money_set(total, row.rate.currency),
        "total_tax": money(figures.tax_total(row)),
    }


def _order_lists(row: Order) -> dict[str, Any]:
    codes = [{"code": c, "amount": "0", "type": "percentage"} for c in row.discount_codes]
    return {
        "discount_codes": codes,
        "shipping_address": address(row.shipping_address),
        "billing_address": address(row.billing_address),
        "line_items": [line(x) for x in row.lines],
        "shipping_lines": [
            {
                "id": s.id,
                "title": s.title,
                "code": s.code,
                "price": money(s.original),
                "discounted_price": money(s.net),
            }
            for s in row.shipping
        ],
        "refunds": [refund(r) for r in row.refunds],
        "fulfillments": [fulfillment(f) for f in row.fulfillments],
    }


def _low(value: str | None) -> str | None:
    return None if value is None else value.lower()


def refund(row: Refund) -> dict[str, Any]:
    """``refunds/create``."""
    return {
        "id": row.id,
        "admin_graphql_api_id": row.gid,
        "order_id": row.order.id,
        "created_at": stamp(row.created_at),
        "note": row.note,
        "processed_at": stamp(row.processed_at),
        "refund_line_items": [
            {
                "id": x.id,
                "line_item_id": x.line.id,
                "quantity": x.quantity,
                "restock_type": x.restock_type.lower(),
                "subtotal": x.subtotal.shop,
            }
            for x in row.lines
        ],
        "transactions": [
            {
                "id": t.id,
                "kind": "refund",
                "status": t.status.lower(),
                "gateway": t.gateway,
                "amount": money(t.amount),
            }
            for t in row.transactions
        ],
        "total_refunded": money(refunds.refunded_amount(row)),
    }


def fulfillment(row: Fulfillment) -> dict[str, Any]:
    """``fulfillments/*``."""
    first = row.tracking[0] if row.tracking else {}
    return {
        "id": row.id,
        "admin_graphql_api_id": row.gid,
        "order_id": row.order.id,
        "name": row.name,
        "status": row.status.lower(),
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "location_id": row.location.id,
        "tracking_company": first.get("company"),
        "tracking_number": first.get("number"),
        "tracking_numbers": [t["number"] for t in row.tracking],
        "line_items": [
            {"id": x.line.id, "quantity": x.quantity, "sku": x.line.sku} for x in row.lines
        ],
    }


def product(row: Product) -> dict[str, Any]:
    """``products/*``."""
    return {
        "id": row.id,
        "admin_graphql_api_id": row.gid,
        "title": row.title,
        "handle": row.handle,
        "vendor": row.vendor,
        "product_type": row.product_type,
        "status": row.status.lower(),
        "tags": ", ".join(row.tags),
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "variants": [variant(v) for v in row.variants],
    }


def variant(row: Variant) -> dict[str, Any]:
    """A variant within a product."""
    return {
        "id": row.id,
        "admin_graphql_api_id": row.gid,
        "sku": row.sku,
        "barcode": row.barcode,
        "title": row.title,
        "price": str(row.price),
        "inventory_item_id": row.item_id,
        "inventory_quantity": inventory.sellable(row),
    }


def body_of(topic: str, record: Any) -> dict[str, Any]:
    """The body for a topic."""
    if topic in ("orders/delete", "products/delete"):
        return {"id": record.id}
    if isinstance(record, Order):
        data = order(record)
        return (
            {"order_edit": {"order_id": record.id}, "admin_graphql_api_id": record.gid}
            if topic == "orders/edited"
            else data
        )
    if isinstance(record, Return):
        return {
            "id": record.id,
            "admin_graphql_api_id": record.gid,
            "status": record.status.lower(),
            "order": {"id": record.order.id, "admin_graphql_api_id": record.order.gid},
            "name": record.name,
        }
    for kind, build in (
        (Refund, refund),
        (Fulfillment, fulfillment),
        (Product, product),
        (Level, inventory.describe),
    ):
        if isinstance(record, kind):
            return _times(build(record))
    if hasattr(record, "webhook_body"):
        return dict(record.webhook_body())
    return dict(record) if isinstance(record, dict) else {}


def _times(data: dict[str, Any]) -> dict[str, Any]:
    return {k: stamp(v) if isinstance(v, datetime) else v for k, v in data.items()}
