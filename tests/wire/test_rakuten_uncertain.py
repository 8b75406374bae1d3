"""Where the reference is not sure (?), the client takes the mall either way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from ec_addons.ec_channel_rakuten.lib import const
from ec_addons.ec_channel_rakuten.lib.checks import ConnectionCheck
from ec_addons.ec_channel_rakuten.lib.items import ItemService
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_channel_rakuten.lib.orders import OrderService
from ec_addons.ec_channel_rakuten.lib.pull import OrderPull
from ec_addons.ec_channel_rakuten.lib.shipping import ShippingService
from ec_addons.ec_channel_rakuten.lib.stock import StockService
from ec_addons.ec_channel_rakuten.lib.times import order_time
from ec_addons.ec_unified.lib.data import Parcel, ShipmentData, SkuKey, StockLevel
from ec_addons.ec_unified.lib.errors import SetupError, TransientError
from ec_addons.ec_unified.lib.http import Retry

from tests.wire.fixtures.rakuten_mall import KOZARA, MATCHA, START, client_of, serving

#: Every switch of the simulated mall that stands for a question of section 11 or a "?".
SWITCHES = [
    {"strict_content_type": True},
    {"expiry_format": "datetime_basic"},
    {"expiry_format": "date"},
    {"range_error": "ERROR_012"},
    {"search_future": False},
    {"search_overflow": "error", "max_hits": 2},
    {"business_error_status": 200},
    {"shipping_states": [300]},
    {"cancel_waits": False},
    {"change_waits": False},
    {"cod_in_request": False},
    {"cod_in_tax_summary": False},
    {"wrapping_in_package": "each"},
    {"wrapping_in_package": "none"},
    {"excluded_tax_sum": "line"},
    {"tax_rounding": "floor"},
    {"inventory_20_keeps_21": False},
    {"bulk_upsert_partial": True},
    {"refuse_tilde": True, "refuse_ampersand": True},
    {"bulk_item_option": False},
    {"batch_waits_for_date": True},
]


@pytest.fixture(name="mall")
def _mall():
    with serving() as mall:
        yield mall


def ids(switches):
    return "-".join(f"{name}={value}" for name, value in switches.items())


@pytest.mark.parametrize("switches", SWITCHES, ids=ids)
def test_a_day_at_either_mall(mall, switches):
    """Check, items, orders, confirm, stock, parcels, cancel: the same result every time."""
    mall.configure(**switches)
    rms = client_of(mall)
    orders, stock = OrderService(rms), StockService(rms)
    shipping = ShippingService(rms, orders)
    assert ConnectionCheck(rms).run().ok
    items = [item for items, _cursor, _more in ItemService(rms).pages() for item in items]
    assert {KOZARA, MATCHA} <= {sku.ref for item in items for sku in item.skus}

    ready = mall.place("ready")
    mall.clock.advance(2 * 3600)
    gone = mall.place("ready")
    mall.clock.advance(2 * 3600)
    new = mall.buy("AR-KZ01")
    mall.clock.advance(60)
    pages = OrderPull(orders, START - timedelta(days=3), None, list).pages()
    found = {doc.ref: parse_order(doc.payload) for page in pages for doc in page.documents}
    assert found.keys() == {new, ready, gone}
    for ref, order in found.items():
        assert order.total == mall.order(ref)["shop_earns"]

    assert [result.ok for result in orders.confirm([new])] == [True]
    levels = [
        StockLevel(key=SkuKey(item_ref=ref.split("/")[0], ref=ref), quantity=number)
        for ref, number in ((KOZARA, 7), (f"{'x' * 40}/a", 1), (MATCHA, 5))
    ]
    assert [result.ok for result in stock.push(levels)] == [True, False, True]
    assert (mall.stock()["AR-KZ01"], mall.stock()["MM06-MATCHA"]) == (7, 5)

    parcel = Parcel(ref="1", destination_ref=None, tracking_number="000000000001",
                    carrier_code="yamato", shipped_on=date(2026, 7, 15))  # fmt: skip
    for _twice in range(2):
        for ref in (ready, gone):
            assert shipping.push(ShipmentData(order_ref=ref, parcels=(parcel,))).ok
            assert len(mall.order(ref)["shipments"]) == 1
    for _twice in range(2):
        assert orders.cancel(gone, 8, True, shipping).ok
    assert mall.order(gone)["state"] in (800, 900)


@pytest.mark.parametrize("shared", [True, False])
def test_our_pace_is_never_too_fast(mall, shared):
    """In real time, without a single repetition: however the mall counts a second."""
    mall.configure(order_limit_shared=shared)
    mall.limiter.enabled = True
    rms = client_of(mall, rates=const.RATES, retry=Retry(attempts=1))
    body = {"dateType": 1, "startDatetime": order_time(START), "endDatetime": order_time(START)}
    for _round in range(2):
        rms.search_order(body)
        rms.get_order(["999001-20260715-0000000001"])
        for _call in range(3):
            rms.search_items(hits=1)
    assert mall.calls["searchOrder"] == mall.calls["getOrder"] == 2


@pytest.mark.parametrize("status", [200, 400, 401, 403])
def test_gateway_errors_with_any_status(mall, status):
    mall.configure(es_error_status_200=status == 200, es_not_enabled_status=status)
    mall.configure(disabled_functions=["rpay.order.searchOrder"])
    with pytest.raises(SetupError) as caught:
        client_of(mall).search_order({})
    assert caught.value.reason == "function_missing"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("style", ["html", "json", "read_only"])
def test_too_fast_and_maintenance_in_any_dress(mall, status, style):
    mall.configure(too_fast_status=status, maintenance_style=style)
    mall.faults.add("429", match="inventory", times=1)
    level = StockLevel(key=SkuKey(item_ref="arita-kozara", ref=KOZARA), quantity=4)
    assert StockService(client_of(mall)).push([level])[0].ok
    mall.faults.add("maintenance", match="inventory|searchOrder", times=None)
    with pytest.raises(TransientError):
        StockService(client_of(mall)).push([level])
    with pytest.raises(TransientError):
        client_of(mall).search_order({})
