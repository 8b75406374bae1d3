"""Cost of an imported and confirmed order as a ratio to the plain ORM, in one run.

Run in Odoo's shell on a database with ec_unified; nothing is kept::

    python3 -m tools odoo NAME shell < bench/import_ratio.py

``run(env, sizes)`` can be called from other benchmarks; it yields one dict per batch size.
"""

import gc
import itertools
import random
import time
from datetime import UTC, datetime
from decimal import Decimal

from odoo.addons.ec_unified.lib import data as d

_NUMBERS = itertools.count(1)
ROUNDS = 3


def set_up(env):
    """Make 60 products with stock and a shop; return (channel, products)."""
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    channel = env["ec.channel"].create(
        {"name": "Bench", "warehouse_ids": warehouse.ids, "import_from": False}
    )
    products = env["product.product"].create(
        [
            {
                "name": f"Bench item {n}",
                "default_code": f"BENCH-{n}",
                "is_storable": True,
                "list_price": 1000 + n,
            }
            for n in range(60)
        ]
    )
    for product in products:
        env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 1_000_000)
    env["ec.mapping"].create(
        {
            "channel_id": channel.id,
            "kind": "payment",
            "mall_value": "card",
            "payment_method_role": "card",
        }
    )
    return channel, products


def make_order(rng, products):
    """Return one order of two goods, postage, and a coupon now and then; amounts as a mall says."""
    number = next(_NUMBERS)
    lines, totals = [], {}
    for position in range(2):
        quantity, price = rng.randint(1, 3), rng.randint(100, 9999)
        rate = rng.choice((Decimal("0.10"), Decimal("0.08")))
        lines.append(_line(f"{number}-{position}", d.PRODUCT, quantity, price, rate, rng, products))
        totals[rate] = totals.get(rate, 0) + quantity * price
    lines.append(_line(f"{number}-s", d.SHIPPING, 1, 550, Decimal("0.10")))
    totals[Decimal("0.10")] = totals.get(Decimal("0.10"), 0) + 550
    summary = tuple(
        d.TaxSummary(rate=rate, total=Decimal(t), tax=Decimal(int(t * rate / (1 + rate))))
        for rate, t in totals.items()
    )
    buyer = d.Address(
        name=f"試験 {number:06d}", zip="1000001", state_code="JP-13", city="千代田区",
        street=f"千代田{number}-1", phone=f"090{number:08d}",
    )  # fmt: skip
    total = Decimal(sum(totals.values()))
    return d.OrderData(
        ref=f"B{number}", number=f"B{number}", ordered_at=datetime(2026, 1, 5, tzinfo=UTC),
        mall_status="100", buyer=buyer, destinations=(d.Destination(ref="1", address=buyer),),
        lines=tuple(lines), tax_summary=summary, buyer_total=total, total=total,
        payment_code="card", payment_label="card", payment_state=d.PAY_AUTHORIZED,
    )  # fmt: skip


def _line(ref, kind, quantity, price, rate, rng=None, products=None):
    code = rng.choice(products).default_code if products else None
    return d.OrderLine(
        ref=ref, kind=kind, name=code or kind, sku_code=code, quantity=Decimal(quantity),
        price_unit=Decimal(price), amount=Decimal(quantity * price), tax_rate=rate,
    )  # fmt: skip


def run_import(env, channel, orders):
    """Store the documents and import them, as the inbox does."""
    documents = [d.SourceDocument(ref=order.ref, payload={"ref": order.ref}) for order in orders]
    exchanges = env["ec.exchange"]._store_documents(channel, "order", documents)
    by_ref = {exchange.external_ref: exchange for exchange in exchanges}
    pairs = [(by_ref[order.ref], order) for order in orders]
    outcomes = env["ec.order.import"]._import_batch(channel, pairs)
    exchanges._link_orders({e.id: o.order.id for (e, _d), o in zip(pairs, outcomes, strict=True)})
    exchanges._done()
    env.flush_all()
    return [outcome.order for outcome in outcomes]


def run_plain(env, channel, orders, products):
    """Create and confirm the same orders with Odoo's own methods, in one batch each."""
    by_code = {product.default_code: product for product in products}
    taxes = {r: env.company._ec_get_sale_tax(Decimal(r)) for r in ("0.10", "0.08")}
    fee = env.ref("ec_unified.product_shipping")
    state = env.ref("base.state_jp_jp-13")
    partners = env["res.partner"].create(
        [
            {
                "name": o.buyer.name, "phone": o.buyer.phone, "zip": o.buyer.zip,
                "city": o.buyer.city, "street": o.buyer.street, "state_id": state.id,
                "country_id": state.country_id.id,
            }
            for o in orders
        ]
    )  # fmt: skip
    sales = env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "client_order_ref": order.ref,
                "warehouse_id": channel.warehouse_ids[:1].id,
                "order_line": [
                    (0, 0, {
                        "product_id": by_code.get(line.sku_code, fee).id,
                        "name": line.name,
                        "product_uom_qty": float(line.quantity),
                        "price_unit": float(line.price_unit),
                        "tax_ids": [(6, 0, taxes[f"{line.tax_rate:.2f}"].ids)],
                    })
                    for line in order.lines
                ],
            }
            for order, partner in zip(orders, partners, strict=True)
        ]
    )  # fmt: skip
    sales.action_confirm()
    env.flush_all()
    return sales


def _measure(env, method, *args):
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    gc.disable()
    queries, cpu, wall = env.cr.sql_log_count, time.process_time(), time.perf_counter()
    try:
        with env.cr.savepoint() as savepoint:
            method(env, *args)
            result = (
                time.perf_counter() - wall,
                time.process_time() - cpu,
                env.cr.sql_log_count - queries,
            )
            savepoint.rollback()
    finally:
        gc.enable()
    env.invalidate_all()
    return result


def run(env, sizes=(50, 200, 500), rounds=ROUNDS):
    """Measure both ways alternately; the best of ``rounds`` counts.

    :return: iterator of rows with seconds and queries per order of both ways, and their ratio
    """
    rng = random.Random(1)
    channel, products = set_up(env)
    for rate in ("0.10", "0.08"):
        env.company._ec_get_sale_tax(Decimal(rate))
    _measure(env, run_plain, channel, [make_order(rng, products) for _n in range(5)], products)
    _measure(env, run_import, channel, [make_order(rng, products) for _n in range(5)])
    for size in sizes:
        plain, ours = [], []
        for _round in range(rounds):
            orders = [make_order(rng, products) for _n in range(size)]
            plain.append(_measure(env, run_plain, channel, orders, products))
            ours.append(_measure(env, run_import, channel, orders))
        best_plain, best_ours = min(plain), min(ours)
        yield {
            "size": size,
            "plain_ms": best_plain[0] / size * 1000,
            "ours_ms": best_ours[0] / size * 1000,
            "ratio": best_ours[0] / best_plain[0],
            "cpu_ratio": best_ours[1] / best_plain[1],
            "plain_queries": best_plain[2] / size,
            "ours_queries": best_ours[2] / size,
        }


if "env" in globals():
    for row in run(env, rounds=ROUNDS):  # noqa: F821
        print(" ".join(f"{k}={v:.2f}" for k, v in row.items()), flush=True)  # noqa: T201
    env.cr.rollback()  # noqa: F821
