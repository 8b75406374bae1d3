"""The day a parcel leaves."""

from __future__ import annotations

from datetime import date, datetime

from ec_addons.ec_shipping_jp.lib.schedule import plan_ship_date

HOLIDAY = date(2026, 11, 23)  # a Monday


def is_open(day):
    return day.weekday() < 5 and day != HOLIDAY


def plan(moment, **kwargs):
    made = plan_ship_date(datetime.fromisoformat(moment), is_open=is_open, **kwargs)
    return str(made.ship_on), [code for code, _params in made.reasons]


def test_same_day_before_the_cutoff():
    assert plan("2026-11-19 11:59", cutoff=12) == ("2026-11-19", [])


def test_next_working_day_after_the_cutoff():
    assert plan("2026-11-20 12:00", cutoff=12) == ("2026-11-24", ["after_cutoff", "closed"])


def test_lead_time_counts_working_days():
    assert plan("2026-11-19 09:00", lead_days=2)[0] == "2026-11-24"


def test_wish_date_minus_days_under_way():
    assert plan("2026-11-19 09:00", wish_date=date(2026, 11, 27), transit_days=2)[0] == "2026-11-25"


def test_wish_on_a_day_off_ships_before():
    assert plan("2026-11-19 09:00", wish_date=date(2026, 11, 24), transit_days=1)[0] == "2026-11-20"


def test_a_wish_that_cannot_be_kept_says_so():
    made = plan_ship_date(
        datetime(2026, 11, 20, 15), is_open=is_open, cutoff=12, wish_date=date(2026, 11, 22)
    )
    assert made.late and str(made.ship_on) == "2026-11-24"
    assert made.reasons[-1][0] == "wish_too_early"


def test_pre_order():
    assert plan("2026-11-19 09:00", not_before=date(2026, 12, 5))[0] == "2026-12-07"


def test_a_shop_that_never_opens_does_not_hang():
    made = plan_ship_date(datetime(2026, 11, 19), is_open=lambda day: False)
    assert made.ship_on == date(2026, 11, 19)
