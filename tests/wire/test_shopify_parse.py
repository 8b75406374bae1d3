"""Order document → OrderData: every figure below was worked out by hand from the order's rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order
from ec_addons.ec_unified.lib.errors import DataError
from ec_addons.ec_unified.lib.order_math import book_order

from tests.wire.fixtures.shopify_orders import (
    custom_line,
    line,
    money,
    off,
    order,
    paid,
    parcel,
    shipping,
    tax,
)

R10, R8 = D("0.1"), D("0.08")


def read(document):
    """Parse, and require that the books meet every figure without a difference line."""
    data = parse_order(document)
    booking = book_order(data)
    assert booking.differences == ()
    assert booking.total == data.total == data.buyer_total + data.points
    return data


def taxes(data):
    return {row.rate: (row.total, row.tax) for row in data.tax_summary}


def amounts(data, kind="product"):
    return [row.amount for row in data.lines if row.kind == kind]


def flags(data):
    return {flag.code for flag in data.flags}


# --- the ordinary order ----------------------------------------------------------------------


def test_mixed_rates_order_discount_and_postage():
    # 2 × 1,200 at 8 % − 240 = 2,160, tax 160; 2,200 at 10 % − 220 = 1,980, tax 180;
    # postage 660, tax 60
    data = read(
        order(
            [
                line(1200, 2, 0.08, 160, discounts=[off(240)]),
                line(2200, 1, 0.1, 180, discounts=[off(220)]),
            ],
            4800,
            {0.08: 160, 0.1: 240},
            shipping=[shipping(660, 60)],
        )
    )
    assert data.ref == "gid://shopify/Order/7700000001001"
    assert data.number == "#1001"
    assert data.ordered_at == datetime(2026, 11, 20, 1, 15, 1, tzinfo=UTC)
    assert data.total == data.buyer_total == 4800
    assert taxes(data) == {R8: (2160, 160), R10: (2640, 240)}
    first, second = (row for row in data.lines if row.kind == "product")
    assert (first.quantity, first.price_unit, first.amount) == (2, 1080, 2160)
    assert (first.tax_amount, first.tax_rate) == (160, R8)
    assert (second.price_unit, second.tax_rate) == (1980, R10)
    assert first.sku_ref.startswith("gid://shopify/ProductVariant/")
    assert first.item_ref == "gid://shopify/Product/400"
    assert first.barcode == "4900000000017"
    assert amounts(data, "shipping") == [660]
    assert data.shop_coupon == 460
    assert (data.payment_code, data.payment_state) == ("shopify_payments", "paid")
    assert data.paid_at == datetime(2026, 11, 20, 1, 15, 2, tzinfo=UTC)
    assert (data.delivery_code, data.delivery_label) == ("ヤマト宅急便", "ヤマト宅急便")
    assert (data.mall_status, data.mall_status_label) == ("PAID", "支払い済み・未発送")
    assert data.mall_status_label == "支払い済み・未発送"
    assert data.may_ship and not data.needs_confirm and not data.flags


def test_discount_that_does_not_divide_stands_beside_its_line():
    # 3 × 333 = 999 − 100 = 899 at 10 %: 899 / 3 is no whole yen. Tax 899 × 10/110 = 81.7 → 82
    data = read(order([line(333, 3, 0.1, 82, discounts=[off(100)])], 899, {0.1: 82}))
    goods, discount = data.lines
    assert (goods.quantity, goods.price_unit, goods.amount) == (3, 333, 999)
    assert (discount.kind, discount.amount, discount.tax_rate) == ("shop_discount", -100, R10)
    assert discount.name == "AKI10"
    assert taxes(data) == {R10: (899, 82)}
    assert data.shop_coupon == 100


def test_line_and_order_discounts_together():
    # 5,000 − 500 (line) − 450 (order) = 4,050, tax 4,050 × 10/110 = 368.2 → 368
    data = read(
        order([line(5000, 1, 0.1, 368, discounts=[off(500, 0), off(450, 1)])], 4050, {0.1: 368})
    )
    assert amounts(data) == [4050]
    assert data.shop_coupon == 950


def test_discounted_postage():
    # postage 660 − 330 = 330, tax 30; goods 1,100, tax 100
    data = read(
        order(
            [line(1100, 1, 0.1, 100)],
            1430,
            {0.1: 130},
            shipping=[shipping(660, 30, discounts=[off(330, 0, "SHIPPING_LINE")])],
        )
    )
    assert amounts(data, "shipping") == [330]
    assert taxes(data) == {R10: (1430, 130)}


def test_free_postage_is_no_line_but_names_the_method():
    free = shipping(0, 0, "送料無料")
    free["taxLines"] = []
    data = read(order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}, shipping=[free]))
    assert amounts(data, "shipping") == []
    assert data.delivery_label == "送料無料"


def test_sums_per_line_may_differ_from_one_rounding_per_rate():
    # three lines of 105 at 8 %: 105 × 8/108 = 7.78 → 8 each = 24, though 315 × 8/108 = 23.3
    data = read(order([line(105, 1, 0.08, 8) for _ in range(3)], 315, {0.08: 24}))
    assert taxes(data) == {R8: (315, 24)}


def test_order_tax_by_rate_wins_over_the_sum_of_the_lines():
    # the lines say 8 + 8, the order's own figure is 15: the mall's figure is the truth
    data = read(order([line(105, 1, 0.08, 8), line(105, 1, 0.08, 8)], 210, {0.08: 15}))
    assert taxes(data) == {R8: (210, 15)}


def test_prices_without_tax_get_it_on_top():
    # net 1,000 × 3 + 300 tax; postage 600 + 60: total 3,960
    data = read(
        order(
            [line(1000, 3, 0.1, 300)],
            3960,
            {0.1: 360},
            shipping=[shipping(600, 60)],
            taxesIncluded=False,
        )
    )
    assert amounts(data) == [3300] and amounts(data, "shipping") == [660]
    assert taxes(data) == {R10: (3960, 360)}


def test_untaxed_line():
    data = read(order([line(3000, 1, None)], 3000, {}))
    assert data.lines[0].tax_rate == 0
    assert data.tax_summary == ()


# --- lines that are no goods ---------------------------------------------------------------


def test_tip_duties_and_fees():
    # goods 1,100 (tax 100) + tip 200 + duties 50 + additional fee 110 (tax 10) = 1,460
    fee = {"id": "gid://shopify/AdditionalFee/1", "name": "輸入手数料", "price": money(110),
           "taxLines": [tax(0.1, 10)]}  # fmt: skip
    data = read(
        order(
            [line(1100, 1, 0.1, 100)],
            1460,
            {0.1: 110},
            totalTipReceivedSet=money(200),
            originalTotalDutiesSet=money(50),
            additionalFees=[fee],
        )
    )
    assert amounts(data, "tip") == [200]
    assert amounts(data, "other_fee") == [50, 110]
    assert taxes(data) == {R10: (1210, 110)}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("代引手数料", "cod_fee"),
        ("代引き手数料（税込）", "cod_fee"),
        ("送料・代引手数料込", "other_fee"),  # several things in one: no more than a fee
        ("ラッピング", "wrapping"),
        ("組立サービス", "other_fee"),
    ],
)
def test_custom_lines(title, kind):
    rows = [line(1100, 1, 0.1, 100), custom_line(title, 330, 0.1, 30)]
    data = read(order(rows, 1430, {0.1: 130}))
    assert amounts(data, kind) == [330]


def test_custom_line_that_ships_is_goods_without_a_sku():
    row = custom_line("特注品", 5500, 0.1, 500, requiresShipping=True)
    data = read(order([row], 5500, {0.1: 500}))
    assert data.lines[0].kind == "product"
    assert data.lines[0].sku_ref is None and data.lines[0].sku_code is None


def test_deleted_product_keeps_its_sku():
    gone = line(1100, 1, 0.1, 100, variant=None, product=None, sku=" OLD-1 ")
    data = read(order([gone], 1100, {0.1: 100}))
    assert (data.lines[0].kind, data.lines[0].sku_code, data.lines[0].sku_ref) == (
        "product", "OLD-1", None)  # fmt: skip


def test_cod_fee_as_postage_line():
    data = read(
        order(
            [line(1100, 1, 0.1, 100)],
            2090,
            {0.1: 190},
            shipping=[shipping(660, 60), shipping(330, 30, "代金引換手数料")],
        )
    )
    assert amounts(data, "shipping") == [660] and amounts(data, "cod_fee") == [330]


def test_bundle_components_and_options():
    group = {"id": "gid://shopify/LineItemGroup/1", "title": "お茶セット", "quantity": 1}
    chosen = [{"key": "刻印", "value": "祝"}, {"key": "_uid", "value": "x"}]
    part = line(1000, 2, 0.1, 182, lineItemGroup=group, customAttributes=chosen)
    data = read(order([part], 2000, {0.1: 182}))
    assert data.lines[0].options == "お茶セット × 1\n刻印: 祝"


# --- payment -------------------------------------------------------------------------------


def test_gift_card_lowers_what_the_buyer_pays():
    # 3,300 in all, 1,000 by gift card, 2,300 on delivery: the driver collects 2,300
    data = read(
        order(
            [line(3300, 1, 0.1, 300)],
            3300,
            {0.1: 300},
            transactions=[
                paid("gift_card", 1000, label="Gift Card"),
                paid("代金引換", 2300, "PENDING", manualPaymentGateway=True),
            ],
            displayFinancialStatus="PARTIALLY_PAID",
        )
    )
    assert (data.total, data.points, data.buyer_total) == (3300, 1000, 2300)
    assert (data.payment_code, data.payment_label) == ("代金引換", "代金引換 + Gift Card")


def test_gift_card_alone():
    data = read(
        order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}, transactions=[paid("gift_card", 1100)])
    )
    assert (data.points, data.buyer_total, data.payment_code) == (1100, 0, "gift_card")
    assert data.payment_state == "paid"


@pytest.mark.parametrize(
    ("status", "gateway", "state"),
    [
        ("PAID", "shopify_payments", "paid"),
        ("AUTHORIZED", "shopify_payments", "authorized"),
        ("PENDING", "銀行振込", "unpaid"),
        ("PENDING", "KOMOJU - コンビニ", "unpaid"),
        ("EXPIRED", "KOMOJU - コンビニ", "unpaid"),
        ("PENDING", "代金引換", "cod"),
        ("PENDING", "Cash on Delivery (COD)", "cod"),
        ("PARTIALLY_PAID", "shopify_payments", "partial"),
        ("PARTIALLY_REFUNDED", "shopify_payments", "paid"),
        ("REFUNDED", "shopify_payments", "refunded"),
        ("VOIDED", "shopify_payments", "failed"),
        ("SOMETHING_NEW", "shopify_payments", "unpaid"),
    ],
)
def test_payment_states(status, gateway, state):
    data = read(
        order(
            [line(1100, 1, 0.1, 100)],
            1100,
            {0.1: 100},
            displayFinancialStatus=status,
            transactions=[paid(gateway, 1100, "PENDING" if status in ("PENDING",) else "SUCCESS")],
        )
    )
    assert (data.payment_state, data.payment_code) == (state, gateway)
    assert data.mall_status == status and data.mall_status_label


def test_marking_as_paid_does_not_change_the_method():
    data = read(
        order(
            [line(1100, 1, 0.1, 100)],
            1100,
            {0.1: 100},
            transactions=[paid("銀行振込", 1100, "PENDING"), paid("manual", 1100)],
        )
    )
    assert (data.payment_code, data.payment_state) == ("銀行振込", "paid")


def test_failed_attempts_do_not_count():
    data = read(
        order(
            [line(1100, 1, 0.1, 100)],
            1100,
            {0.1: 100},
            transactions=[paid("paypay", 1100, "FAILURE"), paid("shopify_payments", 1100)],
        )
    )
    assert data.payment_code == "shopify_payments"


def test_nothing_to_pay_has_no_method():
    data = read(order([line(1100, 1, 0.1, 0, discounts=[off(1100)])], 0, {0.1: 0}, transactions=[]))
    assert (data.total, data.payment_code, data.payment_state) == (0, None, "paid")


def test_status_withheld():
    data = read(order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}, displayFinancialStatus=None))
    assert data.payment_state == "paid"


# --- changes at the mall -------------------------------------------------------------------


def test_units_taken_off_by_an_edit_are_not_shipped():
    # 3 × 1,000 − 300, one taken off: 2 × 1,000 − 200 = 1,800; tax of it 164; as sold 2,700, tax 245
    row = line(1000, 3, 0.1, 245, current=2, discounts=[off(300)])
    document = order([row], 2700, {0.1: 245}, edited=True, currentTotalPriceSet=money(1800))
    document["currentTaxLines"] = [tax(0.1, 164)]
    data = read(document)
    assert (data.lines[0].quantity, data.lines[0].amount) == (2, 1800)
    assert taxes(data) == {R10: (1800, 164)}
    assert flags(data) == {"edited_upstream"}


def test_line_taken_off_completely_before_shipping():
    rows = [line(1100, 1, 0.1, 100), line(2200, 1, 0.1, 200, current=0)]
    document = order(
        rows,
        3300,
        {0.1: 300},
        currentTotalPriceSet=money(1100),
        totalRefundedSet=money(2200),
        displayFinancialStatus="PARTIALLY_REFUNDED",
    )
    document["currentTaxLines"] = [tax(0.1, 100)]
    data = read(document)
    assert amounts(data) == [1100] and data.total == 1100
    assert flags(data) == {"refund_upstream"} and data.payment_state == "paid"


def test_units_returned_after_shipping_stay_sold():
    row = line(1100, 2, 0.1, 200, current=1)
    document = order(
        [row],
        2200,
        {0.1: 200},
        currentTotalPriceSet=money(1100),
        totalRefundedSet=money(1100),
        displayFulfillmentStatus="FULFILLED",
        returnStatus="RETURNED",
        fulfillments=[parcel("123456789012", [(row["id"], 2)])],
    )
    data = read(document)
    assert (data.lines[0].quantity, data.total) == (2, 2200)
    assert flags(data) == {"refund_upstream"}
    assert data.shipments[0].tracking_number == "123456789012"
    assert data.shipments[0].shipped_on == date(2026, 11, 22)  # 15:30 UTC is the next day in Japan


def test_removed_unit_stays_removed_after_the_rest_shipped():
    row = line(1100, 2, 0.1, 200, current=1)
    document = order(
        [row],
        2200,
        {0.1: 200},
        currentTotalPriceSet=money(1100),
        edited=True,
        displayFulfillmentStatus="FULFILLED",
        fulfillments=[parcel("1", [(row["id"], 1)])],
    )
    document["currentTaxLines"] = [tax(0.1, 100)]
    data = read(document)
    assert (data.lines[0].quantity, data.total) == (1, 1100)


def test_goodwill_refund_does_not_change_the_sale():
    data = read(order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}, totalRefundedSet=money(300),
                      displayFinancialStatus="PARTIALLY_REFUNDED"))  # fmt: skip
    assert data.total == 1100 and flags(data) == {"refund_upstream"}


def test_cancelled_order_keeps_what_was_sold():
    document = order(
        [line(1100, 1, 0.1, 100, current=0)],
        1100,
        {0.1: 100},
        cancelledAt="2026-11-21T00:00:00Z",
        cancelReason="CUSTOMER",
        currentTotalPriceSet=money(0),
        totalRefundedSet=money(1100),
        displayFinancialStatus="REFUNDED",
    )
    document["currentTaxLines"] = []
    data = read(document)
    assert data.cancelled and data.cancel_reason == "CUSTOMER"
    assert (data.total, data.lines[0].quantity) == (1100, 1)
    assert data.mall_status_label == "キャンセル済み" and not data.flags


def test_everything_taken_off_but_not_cancelled_must_not_ship():
    data = read(order([line(1100, 1, 0.1, 100, current=0)], 1100, {0.1: 100},
                      currentTotalPriceSet=money(0), totalRefundedSet=money(1100),
                      displayFinancialStatus="REFUNDED"))  # fmt: skip
    assert not data.may_ship and flags(data) == {"refund_upstream"}


@pytest.mark.parametrize(
    ("changes", "flag", "may_ship"),
    [
        ({"displayFulfillmentStatus": "ON_HOLD"}, "mall_checking", False),
        ({"displayFulfillmentStatus": "SCHEDULED"}, "preorder", False),
        ({"displayFulfillmentStatus": "REQUEST_DECLINED"}, "mall_caution", True),
        ({"test": True}, "test_order", True),
        ({"presentmentCurrencyCode": "USD"}, "foreign_currency", True),
        ({"sourceName": "subscription_contract"}, "subscription", True),
        ({"sourceName": "pos", "retailLocation": {"id": "gid://shopify/Location/1"}},
         "store_pickup", True),
        ({"shippingLines": {"nodes": [shipping(0, 0, "店舗受取")]}}, "store_pickup", True),
        ({"shippingAddress": None}, "address_missing", True),
    ],
)  # fmt: skip
def test_flags(changes, flag, may_ship):
    data = read(order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}, **changes))
    assert flag in flags(data) and data.may_ship is may_ship


def test_presentment_currency_never_enters_the_books():
    goods = line(1500, 1, 0.1, 136)
    goods["originalUnitPriceSet"] = money(1500, presentment=("10.05", "USD"))
    document = order([goods], 1500, {0.1: 136}, presentmentCurrencyCode="USD")
    document["totalPriceSet"] = money(1500, presentment=("10.05", "USD"))
    data = read(document)
    assert (data.total, data.currency) == (1500, "JPY")


# --- documents that cannot be read ---------------------------------------------------------


@pytest.mark.parametrize("missing", ["lineItems", "totalPriceSet", "name", "currencyCode"])
def test_unreadable_documents_are_data_errors(missing):
    document = order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100})
    del document[missing]
    with pytest.raises(DataError) as caught:
        parse_order(document)
    assert caught.value.reason == "malformed"


def test_amount_that_is_none():
    document = order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100})
    document["totalPriceSet"]["shopMoney"]["amount"] = "NaN"
    with pytest.raises(DataError):
        parse_order(document)
