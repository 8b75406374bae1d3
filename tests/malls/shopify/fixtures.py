"""Fixtures of the simulator's tests: a served shop and a client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..common.clock import SimClock
from .client import Client
from .helpers import START
from .shop import ShopifyShop


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    """A served shop with the built-in items and a frozen clock; not throttled."""
    made = ShopifyShop(SimClock(START, frozen=True), throttle=False)
    made.add_items()
    with made:
        yield made


@pytest.fixture
def api(shop: ShopifyShop) -> Client:
    """Talks to it with the permanent token."""
    return Client(shop)
