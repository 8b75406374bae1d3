"""Run in Odoo's shell: what a mail costs, phase by phase (see ``bench/mails.py``)."""

from __future__ import annotations

import time
from typing import Any

PHASES = ("decide", "write", "send")


def run(env: Any, orders: int, rounds: tuple[int, ...], port: int) -> list[dict[str, Any]]:
    """Fill the database up to ``orders`` orders of which the last ones owe their thanks; the
    cron's phases for these, timed.

    :param rounds: how many mails become due at once, time after time
    :return: per number of mails: milliseconds per mail by phase (the best round), queries per mail
    """
    shop, product = _shop(env, port), _product(env)
    _past(env, shop, orders - sum(rounds))
    measured: dict[int, list[dict[str, float]]] = {}
    for mails in rounds:
        _orders(env, shop, product, mails)
        measured.setdefault(mails, []).append(_measure(env, mails))
    return [_best(orders, mails, rows) for mails, rows in measured.items()]


def _best(orders: int, mails: int, rows: list[dict[str, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {"orders": orders, "at_once": mails, "mails": mails * len(rows)}
    for name in (*PHASES, "cpu", "queries"):
        found[name] = min(row[name] for row in rows)
    found["total"] = min(sum(row[phase] for phase in PHASES) for row in rows)
    return found


def _measure(env: Any, mails: int) -> dict[str, float]:
    """What the cron does, in its three phases."""
    entries = env["ec.mail.entry"]
    queries, cpu = env.cr.sql_log_count, time.process_time()
    row = {}
    steps = (
        (entries._read_signals, entries._decide_due),
        (entries._write_due,),
        (entries._send_due,),
    )
    for phase, calls in zip(PHASES, steps, strict=True):
        started = time.perf_counter()
        for call in calls:
            call()
        env.cr.commit()
        row[phase] = (time.perf_counter() - started) / mails * 1000
        env.invalidate_all()
    row["cpu"] = (time.process_time() - cpu) / mails * 1000
    row["queries"] = (env.cr.sql_log_count - queries) / mails
    return row


def _past(env: Any, shop: Any, count: int) -> None:
    """Orders in all stages whose mails went out long ago: copies of imported ones."""
    from tests.odoo.volume import Volume

    Volume(env, shop).fill(count)
    env.cr.execute(
        "UPDATE ec_mail_entry SET state = 'sent', sent_at = now() AT TIME ZONE 'UTC' "
        "- interval '1 day' WHERE state NOT IN ('sent', 'not_wanted')"
    )
    env.cr.commit()
    env.cr.execute("DELETE FROM ec_mail_signal")
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()


def _shop(env: Any, port: int) -> Any:
    server = env["ir.mail_server"].create(
        {
            "name": "Bench", "smtp_host": "127.0.0.1", "smtp_port": port,
            "smtp_encryption": "none", "from_filter": "shop@example.com", "ec_rate": 0,
        }
    )  # fmt: skip
    provider = next(
        key for key, _label in env["ec.channel"]._fields["provider"].selection if key != "shopify"
    )
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    shop = env["ec.channel"].create(
        {
            "name": "Bench", "provider": provider, "ec_mail_from": "shop@example.com",
            "ec_mail_server_id": server.id, "ec_mail_mode": "on", "import_from": False,
            "warehouse_ids": warehouse.ids,
        }
    )  # fmt: skip
    # Only one kind, so that mails and orders are the same number.
    env["ec.mail.kind"].search([("code", "!=", "thanks")]).event = "manual"
    return shop


def _product(env: Any) -> Any:
    return env["product.product"].create(
        {"name": "煎茶 100g", "default_code": "BENCH-MAIL", "type": "service", "list_price": 1080}
    )


def _orders(env: Any, shop: Any, product: Any, size: int) -> None:
    """Orders as the import leaves them, each with a buyer of its own."""
    start = env["sale.order"].search_count([("ec_channel_id", "=", shop.id)])
    numbers = range(start, start + size)
    buyers = env["res.partner"].create([{"name": f"山田 {n}"} for n in numbers])
    env["sale.order"].with_context(tracking_disable=True, mail_notrack=True).create(
        [
            {
                "partner_id": buyer.id,
                "ec_channel_id": shop.id,
                "ec_order_ref": f"B-{n}",
                "ec_order_number": f"B-{n}",
                "ec_payment_role": "card",
                "ec_payment_state": "paid",
                "ec_payment_label": "クレジットカード",
                "ec_buyer_email": f"buyer{n}@example.com",
                "ec_buyer_total": 1080,
                "state": "sale",
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
            }
            for n, buyer in zip(numbers, buyers, strict=True)
        ]
    )
    env.cr.commit()
    env.invalidate_all()
