"""Fifty thousand SKUs written anew: our own work beside the time the mall's limit asks for.

The mall with the hardest limit (400 SKUs a call, one call a second) is simulated over HTTP. Waiting
for the limit is not slept through but added up: our clock is moved on instead, so the run is short
and the figure is the same.
"""

from __future__ import annotations

import math
from typing import Any

from bench import calls
from tests.malls.rakuten import RakutenMall
from tools.lab import Lab

SKUS = 50_000
#: SKUs per writing call and calls per second that the mall allows.
BATCH, PER_SECOND = 400, 1.0


def report(count: int = SKUS) -> list[str]:
    """The section for ``bench/results.md``."""
    mall = RakutenMall()
    mall.start()
    try:
        mall.add_items(calls.items(count))
        with Lab("ec_bench_rewrite", {"rakuten": mall}) as lab:
            took = _push(lab, mall, count)
        wrong = sum(quantity != 7 for quantity in mall.stock().values())
    finally:
        mall.stop()
    least = math.ceil(count / BATCH) / PER_SECOND
    total = took["own"] + took["waited"]
    lines = [
        f"## {count:,} SKUs written anew, against the mall's own limit",
        "",
        "| least the limit allows | needed | ratio | of it our own work | writing calls | least |",
        "|---|---|---|---|---|---|",
        f"| {least:.0f} s | {total:.0f} s | {total / least:.2f} | {took['own']:.0f} s "
        f"| {took['writes']} | {math.ceil(count / BATCH)} |",
        "",
        "Our own work (computing, database, HTTP, reading back) is done while the limit makes us "
        "wait anyway, as far as it fits in.",
    ]
    if wrong:
        lines.append(f"\n**FAILED**: {wrong} SKUs are wrong afterwards")
    return lines


def _push(lab: Lab, mall: Any, count: int) -> dict[str, float]:
    before = dict(mall.calls)
    took = lab.script(
        f"""
        from bench import rewrite
        answer(rewrite.run(env, {count}, {mall.base_url!r}, {mall.service_secret!r},
                           {mall.license_key!r}))
        """
    )
    took["writes"] = mall.calls["inventory.bulk-upsert"] - before.get("inventory.bulk-upsert", 0)
    return took


def run(env: Any, count: int, url: str, secret: str, key: str) -> dict[str, float]:
    """In Odoo's shell: list the goods, change them all, push until nothing is left."""
    import time
    from unittest.mock import patch

    from odoo.addons.ec_unified.lib.ratelimit import MemorySlots, RateLimiter

    from bench import goods

    channel = env["ec.channel"].create(
        {
            "name": "Bench",
            "provider": "rakuten",
            "state": "active",
            "api_url": url,
            "rakuten_service_secret": secret,
            "rakuten_license_key": key,
        }
    )
    products = goods.make(env, count, 7, "BULK")
    goods.list_them(env, channel, products, "bulk{n}|bulk{n}/normal-inventory")
    channel._operation("import_listings").succeeded_at = channel.create_date
    env.cr.commit()
    clock, slots = _Clock(time.time), MemorySlots()
    client = type(channel._adapter()._client(channel))
    started = time.monotonic()
    with (
        patch.dict(client.__init__.__kwdefaults__, {"sleep": clock.sleep}),
        patch.dict(RateLimiter.__init__.__kwdefaults__, {"clock": clock.now}),
        patch.object(env.registry["ec.channel"], "_rate_slots", lambda self: slots),
    ):
        channel.action_push_stock()
        env.cr.commit()
    own = time.monotonic() - started
    return {"own": own, "waited": clock.waited}


class _Clock:
    """Time that passes by itself and by being slept through, without the sleeping."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.waited = 0.0

    def now(self) -> float:
        return self._real() + self.waited

    def sleep(self, seconds: float) -> None:
        self.waited += seconds
