"""Orders of the simulated shop: every situation, and the poll, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from ec_addons.ec_channel_shopify.lib import orders
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order
from ec_addons.ec_channel_shopify.lib.orders import OVERLAP, OrderReader
from ec_addons.ec_unified.lib.order_math import book_order

from tests.malls.shopify.scenarios import SCENARIOS
from tests.wire.fixtures.shopify_shop import (  # noqa: F401
    client_fixture,
    connect,
    fetch,
    shop_fixture,
)


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


def test_more_changes_at_once_than_a_search_holds(shop, client, monkeypatch):
    """A merchant changes all orders within the overlap: a search that always began before them
    would always end at the same one, and no later change would ever arrive."""
    refs = shop.generate(12, seed=3)
    now = datetime.now(UTC) - timedelta(hours=1)
    for number, order in enumerate(shop.store.orders.values()):
        order.updated_at = now + timedelta(seconds=number)
    monkeypatch.setattr(orders, "LIGHT_PAGE", 2)
    monkeypatch.setattr(orders, "PAGES_PER_SEARCH", 2)
    pages, documents = pull(client)
    assert {doc.ref for doc in documents} == set(refs)
    last = [order.gid for order in shop.store.orders.values()][-1]
    shop.store.orders[int(last.rsplit("/", 1)[-1])].updated_at = now + timedelta(seconds=40)
    _pages, documents = pull(client, pages[-1].cursor)
    assert [doc.ref for doc in documents] == [last]


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
