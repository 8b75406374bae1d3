"""The three time formats of the mall (1.5) and the maintenance window (1.4)."""

import re
from datetime import date, datetime, timedelta

from ...ec_unified.lib.errors import DataError
from .const import JST, MAINTENANCE_HOURS, MAINTENANCE_WEEKDAY

_OFFSET = re.compile(r"([+-]\d{2}):?(\d{2})$")
_DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")


def order_time(moment):
    """Order API: ``2026-06-04T10:15:30+0900``, without a colon. ``moment`` must be aware."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900")


def item_time(moment):
    """Item, inventory, category, coupon API: ``2026-06-04T10:15:30+09:00``."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+09:00")


def parse_time(text):
    """Aware ``datetime`` of any form the mall uses; a time without offset is Japanese.

    :raise DataError: when the text is no time
    """
    if text in (None, ""):
        return None
    value = _OFFSET.sub(r"\1:\2", str(text).strip().replace(" ", "T", 1).replace("/", "-"))
    if value.endswith("Z"):
        value = value[:-1] + "+00:00"
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise DataError(f"not a time: {str(text)[:30]!r}", reason="malformed") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=JST)


def time_or_none(text):
    """As ``parse_time`` for times an order can do without: one nobody can read is none."""
    try:
        return parse_time(text)
    except DataError:
        return None


def day_or_none(text):
    """As ``parse_day`` for days an order can do without."""
    try:
        return parse_day(text)
    except DataError:
        return None


def parse_day(text):
    """``date`` of ``2026-06-10`` (also with slashes or a time behind it); None when empty.

    :raise DataError: when the text is no day
    """
    if text in (None, ""):
        return None
    value = str(text).strip()
    for form in _DAY_FORMATS:
        size = 8 if form == "%Y%m%d" else 10
        try:
            return datetime.strptime(value[:size], form).date()
        except ValueError:
            continue
    raise DataError(f"not a day: {value[:30]!r}", reason="malformed")


def end_of_day(day: date):
    """Last second of a Japanese day."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=JST)


def in_maintenance_window(moment):
    """Whether ``moment`` (aware) lies in the mall's usual weekly maintenance."""
    local = moment.astimezone(JST)
    start, end = MAINTENANCE_HOURS
    return local.weekday() == MAINTENANCE_WEEKDAY and start <= local.hour < end


def windows(start, end, days):
    """Cut ``[start, end]`` into consecutive windows of at most ``days`` days, oldest first."""
    step = timedelta(days=days) - timedelta(seconds=1)
    while start < end:
        stop = min(start + step, end)
        yield start, stop
        start = stop + timedelta(seconds=1)
