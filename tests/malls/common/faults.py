"""Faults on request: what goes wrong, on which operation, how often."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

#: Kinds every mall understands; a mall may name more (``extra_kinds``).
KINDS = (
    "429",
    "500",
    "502_html",
    "503_html",
    "reset",
    "cut",
    "hang",
    "timeout_after",
    "expired",
    "maintenance",
)
_UNSET: Any = object()


@dataclass
class Fault:
    """One planned fault."""

    kind: str
    match: re.Pattern[str] | None = None
    times: int | None = 1
    rate: float | None = None
    seconds: float | None = None
    until: datetime | None = None
    hits: int = 0
    rng: random.Random = field(default_factory=random.Random, repr=False)

    def wants(self, operation: str) -> bool:
        """Decide (and draw, for a rate) whether this call is struck."""
        if self.match is not None and not self.match.search(operation):
            return False
        return self.rate is None or self.rng.random() < self.rate

    def as_dict(self) -> dict[str, Any]:
        """What ``GET /_sim/faults`` shows."""
        return {
            "kind": self.kind,
            "match": self.match.pattern if self.match else None,
            "times": self.times,
            "rate": self.rate,
            "seconds": self.seconds,
            "hits": self.hits,
        }


class FaultPlan:
    """The faults still to come. Thread-safe; the first fault that fits strikes."""

    def __init__(self, now: Callable[[], datetime], extra_kinds: tuple[str, ...] = ()) -> None:
        self._now = now
        self._kinds = KINDS + extra_kinds
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        kind: str,
        *,
        match: str | None = None,
        times: int | None = _UNSET,
        rate: float | None = None,
        seed: int | None = None,
        seconds: float | None = None,
    ) -> Fault:
        """Plan a fault.

        ``match``: regular expression on the operation's name. ``times``: how many calls
        (default 1; with ``rate`` or with a timed outage: no limit; None = no limit).
        ``rate``: share of the calls, drawn from a generator of its own (``seed``).
        ``seconds``: how long ``hang`` and ``timeout_after`` keep the caller waiting; for
        ``expired`` and ``maintenance``: how long the outage lasts on the mall's clock.
        """
        if kind not in self._kinds:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(self._kinds)}")
        timed = seconds is not None and kind in ("expired", "maintenance")
        if times is _UNSET:
            times = None if rate is not None or timed else 1
        fault = Fault(
            kind=kind,
            match=re.compile(match) if match else None,
            times=times,
            rate=rate,
            seconds=seconds,
            until=self._now() + timedelta(seconds=seconds or 0) if timed else None,
            rng=random.Random(0 if seed is None else seed),
        )
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, operation: str) -> Fault | None:
        """The fault that strikes this call, if any; used-up faults vanish."""
        with self._lock:
            now = self._now()
            self._faults = [f for f in self._faults if f.until is None or now < f.until]
            for fault in self._faults:
                if not fault.wants(operation):
                    continue
                fault.hits += 1
                if fault.times is not None and fault.hits >= fault.times:
                    self._faults.remove(fault)
                return fault
        return None

    def clear(self, kind: str | None = None) -> None:
        """Forget all planned faults (or those of one kind)."""
        with self._lock:
            self._faults = [f for f in self._faults if kind and f.kind != kind]

    def as_list(self) -> list[dict[str, Any]]:
        """The plan, for the control API."""
        with self._lock:
            return [fault.as_dict() for fault in self._faults]
