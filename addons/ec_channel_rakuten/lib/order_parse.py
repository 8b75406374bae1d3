"""OrderModel (2.5) → ``OrderData``."""

import re
from datetime import timedelta

from ...ec_unified.lib import data as d
from ...ec_unified.lib.errors import DataError
from . import const
from .order_money import parse_money, wrappings
from .order_text import (
    Wish,
    buyer_remarks,
    change_rows,
    parse_address,
    parse_destination,
    parse_flags,
)
from .shipping import live_packages
from .times import day_or_none, parse_time, time_or_none

_DUE_PAY = (0, 1)
_CODE = re.compile(
    r"(Flag|Progress|Type|TypeDetail|ReasonDetail|Term|Class|CapitalCode|MethodCode|cvsCode"
    r"|^title)$"
)
_NUMBER = re.compile(r"^(?P<shop>\d+)-(?P<day>\d{8})-\d+")


def parse_order(model):
    """``OrderData`` of an OrderModel of any version from 3 on; unknown fields are ignored.

    :raise DataError: ``malformed``, when the document cannot be understood
    """
    if not isinstance(model, dict) or not model.get("orderNumber"):
        raise DataError("no OrderModel", reason="malformed")
    try:
        return _parse(_with_numbers(model))
    except DataError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        # The message must not hold values of the document.
        raise DataError(
            f"OrderModel not understood ({type(error).__name__})", reason="malformed"
        ) from error


def _with_numbers(value, key=""):
    """A copy in which flags and codes are numbers, also where the mall writes ``"1"``: its own
    samples mix both (4), and a flag must not be overlooked for that."""
    if isinstance(value, dict):
        return {name: _with_numbers(entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [_with_numbers(entry, key) for entry in value if entry is not None]
    if isinstance(value, str) and value.isascii() and value.isdigit() and _CODE.search(key):
        return int(value)
    return value


def _parse(model):
    number = str(model["orderNumber"])
    packages = live_packages(model) or list(model.get("PackageModelList") or [])[:1]
    progress = int(model.get("orderProgress") or 0)
    money = parse_money(model)
    wish = Wish(model)
    remarks = buyer_remarks(model.get("remarks"))
    wrapping = _wrapping_text(model)
    is_gift = _is_gift(model, packages, wrapping)
    buyer = parse_address(model.get("OrdererModel") or {})
    return d.OrderData(
        ref=number,
        number=number,
        ordered_at=_ordered_at(model, number),
        mall_status=str(progress),
        mall_status_label=const.PROGRESS.get(progress, str(progress)),
        mall_sub_status=model.get("subStatusName") or None,
        buyer=buyer,
        destinations=tuple(parse_destination(package, wish) for package in packages),
        lines=money.lines,
        tax_summary=money.tax_summary,
        buyer_total=money.buyer_total,
        points=money.points,
        mall_coupon=money.mall_coupon,
        shop_coupon=money.shop_coupon,
        total=money.total,
        undecided=money.undecided,
        wish_date=wish.day,
        wish_time_from=wish.time_from,
        wish_time_to=wish.time_to,
        wish_text=wish.text,
        remarks=remarks,
        shop_memo=model.get("memo") or None,
        is_gift=is_gift,
        wrapping_text=wrapping,
        shipments=_shipments(packages),
        flags=parse_flags(
            model, packages, undecided=money.undecided, remarks=remarks, is_gift=is_gift
        ),
        **_payment(model, progress),
        **_delivery(model),
        **_state(model, progress, money),
        confirm_by=_confirm_by(model, progress, number),
    )


def _ordered_at(model, number):
    """``orderDatetime``; a document without it is dated by its number (``shop-yyyymmdd-…``)."""
    moment = parse_time(model.get("orderDatetime"))
    if moment is None and (match := _NUMBER.match(number)):
        moment = parse_time(f"{match['day'][:4]}-{match['day'][4:6]}-{match['day'][6:]}T00:00:00")
    if moment is None:
        raise DataError("order without a date", reason="malformed")
    return moment


def _confirm_by(model, progress, number):
    """2.2: an order nobody confirms within 14 days is cancelled by the mall."""
    if progress != const.UNCONFIRMED:
        return None
    return _ordered_at(model, number) + timedelta(days=const.CONFIRM_DAYS)


def _state(model, progress, money):
    cancelled = progress == const.CANCELLED
    return {
        "cancelled": cancelled,
        "cancelling": progress == const.CANCEL_PENDING,
        "cancel_reason": _cancel_reason(model) if progress >= const.CANCEL_PENDING else None,
        # 2.9: ERROR_105 while an amount is not set.
        "needs_confirm": progress == const.UNCONFIRMED and not money.undecided,
        "may_ship": progress == const.TO_SHIP,
        "shipped": progress in const.SHIPPED_STATES,
    }


def _cancel_reason(model):
    rows = [
        row
        for row in change_rows(model)
        if row.get("changeType") in const.CHANGE_CANCEL_TYPES and row.get("changeReasonDetail")
    ]
    if not rows:
        return None
    code = rows[-1]["changeReasonDetail"]
    return const.CHANGE_REASONS.get(code, str(code))


# --- Payment -----------------------------------------------------------------------------------


def _payment(model, progress):
    settlement = model.get("SettlementModel") or {}
    code = int(settlement.get("settlementMethodCode") or 0)
    state = payment_state(code, progress, settlement.get("rpaySettlementFlag"), model)
    paid_at = None
    if state == d.PAY_PAID and code in const.PREPAID:
        paid_at = time_or_none(model.get("shippingInstDatetime"))
    return {
        "payment_code": str(code) if code else None,
        "payment_label": settlement.get("settlementMethod") or const.SETTLEMENTS.get(code, ""),
        "payment_state": state,
        "payment_due_on": _due_on(model),
        "paid_at": paid_at,
    }


def payment_state(code, progress, rakuten_settles, model):
    """Payment as the mall's state implies it (2.2, 2.7).

    Rakuten moves an order to 300 only when the money is secured; before that nothing is. Methods
    the shop settles by itself (``rpaySettlementFlag`` 0) say nothing at 300.
    """
    if progress == const.CANCELLED:
        reached = bool(model.get("shippingInstDatetime")) and code != const.COD
        return d.PAY_REFUNDED if reached else d.PAY_UNPAID
    if code == const.COD:
        return d.PAY_ON_DELIVERY
    if code == const.POINTS_ONLY:
        return d.PAY_PAID
    if progress < const.TO_SHIP or (
        progress in (const.CHANGE_PENDING, const.CANCEL_PENDING)
        and not model.get("shippingInstDatetime")
    ):
        return d.PAY_UNPAID
    if rakuten_settles == 0 and code in (*const.PREPAID, *const.OWN_CREDIT):
        return d.PAY_UNPAID
    if code in const.PREPAID or progress == const.PAID:
        return d.PAY_PAID
    return d.PAY_AUTHORIZED


def _due_on(model):
    days = [
        day_or_none(row.get("dueDate"))
        for row in model.get("DueDateModelList") or []
        if row.get("dueDateType") in _DUE_PAY
    ]
    return max((day for day in days if day), default=None)


# --- Delivery, gift ----------------------------------------------------------------------------


def _delivery(model):
    delivery = model.get("DeliveryModel") or {}
    name = delivery.get("deliveryName") or ""
    grade = const.DELIVERY_CLASSES.get(delivery.get("deliveryClass"))
    speeds = [word for flag, word in const.SPEEDS.items() if model.get(flag) == 1]
    notes = "・".join(filter(None, (grade, *speeds)))
    label = f"{name}（{notes}）" if notes else name
    return {"delivery_code": name or None, "delivery_label": label}


def _wrapping_text(model):
    texts = [
        f"{const.WRAPPING_TITLES.get(row.get('title'), '')}:{row.get('name') or ''}".strip(":")
        for _number, row in wrappings(model)
    ]
    return "\n".join(text for text in texts if text) or None


def _is_gift(model, packages, wrapping):
    return bool(
        model.get("giftCheckFlag") == 1
        or model.get("socialGiftFlag") == 1
        or wrapping
        or any(package.get("noshi") for package in packages)
    )


def _shipments(packages):
    return tuple(
        d.ShipmentState(
            ref=str(row.get("shippingDetailId")),
            destination_ref=str(package.get("basketId")),
            carrier_code=row.get("deliveryCompany") or None,
            tracking_number=row.get("shippingNumber") or None,
            shipped_on=day_or_none(row.get("shippingDate")),
        )
        for package in packages
        for row in package.get("ShippingModelList") or []
    )
