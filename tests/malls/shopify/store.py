"""Everything the shop remembers, with ids, times and change events."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ..common.clock import SimClock
from .model import Customer, Level, Location, Node, Order, Product, Variant
from .settings import Settings

UTC = UTC
T = TypeVar("T", bound=Node)

#: First number of each kind of record.
FIRST_IDS = {
    "Order": 5550000001001,
    "LineItem": 13000000001,
    "OrderTransaction": 6001,
    "Customer": 7001,
    "Product": 401,
    "ProductVariant": 4001,
    "InventoryItem": 13001,
    "InventoryLevel": 5001,
    "Location": 9001,
    "MailingAddress": 7501,
    "ShippingLine": 5560000001001,
    "Fulfillment": 8001,
    "FulfillmentOrder": 8401,
    "FulfillmentOrderLineItem": 84101,
    "FulfillmentLineItem": 81001,
    "Refund": 8201,
    "RefundLineItem": 82101,
    "Return": 8301,
    "ReturnLineItem": 83101,
    "ProductOption": 41001,
    "ProductOptionValue": 42001,
    "MediaImage": 43001,
    "WebhookSubscription": 3001,
    "BulkOperation": 2001,
    "ProductSetOperation": 4301,
    "InventoryAdjustmentGroup": 5101,
    "order_number": 1001,
    "LineItemGroup": 14001,
    "ShopifyPaymentsPayout": 1501,
    "ShopifyPaymentsBalanceTransaction": 160001,
}

Listener = Callable[[str, Any], None]


class Store:
    """Tables of the shop. Pure data: it can be pickled and restored."""

    _by_handle: dict[str, Product] | None = None

    def __init__(self, clock: SimClock, settings: Settings) -> None:
        self.clock: SimClock | None = clock
        self.settings = settings
        self.listeners: list[Listener] = []
        self.counters: dict[str, int] = {}
        self.nodes: dict[str, Any] = {}
        self.orders: dict[int, Order] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.items: dict[int, Variant] = {}
        self.by_sku: dict[str, list[Variant]] = {}
        self.customers: dict[int, Customer] = {}
        self.locations: dict[int, Location] = {}
        self.jobs: dict[str, Any] = {}
        self.operations: dict[str, Any] = {}
        self.idempotency: dict[tuple[str, str], Any] = {}
        self.bulk: dict[int, Any] = {}
        self.webhooks: dict[int, Any] = {}
        self.payouts: dict[int, Any] = {}
        self.balance: dict[int, Any] = {}
        self.history: list[dict[str, Any]] = []
        self.rng = random.Random(20261101)
        self._last = datetime(2000, 1, 1, tzinfo=UTC)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state.update(clock=None, listeners=[])
        return state

    # -- time and ids ----------------------------------------------------------

    def now(self) -> datetime:
        """Time of the shop in UTC, microseconds behind the seconds shown (section 6)."""
        assert self.clock is not None
        now = self.clock.now().astimezone(UTC)
        if now <= self._last and self._last - now < timedelta(seconds=1):
            now = self._last + timedelta(microseconds=1)
        self._last = now
        return now

    def next_id(self, kind: str) -> int:
        """Next number of a kind."""
        number = self.counters.get(kind, FIRST_IDS.get(kind, 1))
        self.counters[kind] = number + 1
        return number

    def add(self, node: T) -> T:
        """Make a record reachable by its global id."""
        self.nodes[node.gid] = node
        return node

    def get(self, gid: Any, kind: type[T]) -> T | None:
        """The record with that id when it has that type."""
        node = self.nodes.get(str(gid))
        return node if isinstance(node, kind) else None

    # -- changes ---------------------------------------------------------------

    def emit(self, topic: str, record: Any) -> None:
        """Tell the webhooks that something happened."""
        for listener in self.listeners:
            listener(topic, record)

    def touch(self, order: Order, *topics: str) -> None:
        """An order changed: new ``updatedAt``, then its topics and ``orders/updated``."""
        order.updated_at = self.now()
        for topic in topics:
            self.emit(topic, order)
        self.emit("orders/updated", order)

    # -- look-ups --------------------------------------------------------------

    def active_locations(self) -> list[Location]:
        """Places that ship online orders, in the order of routing."""
        return [x for x in self.locations.values() if x.is_active and x.fulfills_online_orders]

    def variant_of(self, sku: str) -> Variant:
        """The first variant with that SKU (SKUs are not unique, trap 20)."""
        found = [v for v in self.by_sku.get(sku, []) if not v.deleted]
        if not found:
            raise KeyError(f"SKU {sku}")
        return found[0]

    def product_of(self, handle: str) -> Product | None:
        """The product with that handle; handles are unique."""
        if self._by_handle is None:
            self._by_handle = {product.handle: product for product in self.products.values()}
        found = self._by_handle.get(handle)
        lives = found and found.handle == handle and self.products.get(found.id) is found
        return found if lives else None

    def index_handle(self, product: Product) -> None:
        """Note a product's handle, new or changed."""
        if self._by_handle is not None:
            self._by_handle[product.handle] = product

    def index_sku(self, variant: Variant, old: str | None = None) -> None:
        """Keep the SKU index in step."""
        if old and variant in self.by_sku.get(old, []):
            self.by_sku[old].remove(variant)
        if variant.sku:
            rows = self.by_sku.setdefault(variant.sku, [])
            if variant not in rows:
                rows.append(variant)

    def level(self, variant: Variant, location: Location, create: bool = False) -> Level | None:
        """Stock row of an item at a place."""
        for level in variant.levels:
            if level.location is location:
                return level
        if not create:
            return None
        now = self.now()
        level = Level(
            self.next_id("InventoryLevel"), variant, location, created_at=now, updated_at=now
        )
        variant.levels.append(level)
        return self.add(level)
