"""Stock, items and the connection check against the simulated mall over HTTP."""

from __future__ import annotations

from datetime import datetime

import pytest
from ec_addons.ec_channel_rakuten.lib.checks import ConnectionCheck
from ec_addons.ec_channel_rakuten.lib.client import RmsClient
from ec_addons.ec_channel_rakuten.lib.items import ItemService
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_channel_rakuten.lib.stock import StockService, sku_ref, split_ref
from ec_addons.ec_unified.lib.data import SkuKey, StockLevel
from ec_addons.ec_unified.lib.errors import DataError, TransientError, UncertainWriteError

from tests.malls.common.clock import JST
from tests.wire.fixtures.rakuten_mall import KOZARA, MATCHA, client_of
from tests.wire.fixtures.rakuten_server import ScriptedServer

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


FAULTS = ["timeout_after", "reset", "500", "502_html", "429", "409", "cut"]


@pytest.mark.parametrize("fault", FAULTS)
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
    levels = [
        level("/".join(key), n)
        for n, key in enumerate(key for key in mall.catalog.stock if key[0].startswith("bulk-"))
    ]
    mall.calls.clear()
    results = StockService(rms).push(levels)
    assert all(result.ok for result in results)
    # Read before, so that what was changed by hand is noticed, and after.
    assert mall.calls["inventory.bulk-upsert"] == 3 and mall.calls["inventory.bulk-get"] == 4


def test_unknown_skus_are_absent(mall, rms):
    shown = StockService(rms).quantities([SkuKey(item_ref="x", ref="x/y"), level(KOZARA, 0).key])
    assert shown == {KOZARA: 30}


def test_numbers_written_as_strings_are_read():
    class Client:
        def inventory_get(self, keys):
            row = {"manageNumber": "ABC", "variantId": 12, "quantity": "7"}
            return {"inventories": [row, {"manageNumber": "abc", "variantId": "13"}]}

    keys = [SkuKey(item_ref="abc", ref=ref) for ref in ("abc/12", "abc/13")]
    assert StockService(Client()).quantities(keys) == {"abc/12": 7}


def test_one_unreadable_key_does_not_hide_the_others(mall, rms):
    bad = SkuKey(item_ref="x", ref=f"{'x' * 40}/a")
    keys = [level(KOZARA, 0).key, bad, level(MATCHA, 0).key]
    shown = StockService(rms).quantities(keys)
    assert set(shown) == {KOZARA, MATCHA}


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
    return ConnectionCheck(client_of(mall), **options).run()


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
    # The ids of the inventory functions are not in the reference: described, not quoted.
    named = problem.params["function"].replace("InventoryAPI 2.0 inventories.", "inventory.")
    assert named == function


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
    address = mall.base_url + "/nowhere"
    rms = RmsClient("SP1_a", "SL", base_url=address, rates={}, now=mall.clock.now)
    (problem,) = ConnectionCheck(rms).run().problems
    assert problem.reason == "wrong_host"


@pytest.mark.parametrize("missing", ["license", "getSubStatusList", "cancelOrder"])
@pytest.mark.parametrize("body", [{}, "<h1>Not Found</h1>"])
def test_a_missing_minor_function_is_not_a_wrong_address(missing, body):
    def answer(request):
        if missing in request.path:
            return 404, body
        return 200, {"MessageModelList": [], "inventories": [], "results": []}

    with ScriptedServer(answer) as server:
        report = ConnectionCheck(RmsClient("SP1_aaaa", "SL1_bbbb", base_url=server.url)).run()
    assert report.ok
    assert [p.reason for p in report.problems if missing in p.params["function"].lower()
            or missing in p.params["function"]] == ["function_missing"]  # fmt: skip


@pytest.mark.parametrize(
    "function", ["confirmOrder", "updateOrderShipping", "cancelOrder", "inventory.bulk-upsert"]
)
def test_a_mall_that_stumbles_over_an_empty_write(mall, function):
    mall.faults.add("500", match=function, times=None)
    assert ConnectionCheck(client_of(mall)).run().problems == ()


@pytest.mark.parametrize("style", ["html", "json", "read_only"])
def test_maintenance_is_no_setup_problem(mall, style):
    mall.configure(maintenance_style=style)
    mall.faults.add("maintenance", seconds=3600)
    mall.clock.set(datetime(2026, 7, 19, 3, 0, tzinfo=JST))  # Sunday morning
    mall.faults.add("maintenance", seconds=3600)
    with pytest.raises(TransientError) as caught:
        check(mall)
    assert caught.value.reason == "maintenance"
