"""Run in Odoo's shell: what a mail costs, phase by phase (see ``bench/mails.py``)."""

from __future__ import annotations

import time
from typing import Any

BATCH = 500
PHASES = ("decide", "write", "send")


def run(env: Any, orders: int, mails: int, port: int) -> dict[str, float]:
    """Fill up to ``orders`` orders, the last ``mails`` of which owe their thanks; the cron's
    phases for these, timed.

    :return: milliseconds per mail by phase, queries per mail
    """
    shop, product = _shop(env, port), _product(env)
    known = env["sale.order"].search_count([("ec_channel_id", "=", shop.id)])
    _past(env, shop, product, orders - mails - known)
    _orders(env, shop, product, mails)
    entries = env["ec.mail.entry"]
    found: dict[str, float] = {"orders": orders, "mails": mails}
    queries = env.cr.sql_log_count
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
        found[phase] = (time.perf_counter() - started) / mails * 1000
        env.invalidate_all()
    found["total"] = sum(found[phase] for phase in PHASES)
    found["queries"] = (env.cr.sql_log_count - queries) / mails
    return found


def _past(env: Any, shop: Any, product: Any, count: int) -> None:
    """Orders whose thanks went out long ago."""
    _orders(env, shop, product, max(count, 0))
    entries = env["ec.mail.entry"]
    entries._read_signals()
    entries._decide_due()
    env.cr.commit()
    env.cr.execute(
        "UPDATE ec_mail_entry SET state = 'sent', sent_at = now() AT TIME ZONE 'UTC' "
        "WHERE state NOT IN ('sent', 'not_wanted')"
    )
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()


def _shop(env: Any, port: int) -> Any:
    shop = env["ec.channel"].search([("name", "=", "Bench")])
    if shop:
        return shop
    server = env["ir.mail_server"].create(
        {
            "name": "Bench", "smtp_host": "127.0.0.1", "smtp_port": port,
            "smtp_encryption": "none", "from_filter": "shop@example.com", "ec_rate": 0,
        }
    )  # fmt: skip
    provider = next(
        key for key, _label in env["ec.channel"]._fields["provider"].selection if key != "shopify"
    )
    shop = env["ec.channel"].create(
        {
            "name": "Bench", "provider": provider, "ec_mail_from": "shop@example.com",
            "ec_mail_server_id": server.id, "ec_mail_mode": "on",
        }
    )  # fmt: skip
    # Only one kind, so that mails and orders are the same number.
    env["ec.mail.kind"].search([("code", "!=", "thanks")]).event = "manual"
    return shop


def _product(env: Any) -> Any:
    found = env["product.product"].search([("default_code", "=", "BENCH-MAIL")])
    return found or env["product.product"].create(
        {"name": "煎茶 100g", "default_code": "BENCH-MAIL", "type": "service", "list_price": 1080}
    )


def _orders(env: Any, shop: Any, product: Any, size: int) -> None:
    """Orders as the import leaves them, each with a buyer of its own."""
    start = env["sale.order"].search_count([("ec_channel_id", "=", shop.id)])
    silent = env["sale.order"].with_context(tracking_disable=True, mail_notrack=True)
    for offset in range(start, start + size, BATCH):
        numbers = range(offset, min(offset + BATCH, start + size))
        buyers = env["res.partner"].create([{"name": f"山田 {n}"} for n in numbers])
        silent.create(
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
