"""The different time formats (reference section 1.5)."""

from __future__ import annotations

import re
from datetime import date, datetime

from ..common.clock import JST

_ORDER = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0900")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ITEM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+09:00")


def order_time(moment: datetime) -> str:
    """Order API: ``2026-06-04T10:15:30+0900``."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900")


def item_time(moment: datetime) -> str:
    """Item and inventory API: ``2026-06-04T10:15:30+09:00``."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+09:00")


def parse_order_time(text: object) -> datetime | None:
    """Strict: ``+0900`` only; anything else gives None."""
    if not isinstance(text, str) or not _ORDER.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def parse_item_time(text: object) -> datetime | None:
    """Strict: ``+09:00`` only; anything else gives None."""
    if not isinstance(text, str) or not _ITEM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def parse_day(text: object) -> date | None:
    """Strict ``YYYY-MM-DD``."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
