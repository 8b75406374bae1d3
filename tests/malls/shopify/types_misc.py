"""Resolvers of payouts, bulk operations, webhook subscriptions, jobs; their mutations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from . import bulk, jobs, payouts, product_set
from .catalog import PUBLICATIONS, drop_product
from .fulfil import Refusal
from .model import Product, Variant
from .mutations import attempt
from .paging import sort_rows
from .resolve import Context, resolves, user_error
from .search import Filter
from .types_product import metafield_view
from .types_root import found_rows, tick
from .webhooks import CUSTOMER_TOPICS, Subscription, missing_scope

Args = dict[str, Any]


def _yen(amount: int) -> dict[str, Any]:
    return {"amount": Decimal(amount), "currencyCode": "JPY"}


# -- payouts -------------------------------------------------------------------


@resolves("QueryRoot.shopifyPaymentsAccount")
def _account(root: Any, ctx: Context, args: Args) -> Any:
    """Null when the shop does not use Shopify Payments (section 15)."""
    if not ctx.settings.payments_account:
        return None
    payouts.collect(ctx.store)
    return {
        "__typename": "ShopifyPaymentsAccount",
        "id": "gid://shopify/ShopifyPaymentsAccount/15",
        "activated": True,
        "country": "JP",
        "defaultCurrency": "JPY",
    }


PAYOUT_FILTERS = {
    "id": Filter("id", lambda p: p.id),
    "issued_at": Filter("time", lambda p: p.issued_at),
    "status": Filter("string", lambda p: p.status.lower()),
    "currency": Filter("string", lambda p: "jpy"),
    "amount": Filter("float", lambda p: float(p.net)),
}
BALANCE_FILTERS = {
    "id": Filter("id", lambda b: b.id),
    "processed_at": Filter("time", lambda b: b.transaction_date),
    "payments_transfer_id": Filter("id", lambda b: b.payout.id if b.payout else None),
    "payout_date": Filter("time", lambda b: b.payout.issued_at if b.payout else None),
    "payout_status": Filter("string", lambda b: b.payout.status.lower() if b.payout else "pending"),
    "transaction_type": Filter("string", lambda b: b.type.lower()),
    "currency": Filter("string", lambda b: "jpy"),
}


@resolves("ShopifyPaymentsAccount.payouts")
def _payouts(root: Any, ctx: Context, args: Args) -> Any:
    """Payout scopes alone are refused at the account [R]; payouts need theirs too."""
    rows = found_rows(
        ctx,
        "payouts",
        list(ctx.store.payouts.values()),
        PAYOUT_FILTERS,
        args.get("query"),
        "ShopifyPaymentsAccount",
    )
    key = args.get("sortKey") or "ISSUED_AT"
    sort: Any = {
        "ISSUED_AT": lambda p: p.issued_at,
        "AMOUNT": lambda p: p.net,
        "STATUS": lambda p: p.status,
    }.get(key, lambda p: p.id)
    return sort_rows(rows, sort, bool(args.get("reverse")), key)


@resolves("ShopifyPaymentsAccount.balanceTransactions")
def _balance(root: Any, ctx: Context, args: Args) -> Any:
    rows = list(ctx.store.balance.values())
    if args.get("hideTransfers"):
        rows = [b for b in rows if b.type != "TRANSFER"]
    rows = found_rows(
        ctx,
        "balanceTransactions",
        rows,
        BALANCE_FILTERS,
        args.get("query"),
        "ShopifyPaymentsAccount",
    )
    key = args.get("sortKey") or "PROCESSED_AT"
    sort: Any = {
        "AMOUNT": lambda b: b.amount,
        "NET": lambda b: b.net,
        "FEE": lambda b: b.fee,
        "PROCESSED_AT": lambda b: b.transaction_date,
    }.get(key, lambda b: b.id)
    return sort_rows(rows, sort, bool(args.get("reverse")), key)


@resolves("ShopifyPaymentsPayout.net", "ShopifyPaymentsBalanceTransaction.net")
def _net(row: Any, ctx: Context, args: Args) -> Any:
    return _yen(row.net)


@resolves("ShopifyPaymentsPayout.summary")
def _summary(row: Any, ctx: Context, args: Args) -> Any:
    table = payouts.summary(ctx.store, row)
    names = [
        f"{n}{k}"
        for n in ("charges", "adjustments", "reservedFunds", "retriedPayouts")
        for k in ("Gross", "Fee")
    ]
    return {
        name: _yen(table.get(name, 0))
        for name in [
            *names,
            "refundsFeeGross",
            "refundsFee",
            "advanceFees",
            "advanceGross",
            "usdcRebateCreditAmount",
        ]
    }


@resolves("ShopifyPaymentsBalanceTransaction.amount")
def _balance_amount(row: Any, ctx: Context, args: Args) -> Any:
    return _yen(row.amount)


@resolves("ShopifyPaymentsBalanceTransaction.fee")
def _balance_fee(row: Any, ctx: Context, args: Args) -> Any:
    return _yen(row.fee)


@resolves("ShopifyPaymentsBalanceTransaction.sourceId")
def _source(row: Any, ctx: Context, args: Args) -> Any:
    return str(700000 + row.source.id) if row.source else str(row.payout.id)


@resolves("ShopifyPaymentsBalanceTransaction.sourceType")
def _source_type(row: Any, ctx: Context, args: Args) -> Any:
    return row.type


@resolves("ShopifyPaymentsBalanceTransaction.sourceOrderTransactionId")
def _source_transaction(row: Any, ctx: Context, args: Args) -> Any:
    return str(row.source.id) if row.source else None


@resolves("ShopifyPaymentsBalanceTransaction.associatedOrder")
def _associated_order(row: Any, ctx: Context, args: Args) -> Any:
    return {"id": row.order.gid, "name": row.order.name} if row.order else None


@resolves("ShopifyPaymentsBalanceTransaction.associatedPayout")
def _associated_payout(row: Any, ctx: Context, args: Args) -> Any:
    return (
        {"id": row.payout.gid, "status": row.payout.status}
        if row.payout
        else {"id": None, "status": "PENDING"}
    )


# -- bulk ----------------------------------------------------------------------


@resolves("Mutation.bulkOperationRunQuery")
def _run_query(root: Any, ctx: Context, args: Args) -> Any:
    """At most five at a time (section 13)."""
    busy = bulk.running(ctx.store)
    if len(busy) >= bulk.MAX_RUNNING:
        names = ", ".join(b.gid for b in busy)
        text = f"A bulk query operation for this app and shop is already in progress: {names}."
        return {
            "bulkOperation": None,
            "userErrors": [user_error(text, None, "OPERATION_IN_PROGRESS")],
        }
    problems = bulk.check(ctx.loaded, args["query"])
    if problems:
        return {
            "bulkOperation": None,
            "userErrors": [user_error(p, ["query"], "INVALID") for p in problems],
        }
    return {
        "bulkOperation": bulk.start(
            ctx.store, args["query"], bool(args.get("groupObjects")), ctx.scopes
        ),
        "userErrors": [],
    }


@resolves("Mutation.bulkOperationCancel")
def _bulk_cancel(root: Any, ctx: Context, args: Args) -> Any:
    found = ctx.store.get(args["id"], bulk.BulkOperation)
    if found is None:
        return {
            "bulkOperation": None,
            "userErrors": [user_error("Bulk operation does not exist", ["id"])],
        }
    if found.status in bulk.DONE:
        text = f"A bulk operation cannot be canceled when it is {found.status.lower()}"
        return {"bulkOperation": found, "userErrors": [user_error(text, None)]}
    found.status = "CANCELING"
    return {"bulkOperation": found, "userErrors": []}


@resolves("BulkOperation.url")
def _bulk_url(row: Any, ctx: Context, args: Args) -> Any:
    return bulk.url_of(ctx.store, row, ctx.base_url)


BULK_FILTERS = {
    "id": Filter("id", lambda b: b.id),
    "status": Filter("string", lambda b: b.status.lower()),
    "created_at": Filter("time", lambda b: b.created_at),
    "operation_type": Filter("string", lambda b: b.type.lower()),
}


@resolves("QueryRoot.bulkOperations")
def _bulk_list(root: Any, ctx: Context, args: Args) -> Any:
    rows = found_rows(
        ctx,
        "bulkOperations",
        [tick(b, ctx) for b in ctx.store.bulk.values()],
        BULK_FILTERS,
        args.get("query"),
    )
    return sort_rows(rows, lambda b: b.created_at, bool(args.get("reverse")), "CREATED_AT")


# -- webhook subscriptions -----------------------------------------------------


@resolves("QueryRoot.webhookSubscriptions")
def _subscriptions(root: Any, ctx: Context, args: Args) -> Any:
    rows = list(ctx.store.webhooks.values())
    topics, uri = args.get("topics"), args.get("uri") or args.get("callbackUrl")
    rows = [s for s in rows if (not topics or s.topic in topics) and (not uri or s.uri == uri)]
    return sort_rows(rows, lambda s: s.id, bool(args.get("reverse")), "ID")


@resolves("QueryRoot.webhookSubscription")
def _subscription(root: Any, ctx: Context, args: Args) -> Any:
    return ctx.store.get(args["id"], Subscription)


@resolves("WebhookSubscription.apiVersion")
def _api_version(row: Any, ctx: Context, args: Args) -> Any:
    """From the app's setting, not from the call (section 14)."""
    handle = ctx.settings.webhook_api_version
    return {
        "handle": handle,
        "displayName": handle,
        "supported": handle in ctx.settings.supported_versions,
    }


@resolves("WebhookSubscription.callbackUrl")
def _callback(row: Any, ctx: Context, args: Args) -> Any:
    return row.uri


def _check_uri(ctx: Context, uri: str | None) -> str:
    """https only, no Shopify or internal host; ``field`` says callbackUrl even for ``uri`` [R]."""
    field = ["webhookSubscription", "callbackUrl"]
    if not uri:
        raise Refusal("Address can't be blank", field)
    parts = urlsplit(uri)
    local = parts.hostname in ("127.0.0.1", "localhost")
    if local and ctx.settings.allow_local_webhooks:
        return uri
    if parts.scheme in ("pubsub", "arn"):
        return uri
    if parts.scheme != "https":
        raise Refusal("Address protocol http:// is not supported", field)
    if (
        local
        or (parts.hostname or "").endswith(("shopify.com", ".internal", ".local"))
        or "." not in (parts.hostname or "")
    ):
        raise Refusal("Address is not allowed", field)
    return uri


def _taken(ctx: Context, topic: str, uri: str, me: Subscription | None = None) -> None:
    if any(s.topic == topic and s.uri == uri and s is not me for s in ctx.store.webhooks.values()):
        raise Refusal(
            "Address for this topic has already been taken", ["webhookSubscription", "callbackUrl"]
        )


@resolves("Mutation.webhookSubscriptionCreate")
def _create_subscription(root: Any, ctx: Context, args: Args) -> Any:
    def run() -> dict[str, Any]:
        value, topic = args["webhookSubscription"], args["topic"]
        made = Subscription(0, topic, created_at=ctx.store.now(), updated_at=ctx.store.now())
        if made.rest_topic.startswith(CUSTOMER_TOPICS) and ctx.settings.protected_data == "none":
            raise Refusal(
                "This app is not approved to subscribe to webhook "
                "topics containing protected customer data.",
                ["topic"],
            )
        if missing_scope(made.rest_topic, ctx.scopes):
            raise Refusal(
                "You do not have permission to create or update webhooks with "
                + made.rest_topic
                + " topic",
                ["topic"],
            )
        made.uri = _check_uri(ctx, value.get("uri") or value.get("callbackUrl"))
        _taken(ctx, topic, made.uri)
        _write(made, value)
        made.id = ctx.store.next_id("WebhookSubscription")
        ctx.store.webhooks[made.id] = ctx.store.add(made)
        return {"webhookSubscription": made}

    return attempt(run, webhookSubscription=None)


def _write(made: Subscription, value: dict[str, Any]) -> None:
    for name, attribute in (
        ("format", "format"),
        ("name", "name"),
        ("filter", "filter"),
        ("includeFields", "include_fields"),
    ):
        if value.get(name) is not None:
            setattr(made, attribute, value[name])


@resolves("Mutation.webhookSubscriptionUpdate")
def _update_subscription(root: Any, ctx: Context, args: Args) -> Any:
    def run() -> dict[str, Any]:
        found = ctx.store.get(args["id"], Subscription)
        if found is None:
            raise Refusal("Webhook subscription does not exist", ["id"])
        value = args["webhookSubscription"]
        if value.get("uri") or value.get("callbackUrl"):
            uri = _check_uri(ctx, value.get("uri") or value.get("callbackUrl"))
            _taken(ctx, found.topic, uri, found)
            found.uri = uri
        _write(found, value)
        found.updated_at = ctx.store.now()
        return {"webhookSubscription": found}

    return attempt(run, webhookSubscription=None)


@resolves("Mutation.webhookSubscriptionDelete")
def _delete_subscription(root: Any, ctx: Context, args: Args) -> Any:
    found = ctx.store.get(args["id"], Subscription)
    if found is None:
        return {
            "deletedWebhookSubscriptionId": None,
            "userErrors": [user_error("Webhook subscription does not exist", ["id"])],
        }
    ctx.store.webhooks.pop(found.id, None)
    ctx.store.nodes.pop(found.gid, None)
    return {"deletedWebhookSubscriptionId": found.gid, "userErrors": []}


# -- products ------------------------------------------------------------------


@resolves("Mutation.productSet")
def _product_set(root: Any, ctx: Context, args: Args) -> Any:
    """Synchronous by default; the operation's errors come later otherwise (section 11)."""
    identifier, value = args.get("identifier"), args["input"]

    def run() -> dict[str, Any]:
        if args.get("synchronous") is False:
            product_set.check(ctx.store, product_set.find_product(ctx.store, identifier), value)
            return {
                "product": None,
                "productSetOperation": jobs.start_product_set(ctx.store, identifier, value),
            }
        return {
            "product": product_set.product_set(ctx.store, identifier, value),
            "productSetOperation": None,
        }

    return attempt(run, product=None, productSetOperation=None)


@resolves("Mutation.productVariantsBulkUpdate")
def _variants_update(root: Any, ctx: Context, args: Args) -> Any:
    try:
        product, good, errors = product_set.bulk_update(
            ctx.store, args["productId"], args["variants"], bool(args.get("allowPartialUpdates"))
        )
    except Refusal as exc:
        return {
            "product": None,
            "productVariants": None,
            "userErrors": [user_error(exc.message, exc.field, exc.code)],
        }
    rows = [user_error(e.message, e.field, e.code) for e in errors]
    return {
        "product": product,
        "productVariants": good or (None if errors else []),
        "userErrors": rows,
    }


@resolves("Mutation.productDelete")
def _product_delete(root: Any, ctx: Context, args: Args) -> Any:
    found = ctx.store.get(args["input"]["id"], Product)
    if found is None:
        return {
            "deletedProductId": None,
            "userErrors": [user_error("Product does not exist", ["id"])],
        }
    drop_product(ctx.store, found)
    return {"deletedProductId": found.gid, "userErrors": []}


@resolves("Mutation.publishablePublish", "Mutation.publishableUnpublish")
def _publish(root: Any, ctx: Context, args: Args) -> Any:
    """``ACTIVE`` does not publish: this does."""
    found = ctx.store.get(args["id"], Product)
    if found is None:
        return {
            "publishable": None,
            "userErrors": [user_error("Publishable does not exist", ["id"])],
        }
    off = ctx.info is not None and ctx.info.field_name == "publishableUnpublish"
    errors = []
    for index, row in enumerate(args["input"]):
        number = str(row.get("publicationId") or "").rsplit("/", 1)[-1]
        if not number.isdigit() or int(number) not in PUBLICATIONS:
            errors.append(
                user_error(
                    "Publication does not exist or is not publishable",
                    ["input", str(index), "publicationId"],
                )
            )
        elif off:
            found.published.discard(int(number))
        else:
            found.published.add(int(number))
    return {"publishable": found, "userErrors": errors}


@resolves("Mutation.metafieldsSet")
def _metafields_set(root: Any, ctx: Context, args: Args) -> Any:
    made = []
    for index, row in enumerate(args["metafields"]):
        owner: Any = ctx.store.get(row["ownerId"], Product) or ctx.store.get(
            row["ownerId"], Variant
        )
        if owner is None:
            return {
                "metafields": [],
                "userErrors": [
                    {
                        **user_error(
                            "Owner does not exist.",
                            ["metafields", str(index), "ownerId"],
                            "INVALID",
                        ),
                        "elementIndex": index,
                    }
                ],
            }
        made.append(metafield_view(owner, product_set.set_metafield(ctx.store, owner, row)))
    return {"metafields": made, "userErrors": []}


@resolves("Mutation.stagedUploadsCreate")
def _staged(root: Any, ctx: Context, args: Args) -> Any:
    """Upload targets served by the simulator."""
    rows = []
    for row in args["input"]:
        number = ctx.store.next_id("StagedUpload")
        url = f"{ctx.base_url}/stage/{number}"
        rows.append(
            {
                "url": url,
                "resourceUrl": f"{url}/{row['filename']}",
                "parameters": [
                    {"name": "content_type", "value": row["mimeType"]},
                    {"name": "acl", "value": "private"},
                ],
            }
        )
    return {"stagedTargets": rows, "userErrors": []}
