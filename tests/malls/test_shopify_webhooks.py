"""Webhooks that are really posted (section 14)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

from .shopify import samples
from .shopify.client import Client, Receiver
from .shopify.helpers import (
    subscribe,
    until,
)
from .shopify.shop import ShopifyShop
from .shopify.webhooks import topic_name

pytest_plugins = ["tests.malls.shopify.fixtures"]


def test_topics() -> None:
    names = {
        "ORDERS_UPDATED": "orders/updated",
        "INVENTORY_LEVELS_UPDATE": "inventory_levels/update",
        "BULK_OPERATIONS_FINISH": "bulk_operations/finish",
        "APP_UNINSTALLED": "app/uninstalled",
        "REFUNDS_CREATE": "refunds/create",
        "ORDERS_PARTIALLY_FULFILLED": "orders/partially_fulfilled",
    }
    assert {k: topic_name(k) for k in names} == names


def test_signed_delivery(shop: ShopifyShop, api: Client) -> None:
    with Receiver() as receiver:
        subscribe(api, "ORDERS_CREATE", receiver.url)
        ref = shop.place("wishes")
        headers, body = until(lambda: receiver.calls)[0]
    digest = base64.b64encode(
        hmac.new(shop.client_secret.encode(), body, hashlib.sha256).digest()
    ).decode()
    assert (
        headers["x-shopify-hmac-sha256"] == digest and headers["x-shopify-topic"] == "orders/create"
    )
    assert (
        headers["x-shopify-shop-domain"] == shop.shop_domain
        and headers["x-shopify-api-version"] == "2026-10"
    )
    assert (
        headers["x-shopify-order-id"] == ref.rsplit("/", 1)[1]
        and headers["x-shopify-webhook-id"]
        and headers["x-shopify-event-id"]
    )
    data = json.loads(body)
    assert (
        data["admin_graphql_api_id"] == ref
        and data["total_price"] == "1860"
        and data["created_at"].endswith("+09:00")
    )
    assert (
        data["line_items"][0]["sku"] == "TEA-100"
        and {"name": "配送希望日", "value": "2026-11-25"} in data["note_attributes"]
    )


def test_every_change_is_told(shop: ShopifyShop, api: Client) -> None:
    topics = [
        "ORDERS_CREATE",
        "ORDERS_UPDATED",
        "ORDERS_PAID",
        "ORDERS_CANCELLED",
        "ORDERS_EDITED",
        "ORDERS_DELETE",
        "REFUNDS_CREATE",
        "FULFILLMENTS_CREATE",
        "FULFILLMENTS_UPDATE",
        "PRODUCTS_CREATE",
        "PRODUCTS_UPDATE",
        "PRODUCTS_DELETE",
        "INVENTORY_LEVELS_UPDATE",
        "RETURNS_REQUEST",
    ]
    with Receiver() as receiver:
        for topic in topics:
            assert subscribe(api, topic, receiver.url)["userErrors"] == []
        shop.place("konbini_paid")
        for name in ("cancelled", "edited_add", "delivered", "partial_refund", "return_requested"):
            shop.place(name)
        shop.event(shop.place("standard"), "delete")
        shop.add_items([{"sku": "N", "item_code": "n", "name": "新", "price": 1, "stock": 1}])
        shop.add_items([{"sku": "N", "item_code": "n", "name": "新", "price": 2, "stock": 1}])
        shop.event(shop.buy(sku="N"), "delete_product")
        shop.dispatcher.flush()
        told = {h["x-shopify-topic"] for h, _b in receiver.calls}
    assert told == {topic_name(t) for t in topics}


def test_subscription_rules(shop: ShopifyShop, api: Client) -> None:
    first = subscribe(api, "ORDERS_UPDATED", "https://odoo.example.jp/hook", name="a")
    made = first["webhookSubscription"]
    assert made["apiVersion"] == {"handle": "2026-10"} and made["format"] == "JSON"
    again = subscribe(api, "ORDERS_UPDATED", "https://odoo.example.jp/hook")
    assert again["userErrors"] == [
        {
            "field": ["webhookSubscription", "callbackUrl"],
            "message": "Address for this topic has already been taken",
        }
    ]
    for uri in ("http://odoo.example.jp/x", "https://x.shopify.com/x", "https://intern/x"):
        assert subscribe(api, "ORDERS_PAID", uri)["webhookSubscription"] is None
    assert subscribe(api, "ORDERS_PAID", "http://127.0.0.1:9/x")["userErrors"] == []
    shop.configure(allow_local_webhooks=False)
    assert subscribe(api, "ORDERS_CREATE", "http://127.0.0.1:9/x")["userErrors"]
    rows = api.data(samples.HOOKS, {"topics": ["ORDERS_UPDATED"]})["webhookSubscriptions"]["nodes"]
    assert [r["id"] for r in rows] == [made["id"]]
    changed = api.data(
        samples.HOOK_UPDATE, {"id": made["id"], "s": {"uri": "https://odoo.example.jp/other"}}
    )["webhookSubscriptionUpdate"]
    assert changed["webhookSubscription"]["uri"].endswith("/other")
    assert (
        api.data(samples.HOOK_DELETE, {"id": made["id"]})["webhookSubscriptionDelete"][
            "deletedWebhookSubscriptionId"
        ]
        == made["id"]
    )
    assert api.data(samples.HOOK_DELETE, {"id": made["id"]})["webhookSubscriptionDelete"][
        "userErrors"
    ]


def test_retries_keep_the_id_and_use_the_clock(shop: ShopifyShop, api: Client) -> None:
    statuses = [500, 302, 200]
    with Receiver(lambda headers: statuses.pop(0)) as receiver:
        subscribe(api, "ORDERS_CREATE", receiver.url)
        shop.place("standard")
        shop.dispatcher.flush()
        assert len(receiver.calls) == 1
        for wait, count in ((61, 2), (121, 3), (9999, 3)):
            shop.clock.advance(wait)
            shop.dispatcher.flush()
            assert len(receiver.calls) == count
        assert len({h["x-shopify-webhook-id"] for h, _b in receiver.calls}) == 1
        assert len({b for _h, b in receiver.calls}) == 1


def test_subscription_is_deleted_after_eight_failures(shop: ShopifyShop, api: Client) -> None:
    with Receiver(lambda headers: 500) as receiver:
        subscribe(api, "ORDERS_CREATE", receiver.url)
        shop.place("standard")
        for _ in range(9):
            shop.dispatcher.flush()
            shop.clock.advance(6000)
        assert len(receiver.calls) == 8
    assert api.data(samples.HOOKS)["webhookSubscriptions"]["nodes"] == []
    assert shop.dispatcher.overview()["deleted_subscriptions"] == [receiver.url]


def test_slow_receivers_count_as_failures(shop: ShopifyShop, api: Client) -> None:
    shop.configure(webhook_timeout=0.1)
    with Receiver(lambda headers: time.sleep(0.3) or 200) as receiver:  # type: ignore[func-returns-value]
        subscribe(api, "ORDERS_CREATE", receiver.url)
        shop.place("standard")
        shop.dispatcher.flush()
        assert shop.dispatcher.log[0].outcome == ["TimeoutError"]


def test_external_addresses_are_not_posted_to(shop: ShopifyShop, api: Client) -> None:
    subscribe(api, "ORDERS_CREATE", "https://odoo.example.jp/hook")
    shop.place("standard")
    shop.dispatcher.flush()
    assert shop.dispatcher.log[0].outcome == ["OSError"]


def test_drop_duplicate_reorder_wrong_signature(shop: ShopifyShop, api: Client) -> None:
    with Receiver() as receiver:
        subscribe(api, "ORDERS_CREATE", receiver.url)
        api.sim("POST", "webhooks", {"drop": 1})
        shop.place("standard")
        assert (
            api.sim("POST", "webhooks", {"flush": True})["sent"][0]["outcome"] == ["dropped"]
            and receiver.calls == []
        )
        api.sim("POST", "webhooks", {"duplicate": 1})
        shop.place("standard")
        shop.dispatcher.flush()
        assert (
            len(receiver.calls) == 2
            and receiver.calls[0][0]["x-shopify-webhook-id"]
            == receiver.calls[1][0]["x-shopify-webhook-id"]
        )
        api.sim("POST", "webhooks", {"reorder": True, "paused": True})
        refs = [shop.place("standard") for _ in range(3)]
        api.sim("POST", "webhooks", {"paused": False, "flush": True})
        order = [json.loads(b)["admin_graphql_api_id"] for _h, b in receiver.calls[2:]]
        assert sorted(order) == refs and order != refs
        api.sim("POST", "webhooks", {"reorder": False, "wrong_signature": 1})
        shop.place("standard")
        shop.dispatcher.flush()
        headers, body = receiver.calls[-1]
        assert (
            headers["x-shopify-hmac-sha256"]
            != base64.b64encode(
                hmac.new(shop.client_secret.encode(), body, hashlib.sha256).digest()
            ).decode()
        )
        api.sim("POST", "webhooks", {"delay_seconds": 60})
        shop.place("standard")
        count = len(receiver.calls)
        shop.dispatcher.flush()
        assert len(receiver.calls) == count
        shop.clock.advance(61)
        shop.dispatcher.flush()
        assert len(receiver.calls) == count + 1
    assert api.http("POST", "/_sim/webhooks", {"nonsense": 1})[0] == 400
