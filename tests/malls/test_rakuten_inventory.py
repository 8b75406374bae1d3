"""Inventory API 2.0 and 2.1 (reference section 3)."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.malls.rakuten.fixtures"]

KZ01 = "inventories/manage-numbers/arita-kozara/variants/normal-inventory"
KEY = {"manageNumber": "arita-kozara", "variantId": "normal-inventory"}
LEAD = {"normalDeliveryTimeId": 4, "backOrderDeliveryTimeId": 5}


def upsert(client, *rows, version="2.0"):
    path = f"/es/{version}/inventories/bulk-upsert"
    return client.call("POST", path, {"inventories": list(rows)})


def row(quantity=5, mode="ABSOLUTE", **more):
    return {**KEY, "mode": mode, "quantity": quantity, **more}


def test_get_one(client):
    answer = client.call("GET", f"/es/2.1/{KZ01}")
    assert answer.data == {
        **KEY,
        "quantity": 30,
        "created": "2026-06-04T10:15:30+09:00",
        "updated": "2026-06-04T10:15:30+09:00",
    }
    missing = client.call("GET", "/es/2.0/inventories/manage-numbers/unknown-item/variants/x1")
    assert (missing.status, missing.data) == (
        404,
        {
            "errors": [
                {
                    "code": "GE0014",
                    "message": "Not found for inputs; manageNumber=unknown-item, variantId=x1",
                }
            ]
        },
    )


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_put_and_delete_answer_204_without_body(mall, client, version):
    answer = client.call("PUT", f"/es/{version}/{KZ01}", {"mode": "ABSOLUTE", "quantity": 12})
    assert (answer.status, answer.text) == (204, "")
    assert mall.stock()["AR-KZ01"] == 12
    assert client.call("DELETE", f"/es/{version}/{KZ01}").status == 204
    assert client.call("DELETE", f"/es/{version}/{KZ01}").status == 404
    assert mall.stock()["AR-KZ01"] == 0, "without a record: sold out"


def test_bulk_upsert(mall, client):
    other = {"manageNumber": "ARITA-YUNOMI", "variantId": "ar-yn02-red"}
    answer = upsert(client, row(7), {**other, "mode": "RELATIVE", "quantity": -2})
    assert (answer.status, answer.text) == (204, "")
    assert (mall.stock()["AR-KZ01"], mall.stock()["ARYN02R"]) == (7, 1)


@pytest.mark.parametrize(
    ("bad", "code", "path"),
    [
        ({"manageNumber": "x" * 33}, "IE0004", "inventories[1].manageNumber"),
        ({"variantId": "x" * 33}, "IE0004", "inventories[1].variantId"),
        ({"variantId": None}, "IE0001", "inventories[1].variantId"),
        ({"mode": None}, "IE0001", "inventories[1].mode"),
        ({"mode": "ADD"}, "IE0002", "inventories[1].mode"),
        ({"quantity": None}, "IE0001", "inventories[1].quantity"),
        ({"quantity": "5"}, "IE0002", "inventories[1].quantity"),
        ({"quantity": 1.5}, "IE0002", "inventories[1].quantity"),
        ({"quantity": -1}, "IE0003", "inventories[1].quantity"),
        ({"quantity": 100000}, "IE0003", "inventories[1].quantity"),
        ({"mode": "RELATIVE"}, "IE0500", "inventories[1]"),
        (KEY, "IE1102", "inventories[1]"),
        ({**KEY, "mode": "RELATIVE", "quantity": -31}, "IE0117", "inventories[1].quantity"),
        ({**KEY, "mode": "RELATIVE", "quantity": 99999}, "IE0117", "inventories[1].quantity"),
    ],
)
def test_refused_and_nothing_written(mall, client, bad, code, path):
    second = {
        "manageNumber": "new-item",
        "variantId": "v",
        "mode": "ABSOLUTE",
        "quantity": 1,
        **bad,
    }
    answer = upsert(client, row(3), second)
    assert (answer.status, answer.codes, answer.paths) == (400, [code], [path])
    assert mall.stock()["AR-KZ01"] == 30


def test_partial_switch(mall, client):
    mall.shop.switches.bulk_upsert_partial = True
    assert upsert(client, row(3), {"manageNumber": "x"}).status == 400
    assert mall.stock()["AR-KZ01"] == 3


def test_sizes(client):
    rows = [{**row(), "variantId": f"v{i}"} for i in range(401)]
    assert upsert(client, *rows).codes == ["IE0121"]
    assert upsert(client, *rows[:400]).status == 204
    assert upsert(client).codes == ["IE0001"]
    keys = [{"manageNumber": "a", "variantId": f"v{i}"} for i in range(1001)]
    assert client.call("POST", "/es/2.0/inventories/bulk-get", {"inventories": keys}).status == 400
    body = {"inventories": keys[:1000]}
    assert client.call("POST", "/es/2.0/inventories/bulk-get", body).status == 200


def test_bulk_get_leaves_unknown_ones_out(client):
    body = {"inventories": [KEY, {"manageNumber": "none", "variantId": "x"}]}
    found = client.call("POST", "/es/2.1/inventories/bulk-get", body).data["inventories"]
    assert [entry["quantity"] for entry in found] == [30]


def test_variant_id_is_case_sensitive(client):
    key = {"manageNumber": "Arita-Kozara", "variantId": "Normal-Inventory"}
    body = {"inventories": [key, {**KEY, "manageNumber": "ARITA-KOZARA"}]}
    found = client.call("POST", "/es/2.0/inventories/bulk-get", body).data["inventories"]
    assert [(entry["manageNumber"], entry["variantId"]) for entry in found] == [tuple(KEY.values())]


def test_range(mall, client):
    path = "/es/2.1/inventories/bulk-get/range"
    found = client.call("GET", f"{path}?maxQuantity=3").data["inventories"]
    assert sorted(entry["variantId"] for entry in found) == ["ar-yn02-red", "normal-inventory"]
    assert client.call("GET", path).codes == ["IE0001"]
    assert client.call("GET", f"{path}?minQuantity=x").codes == ["IE0002"]
    mall.add_items([{"sku": f"B{i}", "name": "b", "price": 1, "stock": 500} for i in range(1001)])
    assert client.call("GET", f"{path}?minQuantity=500").codes == ["IE0116"]


def test_21_writes_wipe_what_is_left_out(mall, client):
    full = row(8, operationLeadTime=LEAD, shipFromIds=[3])
    assert upsert(client, full, version="2.1").status == 204
    shown = client.call("GET", f"/es/2.1/{KZ01}").data
    assert (shown["operationLeadTime"], shown["shipFromIds"]) == (LEAD, [3])
    assert "shipFromIds" not in client.call("GET", f"/es/2.0/{KZ01}").data
    assert upsert(client, row(9)).status == 204
    assert client.call("GET", f"/es/2.1/{KZ01}").data["operationLeadTime"] == LEAD
    assert upsert(client, row(10), version="2.1").status == 204
    assert "operationLeadTime" not in client.call("GET", f"/es/2.1/{KZ01}").data


def test_20_may_wipe_when_switched(mall, client):
    mall.shop.switches.inventory_20_keeps_21 = False
    upsert(client, row(8, operationLeadTime=LEAD), version="2.1")
    upsert(client, row(9))
    assert "operationLeadTime" not in client.call("GET", f"/es/2.1/{KZ01}").data


def test_unknown_lead_time(client):
    bad = row(8, operationLeadTime={"normalDeliveryTimeId": 77})
    assert upsert(client, bad, version="2.1").codes == ["IE0118"]
    assert upsert(client, row(8, shipFromIds=[9]), version="2.1").status == 400
    assert upsert(client, bad).status == 204, "2.0 does not know the field"


def test_variant_lists_only_in_21(client):
    path = "inventories/variant-lists/manage-numbers/matcha-monaka"
    answer = client.call("GET", f"/es/2.1/{path}")
    assert answer.data["variantList"] == ["mm-06-matcha", "mm-06-houji"]
    assert client.call("GET", f"/es/2.0/{path}").status == 404


def test_phantom_stock_is_accepted_and_purged(mall, client):
    phantom = {"manageNumber": "phantom", "variantId": "v", "mode": "ABSOLUTE", "quantity": 4}
    assert upsert(client, phantom).status == 204
    path = "/es/2.0/inventories/manage-numbers/phantom/variants/v"
    mall.clock.advance(86399)
    assert client.call("GET", path).status == 200
    mall.clock.advance(1)
    assert client.call("GET", path).status == 404
    assert client.call("GET", f"/es/2.0/{KZ01}").status == 200


def test_an_order_lowers_what_the_api_shows(mall, client):
    mall.buy("AR-KZ01", 4)
    assert client.call("GET", f"/es/2.0/{KZ01}").data["quantity"] == 26
    assert upsert(client, row(-6, mode="RELATIVE")).status == 204
    assert mall.stock()["AR-KZ01"] == 20
