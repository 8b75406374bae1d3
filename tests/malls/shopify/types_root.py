"""Resolvers of ``QueryRoot``: lists, look-ups, shop, payouts, jobs (sections 6, 11, 15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import bulk, figures, inventory
from .catalog import PUBLICATIONS
from .model import Customer, Order, Product, Variant
from .paging import Keyed, sort_rows
from .resolve import Context, access_denied, bad_request, resolves
from .search import Filter, Unsupported, compile_search
from .settings import PLANS
from .types_order import is_visible, visible_orders
from .types_product import count, publication_view

Args = dict[str, Any]
_GID = re.compile(r"^gid://shopify/(\w+)/[^/\s]+$")

FULFILLMENT_WORDS = {
    "UNFULFILLED": ["unfulfilled", "unshipped"],
    "FULFILLED": ["fulfilled", "shipped"],
    "PARTIALLY_FULFILLED": ["partial", "unshipped"],
    "SCHEDULED": ["scheduled"],
    "ON_HOLD": ["on_hold"],
}


def _order_states(order: Order) -> list[str]:
    states = ["any", "closed" if figures.is_closed(order) else "open"]
    if not figures.is_closed(order):
        states.append("not_closed")
    return states + (["cancelled"] if order.cancelled_at else [])


ORDER_FILTERS = {
    "id": Filter("id", lambda o: o.id),
    "updated_at": Filter("time", lambda o: o.updated_at),
    "created_at": Filter("time", lambda o: o.created_at),
    "processed_at": Filter("time", lambda o: o.processed_at),
    "name": Filter("string", lambda o: [o.name, o.name.lstrip("#"), str(o.number)]),
    "status": Filter("string", _order_states),
    "financial_status": Filter(
        "string",
        lambda o: [
            figures.financial_status(o).lower(),
            *(["unpaid"] if figures.received(o).shop == 0 else []),
        ],
    ),
    "fulfillment_status": Filter(
        "string", lambda o: FULFILLMENT_WORDS.get(figures.fulfillment_status(o), [])
    ),
    "return_status": Filter("string", lambda o: figures.return_status(o).lower()),
    "tag": Filter("string", lambda o: o.tags),
    "test": Filter("boolean", lambda o: o.test),
    "sku": Filter("text", lambda o: [x.sku for x in o.lines]),
    "email": Filter("string", lambda o: o.email),
    "confirmation_number": Filter("string", lambda o: o.confirmation_number),
    "gateway": Filter("string", figures.gateway_names),
    "source_name": Filter("string", lambda o: o.source_name),
    "channel": Filter("string", lambda o: o.attribution[0] if o.attribution else None),
    "discount_code": Filter("string", lambda o: o.discount_codes[:1]),
    "customer_id": Filter("id", lambda o: o.customer.id if o.customer else None),
    "po_number": Filter("string", lambda o: o.po_number),
    "source_identifier": Filter("string", lambda o: o.source_identifier),
    "current_total_price": Filter("float", lambda o: float(figures.current_total(o).shop)),
    "default": Filter(
        "text", lambda o: [o.name, o.email, o.shipping_address.name if o.shipping_address else None]
    ),
}
ORDER_SORTS: dict[str, Callable[[Order], Any]] = {
    "PROCESSED_AT": lambda o: o.processed_at,
    "UPDATED_AT": lambda o: o.updated_at,
    "CREATED_AT": lambda o: o.created_at,
    "ID": lambda o: o.id,
    "ORDER_NUMBER": lambda o: o.number,
    "TOTAL_PRICE": lambda o: figures.total_price(o).shop,
    "RELEVANCE": lambda o: o.id,
    "CURRENT_TOTAL_PRICE": lambda o: figures.current_total(o).shop,
    "FINANCIAL_STATUS": figures.financial_status,
    "FULFILLMENT_STATUS": figures.fulfillment_status,
    "CUSTOMER_NAME": lambda o: o.customer.last_name or "" if o.customer else "",
    "PO_NUMBER": lambda o: o.po_number or "",
    "DESTINATION": lambda o: o.shipping_address.city or "" if o.shipping_address else "",
    "TOTAL_ITEMS_QUANTITY": lambda o: sum(x.quantity for x in o.lines),
}
PRODUCT_FILTERS = {
    "id": Filter("id", lambda p: p.id),
    "updated_at": Filter("time", lambda p: p.updated_at),
    "created_at": Filter("time", lambda p: p.created_at),
    "title": Filter("text", lambda p: p.title),
    "handle": Filter("string", lambda p: p.handle),
    "status": Filter("string", lambda p: p.status.lower()),
    "vendor": Filter("string", lambda p: p.vendor),
    "product_type": Filter("string", lambda p: p.product_type),
    "tag": Filter("string", lambda p: p.tags),
    "sku": Filter("text", lambda p: [v.sku for v in p.variants]),
    "barcode": Filter("string", lambda p: [v.barcode for v in p.variants]),
    "variant_id": Filter("id", lambda p: p.variants[0].id if p.variants else None),
    "inventory_total": Filter("int", lambda p: sum(inventory.sellable(v) for v in p.variants)),
    "default": Filter("text", lambda p: [p.title, p.vendor, p.product_type, *p.tags]),
}
PRODUCT_SORTS: dict[str, Callable[[Product], Any]] = {
    "ID": lambda p: p.id,
    "UPDATED_AT": lambda p: p.updated_at,
    "CREATED_AT": lambda p: p.created_at,
    "TITLE": lambda p: p.title,
    "VENDOR": lambda p: p.vendor,
    "PRODUCT_TYPE": lambda p: p.product_type,
    "RELEVANCE": lambda p: p.id,
    "PUBLISHED_AT": lambda p: p.created_at,
    "INVENTORY_TOTAL": lambda p: sum(inventory.sellable(v) for v in p.variants),
}
VARIANT_FILTERS = {
    "id": Filter("id", lambda v: v.id),
    "updated_at": Filter("time", lambda v: v.updated_at),
    "sku": Filter("text", lambda v: v.sku),
    "barcode": Filter("string", lambda v: v.barcode),
    "product_id": Filter("id", lambda v: v.product.id),
    "title": Filter("text", lambda v: v.title),
    "product_ids": Filter("string", lambda v: str(v.product.id)),
    "vendor": Filter("string", lambda v: v.product.vendor),
    "product_status": Filter("string", lambda v: v.product.status.lower()),
    "tag": Filter("string", lambda v: v.product.tags),
    "taxable": Filter("boolean", lambda v: v.taxable),
    "inventory_quantity": Filter("int", inventory.sellable),
    "default": Filter("text", lambda v: [v.sku, v.barcode, v.title, v.product.title]),
}
VARIANT_SORTS: dict[str, Callable[[Variant], Any]] = {
    "ID": lambda v: v.id,
    "SKU": lambda v: v.sku or "",
    "TITLE": lambda v: v.title,
    "POSITION": lambda v: v.position,
    "NAME": lambda v: v.title,
    "FULL_TITLE": lambda v: f"{v.product.title} - {v.title}",
    "RELEVANCE": lambda v: v.id,
    "INVENTORY_QUANTITY": inventory.sellable,
}
ITEM_FILTERS = {
    "id": Filter("id", lambda i: i.id),
    "sku": Filter("text", lambda i: i.variant.sku),
    "created_at": Filter("time", lambda i: i.variant.created_at),
    "updated_at": Filter("time", lambda i: i.variant.updated_at),
}
LOCATION_FILTERS = {
    "id": Filter("id", lambda x: x.id),
    "location_id": Filter("id", lambda x: x.id),
    "name": Filter("text", lambda x: x.name),
    "active": Filter("boolean", lambda x: x.is_active),
    "default": Filter("text", lambda x: x.name),
}
CUSTOMER_FILTERS = {
    "id": Filter("id", lambda c: c.id),
    "email": Filter("string", lambda c: c.email),
    "updated_at": Filter("time", lambda c: c.updated_at),
    "default": Filter("text", lambda c: [c.first_name, c.last_name, c.email]),
}


def found_rows(
    ctx: Context,
    field: str,
    rows: list[Any],
    filters: dict[str, Filter],
    query: str | None,
    parent: str = "QueryRoot",
) -> list[Any]:
    """Rows that match the query; warnings go to ``extensions.search``."""
    known = ctx.loaded.filters.get((parent, field), {})
    try:
        search = compile_search(query, filters, known, ctx.store.now())
    except Unsupported as exc:
        raise bad_request(str(exc), "INTERNAL_SERVER_ERROR") from exc
    if search.warnings:
        assert ctx.info is not None
        ctx.searches.append(
            {
                "path": ctx.info.path.as_list(),
                "query": query,
                "parsed": search.parsed,
                "warnings": search.warnings,
            }
        )
    return [row for row in rows if search.test(row)]


def _sorted(
    rows: list[Any], sorts: dict[str, Callable[[Any], Any]], args: Args, default: str
) -> Keyed:
    name = args.get("sortKey") or default
    return sort_rows(rows, sorts[name], bool(args.get("reverse")), name)


def _indexed_orders(ctx: Context) -> list[Order]:
    """The search index lags behind writes by seconds (section 6)."""
    rows = visible_orders(ctx.store, ctx.scopes)
    lag = ctx.settings.index_lag_seconds
    if not lag:
        return rows
    now = ctx.store.now()
    return [o for o in rows if (now - o.updated_at).total_seconds() >= lag]


@resolves("QueryRoot.orders")
def _orders(root: Any, ctx: Context, args: Args) -> Any:
    rows = found_rows(ctx, "orders", _indexed_orders(ctx), ORDER_FILTERS, args.get("query"))
    return _sorted(rows, ORDER_SORTS, args, "PROCESSED_AT")


@resolves("QueryRoot.ordersCount")
def _orders_count(root: Any, ctx: Context, args: Args) -> Any:
    number = len(found_rows(ctx, "orders", _indexed_orders(ctx), ORDER_FILTERS, args.get("query")))
    limit = args.get("limit")
    if limit is not None and number > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return count(number)


@resolves("QueryRoot.products")
def _products(root: Any, ctx: Context, args: Args) -> Any:
    rows = found_rows(
        ctx, "products", list(ctx.store.products.values()), PRODUCT_FILTERS, args.get("query")
    )
    return _sorted(rows, PRODUCT_SORTS, args, "ID")


@resolves("QueryRoot.productsCount")
def _products_count(root: Any, ctx: Context, args: Args) -> Any:
    return count(
        len(
            found_rows(
                ctx,
                "products",
                list(ctx.store.products.values()),
                PRODUCT_FILTERS,
                args.get("query"),
            )
        )
    )


@resolves("QueryRoot.productVariants")
def _variants(root: Any, ctx: Context, args: Args) -> Any:
    rows = found_rows(
        ctx,
        "productVariants",
        list(ctx.store.variants.values()),
        VARIANT_FILTERS,
        args.get("query"),
    )
    return _sorted(rows, VARIANT_SORTS, args, "ID")


@resolves("QueryRoot.inventoryItems")
def _items(root: Any, ctx: Context, args: Args) -> Any:
    rows = found_rows(
        ctx,
        "inventoryItems",
        [v.item for v in ctx.store.items.values()],
        ITEM_FILTERS,
        args.get("query"),
    )
    return _sorted(rows, {"ID": lambda i: i.id}, args, "ID")


@resolves("QueryRoot.customers")
def _customers(root: Any, ctx: Context, args: Args) -> Any:
    rows = found_rows(
        ctx, "customers", list(ctx.store.customers.values()), CUSTOMER_FILTERS, args.get("query")
    )
    sorts: dict[str, Callable[[Customer], Any]] = {
        "UPDATED_AT": lambda c: c.updated_at,
        "CREATED_AT": lambda c: c.created_at,
    }
    name = args.get("sortKey") if args.get("sortKey") in sorts else "ID"
    return _sorted(rows, {**sorts, "ID": lambda c: c.id}, {**args, "sortKey": name}, "ID")


@resolves("QueryRoot.locations")
def _locations(root: Any, ctx: Context, args: Args) -> Any:
    rows = [
        x
        for x in ctx.store.locations.values()
        if (x.is_active or args.get("includeInactive"))
        and (not x.legacy or args.get("includeLegacy"))
    ]
    rows = found_rows(ctx, "locations", rows, LOCATION_FILTERS, args.get("query"))
    sorts: dict[str, Callable[[Any], Any]] = {
        "NAME": lambda x: x.name,
        "ID": lambda x: x.id,
        "RELEVANCE": lambda x: x.id,
    }
    return _sorted(rows, sorts, args, "NAME")


@resolves("QueryRoot.publications")
def _publications(root: Any, ctx: Context, args: Args) -> Any:
    return [publication_view(number) for number in PUBLICATIONS]


@resolves("QueryRoot.fulfillmentOrders")
def _fulfillment_orders(root: Any, ctx: Context, args: Args) -> Any:
    rows = [f for o in visible_orders(ctx.store, ctx.scopes) for f in o.fulfillment_orders]
    if not args.get("includeClosed"):
        rows = [f for f in rows if f.status in figures.OPEN_FO]
    return _sorted(rows, {"ID": lambda f: f.id}, {**args, "sortKey": "ID"}, "ID")


# -- look-ups by id ------------------------------------------------------------


def lookup(ctx: Context, gid: Any, kinds: tuple[str, ...] | None = None) -> Any:
    """A record by global id; unknown ids give null without error (section 5)."""
    match = _GID.match(str(gid))
    if match is None:
        return None
    if kinds is not None and match.group(1) not in kinds:
        raise bad_request("invalid id", "RESOURCE_NOT_FOUND")
    node = ctx.store.nodes.get(str(gid)) or _special(ctx, str(gid), match.group(1))
    if isinstance(node, Order) and not is_visible(ctx.store, ctx.scopes, node):
        return None
    return node


def _special(ctx: Context, gid: str, kind: str) -> Any:
    if kind == "Publication":
        number = int(gid.rsplit("/", 1)[-1])
        return publication_view(number) if number in PUBLICATIONS else None
    if kind == "Shop":
        return shop_view(ctx)
    return ctx.store.jobs.get(gid) or ctx.store.operations.get(gid)


def _by_id(field: str, *kinds: str) -> None:
    resolves(f"QueryRoot.{field}")(lambda root, ctx, args: lookup(ctx, args["id"], kinds))


for _field, _kind in {
    "order": "Order",
    "product": "Product",
    "productVariant": "ProductVariant",
    "inventoryItem": "InventoryItem",
    "inventoryLevel": "InventoryLevel",
    "fulfillmentOrder": "FulfillmentOrder",
    "fulfillment": "Fulfillment",
    "refund": "Refund",
    "return": "Return",
    "customer": "Customer",
}.items():
    _by_id(_field, _kind)


@resolves("QueryRoot.location")
def _location(root: Any, ctx: Context, args: Args) -> Any:
    if args.get("id") is None:
        return next(iter(ctx.store.locations.values()))
    return lookup(ctx, args["id"], ("Location",))


@resolves("QueryRoot.node")
def _node(root: Any, ctx: Context, args: Args) -> Any:
    return node_checked(ctx, args["id"])


@resolves("QueryRoot.nodes")
def _nodes(root: Any, ctx: Context, args: Args) -> Any:
    """Unknown ids are null, the order is kept (section 12)."""
    return [node_checked(ctx, gid) for gid in args["ids"]]


def node_checked(ctx: Context, gid: Any) -> Any:
    """``node`` needs the scope of the concrete type."""
    node = lookup(ctx, gid)
    if node is None:
        return None
    name = node["__typename"] if isinstance(node, dict) else getattr(node, "typename", "")
    access = ctx.loaded.types.get(name)
    if access and not set(access.scopes) & ctx.scopes:
        raise access_denied("node", access.sentence)
    return tick(node, ctx)


def tick(node: Any, ctx: Context) -> Any:
    """Asynchronous records move on when they are looked at."""
    if isinstance(node, bulk.BulkOperation):
        bulk.advance(ctx.store, node, ctx.execute_bulk, polled=True)
    poll = getattr(node, "poll", None)
    if poll is not None:
        poll(ctx.store)
    return node


@resolves("QueryRoot.productOperation")
def _product_operation(root: Any, ctx: Context, args: Args) -> Any:
    return tick(lookup(ctx, args["id"], ("ProductSetOperation",)), ctx)


@resolves("QueryRoot.bulkOperation")
def _bulk_operation(root: Any, ctx: Context, args: Args) -> Any:
    return tick(lookup(ctx, args["id"], ("BulkOperation",)), ctx)


@resolves("QueryRoot.job")
def _job(root: Any, ctx: Context, args: Args) -> Any:
    job = ctx.store.jobs.get(str(args["id"]))
    return None if job is None else {"id": args["id"], "done": tick(job, ctx).done}


@resolves("QueryRoot.productByIdentifier")
def _product_by(root: Any, ctx: Context, args: Args) -> Any:
    from .product_set import find_product

    return find_product(ctx.store, args["identifier"])


@resolves("QueryRoot.orderByIdentifier")
def _order_by(root: Any, ctx: Context, args: Args) -> Any:
    return (
        lookup(ctx, args["identifier"].get("id"), ("Order",))
        if args["identifier"].get("id")
        else None
    )


# -- shop ----------------------------------------------------------------------


SHOP_ADDRESS = {
    "id": "gid://shopify/ShopAddress/1",
    "countryCodeV2": "JP",
    "provinceCode": "JP-13",
    "city": "千代田区",
    "address1": "神田1-1-1",
    "zip": "101-0001",
}


def shop_view(ctx: Context) -> dict[str, Any]:
    """``Shop`` of a Japanese merchant, tax-included prices (section 16)."""
    settings = ctx.settings
    name, _capacity, _rate = PLANS[settings.plan]
    plus = settings.plan in ("plus", "enterprise")
    return {
        "__typename": "Shop",
        "id": "gid://shopify/Shop/77000001",
        "name": settings.shop_name,
        "myshopifyDomain": settings.shop_domain,
        "ianaTimezone": "Asia/Tokyo",
        "currencyCode": "JPY",
        "enabledPresentmentCurrencies": settings.presentment_currencies,
        "taxesIncluded": settings.taxes_included,
        "taxShipping": True,
        "weightUnit": "GRAMS",
        "email": "shop@example.com",
        "contactEmail": "shop@example.com",
        "primaryDomain": {
            "host": settings.primary_host,
            "url": f"https://{settings.primary_host}",
            "id": "gid://shopify/Domain/1",
            "sslEnabled": True,
        },
        "plan": {
            "publicDisplayName": name,
            "displayName": name,
            "partnerDevelopment": False,
            "shopifyPlus": plus,
        },
        "shopAddress": SHOP_ADDRESS,
        "timezoneAbbreviation": "JST",
        "timezoneOffset": "+0900",
        "timezoneOffsetMinutes": 540,
        "orderNumberFormatPrefix": settings.order_prefix,
        "orderNumberFormatSuffix": settings.order_suffix,
        "unitSystem": "METRIC_SYSTEM",
        "url": f"https://{settings.primary_host}",
    }


@resolves("QueryRoot.shop", "PublishablePublishPayload.shop")
def _shop(root: Any, ctx: Context, args: Args) -> Any:
    return shop_view(ctx)


@resolves("QueryRoot.currentAppInstallation")
def _installation(root: Any, ctx: Context, args: Args) -> Any:
    return {
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/1",
        "accessScopes": [{"handle": s, "description": s} for s in sorted(ctx.scopes)],
    }
