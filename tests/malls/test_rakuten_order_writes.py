"""confirm, memo, remarks, delivery, orderer, sub-status, cancel, sender (reference 2.1, 2.9)."""

from __future__ import annotations

import copy

import pytest

pytest_plugins = ["tests.malls.rakuten.fixtures"]


def write(client, name, ref, **body):
    return client.order(name, {"orderNumber": ref, **body})


# -- confirmOrder ------------------------------------------------------------------------------


def test_confirm_partial_success(mall, client):
    names = ("plain", "undecided", "ready", "cancelled", "social_gift")
    refs = [mall.place(name) for name in names]
    answer = client.order("confirmOrder", {"orderNumberList": [*refs, "unknown"]})
    assert answer.status == 200
    assert [code.rsplit("_", 1)[-1] for code in answer.codes] == [
        "101",
        "105",
        "103",
        "102",
        "101",
        "900",
    ]
    assert [m["orderNumber"] for m in answer.data["MessageModelList"]] == [*refs, "unknown"]
    model = client.model(refs[0])
    assert model["orderProgress"] == 200
    assert model["shopOrderCfmDatetime"] == "2026-06-04T10:15:30+0900"
    assert model["ChangeReasonModelList"][0]["changeType"] == 8


def test_confirm_limits(client):
    answer = client.order("confirmOrder", {"orderNumberList": ["x"] * 101})
    assert (answer.status, answer.codes) == (400, ["CONFIRM_ORDER_ERROR_011"])
    assert client.order("confirmOrder", {}).codes == ["CONFIRM_ORDER_ERROR_009"]


# -- memo, remarks, delivery, orderer, sub-status -----------------------------------------------


def test_memo_left_out_and_cleared(mall, client):
    ref = mall.place("ready")
    full = {
        "subStatusId": 3602,
        "deliveryClass": 3,
        "deliveryDate": "2026-06-10",
        "shippingTerm": 1416,
        "memo": "冷凍便。",
        "operator": "担当者A",
        "mailPlugSentence": "ありがとうございます。",
    }
    assert write(client, "updateOrderMemo", ref, **full).codes == ["UPDATE_ORDERMEMO_INFO_101"]
    assert write(client, "updateOrderMemo", ref, memo=None).status == 200
    model = client.model(ref)
    assert (model["memo"], model["operator"], model["shippingTerm"]) == (None, "担当者A", 1416)
    assert (model["subStatusId"], model["subStatusName"]) == (3602, "02.出荷指示済")
    assert model["DeliveryModel"]["deliveryClass"] == 3


@pytest.mark.parametrize(
    "bad",
    [
        {"memo": "あ" * 1001},
        {"operator": "七文字の担当者"},
        {"mailPlugSentence": "x" * 1025},
        {"memo": "①"},
        {"memo": "㈱見本"},
        {"memo": 5},
        {"deliveryDate": "2026/06/10"},
        {"shippingTerm": 1614},
        {"shippingTerm": "1"},
        {"deliveryClass": 9},
        {"subStatusId": 1},
    ],
)
def test_memo_refused(mall, client, bad):
    answer = write(client, "updateOrderMemo", mall.place("ready"), **bad)
    assert (answer.status, answer.codes) == (400, ["UPDATE_ORDERMEMO_ERROR_011"])


def test_memo_limits_are_inclusive(mall, client):
    ref = mall.place("ready")
    good = {"memo": "あ" * 1000, "operator": "六文字の担当", "mailPlugSentence": "x" * 1024}
    assert write(client, "updateOrderMemo", ref, **good).status == 200
    mall.shop.switches.refuse_ampersand = True
    assert write(client, "updateOrderMemo", ref, memo="A&B").status == 400


@pytest.mark.parametrize("name", ["cancelled", "cancel_pending", "change_pending"])
def test_memo_states(mall, client, name):
    assert write(client, "updateOrderMemo", mall.place(name), memo="x").status == 400


def test_remarks(mall, client):
    ref = mall.place("ready")
    text = "[配送日時指定:]\n2026-06-10(水)\n14:00〜16:00\n"
    assert write(client, "updateOrderRemarks", ref, giftCheck=1, remarks=text).status == 200
    assert (client.model(ref)["remarks"], client.model(ref)["giftCheckFlag"]) == (text, 1)
    assert write(client, "updateOrderRemarks", ref, giftCheck=2).status == 400
    assert write(client, "updateOrderRemarks", mall.place("shipped"), remarks="x").status == 400


def test_delivery(mall, client):
    ref = mall.place("ready")
    assert write(client, "updateOrderDelivery", ref, deliveryName="クール便").status == 200
    assert client.model(ref)["DeliveryModel"]["deliveryName"] == "クール便"
    assert write(client, "updateOrderDelivery", ref, deliveryName="飛脚").status == 400
    assert write(client, "updateOrderDelivery", ref).codes == ["UPDATE_ORDERDELIVERY_ERROR_009"]


def test_orderer(mall, client):
    ref = mall.place("ready")
    person = {**client.model(ref)["OrdererModel"], "city": "新宿区", "birthYear": 1990}
    assert write(client, "updateOrderOrderer", ref, OrdererModel=person).status == 200
    assert client.model(ref)["OrdererModel"] == person
    for bad, code in (
        ({"prefecture": "東京"}, "011"),
        ({"zipCode1": "12"}, "011"),
        ({"phoneNumber1": "09-0"}, "011"),
        ({"city": None}, "010"),
    ):
        answer = write(client, "updateOrderOrderer", ref, OrdererModel={**person, **bad})
        assert answer.codes == [f"UPDATE_ORDERORDERER_ERROR_{code}"]


def test_sub_status(mall, client):
    refs = [mall.place(name) for name in ("ready", "plain", "cancelled")]
    body = {"subStatusId": 3601, "orderNumberList": refs}
    answer = client.order("updateOrderSubStatus", body)
    assert [c.rsplit("_", 1)[-1] for c in answer.codes] == ["101", "102", "101"]
    assert [m["messageType"] for m in answer.data["MessageModelList"]] == ["INFO", "ERROR", "ERROR"]
    many = client.order("updateOrderSubStatus", {**body, "orderNumberList": ["x"] * 101})
    assert (many.status, many.codes) == (400, ["UPDATE_ORDERSUBSTATUS_ERROR_016"])


# -- cancel --------------------------------------------------------------------------------------

CANCEL = {"inventoryRestoreType": 1, "changeReasonDetailApply": 8}


@pytest.mark.parametrize("name", ["plain", "bank_transfer", "ready"])
def test_cancel(mall, client, name):
    ref = mall.place(name)
    left = mall.stock()["AR-KZ01"]
    answer = write(client, "cancelOrder", ref, **CANCEL)
    assert answer.codes == ["CANCEL_ORDER_INFO_101"]
    assert client.model(ref)["orderProgress"] == 800
    mall.clock.advance(5)
    model = client.model(ref)
    assert model["orderProgress"] == 900
    assert model["ChangeReasonModelList"][-1]["changeReasonDetail"] == 8
    assert mall.stock()["AR-KZ01"] == left + 1


def test_cancel_refused_with_a_shipping_date(mall, client):
    ref = mall.place("ready")
    mall.event(ref, "ship")
    assert write(client, "cancelOrder", ref, **CANCEL).status == 400
    package = client.model(ref)["PackageModelList"][0]
    row = package["ShippingModelList"][0]["shippingDetailId"]
    gone = [{"shippingDetailId": row, "shippingDeleteFlag": 1}]
    baskets = [{"basketId": package["basketId"], "ShippingModelList": gone}]
    assert write(client, "updateOrderShipping", ref, BasketidModelList=baskets).status == 200
    assert write(client, "cancelOrder", ref, **CANCEL).status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"changeReasonDetailApply": 8}, "009"),
        ({"inventoryRestoreType": 1}, "009"),
        ({**CANCEL, "inventoryRestoreType": 3}, "011"),
        ({**CANCEL, "changeReasonDetailApply": 7}, "011"),
    ],
)
def test_cancel_input(mall, client, body, code):
    answer = write(client, "cancelOrder", mall.place("ready"), **body)
    assert (answer.status, answer.codes) == (400, [f"CANCEL_ORDER_ERROR_{code}"])


@pytest.mark.parametrize("name", ["shipped", "paying", "paid_out"])
def test_cancel_after_shipping(mall, client, name):
    ref = mall.place(name)
    assert write(client, "cancelOrder", ref, **CANCEL).status == 400
    body = {**CANCEL, "changeReasonDetailApply": 2}
    assert write(client, "cancelOrderAfterShipping", ref, **body).status == 200
    assert client.model(ref)["orderProgress"] == 800
    assert write(client, "cancelOrderAfterShipping", ref, **body).status == 200, "completes it"
    assert client.model(ref)["orderProgress"] == 900
    assert write(client, "cancelOrderAfterShipping", mall.place("ready"), **body).status == 400


# -- updateOrderSender ---------------------------------------------------------------------------


def sender_body(model):
    """What a careful client sends back: the whole order as it was read."""
    keep = copy.deepcopy(model)
    body = {
        "orderNumber": model["orderNumber"],
        "PackageModelList": keep["PackageModelList"],
        "CouponModelList": keep["CouponModelList"],
        "WrappingModel1": keep["WrappingModel1"],
        "WrappingModel2": keep["WrappingModel2"],
    }
    return body


@pytest.fixture
def rich(mall, client):
    return client.model(mall.place("several_destinations"))


def test_sender_same_again_changes_nothing(client, rich):
    assert client.order("updateOrderSender", sender_body(rich)).codes == [
        "UPDATE_ORDERSENDER_INFO_101"
    ]
    assert client.model(rich["orderNumber"]) == {**rich, "modifyFlag": 1}


def test_sender_new_address_and_fewer_units(mall, client, rich):
    left = mall.stock()["AR-KZ01"]
    body = sender_body(rich)
    body["PackageModelList"][1]["SenderModel"]["city"] = "大阪市北区"
    item = body["PackageModelList"][0]["ItemModelList"][1]
    item.update(units=1, restoreInventoryFlag=1)
    refused = client.order("updateOrderSender", body)
    assert refused.codes == ["UPDATE_ORDERSENDER_ERROR_009"], "reductionReason is missing"
    assert client.order("updateOrderSender", {**body, "reductionReason": 8}).status == 200
    model = client.model(rich["orderNumber"])
    assert model["requestPrice"] == rich["requestPrice"] - 1650
    assert model["PackageModelList"][1]["SenderModel"]["city"] == "大阪市北区"
    assert model["orderProgress"] == 400, "the new sum waits for its settlement"
    assert mall.stock()["AR-KZ01"] == left + 1
    mall.clock.advance(300)
    assert client.model(rich["orderNumber"])["orderProgress"] == 300


def _change(path, value):
    def change(body):
        target = body
        for key in path[:-1]:
            target = target[key]
        if value is KeyError:
            del target[path[-1]]
        else:
            target[path[-1]] = value

    return change


PACKAGE = ("PackageModelList", 0)
ITEM = (*PACKAGE, "ItemModelList", 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_change((*ITEM, "itemName"), KeyError), "009"),
        (_change((*ITEM, "price"), KeyError), "009"),
        (_change((*ITEM, "price"), -9999), "010"),
        (_change((*ITEM, "units"), 0), "011"),
        (_change((*ITEM, "taxRate"), 0.05), "011"),
        (_change((*ITEM, "includeTaxFlag"), KeyError), "009"),
        (_change((*ITEM, "SkuModelList"), []), "139"),
        (_change((*ITEM, "itemDetailId"), 1), "011"),
        (_change((*PACKAGE, "ItemModelList"), []), "010"),
        (_change((*PACKAGE, "deliveryPrice"), None), "136"),
        (_change((*PACKAGE, "postagePrice"), -9999), "010"),
        (_change((*PACKAGE, "dropOffLocation"), "屋根"), "011"),
        (_change((*PACKAGE, "SenderModel", "prefecture"), "東京"), "011"),
        (_change((*PACKAGE, "basketId"), 1), "011"),
        (_change(("CouponModelList",), KeyError), "009"),
        (_change(("CouponModelList", 0, "couponUnit"), 2), "011"),
        (_change(("CouponModelList", 0, "couponCode"), "NEW"), "009"),
        (_change(("afterSettlementMethodCode",), 1), "011"),
        (_change(("afterSettlementMethodCode",), 9), "900"),
    ],
)
def test_sender_refused_and_unchanged(client, rich, change, code):
    body = sender_body(rich)
    change(body)
    answer = client.order("updateOrderSender", body)
    assert (answer.status, answer.codes) == (400, [f"UPDATE_ORDERSENDER_ERROR_{code}"])
    assert client.model(rich["orderNumber"]) == rich


def test_sender_needs_every_package(client, rich):
    body = sender_body(rich)
    del body["PackageModelList"][1]
    assert client.order("updateOrderSender", body).codes == ["UPDATE_ORDERSENDER_ERROR_009"]


def test_sender_deletes_a_package(mall, client, rich):
    body = sender_body(rich)
    body["PackageModelList"][1]["packageDeleteFlag"] = 1
    assert client.order("updateOrderSender", {**body, "reductionReason": 1}).status == 200
    model = client.model(rich["orderNumber"])
    assert [p["packageDeleteFlag"] for p in model["PackageModelList"]] == [0, 1]
    assert (model["goodsPrice"], model["severalSenderFlag"]) == (6540, 0)


def test_sender_decides_amounts(mall, client):
    model = client.model(mall.place("undecided"))
    body = sender_body(model)
    body["PackageModelList"][0]["postagePrice"] = 1500
    assert client.order("updateOrderSender", body).status == 200
    assert client.model(model["orderNumber"])["requestPrice"] == 3150


def test_payment_change_at_100_and_after_failure(mall, client):
    for name, after in (("plain", 9), ("authorise_failed", 7)):
        model = client.model(mall.place(name))
        body = {**sender_body(model), "afterSettlementMethodCode": after}
        assert client.order("updateOrderSender", body).status == 200
        settled = client.model(model["orderNumber"])["SettlementModel"]
        assert (settled["settlementMethodCode"], settled["cardName"]) == (after, None)
    mall.clock.advance(10)
    assert client.model(model["orderNumber"])["orderProgress"] == 300


def test_sender_after_shipping(mall, client):
    model = client.model(mall.place("shipped"))
    body = sender_body(model)
    assert client.order("updateOrderSender", body).status == 400
    assert client.order("updateOrderSenderAfterShipping", body).status == 200
    change = {**body, "afterSettlementMethodCode": 9}
    assert client.order("updateOrderSenderAfterShipping", change).status == 400
    ready = sender_body(client.model(mall.place("ready")))
    assert client.order("updateOrderSenderAfterShipping", ready).status == 400
