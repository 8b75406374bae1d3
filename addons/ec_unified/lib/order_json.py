"""An order as plain JSON: what orders without a mall (files, telephone) are stored as."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from . import data
from .errors import DataError

_MONEY = frozenset(
    "buyer_total points mall_coupon shop_coupon total quantity price_unit amount tax_rate "
    "tax_amount rate tax".split()
)
_MOMENTS = frozenset(("ordered_at", "updated_at", "paid_at"))
_DAYS = frozenset(("wish_date", "payment_due_on", "shipped_on"))


def order_from_json(payload: dict[str, Any]) -> data.OrderData:
    """Read what ``SourceDocument.payload`` of such an order holds.

    :raise DataError: it is no order
    """
    try:
        return _order(payload)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise DataError(f"unreadable order: {error!r}", reason="malformed") from error


def _order(payload: dict[str, Any]) -> data.OrderData:
    rest = dict(payload)
    buyer = data.Address(**rest.pop("buyer", {}))
    destinations = tuple(
        _build(data.Destination, {**row, "address": data.Address(**row["address"])})
        for row in rest.pop("destinations", ())
    )
    lines = tuple(_build(data.OrderLine, row) for row in rest.pop("lines"))
    summary = tuple(_build(data.TaxSummary, row) for row in rest.pop("tax_summary", ()))
    values = {**rest, "buyer": buyer, "destinations": destinations}
    return _build(data.OrderData, {**values, "lines": lines, "tax_summary": summary})


def _build(cls: type, values: dict[str, Any]) -> Any:
    return cls(**{name: _value(name, value) for name, value in values.items()})


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _MONEY:
        return Decimal(str(value))
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    if name in _DAYS:
        return date.fromisoformat(value)
    return value
