"""Import under fire: faults at the malls, Odoo killed hard, and then the books are compared."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

from tools.lab import Lab

from . import shops

#: The faults struck at random; all of them leave the mall consistent, none tells the truth.
FAULTS = ("429", "500", "502_html", "503_html", "reset", "cut", "timeout_after")


@dataclass
class Outcome:
    """What was found afterwards. All lists are empty when nothing was lost or doubled."""

    orders: int
    kills: int
    seconds: float
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_total: list[str] = field(default_factory=list)
    wrong_tax: list[str] = field(default_factory=list)
    wrong_stock: list[str] = field(default_factory=list)
    #: Documents that ended in the error inbox although nothing was wrong with them.
    blamed: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is not as it should be, by kind."""
        kinds = (
            "missing", "doubled", "wrong_total", "wrong_tax", "wrong_stock", "blamed",
        )  # fmt: skip
        return {kind: getattr(self, kind) for kind in kinds}

    @property
    def ok(self) -> bool:
        return not any(self.wrong.values())


def hurry(lab: Lab) -> None:
    """Let waiting times pass: what waits for its next try is due now, and the crons wake.

    Only what the clock would do by itself; done between the transactions of Odoo, which may hold
    a row: then the next round does it.
    """
    lab.psql(
        "SET lock_timeout = '200ms';"
        "UPDATE ec_channel_operation SET blocked_until = NULL WHERE blocked_until IS NOT NULL;"
        "UPDATE ec_exchange SET next_try_at = NULL WHERE next_try_at IS NOT NULL;"
    )
    lab.psql(
        "INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT id, now() AT TIME ZONE 'UTC' "
        "FROM ir_cron WHERE ec_channel_id IS NOT NULL AND active "
        "AND ec_operation IN ('pull_orders', 'push_stock', 'process_exchanges', 'send_exchanges')"
    )
    lab.wake_crons()


def run(lab: Lab, count: int, *, kills: int = 5, seed: int = 7, rate: float = 0.05) -> Outcome:
    """Import ``count`` mixed orders under faults and kills, then compare everything.

    :param Lab lab: database with both channels connected (``shops.connect``)
    :param float rate: share of the malls' calls that is struck
    """
    rng = random.Random(seed)
    for offset, mall in enumerate(lab.malls.values()):
        mall.generate(count=count // 2, seed=seed + offset, mix="ordinary")
        for index, kind in enumerate(FAULTS):
            mall.faults.add(
                kind, times=None, rate=rate / len(FAULTS), seed=seed + index, seconds=0.3
            )
    started = time.monotonic()
    _import_with_kills(lab, count, kills, rng)
    for mall in lab.malls.values():
        mall.faults.clear()
    _settle(lab, count)
    outcome = Outcome(count, kills, time.monotonic() - started)
    _compare_orders(lab, outcome)
    _compare_stock(lab, outcome)
    outcome.blamed = lab.psql(
        "SELECT external_ref || ': ' || coalesce(error_reason, '') || ' '"
        " || coalesce(right(error_trace, 200), '') FROM ec_exchange WHERE state = 'failed'"
    ).split("\n")[:20]
    outcome.blamed = [line for line in outcome.blamed if line]
    return outcome


def _imported(lab: Lab) -> int:
    return int(lab.psql("SELECT count(*) FROM sale_order WHERE ec_channel_id IS NOT NULL"))


def _import_with_kills(lab: Lab, count: int, kills: int, rng: random.Random) -> None:
    """Kill Odoo ``kills`` times while orders arrive: each time after some more have come."""
    goals = sorted(rng.randrange(1, max(2, int(count * 0.9))) for _ in range(kills))
    for goal in goals:
        lab.start_odoo()
        _wait(lab, lambda goal=goal: _imported(lab) >= goal, 300, f"{goal} orders")
        time.sleep(rng.random())
        lab.kill_odoo()


def _settle(lab: Lab, count: int) -> None:
    """Run until all orders are there, no document waits and both malls show Odoo's stock."""
    lab.start_odoo()
    _wait(lab, lambda: _imported(lab) >= count, 300, f"all {count} orders")
    _wait(lab, lambda: _waiting(lab) == 0, 300, "all documents and stock signals worked off")
    lab.kill_odoo()


def _waiting(lab: Lab) -> int:
    return int(
        lab.psql(
            "SELECT (SELECT count(*) FROM ec_exchange WHERE state = 'pending')"
            " + (SELECT count(*) FROM ec_stock_signal)"
        )
    )


def _wait(lab: Lab, condition: Any, seconds: float, what: str) -> None:
    def hurried() -> bool:
        if condition():
            return True
        if time.monotonic() - last[0] > 2:
            last[0] = time.monotonic()
            hurry(lab)
        return False

    last = [0.0]
    lab.wait_for(hurried, seconds, what)


def _compare_orders(lab: Lab, outcome: Outcome) -> None:
    ours: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for order in shops.orders_of_odoo(lab):
        ours.setdefault((order["provider"], order["ref"]), []).append(order)
    for provider, mall in lab.malls.items():
        for theirs in mall.orders():
            found = ours.get((provider, theirs["ref"]), [])
            if not found:
                outcome.missing.append(theirs["ref"])
            elif len(found) > 1:
                outcome.doubled.append(theirs["ref"])
            else:
                _compare_figures(found[0], theirs, outcome)


def _compare_figures(ours: dict[str, Any], theirs: dict[str, Any], outcome: Outcome) -> None:
    if theirs["buyer_total"] is None:
        return  # the mall has not fixed the amounts
    earns = theirs["buyer_total"] + theirs.get("points", 0) + theirs.get("mall_coupon", 0)
    if ours["total"] != round(float(earns)):
        outcome.wrong_total.append(f"{ours['ref']}: {ours['total']} instead of {earns}")
    tax = {rate: round(float(row["tax"])) for rate, row in theirs["tax"].items() if row["tax"]}
    if {rate: amount for rate, amount in ours["tax"].items() if amount} != tax:
        outcome.wrong_tax.append(f"{ours['ref']}: {ours['tax']} instead of {tax}")


def _compare_stock(lab: Lab, outcome: Outcome) -> None:
    free = shops.stock_of_odoo(lab)
    for provider, mall in lab.malls.items():
        for sku, quantity in mall.stock().items():
            if quantity != free.get(sku):
                outcome.wrong_stock.append(f"{provider} {sku}: {quantity}, Odoo {free.get(sku)}")
