"""The shop's cost bucket, as far as its answers tell (section 4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


class Budget:
    """Points left in the bucket of one app and shop.

    The mall counts in a bucket that refills steadily and every answer says how full it is, so this
    is only a forecast between two answers: it keeps us from asking for what would be refused. It is
    kept per process; when several processes share a shop, the next answer corrects each of them and
    a refused call (``THROTTLED``) was not executed.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._available: float | None = None  # unknown until the first answer
        self._maximum = 0.0
        self._rate = 0.0
        self._at = 0.0

    def reserve(self, cost: float) -> float:
        """Book ``cost`` points. :return: seconds to wait before the call"""
        with self._lock:
            if self._available is None or self._rate <= 0:
                return 0.0
            left = self._now_available() - min(cost, self._maximum)
            self._available, self._at = left, self._clock()
            return max(0.0, -left / self._rate)

    def update(self, status: dict[str, Any] | None) -> None:
        """Take over ``throttleStatus`` of an answer."""
        if not status:
            return
        with self._lock:
            self._maximum = float(status.get("maximumAvailable") or 0)
            self._rate = float(status.get("restoreRate") or 0)
            self._available = float(status.get("currentlyAvailable") or 0)
            self._at = self._clock()

    def wait_for(self, cost: float) -> float:
        """Seconds until ``cost`` points are there, at least a moment (after a refusal)."""
        with self._lock:
            if self._available is None or self._rate <= 0:
                return 1.0
            missing = min(cost, self._maximum) - self._now_available()
            return max(0.1, missing / self._rate)

    def _now_available(self) -> float:
        assert self._available is not None
        gained = (self._clock() - self._at) * self._rate
        return min(self._maximum, self._available + gained)


_budgets: dict[str, Budget] = {}
_budgets_lock = threading.Lock()


def budget_of(key: str) -> Budget:
    """The budget shared by all clients of this process for one shop."""
    with _budgets_lock:
        return _budgets.setdefault(key, Budget())
