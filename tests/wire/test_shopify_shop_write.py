"""Stock, items and order changes at the simulated shop, over HTTP."""

from __future__ import annotations

from decimal import Decimal

import pytest
from ec_addons.ec_channel_shopify.lib import order_change, stock
from ec_addons.ec_channel_shopify.lib.client import Reply
from ec_addons.ec_channel_shopify.lib.failures import graphql_error
from ec_addons.ec_channel_shopify.lib.listings import fetch_listings, read_listings
from ec_addons.ec_channel_shopify.lib.order_change import change_address, pay_back
from ec_addons.ec_channel_shopify.lib.order_write import cancel_order, mark_as_paid
from ec_addons.ec_unified.lib.data import Address
from ec_addons.ec_unified.lib.data_change import OrderChange, Refund
from ec_addons.ec_unified.lib.errors import ConflictError, DataError, TransientError

from tests.malls.shopify import figures, payments
from tests.malls.shopify.model import Order
from tests.wire.fixtures.shopify_orders import money
from tests.wire.fixtures.shopify_shop import (  # noqa: F401
    client_fixture,
    connect,
    fetch,
    shop_fixture,
)

GONE = "gid://shopify/InventoryItem/999999"

# --- stock ---------------------------------------------------------------------------------


def items(shop, count=3):
    found = []
    for variant in list(shop.store.variants.values())[:count]:
        found.append((variant.sku, variant.item_gid))
    return found


def location(shop):
    return next(iter(shop.store.locations.values())).gid


def write(client, shop, wanted, key="job-1"):
    rows = [stock.StockRow(item=i, location=location(shop), quantity=q) for i, q in wanted.items()]
    levels = stock.read_levels(client, list(wanted), [location(shop)])
    plan, refused = stock.plan_rows(rows, levels)
    return plan, refused, stock.set_available(client, plan, key, "gid://ec-unified/StockPush/1")


def shown(client, shop, item):
    here = location(shop)
    return stock.read_levels(client, [item], [here])[item, here].available


def test_stock_is_written_and_shown(shop, client):
    wanted = {item: 40 + n for n, (_sku, item) in enumerate(items(shop))}
    plan, refused, outcome = write(client, shop, wanted)
    assert outcome == [None] * len(plan) and not refused
    assert {item: shown(client, shop, item) for item in wanted} == wanted


def test_unchanged_stock_is_not_written(shop, client):
    wanted = {item: 7 for _sku, item in items(shop)}
    write(client, shop, wanted)
    shop.calls.clear()
    write(client, shop, wanted, "job-2")
    assert shop.calls == {"nodes": 1}


def test_a_sale_in_between_is_a_conflict_of_that_row_only(shop, client):
    (first, item), (_second, other) = items(shop, 2)
    write(client, shop, {item: 10, other: 10})
    levels = stock.read_levels(client, [item, other], [location(shop)])
    rows = [stock.StockRow(item=i, location=location(shop), quantity=5) for i in (item, other)]
    plan, _refused = stock.plan_rows(rows, levels)
    shop.buy(sku=first, quantity=2)
    outcome = stock.set_available(client, plan, "job-2")
    assert isinstance(outcome[0], ConflictError) and outcome[0].reason == "stale"
    assert outcome[1] is None
    assert shown(client, shop, item) == 8 and shown(client, shop, other) == 5


def test_unknown_and_untracked_items(shop, client):
    (_sku, item), (other_sku, other) = items(shop, 2)
    shop.store.variant_of(other_sku).tracked = False
    plan, refused, outcome = write(client, shop, {item: 3, other: 3, GONE: 3})
    assert [row.item for row in plan] == [item] and outcome == [None]
    assert {i: error.reason for i, error in refused.items()} == {
        other: "not_tracked", GONE: "not_found"}  # fmt: skip


@pytest.mark.parametrize("atomic", [True, False])
def test_a_row_refused_by_the_shop_is_dropped(shop, client, atomic):
    """Whether the shop writes the good rows of such a call is not certain: written once, they are
    neither written again nor called stale."""
    shop.configure(atomic_inventory=atomic)
    (_sku, item), (_sku2, other) = items(shop, 2)
    here = location(shop)
    known = shown(client, shop, item)
    rows = [
        stock.StockRow(item=GONE, location=here, quantity=1, known=0),
        stock.StockRow(item=item, location=here, quantity=6, known=known),
    ]
    outcome = stock.set_available(client, rows, "job-3")
    assert isinstance(outcome[0], DataError) and outcome[1] is None
    assert shown(client, shop, item) == 6 and other


def test_the_places_of_an_item_are_written_together_or_not_at_all(shop, client):
    (first, item), (_second, other) = items(shop, 2)
    here, there = (place.gid for place in list(shop.store.locations.values())[:2])
    write(client, shop, {item: 10, other: 10})
    levels = stock.read_levels(client, [item, other], [here, there])
    rows = [
        stock.StockRow(item=item, location=there, quantity=6, primary=False),
        stock.StockRow(item=item, location=here, quantity=4),
        stock.StockRow(item=other, location=here, quantity=5),
    ]
    plan, _refused = stock.plan_rows(rows, levels)
    shop.buy(sku=first, quantity=2)
    outcome = stock.set_available(client, plan, "job-2")
    assert [getattr(error, "reason", None) for error in outcome] == ["stale", "stale", None]
    after = stock.read_levels(client, [item, other], [here, there])
    assert after[item, here].available == 8
    assert after[item, there] == levels[item, there]
    assert after[other, here].available == 5


@pytest.mark.parametrize("kind", ["timeout_after", "cut", "500"])
def test_a_write_without_answer_is_repeated_once_with_its_key(shop, kind):
    client = connect(shop)
    _sku, item = items(shop)[0]
    write(client, shop, {item: 20})
    shop.faults.add(kind, match="inventorySetQuantities", times=1, seconds=6)
    before = len(shop.store.history)
    _plan, _refused, outcome = write(client, shop, {item: 9}, "job-4")
    assert outcome == [None] and shown(client, shop, item) == 9
    assert len(shop.store.history) <= before + 1


def test_keys_follow_from_job_and_rows():
    row = stock.StockRow(item="i", location="l", quantity=1, known=2)
    assert stock.write_key("a", [row]) == stock.write_key("a", [row])
    assert stock.write_key("a", [row]) != stock.write_key("b", [row])
    other = stock.StockRow(item="i", location="l", quantity=1, known=3)
    assert stock.write_key("a", [row]) != stock.write_key("a", [other])


# --- listings ------------------------------------------------------------------------------


def test_listings(shop, client):
    pages = list(read_listings(client, None))
    skus = [sku for page in pages for listing in page.listings for sku in listing.skus]
    assert {sku.sku_code for sku in skus if sku.sku_code} == set(shop.stock())
    assert all(sku.extra["inventory_item_id"] for sku in skus)
    assert pages[-1].more is False and pages[-1].cursor == {}
    by_code = {sku.sku_code: sku.quantity for sku in skus if sku.tracked and sku.sku_code}
    assert by_code.items() <= shop.stock().items()


@pytest.mark.parametrize(
    ("status", "published"),
    [("ACTIVE", True), ("UNLISTED", True), ("DRAFT", False), ("ARCHIVED", False)],
)
def test_what_is_sold_by_link_only_is_sold(shop, client, status, published):
    product = next(iter(shop.store.products.values()))
    product.status = status
    [found] = fetch_listings(client, [product.gid])
    assert found.published is published


# --- orders ----------------------------------------------------------------------------------


def test_cancel(shop, client):
    ref = shop.place("standard")
    before = shop.stock()
    assert cancel_order(client, ref, "INVENTORY", restock=True, sleep=lambda s: None).ok
    row = shop.order(ref)
    assert row["cancelled"] and row["cancel_reason"] == "INVENTORY" and row["refunded"]
    assert cancel_order(client, ref, "CUSTOMER", restock=True).already
    assert sum(shop.stock().values()) == sum(before.values()) + 1


def test_cancel_of_a_shipped_order_is_refused(shop, client):
    result = cancel_order(client, shop.place("fulfilled"), "CUSTOMER", restock=False)
    assert not result.ok and not isinstance(result.error, TransientError)


def test_cancel_tells_the_buyer_only_when_asked_to(shop, client, monkeypatch):
    asked, execute = [], client.execute

    def watched(name, variables, **options):
        if name == "order_cancel":
            asked.append(variables["notifyCustomer"])
        return execute(name, variables, **options)

    monkeypatch.setattr(client, "execute", watched)
    for options in ({}, {"notify": True}):
        ref = shop.place("standard")
        assert cancel_order(
            client, ref, "CUSTOMER", restock=True, sleep=lambda s: None, **options
        ).ok
    assert asked == [False, True]


def test_cancel_without_answer(shop, client):
    ref = shop.place("standard")
    shop.faults.add("timeout_after", match="orderCancel", times=1, seconds=6)
    assert cancel_order(client, ref, "OTHER", restock=True, sleep=shop.clock.advance).ok


def test_mark_as_paid(shop, client):
    ref = shop.place("bank")
    assert mark_as_paid(client, ref).ok
    assert mark_as_paid(client, ref).already
    data = fetch(client, ref)
    assert data.payment_state == "paid" and data.payment_code != "manual"


def refund(ref, amount=300, **more):
    key = "1f0c8a52-7f0e-4f3c-9d51-2a4f3f1f8f10"
    return Refund(order_ref=ref, key=key, amount=Decimal(amount), **more)


def test_a_refund_the_payment_provider_refused_is_not_paid_back(shop, client, monkeypatch):
    """The shop keeps it among its refunds; what counts is the payment (section 9)."""
    ref = shop.place("two_rates")
    book = payments.refund

    def refused(*args):
        made = book(*args)
        made.status = "FAILURE"
        return made

    monkeypatch.setattr(payments, "refund", refused)
    for _again in range(2):
        result = pay_back(client, refund(ref), None)
        assert isinstance(result.error, DataError) and result.error.reason == "refund_unpaid"
        assert result.error.params == {"what": "300"}
    assert len(shop.store.get(ref, Order).refunds) == 1


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([("SUCCESS", 300)], None),
        ([("PENDING", 300)], None),
        ([("FAILURE", 300), ("SUCCESS", 300)], None),
        ([("ERROR", 200), ("SUCCESS", 100)], "200"),
        ([], None),
    ],
)
def test_what_counts_as_paid_back(rows, left):
    nodes = [{"status": status, "amountSet": money(amount)} for status, amount in rows]
    try:
        order_change._check_paid({"transactions": {"nodes": nodes}}, refund("O1"))
    except DataError as error:
        assert error.params["what"] == left
    else:
        assert left is None


@pytest.mark.parametrize(
    "code", ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
)
@pytest.mark.parametrize("layer", ["errors", "userErrors"])
def test_a_spent_key_does_not_hold_a_refund_up_for_ever(shop, client, monkeypatch, code, layer):
    """Another refund changed how this one is to be paid; how a key is refused where user errors
    have no codes is not written down."""
    ref, execute, keys = shop.place("two_rates"), client.execute, []

    def spent_once(name, variables, **options):
        if name == "refund_create":
            keys.append(variables["key"])
        if name != "refund_create" or len(keys) > 1:
            return execute(name, variables, **options)
        error = {"message": f"{code}: no", "extensions": {"code": code}}
        if layer == "errors":
            raise graphql_error(error, write=True, request_id=None)
        payload = {"refund": None, "userErrors": [{"field": None, "message": error["message"]}]}
        return Reply(data={"refundCreate": payload})

    monkeypatch.setattr(client, "execute", spent_once)
    assert pay_back(client, refund(ref), None).ok
    assert len(set(keys)) == 2 and shop.order(ref)["refunded"] == 300


@pytest.mark.parametrize(
    ("shop_currency", "currency", "given", "room", "paid"),
    [
        ("JPY", "JPY", "1980.0", "1980.0", ["500"]),
        ("JPY", "USD", "13.20", "1980.0", ["3.33"]),
        ("JPY", "KRW", "18480", "1980.0", ["4667"]),
        ("USD", "USD", "19.80", "19.80", ["10.55"]),
    ],
)
def test_refunds_speak_the_smallest_unit_of_the_buyers_currency(
    shop_currency, currency, given, room, paid
):
    amounts = {
        "shopMoney": {"amount": room, "currencyCode": shop_currency},
        "presentmentMoney": {"amount": given, "currencyCode": currency},
    }
    proposed = {"gateway": None, "amountSet": amounts,
                "parentTransaction": {"id": "T1", "gateway": "paypay"}}  # fmt: skip
    state = {"presentmentCurrencyCode": currency,
             "suggestedRefund": {"suggestedTransactions": [proposed]}}  # fmt: skip
    amount = "10.55" if shop_currency == "USD" else 500
    rows = order_change._transactions(state, refund("O1", amount))
    assert [row["amount"] for row in rows] == paid
    assert [row["gateway"] for row in rows] == ["paypay"], "the input wants one, the answer may not"


def test_a_new_address_keeps_the_company(shop, client):
    """The address is overwritten as a whole, and the change here knows of no company."""
    ref = shop.place("standard")
    shop.store.get(ref, Order).shipping_address.company = "例示商事"
    address = Address(name="例示 次郎", zip="530-0001", state_code="JP-27", city="大阪市北区",
                      street="梅田1-1-1", phone="0600009999")  # fmt: skip
    change = OrderChange(order_ref=ref, address=address)
    assert change_address(client, change).ok
    found = shop.store.get(ref, Order).shipping_address
    assert (found.company, found.address1) == ("例示商事", "梅田1-1-1")
    assert change_address(client, change).already


@pytest.mark.parametrize("presentment", ["JPY", "USD"])
def test_postage_paid_back_speaks_the_buyers_currency(shop, client, presentment):
    """660 yen are not 660 dollars (trap 6)."""
    ref = shop.place("usd" if presentment == "USD" else "two_rates")
    order = shop.store.get(ref, Order)
    before = figures.current_shipping(order)
    result = pay_back(client, refund(ref, 660, shipping=Decimal(660)), None)
    assert result.ok, result.error
    assert (before.shop, figures.current_shipping(order).shop) == (660, 0)
    assert shop.order(ref)["refunded"] == 660
