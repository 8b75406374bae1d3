"""Scopes, protected data, paging and search (sections 6 and 7)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from .common.clock import SimClock
from .shopify import samples
from .shopify.client import Client
from .shopify.helpers import (
    START,
)
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]


def orders(api: Client, query: str, **more: Any) -> list[str]:
    return [
        o["name"] for o in api.data(samples.CHANGED, {"query": query, **more})["orders"]["nodes"]
    ]


def _without(shop: ShopifyShop, *gone: str) -> None:
    shop.configure(scopes=[s for s in shop.settings.scopes if not any(g in s for g in gone)])


def test_missing_scope_on_a_nullable_field(shop: ShopifyShop, api: Client) -> None:
    _without(shop, "shopify_payments")
    body = api.gql(samples.PAYOUTS)
    error = body["errors"][0]
    assert body["data"] == {"shopifyPaymentsAccount": None} and error["path"] == [
        "shopifyPaymentsAccount"
    ]
    assert (
        error["message"] == "Access denied for shopifyPaymentsAccount field. Required access: the "
        "`read_shopify_payments` or the `read_shopify_payments_accounts` access scope."
    )
    assert error["extensions"]["requiredAccess"].startswith("the `read_shopify_payments`")


def test_missing_scope_on_a_non_null_field_nulls_the_order(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    _without(shop, "fulfillment_orders")
    body = api.gql(samples.FULFILLMENT_ORDERS, {"id": ref})
    assert (
        body["data"] == {"order": None}
        and body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    )
    assert body["errors"][0]["path"] == ["order", "fulfillmentOrders"]


def test_write_scope_implies_read(shop: ShopifyShop, api: Client) -> None:
    shop.configure(scopes=["write_orders"])
    shop.place("standard")
    assert api.data("{ orders(first: 1) { nodes { id } } }")["orders"]["nodes"]
    assert "ACCESS_DENIED" in api.codes("{ products(first: 1) { nodes { id } } }")


def test_sixty_days(shop: ShopifyShop, api: Client) -> None:
    old, new = shop.place("old_order"), shop.place("standard")
    assert len(orders(api, "")) == 2
    _without(shop, "read_all_orders")
    assert len(orders(api, "")) == 1
    text = "query Q($a: ID!, $b: ID!) { a: order(id: $a) { id } b: order(id: $b) { id } }"
    assert api.data(text, {"a": old, "b": new}) == {"a": None, "b": {"id": new}}


def test_protected_data_modes(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    text = (
        "query Q($id: ID!) { order(id: $id) { email shippingAddress { "
        "lastName city zip } customer { id firstName } } }"
    )
    assert api.data(text, {"id": ref})["order"]["email"]
    shop.configure(protected_data="level1")
    order = api.data(text, {"id": ref})["order"]
    assert (
        order["email"] is None
        and order["shippingAddress"]["lastName"] is None
        and order["shippingAddress"]["city"]
        and order["customer"]["id"]
    )
    shop.configure(protected_data="customer_refused")
    body = api.gql(text, {"id": ref})
    assert (
        body["data"]["order"]["customer"] is None
        and "not approved to access the Customer object" in body["errors"][0]["message"]
    )
    shop.configure(protected_data="none")
    assert api.gql(text, {"id": ref})["data"] == {"order": None}
    hook = api.data(
        samples.HOOK, {"t": "ORDERS_UPDATED", "s": {"uri": "https://odoo.example.jp/x"}}
    )["webhookSubscriptionCreate"]
    assert "protected customer data" in hook["userErrors"][0]["message"]


def test_null_climbs_from_a_protected_non_null_field(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    shop.configure(protected_data="level1")
    body = api.gql(
        "query Q($id: ID!) { order(id: $id) { customer { id "
        "defaultEmailAddress { emailAddress } } } }",
        {"id": ref},
    )
    assert (
        body["data"]["order"]["customer"]["defaultEmailAddress"] is None
        and body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    )


def _walk(api: Client, **variables: Any) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        page = api.data(samples.CHANGED, {**variables, "after": after})["orders"]
        found += [o["id"] for o in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize(
    "key",
    [
        "UPDATED_AT",
        "CREATED_AT",
        "PROCESSED_AT",
        "ID",
        "ORDER_NUMBER",
        "TOTAL_PRICE",
        "CUSTOMER_NAME",
    ],
)
def test_paging_reaches_every_row_once(shop: ShopifyShop, api: Client, key: str) -> None:
    refs = shop.generate(23, seed=4)
    for reverse in (False, True):
        found = _walk(api, query="", first=5, key=key, reverse=reverse)
        assert sorted(found) == sorted(refs)


def test_rows_that_change_while_paging_are_not_lost(shop: ShopifyShop, api: Client) -> None:
    refs = shop.generate(12, seed=4)
    page = api.data(samples.CHANGED, {"first": 5})["orders"]
    seen = [o["id"] for o in page["nodes"]]
    shop.clock.advance(5)
    shop.event(seen[-1], "touch")
    rest = _walk(api, first=5)
    after = page["pageInfo"]["endCursor"]
    tail = api.data(samples.CHANGED, {"first": 50, "after": after})["orders"]["nodes"]
    assert set(rest) == set(refs) and {o["id"] for o in tail} == set(refs) - set(seen[:-1])


def test_cursor_of_another_sort_is_refused(shop: ShopifyShop, api: Client) -> None:
    shop.generate(5, seed=4)
    cursor = api.data(samples.CHANGED, {"first": 2})["orders"]["pageInfo"]["endCursor"]
    body = api.gql(samples.CHANGED, {"first": 2, "after": cursor, "key": "CREATED_AT"})
    assert body["errors"][0]["message"] == "Invalid cursor for current pagination sort."
    assert api.codes(samples.CHANGED, {"first": 2, "after": "nonsense"}) == ["BAD_REQUEST"]


def test_pages_of_lines(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("many_lines")
    first = api.data(samples.ORDER, {"id": ref, "lines": 50})["order"]["lineItems"]
    second = api.data(
        samples.ORDER, {"id": ref, "lines": 50, "after": first["pageInfo"]["endCursor"]}
    )["order"]["lineItems"]
    assert (
        len(first["nodes"]) == 50
        and len(second["nodes"]) == 10
        and not second["pageInfo"]["hasNextPage"]
    )
    assert len({x["id"] for x in first["nodes"] + second["nodes"]}) == 60


def test_last_and_before(shop: ShopifyShop, api: Client) -> None:
    shop.generate(6, seed=1)
    text = (
        "query Q($before: String) { orders(last: 2, before: $before, sortKey: "
        "ID) { nodes { id } edges { cursor } pageInfo { hasPreviousPage startCursor } } }"
    )
    page = api.data(text)["orders"]
    again = api.data(text, {"before": page["pageInfo"]["startCursor"]})["orders"]
    assert page["pageInfo"]["hasPreviousPage"] and not {n["id"] for n in page["nodes"]} & {
        n["id"] for n in again["nodes"]
    }


def test_search_fields(shop: ShopifyShop, api: Client) -> None:
    shop.place("standard")
    shop.place("konbini", tags=["a b", "odoo"])
    shop.place("cancelled")
    shop.place("fulfilled", buyer={"email": "hana@example.com"})
    shop.place("test_order")
    expected = {
        "name:#1001": ["#1001"],
        "name:1002": ["#1002"],
        "financial_status:pending": ["#1002"],
        "status:cancelled": ["#1003"],
        "fulfillment_status:shipped": ["#1004"],
        "tag:odoo": ["#1002"],
        "tag:'a b'": ["#1002"],
        "test:true": ["#1005"],
        "email:hana@example.com": ["#1004"],
        "NOT status:cancelled AND test:false": ["#1001", "#1002", "#1004"],
        "-status:cancelled test:false": ["#1001", "#1002", "#1004"],
        "name:#1001 OR name:#1003": ["#1001", "#1003"],
        "(name:#1001 OR name:#1003) status:open": ["#1001"],
        "name:#100*": ["#1001", "#1002", "#1003", "#1004", "#1005"],
        "source_name:web gateway:shopify_payments status:open fulfillment_status:shipped": [
            "#1004"
        ],
    }
    for query, names in expected.items():
        assert sorted(orders(api, query)) == names, query
    number = shop.orders()[0]["ref"].rsplit("/", 1)[1]
    assert orders(api, f"id:{number}") == ["#1001"] and orders(
        api, f"id:>{number} status:open test:false"
    ) == ["#1002", "#1004"]


def test_times_are_finer_than_shown(shop: ShopifyShop, api: Client) -> None:
    shop.place("standard")
    ref = shop.place("standard")
    shown = shop.order(ref)["updated"][:19] + "Z"
    assert len(orders(api, f"updated_at:>'{shown}'")) == 2
    assert orders(api, f"updated_at:<'{shown}'") == []
    assert len(orders(api, "created_at:>='2026-11-22T12:00:00+09:00'")) == 2
    assert (
        orders(api, "created_at:2026-11-21") == []
        and len(orders(api, "created_at:2026-11-22")) == 2
    )
    assert len(orders(api, "created_at:<now")) == 2


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("updatedat:>=2026-11-20 tag:odoo", "invalid_field"),
        ("updated_at:>=2026-11-20T00:00:00Z", "invalid_value"),
        ("test:maybe", "invalid_value"),
    ],
)
def test_bad_filters_fail_open_with_a_warning(
    shop: ShopifyShop, api: Client, query: str, code: str
) -> None:
    shop.place("standard", tags=["odoo"])
    body = api.gql(samples.CHANGED, {"query": query})
    search = body["extensions"]["search"][0]
    assert (
        len(body["data"]["orders"]["nodes"]) == 1
        and search["path"] == ["orders"]
        and search["query"] == query
    )
    assert search["warnings"][0]["code"] == code


def test_warning_has_the_recorded_shape(api: Client) -> None:
    search = api.gql(samples.CHANGED, {"query": "updatedat:>=2026-11-20 tag:odoo"})["extensions"][
        "search"
    ][0]
    assert search["parsed"] == {
        "and": [
            {"field": "updatedat", "range_gte": "2026-11-20"},
            {"field": "tag", "match_all": "odoo"},
        ]
    }
    assert search["warnings"] == [
        {
            "field": "updatedat",
            "message": "Invalid search field for this query.",
            "code": "invalid_field",
        }
    ]


def test_known_filter_that_is_not_modelled_is_loud(api: Client) -> None:
    assert api.codes(samples.CHANGED, {"query": "risk_level:high"}) == ["INTERNAL_SERVER_ERROR"]


def test_sku_is_tokenised(shop: ShopifyShop, api: Client) -> None:
    shop.add_items([{"sku": "TEA-100-B", "item_code": "t2", "name": "茶", "price": 1, "stock": 1}])
    found = api.data(samples.VARIANTS, {"query": "sku:'TEA-100' OR sku:'CUP-RD'"})[
        "productVariants"
    ]["nodes"]
    assert [v["sku"] for v in found] == ["TEA-100", "CUP-RD", "TEA-100-B"]


def test_index_lag(shop: ShopifyShop, api: Client) -> None:
    shop.configure(index_lag_seconds=20)
    shop.place("standard")
    assert orders(api, "") == []
    shop.clock.advance(21)
    assert orders(api, "") == ["#1001"]


def test_counts(shop: ShopifyShop, api: Client) -> None:
    shop.generate(7, seed=1)
    assert api.data(samples.COUNT, {"q": ""})["ordersCount"] == {"count": 7, "precision": "EXACT"}
    assert api.data("{ ordersCount(limit: 5) { count precision } }")["ordersCount"] == {
        "count": 5,
        "precision": "AT_LEAST",
    }


def test_a_page_of_fifty_full_orders_is_quick(shop: ShopifyShop, api: Client) -> None:
    shop.generate(60, seed=2, mix="all")
    api.data(samples.ORDERS, {"first": 1})
    started = time.process_time()
    assert len(api.data(samples.ORDERS, {"first": 50})["orders"]["nodes"]) == 50
    assert time.process_time() - started < 5


def test_generation_is_deterministic() -> None:
    def run() -> list[Any]:
        shop = ShopifyShop(SimClock(START, frozen=True))
        shop.add_items()
        shop.generate(40, seed=9, since=START - timedelta(days=20), mix="all")
        return shop.orders()

    assert run() == run()
