"""Fifty thousand SKUs written anew: our own work beside the time each mall's limit asks for.

Both malls are simulated over HTTP and keep their limits. Waiting for a limit is not slept through
but added up: our clock and the mall's are moved on instead, so the run is short and the figure is
the same. The mall's answers are counted apart, for a simulated mall answers in its own time.
"""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import calls
from tests.malls.rakuten import RakutenMall
from tests.malls.shopify.shop import ShopifyShop
from tools.lab import Lab

SKUS = 50_000
QUANTITY = 7


@dataclass(frozen=True)
class Limit:
    """What a mall allows: SKUs per writing call, and how many such calls a second."""

    operation: str
    batch: int
    per_second: float
    words: str

    def least(self, count: int) -> float:
        """Seconds that writing ``count`` SKUs takes at the very least."""
        return math.ceil(count / self.batch) / self.per_second


LIMITS = {
    "rakuten": Limit("inventory.bulk-upsert", 400, 1.0, "400 SKUs a call, 1 call a second"),
    # A mutation costs 10 points, of which the smallest plan gives back 100 a second.
    "shopify": Limit(
        "inventorySetQuantities", 250, 10.0, "250 SKUs a call of 10 points, 100 points a second"
    ),
}


def report(count: int = SKUS) -> list[str]:
    """The section for ``bench/results.md``."""
    lines = [
        f"## {count:,} SKUs written anew, against each mall's own limit",
        "",
        "| mall | its limit | least s | needed s | of it waiting for the limit "
        "| the mall's answers | our own work | writing calls | least |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    wrong = {}
    for provider, limit in LIMITS.items():
        took, wrong[provider] = _measure(provider, limit, count)
        own = took["seconds"] - took["answers"]
        lines.append(
            f"| {provider} | {limit.words} | {limit.least(count):.0f} "
            f"| {took['seconds'] + took['waited']:.0f} | {took['waited']:.0f} "
            f"| {took['answers']:.0f} | {own:.0f} "
            f"| {took['writes']} | {math.ceil(count / limit.batch)} |"
        )
    lines += [
        "",
        "Least: the writing calls alone. Every quantity is also read, before (so that no sale in "
        "between is overwritten, a quantity changed by hand is noticed) and, where the mall says OK"
        " to nonsense, after. Our own work (computing, database) is done while the limit makes us "
        "wait anyway, as far as it fits in.",
    ]
    if any(wrong.values()):
        lines.append(f"\n**FAILED**: SKUs that are wrong afterwards: {wrong}")
    return lines


def _measure(provider: str, limit: Limit, count: int) -> tuple[dict[str, float], int]:
    mall = _START[provider]()
    mall.start()
    try:
        mall.add_items(calls.items(count))
        before = mall.calls[limit.operation]
        with tempfile.TemporaryDirectory() as folder, Lab("ec_bench_rewrite", {}) as lab:
            rows = Path(folder) / "listings.json"
            rows.write_text(json.dumps(_LISTINGS[provider](mall, count)))
            values = {
                "provider": provider,
                "api_url": mall.base_url,
                **_CREDENTIALS[provider](mall),
            }
            took = lab.script(
                f"""
                from bench import rewrite
                answer(rewrite.run(env, {values!r}, {str(rows)!r}))
                """
            )
        took["writes"] = mall.calls[limit.operation] - before
        wrong = sum(quantity != QUANTITY for quantity in mall.stock().values())
    finally:
        mall.stop()
    return took, wrong


def _rakuten_listings(mall: Any, count: int) -> list[dict[str, Any]]:
    items = [f"bulk{n:05d}" for n in range(count)]
    return [{"item": item, "sku": f"{item}/normal-inventory"} for item in items]


def _shopify_listings(shop: Any, count: int) -> list[dict[str, Any]]:
    return [
        {
            "item": variant.product.gid,
            "sku": variant.gid,
            "extra": {"inventory_item_id": variant.item_gid},
        }
        for variant in sorted(shop.store.variants.values(), key=lambda variant: variant.sku)
    ]


_START = {"rakuten": RakutenMall, "shopify": ShopifyShop}
_LISTINGS = {"rakuten": _rakuten_listings, "shopify": _shopify_listings}
_CREDENTIALS = {
    "rakuten": lambda mall: {
        "rakuten_service_secret": mall.service_secret,
        "rakuten_license_key": mall.license_key,
    },
    "shopify": lambda mall: {
        "shopify_client_id": mall.client_id,
        "shopify_client_secret": mall.client_secret,
    },
}


# --- in Odoo's shell -----------------------------------------------------------------------


def run(env: Any, values: dict[str, Any], listings: str) -> dict[str, float]:
    """List the goods, all of them waiting to be sent, and push until nothing is left."""
    import time

    from bench import goods

    channel = env["ec.channel"].create({"name": "Bench", "state": "active", **values})
    rows = json.loads(Path(listings).read_text())
    products = goods.make(env, len(rows), QUANTITY, "BULK")
    goods.list_rows(env, channel, products, rows)
    channel._operation("import_listings").succeeded_at = channel.create_date
    channel.action_pull_orders()
    env.cr.commit()
    clock = _Clock(time.time, values["api_url"])
    started = time.monotonic()
    with clock.everywhere(env, channel):
        channel.action_push_stock()
        env.cr.commit()
    left = env["ec.listing.sku"].search_count(
        [("channel_id", "=", channel.id), ("dirty", "=", True)]
    )
    if left:
        raise AssertionError(f"{left} SKUs were not sent: {channel.last_error}")
    seconds = time.monotonic() - started - clock.telling
    return {"seconds": seconds, "answers": clock.answers, "waited": clock.waited}


class _Clock:
    """Time that passes by itself and by being slept through, without the sleeping."""

    def __init__(self, real: Any, url: str) -> None:
        self._real, self._url = real, url
        self.waited = self.answers = self.telling = 0.0

    def now(self) -> float:
        return self._real() + self.waited

    def sleep(self, seconds: float) -> None:
        """Nobody sleeps; the mall's clock is moved on as well, which takes a moment of its own."""
        import requests

        started = self._real()
        self.waited += seconds
        requests.post(
            f"{self._url}/_sim/clock", json={"advance_seconds": seconds}, timeout=60
        ).raise_for_status()
        self.telling += self._real() - started

    def everywhere(self, env: Any, channel: Any) -> Any:
        """Have the connectors live by this clock, and count the time of the mall's answers."""
        from contextlib import ExitStack
        from unittest.mock import patch

        from odoo.addons.ec_channel_shopify.lib import budget
        from odoo.addons.ec_unified.lib.http import Transport
        from odoo.addons.ec_unified.lib.ratelimit import MemorySlots, RateLimiter

        slots, send = MemorySlots(), Transport.send
        client = type(channel._adapter()._client(channel))

        def timed(transport: Any, *args: Any, **kwargs: Any) -> Any:
            started = self._real()
            try:
                return send(transport, *args, **kwargs)
            finally:
                self.answers += self._real() - started

        stack = ExitStack()
        for patcher in (
            patch.dict(client.__init__.__kwdefaults__, {"sleep": self.sleep}),
            patch.dict(RateLimiter.__init__.__kwdefaults__, {"clock": self.now}),
            patch.object(budget.Budget.__init__, "__defaults__", (self.now,)),
            patch.dict(budget._budgets, clear=True),
            patch.object(env.registry["ec.channel"], "_rate_slots", lambda self: slots),
            patch.object(Transport, "send", timed),
        ):
            stack.enter_context(patcher)
        return stack
