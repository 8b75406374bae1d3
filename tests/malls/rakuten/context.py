"""What the API modules work on, and how order endpoints answer (reference section 1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..common.clock import SimClock
from ..common.messages import Response
from .catalog import Catalog
from .codes import ORDER_CODES, UNKNOWN_ERROR
from .lifecycle import Lifecycle
from .shop import Shop
from .store import Order, Store

Body = dict[str, Any]


@dataclass
class Context:
    """The parts of the mall."""

    shop: Shop
    catalog: Catalog
    store: Store
    life: Lifecycle
    clock: SimClock

    @property
    def now(self) -> datetime:
        """Time of the mall."""
        return self.clock.now()


class OrderError(Exception):
    """One refused order call: HTTP status and one or more messages."""

    def __init__(self, messages: list[Body], status: int = 400) -> None:
        super().__init__(messages)
        self.messages = messages
        self.status = status


def message(operation: str, code: str, text: str, **more: Any) -> Body:
    """One entry of MessageModelList; ``code`` like ``INFO_101``."""
    return {
        "messageType": code.split("_")[0],
        "messageCode": f"ORDER_EXT_API_{ORDER_CODES[operation]}_{code}",
        "message": text,
        **more,
    }


def fail(operation: str, code: str, text: str, status: int = 400, **more: Any) -> OrderError:
    """An OrderError with one message, to be raised."""
    return OrderError([message(operation, code, text, **more)], status)


#: Members that an error answer of an endpoint has besides the messages (sample bodies).
ERROR_MEMBERS: dict[str, Body] = {
    "searchOrder": {"orderNumberList": None, "PaginationResponseModel": None},
    "getOrder": {"OrderModelList": []},
}


def error_response(operation: str, error: OrderError) -> Response:
    """The body of a refused call."""
    body: Body = {"MessageModelList": error.messages}
    extra = ERROR_MEMBERS.get(operation, {})
    if operation == "searchOrder":
        body = {"orderNumberList": None, **body, "PaginationResponseModel": None}
    else:
        body = {**body, **extra}
    return Response.json(body, error.status)


def required(operation: str, body: Body, name: str, path: str | None = None) -> Any:
    """A member that must be there (ERROR_009) and must have a value (ERROR_010)."""
    if name not in body:
        raise fail(operation, "ERROR_009", f"{path or name}の項目を指定して下さい。")
    value = body[name]
    if value is None or value == "" or value == []:
        raise fail(operation, "ERROR_010", f"{path or name}の値を指定して下さい。")
    return value


def bad_format(operation: str, name: str, **more: Any) -> OrderError:
    """ERROR_011."""
    return fail(operation, "ERROR_011", f"{name}の書式が不正です。", **more)


def is_int(value: Any) -> bool:
    """A JSON number without fraction (true and false are none)."""
    return isinstance(value, int) and not isinstance(value, bool)


def flag(operation: str, body: Body, name: str) -> int:
    """An optional 0/1 member."""
    value = body.get(name)
    if value is None:
        return 0
    if value not in (0, 1) or not is_int(value):
        raise bad_format(operation, name)
    return int(value)


def order_of(ctx: Context, operation: str, body: Body) -> Order:
    """The order named by ``orderNumber``."""
    number = required(operation, body, "orderNumber")
    if not isinstance(number, str):
        raise bad_format(operation, "orderNumber")
    order = ctx.store.orders.get(number)
    if order is None:
        # The reference does not know the code for an unknown order of a write.
        text = "指定された受注が存在しません。"
        raise fail(operation, UNKNOWN_ERROR, text, orderNumber=number)
    return order


def numbers_of(operation: str, body: Body, limit: int = 100) -> list[str]:
    """``orderNumberList``: at most 100 strings."""
    numbers = required(operation, body, "orderNumberList")
    if not isinstance(numbers, list) or not all(isinstance(n, str) for n in numbers):
        raise bad_format(operation, "orderNumberList")
    if len(numbers) > limit:
        code = "ERROR_016" if operation == "updateOrderSubStatus" else "ERROR_011"
        raise fail(operation, code, f"orderNumberListは{limit}件以内で指定して下さい。")
    return numbers


def in_state(ctx: Context, operation: str, order: Order, states: tuple[int, ...]) -> None:
    """Refuse a write in the wrong state, while locked, or while a change waits (2.1, 2.9)."""
    status = ctx.shop.switches.business_error_status
    known: Body = {"orderNumber": order.number}
    if operation == "updateOrderShipping":
        known = {"dataNumber": None, "shippingDetailId": None}
    if operation == "updateOrderShipping" and order.progress in (800, 900):
        text = "キャンセル済みの注文のため発送完了報告ができませんでした。"
        raise fail(operation, "ERROR_102", text, status, **known)
    if order.meta.get("locked") or order.progress == 400:
        text = "編集中または変更確定待ちのため更新できませんでした。"
        raise fail(operation, UNKNOWN_ERROR, text, status, **known)
    if order.progress not in states:
        text = f"注文ステータス{order.progress}では更新できません。"
        raise fail(operation, UNKNOWN_ERROR, text, status, **known)


_DEPENDENT = re.compile("[\u2460-\u24ff\u2150-\u218f\u3200-\u33ff\u222e\u221f\u22bf\ue000-\uf8ff]")


def check_text(
    ctx: Context, operation: str, name: str, value: Any, limit: int | None = None
) -> None:
    """A text member: type, length, no machine-dependent characters (2.9, trap 26)."""
    if value is None:
        return
    switches = ctx.shop.switches
    bad = not isinstance(value, str) or (limit is not None and len(value) > limit)
    if not bad:
        bad = bool(_DEPENDENT.search(value))
        bad = bad or (switches.refuse_tilde and "～" in value)
        bad = bad or (switches.refuse_ampersand and any(c in value for c in "&・"))
    if bad:
        raise bad_format(operation, name)
