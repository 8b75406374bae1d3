"""Fixtures of the simulator's tests; loaded with ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from ..common.clock import JST, SimClock
from .client import Client
from .mall import RakutenMall

START = datetime(2026, 6, 4, 10, 15, 30, tzinfo=JST)


@pytest.fixture
def mall() -> Iterator[RakutenMall]:
    """A running mall with the built-in items and a frozen clock."""
    found = RakutenMall(SimClock(START, frozen=True))
    found.add_items()
    with found:
        yield found


@pytest.fixture
def client(mall: RakutenMall) -> Client:
    """A client with the right credentials."""
    return Client(mall)
