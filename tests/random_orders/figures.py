"""What must stand in the books, and rounding as a mall may do it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

ROUNDINGS = (ROUND_FLOOR, ROUND_HALF_UP, ROUND_CEILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The mall's figures of one order; ``taxes`` is {rate in percent: (amount incl. tax, tax)}."""

    earns: int
    buyer_pays: int
    points: int = 0
    mall_coupon: int = 0
    taxes: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def row(self) -> tuple[int, int, dict[str, tuple[int, int]]]:
        """As the tables of situations have it."""
        return self.earns, self.buyer_pays, self.taxes


class Maker:
    """What the makers of random orders have in common.

    :param seed: the same seed makes the same orders on every machine
    :param codes: the shop's SKU codes the lines choose from
    """

    def __init__(self, seed: int, codes: tuple[str, ...] = ("RND-A", "RND-B", "RND-C")) -> None:
        self.rng = random.Random(seed)
        self.codes = codes
        self.count = 0


def yen(value: Decimal, rounding: str = ROUND_HALF_UP) -> int:
    """Whole yen."""
    return int(Decimal(value).quantize(Decimal(1), rounding))


def percent(rate: float | str | Decimal) -> str:
    """``"8"`` of 0.08."""
    return f"{float(Decimal(str(rate)) * 100):g}"


def price(rng: random.Random) -> int:
    """A price as shops have them, and as they should not have them."""
    kind = rng.random()
    if kind < 0.3:
        return rng.randint(1, 9)
    if kind < 0.5:
        return rng.choice((33, 99, 111, 333, 999, 3333, 33333))
    if kind < 0.9:
        return rng.randint(10, 9999)
    return rng.randint(10000, 300000)


def pieces(rng: random.Random) -> int:
    """How many of it."""
    kind = rng.random()
    if kind < 0.5:
        return 1
    if kind < 0.8:
        return rng.randint(2, 7)
    return rng.choice((12, 33, 99, 100, 101, 250, 333, 997, 999))


def spread(rng: random.Random, amount: int, room: list[int]) -> list[int]:
    """Split ``amount`` over places that take at most ``room``, in one of the ways malls do it."""
    whole = sum(room)
    assert 0 <= amount <= whole
    parts = [0] * len(room)
    if not whole:
        return parts
    if rng.random() < 0.5:  # by value, whoever gets the odd yen
        parts = [amount * share // whole for share in room]
    order = list(range(len(room)))
    rng.shuffle(order)
    left = amount - sum(parts)
    for index in order:  # what is left: first come, first served
        taken = min(left, room[index] - parts[index])
        parts[index] += taken
        left -= taken
    assert sum(parts) == amount
    return parts
