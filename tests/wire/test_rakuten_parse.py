"""OrderModel → OrderData: every figure below was worked out by hand from the order's rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal as D

import pytest
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_unified.lib.errors import DataError
from ec_addons.ec_unified.lib.order_math import book_order

from tests.wire.fixtures.rakuten_models import (
    NUMBER,
    coupon,
    item,
    order,
    package,
    person,
    plain_order,
    settle,
    sku,
    tax,
    wrapping,
)

JST = timezone(timedelta(hours=9))
R10, R8, R0 = D("0.1"), D("0.08"), D("0")

# name -> (model, {kind: [(amount, rate)…]}, buyer_total, points, mall_coupon, total)
CASES = {
    "card, postage": (
        order(package(501, [item(11, 2200, 3)], postage=800), goods=6600, postage=800,
              request=7400, taxes=[tax(0.1, 7400, 673)]),
        {"product": [(6600, R10)], "shipping": [(800, R10)]},
        7400, 0, 0, 7400,
    ),
    "COD, reduced rate": (
        order(package(501, [item(11, 1080, 2, 0.08)], postage=550, cod=330), goods=2160,
              postage=550, cod=330, request=3040, SettlementModel=settle(2, own=True),
              taxes=[tax(0.1, 880, 80), tax(0.08, 2160, 160)]),
        {"product": [(2160, R8)], "shipping": [(550, R10)], "cod_fee": [(330, R10)]},
        3040, 0, 0, 3040,
    ),
    # 500 bound to the 10 % item; 400 over what is left, 4,500 : 3,000 = 240 : 160.
    "bound shop coupon, mall coupon, points": (
        order(package(501, [item(11, 5000), item(12, 3000, 1, 0.08)]), goods=8000, request=6800,
              couponAllTotalPrice=900, couponShopPrice=500, couponOtherPrice=400,
              CouponModelList=[coupon(500, 1, bound=11), coupon(400, 3)],
              PointModel={"usedPoint": 300},
              taxes=[tax(0.1, 4260, 387, 740), tax(0.08, 2840, 210, 160)]),
        {"product": [(5000, R10), (3000, R8)], "shop_discount": [(-500, R10)],
         "mall_discount": [(-240, R10), (-160, R8)]},
        6800, 300, 400, 7500,
    ),
    # The mall split 500 as 333 : 167; the shop's 300 by the same share: 199.8 : 100.2.
    "free shop and mall coupon": (
        order(package(501, [item(11, 4000), item(12, 2000, 1, 0.08)]), goods=6000, request=5500,
              couponAllTotalPrice=500, couponShopPrice=300, couponOtherPrice=200,
              CouponModelList=[coupon(300, 1), coupon(200, 2)],
              taxes=[tax(0.1, 3667, 333, 333), tax(0.08, 1833, 136, 167)]),
        {"product": [(4000, R10), (2000, R8)], "shop_discount": [(-200, R10), (-100, R8)],
         "mall_discount": [(-133, R10), (-67, R8)]},
        5500, 0, 200, 5700,
    ),
    "points only": (
        order(package(501, [item(11, 3300)]), goods=3300, request=0, PointModel={"usedPoint": 3300},
              SettlementModel=settle(8), taxes=[tax(0.1, 3300, 300)]),
        {"product": [(3300, R10)]},
        0, 3300, 0, 3300,
    ),
    # 333 + 10 % = 366.3, rounded down per piece: 3 × 366.
    "tax-excluded, rounded per piece": (
        order(package(501, [item(11, 333, 3, includeTaxFlag=0, priceTaxIncl=366)]), goods=1098,
              request=1098, taxes=[tax(0.1, 1098, 100)]),
        {"product": [(1098, R10)]},
        1098, 0, 0, 1098,
    ),
    # 335 × 3 = 1,005 + 10 % = 1,105.5: the mall's sum shows it rounds the row, not 3 × 368 = 1,104.
    "tax-excluded, rounded per row": (
        order(package(501, [item(11, 335, 3, includeTaxFlag=0, priceTaxIncl=368)]), goods=1105,
              request=1105, taxes=[tax(0.1, 1105, 100)]),
        {"product": [(1105, R10)]},
        1105, 0, 0, 1105,
    ),
    "deleted rows do not count": (
        order(
            package(501, [item(11, 1000), item(12, 9000, deleteItemFlag=1)], postage=500),
            package(502, [item(13, 8000)], postage=700, packageDeleteFlag=1),
            goods=1000, postage=500, request=1500, taxes=[tax(0.1, 1500, 136)],
            WrappingModel1=wrapping(1, "取消済み", 400, deleted=1)),
        {"product": [(1000, R10)], "shipping": [(500, R10)]},
        1500, 0, 0, 1500,
    ),
    # goodsPrice holds the wrapping: 4,000 + 220 + (300 + 30 tax).
    "wrapping with and without tax": (
        order(package(501, [item(11, 4000)]), goods=4550, request=4550,
              taxes=[tax(0.1, 4550, 414)], WrappingModel1=wrapping(1, "和紙", 220, tax_price=20),
              WrappingModel2=wrapping(2, "青リボン", 300, incl=0, tax_price=30)),
        {"product": [(4000, R10)], "wrapping": [(220, R10), (330, R10)]},
        4550, 0, 0, 4550,
    ),
    # The extra fee of deferred payment is in what the buyer pays, but in no row of the summary.
    "deferred payment's extra fee": (
        order(package(501, [item(11, 2200)]), goods=2200, request=2450, SettlementModel=settle(21),
              additionalFeeOccurAmountToUser=250, taxes=[tax(0.1, 2200, 200)]),
        {"product": [(2200, R10)], "other_fee": [(250, None)]},
        2450, 0, 0, 2450,
    ),
    # The same with goods at 0 %: the fee must not be taken for one of them.
    "extra fee beside goods without tax": (
        order(package(501, [item(11, 2200), item(12, 5000, 1, 0)]), goods=7200, request=7450,
              SettlementModel=settle(21), additionalFeeOccurAmountToUser=250,
              taxes=[tax(0.1, 2200, 200), tax(0, 5000, 0)]),
        {"product": [(2200, R10), (5000, R0)], "other_fee": [(250, None)]},
        7450, 0, 0, 7450,
    ),
    "payment charge": (
        order(package(501, [item(11, 2200)]), goods=2200, request=2310, paymentCharge=110,
              SettlementModel=settle(14), taxes=[tax(0.1, 2310, 210)]),
        {"product": [(2200, R10)], "payment_fee": [(110, R10)]},
        2310, 0, 0, 2310,
    ),
    "three rates": (
        order(package(501, [item(11, 1100), item(12, 540, 1, 0.08), item(13, 3000, 1, 0)]),
              goods=4640, request=4640,
              taxes=[tax(0.1, 1100, 100), tax(0.08, 540, 40), tax(0, 3000, 0)]),
        {"product": [(1100, R10), (540, R8), (3000, R0)]},
        4640, 0, 0, 4640,
    ),
    "two destinations": (
        order(package(501, [item(11, 2000)], postage=600, cod=330),
              package(502, [item(12, 1080, 2, 0.08)], postage=900, cod=330),
              goods=4160, postage=1500, cod=660, request=6320, SettlementModel=settle(2, own=True),
              taxes=[tax(0.1, 4160, 378), tax(0.08, 2160, 160)]),
        {"product": [(2000, R10), (2160, R8)], "shipping": [(600, R10), (900, R10)],
         "cod_fee": [(330, R10), (330, R10)]},
        6320, 0, 0, 6320,
    ),
    # The packages say nothing of the postage, the order does: the order's figure is the truth.
    "postage in the order only": (
        order(package(501, [item(11, 1000)]), package(502, [item(12, 1000)]), goods=2000,
              postage=600, request=2600, taxes=[tax(0.1, 2600, 236)]),
        {"product": [(1000, R10), (1000, R10)], "shipping": [(600, R10)]},
        2600, 0, 0, 2600,
    ),
    "amounts as texts": (
        order(package(501, [item(11, "1100", "2", "0.1", priceTaxIncl="1100")]), goods=2200,
              request="2200", taxes=[tax("0.1", 2200, 200)]),
        {"product": [(2200, R10)]},
        2200, 0, 0, 2200,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_money(name):
    model, lines, buyer_total, points, mall_coupon, total = CASES[name]
    data = parse_order(model)
    found = {}
    for line in data.lines:
        found.setdefault(line.kind, []).append((line.amount, line.tax_rate))
    expected = {kind: [(D(a), r) for a, r in rows] for kind, rows in lines.items()}
    assert found == expected
    figures = (data.buyer_total, data.points, data.mall_coupon, data.total)
    assert figures == (buyer_total, points, mall_coupon, total)
    assert not data.undecided


@pytest.mark.parametrize("name", CASES)
def test_books_need_no_difference_line(name):
    """What the parser delivers fits the mall's own total and tax per rate exactly."""
    model = CASES[name][0]
    booking = book_order(parse_order(model))
    assert booking.differences == ()
    assert booking.total == CASES[name][5]
    for row in model["TaxSummaryModelList"]:
        rate = D(str(row["taxRate"]))
        taxes = sum(line.tax for line in booking.lines if line.rate == rate)
        assert taxes == row["reqPriceTax"]


def test_price_and_quantity():
    line = parse_order(CASES["card, postage"][0]).lines[0]
    assert (line.quantity, line.price_unit, line.ref) == (3, 2200, "11")


def test_undecided_amounts_are_never_money():
    model = order(
        package(501, [item(11, 1650)], postage=-9999), taxes=[tax(0.1, -9999, -9999)], goods=1650,
        postage=-9999, request=-9999, orderProgress=100, paymentCharge=-9999, totalPrice=-9999,
    )  # fmt: skip
    data = parse_order(model)
    assert data.undecided
    assert [(line.kind, line.amount) for line in data.lines] == [("product", 1650)]
    assert (data.buyer_total, data.points, data.total, data.tax_summary) == (0, 0, 0, ())
    assert not data.needs_confirm and not data.may_ship
    assert "amount_undecided" in {flag.code for flag in data.flags}


def test_several_destinations_keep_their_own_data():
    far = person(prefecture="沖縄県", city="見本郡", familyName="離島", isolatedIslandFlag=1)
    cvs = {"cvsCode": 50, "storeName": "見本店", "storeCode": "0001", "storeZip": "900-0000",
           "storePrefecture": "沖縄県", "storeAddress": "見本1-1"}  # fmt: skip
    model = order(
        package(501, [item(11, 1000)], noshi="御祝", dropOffFlag=1, dropOffLocation="玄関前"),
        package(
            502, [item(12, 1000)], SenderModel=far, DeliveryCvsModel=cvs, dropOffLocation="車庫"
        ),
        goods=2000, request=2000, deliveryDate="2026-07-20", shippingTerm=1820,
        isolatedIslandFlag=1, taxes=[tax(0.1, 2000, 182)],
    )  # fmt: skip
    data = parse_order(model)
    near, island = data.destinations
    assert (near.ref, near.noshi, near.drop_off) == ("501", "御祝", "玄関前")
    assert near.pickup_point is None
    assert island.drop_off is None  # dropOffFlag is not set
    assert "ローソン 見本店 0001" in island.pickup_point
    assert island.address.state_code == "JP-47" and island.address.remote_island
    assert [line.destination for line in data.lines] == [0, 1]
    wish = (date(2026, 7, 20), 18, 20)
    assert (data.wish_date, data.wish_time_from, data.wish_time_to) == wish
    assert (island.wish_date, island.wish_time_from, island.wish_time_to) == wish
    codes = {flag.code for flag in data.flags}
    assert codes == {"several_destinations", "store_pickup", "remote_island", "gift"}


def test_addresses():
    data = parse_order(plain_order())
    buyer = data.buyer
    assert (buyer.name, buyer.kana) == ("試験 花子", "シケン ハナコ")
    assert (buyer.zip, buyer.state_code, buyer.city) == ("1500000", "JP-13", "見本区")
    assert (buyer.street, buyer.phone) == ("仮町9-8-7", "03-0000-0009")
    assert buyer.email_is_relay
    model = plain_order()
    model["OrdererModel"].update(firstName=None, phoneNumber1=None, emailAddress="a@example.com",
                                 prefecture="国外")  # fmt: skip
    buyer = parse_order(model).buyer
    assert (buyer.name, buyer.phone, buyer.state_code) == ("試験", "0000-0009", None)
    assert not buyer.email_is_relay and buyer.country != "JP"


def test_a_prefecture_nobody_knows_stays_in_the_address():
    def address(**changes):
        model = order(package(501, [item(11, 1000)], SenderModel=person(**changes)))
        found = parse_order(model).destinations[0].address
        return found.state_code, found.city, found.country

    assert address(prefecture=" 東京都　") == ("JP-13", "見本区", "JP")
    assert address(prefecture="東京") == (None, "東京見本区", "JP")
    assert address(prefecture="国外") == (None, "見本区", "")
    assert address(prefecture=None) == (None, "見本区", "JP")


def test_dates_an_order_can_do_without():
    """An odd one keeps no order away; a wish is shown as it stands there."""
    rows = [{"shippingDetailId": 1, "shippingNumber": "A", "shippingDate": "7月"}]
    model = plain_order(
        deliveryDate="20日ごろ", DueDateModelList=[{"dueDateType": 0, "dueDate": "未定"}],
        ChangeReasonModelList=[{"changeType": 0, "changeApplyDatetime": "未定"}],
        SettlementModel=settle(9), shippingInstDatetime="未定",
    )  # fmt: skip
    model["PackageModelList"][0]["ShippingModelList"] = rows
    data = parse_order(model)
    assert (data.wish_date, data.wish_text) == (None, "20日ごろ")
    assert (data.payment_due_on, data.paid_at) == (None, None)
    assert data.shipments[0].shipped_on is None
    assert [flag.code for flag in data.flags] == ["cancel_requested"]


def _gift(entered):
    waiting = {name: "入力待ち" for name in ("prefecture", "city", "subAddress", "familyName")}
    sender = person() if entered else person(zipCode1="999", zipCode2="9999", **waiting)
    model = {"sgMngNumber": "888001-1-sg", "inputDueDate": "2026-07-21", "inputFlag": int(entered)}
    return order(
        package(501, [item(11, 2200)], SenderModel=sender, SocialGiftModel=model), goods=2200,
        request=2200, socialGiftFlag=1, taxes=[tax(0.1, 2200, 200)],
    )  # fmt: skip


def test_social_gift_without_address_makes_nobody():
    data = parse_order(_gift(entered=False))
    address = data.destinations[0].address
    assert address.placeholder
    assert (address.name, address.zip, address.city) == (None, None, None)
    assert {f.code: f.detail for f in data.flags}["gift_address_missing"] == "2026-07-21"


def test_social_gift_with_address():
    data = parse_order(_gift(entered=True))
    assert not data.destinations[0].address.placeholder
    assert "gift_address_missing" not in {flag.code for flag in data.flags}
    assert data.is_gift


PAYMENTS = [
    # code, progress, own settlement, state
    (1, 100, False, "unpaid"),
    (1, 200, False, "unpaid"),
    (1, 300, False, "authorized"),
    (1, 500, False, "authorized"),
    (1, 600, False, "authorized"),
    (1, 700, False, "paid"),
    (1, 400, False, "authorized"),  # a change after 300: was secured before
    (2, 100, True, "cod"),
    (2, 300, True, "cod"),
    (2, 700, True, "cod"),
    (8, 200, False, "paid"),
    (9, 200, False, "unpaid"),
    (9, 300, False, "paid"),
    (9, 300, True, "unpaid"),  # the shop's own account: the mall knows nothing of the money
    (13, 200, False, "unpaid"),
    (14, 300, False, "paid"),
    (21, 200, False, "unpaid"),
    (21, 300, False, "authorized"),
    (7, 300, True, "authorized"),  # invoice: goods first
    (5, 300, True, "unpaid"),
    (99, 300, False, "authorized"),
    (1, 900, False, "refunded"),
    (2, 900, True, "unpaid"),
]


@pytest.mark.parametrize(("code", "progress", "own", "state"), PAYMENTS)
def test_payment_state(code, progress, own, state):
    data = parse_order(plain_order(progress=progress, SettlementModel=settle(code, own)))
    assert data.payment_state == state
    assert data.payment_code == str(code)
    assert data.may_ship == (progress == 300)
    assert data.needs_confirm == (progress == 100)


def test_paid_at_and_due_day():
    due = [
        {"dueDateType": 2, "dueDate": "2026-09-01"}, {"dueDateType": 0, "dueDate": "2026-07-18"},
    ]  # fmt: skip
    bank = settle(9, name="銀行振込")
    data = parse_order(plain_order(SettlementModel=bank, DueDateModelList=due))
    assert data.payment_due_on == date(2026, 7, 18)
    assert data.paid_at == datetime(2026, 7, 11, 8, 40, 30, tzinfo=JST)
    assert data.payment_label == "銀行振込"


def test_cancelled_before_it_was_secured():
    model = plain_order(progress=900, shippingInstDatetime=None, ChangeReasonModelList=[
        {"changeType": 0, "changeReasonDetail": None}, {"changeType": 2, "changeReasonDetail": 4},
    ])  # fmt: skip
    data = parse_order(model)
    assert data.cancelled and data.payment_state == "unpaid"
    assert data.cancel_reason == "お客様都合：未入金"


FLAGS = [
    ({"orderType": 6, "reserveNumber": "888001-1-r"}, "preorder"),
    ({"orderType": 4}, "subscription"),
    ({"orderType": 5}, "subscription"),
    ({"cautionDisplayType": 1, "cautionDisplayDetailType": 102}, "mall_caution"),
    ({"rakutenConfirmFlag": 1}, "mall_checking"),
    ({"drugFlag": 1}, "medicine"),
    ({"isolatedIslandFlag": 1}, "remote_island"),
    ({"orderProgress": 800}, "cancel_requested"),
    ({"ChangeReasonModelList": [{"changeType": 0}]}, "cancel_requested"),
    ({"DeliveryModel": {"deliveryName": "店頭受取"}}, "store_pickup"),
    ({"DeliveryModel": {"deliveryName": "国際配送"}}, "other"),
    ({"giftCheckFlag": 1}, "gift"),
]


@pytest.mark.parametrize(("changes", "code"), FLAGS)
def test_flags(changes, code):
    data = parse_order(plain_order(**{"progress": changes.pop("orderProgress", 300), **changes}))
    assert [flag.code for flag in data.flags] == [code]


def test_revoked_cancel_is_no_cancel():
    rows = [{"changeType": 0}, {"changeType": 3}, {"changeType": 8}]
    assert parse_order(plain_order(ChangeReasonModelList=rows)).flags == ()


def test_changes_may_be_listed_newest_first():
    asked = {"changeId": 9, "changeType": 0, "changeApplyDatetime": "2026-07-12T09:00:00+0900",
             "changeReasonDetail": 6}  # fmt: skip
    revoked = {**asked, "changeId": 10, "changeType": 3}
    again = {**asked, "changeId": 11, "changeType": 1, "changeReasonDetail": 4,
             "changeApplyDatetime": "2026-07-12T10:00:00+0900"}  # fmt: skip
    assert parse_order(plain_order(ChangeReasonModelList=[revoked, asked])).flags == ()
    data = parse_order(plain_order(ChangeReasonModelList=[again, revoked, asked]))
    assert [flag.code for flag in data.flags] == ["cancel_requested"]
    model = plain_order(progress=900, ChangeReasonModelList=[again, revoked, asked])
    assert parse_order(model).cancel_reason == "お客様都合：未入金"


def test_sku_keys():
    multi = item(11, 500, manageNumber="Mihon-Multi", SkuModelList=sku("mm-a", "CODE-A", "色:赤"),
                 selectedChoice="名入れ:あり\n同意しました")  # fmt: skip
    own_variant = item(12, 500, SkuModelList=sku("OWN-12", None, "色:青"))
    single = item(13, 500)
    old = item(14, 500, SkuModelList=[], itemNumber="MH-14redL", selectedChoice="色:赤")
    data = parse_order(
        order(package(501, [multi, own_variant, single, old]), goods=2000, request=2000,
              taxes=[tax(0.1, 2000, 182)])
    )  # fmt: skip
    assert [(line.sku_ref, line.item_ref, line.sku_code) for line in data.lines] == [
        ("mihon-multi/mm-a", "mihon-multi", "CODE-A"),
        ("mihon-12/OWN-12", "mihon-12", "OWN-12"),
        ("mihon-13/normal-inventory", "mihon-13", "MH-13"),
        (None, "mihon-14", "MH-14redL"),
    ]
    assert data.lines[0].options == "色:赤\n名入れ:あり\n同意しました"


def test_identity_state_and_shipments():
    rows = [{"shippingDetailId": 9001, "shippingNumber": "000000000001", "deliveryCompany": "1003",
             "deliveryCompanyName": "日本郵便", "shippingDate": "2026-07-13"},
            {"shippingDetailId": 9002, "shippingNumber": None, "deliveryCompany": None,
             "shippingDate": None}]  # fmt: skip
    model = plain_order(progress=500, memo="店舗メモ", subStatusName="出荷済")
    model["PackageModelList"][0]["ShippingModelList"] = rows
    data = parse_order(model)
    assert (data.ref, data.number, data.currency) == (NUMBER, NUMBER, "JPY")
    assert data.ordered_at == datetime(2026, 7, 11, 8, 9, 10, tzinfo=JST)
    assert (data.mall_status, data.mall_status_label, data.mall_sub_status) == (
        "500", "発送済", "出荷済",
    )  # fmt: skip
    assert data.shop_memo == "店舗メモ"
    first, second = data.shipments
    assert (first.ref, first.destination_ref, first.carrier_code) == ("9001", "501", "1003")
    assert first.shipped_on == date(2026, 7, 13)
    assert second.tracking_number is None
    assert (data.delivery_code, data.delivery_label) == ("宅配便", "宅配便")


def test_what_was_promised_about_the_speed():
    def label(deliver="宅配便", grade=None, **flags):
        delivery = {"deliveryName": deliver, "deliveryClass": grade}
        return parse_order(plain_order(DeliveryModel=delivery, **flags)).delivery_label

    assert label(asurakuFlag=1) == "宅配便（あす楽）"
    assert label("クール便", 3, oneDayOperationFlag=1, deliveryCertPrgFlag="1") == (
        "クール便（冷凍・当日出荷・最強配送）"
    )
    assert label(grade=2) == "宅配便（冷蔵）"


@pytest.mark.parametrize("number", ["888001-20260711-00000001", "888001-20260711-0000000001", "X9"])
def test_number_is_opaque(number):
    assert parse_order(plain_order(number)).ref == number


def test_unknown_fields_are_ignored():
    model = plain_order(versionElevenField={"a": 1})
    model["PackageModelList"][0]["newThing"] = []
    assert parse_order(model) == parse_order(plain_order())


@pytest.mark.parametrize(
    "model",
    [
        {}, None, [], {"orderNumber": "1"}, plain_order(orderDatetime="gestern"),
        plain_order(requestPrice="viel"), plain_order(PackageModelList=["x"]),
        plain_order(OrdererModel="秘密の名前"), plain_order(progress="秘密の名前"),
    ],
)  # fmt: skip
def test_unreadable_documents(model):
    with pytest.raises(DataError) as caught:
        parse_order(model)
    assert caught.value.reason == "malformed"
    assert "秘密" not in str(caught.value)
