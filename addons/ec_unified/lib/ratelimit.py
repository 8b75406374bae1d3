"""Spaces calls so that a mall's limit per second is never exceeded."""

import threading
import time


class MemorySlots:
    """Keeps the next free moment per key inside one process.

    ``reserve(key, interval, now)`` hands out the moment (seconds, same base as ``now``) at which
    the caller may go and books the interval after it. The core offers the same on a table, shared
    by all its processes.
    """

    def __init__(self):
        self._next = {}
        self._lock = threading.Lock()

    def reserve(self, key, interval, now):
        with self._lock:
            moment = max(now, self._next.get(key, 0.0))
            self._next[key] = moment + interval
            return moment


class RateLimiter:
    """Waits until the mall's limit allows the next call.

    :param dict per_second: calls per second by key; unknown keys are not limited
    :param slots: object with ``reserve(key, interval, now)``, see ``MemorySlots``
    :param clock: callable, seconds; :param sleep: callable(seconds)
    """

    def __init__(self, per_second, *, slots=None, clock=time.time, sleep=time.sleep):
        self._per_second = dict(per_second)
        self._slots = slots or MemorySlots()
        self._clock = clock
        self._sleep = sleep

    def wait(self, key):
        """Block until one call under ``key`` may be made. :return: seconds waited"""
        rate = self._per_second.get(key)
        if not rate:
            return 0.0
        now = self._clock()
        delay = self._slots.reserve(key, 1.0 / rate, now) - now
        if delay > 0:
            self._sleep(delay)
        return max(delay, 0.0)
