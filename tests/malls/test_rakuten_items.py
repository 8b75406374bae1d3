"""Item API 2.0 (reference section 4)."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from urllib.parse import quote

import pytest

pytest_plugins = ["tests.malls.rakuten.fixtures"]

SAMPLE = json.loads((Path(__file__).parent / "rakuten" / "item_sample.json").read_text("utf-8"))
NEW = "/es/2.0/items/manage-numbers/new-monaka"
KZ01 = "/es/2.0/items/manage-numbers/arita-kozara"
SEARCH = "/es/2.0/items/search"


def test_create_replace_delete(mall, client):
    answer = client.call("PUT", NEW, SAMPLE)
    assert (answer.status, answer.data) == (201, {"manageNumber": "new-monaka"})
    shown = client.call("GET", NEW).data
    assert {k: shown[k] for k in SAMPLE} == SAMPLE
    assert shown["created"] == shown["updated"] == "2026-06-04T10:15:30+09:00"
    mall.clock.advance(60)
    assert client.call("PUT", NEW, SAMPLE).status == 204
    shown = client.call("GET", NEW).data
    assert (shown["created"], shown["updated"]) == (
        "2026-06-04T10:15:30+09:00",
        "2026-06-04T10:16:30+09:00",
    )
    assert client.call("DELETE", NEW).status == 204
    missing = client.call("GET", NEW)
    assert (missing.status, missing.codes) == (404, ["GE0014"])
    assert client.call("DELETE", NEW).status == 404


def test_a_new_item_is_sold_out_until_stock_is_written(mall, client):
    body = copy.deepcopy(SAMPLE)
    body["variants"]["mm-06-matcha"]["merchantDefinedSkuId"] = "NEW-MATCHA"
    client.call("PUT", NEW, body)
    assert mall.stock()["NEW-MATCHA"] == 0
    path = "/es/2.0/inventories/manage-numbers/new-monaka/variants/mm-06-matcha"
    client.call("PUT", path, {"mode": "ABSOLUTE", "quantity": 3})
    ref = mall.buy("NEW-MATCHA")
    assert mall.order(ref)["lines"][0]["sku"] == "NEW-MATCHA"


def test_put_resets_but_two_things(client):
    body = copy.deepcopy(SAMPLE)
    body["features"]["socialGiftFlag"] = True
    client.call("PUT", NEW, body)
    small = {k: SAMPLE[k] for k in ("title", "itemType", "genreId", "variantSelectors")}
    variants = {
        key: {"selectorValues": v["selectorValues"], "articleNumber": v["articleNumber"]}
        for key, v in SAMPLE["variants"].items()
    }
    assert client.call("PUT", NEW, {**small, "variants": variants}).status == 204
    shown = client.call("GET", NEW).data
    assert "tagline" not in shown and "images" not in shown
    assert shown["features"]["inventoryDisplay"] == "HIDDEN_STOCK"
    assert shown["features"]["socialGiftFlag"] is True
    assert shown["variants"]["mm-06-matcha"]["shipping"] == {"okihaiSetting": True}


def test_patch_merges_objects_and_replaces_lists(client):
    client.call("PUT", NEW, SAMPLE)
    patch = {
        "hideItem": True,
        "images": SAMPLE["images"][:1],
        "variants": {"mm-06-matcha": {"standardPrice": "3400"}},
    }
    answer = client.call("PATCH", NEW, patch)
    assert (answer.status, answer.text) == (204, "")
    shown = client.call("GET", NEW).data
    assert shown["hideItem"] is True and len(shown["images"]) == 1
    assert shown["variants"]["mm-06-matcha"]["standardPrice"] == "3400"
    assert shown["variants"]["mm-06-matcha"]["hidden"] is False
    assert shown["variants"]["mm-06-houji"]["standardPrice"] == "3240"
    assert client.call("PATCH", "/es/2.0/items/manage-numbers/none", patch).status == 404


def test_selector_values_cannot_change(client):
    client.call("PUT", NEW, SAMPLE)
    patch = {"variants": {"mm-06-matcha": {"selectorValues": {"flavor": "ほうじ茶"}}}}
    answer = client.call("PATCH", NEW, patch)
    assert answer.codes == ["IE0416"]
    assert answer.paths == ["variants.mm-06-matcha.selectorValues"]


V = "variants.mm-06-matcha"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("title", None, "IE0001"),
        ("title", "あ" * 128, "IE0004"),
        ("title", "①番の品", "IE0270"),
        ("itemType", None, "IE0001"),
        ("itemType", "USED", "IE0002"),
        ("genreId", None, "IE0001"),
        ("genreId", 201198, "IE0002"),
        ("itemNumber", "x" * 33, "IE0004"),
        ("tagline", "あ" * 88, "IE0004"),
        ("salesDescription", "x" * 10241, "IE0004"),
        ("images", [{"type": "CABINET", "location": "/a.jpg"}] * 21, "IE0003"),
        ("images", [{"type": "FTP", "location": "/a.jpg"}], "IE0002"),
        ("images", [{"type": "CABINET"}], "IE0001"),
        ("tags", [1], "IE0003"),
        ("unlimitedInventoryFlag", True, "IE0003"),
        ("hideItem", "no", "IE0002"),
        ("features.lowStockThreshold", 21, "IE0003"),
        ("features.inventoryDisplay", "SHOW", "IE0002"),
        ("payment.taxRate", "0.05", "IE0002"),
        ("purchasablePeriod.start", "2026-06-01T00:00:00+0900", "IE0002"),
        ("pointCampaign.benefits.pointRate", 21, "IE0003"),
        ("customizationOptions", [{"displayName": "a", "inputType": "SINGLE_SELECTION"}], "IE0001"),
        ("variants", {}, "IE0001"),
        ("variantSelectors", [], "IE0001"),
        (f"{V}.standardPrice", "1000000000", "IE0003"),
        (f"{V}.standardPrice", "-1", "IE0003"),
        (f"{V}.standardPrice", "12,3", "IE0002"),
        (f"{V}.articleNumber", None, "IE0001"),
        (f"{V}.articleNumber", {"exemptionReason": 7}, "IE0003"),
        (f"{V}.orderQuantityLimit", 401, "IE0003"),
        (f"{V}.merchantDefinedSkuId", "x" * 97, "IE0004"),
        (f"{V}.selectorValues", {"pcs": "6個入"}, "IE0001"),
        (f"{V}.selectorValues", {"pcs": "6個入", "flavor": "苺"}, "IE0002"),
        (f"{V}.specs", [{"label": "a", "value": "b"}] * 6, "IE0003"),
        (f"{V}.shipping.singleItemShipping", 7, "IE0003"),
    ],
)
def test_refused_with_property_path(client, path, value, code):
    body = copy.deepcopy(SAMPLE)
    *parents, last = path.split(".")
    target = body
    for name in parents:
        target = target[name]
    target[last] = value
    answer = client.call("PUT", NEW, body)
    assert answer.status == 400 and code in answer.codes
    assert any((found or "").startswith(path.split("[")[0]) for found in answer.paths)
    assert client.call("GET", NEW).status == 404


def test_bad_manage_number(client):
    base = "/es/2.0/items/manage-numbers/"
    assert client.call("PUT", base + "x" * 33, SAMPLE).codes == ["IE0004"]
    assert client.call("PUT", base + quote("品"), SAMPLE).status == 400
    assert client.call("PUT", base + "Upper-Case", SAMPLE).status == 201
    assert client.call("GET", base + "upper-case").status == 200


def test_title_of_127_wide_characters_fits(client):
    assert client.call("PUT", NEW, {**SAMPLE, "title": "あ" * 127}).status == 201


def test_400_variants(client):
    body = copy.deepcopy(SAMPLE)
    one = body["variants"]["mm-06-matcha"]
    body["variants"] = {f"v{i}": one for i in range(401)}
    assert client.call("PUT", NEW, body).codes == ["IE0003"]


def test_bulk_get(client):
    body = {"manageNumbers": ["arita-kozara", "none", "matcha-monaka"]}
    found = client.call("POST", "/es/2.0/items/bulk-get", body).data["results"]
    assert [item["manageNumber"] for item in found] == ["arita-kozara", "matcha-monaka"]
    many = client.call("POST", "/es/2.0/items/bulk-get", {"manageNumbers": ["x"] * 51})
    assert (many.status, many.codes) == (400, ["IE0003"])
    assert client.call("POST", "/es/2.0/items/bulk-get", {}).codes == ["IE0001"]


def test_search(client):
    answer = client.call("GET", SEARCH).data
    assert (answer["numFound"], answer["offset"], len(answer["results"])) == (8, 0, 8)
    assert "nextCursorMark" not in answer
    for query in ("manageNumber=kozara", f"title={quote('小皿')}", "itemNumber=KZ"):
        found = client.call("GET", f"{SEARCH}?{query}").data["results"]
        assert [r["item"]["manageNumber"] for r in found] == ["arita-kozara"], query
    for query in ("variantId=houji", "merchantDefinedSkuId=MATCHA"):
        assert client.call("GET", f"{SEARCH}?{query}").data["numFound"] == 1
    full = "isCategoryIncluded=true&isReviewIncluded=true&isInventoryIncluded=true&hits=1"
    assert sorted(client.call("GET", f"{SEARCH}?{full}").data["results"][0]) == [
        "category",
        "inventory",
        "item",
        "review",
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("hits=101", "IE0003"),
        ("hits=0", "IE0003"),
        ("offset=10001", "IE0003"),
        ("hits=x", "IE0002"),
        ("cursorMark=zzz", "IE0002"),
    ],
)
def test_search_refused(client, query, code):
    assert client.call("GET", f"{SEARCH}?{query}").codes == [code]


def test_search_by_cursor(client):
    seen, cursor = [], "*"
    while True:
        page = client.call("GET", f"{SEARCH}?hits=3&cursorMark={quote(cursor)}").data
        seen += [result["item"]["manageNumber"] for result in page["results"]]
        if page["nextCursorMark"] == cursor:
            break
        cursor = page["nextCursorMark"]
    assert len(seen) == len(set(seen)) == 8


def test_search_index_is_late(mall, client):
    mall.shop.switches.search_delay_seconds = 3600
    client.call("PUT", NEW, SAMPLE)
    client.call("DELETE", KZ01)
    client.call("PATCH", "/es/2.0/items/manage-numbers/tenugui", {"title": "新しい題"})
    results = client.call("GET", SEARCH).data["results"]
    found = {r["item"]["manageNumber"]: r for r in results}
    assert "new-monaka" not in found
    assert found["arita-kozara"] == {"item": {"manageNumber": "arita-kozara"}}
    assert found["tenugui"]["item"]["title"] == "注染手ぬぐい 麻の葉"
    mall.clock.advance(3600)
    results = client.call("GET", SEARCH).data["results"]
    found = {r["item"]["manageNumber"]: r for r in results}
    assert "new-monaka" in found and "arita-kozara" not in found
    assert found["tenugui"]["item"]["title"] == "新しい題"


def test_inventory_related_settings(client):
    client.call("PUT", NEW, SAMPLE)
    path = "/es/2.0/items/inventory-related-settings/manage-numbers/"
    shown = client.call("GET", path + "new-monaka").data
    assert shown["features"] == {"inventoryDisplay": "DISPLAY_LOW_STOCK", "lowStockThreshold": 5}
    assert shown["variants"]["mm-06-matcha"] == {
        "restockOnCancel": True,
        "backOrderFlag": False,
        "normalDeliveryDateId": 1000,
    }
    change = {"variants": {"mm-06-matcha": {"backOrderFlag": True}}}
    assert client.call("PUT", path + "new-monaka", change).status == 204
    assert client.call("GET", NEW).data["variants"]["mm-06-matcha"]["backOrderFlag"] is True
    assert client.call("GET", path + "none").status == 404
