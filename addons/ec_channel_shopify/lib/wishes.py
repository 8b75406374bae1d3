"""Delivery wishes, gift data and other answers of the buyer in ``customAttributes`` (section 16).

There is no standard: every delivery app has its own keys and formats. The keys are settings of the
channel; values are read leniently, and what cannot be read stays as text for the clerk.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from . import const

_YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_MD = re.compile(r"(?<!\d)(\d{1,2})\s*[-/月]\s*(\d{1,2})(?!\d)")
_RANGE = re.compile(
    r"(?<!\d)(\d{1,2})(?:[::時](?:00|00分)?)?\s*(?:-|~|から|to)\s*(\d{1,2})(?:[::時]|\b|$)"
)
_DASHES = re.compile(r"[‐‑–—−ー〜～~]")
_AFTER = re.compile(r"(?<!\d)(\d{1,2})(?:[:時]00|時)?\s*(?:以降|から|-)\s*$")
_BEFORE = re.compile(r"(?<!\d)(\d{1,2})(?:[:時]00|時)?\s*(?:まで|以前)")


@dataclass(frozen=True, slots=True, kw_only=True)
class WishKeys:
    """Attribute keys of one shop; compared without width, case and spaces."""

    date: tuple[str, ...] = const.WISH_DATE_KEYS
    time: tuple[str, ...] = const.WISH_TIME_KEYS
    noshi: tuple[str, ...] = const.NOSHI_KEYS
    gift: tuple[str, ...] = const.GIFT_KEYS
    message: tuple[str, ...] = const.MESSAGE_KEYS
    wrapping: tuple[str, ...] = const.WRAPPING_KEYS
    kana: tuple[str, ...] = const.KANA_KEYS
    drop_off: tuple[str, ...] = const.DROP_OFF_KEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the buyer asked for. ``text`` keeps the words of the date and time wishes."""

    date: date | None = None
    time_from: int | None = None
    time_to: int | None = None
    text: str | None = None
    noshi: str | None = None
    message: str | None = None
    wrapping: str | None = None
    kana: str | None = None
    drop_off: str | None = None
    is_gift: bool = False


def read_wishes(attributes: Iterable[tuple[str, str]], keys: WishKeys, ordered_on: date) -> Wishes:
    """Sort the attributes of an order (and of its lines) into wishes.

    :param attributes: (key, value), a key may come several times
    :param ordered_on: day of the order in the shop's time zone; a date without a year is after it
    """
    rows = [(fold(key), str(value or "").strip()) for key, value in attributes]

    def values(names: tuple[str, ...]) -> list[str]:
        wanted = {fold(name) for name in names}
        found = [v for k, v in rows if k in wanted and fold(v) not in _EMPTY]
        return list(dict.fromkeys(found))

    dates, times = values(keys.date), values(keys.time)
    day = next((d for d in (read_date(v, ordered_on) for v in dates) if d), None)
    hours = next((h for h in (read_hours(v) for v in times) if h), None)
    noshi, message, wrapping = values(keys.noshi), values(keys.message), values(keys.wrapping)
    return Wishes(
        date=day,
        time_from=hours[0] if hours else None,
        time_to=hours[1] if hours else None,
        text=_joined(dates + times),
        noshi=_joined(noshi),
        message=_joined(message),
        wrapping=_joined(wrapping),
        kana=_joined(values(keys.kana)),
        drop_off=_joined(values(keys.drop_off)),
        is_gift=bool(noshi or message or wrapping or values(keys.gift)),
    )


def read_date(text: str, ordered_on: date) -> date | None:
    """``2026-11-25``, ``2026年11月25日(水)``, ``20261125``, ``11/25``; None when it is no date."""
    text = unicodedata.normalize("NFKC", text)
    match = _YMD.search(text) or _COMPACT.search(text)
    try:
        if match:
            return date(*(int(part) for part in match.groups()))
        match = _MD.search(text)
        if not match:
            return None
        month, day = int(match[1]), int(match[2])
        found = date(ordered_on.year, month, day)
        return found if found >= ordered_on else date(ordered_on.year + 1, month, day)
    except ValueError:
        return None


def read_hours(text: str) -> tuple[int | None, int | None] | None:
    """``14:00-16:00``, ``14時〜16時``, ``1416``, ``午前中``, ``18時以降``; None when unreadable."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()
    if "午前" in text and not re.search(r"\d", text):
        return (8, 12)
    if re.fullmatch(r"\d{4}", text):
        return _hours(int(text[:2]), int(text[2:]))
    match = _RANGE.search(text)
    if match:
        first, last = int(match[1]), int(match[2])
        if "午後" in text and last <= 12:
            first, last = first % 12 + 12, last % 12 + 12
        return _hours(first, last)
    match = _BEFORE.search(text)
    if match:
        return _hours(None, int(match[1]))
    match = _AFTER.search(text)
    return _hours(int(match[1]), None) if match else None


def fold(text: str) -> str:
    """Comparable form of a key: no width, case, spaces, underscores at the ends."""
    folded = unicodedata.normalize("NFKC", text or "").lower()
    return re.sub(r"\s+", "", folded).strip("_:：")


def split_words(text: str | None) -> tuple[str, ...]:
    """The parts of a setting that lists names, separated by commas (of either width) or lines."""
    return tuple(part.strip() for part in re.split(r"[,、,\n]", text or "") if part.strip())


def _hours(first: int | None, last: int | None) -> tuple[int | None, int | None] | None:
    for hour in (first, last):
        if hour is not None and not 0 <= hour <= 24:
            return None
    if first is not None and last is not None and first >= last:
        return None
    return (first, last)


def _joined(values: list[str]) -> str | None:
    return " / ".join(values) or None


_EMPTY = frozenset(fold(value) for value in const.EMPTY_WISHES)
