"""States over time, stock, batch, cancels (reference 2.2, 10)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.malls.common.clock import JST, SimClock
from tests.malls.common.control import Refused
from tests.malls.rakuten import RakutenMall

START = datetime(2026, 6, 4, 10, 15, 30, tzinfo=JST)
HOUR, DAY = 3600, 86400


@pytest.fixture
def mall():
    found = RakutenMall(SimClock(START, frozen=True))
    found.add_items()
    return found


def state(mall, ref):
    return mall.order(ref)["state"]


def field(mall, ref, name):
    return mall.store.orders[ref].model[name]


def test_whole_life(mall):
    ref = mall.buy("AR-KZ01")
    assert state(mall, ref) == 100
    mall.clock.advance(60)
    mall.event(ref, "confirm")
    mall.clock.advance(29 * 60)
    assert state(mall, ref) == 200
    mall.clock.advance(3 * 60)
    assert state(mall, ref) == 300
    waited = datetime.strptime(field(mall, ref, "orderFixDatetime"), "%Y-%m-%dT%H:%M:%S%z") - START
    assert 31 * 60 <= waited.total_seconds() < 32 * 60
    mall.event(ref, "ship")
    mall.clock.advance(12 * HOUR)
    assert state(mall, ref) == 300, "not before the night"
    mall.clock.set(datetime(2026, 6, 5, 0, 21, 7, tzinfo=JST))
    assert state(mall, ref) == 500
    assert field(mall, ref, "shippingCmplRptDatetime") == "2026-06-05T00:21:07+0900"
    mall.clock.advance(HOUR)
    assert state(mall, ref) == 600
    mall.clock.advance(27 * HOUR)
    assert state(mall, ref) == 700


def test_late_confirmation_is_ready_soon(mall):
    ref = mall.buy("AR-KZ01")
    mall.clock.advance(2 * HOUR)
    mall.event(ref, "confirm")
    mall.clock.advance(10)
    assert state(mall, ref) == 300


def test_fast_mode():
    mall = RakutenMall(SimClock(START, frozen=True), fast=True)
    ref = mall.place("plain")
    mall.event(ref, "confirm")
    mall.clock.advance(4)
    assert state(mall, ref) == 300


def test_auto_confirm(mall):
    mall.shop.auto_confirm = True
    ref, undecided = mall.buy("AR-KZ01"), mall.place("undecided")
    mall.clock.advance(2)
    assert (state(mall, ref), state(mall, undecided)) == (200, 100)


def test_not_confirmed_for_14_days(mall):
    ref = mall.buy("AR-KZ01", 2)
    assert mall.stock()["AR-KZ01"] == 28
    mall.clock.advance(14 * DAY - 1)
    assert state(mall, ref) == 100
    mall.clock.advance(1)
    assert state(mall, ref) == 900
    assert mall.stock()["AR-KZ01"] == 30


def test_buyer_cancels_only_for_half_an_hour(mall):
    early, late = mall.buy("AR-KZ01"), mall.buy("AR-KZ01")
    mall.clock.advance(29 * 60)
    assert mall.event(early, "buyer_cancel")["state"] == 900
    mall.clock.advance(2 * 60)
    with pytest.raises(Refused):
        mall.event(late, "buyer_cancel")
    change = field(mall, early, "ChangeReasonModelList")[-1]
    assert (change["changeType"], change["changeReason"], change["changeReasonDetail"]) == (1, 1, 1)


@pytest.mark.parametrize("method", ["bank", "seven", "convenience"])
def test_prepaid_waits_for_the_money(mall, method):
    paid, unpaid = mall.buy("AR-KZ01", payment=method), mall.buy("AR-KZ01", payment=method)
    for ref in (paid, unpaid):
        mall.event(ref, "confirm")
    mall.clock.advance(DAY)
    assert state(mall, paid) == 200
    assert field(mall, paid, "DueDateModelList") == [{"dueDateType": 0, "dueDate": "2026-06-11"}]
    assert mall.event(paid, "pay")["state"] == 300
    mall.clock.advance(8 * DAY)
    assert (state(mall, paid), state(mall, unpaid)) == (300, 900)
    assert field(mall, unpaid, "ChangeReasonModelList")[-1]["changeReasonDetail"] == 4


def test_fraud_hold(mall):
    held, freed = mall.place("fraud_hold"), mall.place("fraud_hold")
    mall.clock.advance(DAY)
    assert state(mall, held) == 200 and field(mall, held, "rakutenConfirmFlag") == 1
    assert mall.event(freed, "fraud_release")["state"] == 300
    mall.event(held, "rakuten_cancel")
    assert state(mall, held) == 800
    mall.clock.advance(5)
    assert state(mall, held) == 900


def test_social_gift_waits_for_the_address(mall):
    accepted, forgotten = mall.place("social_gift"), mall.place("social_gift")
    for ref in (accepted, forgotten):
        mall.event(ref, "confirm")
    mall.clock.advance(DAY)
    assert state(mall, accepted) == 200
    assert mall.event(accepted, "accept_gift")["state"] == 300
    mall.clock.advance(10 * DAY)
    assert state(mall, forgotten) == 900
    assert field(mall, forgotten, "ChangeReasonModelList")[-1]["changeReasonDetail"] == 16


@pytest.mark.parametrize("before", ["ready", "shipped"])
def test_change_request_returns(mall, before):
    ref = mall.place(before)
    was = state(mall, ref)
    mall.event(ref, "change_request")
    assert state(mall, ref) == 400
    mall.clock.advance(300)
    assert state(mall, ref) == was
    assert field(mall, ref, "ChangeReasonModelList")[-1]["changeType"] == 5


def test_batch_needs_every_row_of_every_package(mall):
    ref = mall.place("several_destinations")
    packages = field(mall, ref, "PackageModelList")
    mall.event(ref, "ship")
    packages[1]["ShippingModelList"][0]["shippingNumber"] = None
    assert mall.run_batch() == {"shipped": []}
    mall.event(ref, "ship", number="4000")
    assert mall.run_batch() == {"shipped": []}, "one incomplete row holds the order"
    packages[1]["ShippingModelList"].pop(0)
    mall.event(ref, "ship")
    assert mall.run_batch() == {"shipped": [ref]}


def test_batch_waits_for_the_date_when_switched(mall):
    mall.shop.switches.batch_waits_for_date = True
    ref = mall.place("ready")
    mall.event(ref, "ship", date="2026-06-06")
    mall.clock.advance(DAY)
    assert state(mall, ref) == 300
    mall.clock.advance(2 * DAY)
    assert state(mall, ref) in (500, 600)


def test_stock_falls_at_order_time(mall):
    mall.buy("ARYN02R", 2)
    assert mall.stock()["ARYN02R"] == 1
    with pytest.raises(Refused):
        mall.buy("ARYN02R", 2)
    ref = mall.buy("ARYN02R", 2, force=True)
    assert mall.stock()["ARYN02R"] == 0
    mall.event(ref, "buyer_cancel")
    assert mall.stock()["ARYN02R"] == 1, "only what was really taken comes back"


@pytest.mark.parametrize(
    ("restock", "item_says", "left"), [(0, True, 30), (0, False, 28), (1, False, 30), (2, True, 28)]
)
def test_restock_types(mall, restock, item_says, left):
    mall.catalog.variant("AR-KZ01")[1]["restockOnCancel"] = item_says
    ref = mall.buy("AR-KZ01", 2)
    mall.event(ref, "shop_cancel", restock=restock)
    mall.event(ref, "cancel_fix")
    assert mall.stock()["AR-KZ01"] == left


def test_cancel_gets_its_three_times(mall):
    ref = mall.place("cancel_pending")
    mall.clock.advance(5)
    change = field(mall, ref, "ChangeReasonModelList")[-1]
    assert (state(mall, ref), change["changeFixDatetime"]) == (900, "2026-06-04T10:15:35+0900")
    assert change["changeCmplDatetime"] is None
    mall.clock.advance(600)
    state(mall, ref)
    assert change["changeCmplDatetime"] == "2026-06-04T10:25:35+0900"


def test_generate_is_deterministic_and_has_a_history():
    malls = []
    for _ in range(2):
        mall = RakutenMall(SimClock(START, frozen=True))
        mall.generate(300, seed=5, since="2026-05-01", mix="all")
        malls.append(mall)
    assert malls[0].dump_state() == malls[1].dump_state()
    counts = malls[0].state()["by_state"]
    assert counts[700] > counts[300] > 0
    assert malls[0].generate(2, since="2026-06-04T10:00:00")[0] not in malls[1].store.orders


def test_state_survives_saving(mall):
    ref = mall.place("ready")
    mall.event(ref, "ship")
    other = RakutenMall(SimClock(START, frozen=True))
    other.load_state(mall.dump_state())
    other.clock.advance(DAY)
    assert other.order(ref)["state"] == 600
    assert other.stock() == mall.stock()
