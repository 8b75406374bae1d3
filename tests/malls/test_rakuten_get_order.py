"""getOrder, getPayment, getSubStatusList (reference 2.4, 2.5, 2.10): shape as the sample bodies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.malls.rakuten import SCENARIOS

pytest_plugins = ["tests.malls.rakuten.fixtures"]

#: Field names of the sample bodies (reference/rakuten/getOrder-response*.json, version 10).
SHAPE = json.loads((Path(__file__).parent / "rakuten" / "order_shape.json").read_text("utf-8"))


def shape(model, name="Order", found=None):
    """Keys per model name, types reduced to str/num/list/object/null."""
    found = {} if found is None else found
    keys = found.setdefault(name, set())
    for key, value in model.items():
        keys.add(key)
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            if isinstance(row, dict):
                shape(row, key, found)
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_situation_has_the_reference_shape(mall, client, name):
    model = client.model(mall.place(name))
    for part, keys in shape(model).items():
        assert sorted(keys) == SHAPE[part], part
    assert model["orderNumber"].startswith("999001-20260604-")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"orderNumberList": ["x"]}, "009"),
        ({"orderNumberList": ["x"], "version": None}, "010"),
        ({"version": 10}, "009"),
        ({"orderNumberList": [], "version": 10}, "010"),
        ({"orderNumberList": ["x"], "version": 2}, "011"),
        ({"orderNumberList": ["x"], "version": 11}, "011"),
        ({"orderNumberList": ["x"], "version": "ten"}, "011"),
        ({"orderNumberList": [1], "version": 10}, "011"),
        ({"orderNumberList": ["x"] * 101, "version": 10}, "011"),
    ],
)
def test_refused(client, body, code):
    answer = client.order("getOrder", body)
    assert (answer.status, answer.codes) == (400, [f"GET_ORDER_ERROR_{code}"])
    assert answer.data["OrderModelList"] == []


def test_unknown_numbers_are_messages(mall, client):
    ref = mall.buy("AR-KZ01")
    answer = client.get_order(ref, "999001-20200101-0000000001", "nonsense")
    assert answer.status == 200 and len(answer.data["OrderModelList"]) == 1
    assert answer.codes == ["GET_ORDER_INFO_101", "GET_ORDER_INFO_102", "GET_ORDER_INFO_102"]
    assert answer.data["MessageModelList"][1]["orderNumber"] == "999001-20200101-0000000001"
    missing = client.get_order("nonsense")
    assert missing.codes == ["GET_ORDER_INFO_102"] and missing.data["OrderModelList"] == []


def test_older_than_730_days(mall, client):
    ref = mall.place("paid_out")
    mall.clock.advance(730 * 86400 + 1)
    mall.shop.configure({"expiry": "2030-01-01T00:00:00+09:00"})
    assert client.get_order(ref).codes == ["GET_ORDER_INFO_102"]


#: First version that shows a field (section 2.4).
SINCE = {
    "socialGiftFlag": 10,
    "SocialGiftModel": 10,
    "dropOffFlag": 9,
    "dropOffLocation": 9,
    "deliveryCertPrgFlag": 8,
    "oneDayOperationFlag": 8,
    "SkuModelList": 7,
    "cautionDisplayDetailType": 6,
    "receiptIssueHistoryList": 5,
    "DueDateModelList": 5,
    "isSingleItemShipping": 4,
    "TaxSummaryModelList": 3,
}


@pytest.mark.parametrize("version", [3, 4, 5, 6, 7, 8, 9, 10, "10"])
def test_versions(mall, client, version):
    answer = client.get_order(mall.place("social_gift"), version=version)
    number = int(version)
    assert answer.data.get("version") == (number if number >= 6 else None)
    keys = set().union(*shape(answer.data["OrderModelList"][0]).values())
    for field, since in SINCE.items():
        assert (field in keys) is (number >= since), field
    assert ("goodsTax" in keys) is (number < 8)


def test_details_of_a_rich_order(mall, client):
    model = client.model(mall.place("several_destinations"))
    assert model["remarks"] == (
        "[配送日時指定:]\n2026-06-09(火)\n14:00〜16:00\n\n[備考:]\n到着前にお電話をお願いします。\n"
    )
    assert (model["severalSenderFlag"], model["equalSenderFlag"], model["giftCheckFlag"]) == (
        1,
        0,
        1,
    )
    first, second = model["PackageModelList"]
    assert first["dropOffLocation"] == "宅配ボックス" and second["noshi"] == "御中元"
    item = first["ItemModelList"][0]
    assert item["SkuModelList"] == [
        {
            "variantId": "mm-06-matcha",
            "merchantDefinedSkuId": "MM06-MATCHA",
            "skuInfo": "個数:6個入\n味:抹茶",
        }
    ]
    single = first["ItemModelList"][1]["SkuModelList"][0]
    assert single == {
        "variantId": "normal-inventory",
        "merchantDefinedSkuId": None,
        "skuInfo": None,
    }
    assert model["OrdererModel"]["emailAddress"].endswith("@pc.fw.rakuten.ne.jp")


def test_old_order_has_no_sku(mall, client):
    item = client.model(mall.place("old_sku"))["PackageModelList"][0]["ItemModelList"][0]
    assert item["SkuModelList"] == [] and item["selectedChoice"].startswith("色:")


def test_placeholder_of_a_social_gift(mall, client):
    ref = mall.place("social_gift")
    package = client.model(ref)["PackageModelList"][0]
    assert package["SenderModel"]["familyNameKana"] == "ニュウリョクマチ"
    assert package["SenderModel"]["zipCode1"] + package["SenderModel"]["zipCode2"] == "9999999"
    assert package["SocialGiftModel"]["inputFlag"] == 0
    mall.event(ref, "accept_gift", family="高橋", given="健一")
    package = client.model(ref)["PackageModelList"][0]
    assert package["SenderModel"]["familyName"] == "高橋"
    assert package["SocialGiftModel"]["inputFlag"] == 1


def test_payment(mall, client):
    ref = mall.place("paid_out")
    answer = client.order("getPayment", {"orderNumber": ref, "version": 4})
    payment = answer.data["OrderModel"]["PaymentModelList"][0]
    assert sorted(payment) == SHAPE["Payment"]
    assert (payment["paymentStatus"], payment["paymentAmount"]) == (30600, 2310)
    assert payment["payExpectDate"] == "2026-06-30"
    failed = client.order(
        "getPayment", {"orderNumber": mall.place("authorise_failed"), "version": 4}
    )
    assert failed.data["OrderModel"]["PaymentModelList"][0]["paymentStatus"] == 30400
    assert client.order("getPayment", {"orderNumber": ref}).codes == ["GET_PAYMENT_ERROR_009"]


def test_sub_status_list(client):
    assert client.order("getSubStatusList").data["StatusModelList"] == [
        {
            "orderProgress": 300,
            "SubStatusModelList": [
                {"subStatusId": 3601, "subStatusName": "01.出荷指示待ち", "orderby": 1},
                {"subStatusId": 3602, "subStatusName": "02.出荷指示済", "orderby": 2},
            ],
        }
    ]
