"""Resolvers of orders, lines, payments and addresses (section 8)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from . import figures, refunds
from .model import Address, Allocation, Customer, Discount, Line, Order, Shipping, Tax, Transaction
from .money import Bag, half_up
from .resolve import Context, resolves
from .store import Store

Args = dict[str, Any]


@resolves("MoneyBag.shopMoney")
def _shop_money(bag: Bag, ctx: Context, args: Args) -> Any:
    return {"amount": f"{bag.shop}.0", "currencyCode": "JPY"}


@resolves("MoneyBag.presentmentMoney")
def _presentment_money(bag: Bag, ctx: Context, args: Args) -> Any:
    if bag.pres is None:
        return {"amount": f"{bag.shop}.0", "currencyCode": "JPY"}
    return {"amount": bag.pres, "currencyCode": bag.cur}


# -- order ---------------------------------------------------------------------

_FIGURES = {
    "totalPriceSet": figures.total_price,
    "subtotalPriceSet": figures.subtotal,
    "totalDiscountsSet": figures.discounts,
    "totalShippingPriceSet": figures.shipping_total,
    "totalTaxSet": figures.tax_total,
    "totalTipReceivedSet": lambda o: o.tip,
    "currentTotalPriceSet": figures.current_total,
    "currentTotalTaxSet": figures.current_tax,
    "currentSubtotalPriceSet": figures.current_subtotal,
    "currentShippingPriceSet": figures.current_shipping,
    "totalOutstandingSet": figures.outstanding,
    "totalReceivedSet": figures.received,
    "totalRefundedSet": figures.refunded,
    "netPaymentSet": figures.net_payment,
    "originalTotalPriceSet": lambda o: o.original_total,
    "totalCapturableSet": figures.capturable,
    "originalTotalDutiesSet": lambda o: o.duties,
    "taxLines": figures.taxes_by_rate,
    "refundDiscrepancySet": lambda o: figures.adjustments(o),
    "displayFinancialStatus": figures.financial_status,
    "returnStatus": figures.return_status,
    "paymentGatewayNames": figures.gateway_names,
    "canMarkAsPaid": figures.can_mark_as_paid,
    "closed": figures.is_closed,
    "capturable": lambda o: bool(figures.open_authorizations(o)),
    "refundable": lambda o: bool(refunds.refundable_transactions(o)),
    "unpaid": lambda o: figures.received(o).shop == 0 and figures.total_price(o).shop > 0,
    "fullyPaid": lambda o: figures.outstanding(o).shop <= 0,
    "requiresShipping": lambda o: any(x.requires_shipping for x in o.lines),
    "billingAddressMatchesShippingAddress": lambda o: same_address(
        o.billing_address, o.shipping_address
    ),
    "discountApplications": lambda o: o.discounts,
    "lineItems": lambda o: o.lines,
    "currentTotalDiscountsSet": lambda o: (
        Bag.of(0, o.rate) if o.cancelled_at else figures.discounts(o)
    ),
    "subtotalLineItemsQuantity": lambda o: sum(x.quantity for x in o.lines),
    "currentSubtotalLineItemsQuantity": lambda o: sum(figures.current_quantity(x) for x in o.lines),
    "fulfillable": lambda o: bool(figures.open_fulfillment_orders(o)),
    "restockable": lambda o: any(x.variant and figures.current_quantity(x) for x in o.lines),
    "displayAddress": lambda o: o.shipping_address or o.billing_address,
    "discountCode": lambda o: o.discount_codes[0] if o.discount_codes else None,
    "confirmed": lambda o: True,
    "canNotifyCustomer": lambda o: o.email is not None,
    "merchantEditable": lambda o: not o.cancelled_at,
    "statusPageUrl": lambda o: f"https://shop.example.jp/orders/{o.id}",
    "retailLocation": lambda o: o.retail_location,
    "returns": lambda o: o.returns,
    "fulfillmentOrders": lambda o: list(o.fulfillment_orders),
    "refunds": lambda o: o.refunds,
    "totalRefundedShippingSet": lambda o: (
        figures.total(s.refunded for s in o.shipping) + Bag.of(0, o.rate)
    ),
    "transactionsCount": lambda o: {"count": len(o.transactions), "precision": "EXACT"},
    "fulfillmentsCount": lambda o: {"count": len(o.fulfillments), "precision": "EXACT"},
}


def _register_figures() -> None:
    for name, function in _FIGURES.items():
        resolves(f"Order.{name}")(lambda order, ctx, args, call=function: call(order))


_register_figures()


def same_address(left: Address | None, right: Address | None) -> bool:
    """Equal in everything that is printed on a parcel."""
    names = (
        "first_name",
        "last_name",
        "company",
        "zip",
        "province_code",
        "city",
        "address1",
        "address2",
    )
    if left is None or right is None:
        return left is right
    return all(getattr(left, n) == getattr(right, n) for n in names)


@resolves("Order.displayFulfillmentStatus")
def _fulfillment_status(order: Order, ctx: Context, args: Args) -> Any:
    return figures.fulfillment_status(order, ctx.settings.fulfillment_not_required)


@resolves("Order.attribution")
def _attribution(order: Order, ctx: Context, args: Args) -> Any:
    if not order.attribution:
        return None
    return {"handle": order.attribution[0], "displayName": order.attribution[1], "icon": None}


@resolves("Order.app")
def _app(order: Order, ctx: Context, args: Args) -> Any:
    names = {
        "web": (580111, "Online Store"),
        "pos": (129785, "Point of Sale"),
        "shopify_draft_order": (1354745, "Draft Orders"),
    }
    number, name = names.get(order.source_name or "", (900001, order.source_name or "App"))
    return {"id": f"gid://shopify/OrderApp/{number}", "name": name}


@resolves("Order.cancellation")
def _cancellation(order: Order, ctx: Context, args: Args) -> Any:
    return {"staffNote": order.staff_note} if order.cancelled_at else None


@resolves("Order.customAttributes", "LineItem.customAttributes")
def _attributes(row: Any, ctx: Context, args: Args) -> Any:
    return [{"key": k, "value": v} for k, v in row.custom_attributes]


@resolves("Order.shippingLines")
def _shipping_lines(order: Order, ctx: Context, args: Args) -> Any:
    return (
        order.shipping
        if args.get("includeRemovals")
        else [s for s in order.shipping if not s.is_removed]
    )


@resolves("Order.shippingLine")
def _shipping_line(order: Order, ctx: Context, args: Args) -> Any:
    return next((s for s in order.shipping if not s.is_removed), None)


@resolves("Order.transactions")
def _transactions(order: Order, ctx: Context, args: Args) -> Any:
    if args.get("capturable"):
        return figures.open_authorizations(order)
    return order.transactions


@resolves("Order.fulfillments")
def _fulfillments(order: Order, ctx: Context, args: Args) -> Any:
    return order.fulfillments


# -- lines ---------------------------------------------------------------------

_LINE = {
    "name": lambda x: f"{x.title} - {x.variant_title}" if x.variant_title else x.title,
    "currentQuantity": figures.current_quantity,
    "refundableQuantity": figures.current_quantity,
    "unfulfilledQuantity": figures.unfulfilled_quantity,
    "restockable": lambda x: True,
    "originalUnitPriceSet": lambda x: x.unit,
    "originalTotalSet": lambda x: x.original,
    "discountAllocations": lambda x: x.allocations,
    "taxLines": lambda x: x.taxes,
    "lineItemGroup": lambda x: x.group,
    "variant": lambda x: None if x.variant is None or x.variant.deleted else x.variant,
    "nonFulfillableQuantity": lambda x: x.quantity if x.is_tip else x.removed + x.refunded,
    "product": lambda x: (
        None if x.product is None or x.variant is None or x.variant.deleted else x.product
    ),
}


def _register_lines() -> None:
    for name, function in _LINE.items():
        resolves(f"LineItem.{name}")(lambda line, ctx, args, call=function: call(line))


_register_lines()


@resolves("LineItem.discountedTotalSet")
def _discounted_total(line: Line, ctx: Context, args: Args) -> Any:
    return figures.discounted_total(line, bool(args.get("withCodeDiscounts")))


@resolves("LineItem.discountedUnitPriceAfterAllDiscountsSet")
def _approximate_unit(line: Line, ctx: Context, args: Args) -> Any:
    """Approximate (rounded): never multiply it back (section 8)."""
    return Bag.of(half_up(Decimal(line.net.shop) / line.quantity), line.order.rate)


@resolves("LineItem.discountedUnitPriceSet")
def _discounted_unit(line: Line, ctx: Context, args: Args) -> Any:
    bag = figures.discounted_total(line, False)
    return Bag.of(half_up(Decimal(bag.shop) / line.quantity), line.order.rate)


@resolves("LineItem.totalDiscountSet")
def _line_discount(line: Line, ctx: Context, args: Args) -> Any:
    return line.original - figures.discounted_total(line, True)


@resolves("LineItem.priceAfterAllDiscountsBeforeTaxesSet")
def _before_tax(line: Line, ctx: Context, args: Args) -> Any:
    net = figures.current_line_net(line)
    return net - figures.current_line_tax(line) if line.order.taxes_included else net


@resolves("LineItemGroup.variantId")
def _group_variant(row: Any, ctx: Context, args: Args) -> Any:
    return row.variant.gid if row.variant else None


@resolves("LineItemGroup.variantSku")
def _group_sku(row: Any, ctx: Context, args: Args) -> Any:
    return row.variant.sku if row.variant else None


@resolves("LineItemGroup.productId")
def _group_product(row: Any, ctx: Context, args: Args) -> Any:
    return row.variant.product.gid if row.variant else None


@resolves("DiscountAllocation.allocatedAmountSet")
def _allocated(row: Allocation, ctx: Context, args: Args) -> Any:
    return row.amount


@resolves("DiscountAllocation.discountApplication")
def _application(row: Allocation, ctx: Context, args: Args) -> Any:
    return _application_view(row.discount)


@resolves("DiscountApplicationConnection.nodes")
def _applications(page: Any, ctx: Context, args: Args) -> Any:
    return [_application_view(x) for x in page.get("nodes")]


@resolves("DiscountApplicationEdge.node")
def _application_edge(edge: Any, ctx: Context, args: Args) -> Any:
    return _application_view(edge["node"])


def _application_view(row: Discount) -> dict[str, Any]:
    """``DiscountApplication`` with its value: a percentage or an amount."""
    if row.percentage is not None:
        value: dict[str, Any] = {
            "__typename": "PricingPercentageValue",
            "percentage": float(row.percentage),
        }
    else:
        value = {"__typename": "MoneyV2", "amount": Decimal(row.amount or 0), "currencyCode": "JPY"}
    return {
        "__typename": row.kind,
        "index": row.index,
        "targetType": row.target_type,
        "targetSelection": row.target_selection,
        "allocationMethod": row.allocation_method,
        "value": value,
        "code": row.title,
        "title": row.title,
        "description": row.description,
    }


@resolves("TaxLine.ratePercentage")
def _percentage(row: Tax, ctx: Context, args: Args) -> Any:
    return float(row.rate * 100)


@resolves("TaxLine.priceSet")
def _tax_price(row: Tax, ctx: Context, args: Args) -> Any:
    return row.price


@resolves("TaxLine.price")
def _tax_price_plain(row: Tax, ctx: Context, args: Args) -> Any:
    return row.price.shop


@resolves("TaxLine.channelLiable")
def _liable(row: Tax, ctx: Context, args: Args) -> Any:
    return False


@resolves("ShippingLine.originalPriceSet")
def _shipping_original(row: Shipping, ctx: Context, args: Args) -> Any:
    return row.original


@resolves("ShippingLine.discountedPriceSet")
def _shipping_discounted(row: Shipping, ctx: Context, args: Args) -> Any:
    return row.net


@resolves("ShippingLine.currentDiscountedPriceSet")
def _shipping_current(row: Shipping, ctx: Context, args: Args) -> Any:
    return row.net - row.refunded


@resolves("ShippingLine.discountAllocations")
def _shipping_allocations(row: Shipping, ctx: Context, args: Args) -> Any:
    return row.allocations


@resolves("ShippingLine.taxLines")
def _shipping_taxes(row: Shipping, ctx: Context, args: Args) -> Any:
    return row.taxes


# -- transactions, addresses, customers ----------------------------------------


@resolves("OrderTransaction.amountSet")
def _amount(row: Transaction, ctx: Context, args: Args) -> Any:
    return row.amount


@resolves("OrderTransaction.manualPaymentGateway")
def _manual(row: Transaction, ctx: Context, args: Args) -> Any:
    return row.manual


@resolves("OrderTransaction.parentTransaction")
def _parent(row: Transaction, ctx: Context, args: Args) -> Any:
    return row.parent


@resolves("OrderTransaction.paymentDetails")
def _details(row: Transaction, ctx: Context, args: Args) -> Any:
    return row.details


@resolves("OrderTransaction.paymentId")
def _payment_id(row: Transaction, ctx: Context, args: Args) -> Any:
    return f"r{row.id}abcDEF"


@resolves("OrderTransaction.manuallyCapturable")
def _capturable(row: Transaction, ctx: Context, args: Args) -> Any:
    return row in figures.open_authorizations(row.order)


@resolves("OrderTransaction.authorizationExpiresAt")
def _authorization_end(row: Transaction, ctx: Context, args: Args) -> Any:
    return (
        row.created_at + timedelta(days=7)
        if row.kind == "AUTHORIZATION" and row.created_at
        else None
    )


@resolves("OrderTransaction.fees")
def _fees(row: Transaction, ctx: Context, args: Args) -> Any:
    """Fees of Shopify Payments only (section 15)."""
    if not row.fee:
        return []
    fee = {"amount": Decimal(row.fee), "currencyCode": "JPY"}
    zero = {"amount": Decimal(0), "currencyCode": "JPY"}
    return [
        {
            "__typename": "TransactionFee",
            "id": f"gid://shopify/TransactionFee/{row.id}",
            "amount": fee,
            "flatFee": zero,
            "rate": Decimal("0.039"),
            "rateName": "processing_fee",
            "taxAmount": zero,
            "type": "processing_fee",
        }
    ]


@resolves("MailingAddress.formatted")
def _formatted(row: Address, ctx: Context, args: Args) -> Any:
    lines = [
        f"〒{row.zip or ''}",
        f"{row.province or ''} {row.city or ''}".strip(),
        row.address1,
        row.address2,
    ]
    lines += [row.company if args.get("withCompany", True) else None]
    lines += [
        f"{row.last_name or ''} {row.first_name or ''} 様".strip() if args.get("withName") else None
    ]
    return [x for x in lines if x]


@resolves("MailingAddress.countryCode")
def _country(row: Address, ctx: Context, args: Args) -> Any:
    return row.country_code_v2


@resolves("Customer.displayName")
def _display_name(row: Customer, ctx: Context, args: Args) -> Any:
    return " ".join(p for p in (row.first_name, row.last_name) if p) or row.email or "Customer"


@resolves("Customer.defaultEmailAddress")
def _email_address(row: Customer, ctx: Context, args: Args) -> Any:
    return {"emailAddress": row.email, "validFormat": True} if row.email else None


@resolves("Customer.defaultPhoneNumber")
def _phone_number(row: Customer, ctx: Context, args: Args) -> Any:
    return {"phoneNumber": row.phone} if row.phone else None


@resolves("Customer.numberOfOrders")
def _order_count(row: Customer, ctx: Context, args: Args) -> Any:
    return sum(1 for o in ctx.store.orders.values() if o.customer is row)


def visible_orders(store: Store, scopes: frozenset[str]) -> list[Order]:
    """Without ``read_all_orders`` only the last 60 days exist, silently (section 7)."""
    rows = list(store.orders.values())
    if "read_all_orders" in scopes:
        return rows
    limit = store.now() - timedelta(days=60)
    return [o for o in rows if o.created_at >= limit]


def is_visible(store: Store, scopes: frozenset[str], order: Order) -> bool:
    """One order of :func:`visible_orders`."""
    if order.id not in store.orders:
        return False
    return "read_all_orders" in scopes or order.created_at >= store.now() - timedelta(days=60)
