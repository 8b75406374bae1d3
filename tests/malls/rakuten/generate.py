"""Many random, valid orders in one go; deterministic with a seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..common.clock import JST
from ..common.people import person
from .codes import DROP_OFF, PREPAID
from .scenarios import Picker
from .situations import SCENARIOS
from .store import Order

if TYPE_CHECKING:
    from .mall import RakutenMall

#: Situations for mix "all" that need no event of their own.
_SITUATIONS = [
    name
    for name, scenario in SCENARIOS.items()
    if not scenario.after and name not in ("oversold", "unknown_sku")
]
_TERMS = (0, 0, 0, 0, 1, 1214, 1416, 1618, 1820, 1921)
_PAYMENTS = (1,) * 70 + (2,) * 8 + (9,) * 4 + (14,) * 5 + (12,) * 6 + (21,) * 7


def generate(
    mall: RakutenMall,
    count: int,
    seed: int,
    since: datetime | str | None,
    mix: str,
    *,
    until: datetime | str | None = None,
    confirm: bool = True,
    ship_after_days: float | None = 3,
) -> list[str]:
    """Orders spread between ``since`` (default: a day ago) and ``until`` (default: now).

    ``mix``: "ordinary" (cards, some COD and prepaid, coupons, points, wishes) or "all" (every
    third order is one of the named situations). With ``confirm``, the shop confirmed the orders
    older than about an hour; those older than ``ship_after_days`` were shipped, too (None: none).
    Stock falls for orders of the last hour only: the stock given is today's.
    """
    if mix not in ("ordinary", "all"):
        raise ValueError("mix is 'ordinary' or 'all'")
    rng, now = random.Random(seed), mall.clock.now()
    mall.life.tick()
    picker = Picker(mall.catalog, mall, rng)
    refs = []
    start, end = _moment(since) or now - timedelta(days=1), _moment(until) or now
    for moment in _moments(start, end, count, rng):
        special = mix == "all" and rng.random() < 0.34
        name = rng.choice(_SITUATIONS) if special else None
        spec = SCENARIOS[name].make(picker) if name else _ordinary(mall, picker.skus, rng, now)
        order = mall.builder.build(spec, moment, rng)
        mall.store.add(order)
        refs.append(order.number)
        age = now - moment
        mall.take_stock(order, moment, really=age < timedelta(hours=1))
        mall.life.placed(order, moment)
        if confirm and age > timedelta(hours=1):
            _history(mall, order, moment, rng)
            if ship_after_days is not None and age > timedelta(days=ship_after_days):
                days = rng.uniform(0.6, ship_after_days - 0.5)
                mall.life.after(moment, days * 86400, "ship", order)
    mall.life.tick()
    return refs


def _history(mall: RakutenMall, order: Order, moment: datetime, rng: random.Random) -> None:
    """The shop confirmed, and nine of ten prepaid buyers paid."""
    mall.life.after(moment, rng.uniform(60, 3500), "confirm", order)
    method = order.model["SettlementModel"]["settlementMethodCode"]
    if method in PREPAID and rng.random() < 0.9:
        mall.life.after(moment, rng.uniform(1.2, 2) * 86400, "pay", order)


def _moments(start: datetime, now: datetime, count: int, rng: random.Random) -> list[datetime]:
    span = max((now - start).total_seconds(), 0)
    return sorted(start + timedelta(seconds=rng.random() * span) for _ in range(count))


def _moment(since: datetime | str | None) -> datetime | None:
    if isinstance(since, str):
        since = datetime.fromisoformat(since)
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=JST)
    return since


def _ordinary(
    mall: RakutenMall, skus: list[str], rng: random.Random, now: datetime
) -> dict[str, Any]:
    chosen: list[dict[str, Any]] = []
    wanted = rng.choice((1, 1, 1, 2, 2, 3))
    for sku in rng.sample(skus, min(len(skus), 12)):
        left = mall.catalog.quantity(sku)
        if left > 0 and len(chosen) < wanted:
            chosen.append({"sku": sku, "quantity": min(left, rng.choice((1, 1, 1, 1, 2, 3)))})
    if not chosen:
        chosen = [{"sku": rng.choice(skus), "quantity": 1}]
    buyer = person(rng)
    spec: dict[str, Any] = {"lines": chosen, "buyer": buyer, "payment": rng.choice(_PAYMENTS)}
    if spec["payment"] == 21:
        spec["extra_fee_user"] = 250
    if rng.random() < 0.25:
        spec["points"] = rng.choice((50, 100, 300, 500, 1234))
    if rng.random() < 0.2:
        by = rng.choice(("shop", "shop", "service", "maker"))
        spec["coupons"] = [{"by": by, "amount": rng.choice((100, 200, 300, 500))}]
    if rng.random() < 0.15:
        spec["recipient"] = person(rng)
        spec["gift"] = rng.random() < 0.5
    if rng.random() < 0.3:
        spec["delivery_date"] = f"{now + timedelta(days=rng.randint(3, 9)):%Y-%m-%d}"
        spec["shipping_term"] = rng.choice(_TERMS)
    if rng.random() < 0.1:
        spec["packages"] = [{"lines": chosen, "drop_off": rng.choice(DROP_OFF)}]
    spec["carrier_code"] = rng.choice((0, 11, 11, 11, 12, 12, 21))
    return spec
