"""What one changed SKU costs the database, while the shop grows from 1,000 to 50,000 listings."""

from __future__ import annotations

import time
from typing import Any
from unittest.mock import patch

from tools.lab import Lab

SIZES = (1_000, 10_000, 50_000)
CHANGED = 400
#: More than this much beyond the smallest shop is not flat.
TOLERANCE = 1.25


def report() -> list[str]:
    """The table for ``bench/results.md``."""
    with Lab("ec_bench_stock_cost", {}) as lab:
        rows = lab.script(
            """
            from bench import stock_cost
            answer(list(stock_cost.run(env)))
            env.cr.rollback()
            """
        )
    first = rows[0]
    lines = [
        f"## Database work per changed SKU ({CHANGED} changed at once)",
        "",
        "| listed SKUs | queries | rows read | ms in the database | rows against the smallest |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            "| {size:,} | {queries:.3f} | {rows:.1f} | {ms:.2f} | {ratio:.2f} |".format(
                **row, ratio=row["rows"] / first["rows"]
            )
        )
    worst = max(row["rows"] / first["rows"] for row in rows)
    more = max(row["queries"] for row in rows) > first["queries"] * TOLERANCE
    if worst > TOLERANCE or more:
        lines.append("\n**FAILED**: it grows with the shop")
    return [
        *lines,
        "",
        "All from collecting the signals to noting what the mall confirmed; the mall answers at "
        "once. Rows read are counted by PostgreSQL, so they do not depend on the machine.",
    ]


def run(env: Any, sizes: tuple[int, ...] = SIZES, changed: int = CHANGED):
    """Grow one shop step by step; yield a row of figures per size. Commits nothing."""
    from odoo.addons.ec_unified.lib.data import StockResult

    from bench import goods

    channel = env["ec.channel"].create(
        {"name": "Bench", "provider": "fake", "state": "active", "fake_secret": "x"}
    )
    adapter = env.registry["ec.channel.adapter.fake"]
    model = env.registry["ec.channel"]

    def push(self, channel, levels, key):
        return [StockResult(key=level.key, ok=True, quantity=level.quantity) for level in levels]

    def commit(self, processed=0):
        self.env.flush_all()
        return float("inf")

    products: list[int] = []
    with (
        patch.object(adapter, "_push_stock", push),
        patch.object(model, "_commit", commit),
        patch.object(model, "_stock_orders_first", lambda self, run, force=False: None),
    ):
        for size in sizes:
            code = f"C{size}-"
            fresh = goods.make(env, size - len(products), 5, code)
            goods.list_them(env, channel, fresh, f"{code}{{n}}|{code}{{n}}", sent=5)
            products += fresh
            step = max(size // changed, 1)
            picked = products[::step][:changed]
            _measure(env, channel, picked, 6)  # once for the caches
            env.cr.execute("ANALYZE ec_stock_signal")
            yield {"size": size, **_measure(env, channel, picked, 7)}


def _measure(env: Any, channel: Any, picked: list[int], quantity: int) -> dict[str, float]:
    from bench import goods

    goods.set_quantity(env, picked, quantity)
    env.invalidate_all()
    before, rows = env.cr.sql_log_count, _rows_read(env)
    clock = _DatabaseClock()
    with clock.watching(env.cr):
        channel._working()._push_stock()
        env.flush_all()
    count = env.cr.sql_log_count - before - 1
    read = _rows_read(env) - rows
    env.cr.execute(
        "SELECT count(*) FROM ec_listing_sku"
        " WHERE channel_id = %s AND product_id = ANY(%s) AND qty_sent = %s AND NOT dirty",
        (channel.id, picked, quantity),
    )
    sent = env.cr.fetchone()[0]
    if sent != len(picked):
        raise AssertionError(f"{sent} of {len(picked)} SKUs were sent")
    return {
        "queries": count / len(picked),
        "rows": read / len(picked),
        "ms": clock.seconds * 1000 / len(picked),
    }


def _rows_read(env: Any) -> int:
    """Rows this transaction read so far, by PostgreSQL's own count."""
    env.cr.execute(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))"
        " FROM pg_stat_xact_user_tables"
    )
    return int(env.cr.fetchone()[0] or 0)


class _DatabaseClock:
    """Seconds spent in ``execute``."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def watching(self, cr: Any):
        original = type(cr).execute

        def execute(cursor, *args, **kwargs):
            started = time.perf_counter()
            try:
                return original(cursor, *args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - started

        return patch.object(type(cr), "execute", execute)
