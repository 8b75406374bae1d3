"""The amount engine: a table of situations with figures computed by hand (reference 2.5, 2.6)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.malls.common.clock import JST, SimClock
from tests.malls.rakuten import SCENARIOS, RakutenMall, Shop
from tests.malls.rakuten.amounts import split, tax_in, with_tax

START = datetime(2026, 6, 4, 10, 15, 30, tzinfo=JST)


def new_mall(**shop):
    mall = RakutenMall(SimClock(START, frozen=True), Shop(**shop))
    mall.add_items()
    return mall


# Prices of the built-in items: AR-KZ01 1,650 (10 %), ARYN02B 3,850 (10 %), MM06 3,240 (8 %),
# TENUGUI 1,234 without 10 %, SENCHA 987 without 8 %, gift card 5,000 (0 %).
# Postage is 660 below 3,980.
# situation: (buyer pays, shop earns, {rate: (base, tax)})
TABLE = {
    "plain": (2310, 2310, {"10": (2310, 210)}),  # 1650 + 660
    "cod": (2640, 2640, {"10": (2640, 240)}),  # 1650 + 660 + 330
    "points": (1810, 2310, {"10": (2310, 210)}),  # 500 points are no part of the tax base
    "points_only": (0, 2310, {"10": (2310, 210)}),
    "shop_coupon": (4010, 4010, {"10": (4010, 365)}),  # 3850+660-500; 4010/11 = 364.5
    "mall_coupon": (4210, 4510, {"10": (4210, 383)}),  # Rakuten pays 300; 4210/11 = 382.7
    "maker_coupon": (4310, 4510, {"10": (4310, 392)}),
    "item_coupon": (3795, 3795, {"10": (3795, 345)}),  # the reference's sample order
    # 6480 + 1650; 2 x 300 bound to 8 %; 400 by 5880 : 1650 = 312 : 88
    "item_coupon_units": (7130, 7730, {"8": (5568, 412), "10": (1562, 142)}),
    "mixed_tax": (8130, 8130, {"8": (6480, 480), "10": (1650, 150)}),
    # 1000 by 6480 : 1650 = 797 : 203; then 800 points
    "mixed_coupon": (6330, 7130, {"8": (5683, 421), "10": (1447, 132)}),
    "tax_free": (5000, 5000, {"0": (5000, 0)}),
    # floor(1357.4) x 3 = 4071; floor(1065.96) x 2 = 2130
    "tax_excluded": (6201, 6201, {"10": (4071, 370), "8": (2130, 158)}),
    "postage_included": (1650, 1650, {"10": (1650, 150)}),
    "deferred": (2560, 2560, {"10": (2310, 210)}),  # the fee of 250 is outside of the tax rows
    "payment_charge": (2530, 2530, {"10": (2530, 230)}),
    "wrapping": (2860, 2860, {"10": (2860, 260)}),  # 1650 + 660 + 220 + 330
    # 3240 at 8 %; wrapping 150 + 10 % = 165 and postage 660 at 10 %
    "wrapping_untaxed": (4065, 4065, {"8": (3240, 240), "10": (825, 75)}),
    "noshi": (3900, 3900, {"8": (3240, 240), "10": (660, 60)}),
    "full_coupon": (0, 1650, {"10": (0, 0)}),
    # section 8.3, to the yen
    "several_destinations": (13420, 14720, {"10": (5297, 482), "8": (9123, 676)}),
    "deleted_rows": (2310, 2310, {"10": (2310, 210)}),
    "multi_sku": (9720, 9720, {"8": (9720, 720)}),
    "undecided": (None, None, {"10": (None, None)}),
}


@pytest.mark.parametrize("name", TABLE)
def test_table(name):
    mall = new_mall()
    order = mall.order(mall.place(name))
    tax = {rate: (row["base_incl"], row["tax"]) for rate, row in order["tax"].items()}
    assert (order["buyer_total"], order["shop_earns"], tax) == TABLE[name]


@pytest.mark.parametrize(
    ("rounding", "prices", "total"),
    [
        ("floor", (1357, 1065), 6201),
        ("ceil", (1358, 1066), 6206),
        ("round", (1357, 1066), 6203),
    ],
)
def test_three_roundings_of_excluded_prices(rounding, prices, total):
    mall = new_mall(price_rounding=rounding)
    order = mall.order(mall.place("tax_excluded"))
    assert tuple(line["price_incl"] for line in order["lines"]) == prices
    assert order["buyer_total"] == total


def test_excluded_price_per_line_switch():
    mall = new_mall()
    mall.shop.switches.excluded_tax_sum = "line"
    order = mall.order(mall.place("tax_excluded"))
    # floor(3702 * 1.1 = 4072.2), floor(1974 * 1.08 = 2131.92)
    assert [line["amount"] for line in order["lines"]] == [4072, 2131]


@pytest.mark.parametrize(
    ("where", "sums"), [("first", [1980, 3240]), ("each", [1980, 3570]), ("none", [1650, 3240])]
)
def test_wrapping_in_package_sums(where, sums):
    mall = new_mall()
    mall.shop.switches.wrapping_in_package = where
    ref = mall.buy(
        packages=[{"lines": [{"sku": "AR-KZ01"}]}, {"lines": [{"sku": "MM06-HOUJI"}]}],
        wrapping={"ribbon": {"price": 330}},
    )
    model = mall.store.orders[ref].model
    assert [p["goodsPrice"] for p in model["PackageModelList"]] == sums
    assert model["goodsPrice"] == 1650 + 3240 + 330


def test_cod_switches():
    mall = new_mall()
    mall.shop.switches.cod_in_request = False
    mall.shop.switches.cod_in_tax_summary = False
    order = mall.order(mall.place("cod"))
    assert (order["buyer_total"], order["tax"]["10"]["base_incl"], order["cod_fee"]) == (
        2310,
        2310,
        330,
    )


def test_undecided_amounts_then_decided():
    mall = new_mall()
    ref = mall.place("undecided")
    model = mall.store.orders[ref].model
    for name in ("postagePrice", "paymentCharge", "totalPrice", "requestPrice"):
        assert model[name] == -9999
    assert model["goodsPrice"] == 1650 and model["PackageModelList"][0]["totalPrice"] == -9999
    mall.event(ref, "decide_amounts", postage=1500)
    assert mall.order(ref)["buyer_total"] == 3150


@pytest.mark.parametrize("name", SCENARIOS)
def test_sums_fit_in_every_situation(name):
    mall = new_mall()
    model = mall.store.orders[mall.place(name)].model
    check_sums(model)


def test_sums_fit_in_random_orders():
    mall = new_mall()
    for ref in mall.generate(400, seed=11, since="2026-04-01", mix="all"):
        check_sums(mall.store.orders[ref].model)


def check_sums(model):
    """Section 2.6."""
    if model["requestPrice"] == -9999:
        return
    assert model["requestPrice"] == (
        model["totalPrice"]
        + model["deliveryPrice"]
        + model["paymentCharge"]
        + model["additionalFeeOccurAmountToUser"]
        - model["couponAllTotalPrice"]
        - model["PointModel"]["usedPoint"]
    )
    assert model["requestPrice"] >= 0
    assert model["totalPrice"] == model["goodsPrice"] + model["postagePrice"]
    bases = sum(row["reqPrice"] for row in model["TaxSummaryModelList"])
    fee = model["additionalFeeOccurAmountToUser"]
    assert bases == model["requestPrice"] + model["PointModel"]["usedPoint"] - fee
    assert model["couponAllTotalPrice"] == model["couponShopPrice"] + model["couponOtherPrice"]
    assert all(row["reqPrice"] >= 0 for row in model["TaxSummaryModelList"])


def test_rounding_helpers():
    assert tax_in(8235, 0.1) == 749, "the official sample of 2.5 is not floored"
    assert with_tax(101, 0.08, "round") == 109
    assert split(800, {0.1: 3300, 0.08: 9720}) == {0.1: 203, 0.08: 597}
    assert split(10, {0.1: 0}) == {0.1: 0}
