"""Order writes except shipping and sender (reference 2.1, 2.9)."""

from __future__ import annotations

from typing import Any

from ..common.messages import Response
from .codes import (
    CHANGE_REASONS,
    DELIVERY_NAMES,
    ORDER_CODES,
    PREFECTURES,
    UNDECIDED,
    UNKNOWN_ERROR,
)
from .context import (
    Body,
    Context,
    bad_format,
    check_text,
    fail,
    flag,
    in_state,
    is_int,
    message,
    numbers_of,
    order_of,
    required,
)
from .lifecycle import shipping_rows
from .store import Order
from .times import parse_day

OPEN = (100, 200, 300, 500, 600, 700)
AFTER_SHIPPING = (500, 600, 700)


def done(operation: str, text: str, number: str) -> Response:
    """The usual answer of a single-order write."""
    found = message(operation, "INFO_101", text, orderNumber=number)
    return Response.json({"MessageModelList": [found]})


def confirm_order(ctx: Context, body: Body) -> Response:
    """POST confirmOrder: one message per order, partial success is normal."""
    operation = "confirmOrder"
    numbers = numbers_of(operation, body)
    messages = []
    for number in numbers:
        code, text = _confirm(ctx, ctx.store.orders.get(number))
        messages.append(message(operation, code, text, orderNumber=number))
    return Response.json({"MessageModelList": messages})


def _confirm(ctx: Context, order: Order | None) -> tuple[str, str]:
    if order is None:
        return UNKNOWN_ERROR, "指定された受注が存在しません。"
    if order.progress in (800, 900):
        return "ERROR_102", "キャンセル済みの注文のため注文確認できませんでした。"
    if order.progress != 100:
        return "ERROR_103", "注文確認待ちではないため注文確認できませんでした。"
    if order.model["requestPrice"] == UNDECIDED:
        return "ERROR_105", "未確定の金額があるため注文確認できませんでした。"
    ctx.life.confirm(order, ctx.now)
    return "INFO_101", "注文確認に成功しました。"


def update_memo(ctx: Context, body: Body) -> Response:
    """POST updateOrderMemo: left out = unchanged, null = cleared."""
    operation = "updateOrderMemo"
    order = order_of(ctx, operation, body)
    in_state(ctx, operation, order, OPEN)
    for name, limit in (("memo", 1000), ("operator", 6), ("mailPlugSentence", 1024)):
        check_text(ctx, operation, name, body.get(name), limit)
    for name in ("deliveryClass", "shippingTerm"):
        if body.get(name) is not None and not is_int(body[name]):
            raise bad_format(operation, name)
    if body.get("deliveryClass") is not None and not 0 <= body["deliveryClass"] <= 8:
        raise bad_format(operation, "deliveryClass")
    if not valid_term(body.get("shippingTerm")):
        raise bad_format(operation, "shippingTerm")
    if body.get("deliveryDate") and parse_day(body["deliveryDate"]) is None:
        raise bad_format(operation, "deliveryDate")
    if "subStatusId" in body and not set_sub_status(ctx, order, body["subStatusId"]):
        raise bad_format(operation, "subStatusId")
    for name in ("memo", "operator", "mailPlugSentence", "shippingTerm", "deliveryDate"):
        if name in body:
            order.model[name] = body[name] if body[name] != "" else None
    if "deliveryClass" in body:
        order.model["DeliveryModel"]["deliveryClass"] = body["deliveryClass"]
    return done(operation, "ひとことメモ、担当者情報等の更新設定が完了しました。", order.number)


def valid_term(term: int | None) -> bool:
    """shippingTerm: 0, 1, 2, 9 or start and end hour (2.5)."""
    if term is None or term in (0, 1, 2, 9):
        return True
    start, end = divmod(term, 100)
    return 0 <= start < end <= 24


def set_sub_status(ctx: Context, order: Order, sub_status: Any) -> bool:
    """Set or clear (null) the sub-status; False when it does not belong to the progress."""
    if sub_status is None:
        order.model["subStatusId"] = order.model["subStatusName"] = None
        return True
    for key, name in ctx.shop.sub_statuses.get(order.progress, []):
        if key == sub_status:
            order.model.update(subStatusId=key, subStatusName=name)
            return True
    return False


def update_sub_status(ctx: Context, body: Body) -> Response:
    """POST updateOrderSubStatus: one message per order."""
    operation = "updateOrderSubStatus"
    sub_status = required(operation, body, "subStatusId")
    if not is_int(sub_status):
        raise bad_format(operation, "subStatusId")
    messages = []
    for number in numbers_of(operation, body):
        order = ctx.store.orders.get(number)
        if order is None:
            code, text = UNKNOWN_ERROR, "指定された受注が存在しません。"
        elif order.progress in (800, 900):
            code, text = "ERROR_101", "キャンセル済みの注文のため更新できませんでした。"
        elif not set_sub_status(ctx, order, sub_status):
            code, text = "ERROR_102", "指定されたサブステータスは設定できません。"
        else:
            code, text = "INFO_101", "サブステータスの更新に成功しました。"
        messages.append(message(operation, code, text, orderNumber=number))
    return Response.json({"MessageModelList": messages})


def update_remarks(ctx: Context, body: Body) -> Response:
    """POST updateOrderRemarks."""
    operation = "updateOrderRemarks"
    order = order_of(ctx, operation, body)
    in_state(ctx, operation, order, ctx.shop.switches.before_shipping_states)
    check_text(ctx, operation, "remarks", body.get("remarks"))
    gift = flag(operation, body, "giftCheck")
    if "remarks" in body:
        order.model["remarks"] = body["remarks"]
    if "giftCheck" in body:
        order.model["giftCheckFlag"] = gift
    return done(operation, "備考情報の更新設定が完了しました。", order.number)


def update_delivery(ctx: Context, body: Body) -> Response:
    """POST updateOrderDelivery."""
    operation = "updateOrderDelivery"
    order = order_of(ctx, operation, body)
    name = required(operation, body, "deliveryName")
    if name not in DELIVERY_NAMES:
        raise bad_format(operation, "deliveryName")
    in_state(ctx, operation, order, ctx.shop.switches.before_shipping_states)
    order.model["DeliveryModel"]["deliveryName"] = name
    return done(operation, "配送方法の更新設定が完了しました。", order.number)


ADDRESS = "zipCode1 zipCode2 prefecture city subAddress familyName".split()
MORE_ADDRESS = (
    "firstName familyNameKana firstNameKana phoneNumber1 phoneNumber2 phoneNumber3".split()
)


def check_address(ctx: Context, operation: str, model: Any, path: str) -> Body:
    """OrdererModel and SenderModel of a write: required parts, formats, prefecture."""
    if not isinstance(model, dict):
        raise bad_format(operation, path)
    for name in ADDRESS:
        value = required(operation, model, name, f"{path}.{name}")
        check_text(ctx, operation, f"{path}.{name}", value)
    if model["prefecture"] not in (*PREFECTURES, "国外"):
        raise bad_format(operation, f"{path}.prefecture")
    for name, length in (("zipCode1", 3), ("zipCode2", 4)):
        if not (model[name].isdigit() and len(model[name]) == length):
            raise bad_format(operation, f"{path}.{name}")
    for name in MORE_ADDRESS:
        value = model.get(name)
        check_text(ctx, operation, f"{path}.{name}", value)
        if name.startswith("phone") and value and not value.isdigit():
            raise bad_format(operation, f"{path}.{name}")
    return {name: model.get(name) for name in (*ADDRESS, *MORE_ADDRESS)}


def update_orderer(ctx: Context, body: Body) -> Response:
    """POST updateOrderOrderer; mail address, sex and birthday change when they are sent."""
    operation = "updateOrderOrderer"
    order = order_of(ctx, operation, body)
    given = required(operation, body, "OrdererModel")
    reason = body.get("reductionReason")
    if reason is not None and reason not in CHANGE_REASONS:
        raise bad_format(operation, "reductionReason")
    model = check_address(ctx, operation, given, "OrdererModel")
    in_state(ctx, operation, order, ctx.shop.switches.before_shipping_states)
    for name in ("emailAddress", "sex", "birthYear", "birthMonth", "birthDay"):
        if name in given:
            model[name] = given[name]
    order.model["OrdererModel"].update(model)
    order.model["modifyFlag"] = 1
    return done(operation, "注文者情報の更新設定が完了しました。", order.number)


def cancel_order(ctx: Context, body: Body) -> Response:
    """POST cancelOrder: 100, 200, 300 and no shipping date registered."""
    operation = "cancelOrder"
    order, restock, detail = _cancel_input(ctx, operation, body)
    in_state(ctx, operation, order, (100, 200, 300))
    if any(row["shippingDate"] for row in shipping_rows(order)):
        text = "発送日が登録されているためキャンセルできませんでした。"
        status = ctx.shop.switches.business_error_status
        raise fail(operation, UNKNOWN_ERROR, text, status, orderNumber=order.number)
    wait = ctx.shop.switches.cancel_waits
    ctx.life.cancel(order, ctx.now, by=0, detail=detail, restock=restock, wait=wait)
    return done(operation, "キャンセル申請に成功しました。", order.number)


def cancel_after_shipping(ctx: Context, body: Body) -> Response:
    """POST cancelOrderAfterShipping: 500 … 700; 800 completes a pending cancel."""
    operation = "cancelOrderAfterShipping"
    order, restock, detail = _cancel_input(ctx, operation, body)
    in_state(ctx, operation, order, (*AFTER_SHIPPING, 800))
    if order.progress == 800:
        ctx.life.cancel_fix(order, ctx.now)
    else:
        ctx.life.cancel(order, ctx.now, by=0, detail=detail, restock=restock, wait=True)
    return done(operation, "キャンセル申請に成功しました。", order.number)


def _cancel_input(ctx: Context, operation: str, body: Body) -> tuple[Order, int, int]:
    assert operation in ORDER_CODES
    order = order_of(ctx, operation, body)
    restock = required(operation, body, "inventoryRestoreType")
    if not is_int(restock) or restock not in (0, 1, 2):
        raise bad_format(operation, "inventoryRestoreType")
    detail = required(operation, body, "changeReasonDetailApply")
    if not is_int(detail) or detail not in CHANGE_REASONS:
        raise bad_format(operation, "changeReasonDetailApply")
    return order, restock, detail
