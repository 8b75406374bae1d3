"""Named situations: every kind of order the reference knows.

A situation makes a spec (see ``orders.py``) from SKUs of the catalog and may be followed by
events (see ``events.py``). With the built-in items the figures are those of the tests' table.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..common.people import Person, person
from .catalog import Catalog

if TYPE_CHECKING:
    from .mall import RakutenMall

Spec = dict[str, Any]
Steps = list[tuple[str, dict[str, Any]]]


class Picker:
    """Chooses SKUs of the catalog by trait; any SKU when none has it."""

    def __init__(self, catalog: Catalog, mall: RakutenMall, rng: random.Random) -> None:
        self.catalog = catalog
        self.mall = mall
        self.rng = rng
        self.skus = list(catalog.skus)
        self._known: dict[str, list[str]] = {}

    def _find(self, trait: str, test: Callable[[Any], bool], place: int = 0) -> str:
        if trait not in self._known:
            found = [sku for sku in self.skus if test(self.catalog.variant(sku)[0])]
            self._known[trait] = found or self.skus
        skus = self._known[trait]
        return skus[min(place, len(skus) - 1)]

    def rate(self, rate: str, place: int = 0, *, included: bool = True) -> str:
        """A SKU of a tax rate."""
        return self._find(
            f"{rate} {included}",
            lambda item: (
                item["payment"]["taxRate"] == rate and item["payment"]["taxIncluded"] == included
            ),
            place,
        )

    @property
    def food(self) -> str:
        """8 %."""
        return self.rate("0.08")

    @property
    def goods(self) -> str:
        """10 %, single SKU."""
        return self._find(
            "goods",
            lambda item: (
                item["payment"]["taxRate"] == "0.1"
                and item["payment"]["taxIncluded"]
                and not item.get("variantSelectors")
            ),
        )

    @property
    def variant(self) -> str:
        """10 %, one of several SKUs."""
        return self._find(
            "variant",
            lambda item: item["payment"]["taxRate"] == "0.1" and bool(item.get("variantSelectors")),
        )

    def someone(self, *, island: bool = False) -> Person:
        """An invented receiver."""
        return person(self.rng, island=island)

    def day(self, days: int) -> str:
        """A day from now."""
        return f"{self.mall.clock.now() + timedelta(days=days):%Y-%m-%d}"

    def unknown(self) -> str:
        """A SKU that no other system knows (added to the mall when asked for)."""
        entry = {"sku": "SIM-UNKNOWN-1", "item_name": "未登録の商品", "price": 1100, "stock": 99}
        if entry["sku"] not in self.catalog.skus:
            self.mall.add_items([entry])
        return str(entry["sku"])


@dataclass(frozen=True)
class Scenario:
    """A situation: what it is, its spec, what happens next."""

    text: str
    make: Callable[[Picker], Spec]
    after: Steps = field(default_factory=list)
