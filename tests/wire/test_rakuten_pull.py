"""What a pull reads beyond the ordinary day: what changed, and nothing else (2.3, 9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ec_addons.ec_channel_rakuten.lib import const
from ec_addons.ec_channel_rakuten.lib.pull import OrderPull

from tests.wire.fixtures.rakuten_mall import START

HOUR = 3600


class Inbox:
    """What the core keeps: the documents received last, and which orders it calls open."""

    def __init__(self, orders, start=START - timedelta(days=3)):
        self.orders, self.start = orders, start
        self.documents, self.cursor, self.open = {}, None, set()

    def states(self, refs):
        return {
            ref: str(self.documents[ref]["orderProgress"]) for ref in refs if ref in self.documents
        }

    def pull(self):
        """:return: orders read"""
        read = []
        pull = OrderPull(self.orders, self.start, self.cursor, lambda: self.open, self.states)
        for page in pull.pages():
            for doc in page.documents:
                self.documents[doc.ref] = doc.payload
                read.append(doc.ref)
            self.cursor = page.cursor
        return read

    def later(self, mall, seconds=HOUR):
        mall.clock.advance(seconds)
        mall.calls.clear()
        return self.pull()


@pytest.fixture
def inbox(orders):
    return Inbox(orders)


# === The hourly sweep ===


def test_ready_orders_that_are_done_here_are_not_read_again(mall, inbox):
    refs = {mall.place("ready") for _number in range(150)}
    inbox.pull()
    inbox.later(mall, 2 * HOUR)
    assert inbox.later(mall) == []
    assert mall.calls["getOrder"] == 0
    change = sorted(refs)[70]
    mall.store.orders[change].progress = 400
    assert inbox.later(mall) == [change]
    assert mall.calls["getOrder"] == 1
    mall.store.orders[change].progress = 300
    assert inbox.later(mall) == [change], "and back"
    assert inbox.later(mall) == []


@pytest.mark.parametrize("done_as", [300, 500, 700])
def test_a_cancel_after_the_order_was_done_here_is_seen(mall, inbox, done_as):
    """Also where 800 lasted no hour: nothing is open there then (trap 19)."""
    ref = mall.place("ready")
    mall.store.orders[ref].progress = done_as
    inbox.pull()
    inbox.later(mall, 2 * HOUR)
    assert inbox.later(mall) == []
    mall.store.orders[ref].progress = 900
    assert inbox.later(mall) == [ref]
    assert inbox.later(mall) == []


def test_what_the_mall_calls_shipped_is_seen_once(mall, inbox):
    ref = mall.place("ready")
    inbox.pull()
    inbox.later(mall, 2 * HOUR)
    mall.event(ref, "ship")
    mall.run_batch()
    assert inbox.later(mall) == [ref]
    assert inbox.documents[ref]["orderProgress"] >= 500
    assert inbox.later(mall) == []


def test_open_orders_are_left_to_the_reading_again(mall, inbox):
    ref = mall.place("ready")
    inbox.open = {ref}
    inbox.pull()
    assert inbox.later(mall) == [ref]
    assert mall.calls["getOrder"] == 1


def test_what_was_never_received_is_read(mall, inbox):
    inbox.pull()
    mall.clock.advance(-2 * HOUR)
    refs = {mall.place("ready"), mall.place("buyer_cancelled"), mall.buy("AR-KZ01")}
    mall.clock.advance(2 * HOUR)
    assert set(inbox.later(mall)) == refs


# === The mark of the newest order ===


def test_a_mall_whose_clock_is_behind(mall, rms, inbox):
    """Its orders are dated before our last look: seen at once, not by the hourly sweep only."""
    ours = mall.clock.now() + timedelta(days=2)
    rms.now = lambda: ours
    first = mall.buy("AR-KZ01")
    assert inbox.pull() == [first]
    second = mall.buy("AR-KZ01")
    ours += timedelta(minutes=1)
    assert second in inbox.pull()


def test_a_quiet_shop_is_searched_in_one_window_and_its_last_order_read_once(mall, inbox):
    ref = mall.buy("AR-KZ01")
    assert inbox.pull() == [ref]
    for days in (1, 20, 50):
        inbox.later(mall, days * 86400)  # with a sweep
        assert inbox.later(mall, 60) == []
        assert dict(mall.calls) == {"searchOrder": 2}


@pytest.mark.parametrize("days", [0, 2, 25])
@pytest.mark.parametrize("code", ["ERROR_023", "ERROR_012"])
def test_a_mall_whose_clock_is_ahead_remembers_less(mall, rms, orders, days, code):
    """730 days back from our now is more than that from its own."""
    mall.configure(range_error=code)
    now = mall.clock.now()
    rms.now = lambda: now
    mall.clock.set(now - timedelta(days=700))
    old = mall.buy("AR-KZ01")
    mall.clock.set(now + timedelta(days=days))
    new = mall.buy("AR-KZ01")
    inbox = Inbox(orders, now - timedelta(days=900))
    assert inbox.pull() == [old, new]
    assert mall.calls["searchOrder"] < 40


def test_too_many_hits_in_the_oldest_month_are_not_taken_for_age(mall, orders, monkeypatch):
    monkeypatch.setattr(const, "SEARCH_MAX_HITS", 3)
    mall.configure(max_hits=3, search_overflow="error")
    refs = []
    for day in range(6):
        mall.clock.set(START - timedelta(days=725 - day))
        refs.append(mall.buy("AR-KZ01"))
    mall.clock.set(START)
    found = orders.search(START - timedelta(days=900), START)
    assert [number for window in found for number in window.numbers] == refs


# === Single odd documents and refusals ===


def test_an_unreadable_date_holds_up_no_other_order(mall, inbox):
    odd, good = mall.buy("AR-KZ01"), mall.buy("AR-KZ01")
    mall.store.orders[odd].model["orderDatetime"] = "unlesbar"
    found = set(inbox.pull())
    assert good in found, "the odd one is left to the parser, which says so"
    assert odd in found


@pytest.mark.parametrize("code", ["ERROR_009", "ERROR_010", "ERROR_011", "ERROR_023"])
def test_the_future_may_be_refused_by_any_code(mall, inbox, code):
    mall.configure(search_future=False, range_error=code)
    ref = mall.buy("AR-KZ01")
    mall.clock.advance(60)
    assert inbox.pull() == [ref]


def test_sweep_states_are_all_but_those_of_shipped_orders():
    swept = {*const.SWEEP_READY, *const.SWEEP_OTHERS}
    assert swept | set(const.SHIPPED_STATES) == set(const.PROGRESS)
