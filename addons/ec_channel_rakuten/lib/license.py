"""Life of the licence key (1.2): 90 days, renewed by a person in RMS only."""

import re
from datetime import datetime

from ...ec_unified.lib.errors import DataError
from .const import JST
from .times import end_of_day, parse_day, parse_time

WARN_DAYS = 30  # trap 2: warn from day 60 of 90
CORE_WARNS_DAYS = 14  # from here on the core warns for every mall
_DAY_ONLY = re.compile(r"\d{4}[-/]?\d{2}[-/]?\d{2}")
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


def parse_expiry(answer):
    """End of the key's life from the licence call's answer; its exact format is not confirmed.

    Accepted: ISO date (= end of that day), ISO date-time without offset (Japanese), with
    ``+0900``, ``+09:00`` or ``Z``, ``yyyyMMdd``, ``yyyyMMddHHmmss``, and epoch milliseconds.

    :param answer: parsed JSON body, or the bare value
    :rtype: datetime
    :raise DataError: when there is no date in it
    """
    value = answer.get("expiryDate") if isinstance(answer, dict) else answer
    text = str(value or "").strip()
    if not text:
        raise DataError("the licence answer holds no date", reason="malformed")
    if _BASIC.fullmatch(text):
        return parse_time(_BASIC.sub(r"\1-\2-\3T\4:\5:\6", text))
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 10**11:
        return datetime.fromtimestamp(value / 1000, JST)
    if _DAY_ONLY.fullmatch(text):
        return end_of_day(parse_day(text))
    return parse_time(text).astimezone(JST)


def days_left(expires_at, now):
    """Whole days until the key dies; negative when it is dead."""
    return (expires_at - now).days
