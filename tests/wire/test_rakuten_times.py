"""Three time formats, windows, the licence's expiry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from ec_addons.ec_channel_rakuten.lib import times
from ec_addons.ec_channel_rakuten.lib.license import days_left, parse_expiry
from ec_addons.ec_unified.lib.errors import DataError

JST = timezone(timedelta(hours=9))
MOMENT = datetime(2026, 7, 14, 20, 5, 6, tzinfo=UTC)


def test_formats():
    assert times.order_time(MOMENT) == "2026-07-15T05:05:06+0900"
    assert times.item_time(MOMENT) == "2026-07-15T05:05:06+09:00"


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-15T05:05:06+0900", "2026-07-15T05:05:06+09:00", "2026-07-15T05:05:06",
        "2026-07-14T20:05:06Z", "2026/07/15 05:05:06", "2026-07-14T20:05:06+00:00",
    ],
)  # fmt: skip
def test_reads_all_of_them(text):
    assert times.parse_time(text) == MOMENT


def test_days():
    for text in ("2026-07-15", "2026/07/15", "20260715", "2026-07-15T00:00:00+0900"):
        assert times.parse_day(text) == date(2026, 7, 15)
    assert times.parse_day(None) is None and times.parse_time("") is None
    for wrong in ("15.7.", "2026-13-01"):
        with pytest.raises(DataError):
            times.parse_day(wrong)


def test_windows_touch_without_overlap_and_stay_within_63_days():
    start = datetime(2026, 1, 1, tzinfo=JST)
    end = datetime(2026, 7, 1, tzinfo=JST)
    cut = list(times.windows(start, end, 63))
    assert cut[0][0] == start and cut[-1][1] == end and len(cut) == 3
    for (_a, first), (second, _b) in zip(cut, cut[1:], strict=False):
        assert second - first == timedelta(seconds=1)
    assert all(stop - begin < timedelta(days=63) for begin, stop in cut)
    assert list(times.windows(end, end, 63)) == []


@pytest.mark.parametrize(("hour", "inside"), [(1, False), (2, True), (7, True), (8, False)])
def test_maintenance_window(hour, inside):
    sunday = datetime(2026, 7, 19, hour, 30, tzinfo=JST)
    assert times.in_maintenance_window(sunday) is inside
    assert not times.in_maintenance_window(sunday + timedelta(days=1))


END = datetime(2026, 9, 30, 23, 59, 59, tzinfo=JST)


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-30", "2026/09/30", "20260930", "20260930235959", "2026-09-30T23:59:59",
        "2026-09-30T23:59:59+0900", "2026-09-30T23:59:59+09:00", "2026-09-30T14:59:59Z",
        "2026-09-30 23:59:59", int(END.timestamp() * 1000), 20260930, 20260930235959,
    ],
)  # fmt: skip
def test_expiry_formats(value):
    assert parse_expiry({"expiryDate": value}) == END


@pytest.mark.parametrize("answer", [{}, None, {"expiryDate": ""}, {"expiryDate": "soon"},
                                    {"expiryDate": "20269999999999"}])  # fmt: skip
def test_expiry_unreadable(answer):
    with pytest.raises(DataError):
        parse_expiry(answer)


def test_days_left():
    assert days_left(END, END - timedelta(days=12, hours=3)) == 12
    assert days_left(END, END + timedelta(hours=1)) < 0
