"""Orders, stock, items, parcels and the connection check against the simulated mall over HTTP."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from ec_addons.ec_channel_rakuten.lib import const
from ec_addons.ec_channel_rakuten.lib.checks import ConnectionCheck
from ec_addons.ec_channel_rakuten.lib.client import RmsClient
from ec_addons.ec_channel_rakuten.lib.items import ItemService
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_channel_rakuten.lib.orders import OrderService
from ec_addons.ec_channel_rakuten.lib.pull import OrderPull
from ec_addons.ec_channel_rakuten.lib.shipping import ShippingService
from ec_addons.ec_channel_rakuten.lib.stock import StockService, sku_ref, split_ref
from ec_addons.ec_unified.lib.data import Parcel, ShipmentData, SkuKey, StockLevel
from ec_addons.ec_unified.lib.errors import (
    ConflictError,
    DataError,
    TransientError,
    UncertainWriteError,
)
from ec_addons.ec_unified.lib.http import Retry
from ec_addons.ec_unified.lib.order_math import book_order

from tests.malls.common.clock import JST, SimClock
from tests.malls.rakuten import SCENARIOS, RakutenMall

START = datetime(2026, 7, 15, 12, 0, tzinfo=JST)  # a Wednesday: no maintenance window
KOZARA = sku_ref("arita-kozara", "normal-inventory")
MATCHA = sku_ref("matcha-monaka", "mm-06-matcha")


@pytest.fixture
def mall():
    mall = RakutenMall(SimClock(START, frozen=True))
    mall.add_items()
    with mall:
        yield mall


def client(mall, **options):
    options.setdefault("retry", Retry(attempts=4, sleep=lambda seconds: None))
    options.setdefault("rates", {})
    return RmsClient(
        mall.service_secret, mall.license_key, base_url=mall.base_url, now=mall.clock.now,
        timeout=(2, 2), **options,
    )  # fmt: skip


@pytest.fixture
def rms(mall):
    return client(mall)


@pytest.fixture
def orders(rms):
    return OrderService(rms)


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
    assert refs == [second]  # the overlap only


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


def test_sweep_finds_what_was_never_seen(mall, orders):
    ref = mall.buy("AR-KZ01")
    cursor = {"since": (START + timedelta(hours=30)).isoformat()}
    mall.clock.advance(30 * 3600)
    assert pull(orders, cursor)[0] == [ref]


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


# === Stock ===


def level(ref, quantity):
    return StockLevel(key=SkuKey(item_ref=ref.split("/")[0], ref=ref), quantity=quantity)


def test_stock_is_written_and_read_back(mall, rms):
    results = StockService(rms).push([level(KOZARA, 7), level(MATCHA, 0)])
    assert [(result.ok, result.quantity) for result in results] == [(True, 7), (True, 0)]
    assert mall.stock()["AR-KZ01"] == 7 and mall.stock()["MM06-MATCHA"] == 0


def test_quantity_is_kept_in_the_malls_range(mall, rms):
    results = StockService(rms).push([level(KOZARA, 123456), level(MATCHA, -5)])
    assert [result.quantity for result in results] == [99999, 0]


def test_one_bad_row_does_not_stop_the_others(mall, rms):
    bad = level(f"{'x' * 40}/a", 5)
    results = StockService(rms).push([level(KOZARA, 8), bad, level(MATCHA, 9)])
    assert [result.ok for result in results] == [True, False, True]
    assert isinstance(results[1].error, DataError)
    assert mall.stock()["AR-KZ01"] == 8 and mall.stock()["MM06-MATCHA"] == 9


def test_foreign_key_never_leaves_the_house(mall, rms):
    (result,) = StockService(rms).push([level("no-separator", 5)])
    assert not result.ok and result.error.reason == "malformed"
    assert mall.calls["inventory.bulk-upsert"] == 0


def test_the_last_of_two_quantities_counts(mall, rms):
    results = StockService(rms).push([level(KOZARA, 3), level(KOZARA, 4)])
    assert [result.quantity for result in results] == [4, 4]


@pytest.mark.parametrize("fault", ["timeout_after", "reset", "500", "502_html", "429", "409", "cut"])
def test_stock_write_survives(mall, rms, fault):
    seconds = {"seconds": 3} if fault == "timeout_after" else {}
    mall.faults.add(fault, match="inventory.bulk-upsert", **seconds)
    (result,) = StockService(rms).push([level(KOZARA, 11)])
    assert result.ok and result.quantity == 11
    repeated = fault not in ("timeout_after", "cut")  # these two were applied: nothing to repeat
    assert mall.calls["inventory.bulk-upsert"] == 1 + repeated


def test_stock_gives_up_when_it_stays_broken(mall, rms):
    mall.faults.add("reset", match="inventory.bulk-upsert", times=None)
    with pytest.raises(UncertainWriteError):
        StockService(rms).push([level(KOZARA, 11)])
    assert mall.calls["inventory.bulk-upsert"] == 3


def test_largest_batches(mall, rms):
    items = [
        {"sku": f"B{n}", "item_code": f"bulk-{n}", "item_name": "x", "price": 100, "stock": 1}
        for n in range(1100)
    ]
    mall.add_items(items)
    levels = [level(f"bulk-{n}/normal-inventory", n) for n in range(1100)]
    found = {sku.ref for page in ItemService(rms).pages() for row in page[0] for sku in row.skus}
    if levels[0].key.ref not in found:
        refs = sorted((ref for ref in found if ref.startswith("bulk-")))
        levels = [level(ref, n) for n, ref in enumerate(refs)]
    mall.calls.clear()
    results = StockService(rms).push(levels)
    assert all(result.ok for result in results)
    assert mall.calls["inventory.bulk-upsert"] == 3 and mall.calls["inventory.bulk-get"] == 2


def test_unknown_skus_are_absent(mall, rms):
    shown = StockService(rms).read([SkuKey(item_ref="x", ref="x/y"), level(KOZARA, 0).key])
    assert shown == {KOZARA: 30}


class _Phantom:
    """A mall that says OK and keeps nothing."""

    def inventory_upsert(self, rows):
        return None

    def inventory_get(self, keys):
        return {"inventories": []}


def test_accepted_but_not_kept_is_an_error():
    (result,) = StockService(_Phantom()).push([level("ghost/x", 5)])
    assert not result.ok and result.error.reason == "not_found"


class _Vague:
    """Refuses a batch without saying which row is wrong."""

    def __init__(self, bad):
        self.bad, self.stock = bad, {}

    def inventory_upsert(self, rows):
        if any(row["variantId"] in self.bad for row in rows):
            raise DataError("refused", code="IE0113")
        self.stock.update({(r["manageNumber"], r["variantId"]): r["quantity"] for r in rows})

    def inventory_get(self, keys):
        return {"inventories": [
            {"manageNumber": m, "variantId": v, "quantity": self.stock[m, v]}
            for m, v in keys if (m, v) in self.stock
        ]}  # fmt: skip


def test_vague_refusal_is_halved():
    vague = _Vague({"v3", "v7"})
    results = StockService(vague).push([level(f"i/v{n}", n) for n in range(10)])
    assert [n for n, result in enumerate(results) if not result.ok] == [3, 7]


def test_sku_ref_round_trip():
    assert split_ref(sku_ref("Item-A", "V/1")) == ("item-a", "V/1")


# === Items ===


def test_listings(mall, rms):
    pages = list(ItemService(rms, "sakuranoki-demo").pages())
    assert pages[-1][2] is False
    listings = {row.ref: row for page in pages for row in page[0]}
    monaka = listings["matcha-monaka"]
    assert monaka.url == "https://item.rakuten.co.jp/sakuranoki-demo/matcha-monaka/"
    skus = {sku.ref: sku for sku in monaka.skus}
    matcha = skus[MATCHA]
    assert (matcha.sku_code, matcha.barcode, matcha.price) == ("MM06-MATCHA", "4900000000017", 3240)
    assert "抹茶" in matcha.name and monaka.code == "MM-06"
    # Without a code of its own a single SKU is known by the item number.
    assert listings["arita-kozara"].skus[0].sku_code == "AR-KZ01"
    assert listings["arita-kozara"].skus[0].ref == KOZARA


def test_orders_and_listings_name_a_sku_alike(mall, rms, orders):
    listed = {
        sku.ref: sku.sku_code
        for page in ItemService(rms).pages() for row in page[0] for sku in row.skus
    }  # fmt: skip
    refs = [mall.buy(sku) for sku in mall.stock()]
    for model in orders.get(refs).values():
        for line in parse_order(model).lines:
            if line.kind == "product":
                assert listed[line.sku_ref] == line.sku_code


def test_more_items_than_a_page(mall, rms):
    mall.add_items([
        {"sku": f"P{n}", "item_code": f"page-{n}", "item_name": "x", "price": 1, "stock": 1}
        for n in range(250)
    ])  # fmt: skip
    pages = list(ItemService(rms).pages())
    refs = [row.ref for page in pages for row in page[0]]
    assert len(refs) == len(set(refs)) == len(mall.catalog.items)
    # A run cut short goes on at the page after its cursor.
    rest = [row.ref for page in ItemService(rms).pages(pages[0][1]) for row in page[0]]
    assert rest == refs[100:]


# === Connection ===


def check(mall, **options):
    return ConnectionCheck(client(mall), **options).run()


def test_good_connection(mall):
    report = check(mall)
    assert report.ok and report.problems == ()
    assert (report.shop_ref, report.currency) == ("999001", "JPY")
    assert report.expires_at == mall.license_expiry


def test_check_changes_nothing(mall):
    ref = mall.buy("AR-KZ01")
    before = (mall.stock(), mall.order(ref))
    check(mall)
    assert (mall.stock(), mall.order(ref)) == before


@pytest.mark.parametrize(
    ("function", "blocking"),
    [
        ("license.expiryDate.get", False), ("rpay.order.searchOrder", True),
        ("rpay.order.getOrder", True), ("rpay.order.confirmOrder", True),
        ("rpay.order.updateOrderShipping", True), ("rpay.order.cancelOrder", False),
        ("rpay.order.getSubStatusList", False), ("itemapi_2.0.items.search", True),
        ("inventory.bulk-get", True), ("inventory.bulk-upsert", True),
    ],
)  # fmt: skip
def test_each_function_not_ticked_is_named(mall, function, blocking):
    mall.configure(disabled_functions=[function])
    (problem,) = check(mall).problems
    assert (problem.reason, problem.blocking) == ("function_missing", blocking)
    named = problem.params["function"]
    assert named == function or named.replace("inventoryapi_2.0.inventories.", "inventory.").replace(
        "bulk.", "bulk-"
    ) == function


def test_several_functions_missing_are_all_named(mall):
    mall.configure(disabled_functions=["rpay.order.getOrder", "itemapi_2.0.items.search"])
    assert len(check(mall).problems) == 2


@pytest.mark.parametrize("status_200", [False, True])
def test_wrong_key(mall, status_200):
    mall.configure(es_error_status_200=status_200)
    rms = RmsClient("SP999001_x", "SL_wrong", base_url=mall.base_url, now=mall.clock.now, rates={})
    (problem,) = ConnectionCheck(rms).run().problems
    assert problem.reason == "unauthorised" and problem.blocking


def test_expired_key_is_told_from_a_wrong_one(mall):
    known = mall.license_expiry
    mall.clock.advance(91 * 86400)
    (problem,) = check(mall, expires_at=known).problems
    assert problem.reason == "key_expired"


def test_key_about_to_expire(mall):
    mall.clock.advance(70 * 86400)
    report = check(mall)
    (problem,) = report.problems
    assert report.ok and problem.reason == "key_expires_soon"
    assert problem.params["days"] == 20


@pytest.mark.parametrize("form", ["datetime", "datetime_basic", "date"])
def test_expiry_formats_of_the_mall(mall, form):
    mall.configure(expiry_format=form)
    assert check(mall).expires_at == mall.license_expiry


def test_wrong_host(mall):
    rms = RmsClient("SP1_a", "SL", base_url=mall.base_url + "/nowhere", rates={}, now=mall.clock.now)
    (problem,) = ConnectionCheck(rms).run().problems
    assert problem.reason == "wrong_host"


@pytest.mark.parametrize("style", ["html", "json", "read_only"])
def test_maintenance_is_no_setup_problem(mall, style):
    mall.configure(maintenance_style=style)
    mall.faults.add("maintenance", seconds=3600)
    mall.clock.set(datetime(2026, 7, 19, 3, 0, tzinfo=JST))  # Sunday morning
    mall.faults.add("maintenance", seconds=3600)
    with pytest.raises(TransientError) as caught:
        check(mall)
    assert caught.value.reason == "maintenance"
