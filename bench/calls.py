"""How many calls 10,000 changed SKUs cost at each mall, beside the least the mall allows."""

from __future__ import annotations

import math
from typing import Any

from demo import catalog
from tests.system import shops
from tools.lab import Lab

SKUS = 10_000
#: Provider → (operations that write stock, the mall's largest batch).
WRITES = {
    "rakuten": ("inventory.bulk-upsert", 400),
    "shopify": ("inventorySetQuantities", 250),
}


def items(count: int = SKUS) -> list[dict[str, Any]]:
    """So many plain items with one SKU each, in the form of the control API."""
    return [
        {
            "sku": f"BULK{n:05d}",
            "barcode": catalog.ean13(100000 + n),
            "name": f"まとめ品 {n}",
            "price": 1000,
            "tax_rate": 0.1,
            "tax_included": True,
            "stock": 5,
            "item_code": f"bulk{n:05d}",
            "item_name": f"まとめ品 {n}",
            "option": None,
        }
        for n in range(count)
    ]


def report() -> list[str]:
    """Change the stock of all SKUs, push once, count what reached the malls."""
    malls = shops.start_malls()
    try:
        for mall in malls.values():
            mall.add_items(items())
        with Lab("ec_bench_calls", malls) as lab:
            seen, wrong = _push(lab, malls)
    finally:
        for mall in malls.values():
            mall.stop()
    lines = [
        "## Calls per 10,000 changed SKUs",
        "",
        "| mall | writes | least possible | ratio | other calls |",
        "|---|---|---|---|---|",
    ]
    for provider, counts in seen.items():
        operation, batch = WRITES[provider]
        least = math.ceil(SKUS / batch)
        writes = counts.pop(operation, 0)
        others = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count)
        lines.append(f"| {provider} | {writes} | {least} | {writes / least:.2f} | {others} |")
    if wrong:
        lines.append(f"\n**FAILED**: {wrong} SKUs are wrong afterwards")
    return lines


def _push(lab: Lab, malls: dict[str, Any]) -> tuple[dict[str, dict[str, int]], int]:
    lab.script(
        f"""
        import datetime
        from bench import calls
        from demo import shop
        from odoo import fields
        location = env["stock.warehouse"].search([], limit=1).lot_stock_id
        products = env["product.product"].create([
            {{"name": row["name"], "default_code": row["sku"], "barcode": row["barcode"],
              "is_storable": True, "list_price": row["price"]}}
            for row in calls.items()
        ])
        env["stock.quant"].create([
            {{"product_id": product.id, "location_id": location.id, "quantity": 5}}
            for product in products
        ])
        channels = shop.connect_channels(env, {shops.credentials(malls)!r})
        for channel in channels.values():
            channel.action_check_connection()
            channel.action_import_listings()
            channel.state = "active"
            env.cr.commit()
            channel.action_push_stock()
            env.cr.commit()
        for quant in env["stock.quant"].search([("product_id", "in", products.ids)]):
            quant.quantity = 7
        env.cr.commit()
        """
    )
    before = {provider: dict(mall.calls) for provider, mall in malls.items()}
    lab.script(
        """
        for channel in env["ec.channel"].search([]):
            channel.action_push_stock()
            env.cr.commit()
        """
    )
    seen = {
        provider: {
            name: count - before[provider].get(name, 0) for name, count in mall.calls.items()
        }
        for provider, mall in malls.items()
    }
    wrong = sum(
        quantity != 7
        for mall in malls.values()
        for sku, quantity in mall.stock().items()
        if sku.startswith("BULK")
    )
    return seen, wrong
