"""Many random, valid orders in one go; deterministic with a seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from . import fulfil, inventory, payments
from .checkout import place_order
from .figures import open_fulfillment_orders
from .model import Order
from .scenarios import PLAIN, SCENARIOS, Picker
from .search import JST
from .store import UTC, Store

PAYMENTS = (
    ("card",) * 60
    + ("paypay",) * 12
    + ("konbini",) * 10
    + ("bank",) * 4
    + ("cod_ja",) * 8
    + ("amazon_pay",) * 6
)
SHIPPINGS = (("ヤマト宅急便", 660), ("ヤマト宅急便", 880), ("ゆうパック", 770), ("送料無料", 0))
CARRIERS = ("Yamato (JA)", "Sagawa (JA)", "Japan Post (JA)")


def moment(value: datetime | str | None) -> datetime | None:
    """A time of the control API; a naive one is Japanese."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is not None and value.tzinfo is None:
        value = value.replace(tzinfo=JST)
    return value.astimezone(UTC) if value is not None else None


def generate(
    store: Store,
    count: int,
    seed: int = 1,
    since: datetime | str | None = None,
    mix: str = "ordinary",
    ship_after_days: float | None = 3,
    until: datetime | str | None = None,
) -> list[str]:
    """Orders spread evenly between ``since`` (default: a day ago) and ``until`` (default: now).

    ``mix``: "ordinary" or "all" (every third order is one of the named situations). Orders
    older than ``ship_after_days`` were shipped. Stock falls for orders of the last hour
    only: the stock given is today's. Webhooks go out for those orders only.
    """
    if mix not in ("ordinary", "all"):
        raise ValueError("mix is 'ordinary' or 'all'")
    rng = random.Random(seed)
    now = store.now()
    start = moment(since) or now - timedelta(days=1)
    span = max(((moment(until) or now) - start).total_seconds(), 0)
    moments = sorted(start + timedelta(seconds=rng.random() * span) for _ in range(count))
    picker = Picker(store)
    refs = []
    for when in moments:
        past = now - when > timedelta(hours=1)
        spec = _spec(picker, rng, mix)
        if not past and not _buyable(store, spec):
            continue
        spec.update(created=when, past=past, silent=past, seed=rng.random())
        order = place_order(store, spec)
        _later(store, order, when, now, rng, ship_after_days)
        refs.append(order.gid)
    return refs


def _spec(picker: Picker, rng: random.Random, mix: str) -> dict[str, Any]:
    if mix == "all" and rng.random() < 0.34:
        name = rng.choice(PLAIN)
        return {**SCENARIOS[name].make(picker), "scenario": name}
    lines = [
        {"sku": v.sku, "quantity": rng.choice((1, 1, 1, 2, 3))}
        for v in rng.sample(
            picker.variants, k=min(len(picker.variants), rng.choice((1, 1, 1, 2, 2, 3, 5)))
        )
    ]
    title, price = rng.choice(SHIPPINGS)
    spec: dict[str, Any] = {
        "lines": lines,
        "payment": rng.choice(PAYMENTS),
        "shipping": [{"title": title, "price": price}],
    }
    if rng.random() < 0.2:
        spec["discounts"] = [{"kind": "code", "title": "AKI10", "percent": 10}]
    elif rng.random() < 0.05:
        spec["discounts"] = [{"kind": "automatic", "title": "まとめ割", "amount": 300}]
    if rng.random() < 0.25:
        spec["attributes"] = {
            "配送希望日": "2026-11-25",
            "配送希望時間帯": rng.choice(("午前中", "14:00-16:00", "18:00-20:00")),
        }
    if rng.random() < 0.1:
        spec["note"] = rng.choice(("のし希望", "置き配希望", "領収書をお願いします"))
    if rng.random() < 0.06:
        spec["buyer"] = "guest"
    return spec


def _buyable(store: Store, spec: dict[str, Any]) -> bool:
    if spec.get("oversell"):
        return True
    return all(
        row.get("custom")
        or inventory.can_sell(store.variant_of(row["sku"]), row.get("quantity", 1))
        for row in spec["lines"]
    )


def _later(
    store: Store,
    order: Order,
    when: datetime,
    now: datetime,
    rng: random.Random,
    ship_after: float | None,
) -> None:
    """What has happened to an older order meanwhile: paid, shipped, expired."""
    age = now - when
    if order.expires_at and age > timedelta(hours=20):
        if rng.random() < 0.85:
            payments.settle(store, order)
            order.updated_at = when + timedelta(hours=18, microseconds=order.id % 1000000)
        elif age > timedelta(hours=72):
            order.expires_at, order.expired = None, True
            order.updated_at = when + timedelta(hours=72, microseconds=order.id % 1000000)
    if ship_after is None or age < timedelta(days=ship_after) or order.expired or order.expires_at:
        return
    listeners, store.listeners = store.listeners, []
    shipped = when + timedelta(
        days=1, seconds=rng.randint(0, 40000), microseconds=order.id % 1000000
    )
    for found in open_fulfillment_orders(order):
        if found.status == "OPEN":
            tracking = {
                "company": rng.choice(CARRIERS),
                "number": f"{rng.randint(10**11, 10**12 - 1)}",
            }
            made = fulfil.create(store, [{"fulfillmentOrderId": found.gid}], tracking, True)
            made.created_at = made.updated_at = shipped
    payments.settle(store, order)
    store.listeners = listeners
    order.updated_at = shipped
