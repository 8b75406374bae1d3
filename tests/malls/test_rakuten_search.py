"""searchOrder (reference 2.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.malls.rakuten.times import order_time

pytest_plugins = ["tests.malls.rakuten.fixtures"]

DAY = {
    "dateType": 1,
    "startDatetime": "2026-06-04T00:00:00+0900",
    "endDatetime": "2026-06-04T23:59:59+0900",
}


def search(client, **changes):
    body = {**DAY, **changes}
    return client.order("searchOrder", {k: v for k, v in body.items() if v != "LEFT OUT"})


def numbers(client, **changes):
    return search(client, **changes).data["orderNumberList"]


def test_nothing_found(client):
    assert search(client).data == {
        "orderNumberList": [],
        "MessageModelList": [
            {
                "messageType": "INFO",
                "messageCode": "ORDER_EXT_API_SEARCH_ORDER_INFO_102",
                "message": "注文検索に成功しました。(検索結果０件)",
            }
        ],
        "PaginationResponseModel": {
            "totalRecordsAmount": None,
            "totalPages": None,
            "requestPage": None,
        },
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dateType": "LEFT OUT"}, "009"),
        ({"startDatetime": "LEFT OUT"}, "009"),
        ({"endDatetime": None}, "010"),
        ({"dateType": 7}, "011"),
        ({"dateType": "1"}, "011"),
        ({"startDatetime": "2026-06-04T00:00:00+09:00"}, "011"),
        ({"startDatetime": "2026-06-04T00:00:00Z"}, "011"),
        ({"startDatetime": "2026-06-04T00:00:00+0000"}, "011"),
        ({"startDatetime": "2026-06-04T00:00:00"}, "011"),
        ({"startDatetime": "2026-06-04"}, "011"),
        ({"endDatetime": "2026-02-30T00:00:00+0900"}, "011"),
        ({"startDatetime": "2026-04-01T00:00:00+0900"}, "023"),
        ({"startDatetime": "2026-06-05T00:00:00+0900"}, "023"),
        ({"orderProgressList": [150]}, "011"),
        ({"orderProgressList": ["100"]}, "011"),
        ({"subStatusIdList": [-1]}, "009"),
        ({"orderTypeList": [2]}, "011"),
        ({"deliveryName": "ドローン"}, "011"),
        ({"asurakuFlag": 2}, "011"),
        ({"searchKeywordType": 1}, "009"),
        ({"PaginationRequestModel": {"requestRecordsAmount": 1001}}, "023"),
        ({"PaginationRequestModel": {"requestPage": 0}}, "023"),
        ({"PaginationRequestModel": {"requestPage": "1"}}, "011"),
        ({"PaginationRequestModel": {"SortModelList": [{"sortColumn": 2}]}}, "011"),
    ],
)
def test_refused(client, changes, code):
    answer = search(client, **changes)
    assert (answer.status, answer.codes) == (400, [f"SEARCH_ORDER_ERROR_{code}"])
    assert answer.data["orderNumberList"] is None
    assert answer.data["PaginationResponseModel"] is None


def test_63_and_730_days(mall, client):
    now = mall.clock.now()
    start, end = now - timedelta(days=730), now - timedelta(days=667)
    assert (
        search(client, startDatetime=order_time(start), endDatetime=order_time(end)).status == 200
    )
    start -= timedelta(seconds=1)
    end -= timedelta(seconds=1)
    assert (
        search(client, startDatetime=order_time(start), endDatetime=order_time(end)).status == 400
    )


def test_pages_and_order(mall, client):
    refs = []
    for _ in range(35):
        refs.append(mall.buy("SENCHA-100"))
        mall.clock.advance(1)
    first = search(client)
    assert first.data["orderNumberList"] == refs[:30], "30 is the default"
    assert first.data["PaginationResponseModel"] == {
        "totalRecordsAmount": 35,
        "totalPages": 2,
        "requestPage": 1,
    }
    pages = {"requestRecordsAmount": 10, "requestPage": 4}
    sort = [{"sortColumn": 1, "sortDirection": 2}]
    assert numbers(client, PaginationRequestModel={**pages, "SortModelList": sort}) == refs[4::-1]


def test_15000_hits_switchable(mall, client):
    mall.generate(12, since="2026-06-04T00:00:00")
    mall.shop.max_hits = 10
    assert search(client).data["PaginationResponseModel"]["totalRecordsAmount"] == 10
    mall.shop.switches.search_overflow = "error"
    assert search(client).status == 400


def test_filters(mall, client):
    plain, cod = mall.place("plain"), mall.place("cod")
    wish, coupon, drug = mall.place("delivery_wish"), mall.place("shop_coupon"), mall.place("drug")
    regular, cool = mall.place("subscription"), mall.place("cool")
    shipped = mall.place("shipped")
    assert numbers(client, orderProgressList=[300]) == [wish]
    assert numbers(client, orderProgressList=[500, 300]) == [wish, shipped]
    assert numbers(client, settlementMethod=2) == [cod]
    assert numbers(client, couponUseFlag=1) == [coupon]
    assert numbers(client, drugFlag=1) == [drug]
    assert numbers(client, orderTypeList=[4]) == [regular]
    assert numbers(client, deliveryName="クール便") == [cool]
    assert shipped not in numbers(client, shippingNumberBlankFlag=1)
    assert plain in numbers(client, shippingDateBlankFlag=1)
    assert len(numbers(client, purchaseSiteType=3)) == 8 and not numbers(client, purchaseSiteType=4)


def test_sub_status_filter(mall, client):
    with_one, without = mall.place("ready"), mall.place("ready")
    client.order("updateOrderSubStatus", {"subStatusId": 3601, "orderNumberList": [with_one]})
    assert numbers(client, orderProgressList=[300], subStatusIdList=[3601]) == [with_one]
    assert numbers(client, orderProgressList=[300], subStatusIdList=[-1]) == [without]


def test_keywords_mail_phone(mall, client):
    ref = mall.place("several_destinations")
    mall.place("tax_free")
    model = client.model(ref)
    orderer, sender = model["OrdererModel"], model["PackageModelList"][1]["SenderModel"]
    client.order("updateOrderMemo", {"orderNumber": ref, "memo": "のし確認"})
    words = {
        1: "最中",
        2: "MM-06",
        3: "のし",
        4: orderer["familyName"],
        5: orderer["familyNameKana"],
        6: sender["familyName"] + sender["firstName"],
        7: "mm-06-houji",
        8: "MM06-HOUJI",
        9: "味:抹茶",
    }
    for kind, word in words.items():
        assert ref in numbers(client, searchKeywordType=kind, searchKeyword=word), kind
    assert not numbers(client, searchKeywordType=1, searchKeyword="存在しない")
    mail = {"mailSendType": 0, "ordererMailAddress": orderer["emailAddress"]}
    assert numbers(client, **mail) == [ref]
    phone = "".join(sender[f"phoneNumber{i}"] for i in (1, 2, 3))
    assert numbers(client, phoneNumberType=2, phoneNumber=phone) == [ref]


@pytest.mark.parametrize("kind", [2, 3, 4, 5, 6])
def test_date_types(mall, client, kind):
    mall.place("plain")
    ref = mall.place("paid_out")
    assert numbers(client, dateType=kind) == [ref]
    tomorrow = {
        "startDatetime": "2026-06-05T00:00:00+0900",
        "endDatetime": "2026-06-06T00:00:00+0900",
    }
    assert numbers(client, dateType=kind, **tomorrow) == []
