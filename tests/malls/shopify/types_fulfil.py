"""Resolvers of fulfilment orders, parcels, refunds and returns (sections 9 and 10)."""

from __future__ import annotations

from typing import Any

from . import refunds
from .model import FulfillmentOrder, RefundLine
from .money import Bag
from .resolve import Context, resolves

Args = dict[str, Any]


def _each(type_name: str, table: dict[str, Any]) -> None:
    for name, function in table.items():
        resolves(f"{type_name}.{name}")(lambda row, ctx, args, call=function: call(row))


_each(
    "FulfillmentOrder",
    {
        "lineItems": lambda f: f.lines,
        "fulfillmentHolds": lambda f: f.holds,
        "orderId": lambda f: f.order.gid,
        "orderName": lambda f: f.order.name,
        "orderProcessedAt": lambda f: f.order.processed_at,
        "fulfillments": lambda f: [
            x for x in f.order.fulfillments if any(s is f for s, _l, _q in x.source)
        ],
        "destination": lambda f: _destination(f),
        "assignedLocation": lambda f: _assigned(f),
        "deliveryMethod": lambda f: _delivery(f),
        "supportedActions": lambda f: [{"action": a} for a in actions(f)],
    },
)
_each(
    "FulfillmentOrderLineItem",
    {
        "lineItem": lambda x: x.line,
        "sku": lambda x: x.line.sku,
        "totalQuantity": lambda x: x.total,
        "remainingQuantity": lambda x: x.remaining,
        "requiresShipping": lambda x: x.line.requires_shipping,
        "productTitle": lambda x: x.line.title,
        "variantTitle": lambda x: x.line.variant_title,
        "variant": lambda x: x.line.variant,
        "vendor": lambda x: x.line.vendor,
        "inventoryItemId": lambda x: x.line.variant.item_gid if x.line.variant else None,
    },
)
_each(
    "Fulfillment",
    {
        "trackingInfo": lambda f: f.tracking,
        "fulfillmentLineItems": lambda f: f.lines,
        "totalQuantity": lambda f: sum(x.quantity for x in f.lines),
        "requiresShipping": lambda f: True,
        "fulfillmentOrders": lambda f: list({s.id: s for s, _l, _q in f.source}.values()),
    },
)
_each(
    "FulfillmentLineItem",
    {
        "lineItem": lambda x: x.line,
        "originalTotalSet": lambda x: x.line.unit.part(1, 1, x.line.order.rate),
    },
)
_each(
    "Refund",
    {
        "totalRefundedSet": refunds.refunded_amount,
        "duties": lambda r: [],
        "refundLineItems": lambda r: r.lines,
        "return": lambda r: r.return_,
        "refundShippingLines": lambda r: [
            {
                "id": f"gid://shopify/RefundShippingLine/{i}",
                "shippingLine": s,
                "subtotalAmountSet": a,
                "taxAmountSet": t,
            }
            for i, s, a, t in r.shipping
        ],
        "orderAdjustments": lambda r: [
            {
                "id": f"gid://shopify/OrderAdjustment/{i}",
                "reason": reason,
                "amountSet": amount,
                "taxAmountSet": Bag.of(0, r.order.rate),
            }
            for i, reason, amount in r.adjustments
        ],
    },
)
_each(
    "RefundLineItem",
    {
        "lineItem": lambda x: x.line,
        "restockType": lambda x: x.restock_type,
        "subtotalSet": lambda x: x.subtotal,
        "totalTaxSet": lambda x: x.tax,
        "priceSet": lambda x: _unit_price(x),
    },
)
_each(
    "Return",
    {
        "totalQuantity": lambda r: sum(x["quantity"] for x in r.lines),
        "returnLineItems": lambda r: [_return_line(x) for x in r.lines],
        "exchangeLineItems": lambda r: [_exchange_line(x) for x in r.exchanges],
        "refunds": lambda r: [x for x in r.order.refunds if x.return_ is r],
    },
)


def actions(found: FulfillmentOrder) -> list[str]:
    """``supportedActions`` by status."""
    if found.status == "OPEN":
        return ["CREATE_FULFILLMENT", "MOVE", "HOLD", "SPLIT"]
    return {
        "IN_PROGRESS": ["CREATE_FULFILLMENT", "REPORT_PROGRESS"],
        "ON_HOLD": ["RELEASE_HOLD", "MOVE", "HOLD"],
        "SCHEDULED": ["MARK_AS_OPEN", "MOVE"],
    }.get(found.status, [])


def _assigned(found: FulfillmentOrder) -> dict[str, Any]:
    place = found.location
    return {
        "name": place.name,
        "location": place,
        "address1": place.address1,
        "address2": place.address2,
        "city": place.city,
        "countryCode": "JP",
        "province": place.province,
        "zip": place.zip,
        "phone": place.phone,
    }


def _delivery(found: FulfillmentOrder) -> dict[str, Any]:
    shipped = any(x.line.requires_shipping for x in found.lines)
    title = found.order.shipping[0].title if found.order.shipping else None
    kind = "SHIPPING" if shipped else "NONE"
    if found.order.source_name == "pos":
        kind = "RETAIL"
    return {
        "id": f"gid://shopify/DeliveryMethod/{found.id}",
        "methodType": kind,
        "presentedName": title,
        "serviceCode": None,
        "minDeliveryDateTime": None,
        "maxDeliveryDateTime": None,
    }


def _destination(found: FulfillmentOrder) -> dict[str, Any] | None:
    address = found.order.shipping_address
    if address is None:
        return None
    return {
        "id": f"gid://shopify/FulfillmentOrderDestination/{found.id}",
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "company": address.company,
        "countryCode": "JP",
        "email": found.order.email,
        "firstName": address.first_name,
        "lastName": address.last_name,
        "phone": address.phone,
        "province": address.province,
        "zip": address.zip,
    }


def _unit_price(row: RefundLine) -> Bag:
    """Price of one refunded unit after discounts."""
    return row.subtotal.part(1, row.quantity, row.line.order.rate)


def _return_line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "__typename": "ReturnLineItem",
        "id": f"gid://shopify/ReturnLineItem/{row['id']}",
        "quantity": row["quantity"],
        "refundedQuantity": row["refunded"],
        "processedQuantity": row["processed"],
        "refundableQuantity": row["quantity"] - row["refunded"],
        "unprocessedQuantity": row["quantity"] - row["processed"],
        "processableQuantity": row["quantity"] - row["processed"],
        "returnReason": row["reason"],
        "returnReasonDefinition": {
            "id": f"gid://shopify/ReturnReasonDefinition/{row['reason'].lower()}",
            "deleted": False,
            "handle": row["reason"].lower(),
            "name": row["reason"].replace("_", " ").capitalize(),
        },
        "returnReasonNote": row["note"],
        "customerNote": row["customer_note"],
        "fulfillmentLineItem": row["sent"],
    }


def _exchange_line(row: dict[str, Any]) -> dict[str, Any]:
    line = row["line"]
    return {
        "id": f"gid://shopify/ExchangeLineItem/{row['id']}",
        "quantity": row["quantity"],
        "lineItems": [line],
        "processedQuantity": row["quantity"],
        "variantSku": line.sku,
        "title": line.title,
        "variantId": line.variant.gid if line.variant else None,
        "productId": line.product.gid if line.product else None,
    }


@resolves("Order.nonFulfillableLineItems")
def _not_fulfillable(order: Any, ctx: Context, args: Args) -> Any:
    return [x for x in order.lines if x.is_gift_card]
