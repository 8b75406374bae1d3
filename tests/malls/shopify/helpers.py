"""Small helpers of the simulator's tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from . import samples
from .client import Client

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def yen(bag: dict[str, Any], side: str = "shopMoney") -> float:
    """Amount of a MoneyBag."""
    return float(bag[side]["amount"])


def order_of(api: Client, ref: str) -> dict[str, Any]:
    """The full order."""
    return dict(api.data(samples.ORDER, {"id": ref, "lines": 100})["order"])


def after_of(api: Client, ref: str) -> dict[str, Any]:
    """Fulfilments, refunds, returns."""
    return dict(api.data(samples.AFTER, {"id": ref})["order"])


def open_fos(api: Client, ref: str) -> list[dict[str, Any]]:
    """Fulfilment orders that are not closed."""
    rows = api.data(samples.FULFILLMENT_ORDERS, {"id": ref})["order"]["fulfillmentOrders"]["nodes"]
    return [f for f in rows if f["status"] not in ("CLOSED", "CANCELLED")]


def item_id(api: Client, sku: str) -> str:
    """Inventory item of a SKU."""
    rows = api.data(samples.VARIANTS, {"query": f"sku:'{sku}'"})["productVariants"]["nodes"]
    return str(next(v["inventoryItem"]["id"] for v in rows if v["sku"] == sku))


def level(api: Client, sku: str, place: str = "gid://shopify/Location/9001") -> dict[str, int]:
    """Quantities of a SKU at a place, read over the API."""
    node = api.data(samples.LEVELS, {"ids": [item_id(api, sku)]})["nodes"][0]
    row = next(x for x in node["inventoryLevels"]["nodes"] if x["location"]["id"] == place)
    return {q["name"]: q["quantity"] for q in row["quantities"]}


def until(test: Callable[[], Any], seconds: float = 5) -> Any:
    """Wait for background work."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = test()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("did not happen")


def subscribe(api: Client, topic: str, uri: str, **more: Any) -> dict[str, Any]:
    """Payload of ``webhookSubscriptionCreate``."""
    variables = {"t": topic, "s": {"uri": uri, **more}}
    return dict(api.data(samples.HOOK, variables)["webhookSubscriptionCreate"])
