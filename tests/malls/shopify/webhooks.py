"""Webhooks that are really posted: signed, at least once, unordered (section 14)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from ..common.clock import SimClock
from .jobs import uuid_of
from .model import Node, Order
from .settings import Settings
from .store import UTC, Store
from .webhook_bodies import body_of

#: Eight retries over four hours.
RETRY_SECONDS = (60, 120, 300, 600, 1200, 2400, 4200, 5520)
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
CUSTOMER_TOPICS = ("orders/", "customers/", "refunds/", "fulfillments/", "returns/", "checkouts/")


@dataclass(eq=False)
class Subscription(Node):
    """``WebhookSubscription``."""

    typename: ClassVar[str] = "WebhookSubscription"
    topic: str = ""
    uri: str = ""
    format: str = "JSON"
    name: str | None = None
    filter: str | None = None
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    failures: int = 0

    @property
    def rest_topic(self) -> str:
        """``ORDERS_UPDATED`` -> ``orders/updated``."""
        return topic_name(self.topic)


#: Enum values whose resource has an underscore of its own.
_RESOURCES = (
    "inventory_levels",
    "inventory_items",
    "bulk_operations",
    "fulfillment_orders",
    "app_scopes",
    "order_transactions",
)


def topic_name(enum: str) -> str:
    """Topic of a ``WebhookSubscriptionTopic`` value as it stands in the header."""
    text = enum.lower()
    if text in ("app_uninstalled", "app_scopes_update"):
        return {"app_uninstalled": "app/uninstalled", "app_scopes_update": "app/scopes_update"}[
            text
        ]
    for resource in _RESOURCES:
        if text.startswith(resource + "_"):
            return f"{resource}/{text[len(resource) + 1 :]}"
    head, _sep, rest = text.partition("_")
    return f"{head}/{rest}"


#: Resource of a topic -> scope it takes (section 7); others need none.
_TOPIC_SCOPES = {
    "orders": "read_orders",
    "refunds": "read_orders",
    "order_transactions": "read_orders",
    "fulfillments": "read_fulfillments",
    "fulfillment_orders": "read_merchant_managed_fulfillment_orders",
    "returns": "read_returns",
    "customers": "read_customers",
    "products": "read_products",
    "inventory_levels": "read_inventory",
    "inventory_items": "read_inventory",
    "locations": "read_locations",
}


def missing_scope(topic: str, held: frozenset[str]) -> bool:
    """Whether an app with these scopes may not subscribe to a topic (``orders/updated``)."""
    scope = _TOPIC_SCOPES.get(topic.partition("/")[0])
    return scope is not None and scope not in held


@dataclass
class Delivery:
    """One message on its way."""

    subscription: Subscription
    topic: str
    body: bytes
    webhook_id: str
    event_id: str
    triggered: datetime
    due: datetime
    order_id: int | None = None
    tries: int = 0
    outcome: list[Any] = field(default_factory=list)
    done: bool = False


@dataclass
class Options:
    """Set by ``POST /_sim/webhooks``."""

    drop: int = 0
    duplicate: int = 0
    reorder: bool = False
    delay_seconds: float = 0.0
    wrong_signature: int = 0
    paused: bool = False
    topic: str | None = None


class Dispatcher:
    """The background thread that posts. Times are those of the shop's clock."""

    def __init__(self, clock: SimClock, settings: Settings, secret: Callable[[], str]) -> None:
        self.clock, self.settings, self.secret = clock, settings, secret
        self.options = Options()
        self.queue: list[Delivery] = []
        self.log: list[Delivery] = []
        self.dropped: list[Subscription] = []
        self.store: Store | None = None
        self.on_idle: Callable[[], None] = lambda: None
        self._wake = threading.Condition()
        self._busy = 0
        self._thread: threading.Thread | None = None
        self._stop = False

    # -- producing -------------------------------------------------------------

    def listen(self, topic: str, record: Any) -> None:
        """A change in the shop: make a delivery per subscription."""
        store = self.store
        if store is None or not store.webhooks:
            return
        wanted = [s for s in store.webhooks.values() if s.rest_topic == topic]
        if not wanted:
            return
        body = body_of(topic, record)
        event = uuid_of(store, "event")
        now = self.clock.now().astimezone(UTC)
        for subscription in wanted:
            data = (
                {k: v for k, v in body.items() if k in subscription.include_fields}
                if subscription.include_fields
                else body
            )
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
            order_id = record.id if isinstance(record, Order) else None
            self._enqueue(
                Delivery(
                    subscription,
                    topic,
                    text,
                    uuid_of(store, "webhook"),
                    event,
                    now,
                    now + timedelta(seconds=self.options.delay_seconds),
                    order_id,
                )
            )

    def _enqueue(self, delivery: Delivery) -> None:
        options = self.options
        hit = options.topic in (None, delivery.topic)
        with self._wake:
            if hit and options.drop > 0:
                options.drop -= 1
                delivery.outcome.append("dropped")
                delivery.done = True
                self.log.append(delivery)
                return
            self.queue.append(delivery)
            if hit and options.duplicate > 0:
                options.duplicate -= 1
                self.queue.append(Delivery(**{**vars(delivery), "outcome": []}))
            if options.reorder and len(self.queue) > 1:
                self.queue[-1], self.queue[-2] = self.queue[-2], self.queue[-1]
            self._wake.notify_all()
        self.start()

    # -- sending ---------------------------------------------------------------

    def start(self) -> None:
        """Start the thread when it does not run."""
        with self._wake:
            if self._thread is None and not self._stop:
                self._thread = threading.Thread(
                    target=self._run, name="shopify-webhooks", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        with self._wake:
            self._stop = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=2)
        self._thread, self._stop = None, False

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._stop:
                    return
                delivery = self._next()
                if delivery is None:
                    self._wake.wait(0.05)
                else:
                    self._busy += 1
            if delivery is None:
                self.on_idle()
                continue
            try:
                self._send(delivery)
            finally:
                with self._wake:
                    self._busy -= 1
                    self._wake.notify_all()

    def _next(self) -> Delivery | None:
        """The first delivery that is due, in reverse order when asked for."""
        if self.options.paused:
            return None
        now = self.clock.now()
        due = [d for d in self.queue if d.due <= now]
        if not due:
            return None
        chosen = due[-1] if self.options.reorder else due[0]
        self.queue.remove(chosen)
        return chosen

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until everything that is due was tried; False when the time is over."""
        end = time.monotonic() + seconds
        with self._wake:
            while time.monotonic() < end:
                now = self.clock.now()
                if not self._busy and not any(d.due <= now for d in self.queue):
                    return True
                self._wake.wait(0.02)
        return False

    def headers(self, delivery: Delivery) -> dict[str, str]:
        """``X-Shopify-*`` with the HMAC of the raw body."""
        secret = self.settings.webhook_secret or self.secret()
        if self.options.wrong_signature > 0:
            self.options.wrong_signature -= 1
            secret = "wrong-" + secret
        digest = hmac.new(secret.encode(), delivery.body, hashlib.sha256).digest()
        found = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": delivery.topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Shop-Domain": self.settings.shop_domain,
            "X-Shopify-API-Version": self.settings.webhook_api_version,
            "X-Shopify-Webhook-Id": delivery.webhook_id,
            "X-Shopify-Event-Id": delivery.event_id,
            "X-Shopify-Triggered-At": delivery.triggered.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",
            "X-Shopify-Test": "false",
        }
        if delivery.order_id is not None:
            found["X-Shopify-Order-Id"] = str(delivery.order_id)
        if delivery.subscription.name:
            found["X-Shopify-Name"] = delivery.subscription.name
        return found

    def _send(self, delivery: Delivery) -> None:
        delivery.tries += 1
        try:
            status: Any = self._post(delivery)
        except OSError as exc:
            status = type(exc).__name__
        except http.client.HTTPException as exc:
            status = type(exc).__name__
        delivery.outcome.append(status)
        with self._wake:
            self.log.append(delivery)
            self._settle(delivery, isinstance(status, int) and 200 <= status < 300)

    def _post(self, delivery: Delivery) -> int:
        parts = urlsplit(delivery.subscription.uri)
        if parts.hostname not in LOCAL_HOSTS and not self.settings.post_external_webhooks:
            raise OSError("only addresses of this machine are posted to")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.hostname or "", parts.port, timeout=self.settings.webhook_timeout)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, delivery.body, self.headers(delivery))
            return connection.getresponse().status
        finally:
            connection.close()

    def _settle(self, delivery: Delivery, success: bool) -> None:
        """After 8 failures in a row the API-made subscription is deleted."""
        subscription = delivery.subscription
        if success:
            subscription.failures = 0
            delivery.done = True
            return
        subscription.failures += 1
        if subscription.failures >= len(RETRY_SECONDS):
            self.queue = [d for d in self.queue if d.subscription is not subscription]
            if self.store is not None:
                self.store.webhooks.pop(subscription.id, None)
                self.store.nodes.pop(subscription.gid, None)
            self.dropped.append(subscription)
            delivery.done = True
            return
        if delivery.tries <= len(RETRY_SECONDS):
            delivery.due = self.clock.now() + timedelta(seconds=RETRY_SECONDS[delivery.tries - 1])
            self.queue.append(delivery)

    def overview(self) -> dict[str, Any]:
        """For ``GET /_sim/webhooks``."""
        with self._wake:
            return {
                "options": vars(self.options),
                "waiting": len(self.queue),
                "sent": [
                    {
                        "topic": d.topic,
                        "uri": d.subscription.uri,
                        "webhook_id": d.webhook_id,
                        "tries": d.tries,
                        "outcome": list(d.outcome),
                    }
                    for d in self.log[-200:]
                ],
                "deleted_subscriptions": [s.uri for s in self.dropped],
            }
