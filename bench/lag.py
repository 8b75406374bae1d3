"""Time from "bought on A" to "right on B", with Odoo running as it does in a shop."""

from __future__ import annotations

import statistics
import time
from typing import Any

from tests.system import shops
from tools.lab import Lab

#: Purchases per path that count; one before them finds the processes warm.
BUYS = 20
PIECES = 500
#: Seconds between two purchases step through this, so that they meet every moment between polls.
PERIOD = 15


def report() -> list[str]:
    """Buy on each mall in turn and wait for the other one to show the right number."""
    malls = shops.start_malls(PIECES)
    try:
        with Lab("ec_bench_lag", malls) as lab:
            shops.connect(lab, pieces=PIECES)
            _use_webhooks(lab)
            lab.start_odoo()
            lab.wait_for(lambda: _level(malls), 180, "both malls show Odoo's stock")
            every = lab.psql("SELECT pull_seconds FROM ec_channel WHERE provider = 'rakuten'")
            polled = _measure(lab, malls, "rakuten", "shopify")
            notified = _measure(lab, malls, "shopify", "rakuten")
    finally:
        for mall in malls.values():
            mall.stop()
    return [
        '## From "bought on A" to "right on B"',
        "",
        "| path | median s | p95 s | worst s | the first after the start s |",
        "|---|---|---|---|---|",
        _row(f"polled every {every.strip()} s (bought on Rakuten)", polled),
        _row("notified by webhook (bought on Shopify)", notified),
        "",
        f"{BUYS} purchases each, spread over the time between two polls. Odoo's scheduler sleeps "
        "for its first minute: that is the first one.",
    ]


def _row(name: str, times: list[float]) -> str:
    first, *rest = times
    p95 = statistics.quantiles(rest, n=20, method="inclusive")[-1]
    return f"| {name} | {statistics.median(rest):.1f} | {p95:.1f} | {max(rest):.1f} | {first:.1f} |"


def _use_webhooks(lab: Lab) -> None:
    """Let the shop send its notifications to this lab's Odoo."""
    lab.script(
        f"""
        env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:{lab.port}")
        env["ec.channel"].search([("provider", "=", "shopify")])._trigger_op("check_webhooks")
        env.cr.commit()
        """
    )


def _level(malls: dict[str, Any]) -> bool:
    return all(set(mall.stock().values()) == {PIECES} for mall in malls.values())


def _measure(lab: Lab, malls: dict[str, Any], source: str, target: str) -> list[float]:
    times = []
    for index, sku in enumerate(sorted(malls[source].stock())[: BUYS + 1]):
        # The last purchase ended with a poll: without a wait all of them would just miss one.
        time.sleep(index * 4 % PERIOD)
        wanted = malls[target].stock()[sku] - 1
        malls[source].buy(sku, 1)
        times.append(
            lab.wait_for(
                lambda sku=sku, wanted=wanted: malls[target].stock()[sku] == wanted,
                180,
                f"{sku} bought on {source} shows {wanted} on {target}",
            )
        )
    return times
