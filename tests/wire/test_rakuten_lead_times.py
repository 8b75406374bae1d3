"""Lead times of SKUs survive our stock, whether a write by 2.0 keeps them or not (3, trap 20)."""

from __future__ import annotations

import pytest
from ec_addons.ec_channel_rakuten.lib import client as client_module
from ec_addons.ec_channel_rakuten.lib.client import RmsClient
from ec_addons.ec_channel_rakuten.lib.stock import StockService
from ec_addons.ec_unified.lib.data import SkuKey, StockLevel
from ec_addons.ec_unified.lib.http import Retry

from tests.wire.fixtures.rakuten_mall import KOZARA, MATCHA
from tests.wire.fixtures.rakuten_server import ScriptedServer

LEAD = {"normalDeliveryTimeId": 4, "backOrderDeliveryTimeId": 5}


@pytest.fixture(autouse=True)
def _forget():
    client_module._without_21.clear()


def level(ref, quantity):
    return StockLevel(key=SkuKey(item_ref=ref.split("/")[0], ref=ref), quantity=quantity)


def record(mall, ref):
    return mall.catalog.stock[tuple(ref.split("/"))]


@pytest.fixture
def service(mall, rms):
    found = record(mall, MATCHA)
    found.lead, found.ship_from = dict(LEAD), [3]
    return StockService(rms, keeps=True)


@pytest.mark.parametrize("keeps", [True, False])
def test_lead_times_stay(mall, service, keeps):
    mall.configure(inventory_20_keeps_21=keeps)
    results = service.push([level(KOZARA, 7), level(MATCHA, 5)])
    assert [(r.ok, r.quantity, r.before) for r in results] == [(True, 7, 30), (True, 5, 40)]
    found = record(mall, MATCHA)
    assert (found.quantity, found.lead, found.ship_from) == (5, LEAD, [3])
    assert record(mall, KOZARA).lead is None


def test_no_call_more_than_without(mall, service):
    service.push([level(KOZARA, 7)])
    assert (mall.calls["inventory.bulk-get"], mall.calls["inventory.bulk-upsert"]) == (2, 1)


def test_an_id_the_shop_has_deleted_does_not_hold_up_the_number(mall, service):
    mall.shop.lead_time_ids = {1}
    results = service.push([level(KOZARA, 7), level(MATCHA, 5)])
    assert [(r.ok, r.quantity) for r in results] == [(True, 7), (True, 5)]


@pytest.mark.parametrize("fault", ["timeout_after", "reset", "500", "429", "409", "cut"])
def test_written_once_whatever_happens(mall, service, fault):
    mall.configure(inventory_20_keeps_21=False)
    seconds = {"seconds": 3} if fault == "timeout_after" else {}
    mall.faults.add(fault, match="inventory.bulk-upsert", **seconds)
    (result,) = service.push([level(MATCHA, 5)])
    assert result.ok and result.quantity == 5
    assert record(mall, MATCHA).lead == LEAD


NOT_THERE = [
    (400, {"Results": {"errorCode": "ES04-01", "message": "Bad Request"}}),
    (404, "<html>Not Found</html>"),
    (404, {"errors": [{"code": "GE0014", "message": "x"}]}),
    (405, {}),
    (501, "<html>Not Implemented</html>"),
]


@pytest.mark.parametrize("answer", NOT_THERE)
def test_a_shop_without_version_21(answer):
    """Asked once an hour; stock goes by 2.0 as ever."""
    stock = {}

    def mall(request):
        *_line, path, _headers, body = request.owner.requests[-1]
        if "/2.1/" in path:
            return answer
        rows = body["inventories"]
        if path.endswith("upsert"):
            stock.update({row["variantId"]: row["quantity"] for row in rows})
            return 204, None
        shown = [{**row, "quantity": stock.get(row["variantId"], 1)} for row in rows]
        return 200, {"inventories": shown}

    with ScriptedServer(mall) as server:
        rms = RmsClient(
            "SP888001_x", "SL888001_y", base_url=server.url, rates={}, retry=Retry(attempts=1)
        )
        for quantity in (3, 4):
            (result,) = StockService(rms, keeps=True).push([level("i/v", quantity)])
            assert result.ok and result.quantity == quantity
    paths = [request[1] for request in server.requests]
    assert len([path for path in paths if "/2.1/" in path]) == 1
