"""updateOrderShipping, its asynchronous twin, and the result (reference 2.8)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from ..common.messages import Response
from .codes import COMPANIES, UNKNOWN_ERROR
from .context import (
    Body,
    Context,
    OrderError,
    bad_format,
    fail,
    in_state,
    is_int,
    message,
    order_of,
    required,
)
from .store import Order
from .times import order_time, parse_day, parse_order_time

_SYNC = "updateOrderShipping"
_ASYNC = "updateOrderShippingAsync"
_RESULT = "getResultUpdateOrderShippingAsync"
ROWS_PER_BASKET = 20


def update_shipping(ctx: Context, body: Body) -> Response:
    """POST updateOrderShipping: all rows are checked first; nothing is written on an error."""
    order = order_of(ctx, _SYNC, body)
    check_shape(_SYNC, body)
    in_state(ctx, _SYNC, order, ctx.shop.switches.shipping_states)
    return Response.json({"MessageModelList": apply(ctx, order, body, ctx.now)})


def check_shape(operation: str, body: Body) -> None:
    """Lists and formats; collects one message per bad row."""
    errors: list[Body] = []
    number = 0
    for basket in _list(operation, body, "BasketidModelList"):
        if not isinstance(basket, dict):
            raise bad_format(operation, "BasketidModelList")
        if not is_int(required(operation, basket, "basketId")):
            raise bad_format(operation, "basketId")
        rows = _list(operation, basket, "ShippingModelList")
        if len(rows) > ROWS_PER_BASKET:
            raise bad_format(operation, "ShippingModelList")
        for row in rows:
            number += 1
            errors += _row_errors(operation, row, number)
    if errors:
        raise OrderError(errors)


def _list(operation: str, body: Body, name: str) -> list[Any]:
    values = required(operation, body, name)
    if not isinstance(values, list):
        raise bad_format(operation, name)
    return values


def _row_errors(operation: str, row: Any, number: int) -> list[Body]:
    if not isinstance(row, dict):
        return [
            _row_error(operation, "ERROR_011", "ShippingModelListの書式が不正です。", number, None)
        ]
    detail = row.get("shippingDetailId")
    bad = [] if detail is None or is_int(detail) else ["shippingDetailId"]
    company = row.get("deliveryCompany")
    if company not in (None, "") and (not isinstance(company, str) or company not in COMPANIES):
        bad.append("deliveryCompany")
    parcel = row.get("shippingNumber")
    if parcel is not None and (not isinstance(parcel, str) or len(parcel) > 120):
        bad.append("shippingNumber")
    day = row.get("shippingDate")
    if day not in (None, "") and parse_day(day) is None:
        bad.append("shippingDate")
    if row.get("shippingDeleteFlag") not in (None, 0, 1):
        bad.append("shippingDeleteFlag")
    known = detail if is_int(detail) else None
    errors = [
        _row_error(operation, "ERROR_011", f"{name}の書式が不正です。", number, known)
        for name in bad
    ]
    if row.get("shippingDeleteFlag") == 1 and detail is None:
        text = "shippingDetailIdの項目を指定して下さい。"
        errors.append(_row_error(operation, "ERROR_009", text, number, None))
    return errors


def _row_error(operation: str, code: str, text: str, number: int, detail: int | None) -> Body:
    return message(operation, code, text, dataNumber=number, shippingDetailId=detail)


def apply(ctx: Context, order: Order, body: Body, when: datetime) -> list[Body]:
    """Write the rows of one order; one message per row, dataNumber over all baskets."""
    packages = {p["basketId"]: p for p in order.model["PackageModelList"]}
    _check_targets(packages, body)
    messages = []
    number = 0
    for basket in body["BasketidModelList"]:
        rows = packages[basket["basketId"]]["ShippingModelList"]
        for given in basket["ShippingModelList"]:
            number += 1
            code, text, detail = _write_row(ctx, rows, given)
            messages.append(_row_error(_SYNC, code, text, number, detail))
    ctx.life.shipping_touched(order, when)
    return messages


def _check_targets(packages: dict[int, Body], body: Body) -> None:
    errors: list[Body] = []
    number = 0
    for basket in body["BasketidModelList"]:
        package = packages.get(basket["basketId"])
        known = {r["shippingDetailId"] for r in package["ShippingModelList"]} if package else set()
        adds = sum(not row.get("shippingDetailId") for row in basket["ShippingModelList"])
        for row in basket["ShippingModelList"]:
            number += 1
            detail = row.get("shippingDetailId")
            # The code for an unknown basket or row is not in the reference.
            if package is None or (detail is not None and detail not in known):
                text = "指定された発送情報が存在しません。"
                errors.append(_row_error(_SYNC, UNKNOWN_ERROR, text, number, detail))
        if len(known) + adds > ROWS_PER_BASKET:
            text = "発送情報の上限を超えています。"
            errors.append(_row_error(_SYNC, UNKNOWN_ERROR, text, number, None))
    if errors:
        raise OrderError(errors)


def _write_row(ctx: Context, rows: list[Body], given: Body) -> tuple[str, str, int]:
    detail = given.get("shippingDetailId")
    if detail is not None and given.get("shippingDeleteFlag") == 1:
        rows[:] = [row for row in rows if row["shippingDetailId"] != detail]
        return "INFO_103", "発送情報の削除設定が完了しました。", detail
    if detail is not None:
        row = next((r for r in rows if r["shippingDetailId"] == detail), None)
        if row is not None:
            _fill(row, given)
            return "INFO_102", "発送情報の更新設定が完了しました。", detail
    row = {
        "shippingDetailId": ctx.store.count("shipping"),
        "shippingNumber": None,
        "deliveryCompany": None,
        "deliveryCompanyName": None,
        "shippingDate": None,
    }
    _fill(row, given)
    rows.append(row)
    return "INFO_101", "発送情報の追加設定が完了しました。", row["shippingDetailId"]


def _fill(row: Body, given: Body) -> None:
    """Left out = unchanged, empty = removed."""
    for name in ("shippingNumber", "deliveryCompany", "shippingDate"):
        if name in given:
            row[name] = given[name] or None
    row["deliveryCompanyName"] = COMPANIES.get(row["deliveryCompany"] or "")


# -- asynchronous ------------------------------------------------------------------------------


def update_shipping_async(ctx: Context, body: Body) -> Response:
    """POST updateOrderShippingAsync: format errors come with HTTP 200."""
    try:
        orders = _list(_ASYNC, body, "OrderShippingModelList")
        _check_async(orders)
    except OrderError as error:
        error.status = 200
        for entry in error.messages:
            entry.update(requestId=None)
            entry.setdefault("dataNumber", None)
            entry.setdefault("shippingDetailId", None)
        raise
    now = ctx.now
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{ctx.shop.url}/{ctx.store.count('request')}")
    request_id = f"{serial}_{now:%Y%m%d%H%M%S}"
    due = now + timedelta(seconds=ctx.shop.waits.async_result)
    ctx.store.requests[request_id] = {"orders": orders, "due": order_time(due), "result": None}
    ctx.store.schedule(due, "async", request_id)
    accepted = message(
        _ASYNC,
        "INFO_101",
        "発送情報の更新を受付けました。",
        requestId=request_id,
        dataNumber=None,
        shippingDetailId=None,
    )
    return Response.json({"MessageModelList": [accepted]})


def _check_async(orders: list[Any]) -> None:
    if len(orders) > 100:
        raise bad_format(_ASYNC, "OrderShippingModelList")
    seen: set[str] = set()
    for entry in orders:
        if not isinstance(entry, dict):
            raise bad_format(_ASYNC, "OrderShippingModelList")
        number = required(_ASYNC, entry, "orderNumber")
        if not isinstance(number, str) or number in seen:
            raise bad_format(_ASYNC, "orderNumber")
        seen.add(number)
        check_shape(_ASYNC, entry)


def run_async(ctx: Context, request_id: str, when: datetime) -> None:
    """Work off an accepted request (due event)."""
    request = ctx.store.requests.get(request_id)
    if request is None:
        return
    results = []
    for entry in request["orders"]:
        number = entry["orderNumber"]
        order = ctx.store.orders.get(number)
        try:
            if order is None:
                text = "指定された受注が存在しません。"
                raise fail(_SYNC, UNKNOWN_ERROR, text, dataNumber=None, shippingDetailId=None)
            in_state(ctx, _SYNC, order, ctx.shop.switches.shipping_states)
            messages = apply(ctx, order, entry, when)
        except OrderError as error:
            messages = error.messages
        results.append({"orderNumber": number, "MessageModelList": messages})
    request.update(orders=[], result=results)


def get_shipping_result(ctx: Context, body: Body) -> Response:
    """POST getResultUpdateOrderShippingAsync: running, unknown and expired look the same."""
    request_id = required(_RESULT, body, "requestId")
    request = ctx.store.requests.get(request_id) if isinstance(request_id, str) else None
    result = request["result"] if request else None
    if request and result is not None:
        due = parse_order_time(request["due"])
        keep = timedelta(seconds=ctx.shop.waits.async_keep)
        if due is None or ctx.now - due > keep:
            result = None
    if result is None:
        text = "指定されたリクエストIDの処理結果は存在しませんでした。"
        result = [{"MessageModelList": [message(_RESULT, "INFO_101", text)]}]
    return Response.json({"ResultShippingModelList": result})
