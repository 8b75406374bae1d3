"""Authentication, functions, content type, limits, faults, licence (reference 1, 10)."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from tests.malls.rakuten import shop as shop_module

pytest_plugins = ["tests.malls.rakuten.fixtures"]

LICENSE = "/es/1.0/license-management/license-key/expiry-date"
KZ01 = "/es/2.0/inventories/manage-numbers/arita-kozara/variants/normal-inventory"


def esa(text):
    return "ESA " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("path", ["/es/2.0/order/getOrder/", "/es/2.0/items/search", KZ01])
@pytest.mark.parametrize(
    "header",
    [None, "", "Basic abc", "ESA", "ESA %%%", esa("no-colon"), esa("a:b"), "ESA " + "YTpi" * 3],
)
def test_unauthorised(client, header, path):
    client.authorization = header
    answer = client.call("POST" if "order" in path else "GET", path)
    assert (answer.status, answer.data) == (
        401,
        {"Results": {"errorCode": "ES01-01", "message": "Un-Authorised"}},
    )


def test_expired_on_day_90(mall, client):
    mall.clock.set(mall.license_expiry)
    assert client.call("GET", KZ01).status == 200
    assert (mall.license_expiry - mall.made).days == 90
    mall.clock.advance(1)
    assert client.call("GET", KZ01).codes == ["ES01-01"]


def test_new_key_waits(mall, client):
    mall.shop.key_active_from = mall.clock.now() + timedelta(minutes=15)
    assert client.get_order("x").codes == ["ES04-01"]
    mall.clock.advance(15 * 60)
    assert client.get_order("x").status == 200


def test_function_not_ticked(mall, client):
    mall.enabled_functions.discard("rpay.order.getOrder")
    answer = client.get_order("x")
    assert (answer.status, answer.codes) == (400, ["ES04-01"])
    mall.shop.switches.es_error_status_200 = True
    assert (client.get_order("x").status, client.get_order("x").codes) == (200, ["ES04-01"])
    assert client.order("getSubStatusList").status == 200


@pytest.mark.parametrize("slash", [True, False])
def test_trailing_slash(client, slash):
    assert client.order("getSubStatusList", slash=slash).status == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json;charset=utf-8", 200),
        ("application/json; charset=UTF-8", 200),
        ("text/plain", 415),
        (None, 415),
    ],
)
def test_content_type(client, kind, status):
    client.content_type = kind
    answer = client.get_order("x")
    assert answer.status == status
    if status == 415:
        assert answer.codes == ["ES04-03"]
        assert client.call("PUT", KZ01, {"mode": "ABSOLUTE", "quantity": 1}).codes == ["GE0012"]


def test_strict_content_type(mall, client):
    mall.shop.switches.strict_content_type = True
    assert client.get_order("x").codes == ["ES04-03"]
    client.content_type = "application/json;charset=utf-8"
    assert client.get_order("x").status == 200


def test_only_post_for_orders(client):
    answer = client.call("GET", "/es/2.0/order/getOrder/")
    assert answer.status == 405
    assert answer.data["MessageModelList"][0]["messageType"] == "ERROR"


def test_body_is_no_json(client):
    answer = client.call("POST", "/es/2.0/order/getOrder/", raw=b"{")
    assert (answer.status, answer.codes) == (400, ["GET_ORDER_ERROR_011"])
    answer = client.call("POST", "/es/2.0/inventories/bulk-get", raw=b"\xff")
    assert (answer.status, answer.codes) == (400, ["GE0007"])


def test_paid_option(mall, client):
    mall.shop.switches.bulk_item_option = False
    path = "/es/2.0/items/manage-numbers/arita-kozara"
    assert client.call("GET", path).status == 401
    assert client.call("GET", "/es/2.0/items/search").status == 200


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("datetime", "2026-09-02T23:59:59+09:00"),
        ("datetime_basic", "2026-09-02T23:59:59+0900"),
        ("date", "2026-09-02"),
    ],
)
def test_licence_expiry(mall, client, style, shown):
    mall.shop.switches.expiry_format = style
    answer = client.call("GET", f"{LICENSE}?licenseKey={mall.license_key}")
    assert answer.data == {"expiryDate": shown}
    assert client.call("GET", f"{LICENSE}?licenseKey=wrong").status == 400


@pytest.mark.parametrize(("path", "limit"), [(KZ01, 1), ("/es/2.0/items/search", 5)])
def test_limits_per_second(mall, client, path, limit):
    now = [0.0]
    mall.limiter.clock = lambda: now[0]
    mall.limiter.enabled = True
    statuses = [client.call("GET", path).status for _ in range(limit + 1)]
    assert statuses == [200] * limit + [429]
    assert client.get_order("x").status == 200, "limits are per function"
    now[0] = 1.0
    answer = client.call("GET", path)
    assert answer.status == 200 and "retry-after" not in answer.headers


@pytest.mark.parametrize(
    ("kind", "status", "codes"),
    [
        ("expired", 401, ["ES01-01"]),
        ("not_enabled", 400, ["ES04-01"]),
        ("media_type", 415, ["ES04-03"]),
        ("409", 409, ["CE0001"]),
        ("503_json", 503, ["GE0019"]),
    ],
)
def test_rakuten_faults(mall, client, kind, status, codes):
    mall.faults.add(kind)
    answer = client.call("GET", KZ01)
    assert (answer.status, answer.codes) == (status, codes)
    assert client.call("GET", KZ01).status == 200


def test_maintenance_lasts_on_the_malls_clock(mall, client):
    mall.faults.add("maintenance", seconds=3600)
    for _ in range(2):
        answer = client.get_order("x")
        assert answer.status == 503 and "メンテナンス" in answer.text and answer.data is None
    mall.shop.switches.maintenance_style = "read_only"
    assert client.call("GET", KZ01).codes == ["GE0017"]
    mall.clock.advance(3600)
    assert client.get_order("x").status == 200


def test_calls_are_counted(mall, client):
    client.get_order("x")
    client.call("GET", KZ01)
    assert mall.calls == {"getOrder": 1, "inventory.get": 1}


def test_unknown_path(client):
    assert client.call("GET", "/es/2.0/nothing").status == 404
    assert client.order("noSuchCall").status == 404


def test_credentials_are_clearly_fake():
    assert "simulated" in shop_module.DEMO_SECRET and "simulated" in shop_module.DEMO_KEY
