"""Orders nobody has written down are booked at the mall's own figures, without a difference line.

More of them: ``EC_RANDOM_ORDERS=20000 python3 -m tools wire tests/wire/test_random_orders.py``.
"""

from __future__ import annotations

import os
from decimal import Decimal

import pytest
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order as read_rakuten
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order as read_shopify
from ec_addons.ec_unified.lib.order_math import book_order

from tests.random_orders import rakuten, shopify
from tests.random_orders.figures import percent
from tests.wire.fixtures import shopify_orders as made

COUNT = int(os.environ.get("EC_RANDOM_ORDERS", "600"))


def booked(booking):
    """{rate: (amount incl. tax, tax)}; lines without a figure of the mall are untaxed."""
    sums = {}
    for line in booking.lines:
        if line.rate is None:
            continue
        total, tax = sums.get(percent(line.rate), (0, 0))
        assert line.tax is not None or not line.rate, line
        sums[percent(line.rate)] = (total + line.amount, tax + (line.tax or 0))
    return {rate: pair for rate, pair in sums.items() if any(pair)}


def check(data, expected):
    """Every sum of the mall, in the contract and in the books."""
    booking = book_order(data)
    wanted = {rate: pair for rate, pair in expected.taxes.items() if any(pair)}
    assert booking.differences == ()
    assert booking.total == data.total == expected.earns
    assert (data.buyer_total, data.points) == (expected.buyer_pays, expected.points)
    assert data.mall_coupon == expected.mall_coupon
    assert booked(booking) == wanted
    refs = [line.ref for line in booking.lines]
    assert len(set(refs)) == len(refs)
    return booking


def pieces(booking):
    found = {}
    for line in booking.lines:
        code = line.source.sku_code if line.kind == "product" else None
        if code and code.startswith("RND"):
            found[code] = found.get(code, Decimal(0)) + line.quantity
    return found


@pytest.mark.parametrize("seed", range(4))
def test_orders_of_rakuten(seed):
    maker = rakuten.RakutenOrders(seed)
    for number in range(COUNT // 4):
        model = maker.order()
        try:
            booking = check(read_rakuten(model), rakuten.expected(model))
            assert pieces(booking) == rakuten.pieces_of(model)
            early = read_rakuten(rakuten.undecided(model))
            assert early.undecided and not book_order(early).differences
            assert all(line.price_unit >= 0 for line in book_order(early).lines)
            later = maker.changed(model)
            check(read_rakuten(later), rakuten.expected(later))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, order {number}: {error}") from error


@pytest.mark.parametrize("seed", range(4))
def test_orders_of_shopify(seed):
    maker = shopify.ShopifyOrders(seed)
    for number in range(COUNT // 4):
        model = maker.order()
        try:
            booking = check(read_shopify(shopify.document(model)), shopify.expected(model))
            assert pieces(booking) == shopify.pieces_of(model)
            later = maker.changed(model)
            check(read_shopify(shopify.document(later)), shopify.expected(later))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, order {number}: {error}") from error


# --- what the random orders found, one by one ---------------------------------------------------


def test_a_price_without_tax_and_a_discount_over_many_pieces():
    """200 x 50 = 10,000 - 137 = 9,863, + 8 % = 789.04: 10,652 less a yen is no price per piece."""
    discounts = [made.off(137)]
    line = made.line(50, 200, 0.08, 789, discounts=discounts)
    model = made.order([line], 10652, {0.08: 789}, taxesIncluded=False)
    assert book_order(read_shopify(model)).total == 10652
    line["taxLines"][0]["priceSet"] = made.money(788)  # as a mall that rounds down has it
    model = made.order([line], 10651, {0.08: 788}, taxesIncluded=False)
    booking = book_order(read_shopify(model))
    assert (booking.total, booking.differences) == (10651, ())
    assert booked(booking) == {"8": (10651, 788)}


@pytest.mark.parametrize("kept_tax", [105, 106])
def test_tax_of_units_taken_off_is_rounded_as_the_mall_did(kept_tax):
    """Two of three left, prices without tax: two thirds of 158 are 105.33."""
    line = made.line(660, 3, 0.08, 158, current=2)
    model = made.order(
        [line], 2138, {0.08: 158}, taxesIncluded=False, edited=True,
        currentTotalPriceSet=made.money(1320 + kept_tax),
        currentTaxLines=[made.tax(0.08, kept_tax)],
    )  # fmt: skip
    booking = book_order(read_shopify(model))
    assert (booking.total, booking.differences) == (1320 + kept_tax, ())
    assert booked(booking) == {"8": (1320 + kept_tax, kept_tax)}


@pytest.mark.parametrize("kept_discount", [66, 67])
def test_discount_of_units_taken_off_is_rounded_as_the_mall_did(kept_discount):
    """Two of three left: two thirds of 100 are 66.67."""
    line = made.line(330, 3, 0.1, 81, current=2, discounts=[made.off(100)])
    now = 660 - kept_discount
    model = made.order(
        [line], 890, {0.1: 81}, edited=True, currentTotalPriceSet=made.money(now),
        currentTaxLines=[made.tax(0.1, 54)],
    )  # fmt: skip
    booking = book_order(read_shopify(model))
    assert (booking.total, booking.differences) == (now, ())
    assert booked(booking) == {"10": (now, 54)}


def test_a_shop_whose_currency_has_cents():
    """3 x 10.99 = 32.97 - 3.30 = 29.67 without tax; 10.00 at 10 % on top = 11.00."""

    def dollars(text):
        return made.money(text, "USD", (text, "USD"))

    untaxed = made.line(0, 3, None)
    untaxed |= {"originalUnitPriceSet": dollars("10.99"), "discountAllocations": [made.off(0)]}
    untaxed["discountAllocations"][0]["allocatedAmountSet"] = dollars("3.30")
    taxed = made.line(0, 1, 0.1)
    taxed |= {"originalUnitPriceSet": dollars("10.00")}
    taxed["taxLines"][0]["priceSet"] = dollars("1.00")
    sums = {"totalPriceSet": dollars("40.67"), "currentTotalPriceSet": dollars("40.67")}
    model = made.order([untaxed, taxed], 0, {}, taxesIncluded=False, currencyCode="USD", **sums)
    model |= {"taxLines": taxed["taxLines"], "transactions": []}
    booking = book_order(read_shopify(model))
    assert (booking.total, booking.differences) == (Decimal("40.67"), ())
    assert booked(booking)["10"] == (Decimal("11.00"), Decimal("1.00"))


def test_the_sum_of_a_row_of_many_pieces_without_tax():
    """999 x 33 = 32,967 + 10 % = 36,263.7, rounded down; one piece is 36.3: 36 or 37."""
    model = one_row(price=33, units=999, pieces_price=36, row=36263)
    booking = check(read_rakuten(model), rakuten.expected(model))
    assert [line.amount for line in booking.lines] == [36263]


def test_a_wrapping_whose_tax_is_taken_out_of_its_rounded_price():
    """19 without tax is 20; the tax in 20 is 1.8, told as 2: the wrapping costs 20, not 21."""
    model = one_row(price=100, units=1, pieces_price=110, row=110)
    model["WrappingModel1"] = {
        "title": 1, "name": "紙", "price": 19, "includeTaxFlag": 0, "taxRate": 0.1,
        "deleteWrappingFlag": 0, "taxPrice": 2,
    }  # fmt: skip
    model |= {"goodsPrice": 130, "totalPrice": 130, "requestPrice": 130}
    model["TaxSummaryModelList"] = [summary(130, 12)]
    booking = check(read_rakuten(model), rakuten.expected(model))
    assert sorted(line.amount for line in booking.lines) == [20, 110]


def summary(total, tax):
    return {"taxRate": 0.1, "reqPrice": total, "reqPriceTax": tax, "totalPrice": total,
            "paymentCharge": 0, "couponPrice": 0, "point": 0}  # fmt: skip


def one_row(*, price, units, pieces_price, row):
    """An order of one row at 10 % whose price has no tax in it."""
    model = rakuten.RakutenOrders(1).order()
    item = {**model["PackageModelList"][0]["ItemModelList"][0], "price": price, "units": units,
            "includeTaxFlag": 0, "taxRate": 0.1, "priceTaxIncl": pieces_price,
            "deleteItemFlag": 0}  # fmt: skip
    package = {**model["PackageModelList"][0], "ItemModelList": [item], "postagePrice": 0,
               "deliveryPrice": 0, "goodsPrice": row, "totalPrice": row}  # fmt: skip
    nothing = dict.fromkeys(
        ("postagePrice", "deliveryPrice", "paymentCharge", "additionalFeeOccurAmountToUser",
         "couponShopPrice", "couponOtherPrice", "couponAllTotalPrice"), 0,
    )  # fmt: skip
    return {
        **model, **nothing, "PackageModelList": [package], "CouponModelList": None,
        "WrappingModel1": None, "WrappingModel2": None, "PointModel": {"usedPoint": 0},
        "goodsPrice": row, "totalPrice": row, "requestPrice": row,
        "TaxSummaryModelList": [summary(row, round(row / 11))],
    }  # fmt: skip
