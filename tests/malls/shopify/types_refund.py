"""Resolvers of ``suggestedRefund`` (section 9)."""

from __future__ import annotations

from typing import Any

from . import refunds
from .model import Order
from .resolve import Context, resolves

Args = dict[str, Any]


@resolves("Order.suggestedRefund")
def _suggested(order: Order, ctx: Context, args: Args) -> Any:
    return refunds.suggest(
        order,
        args.get("refundLineItems"),
        args.get("shippingAmount"),
        bool(args.get("refundShipping")),
        bool(args.get("suggestFullRefund")),
    )


@resolves("SuggestedRefund.amountSet")
def _sr_amount(row: Any, ctx: Context, args: Args) -> Any:
    return row["amount"]


@resolves("SuggestedRefund.maximumRefundableSet")
def _sr_maximum(row: Any, ctx: Context, args: Args) -> Any:
    return row["maximum"]


@resolves("SuggestedRefund.subtotalSet", "SuggestedRefund.discountedSubtotalSet")
def _sr_subtotal(row: Any, ctx: Context, args: Args) -> Any:
    return row["subtotal"]


@resolves("SuggestedRefund.totalTaxSet")
def _sr_tax(row: Any, ctx: Context, args: Args) -> Any:
    return row["tax"]


@resolves("SuggestedRefund.refundLineItems")
def _sr_lines(row: Any, ctx: Context, args: Args) -> Any:
    return row["lines"]


@resolves("SuggestedRefund.shipping")
def _sr_shipping(row: Any, ctx: Context, args: Args) -> Any:
    return {
        "amountSet": row["shipping"],
        "taxSet": row["shipping_tax"],
        "maximumRefundableSet": row["shipping_max"],
        "amount": row["shipping"].shop,
    }


@resolves("SuggestedRefund.suggestedTransactions")
def _sr_transactions(row: Any, ctx: Context, args: Args) -> Any:
    return [
        {
            "gateway": parent.gateway,
            "formattedGateway": parent.formatted_gateway,
            "kind": "SUGGESTED_REFUND",
            "amountSet": amount,
            "maximumRefundableSet": maximum,
            "parentTransaction": parent,
            "paymentDetails": parent.details,
        }
        for parent, amount, maximum in row["transactions"]
    ]
