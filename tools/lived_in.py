"""A shop that has lived in a database, for the uninstall of ``make test``; in Odoo's shell."""

from __future__ import annotations

from typing import Any

ORDERS = 6


def settle(env: Any) -> None:
    """A running shop with listed goods, imported orders, a delivery, an invoice and a label."""
    import random

    from bench import import_ratio

    channel, products = import_ratio.set_up(env)
    channel.write({"provider": "fake", "fake_secret": "secret", "state": "active"})
    for number, product in enumerate(products):
        listing = env["ec.listing"].create(
            {"channel_id": channel.id, "ref": f"L{number}", "name": product.name}
        )
        env["ec.listing.sku"].create(
            {
                "listing_id": listing.id,
                "ref": f"S{number}",
                "sku_code": product.default_code,
                "product_id": product.id,
            }
        )
    rng = random.Random(7)
    made = [import_ratio.make_order(rng, products) for _number in range(ORDERS)]
    first, second, *_rest = import_ratio.run_import(env, channel, made)
    first.picking_ids.carrier_id = env.ref("ec_shipping_jp.carrier_yamato")
    first.picking_ids.button_validate()
    second._create_invoices().action_post()
    env.cr.commit()


def uninstall(env: Any, names: list[str]) -> None:
    """Uninstall the modules and look at what is left.

    :raise AssertionError: a document is another than before, or nothing can be sold any more
    """
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    before = facts(env(context={}))
    modules = env["ir.module.module"].search([("name", "in", names), ("state", "=", "installed")])
    modules.button_immediate_uninstall()
    with Registry(env.cr.dbname).cursor() as cr:
        left = api.Environment(cr, SUPERUSER_ID, {})
        after = facts(left)
        assert after == before, f"{before} became {after}"
        works(left)


def facts(env: Any) -> dict[str, Any]:
    """What of it has to be the same when our modules have gone."""
    orders = env["sale.order"].search([], order="id")
    return {
        "orders": [
            [order.name, order.state, order.amount_total, order.amount_tax] for order in orders
        ],
        "deliveries": [
            [delivery.name, delivery.state, delivery.carrier_id.name]
            for delivery in orders.picking_ids.sorted("id")
        ],
        "invoices": [
            [move.name, move.state, move.amount_total] for move in orders.invoice_ids.sorted("id")
        ],
        "on shelf": sum(env["stock.quant"].search([]).mapped("quantity")),
    }


def works(env: Any) -> None:
    """Sell and deliver the goods once more with what is left of Odoo."""
    product = env["product.product"].search([("is_storable", "=", True)], limit=1)
    order = env["sale.order"].create(
        {
            "partner_id": env["res.partner"].create({"name": "試験 花子"}).id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
        }
    )
    order.action_confirm()
    order.picking_ids.button_validate()
    assert order.picking_ids.state == "done", order.picking_ids.state
