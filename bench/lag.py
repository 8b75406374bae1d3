"""Time from "bought on A" to "right on B", with Odoo running as it does in a shop."""

from __future__ import annotations

import statistics
import time
from typing import Any

from tests.system import shops
from tools.lab import Lab

#: Purchases per path: many where one takes seconds, fewer where it waits for the next poll.
POLLED_BUYS = 8
NOTIFIED_BUYS = 20
PIECES = 500


def report() -> list[str]:
    """Buy on each mall in turn and wait for the other one to show the right number."""
    malls = shops.start_malls(PIECES)
    try:
        with Lab("ec_bench_lag", malls) as lab:
            shops.connect(lab, pieces=PIECES)
            _use_webhooks(lab)
            lab.start_odoo()
            lab.wait_for(lambda: _level(malls), 180, "both malls show Odoo's stock")
            polled = _measure(lab, malls, "rakuten", "shopify", POLLED_BUYS)
            notified = _measure(lab, malls, "shopify", "rakuten", NOTIFIED_BUYS)
    finally:
        for mall in malls.values():
            mall.stop()
    return [
        '## From "bought on A" to "right on B"',
        "",
        "| path | median s | p95 s | worst s | times s |",
        "|---|---|---|---|---|",
        _row("polled every 30 s (bought on Rakuten)", polled),
        _row("notified by webhook (bought on Shopify)", notified),
    ]


def _row(name: str, times: list[float]) -> str:
    listed = ", ".join(f"{seconds:.1f}" for seconds in times)
    return (
        f"| {name} | {statistics.median(times):.1f} | {p95(times):.1f} | {max(times):.1f} "
        f"| {listed} |"
    )


def p95(times: list[float]) -> float:
    """The time 95 % of them stay under; with less than twenty the worst but a shade."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


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


def _measure(lab: Lab, malls: dict[str, Any], source: str, target: str, buys: int) -> list[float]:
    skus = sorted(malls[source].stock())[:buys]
    times = []
    for index, sku in enumerate(skus):
        time.sleep(index * 5 % 7)  # not in step with the poll
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
