"""Records of ``data`` as plain JSON: what orders without a mall (files, telephone) are stored as.

Keys are the fields' names; amounts are text, moments ISO 8601 with their time zone, days ISO 8601.
What a field takes is read off its type, so a new field of ``OrderData`` needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from . import data
from .errors import DataError

T = TypeVar("T")


def order_from_json(payload: dict[str, Any]) -> data.OrderData:
    """Read what ``SourceDocument.payload`` of such an order holds.

    :raise DataError: it is no order
    """
    try:
        return record_from_json(data.OrderData, {**payload, "lines": payload["lines"]})
    except (AttributeError, KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise DataError(f"unreadable order: {error!r}", reason="malformed") from error


def record_from_json(cls: type[T], values: dict[str, Any]) -> T:
    """Build a dataclass and all it holds from JSON; None stays None, a missing key the default.

    :raise KeyError, TypeError, ValueError, InvalidOperation: a key or value that does not belong
    """
    readers = _readers(cls)
    return cls(
        **{name: None if value is None else readers[name](value) for name, value in values.items()}
    )


@cache
def _readers(cls: type) -> dict[str, Callable[[Any], Any]]:
    return {name: _reader(hint) for name, hint in get_type_hints(cls).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a value of this type is read; ``hint`` may be ``X | None`` or ``tuple[X, ...]``."""
    if get_origin(hint) is tuple:
        read = _reader(get_args(hint)[0])
        return lambda rows: tuple(read(row) for row in rows)
    for kind in (hint, *get_args(hint)):
        if kind in _SCALARS:
            return _SCALARS[kind]
        if is_dataclass(kind):
            return partial(record_from_json, kind)
    return lambda value: value


def _amount(value: Any) -> Decimal:
    return Decimal(str(value))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return moment


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    Decimal: _amount,
    datetime: _moment,
    date: date.fromisoformat,
}
