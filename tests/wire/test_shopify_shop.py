"""The connector's library against the simulated shop: everything over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from ec_addons.ec_channel_shopify.lib import stock, webhooks
from ec_addons.ec_channel_shopify.lib.client import ShopifyClient
from ec_addons.ec_channel_shopify.lib.connection import Expectations, check_connection
from ec_addons.ec_channel_shopify.lib.fulfilment import push_shipment, update_tracking
from ec_addons.ec_channel_shopify.lib.listings import read_listings
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order
from ec_addons.ec_channel_shopify.lib.order_write import cancel_order, mark_as_paid
from ec_addons.ec_channel_shopify.lib.orders import OVERLAP, OrderReader
from ec_addons.ec_channel_shopify.lib.token import ClientCredentials, MemoryStore, PermanentToken
from ec_addons.ec_unified.lib.data import Parcel, ShipmentData
from ec_addons.ec_unified.lib.errors import ConflictError, DataError, SetupError, TransientError
from ec_addons.ec_unified.lib.http import Transport
from ec_addons.ec_unified.lib.order_math import book_order

from tests.malls.shopify.scenarios import SCENARIOS
from tests.malls.shopify.shop import ShopifyShop


@pytest.fixture
def shop():
    with ShopifyShop(throttle=False) as running:
        running.add_items(None)
        yield running


def connect(shop, *, store=None, permanent=False, **options):
    transport = Transport(secrets=(shop.client_secret,), timeout=(2, 5))
    tokens = (
        PermanentToken(shop.access_token)
        if permanent
        else ClientCredentials(
            shop.api_url,
            shop.client_id,
            shop.client_secret,
            transport=transport,
            store=store or MemoryStore(),
            sleep=lambda seconds: None,
        )
    )
    options.setdefault("sleep", lambda seconds: None)
    return ShopifyClient(shop.api_url, tokens, transport=transport, **options)


@pytest.fixture
def client(shop):
    return connect(shop)


def fetch(client, ref):
    [document] = OrderReader(client).fetch([ref])
    return parse_order(document.payload)


def pull(client, cursor=None, **options):
    pages = list(OrderReader(client, **options).changed(cursor))
    return pages, [doc for page in pages for doc in page.documents]


# --- every situation -----------------------------------------------------------------------

#: Units were taken off before shipping: the sale is what is left, not what the buyer ordered.
_REDUCED = ("edited_remove", "partial_refund", "refund_restocked")
_PREPAID = {"gift_card_and_card": 500}


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name not in _REDUCED])
def test_figures(shop, client, scenario):
    ref = shop.place(scenario)
    expected = shop.order(ref)
    data = fetch(client, ref)
    assert data.ref == ref and data.number == expected["name"]
    assert data.total == expected["buyer_total"]
    assert data.points == _PREPAID.get(scenario, 0)
    assert data.shop_coupon == expected["discount"]
    tax = {str(int(row.rate * 100)): row for row in data.tax_summary}
    assert {rate: (row.total, row.tax) for rate, row in tax.items()} == {
        rate: (row["base_incl"], row["tax"]) for rate, row in expected["tax"].items()
    }
    assert data.cancelled == expected["cancelled"] and data.is_test == expected["test"]
    sold = {row.ref: row.quantity for row in data.lines if row.sku_ref}
    assert sold == {r["ref"]: r["quantity"] for r in expected["lines"] if r["ref"] in sold}
    assert book_order(data).differences == ()


@pytest.mark.parametrize("scenario", _REDUCED)
def test_reduced_orders(shop, client, scenario):
    ref = shop.place(scenario)
    [document] = OrderReader(client).fetch([ref])
    data = parse_order(document.payload)
    left = {row["ref"]: row["current_quantity"] for row in shop.order(ref)["lines"]}
    assert {row.ref: row.quantity for row in data.lines if row.sku_ref} == left
    now = document.payload["currentTotalPriceSet"]["shopMoney"]["amount"]
    assert data.total == Decimal(now)
    assert book_order(data).differences == ()


def test_prices_without_tax(shop, client):
    shop.configure(taxes_included=False)
    ref = shop.place("stacked_discounts")
    data = fetch(client, ref)
    assert data.total == shop.order(ref)["buyer_total"]
    assert book_order(data).differences == ()


def test_all_lines_of_a_long_order(shop, client):
    ref = shop.place("many_lines")
    data = fetch(client, ref)
    assert len([row for row in data.lines if row.kind == "product"]) == 60


def test_many_random_orders(shop, client):
    refs = shop.generate(150, seed=7, mix="all")
    found = {doc.ref: parse_order(doc.payload) for doc in OrderReader(client).fetch(refs)}
    assert set(found) == set(refs)
    for row in shop.orders():
        data = found[row["ref"]]
        assert data.total == row["buyer_total"], row["scenario"]
        assert book_order(data).differences == (), row["scenario"]


def test_personal_data_withheld(shop, client):
    ref = shop.place("standard")
    for mode in ("level1", "none"):
        shop.configure(protected_data=mode)
        data = fetch(client, ref)
        assert "personal_data_missing" in {flag.code for flag in data.flags}
        assert data.total == shop.order(ref)["buyer_total"]


# --- poll ----------------------------------------------------------------------------------


def test_poll_costs_one_light_call_when_nothing_changed(shop, client):
    old = datetime.now(UTC) - timedelta(hours=2)
    for _ in range(3):
        shop.buy(sku="TEA-001" if "TEA-001" in shop.stock() else next(iter(shop.stock())),
                 created=old, past=True)  # fmt: skip
    for order in shop.store.orders.values():
        order.updated_at = old
    pages, documents = pull(client)
    assert len(documents) == 3 and pages[-1].more is False
    shop.calls.clear()
    pages, documents = pull(client, pages[-1].cursor)
    assert documents == [] and shop.calls == {"orders": 1}


def test_poll_sees_every_change(shop, client):
    first = shop.place("konbini")
    pages, _documents = pull(client)
    second = shop.place("standard")
    shop.event(first, "pay")
    _pages, documents = pull(client, pages[-1].cursor)
    assert {doc.ref for doc in documents} >= {first, second}
    paid = next(doc for doc in documents if doc.ref == first)
    assert parse_order(paid.payload).payment_state == "paid"


def test_cursor_never_passes_the_newest_row_minus_overlap(shop, client):
    shop.place("standard")
    pages, documents = pull(client)
    mark = datetime.fromisoformat(pages[-1].cursor["mark"].replace("Z", "+00:00"))
    assert mark == documents[-1].updated_at
    pages, _documents = pull(client, pages[-1].cursor)
    assert datetime.fromisoformat(pages[-1].cursor["mark"].replace("Z", "+00:00")) == mark


def test_late_index(shop, client):
    """A row that the search shows late is still found: its time lies within the overlap."""
    first = shop.place("standard")
    pages, _documents = pull(client)
    shop.configure(index_lag_seconds=60)
    late = shop.place("standard")
    pages, documents = pull(client, pages[-1].cursor)
    assert late not in {doc.ref for doc in documents}
    shop.configure(index_lag_seconds=0)
    _pages, documents = pull(client, pages[-1].cursor)
    assert late in {doc.ref for doc in documents} and first != late
    assert OVERLAP > timedelta(seconds=60)


def test_poll_in_small_pages_with_growing_cursor(shop, client):
    refs = set(shop.generate(60, seed=3))
    pages, documents = pull(client, full_page=25)
    assert {doc.ref for doc in documents} == refs
    assert [len(page.documents) for page in pages] == [25, 25, len(refs) - 50]
    marks = [page.cursor["mark"] for page in pages]
    assert marks == sorted(marks)
    assert [page.more for page in pages] == [True, True, False]


def test_killed_poll_goes_on_from_the_last_stored_page(shop, client):
    refs = set(shop.generate(60, seed=3))
    running = OrderReader(client, full_page=25).changed(None)
    first = next(running)
    running.close()
    _pages, rest = pull(client, first.cursor)
    assert {doc.ref for doc in first.documents} | {doc.ref for doc in rest} == refs


def test_orders_before_the_start_are_not_listed(shop, client):
    shop.place("standard", created=(datetime.now(UTC) - timedelta(days=9)).isoformat())
    new = shop.place("standard")
    _pages, documents = pull(client, created_from=datetime.now(UTC) - timedelta(days=1))
    assert [doc.ref for doc in documents] == [new]


def test_orders_of_another_connector_are_left_out(shop, client):
    shop.place("other_channel")
    own = shop.place("standard")
    _pages, documents = pull(client, skip_sources=("900001",))
    assert [doc.ref for doc in documents] == [own]


def test_unknown_ids_are_absent(shop, client):
    ref = shop.place("standard")
    documents = OrderReader(client).fetch([ref, "gid://shopify/Order/1", "no-such-order"])
    assert [doc.ref for doc in documents] == [ref]


def test_equal_orders_are_equal_documents(shop, client):
    ref = shop.place("two_rates")
    first, second = (OrderReader(client).fetch([ref])[0] for _ in range(2))
    assert first.digest == second.digest


def test_throttled_shop(shop):
    shop.configure(throttle=True)
    waits = []
    client = connect(shop, sleep=waits.append)
    shop.generate(30, seed=1)
    shop.faults.add("throttled", match="nodes", times=1)
    _pages, documents = pull(client)
    assert len(documents) == 30 and waits


@pytest.mark.parametrize("kind", ["429", "500", "502_html", "reset", "cut", "internal"])
def test_poll_survives_a_fault(shop, client, kind):
    ref = shop.place("standard")
    shop.faults.add(kind, times=1)
    _pages, documents = pull(client)
    assert [doc.ref for doc in documents] == [ref]


def test_token_expires_meanwhile(shop, client):
    ref = shop.place("standard")
    fetch(client, ref)
    shop.tokens.issued.clear()
    assert fetch(client, ref).ref == ref
    assert shop.tokens.count == 2


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
    gone = "gid://shopify/InventoryItem/999999"
    plan, refused, outcome = write(client, shop, {item: 3, other: 3, gone: 3})
    assert [row.item for row in plan] == [item] and outcome == [None]
    assert {i: error.reason for i, error in refused.items()} == {
        other: "not_tracked", gone: "not_found"}  # fmt: skip


def test_a_row_refused_by_the_shop_is_dropped(shop, client):
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


# --- shipments -----------------------------------------------------------------------------


def parcel(number, lines=(), carrier="yamato"):
    return Parcel(
        ref=number,
        destination_ref="shipping",
        tracking_number=number,
        carrier_code=carrier,
        shipped_on=date(2026, 11, 22),
        lines=tuple(lines),
    )


def test_shipment_is_reported_once(shop, client):
    ref = shop.place("two_rates")
    shipment = ShipmentData(order_ref=ref, parcels=(parcel("123456789012"),), notify_buyer=True)
    assert push_shipment(client, shipment).ok
    again = push_shipment(client, shipment)
    assert again.ok and again.already
    [sent] = shop.order(ref)["shipments"]
    assert (sent["company"], sent["numbers"]) == ("Yamato (JA)", ["123456789012"])
    assert fetch(client, ref).shipments[0].tracking_number == "123456789012"


def test_parcels_by_lines(shop, client):
    ref = shop.place("two_rates")
    rows = shop.order(ref)["lines"]
    first = parcel("1111", [(rows[0]["ref"], Decimal(1))])
    rest = parcel("2222", [(rows[0]["ref"], Decimal(1)), (rows[1]["ref"], Decimal(1))])
    assert push_shipment(client, ShipmentData(order_ref=ref, parcels=(first,))).ok
    assert push_shipment(client, ShipmentData(order_ref=ref, parcels=(first, rest))).ok
    assert [s["numbers"] for s in shop.order(ref)["shipments"]] == [["1111"], ["2222"]]
    assert shop.order(ref)["state"] == "fulfilled"


def test_split_over_locations_is_one_report_per_location(shop, client):
    ref = shop.place("split")
    assert push_shipment(client, ShipmentData(order_ref=ref, parcels=(parcel("3333"),))).ok
    assert len(shop.order(ref)["shipments"]) == 2


@pytest.mark.parametrize("kind", ["timeout_after", "reset", "500"])
def test_shipment_without_answer_is_read_before_it_is_sent_again(shop, client, kind):
    ref = shop.place("two_rates")
    shop.faults.add(kind, match="fulfillmentCreate", times=1, seconds=6)
    assert push_shipment(client, ShipmentData(order_ref=ref, parcels=(parcel("4444"),))).ok
    assert [s["numbers"] for s in shop.order(ref)["shipments"]] == [["4444"]]


@pytest.mark.parametrize("scenario", ["cancelled", "hold"])
def test_shipment_that_is_not_possible(shop, client, scenario):
    ref = shop.place(scenario)
    result = push_shipment(client, ShipmentData(order_ref=ref, parcels=(parcel("5555"),)))
    assert not result.ok and isinstance(result.error, ConflictError)


def test_tracking_number_is_replaced(shop, client):
    ref = shop.place("two_rates")
    push_shipment(client, ShipmentData(order_ref=ref, parcels=(parcel("6666"),)))
    assert update_tracking(client, ref, "6666", parcel("7777", carrier="sagawa")).ok
    assert [s["numbers"] for s in shop.order(ref)["shipments"]] == [["7777"]]
    assert update_tracking(client, ref, "6666", parcel("7777")).already


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


# --- connection ------------------------------------------------------------------------------


def check(client, **wanted):
    report = check_connection(client, Expectations(**wanted))
    return report, {p.reason: (p.blocking, p.params.get("what")) for p in report.problems}


def test_good_connection(shop, client):
    report, problems = check(client, domain=shop.shop_domain)
    assert report.ok and not problems
    assert (report.shop_name, report.currency) == ("例示商店", "JPY")
    assert report.places[0][0].startswith("gid://shopify/Location/")


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("shop_not_permitted", "shop_not_permitted"), ("app_not_installed", "not_installed"),
     ("invalid_client", "unauthorised")],
)  # fmt: skip
def test_refused_credentials_are_named(shop, client, mode, reason):
    shop.configure(token_mode=mode)
    _report, problems = check(client)
    assert list(problems) == [reason] and problems[reason][0]


@pytest.mark.parametrize(
    ("status", "reason"), [(402, "shop_frozen"), (404, "wrong_host"), (423, "shop_frozen")]
)
def test_broken_shop_is_named(shop, client, status, reason):
    shop.configure(http_status=status)
    _report, problems = check(client)
    assert list(problems) == [reason]


def test_each_missing_scope_is_named(shop, client):
    kept = [s for s in shop.settings.scopes if "inventory" not in s and s != "read_all_orders"]
    shop.configure(scopes=kept)
    report = check_connection(
        client, Expectations(import_from=datetime.now(UTC) - timedelta(days=90))
    )
    missing = [p.params["what"] for p in report.problems if p.reason == "scope_missing"]
    assert missing[:2] == ["read_inventory", "write_inventory"]
    assert not report.ok
    assert "order_window" in {p.reason for p in report.problems}


def test_withheld_personal_data_is_named(shop, client):
    shop.place("standard")
    shop.configure(protected_data="level1")  # names come as null: orders arrive without them
    report, problems = check(client)
    assert report.ok and list(problems) == ["protected_data"]
    shop.configure(protected_data="none")  # orders are refused: nothing arrives
    report, problems = check(client)
    assert not report.ok and list(problems) == ["protected_data"]


def test_prices_without_tax_are_named(shop, client):
    shop.configure(taxes_included=False)
    report, problems = check(client)
    assert report.ok and "taxes_not_included" in problems


def test_other_shop_is_named(shop, client):
    _report, problems = check(client, domain="other-shop.myshopify.com")
    assert problems["other_shop"] == (False, shop.shop_domain)


def test_shop_that_is_down_is_no_finding(shop, client):
    shop.faults.add("503_html", times=None)
    with pytest.raises(TransientError):
        check(client)


def test_permanent_token(shop):
    client = connect(shop, permanent=True)
    assert check(client)[0].ok
    shop.configure(permanent_token_valid=False)
    _report, problems = check(client)
    assert list(problems) == ["unauthorised"]


def test_nobody_there():
    client = ShopifyClient(
        "http://127.0.0.1:9", PermanentToken("shpat_x"), transport=Transport(),
        sleep=lambda s: None,
    )  # fmt: skip
    with pytest.raises(TransientError):
        client.execute("shop_info")


# --- subscriptions -----------------------------------------------------------------------------

GONE = "gid://shopify/InventoryItem/999999"
URI = "http://127.0.0.1:1/ec_unified/shopify/webhook/abc"


def test_subscriptions_are_made_and_repaired(shop, client):
    made, dropped = webhooks.repair_subscriptions(client, URI)
    assert set(made) == set(webhooks.WEBHOOK_TOPICS) and not dropped
    assert webhooks.repair_subscriptions(client, URI) == ([], [])
    first = webhooks.list_subscriptions(client)[0]
    client.execute("webhook_delete", {"id": first.id})
    assert webhooks.repair_subscriptions(client, URI) == ([first.topic], [])
    assert webhooks.repair_subscriptions(client, URI, ["ORDERS_UPDATED"])[1]
    assert webhooks.drop_subscriptions(client, URI) == 1


def test_subscriptions_of_others_are_left_alone(shop, client):
    webhooks.repair_subscriptions(client, "http://127.0.0.1:2/other", ["ORDERS_UPDATED"])
    webhooks.repair_subscriptions(client, URI)
    webhooks.drop_subscriptions(client, URI)
    assert [row.uri for row in webhooks.list_subscriptions(client)] == ["http://127.0.0.1:2/other"]


def test_subscription_refused_for_personal_data(shop, client):
    shop.configure(protected_data="none")
    with pytest.raises(SetupError) as caught:
        webhooks.repair_subscriptions(client, URI)
    assert caught.value.reason == "protected_data"
