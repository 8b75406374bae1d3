"""Mutations of orders, payments, refunds, tags and fulfilments (sections 8 to 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import aftersale, fulfil, jobs, refunds
from .buyers import changed_address
from .checkout import hold
from .fulfil import Refusal
from .idempotency import once
from .model import Customer, Fulfillment, FulfillmentOrder, Location, Order, Product
from .resolve import Context, bad_request, invalid_id, need, resolves, user_error

Args = dict[str, Any]
MAX_TAGS, MAX_TAG = 250, 40
WRITE_FULFILLMENT = (
    "write_assigned_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)


def attempt(
    run: Callable[[], dict[str, Any]], key: str = "userErrors", **empty: Any
) -> dict[str, Any]:
    """Turn a :class:`Refusal` into a payload with ``userErrors``."""
    try:
        return {**run(), key: []}
    except Refusal as exc:
        return {**empty, key: [user_error(exc.message, exc.field, exc.code)]}


def zero_id(*gids: Any) -> None:
    """An id with number 0 cannot exist: a top-level error, not a userError [R]."""
    for gid in gids:
        if str(gid).rsplit("/", 1)[-1].split("?")[0] == "0":
            raise invalid_id()


def order_of(ctx: Context, gid: Any, path: list[str], text: str = "Order does not exist") -> Order:
    """The order of a mutation, or a userError."""
    zero_id(gid)
    order = ctx.store.get(gid, Order)
    if order is None or order.id not in ctx.store.orders:
        raise Refusal(text, path, "NOT_FOUND")
    return order


# -- orders --------------------------------------------------------------------


@resolves("Mutation.orderUpdate")
def _order_update(root: Any, ctx: Context, args: Args) -> Any:
    return attempt(lambda: {"order": _update_order(ctx, args["input"])}, order=None)


def _update_order(ctx: Context, value: dict[str, Any]) -> Order:
    """Overwrites tags, note and custom attributes (section 8)."""
    order = order_of(ctx, value["id"], ["id"])
    if len(value) < 2:
        raise Refusal("No valid update parameters have been provided", None)
    if value.get("tags") is not None:
        order.tags = check_tags(value["tags"])
    if value.get("customAttributes") is not None:
        order.custom_attributes = [(a["key"], a["value"]) for a in value["customAttributes"]]
    for name, attribute in (
        ("note", "note"),
        ("email", "email"),
        ("phone", "phone"),
        ("poNumber", "po_number"),
    ):
        if name in value:
            setattr(order, attribute, value[name])
    if value.get("shippingAddress"):
        order.shipping_address = changed_address(
            ctx.store, order.shipping_address, value["shippingAddress"]
        )
    ctx.store.touch(order)
    return order


def check_tags(tags: list[str]) -> list[str]:
    """At most 250 tags of 40 characters; a comma splits, blanks go."""
    parts = [t.strip() for tag in tags for t in tag.split(",") if t.strip()]
    found: dict[str, str] = {}
    for tag in parts:
        if len(tag) > MAX_TAG:
            raise Refusal(f"Tag '{tag}' is too long (maximum is {MAX_TAG} characters)", ["tags"])
        found.setdefault(tag.lower(), tag)
    if len(found) > MAX_TAGS:
        raise Refusal(f"Cannot have more than {MAX_TAGS} tags", ["tags"])
    return sorted(found.values())


TAGGED = {
    "Order": (Order, "write_orders"),
    "Product": (Product, "write_products"),
    "Customer": (Customer, "write_customers"),
}


def _tagged(ctx: Context, args: Args, change: Callable[[list[str]], list[str]]) -> dict[str, Any]:
    kind = str(args["id"]).split("/")[-2] if "/" in str(args["id"]) else ""
    if kind not in TAGGED:
        raise bad_request("invalid id", "RESOURCE_NOT_FOUND")
    cls, scope = TAGGED[kind]
    need(ctx, ctx.info.field_name if ctx.info else "tagsAdd", scope)
    node: Any = ctx.store.get(args["id"], cls)
    if node is None:
        raise Refusal(f"{kind} does not exist", ["id"])
    before = list(node.tags)
    node.tags = check_tags(change(before))
    if node.tags != before:
        _tag_changed(ctx, node)
    return {"node": node}


def _tag_changed(ctx: Context, node: Any) -> None:
    if isinstance(node, Order):
        ctx.store.touch(node)
        return
    node.updated_at = ctx.store.now()
    if isinstance(node, Product):
        ctx.store.emit("products/update", node)


@resolves("Mutation.tagsAdd")
def _tags_add(root: Any, ctx: Context, args: Args) -> Any:
    return attempt(lambda: _tagged(ctx, args, lambda tags: tags + args["tags"]), node=None)


@resolves("Mutation.tagsRemove")
def _tags_remove(root: Any, ctx: Context, args: Args) -> Any:
    gone = {t.strip().lower() for tag in args["tags"] for t in tag.split(",")}
    return attempt(
        lambda: _tagged(ctx, args, lambda tags: [t for t in tags if t.lower() not in gone]),
        node=None,
    )


@resolves("Mutation.orderMarkAsPaid")
def _mark_paid(root: Any, ctx: Context, args: Args) -> Any:
    """The payload keeps the order next to the userErrors [R]."""
    try:
        order = order_of(ctx, args["input"]["id"], ["id"])
    except Refusal as exc:
        return {"order": None, "userErrors": [user_error(exc.message, exc.field)]}

    def run() -> dict[str, Any]:
        aftersale.mark_as_paid(ctx.store, order)
        return {"order": order}

    return attempt(run, order=order)


@resolves("Mutation.orderCapture")
def _capture(root: Any, ctx: Context, args: Args) -> Any:
    value = args["input"]
    return attempt(
        lambda: {
            "transaction": aftersale.capture(ctx.store, order_of(ctx, value["id"], ["id"]), value)
        },
        transaction=None,
    )


@resolves("Mutation.orderClose", "Mutation.orderOpen")
def _close_open(root: Any, ctx: Context, args: Args) -> Any:
    closing = ctx.info is not None and ctx.info.field_name == "orderClose"

    def run() -> dict[str, Any]:
        order = order_of(ctx, args["input"]["id"], ["id"])
        order.closed_at = ctx.store.now() if closing else None
        ctx.store.touch(order)
        return {"order": order}

    return attempt(run, order=None)


@resolves("Mutation.orderCancel")
def _order_cancel(root: Any, ctx: Context, args: Args) -> Any:
    """Asynchronous; errors come in ``orderCancelUserErrors`` (section 9)."""

    def run() -> dict[str, Any]:
        method = args.get("refundMethod")
        if method is not None and args.get("refund") is not None:
            raise Refusal(
                "Only one of refund or refundMethod may be given", ["refundMethod"], "INVALID"
            )
        if method is not None and sum(1 for v in method.values() if v not in (None, False)) > 1:
            raise Refusal("Only one refund method may be given", ["refundMethod"], "INVALID")
        if len(args.get("staffNote") or "") > 255:
            raise Refusal(
                "Staff note is too long (maximum is 255 characters)", ["staffNote"], "INVALID"
            )
        order = order_of(ctx, args["orderId"], ["orderId"])
        aftersale.check_cancel(order)
        refund = bool((method or {}).get("originalPaymentMethodsRefund") or args.get("refund"))
        values = {
            "reason": args["reason"],
            "restock": args["restock"],
            "refund": refund,
            "staff_note": args.get("staffNote"),
        }
        job = jobs.start_cancel(ctx.store, order, values)
        return {
            "job": {"id": f"gid://shopify/Job/{job.uuid}", "done": False},
            "jobResult": {
                "__typename": "OrderCancelJobResult",
                "id": job.gid,
                "done": False,
                "status": "STARTED",
                "order": order,
                "errors": [],
            },
        }

    made = attempt(run, "orderCancelUserErrors", job=None, jobResult=None)
    return {**made, "userErrors": made["orderCancelUserErrors"]}


@resolves("Mutation.refundCreate")
def _refund_create(root: Any, ctx: Context, args: Args) -> Any:
    value = args["input"]

    def run() -> dict[str, Any]:
        order = order_of(ctx, value["orderId"], ["orderId"])
        return {"refund": refunds.create(ctx.store, order, value), "order": order}

    return once(ctx, "refundCreate", args, lambda: attempt(run, refund=None, order=None))


# -- fulfilment ----------------------------------------------------------------


@resolves("Mutation.fulfillmentCreate")
def _fulfillment_create(root: Any, ctx: Context, args: Args) -> Any:
    value = args["fulfillment"]
    groups = value["lineItemsByFulfillmentOrder"]
    zero_id(*(g["fulfillmentOrderId"] for g in groups))
    return attempt(
        lambda: {
            "fulfillment": fulfil.create(
                ctx.store, groups, value.get("trackingInfo"), bool(value.get("notifyCustomer"))
            )
        },
        fulfillment=None,
    )


def _fulfillment(ctx: Context, gid: Any, path: list[str]) -> Fulfillment:
    zero_id(gid)
    found = ctx.store.get(gid, Fulfillment)
    if found is None:
        raise Refusal("Fulfillment does not exist.", path)
    return found


@resolves("Mutation.fulfillmentTrackingInfoUpdate")
def _tracking_update(root: Any, ctx: Context, args: Args) -> Any:
    return attempt(
        lambda: {
            "fulfillment": fulfil.update_tracking(
                ctx.store,
                _fulfillment(ctx, args["fulfillmentId"], ["fulfillmentId"]),
                args["trackingInfoInput"],
                bool(args.get("notifyCustomer")),
            )
        },
        fulfillment=None,
    )


@resolves("Mutation.fulfillmentCancel")
def _fulfillment_cancel(root: Any, ctx: Context, args: Args) -> Any:
    need(ctx, "fulfillmentCancel", *WRITE_FULFILLMENT, "write_fulfillments")
    return attempt(
        lambda: {"fulfillment": fulfil.cancel(ctx.store, _fulfillment(ctx, args["id"], ["id"]))},
        fulfillment=None,
    )


def _fulfillment_order(ctx: Context, gid: Any, code: str | None = None) -> FulfillmentOrder:
    zero_id(gid)
    found = ctx.store.get(gid, FulfillmentOrder)
    if found is None:
        raise Refusal("Fulfillment order does not exist.", ["id"], code)
    return found


@resolves("Mutation.fulfillmentOrderReleaseHold")
def _release(root: Any, ctx: Context, args: Args) -> Any:
    return attempt(
        lambda: {
            "fulfillmentOrder": fulfil.release_hold(
                ctx.store,
                _fulfillment_order(ctx, args["id"], "FULFILLMENT_ORDER_NOT_FOUND"),
                args.get("holdIds"),
            )
        },
        fulfillmentOrder=None,
    )


@resolves("Mutation.fulfillmentOrderHold")
def _hold(root: Any, ctx: Context, args: Args) -> Any:
    def run() -> dict[str, Any]:
        found = _fulfillment_order(ctx, args["id"], "FULFILLMENT_ORDER_NOT_FOUND")
        if found.status not in ("OPEN", "ON_HOLD", "SCHEDULED"):
            raise Refusal(
                "The fulfillment order is not in a state that can be held.",
                ["id"],
                "INVALID_FULFILLMENT_ORDER",
            )
        value = args["fulfillmentHold"]
        row = hold(ctx.store, found, value["reason"], value.get("reasonNotes"), ours=True)
        ctx.store.touch(found.order)
        return {
            "fulfillmentHold": row,
            "fulfillmentOrder": found,
            "remainingFulfillmentOrder": None,
        }

    return attempt(run, fulfillmentHold=None, fulfillmentOrder=None, remainingFulfillmentOrder=None)


@resolves("Mutation.fulfillmentOrderMove")
def _move(root: Any, ctx: Context, args: Args) -> Any:
    def run() -> dict[str, Any]:
        found = _fulfillment_order(ctx, args["id"])
        place = ctx.store.get(args["newLocationId"], Location)
        if place is None:
            raise Refusal("Location does not exist.", ["newLocationId"])
        return {
            "movedFulfillmentOrder": fulfil.move(ctx.store, found, place),
            "originalFulfillmentOrder": found,
            "remainingFulfillmentOrder": None,
        }

    return attempt(run, movedFulfillmentOrder=None, originalFulfillmentOrder=None)
