"""searchOrder, getOrder, getSubStatusList, getPayment (reference 2.3, 2.4, 2.9, 2.10)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from ..common.messages import Response
from .amounts import live_items, live_packages
from .codes import (
    CARRIER_MOBILES,
    CARRIER_PHONES,
    CARRIER_TABLETS,
    DATE_FIELDS,
    DELIVERY_NAMES,
    ORDER_TYPES,
    PROGRESS,
    UNDECIDED,
)
from .context import Body, Context, bad_format, fail, flag, is_int, message, numbers_of, required
from .lifecycle import shipping_rows
from .store import Order
from .times import parse_order_time

Test = Callable[[Order], bool]
_SEARCH = "searchOrder"


def search_order(ctx: Context, body: Body) -> Response:
    """POST searchOrder: checks first, then filters, then one page."""
    kind, start, end = _period(ctx, body)
    page_size, page, descending = _paging(ctx, body)
    tests = _tests(body)
    found = [
        order.number
        for order in _candidates(ctx, kind, start, end)
        if all(test(order) for test in tests)
    ]
    if len(found) > ctx.shop.max_hits:
        if ctx.shop.switches.search_overflow == "error":
            raise fail(_SEARCH, ctx.shop.switches.range_error, "検索結果が上限を超えています。")
        found = found[: ctx.shop.max_hits]
    if descending:
        found.reverse()
    return _search_answer(found, page_size, page)


def _search_answer(found: list[str], page_size: int, page: int) -> Response:
    if not found:
        text = "注文検索に成功しました。(検索結果０件)"
        keys = ("totalRecordsAmount", "totalPages", "requestPage")
        return Response.json(
            {
                "orderNumberList": [],
                "MessageModelList": [message(_SEARCH, "INFO_102", text)],
                "PaginationResponseModel": dict.fromkeys(keys),
            }
        )
    first = (page - 1) * page_size
    return Response.json(
        {
            "orderNumberList": found[first : first + page_size],
            "MessageModelList": [message(_SEARCH, "INFO_101", "注文検索に成功しました。")],
            "PaginationResponseModel": {
                "totalRecordsAmount": len(found),
                "totalPages": -(-len(found) // page_size),
                "requestPage": page,
            },
        }
    )


def _period(ctx: Context, body: Body) -> tuple[int, datetime, datetime]:
    kind = required(_SEARCH, body, "dateType")
    if not is_int(kind) or not 1 <= kind <= 6:
        raise bad_format(_SEARCH, "dateType")
    moments = []
    for name in ("startDatetime", "endDatetime"):
        moment = parse_order_time(required(_SEARCH, body, name))
        if moment is None:
            raise bad_format(_SEARCH, name)
        moments.append(moment)
    start, end = moments
    code = ctx.shop.switches.range_error
    if start > end or end - start > timedelta(days=63):
        raise fail(_SEARCH, code, "検索期間は63日以内で指定して下さい。")
    if not ctx.shop.switches.search_future and end.date() > ctx.now.date():
        raise fail(_SEARCH, code, "endDatetimeは本日以前で指定して下さい。")
    if ctx.now - start > timedelta(days=730):
        raise fail(_SEARCH, code, "startDatetimeは730日以内で指定して下さい。")
    return kind, start, end


def _paging(ctx: Context, body: Body) -> tuple[int, int, bool]:
    model = body.get("PaginationRequestModel")
    if model is None:
        return 30, 1, False
    if not isinstance(model, dict):
        raise bad_format(_SEARCH, "PaginationRequestModel")
    size, page = model.get("requestRecordsAmount", 30), model.get("requestPage", 1)
    for name, value in (("requestRecordsAmount", size), ("requestPage", page)):
        if not is_int(value):
            raise bad_format(_SEARCH, name)
    if not 1 <= size <= 1000 or page < 1:
        raise fail(_SEARCH, ctx.shop.switches.range_error, "requestRecordsAmountの範囲が不正です。")
    descending = False
    for sort in model.get("SortModelList") or []:
        if sort.get("sortColumn") != 1 or sort.get("sortDirection") not in (1, 2):
            raise bad_format(_SEARCH, "SortModelList")
        descending = sort["sortDirection"] == 2
    return size, page, descending


def _candidates(ctx: Context, kind: int, start: datetime, end: datetime) -> Iterable[Order]:
    if kind == 1:
        yield from ctx.store.ordered_between(start, end)
        return
    for order in ctx.store.all_by_date():
        if kind == 4:
            days = [row["shippingDate"] for row in shipping_rows(order) if row["shippingDate"]]
            if any(f"{start:%Y-%m-%d}" <= day <= f"{end:%Y-%m-%d}" for day in days):
                yield order
            continue
        text = order.meta.get("payment_fixed") if kind == 6 else order.model[DATE_FIELDS[kind]]
        moment = parse_order_time(text)
        if moment is not None and start <= moment <= end:
            yield order


def _int_list(body: Body, name: str, known: Iterable[int] | None) -> list[int] | None:
    values = body.get(name)
    if values is None or values == []:
        return None
    if not isinstance(values, list) or not all(is_int(v) for v in values):
        raise bad_format(_SEARCH, name)
    if known is not None and not set(values) <= set(known):
        raise bad_format(_SEARCH, name)
    return values


def _choice(body: Body, name: str, known: Iterable[Any]) -> Any:
    value = body.get(name)
    if value is not None and value not in known:
        raise bad_format(_SEARCH, name)
    return value


def _tests(body: Body) -> list[Test]:
    tests: list[Test] = []
    progress = _int_list(body, "orderProgressList", PROGRESS)
    if progress:
        tests.append(lambda o: o.progress in progress)
    sub_status = _int_list(body, "subStatusIdList", None)
    if sub_status:
        if not progress:
            raise fail(_SEARCH, "ERROR_009", "orderProgressListの項目を指定して下さい。")
        tests.append(lambda o: _or_none(o.model["subStatusId"]) in sub_status)
    types = _int_list(body, "orderTypeList", ORDER_TYPES)
    if types:
        tests.append(lambda o: o.model["orderType"] in types)
    method = body.get("settlementMethod")
    if method is not None:
        if not is_int(method):
            raise bad_format(_SEARCH, "settlementMethod")
        tests.append(lambda o: o.model["SettlementModel"]["settlementMethodCode"] == method)
    delivery = _choice(body, "deliveryName", DELIVERY_NAMES)
    if delivery:
        tests.append(lambda o: o.model["DeliveryModel"]["deliveryName"] == delivery)
    tests += [*_flag_tests(body), *_text_tests(body)]
    return tests


def _or_none(value: Any) -> Any:
    return -1 if value is None else value


def _flag_tests(body: Body) -> Iterable[Test]:
    for name, column in (
        ("shippingDateBlankFlag", "shippingDate"),
        ("shippingNumberBlankFlag", "shippingNumber"),
    ):
        if flag(_SEARCH, body, name):
            yield lambda o, c=column: _blank(o, c)  # type: ignore[misc]
    for name in ("asurakuFlag", "drugFlag", "oneDayOperationFlag"):
        if flag(_SEARCH, body, name):
            yield lambda o, n=name: o.model[n] == 1  # type: ignore[misc]
    if flag(_SEARCH, body, "couponUseFlag"):
        yield lambda o: bool(o.model["CouponModelList"])
    if body.get("reserveNumber"):
        yield lambda o: o.model["reserveNumber"] == body["reserveNumber"]
    site = _choice(body, "purchaseSiteType", (0, 1, 2, 3, 4))
    if site:
        devices = (set(), {0}, CARRIER_MOBILES, CARRIER_PHONES, CARRIER_TABLETS)[site]
        yield lambda o: o.model["carrierCode"] in devices


def _blank(order: Order, column: str) -> bool:
    return any(
        not package["ShippingModelList"] or any(not r[column] for r in package["ShippingModelList"])
        for package in live_packages(order.model)
    )


def _text_tests(body: Body) -> Iterable[Test]:
    kind = _choice(body, "searchKeywordType", range(10))
    if kind:
        word = required(_SEARCH, body, "searchKeyword")
        yield lambda o: any(word in text for text in _keyword_texts(o, kind))
    mail = _choice(body, "mailSendType", (0, 1, 2))
    if mail is not None and body.get("ordererMailAddress"):
        address = body["ordererMailAddress"]
        yield lambda o: o.model["OrdererModel"]["emailAddress"] == address
    phone = _choice(body, "phoneNumberType", (0, 1, 2))
    if phone and body.get("phoneNumber"):
        digits = str(body["phoneNumber"]).replace("-", "")
        yield lambda o: digits in _phones(o, phone)


def _phones(order: Order, kind: int) -> set[str]:
    models = [order.model["OrdererModel"]]
    if kind == 2:
        models = [package["SenderModel"] for package in live_packages(order.model)]
    return {"".join(m[f"phoneNumber{i}"] or "" for i in (1, 2, 3)) for m in models}


def _keyword_texts(order: Order, kind: int) -> Iterable[str]:
    """Texts of searchKeywordType 1 … 9."""
    model = order.model
    packages = live_packages(model)
    if kind == 3:
        return [model["memo"] or ""]
    if kind in (4, 5):
        return [_name(model["OrdererModel"], kana=kind == 5)]
    if kind == 6:
        return [_name(package["SenderModel"], kana=False) for package in packages]
    items = [item for package in packages for item in live_items(package)]
    if kind in (1, 2):
        return [item["itemName" if kind == 1 else "itemNumber"] or "" for item in items]
    column = {7: "variantId", 8: "merchantDefinedSkuId", 9: "skuInfo"}[kind]
    return [sku[column] or "" for item in items for sku in item["SkuModelList"]]


def _name(person: Body, *, kana: bool) -> str:
    keys = ("familyNameKana", "firstNameKana") if kana else ("familyName", "firstName")
    return "".join(person[key] or "" for key in keys)


# -- getOrder ----------------------------------------------------------------------------------


def get_order(ctx: Context, body: Body) -> Response:
    """POST getOrder: versions 3 … 10 with their field sets (2.4)."""
    operation = "getOrder"
    numbers = numbers_of(operation, body)
    value = required(operation, body, "version")
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if not is_int(value) or not 3 <= value <= 10:
        raise bad_format(operation, "version")
    oldest = ctx.now - timedelta(days=730)
    models, messages = [], []
    for number in dict.fromkeys(numbers):
        order = ctx.store.orders.get(number)
        if order is None or (order.moment("orderDatetime") or oldest) < oldest:
            text = "受注情報が取得できませんでした。"
            messages.append(message(operation, "INFO_102", text, orderNumber=number))
        else:
            models.append(as_version(order.model, value))
    if models:
        text = f"受注情報取得に成功しました。(取得件数{len(models)}件)"
        messages.insert(0, message(operation, "INFO_101", text))
    answer: Body = {"MessageModelList": messages, "OrderModelList": models}
    if value >= 6:
        answer["version"] = value
    return Response.json(answer)


def as_version(model: Body, version: int) -> Body:
    """The OrderModel as an older version shows it; 10 is shown as it is."""
    if version >= 10:
        return model
    model = copy.deepcopy(model)
    packages = model["PackageModelList"]
    items = [item for package in packages for item in package["ItemModelList"]]
    _drop([model], "socialGiftFlag")
    _drop(packages, "SocialGiftModel")
    if version < 9:
        _drop(packages, "dropOffFlag", "dropOffLocation")
    if version < 8:
        _drop([model], "deliveryCertPrgFlag", "oneDayOperationFlag")
        # goodsTax and isTaxRecalc existed up to 7; their place in the model is a guess (?).
        model.update(goodsTax=0, isTaxRecalc=0)
    if version < 7:
        _drop(items, "SkuModelList")
    if version < 6:
        _drop([model], "cautionDisplayDetailType")
    if version < 5:
        _drop([model], "receiptIssueCount", "receiptIssueHistoryList", "DueDateModelList")
    if version < 4:
        _drop(items, "isSingleItemShipping")
    return model


def _drop(rows: list[Body], *names: str) -> None:
    for row in rows:
        for name in names:
            row.pop(name, None)


# -- the small ones ----------------------------------------------------------------------------


def get_sub_status_list(ctx: Context, body: Body) -> Response:
    """POST getSubStatusList, without body."""
    return Response.json(
        {
            "MessageModelList": [message("getSubStatusList", "INFO_101", "OK")],
            "StatusModelList": [
                {
                    "orderProgress": progress,
                    "SubStatusModelList": [
                        {"subStatusId": key, "subStatusName": name, "orderby": place}
                        for place, (key, name) in enumerate(entries, 1)
                    ],
                }
                for progress, entries in sorted(ctx.shop.sub_statuses.items())
            ],
        }
    )


def get_payment(ctx: Context, body: Body) -> Response:
    """POST getPayment, version 4 (2.10)."""
    operation = "getPayment"
    number = required(operation, body, "orderNumber")
    if str(required(operation, body, "version")) != "4":
        raise bad_format(operation, "version")
    order = ctx.store.orders.get(number)
    if order is None:
        text = "決済情報が取得できませんでした。"
        body = {"MessageModelList": [message(operation, "INFO_102", text)], "OrderModel": None}
        return Response.json(body)
    model = {"orderNumber": number, "PaymentModelList": [payment_model(order)]}
    found = message(operation, "INFO_101", "OK")
    return Response.json({"MessageModelList": [found], "OrderModel": model})


def payment_model(order: Order) -> Body:
    """One PaymentModelList entry; times follow the states of the order."""
    model, settled = order.model, order.model["SettlementModel"]
    amount = model["requestPrice"]
    fixed = parse_order_time(order.meta.get("payment_fixed"))
    empty = """
        paymentProcNgDatetime paymentProcCancelNgDate paymentProcCancelCmplDatetime
        paymentNgDatetime paymentCancelNgDatetime paymentCancelCmplDatetime
        paymentCancelFixDatetime minusPayExpectDate PaymentMultiModel PaymentBankModel
        PaymentPayAfterModel PaymentPaypalModel
    """
    card = {name: settled[name] for name in settled if name.startswith("card")}
    return {
        **dict.fromkeys(empty.split()),
        "orderPaymentNumber": f"{order.number}-1",
        "paymentMethod": settled["settlementMethodCode"],
        "paymentAmount": 0 if amount == UNDECIDED else amount,
        "paymentCharge": max(model["paymentCharge"], 0),
        "paymentStatus": payment_status(order),
        "paymentProcReqDatetime": model["shopOrderCfmDatetime"],
        "paymentProcCmplDatetime": model["shippingInstDatetime"],
        "paymentReqDatetime": model["shippingCmplRptDatetime"],
        "paymentFixDatetime": order.meta.get("payment_fixed"),
        # The rule for the pay-out day is not in the reference: last day of the month.
        "payExpectDate": _month_end(fixed) if fixed else None,
        "paymentOrganizationLinkageNumberList": ["0000000000"],
        "PaymentCardModel": card if card.get("cardName") else None,
        "RefundModelList": [],
        "AdditionalFeeModelList": [],
    }


def payment_status(order: Order) -> int:
    """paymentStatus (2.10)."""
    known = order.meta.get("payment_status")
    if known:
        return int(known)
    if order.progress == 100:
        return 30000
    return 30100 if order.model["DueDateModelList"] else 30200


def _month_end(moment: datetime) -> str:
    following = (moment.replace(day=28) + timedelta(days=4)).replace(day=1)
    return f"{following - timedelta(days=1):%Y-%m-%d}"
