"""Calls per second, per key."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class RateLimiter:
    """Sliding window of one second; off until switched on.

    ``clock`` gives seconds; the default is real time, because a client's pace is real.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.enabled = False
        self.clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allow(self, key: str, per_second: float | None) -> bool:
        """True when the call is within the limit; refused calls are not counted."""
        if not self.enabled or not per_second:
            return True
        window, amount = (1.0, per_second) if per_second >= 1 else (1 / per_second, 1)
        with self._lock:
            now = self.clock()
            calls = self._calls.setdefault(key, deque())
            while calls and now - calls[0] >= window:
                calls.popleft()
            if len(calls) >= amount:
                return False
            calls.append(now)
            return True

    def reset(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
