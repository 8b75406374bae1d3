"""When a parcel leaves: cut-off, lead time, days off, wish date minus the days under way. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

#: A shop closed longer than this is a mistake in its calendar.
_LONGEST = 400


@dataclass(slots=True, kw_only=True)
class Plan:
    """``reasons``: (code, params) in the order they were weighed."""

    ship_on: date
    arrives_on: date
    late: bool = False
    reasons: list[tuple[str, dict]] = field(default_factory=list)


def plan_ship_date(
    now: datetime,
    *,
    is_open: Callable[[date], bool],
    cutoff: float = 24.0,
    lead_days: int = 0,
    transit_days: int = 1,
    wish_date: date | None = None,
    not_before: date | None = None,
) -> Plan:
    """The day to ship.

    :param now: the moment the order may ship, in the shop's own time
    :param is_open: whether the shop ships on a day
    :param cutoff: hour (fraction) after which work starts the next day
    :param lead_days: working days the shop needs
    :param transit_days: days from shipping to arrival
    """
    reasons = []
    day = now.date()
    if now.hour + now.minute / 60 >= cutoff:
        day += timedelta(days=1)
        reasons.append(("after_cutoff", {"hour": cutoff}))
    if not_before and day < not_before:
        day = not_before
        reasons.append(("not_before", {"day": not_before}))
    earliest = _next_open(day, is_open, reasons)
    for _number in range(lead_days):
        earliest = _next_open(earliest + timedelta(days=1), is_open, reasons)
    if lead_days:
        reasons.append(("lead", {"days": lead_days}))
    ship_on, late = earliest, False
    if wish_date:
        wanted = _last_open(wish_date - timedelta(days=transit_days), is_open)
        reasons.append(
            ("wish", {"wish": wish_date, "days": transit_days, "day": wanted or earliest})
        )
        if wanted is None or wanted < earliest:
            late = True
            reasons.append(("wish_too_early", {"day": earliest}))
        else:
            ship_on = wanted
    arrives = ship_on + timedelta(days=transit_days)
    if wish_date and not late:
        arrives = max(arrives, wish_date)
    return Plan(ship_on=ship_on, arrives_on=arrives, late=late, reasons=reasons)


def _next_open(day: date, is_open, reasons) -> date:
    start = day
    while not is_open(day):
        day += timedelta(days=1)
        if (day - start).days > _LONGEST:
            return start
    if day != start:
        reasons.append(("closed", {"first": start, "day": day}))
    return day


def _last_open(day: date, is_open) -> date | None:
    start = day
    while not is_open(day):
        day -= timedelta(days=1)
        if (start - day).days > _LONGEST:
            return None
    return day
