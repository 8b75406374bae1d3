"""Every sum of the mall must come out to the yen, whatever it did with coupons and rounding."""

import random
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from ec_addons.ec_unified.lib import data as d
from ec_addons.ec_unified.lib.order_math import (
    DIFFERENCE,
    MALL_PAID,
    Booking,
    book_order,
    partial_share,
)

R10, R8, R0 = D("0.10"), D("0.08"), D(0)


def line(amount, rate=R10, kind=d.PRODUCT, quantity=1, **kwargs):
    quantity = D(quantity)
    price = kwargs.pop("price", None)
    return d.OrderLine(
        ref=kwargs.pop("ref", f"{kind}-{amount}"),
        kind=kind,
        name=kwargs.pop("name", kind),
        quantity=quantity,
        price_unit=D(price) if price is not None else D(amount) / quantity,
        amount=D(amount),
        tax_rate=rate,
        **kwargs,
    )


def order(lines, buyer_total, summary=(), **kwargs):
    money = {key: D(kwargs.pop(key, 0)) for key in ("points", "mall_coupon", "shop_coupon")}
    return d.OrderData(
        ref="1",
        number="1",
        ordered_at=datetime(2026, 1, 1, tzinfo=UTC),
        lines=tuple(lines),
        buyer_total=D(buyer_total),
        total=D(buyer_total) + money["points"] + money["mall_coupon"],
        tax_summary=tuple(
            d.TaxSummary(rate=rate, total=D(total), tax=D(tax)) for rate, total, tax in summary
        ),
        **money,
        **kwargs,
    )


def per_rate(booking: Booking, attribute="amount"):
    sums = {}
    for booked in booking.lines:
        if booked.rate is not None:
            sums[booked.rate] = sums.get(booked.rate, 0) + getattr(booked, attribute)
    return sums


def check(data, booking):
    assert booking.total == data.buyer_total + data.points + data.mall_coupon
    if data.tax_summary:
        amounts, taxes = per_rate(booking), per_rate(booking, "tax")
        for row in data.tax_summary:
            assert amounts.get(row.rate, 0) == row.total
            assert taxes.get(row.rate, 0) == row.tax


CASES = {
    "mixed rates, tax not floored": order(
        [line(8235), line(999, R8, quantity=3)], 9234, [(R10, 8235, 748), (R8, 999, 73)]
    ),
    "points are no discount": order([line(1100)], 600, [(R10, 1100, 100)], points=500),
    "shop coupon over two rates": order(
        [line(2200), line(1080, R8), line(-300, kind=d.SHOP_DISCOUNT)],
        2980,
        [(R10, 1999, 181), (R8, 981, 72)],
        shop_coupon=300,
    ),
    "mall coupon over two rates": order(
        [line(2200), line(1080, R8), line(-300, kind=d.MALL_DISCOUNT)],
        2980,
        [(R10, 1999, 182), (R8, 981, 73)],
        mall_coupon=300,
    ),
    "mall coupon without a line": order([line(2200)], 1900, [(R10, 1900, 172)], mall_coupon=300),
    "both coupons": order(
        [
            line(2200),
            line(1080, R8),
            line(-301, kind=d.SHOP_DISCOUNT),
            line(-200, kind=d.MALL_DISCOUNT),
        ],
        2579,
        [(R10, 1840, 167), (R8, 939, 69)],
        shop_coupon=301,
        mall_coupon=200,
        points=200,
    ),
    "fees": order(
        [
            line(1080, R8),
            line(550, kind=d.SHIPPING),
            line(330, kind=d.COD_FEE),
            line(100, R0, kind=d.OTHER_FEE),
        ],
        2060,
        [(R10, 880, 80), (R8, 1080, 80)],
    ),
    "fee outside of the tax": order(
        [line(1100), line(200, None, kind=d.OTHER_FEE)], 1300, [(R10, 1100, 100)]
    ),
    "pieces that do not divide": order(
        [line(1000, quantity=3, price="333.33")], 1000, [(R10, 1000, 91)]
    ),
    "all paid by points": order([line(1100)], 0, [(R10, 1100, 100)], points=1100),
    "free piece": order([line(1100), line(0, R8)], 1100, [(R10, 1100, 100)]),
    "no summary": order([line(1100), line(-100, kind=d.SHOP_DISCOUNT)], 1000),
    "no summary, mall coupon": order(
        [line(1100), line(-100, kind=d.MALL_DISCOUNT)], 1000, mall_coupon=100
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sums_without_difference(name):
    booking = book_order(CASES[name])
    check(CASES[name], booking)
    assert not booking.differences
    assert not [row for row in booking.lines if row.kind == DIFFERENCE]


def test_mall_coupon_lowers_the_base_and_is_paid_back_untaxed():
    booking = book_order(CASES["mall coupon over two rates"])
    paid = [row for row in booking.lines if row.kind == MALL_PAID]
    assert [(row.amount, row.rate) for row in paid] == [(D(300), None)]
    lowered = {row.rate: row.amount for row in booking.lines if row.kind == d.MALL_DISCOUNT}
    assert lowered == {R10: D(-201), R8: D(-99)}


def test_discount_without_figures_leaves_a_rate_it_cannot_lower():
    data = order([line(1080, R8), line(-100, R10, kind=d.SHOP_DISCOUNT)], 980)
    booking = book_order(data)
    assert per_rate(booking) == {R8: D(980)}
    assert booking.total == 980


def test_taxes_of_lines_stand_in_for_a_summary():
    data = order([line(8235, tax_amount=D(748)), line(999, R8, quantity=3, tax_amount=D(73))], 9234)
    assert per_rate(book_order(data), "tax") == {R10: D(748), R8: D(73)}


@pytest.mark.parametrize(
    ("data", "differences"),
    [
        (order([line(1100)], 1200), [(None, D(100))]),
        (order([line(1100)], 1050, [(R10, 1050, 95)]), [(R10, D(-50))]),
        (order([line(1100)], 1100, [(R8, 1100, 81)]), [(R10, D(-1100)), (R8, D(1100))]),
        (
            order([line(1100), line(-100, kind=d.SHOP_DISCOUNT)], 990, [(R10, 990, 90)]),
            [(R10, D(-10))],
        ),
    ],
)
def test_difference_is_named_and_sums_hold(data, differences):
    booking = book_order(data)
    check(data, booking)
    assert list(booking.differences) == differences
    assert sum(r.amount for r in booking.lines if r.kind == DIFFERENCE) == sum(
        amount for _rate, amount in differences
    )


def test_undecided_books_no_money_of_the_mall():
    data = order([line(1100), line(0, kind=d.SHIPPING)], 0, undecided=True)
    booking = book_order(data)
    assert [row.amount for row in booking.lines] == [D(1100), D(0)]
    assert not booking.differences
    assert {row.tax for row in booking.lines} == {None}


def test_random_orders_always_add_up():
    rng = random.Random(20260101)
    for _round in range(400):
        lines = [
            line(rng.randint(0, 30) * q * 37, rng.choice([R10, R8, R0]), quantity=q)
            for q in rng.choices(range(1, 6), k=rng.randint(1, 6))
        ]
        gross = per_rate(book_order(order(lines, sum(row.amount for row in lines))))
        lowered = {rate: D(rng.randint(0, int(amount))) for rate, amount in gross.items()}
        off = sum(lowered.values())
        shop = D(rng.randint(0, int(off)))
        coupons = [line(-shop, kind=d.SHOP_DISCOUNT), line(shop - off, kind=d.MALL_DISCOUNT)]
        summary = [
            (rate, amount - lowered[rate], int((amount - lowered[rate]) * rate / (1 + rate)))
            for rate, amount in gross.items()
        ]
        total = sum(gross.values()) - off
        points = D(rng.randint(0, int(total)))
        data = order(
            [*lines, *(c for c in coupons if c.amount)],
            total - points,
            summary,
            points=points,
            mall_coupon=off - shop,
        )
        booking = book_order(data)
        check(data, booking)
        assert not booking.differences


def test_partial_shares_add_up():
    done = [partial_share(D(73), D(3), D(n)) for n in range(4)]
    assert done == [0, 24, 49, 73]
    assert partial_share(D(-73), D(3), D(3)) == -73
