"""Amounts, rounding, tax and discount arithmetic (sections 8 and 16).

The shop's currency is the yen: shop amounts are whole numbers. Every amount is carried
as a :class:`Bag` (shop side, presentment side); an order in yen has both sides equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

YEN = "JPY"
CENTS = {"JPY": 0, "KRW": 0, "USD": 2, "EUR": 2, "TWD": 2}


@dataclass(frozen=True)
class Rate:
    """Presentment currency of an order: how many units one yen buys."""

    currency: str = YEN
    per_yen: Decimal = Decimal(1)

    def convert(self, yen: int) -> Decimal:
        """A yen amount in the presentment currency, rounded to its cents."""
        places = Decimal(1).scaleb(-CENTS.get(self.currency, 2))
        return (Decimal(yen) * self.per_yen).quantize(places, ROUND_HALF_UP)

    def back(self, amount: Decimal) -> int:
        """A presentment amount in whole yen."""
        return int((amount / self.per_yen).quantize(Decimal(1), ROUND_HALF_UP))


class Bag:
    """``MoneyBag``: one amount on both sides; ``pres`` None means the same yen."""

    __slots__ = ("shop", "pres", "cur")

    def __init__(self, shop: int = 0, pres: Decimal | None = None, cur: str = YEN) -> None:
        self.shop, self.pres, self.cur = shop, pres, cur

    @classmethod
    def of(cls, yen: int, rate: Rate) -> Bag:
        """Convert a yen amount."""
        return cls(yen) if rate.currency == YEN else cls(yen, rate.convert(yen), rate.currency)

    def __add__(self, other: Bag) -> Bag:
        if self.pres is None and other.pres is None:
            return Bag(self.shop + other.shop)
        cur = other.cur if self.pres is None else self.cur
        return Bag(self.shop + other.shop, self.value + other.value, cur)

    def __sub__(self, other: Bag) -> Bag:
        return self + (-other)

    def __neg__(self) -> Bag:
        return Bag(-self.shop, None if self.pres is None else -self.pres, self.cur)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bag) and self.shop == other.shop and self.value == other.value

    def __repr__(self) -> str:
        return f"Bag({self.shop}, {self.pres})"

    @property
    def value(self) -> Decimal:
        """The presentment side."""
        return Decimal(self.shop) if self.pres is None else self.pres

    def part(self, count: int, total: int, rate: Rate) -> Bag:
        """``count`` of ``total`` equal parts, rounded on the shop side."""
        if total <= 0 or count == total:
            return self if count else Bag.of(0, rate)
        return Bag.of(half_up(Decimal(self.shop) * count / total), rate)


def total(bags: Iterable[Bag]) -> Bag:
    """Sum; an empty sum is zero yen."""
    result = Bag()
    for bag in bags:
        result = result + bag
    return result


def half_up(value: Decimal) -> int:
    """Whole yen, half up (away from zero), the likelier of Shopify's roundings."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def included_tax(gross: int, rate: Decimal) -> int:
    """Tax contained in a tax-included amount: 1200 at 8 % -> 89 (section 16)."""
    return half_up(Decimal(gross) * rate / (1 + rate))


def added_tax(net: int, rate: Decimal) -> int:
    """Tax on top of a net amount, for a shop with ``taxesIncluded: false``."""
    return half_up(Decimal(net) * rate)


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an order-level discount over lines by value; the parts add up exactly."""
    whole = sum(weights)
    if whole <= 0:
        return [0] * len(weights)
    parts, used, seen = [], 0, 0
    for weight in weights:
        seen += weight
        upto = half_up(Decimal(amount) * seen / whole)
        parts.append(upto - used)
        used = upto
    return parts


def decimal_text(value: Any) -> str:
    """``Decimal`` scalar: always with a fraction, "1500.0" (section 16)."""
    number = Decimal(value)
    text = f"{number:f}"
    if "." not in text:
        return text + ".0"
    text = text.rstrip("0")
    return text + "0" if text.endswith(".") else text


def money_text(yen: int) -> str:
    """``Money`` scalar and webhook bodies of a yen shop: "1500" (section 16 [?])."""
    return str(int(yen))


def parse_money(value: Any) -> Decimal:
    """A ``Money`` input; raises ValueError when it is no number."""
    try:
        return Decimal(str(value).replace(",", ""))
    except ArithmeticError as exc:
        raise ValueError(f"invalid money {value!r}") from exc
