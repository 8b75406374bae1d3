"""How many orders per 10,000 sell goods that are gone, with and without the last-unit guard.

A simulation without Odoo: the rules are the real ones (``lib.stock_math``), the times are stand-ins
for what the malls allow. Two shops share one stock. Buyers come at random to a shop that shows the
item as in stock; the sale lowers that shop's own number at once, and the other shop's only when the
order was noticed (polling: up to the interval; webhook: seconds) and the new number was sent.
Each item starts with some units more than are guarded and is sold out, so every item passes through
the moment the guard begins and through the dangerous end.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from typing import Any

from tools import pure_import

pure_import.install()

from ec_addons.ec_unified.lib.stock_math import (  # noqa: E402
    Policy,
    guarded,
    offered,
    sales_threshold,
)

ORDERS = 10_000
#: Name → (longest time until the order is noticed, shortest and longest time to send), seconds.
DELAYS = {
    "polling every 30 s": (30.0, (1.0, 6.0)),
    "polling every 2 min": (120.0, (1.0, 6.0)),
    "polling every 15 min": (900.0, (1.0, 6.0)),
    "webhook": (2.0, (1.0, 4.0)),
}
#: Seconds between two buyers of one item, on average: a quiet item and one in a mall's sale.
SPEEDS = {"quiet (1 an hour)": 3600.0, "busy (1 a minute)": 60.0}
#: Units on the shelf above what is guarded: every item passes through the moment the guard begins.
START_UNITS = 6
DAY = 86400.0


@dataclass
class Shop:
    """What one shop shows, and orders of it that nobody has noticed yet."""

    shown: int
    unnoticed: int = 0


@dataclass(slots=True)
class Item:
    """One item that is sold out between two shops."""

    dice: random.Random
    policy: Policy
    notice: float
    send: tuple[float, float]
    gap: float
    free: int = 0
    orders: int = 0
    oversold: int = 0
    shops: list[Shop] = field(default_factory=list)
    events: list[tuple[float, int, str, int, int]] = field(default_factory=list)
    count: int = 0

    def run(self) -> tuple[int, int]:
        """Sell until no shop shows any and nothing is on its way."""
        self.free = START_UNITS + self.policy.guard
        self.shops = [Shop(self.target(n)) for n in (0, 1)]
        now = 0.0
        while True:
            on_sale = any(shop.shown for shop in self.shops)
            buyer = now + self.dice.expovariate(1 / self.gap) if on_sale else None
            if self.events and (buyer is None or self.events[0][0] <= buyer):
                now, _number, kind, shop, value = heapq.heappop(self.events)
                getattr(self, kind)(now, shop, value)
            elif buyer is None:
                return self.orders, self.oversold
            else:
                now = buyer
                self.buy(now)

    def at(self, moment: float, kind: str, shop: int, value: int = 0) -> None:
        self.count += 1
        heapq.heappush(self.events, (moment, self.count, kind, shop, value))

    def target(self, shop: int) -> int:
        """The real rule; the first shop holds the last units."""
        return offered(max(self.free, 0), self.policy, holds_last=shop == 0)

    def buy(self, now: float) -> None:
        """A buyer takes the item at one of the shops; where it shows as sold out, he goes away."""
        number = self.dice.randrange(2)
        shop = self.shops[number]
        if not shop.shown:
            return
        shop.shown -= 1
        shop.unnoticed += 1
        self.orders += 1
        self.at(now + self.dice.uniform(0, self.notice), "noticed", number)

    def noticed(self, now: float, number: int, _value: int) -> None:
        """The order is booked: what is free falls, both shops are told."""
        self.shops[number].unnoticed -= 1
        if self.free <= 0:
            self.oversold += 1
        else:
            self.free -= 1
        for shop in (0, 1):
            self.at(now + self.dice.uniform(*self.send), "told", shop)

    def told(self, _now: float, number: int, _value: int) -> None:
        """The push arrives; orders of this very shop are read before it is sent."""
        shop = self.shops[number]
        shop.shown = max(self.target(number) - shop.unnoticed, 0)


def simulate(notice: float, send: tuple[float, float], gap: float, guard: int, seed: int) -> float:
    """Oversold orders per 10,000."""
    dice = random.Random(seed)
    orders = oversold = 0
    policy = Policy(guard=guard)
    assert not guard or guarded(guard, policy)
    while orders < ORDERS:
        done, wrong = Item(dice, policy, notice, send, gap).run()
        orders += done
        oversold += wrong
    return 10_000 * oversold / orders


def measure() -> list[dict[str, Any]]:
    """All rows: without a guard, at one unit, and by sales speed for the time numbers need to catch
    up (``catch_up``) and for half a day, which is what a new guard by sales speed covers."""
    rows = []
    for speed, gap in SPEEDS.items():
        for delay, (notice, send) in DELAYS.items():
            sold = DAY / gap
            catch_up = sales_threshold(sold, 1, (notice + send[1]) / DAY, 1)
            half_day = sales_threshold(sold, 1, 0.5, 1)
            row: dict[str, Any] = {
                "speed": speed,
                "delay": delay,
                "catch_up": catch_up,
                "half_day": half_day,
            }
            for name, units in (
                ("without", 0),
                ("at_one", 1),
                ("at_catch_up", catch_up),
                ("at_half_day", half_day),
            ):
                row[name] = simulate(notice, send, gap, units, 1)
            rows.append(row)
    return rows


def report() -> list[str]:
    """The table for ``bench/results.md``."""
    lines = [
        "## Oversold orders per 10,000 (simulation, two shops, every item sold out)",
        "",
        "| sales | orders noticed by | without guard | guard at 1 | by sales speed: while numbers "
        "catch up (units) | by sales speed: half a day, the default (units) |",
        "|---|---|---|---|---|---|",
    ]
    for row in measure():
        lines.append(
            "| {speed} | {delay} | {without:.0f} | {at_one:.0f} | {at_catch_up:.0f} ({catch_up}) "
            "| {at_half_day:.0f} ({half_day}) |".format(**row)
        )
    lines += [
        "",
        "What a guard cannot take away are units both shops showed when it began: sales that "
        "nobody had noticed yet. Where more units are guarded than are sold in that time, none are "
        "sold twice; a shorter time until orders are noticed does the same.",
    ]
    return lines


if __name__ == "__main__":
    print("\n".join(report()))
