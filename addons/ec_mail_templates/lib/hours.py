"""When a mail may go out: delay first, then the next moment within working hours."""

from __future__ import annotations

from datetime import datetime, timedelta

DAY = timedelta(days=1)


def due_moment(
    start: datetime,
    *,
    delay: timedelta = timedelta(0),
    hour_from: float = 0.0,
    hour_to: float = 24.0,
    workdays_only: bool = False,
    holidays: frozenset = frozenset(),
) -> datetime:
    """The moment a mail is due, in the time zone of ``start``.

    :param float hour_from: not before this hour of a day; ``hour_to`` not after
    :param bool workdays_only: neither Saturday, Sunday nor one of ``holidays`` (dates)
    """
    moment = start + delay
    for _day in range(60):
        opens = _at(moment, hour_from)
        closes = _at(moment, hour_to)
        if workdays_only and (moment.weekday() >= 5 or moment.date() in holidays):
            moment = _at(moment + DAY, hour_from)
        elif moment < opens:
            moment = opens
        elif moment >= closes:
            moment = _at(moment + DAY, hour_from)
        else:
            return moment
    return moment


def _at(moment: datetime, hour: float) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(hours=hour)
