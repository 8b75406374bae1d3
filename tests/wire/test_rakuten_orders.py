"""Orders, confirmations, cancels and parcels against the simulated mall over HTTP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from ec_addons.ec_channel_rakuten.lib import const
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_channel_rakuten.lib.orders import OrderService
from ec_addons.ec_channel_rakuten.lib.pull import OrderPull
from ec_addons.ec_channel_rakuten.lib.shipping import ShippingService
from ec_addons.ec_unified.lib.data import Parcel, ShipmentData
from ec_addons.ec_unified.lib.errors import ConflictError, UncertainWriteError
from ec_addons.ec_unified.lib.order_math import book_order

from tests.malls.rakuten import SCENARIOS
from tests.wire.fixtures.rakuten_mall import START

# === Every situation ===


def test_every_situation_fits_the_malls_figures(mall, orders):
    names = {mall.place(name): name for name in SCENARIOS}
    models = orders.get(names)
    assert models.keys() == names.keys()
    for ref, name in names.items():
        data, expected = parse_order(models[ref]), mall.order(ref)
        assert data.mall_status == str(expected["state"])
        if expected["shop_earns"] is None:
            assert data.undecided, name
            continue
        booking = book_order(data)
        assert (booking.total, booking.differences) == (expected["shop_earns"], ()), name
        for percent, row in expected["tax"].items():
            rate = int(percent)
            lines = [line for line in booking.lines if line.rate is not None]
            lines = [line for line in lines if line.rate * 100 == rate]
            assert sum(line.amount for line in lines) == row["base_incl"], name
            assert sum(line.tax for line in lines) == row["tax"], name


READINGS = [
    {},
    {"excluded_tax_sum": "line", "price_rounding": "ceil"},
    {"wrapping_in_package": "each", "tax_rounding": "floor"},
]


@pytest.mark.parametrize("settings", READINGS)
def test_random_orders_fit_whatever_the_malls_reading(mall, settings):
    """Hundreds of mixed orders, for each reading of the reference's open questions."""
    mall.configure(**settings)
    refs = mall.generate(count=300, seed=7, mix="all")
    for ref in refs:
        data = parse_order(mall.store.orders[ref].model)
        if not data.undecided:
            booking = book_order(data)
            assert (booking.total, booking.differences) == (mall.order(ref)["shop_earns"], ())


# === Search and read ===


def test_search_finds_every_order_once_over_several_windows(mall, orders):
    refs = []
    for days in (300, 200, 64, 63, 10, 0):
        mall.clock.set(START - timedelta(days=days))
        refs.append(mall.buy("AR-KZ01"))
    found = list(orders.search(START - timedelta(days=310), START))
    assert [number for window in found for number in window.numbers] == refs
    assert len(found) == 5


def test_search_asks_nothing_older_than_730_days(mall, orders):
    mall.buy("AR-KZ01")
    found = list(orders.search(START - timedelta(days=2000), START + timedelta(seconds=1)))
    assert sum(len(window.numbers) for window in found) == 1


def test_pages_are_read_to_the_end(mall, orders, monkeypatch):
    monkeypatch.setattr(const, "SEARCH_PAGE", 3)
    refs = [mall.buy("AR-KZ01") for _n in range(7)]
    (window,) = orders.search(START - timedelta(hours=1), START)
    assert sorted(window.numbers) == sorted(refs)


@pytest.mark.parametrize("overflow", ["cap", "error"])
def test_too_many_hits_split_the_window(mall, orders, monkeypatch, overflow):
    monkeypatch.setattr(const, "SEARCH_MAX_HITS", 5)
    mall.configure(max_hits=5, search_overflow=overflow)
    refs = []
    for day in range(12):
        mall.clock.set(START - timedelta(days=12 - day))
        refs.append(mall.buy("AR-KZ01"))
    mall.clock.set(START)
    found = orders.search(START - timedelta(days=20), START)
    assert [number for window in found for number in window.numbers] == refs


def test_get_in_hundreds_and_without_the_unknown(mall, orders):
    mall.generate(count=120, since=START)
    refs = [row["ref"] for row in mall.orders()]
    mall.calls.clear()
    found = orders.get([*refs, "999001-20260101-0999999999"])
    assert set(found) == set(refs)
    assert mall.calls["getOrder"] == 2


def test_passing_faults_do_not_lose_an_order(mall, orders):
    refs = [mall.buy("AR-KZ01") for _n in range(3)]
    for kind in ("429", "502_html", "reset", "cut", "503_json"):
        mall.faults.add(kind, match="getOrder")
        assert set(orders.get(refs)) == set(refs), kind


# === Pull ===


def pull(orders, cursor, known=(), start=START - timedelta(days=3)):
    pages = list(OrderPull(orders, start, cursor, lambda: list(known)).pages())
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]
    return [doc.ref for page in pages for doc in page.documents], pages[-1].cursor


def test_pull_follows_the_shop(mall, orders):
    first = mall.buy("AR-KZ01")
    refs, cursor = pull(orders, None)
    assert refs == [first]
    mall.clock.advance(3600)
    second = mall.buy("AR-KZ01")
    refs, cursor = pull(orders, cursor, known=[first])
    assert sorted(refs) == [first, second]  # an hour later: the known one is read again, too
    mall.clock.advance(60)
    refs, cursor = pull(orders, cursor, known=[first, second])
    assert sorted(refs) == [first, second]
    assert pull(orders, cursor)[0] == [second]  # the overlap only


def test_pull_sees_an_order_become_ready_before_the_next_reread(mall, orders):
    ref = mall.buy("AR-KZ01")
    _refs, cursor = pull(orders, None)
    orders.confirm([ref])
    mall.clock.advance(25 * 60)
    _refs, cursor = pull(orders, cursor, known=[ref])  # read again here
    mall.clock.advance(6 * 60 + 30)
    cursor["reread_at"] = mall.clock.now().isoformat()
    refs, _cursor = pull(orders, cursor, known=[ref])
    assert refs == [ref]
    assert orders.get([ref])[ref]["orderProgress"] == 300


def test_pull_sees_a_cancel_by_reading_again(mall, orders):
    ref = mall.buy("AR-KZ01")
    _refs, cursor = pull(orders, None)
    mall.clock.advance(20 * 60)
    mall.event(ref, "buyer_cancel")
    refs, _cursor = pull(orders, cursor, known=[ref])
    assert refs == [ref]


def test_pull_leaves_out_orders_before_the_start(mall, orders):
    mall.clock.set(START - timedelta(days=5))
    mall.buy("AR-KZ01")
    mall.clock.set(START)
    assert pull(orders, None)[0] == []


def test_killed_pull_goes_on_where_its_last_page_ended(mall, orders, monkeypatch):
    monkeypatch.setattr(const, "GET_ORDER_BATCH", 2)
    refs = []
    for hour in range(6):
        mall.clock.set(START - timedelta(hours=6 - hour))
        refs.append(mall.buy("AR-KZ01"))
    mall.clock.set(START)
    pages = OrderPull(orders, START - timedelta(days=3), None, list).pages()
    first = next(pages)
    assert [doc.ref for doc in first.documents] == refs[:2]
    rest, _cursor = pull(orders, first.cursor)
    assert rest == refs[1:]  # the overlap reads the last one again


def test_killed_reread_goes_on_behind_the_last_order(mall, orders, monkeypatch):
    monkeypatch.setattr(const, "GET_ORDER_BATCH", 2)
    refs = sorted(mall.buy("AR-KZ01") for _n in range(5))
    _refs, cursor = pull(orders, None)
    mall.clock.advance(3600)
    _refs, cursor = pull(orders, cursor, known=refs)
    mall.clock.advance(3600)
    pages = OrderPull(orders, START - timedelta(days=3), cursor, lambda: refs).pages()
    page = next(page for page in pages if page.documents)
    assert page.cursor["reread_after"] == refs[1]
    assert pull(orders, page.cursor, known=refs)[0] == refs[2:]


def test_many_known_orders_are_read_again_in_a_fifth_of_the_time(mall, orders, monkeypatch):
    monkeypatch.setattr(const, "GET_ORDER_BATCH", 2)
    refs = [mall.buy("AR-KZ01") for _n in range(5)]
    _refs, cursor = pull(orders, None)
    mall.clock.advance(3600)
    _refs, cursor = pull(orders, cursor, known=refs)
    mall.clock.advance(9)  # three calls: two more than every time
    assert pull(orders, cursor, known=refs)[0] == []
    mall.clock.advance(1)
    assert pull(orders, cursor, known=refs)[0] == refs


def test_a_mall_whose_clock_is_ahead(mall, rms):
    """What is dated after our now is seen, and nothing between is lost."""
    ours = mall.clock.now()
    rms.now = lambda: ours
    orders = OrderService(rms)
    first = mall.buy("AR-KZ01")
    _refs, cursor = pull(orders, None)
    mall.clock.advance(3 * 86400)
    second = mall.buy("AR-KZ01")
    refs, cursor = pull(orders, cursor)
    assert refs == [first, second]  # the first one by the overlap
    mall.clock.advance(3600)
    third = mall.buy("AR-KZ01")
    assert pull(orders, cursor)[0] == [second, third]


@pytest.mark.parametrize("code", ["ERROR_023", "ERROR_012"])
def test_a_mall_that_refuses_to_search_the_future(mall, orders, code):
    mall.configure(search_future=False, range_error=code)
    mall.clock.set(START - timedelta(days=1))
    refs = [mall.buy("AR-KZ01")]
    mall.clock.set(START)
    refs.append(mall.buy("AR-KZ01"))
    found, cursor = pull(orders, None)
    assert found == refs
    mall.clock.advance(3000)
    third = mall.buy("AR-KZ01")
    assert pull(orders, cursor)[0] == [refs[-1], third]  # the overlap, too


def test_sweep_finds_what_was_never_seen(mall, orders):
    ref = mall.buy("AR-KZ01")
    cursor = {"since": (START + timedelta(hours=30)).isoformat()}
    mall.clock.advance(30 * 3600)
    assert pull(orders, cursor)[0] == [ref]


def test_an_order_the_mall_shows_late_is_found_within_the_hour(mall, orders):
    mall.clock.set(START)
    newer = mall.buy("AR-KZ01")
    _refs, cursor = pull(orders, None)
    mall.clock.set(START - timedelta(hours=2))
    late = mall.buy("AR-KZ01")
    mall.clock.set(START + timedelta(minutes=50))
    found, cursor = pull(orders, cursor, known=[newer])
    assert found == [newer]
    mall.clock.set(START + timedelta(minutes=61))
    assert pull(orders, cursor, known=[newer])[0] == [late, newer]


def test_calls_of_a_quiet_run(mall, orders):
    _refs, cursor = pull(orders, None)
    mall.calls.clear()
    mall.clock.advance(120)
    pull(orders, cursor)
    assert dict(mall.calls) == {"searchOrder": 2}


# === Confirm and cancel ===


def test_confirm_with_partial_success(mall, orders):
    good, undecided = mall.buy("AR-KZ01"), mall.place("undecided")
    cancelled, ready = mall.place("buyer_cancelled"), mall.place("ready")
    refs = [good, undecided, cancelled, ready]
    results = {result.ref: result for result in orders.confirm(refs)}
    assert (results[good].ok, results[good].already) == (True, False)
    assert (results[ready].ok, results[ready].already) == (True, True)
    assert isinstance(results[undecided].error, ConflictError)
    assert results[undecided].error.reason == "in_progress"
    assert results[cancelled].error.reason == "wrong_state"
    assert mall.order(good)["state"] == 200


def test_confirm_whose_answer_is_lost_reads_the_state(mall, orders):
    refs = [mall.buy("AR-KZ01"), mall.place("undecided")]
    mall.faults.add("timeout_after", match="confirmOrder", seconds=3)
    good, undecided = orders.confirm(refs)
    assert good.ok and not undecided.ok
    assert mall.calls["confirmOrder"] == 1


def test_confirm_that_never_arrived_is_not_ok(mall, orders):
    ref = mall.buy("AR-KZ01")
    mall.faults.add("reset", match="confirmOrder")
    (result,) = orders.confirm([ref])
    assert not result.ok and isinstance(result.error, UncertainWriteError)
    assert orders.confirm([ref])[0].ok


def test_cancel(mall, orders, rms):
    ref = mall.place("ready")
    before = mall.stock()["AR-KZ01"]
    shipping = ShippingService(rms, orders)
    assert shipping.push(parcel(ref)).ok
    result = orders.cancel(ref, 8, True, shipping)
    assert result.ok and mall.order(ref)["state"] in (800, 900)
    again = orders.cancel(ref, 8, True, shipping)
    assert again.ok and again.already
    mall.clock.advance(3600)
    assert mall.order(ref)["state"] == 900
    assert mall.stock()["AR-KZ01"] == before + 1


def test_memo_is_appended_once(mall, orders):
    ref = mall.place("ready")
    orders.append_memo(ref, "冷凍便")
    orders.append_memo(ref, "冷凍便")
    assert orders.append_memo(ref, "二行目") == "冷凍便\n二行目"


def test_sub_status(mall, orders):
    ref = mall.place("ready")
    assert orders.sub_statuses() == {300: {3601: "01.出荷指示待ち", 3602: "02.出荷指示済"}}
    (result,) = orders.set_sub_status(3602, [ref])
    assert result.ok and orders.get([ref])[ref]["subStatusId"] == 3602


# === Parcels ===


def parcel(ref, *numbers, basket=None, carrier="yamato"):
    parcels = [
        Parcel(ref=n, destination_ref=basket, tracking_number=n, carrier_code=carrier,
               shipped_on=date(2026, 7, 15))
        for n in numbers or ("000000000001",)
    ]  # fmt: skip
    return ShipmentData(order_ref=ref, parcels=tuple(parcels))


def rows(mall, ref):
    return [(r["shippingNumber"], r["deliveryCompany"]) for r in mall.order(ref)["shipments"]]


def test_parcel_is_reported_once(mall, orders, rms):
    ref = mall.place("ready")
    shipping = ShippingService(rms, orders)
    first, second = shipping.push(parcel(ref)), shipping.push(parcel(ref))
    assert (first.ok, first.already, second.ok, second.already) == (True, False, True, True)
    assert rows(mall, ref) == [("000000000001", "1001")]
    assert mall.calls["updateOrderShipping"] == 1


def test_parcel_whose_answer_is_lost_is_not_doubled(mall, orders, rms):
    ref = mall.place("ready")
    mall.faults.add("timeout_after", match="updateOrderShipping", seconds=3)
    assert ShippingService(rms, orders).push(parcel(ref)).ok
    assert rows(mall, ref) == [("000000000001", "1001")]


def test_more_parcels_and_a_corrected_carrier(mall, orders, rms):
    ref = mall.place("ready")
    shipping = ShippingService(rms, orders)
    shipping.push(parcel(ref))
    assert shipping.push(parcel(ref, "000000000001", "000000000002", carrier="sagawa")).ok
    assert rows(mall, ref) == [("000000000001", "1002"), ("000000000002", "1002")]


def test_parcels_of_two_destinations(mall, orders, rms):
    ref = mall.place("several_destinations")
    baskets = [d.ref for d in parse_order(orders.get([ref])[ref]).destinations]
    shipping = ShippingService(rms, orders)
    assert shipping.push(parcel(ref, "01", basket=baskets[0])).ok
    assert shipping.push(parcel(ref, "02", basket=baskets[1])).ok
    assert [str(row["basket"]) for row in mall.order(ref)["shipments"]] == baskets
    assert mall.run_batch() == {"shipped": [ref]} or mall.order(ref)["state"] == 500


@pytest.mark.parametrize("scenario", ["plain", "buyer_cancelled"])
def test_parcel_in_a_wrong_state(mall, orders, rms, scenario):
    result = ShippingService(rms, orders).push(parcel(mall.place(scenario)))
    assert not result.ok and result.error.reason == "wrong_state"


def test_parcel_of_an_unknown_order(mall, orders, rms):
    result = ShippingService(rms, orders).push(parcel("999001-20260101-0000000000"))
    assert not result.ok and result.error.reason == "not_found"
