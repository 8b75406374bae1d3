"""How the buyer pays, and whether the money is there (section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...ec_unified.lib import data as d
from . import const
from .order_lines import shop_amount
from .orders import parse_time

ZERO = Decimal(0)

_STATES = {
    "AUTHORIZED": d.PAY_AUTHORIZED,
    "PAID": d.PAY_PAID,
    "PARTIALLY_PAID": d.PAY_PARTIAL,
    "PARTIALLY_REFUNDED": d.PAY_PAID,
    "PENDING": d.PAY_UNPAID,
    "EXPIRED": d.PAY_UNPAID,  # not final: a konbini payment may still come
    "REFUNDED": d.PAY_REFUNDED,
    "VOIDED": d.PAY_FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """``code`` is the gateway's name, to be mapped per shop; ``prepaid`` is redeemed value,
    ``received`` the money that came beside it while a part is still to come."""

    code: str | None = None
    label: str = ""
    state: str = d.PAY_UNPAID
    prepaid: Decimal = ZERO
    received: Decimal = ZERO
    paid_at: datetime | None = None


def read_payment(payload: dict[str, Any], total: Decimal) -> Payment:
    """Read the transactions; only successful and pending ones count."""
    rows = [
        row
        for row in payload.get("transactions") or ()
        if row["kind"] in const.PAYING_KINDS and row["status"] in ("SUCCESS", "PENDING")
    ]
    prepaid = sum(
        (
            shop_amount(row["amountSet"])
            for row in rows
            if row["gateway"] in const.PREPAID_GATEWAYS
            and row["status"] == "SUCCESS"
            and row["kind"] != "AUTHORIZATION"
        ),
        ZERO,
    )
    received = _received(rows) - prepaid
    code, label = _method(payload, rows)
    state = _state(payload, code, only_prepaid=bool(prepaid) and received <= 0)
    return Payment(
        code=code,
        label=label,
        state=state,
        prepaid=min(prepaid, total),
        received=max(received, ZERO) if state == d.PAY_PARTIAL else ZERO,
        paid_at=_paid_at(rows) if state == d.PAY_PAID else None,
    )


def looks_like_cod(gateway: str | None) -> bool:
    """Whether a manual method's free name means cash on delivery (section 16)."""
    text = (gateway or "").lower()
    return any(word in text for word in const.COD_WORDS)


def _method(payload: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[str | None, str]:
    """The gateway the buyer chose for the largest part; other ones are named in the label. Of an
    order paid in part the one by which the rest comes: it says whether the goods may leave.

    ``manual`` is what marking as paid books, and a gift card only lowers what is left to pay:
    both count only when there is nothing else. Of an order that is paid, an attempt still pending
    (a konbini slip nobody took to the till) says nothing.
    """
    second = (*const.PREPAID_GATEWAYS, const.MARK_PAID_GATEWAY)
    came = [row for row in rows if row["status"] == "SUCCESS" and row["gateway"] not in second]
    if came and payload.get("fullyPaid"):
        rows = came
    amounts: dict[str, Decimal] = {}
    labels: dict[str, str] = {}
    for row in rows:
        gateway = row["gateway"] or ""
        amounts[gateway] = max(amounts.get(gateway, ZERO), shop_amount(row["amountSet"]))
        labels.setdefault(gateway, row.get("formattedGateway") or gateway)
    for gateway in payload.get("paymentGatewayNames") or ():
        if gateway:
            amounts.setdefault(gateway, ZERO)
            labels.setdefault(gateway, gateway)
    chosen = [g for g in amounts if g not in second] or [g for g in amounts if g]
    if payload.get("displayFinancialStatus") == "PARTIALLY_PAID":
        waiting = {row["gateway"] for row in rows if row["status"] == "PENDING"}
        chosen = [gateway for gateway in chosen if gateway in waiting] or chosen
    if not chosen:
        return None, ""
    best = max(chosen, key=lambda gateway: amounts[gateway])
    named = [best] + [g for g in amounts if g not in (best, const.MARK_PAID_GATEWAY) and g]
    return best, " + ".join(dict.fromkeys(labels[gateway] for gateway in named))


def _received(rows: list[dict[str, Any]]) -> Decimal:
    """What came so far, redeemed value included."""
    came = (
        shop_amount(row["amountSet"])
        for row in rows
        if row["status"] == "SUCCESS" and row["kind"] in ("SALE", "CAPTURE")
    )
    return sum(came, ZERO)


def _state(payload: dict[str, Any], code: str | None, *, only_prepaid: bool) -> str:
    """:param only_prepaid: a gift card paid its part; of what is left to pay nothing has come"""
    status = payload.get("displayFinancialStatus")
    if status is None:
        status = "PAID" if payload.get("fullyPaid") else "PENDING"
    if status == "PARTIALLY_PAID" and only_prepaid:
        status = "PENDING"
    state = _STATES.get(status, d.PAY_UNPAID)
    if status == "PENDING" and looks_like_cod(code):
        return d.PAY_ON_DELIVERY
    return state


def _paid_at(rows: list[dict[str, Any]]) -> datetime | None:
    """When the last part of the money came."""
    times = [
        parse_time(row.get("processedAt"))
        for row in rows
        if row["status"] == "SUCCESS" and row["kind"] in ("SALE", "CAPTURE")
    ]
    return max((moment for moment in times if moment), default=None)
