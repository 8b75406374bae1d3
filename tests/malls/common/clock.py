"""The clock of a simulated mall: real time plus an offset, or frozen."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


class SimClock:
    """Time as the mall sees it.

    Unfrozen, it runs with the real time plus an offset; frozen, it stands still
    and moves only by :meth:`advance` and :meth:`set`.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None
        if frozen:
            self.freeze()
        if start is not None:
            self.set(start)

    @staticmethod
    def _real() -> datetime:
        return datetime.now(JST)

    def now(self) -> datetime:
        """Current time of the mall, aware, in Japanese time."""
        with self._lock:
            if self._frozen_at is not None:
                return self._frozen_at
            return self._real() + self._offset

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment (a naive one is taken as Japanese time)."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=JST)
        moment = moment.astimezone(JST)
        with self._lock:
            if self._frozen_at is not None:
                self._frozen_at = moment
            else:
                self._offset = moment - self._real()

    def advance(self, seconds: float) -> datetime:
        """Move forward (or back with a negative number); returns the new time."""
        step = timedelta(seconds=seconds)
        with self._lock:
            if self._frozen_at is not None:
                self._frozen_at += step
            else:
                self._offset += step
        return self.now()

    def freeze(self) -> None:
        """Stop the clock where it is."""
        moment = self.now()
        with self._lock:
            self._frozen_at = moment

    def unfreeze(self) -> None:
        """Let the clock run on from where it stands."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - self._real()
                self._frozen_at = None

    @property
    def frozen(self) -> bool:
        """True while the clock stands still."""
        return self._frozen_at is not None
