"""What the total holds beside goods and postage, and how the rest is paid: readings that differ
between shops, every one exact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order
from ec_addons.ec_unified.lib.order_math import book_order

from tests.wire.fixtures.shopify_orders import money, order, paid, tax
from tests.wire.test_shopify_parse import R10, amounts, custom_line, line, read, taxes


def tip_line(amount, title="Tip"):
    return custom_line(title, amount, 0.1, 0, taxLines=[], taxable=False)


@pytest.mark.parametrize("title", ["Tip", "チップ"])
def test_a_tip_that_is_a_line_is_charged_once(title):
    rows = [line(1100, 1, 0.1, 100), tip_line(300, title)]
    data = read(order(rows, 1400, {0.1: 100}, totalTipReceivedSet=money(300)))
    assert amounts(data, "tip") == [300] and data.total == 1400
    assert taxes(data) == {R10: (1100, 100)}


def test_duties_inside_of_the_prices_are_not_added():
    rows = [line(1100, 1, 0.1, 100)]
    data = read(order(rows, 1100, {0.1: 100}, originalTotalDutiesSet=money(50)))
    assert amounts(data, "other_fee") == [] and data.total == 1100


def test_a_tip_line_beside_duties_on_top():
    rows = [line(1100, 1, 0.1, 100), tip_line(300)]
    more = {"totalTipReceivedSet": money(300), "originalTotalDutiesSet": money(50)}
    data = read(order(rows, 1450, {0.1: 100}, **more))
    assert amounts(data, "tip") == [300] and amounts(data, "other_fee") == [50]


def test_a_difference_nobody_can_explain_stays_one():
    rows = [line(1100, 1, 0.1, 100)]
    data = parse_order(order(rows, 1333, {0.1: 100}, totalTipReceivedSet=money(300)))
    assert amounts(data, "tip") == [300] and data.total == 1333
    assert book_order(data).differences == ((None, Decimal(-67)),)


def test_postage_taken_off_by_an_edit():
    """It stays in the total as sold and its tax, but the list of postage has lost it."""
    rows = [line(1100, 1, 0.1, 100)]
    more = {"currentTotalPriceSet": money(1100), "currentTaxLines": [tax(0.1, 100)]}
    data = read(order(rows, 1760, {0.1: 160}, edited=True, **more))
    assert data.total == 1100 and taxes(data) == {R10: (1100, 100)}


# --- a gift card pays a part ---


def part(rest_gateway, status="PENDING", **more):
    return read(
        order(
            [line(1100, 2, 0.1, 200)],
            2200,
            {0.1: 200},
            displayFinancialStatus="PARTIALLY_PAID",
            fullyPaid=False,
            transactions=[
                paid("gift_card", 700),
                paid(rest_gateway, 1500, status=status, **more),
            ],
        )
    )


def test_the_rest_on_delivery_waits_for_no_money():
    data = part("代金引換", manualPaymentGateway=True)
    assert (data.payment_state, data.points, data.buyer_total) == ("cod", 700, 1500)


def test_the_rest_at_a_convenience_store_is_unpaid():
    assert part("KOMOJU - コンビニ決済").payment_state == "unpaid"


def test_a_part_paid_by_card_and_the_rest_at_the_door():
    """By which way the rest comes and what is there already; the core knows what the way means."""
    data = read(
        order(
            [line(1100, 2, 0.1, 200)],
            2200,
            {0.1: 200},
            displayFinancialStatus="PARTIALLY_PAID",
            fullyPaid=False,
            transactions=[
                paid("shopify_payments", 700),
                paid("代金引換", 1500, status="PENDING", manualPaymentGateway=True),
            ],
        )
    )
    assert (data.payment_state, data.points) == ("partial", Decimal(0))
    assert (data.payment_code, data.received, data.buyer_total) == ("代金引換", 700, 2200)
