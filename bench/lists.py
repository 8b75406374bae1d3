"""Times of the screens of a clerk's day in a database of 5,000 and of 50,000 orders.

The orders are copies of real imported ones (``tests/odoo/volume.py``). What is measured is the
server's part: all the web client asks for when the screen opens. ``rows read`` are those
PostgreSQL looks at in all tables that grow with the orders. The number of open orders is the same
in both databases, so that the ratio shows what the history behind them costs.
"""

from __future__ import annotations

from typing import Any

from tools.lab import Lab

SIZES = (5_000, 50_000)
OPEN = 1_000

_SCRIPT = """
from bench import lists
answer(lists.measure(env, {size}))
env.cr.rollback()
"""


def measure(env: Any, size: int, rounds: int = 3) -> dict[str, dict[str, float]]:
    """In Odoo's shell: fill the database, open every screen; nothing is kept.

    :return: {screen: {"ms", "queries", "rows"}}, the best of ``rounds``
    """
    import time

    from odoo.fields import Command

    from tests.odoo.screens import Client, Probe
    from tests.odoo.volume import Volume

    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    channel = env["ec.channel"].create(
        {"name": "Bench", "warehouse_ids": warehouse.ids, "import_from": False}
    )
    Volume(env, channel).fill(size, open_orders=OPEN)
    clerk = env["res.users"].create(
        {
            "name": "Clerk",
            "login": "bench-clerk",
            "group_ids": [Command.set(env.ref("ec_unified.group_ec_clerk").ids)],
        }
    )
    mine = env(user=clerk, context={"lang": "ja_JP", "tz": "Asia/Tokyo"})
    found = {}
    for name, work in _screens(mine, Client(mine)).items():
        work()
        times = []
        for _round in range(rounds):
            env.invalidate_all()
            queries, started = env.cr.sql_log_count, time.perf_counter()
            work()
            times.append((time.perf_counter() - started, env.cr.sql_log_count - queries))
        env.invalidate_all()
        with Probe(mine).watch() as probe:
            work()
        best = min(times)
        rows = sum(row[2] for row in probe.reads())
        found[name] = {"ms": best[0] * 1000, "queries": best[1], "rows": rows}
    return found


def _screens(env: Any, client: Any) -> dict[str, Any]:
    board = env["ec.dashboard"]
    screens = {"day board": board.get_dashboard_data}
    menus = {
        "all open orders": "ec_unified.menu_orders_all",
        "to check": "ec_unified.menu_orders_check",
        "waiting for payment": "ec_unified.menu_orders_payment",
        "payments awaited": "ec_unified.menu_payments",
        "waiting for stock": "ec_unified.menu_orders_stock",
        "ready to ship": "ec_unified.menu_orders_ready",
        "being prepared": "ec_unified.menu_orders_picking",
        "shipped": "ec_unified.menu_orders_shipped",
        "shipped but not paid": "ec_unified.menu_owed",
        "checks": "ec_unified.menu_order_checks",
        "shipping work": "ec_shipping_jp.menu_work",
        "to ship today": "ec_shipping_jp.menu_today",
        "missing steps": "ec_shipping_jp.menu_gaps",
    }
    actions = client.menus()
    for name, xml_id in menus.items():
        if xml_id in actions:
            screens[name] = lambda action=actions[xml_id]: client.open(action)
    order = env["sale.order"].search([("ec_stage", "=", "ready")], limit=1)
    buyer = env["sale.order"].search([("ec_order_ref", "=", "VOL-done")]).partner_id
    view = env.ref("ec_unified.sale_order_view_search")
    domain = client.search_domain("sale.order", view, "ec_order_number", order.ec_order_number)
    screens["order form"] = lambda: client.form(order)
    screens["contact of a regular customer"] = lambda: client.form(buyer)
    screens["search by order number"] = lambda: env["sale.order"].search(domain, limit=80)
    return screens


def report() -> list[str]:
    """The table for ``bench/results.md``."""
    found = []
    for size in SIZES:
        with Lab(f"ec_bench_lists_{size}", {}) as lab:
            found.append(lab.script(_SCRIPT.format(size=size)))
    lines = [
        f"## Screens in a database of {SIZES[0]:,} and {SIZES[1]:,} orders, {OPEN:,} of them open",
        "",
        "| screen | ms | ms | ratio | queries | rows read | rows read |",
        "|---|---|---|---|---|---|---|",
    ]
    few, many = found
    for name, row in few.items():
        other = many[name]
        lines.append(
            f"| {name} | {row['ms']:.0f} | {other['ms']:.0f} | {other['ms'] / row['ms']:.2f} "
            f"| {other['queries']:.0f} | {row['rows']:,} | {other['rows']:,} |"
        )
    return [*lines, "", "Aim: ratio near 1 and the same rows read: ten times the history is free."]


if __name__ == "__main__":
    print("\n".join(report()))
