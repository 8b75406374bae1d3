"""Notifications: signature, meaning, subscriptions (section 14)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...ec_unified.lib.errors import DataError, EcError, SetupError
from .client import ShopifyClient, raise_user_errors
from .const import WEBHOOK_TOPICS

#: Larger bodies are refused unread; Shopify's are far smaller.
MAX_BODY = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One delivery, without its content: it only says that something changed."""

    delivery_id: str  # the same on every repeat of this delivery
    topic: str  # "orders/updated"
    shop: str
    order_ref: str | None = None
    product_ref: str | None = None
    item_ref: str | None = None  # inventory item
    location_ref: str | None = None
    available: int | None = None

    def payload(self) -> dict[str, Any]:
        """What is kept of it: what it speaks of, nothing else."""
        kept = {
            "order_ref": self.order_ref,
            "product_ref": self.product_ref,
            "item_ref": self.item_ref,
            "location_ref": self.location_ref,
            "available": self.available,
        }
        # The first two were there from the beginning and are always said.
        rest = {key: value for key, value in kept.items() if value is not None}
        return {"topic": self.topic, "order_ref": self.order_ref, **rest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription as Shopify keeps it."""

    id: str
    topic: str
    uri: str


def signed_by(body: bytes, signature: str | None, secrets: Iterable[str]) -> bool:
    """Whether ``body`` carries the HMAC of one of ``secrets``, compared in constant time.

    After a rotation the old secret may sign for another hour, so both are tried.
    """
    given = (signature or "").encode("ascii", "replace")
    valid = False
    for secret in secrets:
        if not secret:
            continue
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        # No early exit: the time must not tell which secret fitted.
        valid |= hmac.compare_digest(base64.b64encode(digest), given)
    return valid


def read_notice(headers: Any, body: bytes) -> Notice:
    """What a delivery is about. ``headers`` is looked up without case.

    :raise DataError: no delivery of Shopify
    """
    topic = (headers.get("X-Shopify-Topic") or "").strip().lower()
    delivery_id = (headers.get("X-Shopify-Webhook-Id") or "").strip()
    if not topic or not delivery_id or len(delivery_id) > 200:
        raise DataError("headers of a notification missing", reason="malformed")
    try:
        content = json.loads(body.decode("utf-8")) if body else {}
    except (UnicodeDecodeError, ValueError):
        raise DataError("notification is not JSON", reason="malformed") from None
    content = content if isinstance(content, dict) else {}
    return Notice(
        delivery_id=delivery_id,
        topic=topic[:100],
        shop=(headers.get("X-Shopify-Shop-Domain") or "").strip().lower()[:253],
        order_ref=_order_ref(topic, content),
        **_goods(topic, content),
    )


def _goods(topic: str, content: dict[str, Any]) -> dict[str, Any]:
    """The product or the inventory item a body speaks of."""
    area = topic.partition("/")[0]
    number = content.get("inventory_item_id" if area == "inventory_levels" else "id")
    if not isinstance(number, int):
        return {}
    if area == "products":
        return {"product_ref": f"gid://shopify/Product/{number}"}
    if area == "inventory_levels":
        available, place = content.get("available"), content.get("location_id")
        return {
            "item_ref": f"gid://shopify/InventoryItem/{number}",
            "location_ref": f"gid://shopify/Location/{place}" if isinstance(place, int) else None,
            "available": available if isinstance(available, int) else None,
        }
    return {}


def _order_ref(topic: str, content: dict[str, Any]) -> str | None:
    """The global id of the order a body (REST shape, numeric ids) speaks of."""
    area = topic.partition("/")[0]
    if area == "orders":
        number = content.get("id")
        gid = content.get("admin_graphql_api_id")
        if isinstance(gid, str) and gid.startswith("gid://shopify/Order/"):
            return gid
        edit = content.get("order_edit")
        if isinstance(edit, dict):
            number = edit.get("order_id")
    elif area in ("refunds", "fulfillments", "order_transactions", "returns"):
        number = content.get("order_id")
    else:
        return None
    return f"gid://shopify/Order/{number}" if isinstance(number, int) else None


# --- subscriptions -----------------------------------------------------------------------


def list_subscriptions(client: ShopifyClient) -> list[Subscription]:
    """The subscriptions this app made through the API."""
    return [
        Subscription(id=row["id"], topic=row["topic"], uri=row["uri"])
        for row in client.rows("webhook_subscriptions", "webhookSubscriptions")
    ]


def repair_subscriptions(
    client: ShopifyClient, uri: str, topics: Iterable[str] = WEBHOOK_TOPICS
) -> tuple[list[str], list[str], dict[str, EcError]]:
    """Make the subscriptions to ``uri`` what they should be; those to other addresses stay.

    Shopify deletes a subscription after eight failures in a row, so this runs daily. A topic the
    app has no scope for does not keep the others from being subscribed.

    :return: topics subscribed now, topics dropped, why others were refused
    :raise EcError: none could be subscribed
    """
    wanted = list(topics)
    ours = [row for row in list_subscriptions(client) if row.uri == uri]
    there = {row.topic for row in ours}
    made, dropped, refused = [], [], {}
    for topic in wanted:
        try:
            if topic not in there and _subscribe(client, topic, uri):
                made.append(topic)
        except (DataError, SetupError) as error:
            refused[topic] = error
    if refused and len(refused) == len(wanted):
        raise next(iter(refused.values()))
    for row in ours:
        if row.topic not in wanted:
            _unsubscribe(client, row.id)
            dropped.append(row.topic)
    return made, dropped, refused


def drop_subscriptions(client: ShopifyClient, uri: str) -> int:
    """End all subscriptions to ``uri``. :return: how many"""
    ours = [row for row in list_subscriptions(client) if row.uri == uri]
    for row in ours:
        _unsubscribe(client, row.id)
    return len(ours)


def _subscribe(client: ShopifyClient, topic: str, uri: str) -> bool:
    reply = client.execute(
        "webhook_create", {"topic": topic, "subscription": {"uri": uri, "format": "JSON"}}
    )
    payload = reply.data["webhookSubscriptionCreate"]
    taken = any("already been taken" in e["message"] for e in payload["userErrors"])
    if taken:
        return False  # another run was quicker
    raise_user_errors(payload, reply)
    return True


def _unsubscribe(client: ShopifyClient, subscription_id: str) -> None:
    reply = client.execute("webhook_delete", {"id": subscription_id})
    payload = reply.data["webhookSubscriptionDelete"]
    gone = any("does not exist" in e["message"].lower() for e in payload["userErrors"])
    if not gone:
        raise_user_errors(payload, reply)
