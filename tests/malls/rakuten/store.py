"""Orders in memory, their due events and counters; savable as JSON."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .times import order_time, parse_order_time

START = {
    "order": 100000122,
    "basket": 70010000,
    "shipping": 990000200,
    "change": 810000000,
    "gift": 0,
    "request": 0,
    "coupon": 0,
    "reserve": 0,
}


@dataclass
class Order:
    """``model`` is the OrderModel of getOrder version 10; ``meta`` is the simulator's own."""

    model: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Order number."""
        return str(self.model["orderNumber"])

    @property
    def progress(self) -> int:
        """orderProgress."""
        return int(self.model["orderProgress"])

    @progress.setter
    def progress(self, value: int) -> None:
        if value != self.model["orderProgress"]:  # a sub-status belongs to one progress
            self.model["subStatusId"] = self.model["subStatusName"] = None
        self.model["orderProgress"] = value

    def moment(self, name: str) -> datetime | None:
        """A date-time field of the model."""
        return parse_order_time(self.model[name])


class Store:
    """All orders of the shop."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self._dates: list[tuple[str, str]] = []
        self._due: list[tuple[float, int, str, str]] = []
        self._seq = 0
        self.counters = dict(START)
        #: Orders in 300 whose shipping rows were touched: what the nightly batch looks at.
        self.to_ship: set[str] = set()
        self.requests: dict[str, dict[str, Any]] = {}

    def count(self, name: str) -> int:
        """Next number of a kind."""
        self.counters[name] += 1
        return self.counters[name]

    def add(self, order: Order) -> None:
        """Take over a new order."""
        self.orders[order.number] = order
        insort(self._dates, (order.model["orderDatetime"], order.number))

    def ordered_between(self, start: datetime, end: datetime) -> Iterator[Order]:
        """Orders by order date, ascending."""
        first = bisect_left(self._dates, (order_time(start), ""))
        last = bisect_right(self._dates, (order_time(end), "~"))
        for _, number in self._dates[first:last]:
            yield self.orders[number]

    def all_by_date(self) -> Iterator[Order]:
        """All orders, oldest first."""
        for _, number in self._dates:
            yield self.orders[number]

    def newest(self, count: int) -> list[Order]:
        """Latest orders, newest first."""
        return [self.orders[number] for _, number in reversed(self._dates[-count:])]

    def schedule(self, when: datetime, action: str, ref: str = "") -> None:
        """Something will happen at a time of the mall's clock."""
        self._seq += 1
        heapq.heappush(self._due, (when.timestamp(), self._seq, action, ref))

    def pop_due(self, now: datetime) -> tuple[float, str, str] | None:
        """The next event that is due: (timestamp, action, ref)."""
        if not self._due or self._due[0][0] > now.timestamp():
            return None
        when, _, action, ref = heapq.heappop(self._due)
        return when, action, ref

    def dump(self) -> dict[str, Any]:
        """JSON-able copy."""
        return {
            "orders": [[order.model, order.meta] for order in self.orders.values()],
            "due": self._due,
            "seq": self._seq,
            "counters": self.counters,
            "to_ship": sorted(self.to_ship),
            "requests": self.requests,
        }

    def load(self, data: dict[str, Any]) -> None:
        """Take over :meth:`dump`."""
        self.orders = {m["orderNumber"]: Order(m, meta) for m, meta in data["orders"]}
        self._dates = sorted((o.model["orderDatetime"], o.number) for o in self.orders.values())
        self._due = [(when, seq, action, ref) for when, seq, action, ref in data["due"]]
        heapq.heapify(self._due)
        self._seq, self.counters = data["seq"], data["counters"]
        self.to_ship, self.requests = set(data["to_ship"]), data["requests"]
