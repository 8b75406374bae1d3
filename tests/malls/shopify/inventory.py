"""Stock of the shop: states, sales, set and adjust (section 12)."""

from __future__ import annotations

from typing import Any

from .model import Level, Line, Location, Variant
from .store import Store

REASONS = frozenset(
    "correction cycle_count_available damaged movement_canceled movement_created movement_received "
    "movement_updated other promotion quality_control received reservation_created "
    "reservation_deleted reservation_updated restock safety_stock shrinkage".split()
)
STATES = (
    "available",
    "committed",
    "damaged",
    "incoming",
    "on_hand",
    "quality_control",
    "reserved",
    "safety_stock",
)
LIMIT = 1_000_000_000


def change(store: Store, level: Level, state: str, delta: int) -> None:
    """Add to one state; ``on_hand`` moves ``available`` (section 12)."""
    if state == "on_hand":
        state = "available"
    now = store.now()
    level.quantities[state] = level.quantities.get(state, 0) + delta
    level.changed[state] = now
    level.updated_at = now
    level.is_active = True
    if store.settings.product_updated_by_stock:
        level.variant.product.updated_at = now
    store.emit("inventory_levels/update", level)


def sellable(variant: Variant) -> int:
    """Sum of ``available`` over the active places (``inventoryQuantity``)."""
    return sum(x.get("available") for x in variant.levels if x.is_active and x.location.is_active)


def can_sell(variant: Variant, quantity: int) -> bool:
    """The storefront sells untracked items, oversellable ones, and what is available."""
    if not variant.tracked or variant.inventory_policy == "CONTINUE":
        return True
    return sellable(variant) >= quantity


def route(store: Store, wanted: list[tuple[Line, int]]) -> dict[int, list[tuple[Line, int]]]:
    """Shopify's routing: one place for everything if possible, else split over places."""
    places = store.active_locations()
    for place in places:
        if all(_has(store, line, place, quantity) for line, quantity in wanted):
            return {place.id: list(wanted)}
    plan: dict[int, list[tuple[Line, int]]] = {}
    for line, quantity in wanted:
        for place, part in _split(store, line, quantity, places):
            plan.setdefault(place.id, []).append((line, part))
    return plan


def _has(store: Store, line: Line, place: Location, quantity: int) -> bool:
    variant = line.variant
    if variant is None or not variant.tracked:
        return True
    level = store.level(variant, place)
    return level is not None and level.get("available") >= quantity


def _split(
    store: Store, line: Line, quantity: int, places: list[Location]
) -> list[tuple[Location, int]]:
    variant = line.variant
    if variant is None or not variant.tracked:
        return [(places[0], quantity)]
    parts: list[tuple[Location, int]] = []
    left = quantity
    for place in places:
        level = store.level(variant, place)
        take = min(left, max(0, level.get("available"))) if level else 0
        if take:
            parts.append((place, take))
            left -= take
    if left:  # oversold: the first place that knows the item
        place = next((x.location for x in variant.levels if x.is_active), places[0])
        had = sum(q for p, q in parts if p is place)
        parts = [(p, q) for p, q in parts if p is not place] + [(place, had + left)]
    return parts


def commit(store: Store, line: Line, place: Location, quantity: int) -> None:
    """A sale lowers ``available`` and raises ``committed`` at once."""
    if line.variant is None or not line.variant.tracked:
        return
    level = store.level(line.variant, place, create=True)
    assert level is not None
    change(store, level, "available", -quantity)
    change(store, level, "committed", quantity)


def release(store: Store, line: Line, place: Location, quantity: int, restock: bool) -> None:
    """Take back a commitment; without restock the goods are gone."""
    if line.variant is None or not line.variant.tracked or not quantity:
        return
    level = store.level(line.variant, place, create=True)
    assert level is not None
    change(store, level, "committed", -quantity)
    if restock:
        change(store, level, "available", quantity)


def ship(store: Store, line: Line, place: Location, quantity: int) -> None:
    """A fulfilment takes the goods out of ``committed`` and so out of ``on_hand``."""
    release(store, line, place, quantity, restock=False)


def put_back(
    store: Store, line: Line, place: Location, quantity: int, state: str = "available"
) -> None:
    """Returned goods; a cancelled fulfilment puts them back to ``committed``."""
    if line.variant is None or not line.variant.tracked or not quantity:
        return
    level = store.level(line.variant, place, create=True)
    assert level is not None
    change(store, level, state, quantity)


def stock_table(store: Store) -> dict[str, int]:
    """``GET /_sim/stock``: available per SKU, summed over places."""
    table: dict[str, int] = {}
    for variant in store.variants.values():
        if variant.sku and not variant.deleted:
            table[variant.sku] = table.get(variant.sku, 0) + sellable(variant)
    return table


def stock_by_location(store: Store) -> dict[str, dict[str, dict[str, int]]]:
    """``GET /_sim/stock?by=location``: SKU -> place -> state -> quantity."""
    table: dict[str, dict[str, dict[str, int]]] = {}
    for variant in store.variants.values():
        if not variant.sku or variant.deleted:
            continue
        rows = table.setdefault(variant.sku, {})
        for level in variant.levels:
            if level.is_active:
                rows[level.location.gid] = {
                    s: level.get(s)
                    for s in ("available", "committed", "on_hand", "incoming", "reserved")
                }
    return table


def set_level(store: Store, level: Level, name: str, quantity: int) -> int:
    """Absolute value of ``available`` or ``on_hand``; returns the delta."""
    delta = quantity - level.get(name)
    if delta:
        change(store, level, name, delta)
    return delta


def describe(level: Level) -> dict[str, Any]:
    """Body of ``inventory_levels/update``."""
    return {
        "inventory_item_id": level.variant.item_id,
        "location_id": level.location.id,
        "available": level.get("available"),
        "updated_at": level.updated_at,
        "admin_graphql_api_id": level.gid,
    }
