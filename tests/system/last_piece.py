"""Several buyers at the same moment for the last piece of many things, on two malls."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from demo import catalog
from tests.malls.common.control import Refused
from tests.malls.rakuten import RakutenMall
from tests.malls.shopify.shop import ShopifyShop
from tools.lab import Lab

from . import shops


def items(prefix: str, count: int) -> list[dict[str, Any]]:
    """So many items of one piece each, in the form of the control API."""
    return [
        {
            "sku": f"{prefix}{n:03d}",
            "barcode": catalog.ean13((200000 if prefix == "OPEN" else 300000) + n),
            "name": f"最後の1点 {prefix}{n}",
            "price": 1000,
            "tax_rate": 0.1,
            "tax_included": True,
            "stock": 1,
            "item_code": f"{prefix.lower()}{n:03d}",
            "item_name": f"最後の1点 {prefix}{n}",
            "option": None,
        }
        for n in range(count)
    ]


def start_malls(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Both malls with these items; the caller stops them."""
    malls = {"rakuten": RakutenMall(), "shopify": ShopifyShop(throttle=False)}
    for mall in malls.values():
        mall.start()
        mall.add_items(rows)
    return malls


def connect(lab: Lab, rows: list[dict[str, Any]]) -> None:
    """One piece of everything on the shelf; what is named GUARD… is under the last-unit guard."""
    goods = [(row["sku"], row["barcode"], row["name"]) for row in rows]
    lab.script(
        f"""
        from demo import shop
        place = env["stock.warehouse"].search([], limit=1).lot_stock_id
        guarded = env["product.category"].create({{"name": "Guarded"}})
        env["ec.stock.guard"].create({{"categ_id": guarded.id, "units": 1}})
        products = env["product.product"].create([
            {{"default_code": sku, "barcode": barcode, "name": name, "is_storable": True,
              "list_price": 1000, **({{"categ_id": guarded.id}} if sku[0] == "G" else {{}})}}
            for sku, barcode, name in {goods!r}
        ])
        env["stock.quant"].create([
            {{"product_id": product.id, "location_id": place.id, "quantity": 1}}
            for product in products
        ])
        channels = shop.connect_channels(env, {shops.credentials(lab.malls)!r})
        for channel in channels.values():
            channel.import_from = False
            channel.action_check_connection()
            channel.action_import_listings()
            channel.state = "active"
            env.cr.commit()
        for turn in range(2):  # the second shop waits for the zero of the first
            for channel in channels.values():
                channel.action_push_stock()
                env.cr.commit()
        """
    )


def rush(malls: dict[str, Any], skus: list[str], buyers: int, seed: int) -> dict[str, int]:
    """``buyers`` people press "buy" for each SKU at the same moment, each at one of the malls.

    :return: how many of them got an order, per SKU
    """
    dice = random.Random(seed)
    names = sorted(malls)
    sold = {}
    with ThreadPoolExecutor(buyers) as people:
        for sku in skus:
            start = threading.Barrier(buyers)

            def buy(name: str, sku: str = sku, start: threading.Barrier = start) -> int:
                start.wait()
                try:
                    malls[name].buy(sku, 1)
                except Refused:
                    return 0
                return 1

            # Somebody at every mall, the rest by chance.
            chosen = names + [dice.choice(names) for _ in range(buyers - len(names))]
            dice.shuffle(chosen)
            sold[sku] = sum(people.map(buy, chosen))
    return sold


def import_at_once(lab: Lab) -> None:
    """Both shops' orders are imported at the same time, by two processes."""

    def run(provider: str) -> None:
        lab.script(
            f"""
            channel = env["ec.channel"].search([("provider", "=", {provider!r})])
            channel.action_pull_orders()
            env.cr.commit()
            waiting = [("channel_id", "=", channel.id), ("state", "=", "pending"),
                       ("direction", "=", "in")]
            for turn in range(20):
                env["ec.exchange"].search(waiting).write({{"next_try_at": False}})
                env.cr.commit()
                if not env["ec.exchange"].search_count(waiting):
                    break
                channel.action_process_exchanges()
                env.cr.commit()
            """
        )

    with ThreadPoolExecutor(len(lab.malls)) as processes:
        list(processes.map(run, lab.malls))


def orders(lab: Lab) -> list[dict[str, Any]]:
    """Every order in Odoo: what was bought, when, whether its goods are there, its checks."""
    return lab.script(
        """
        answer([
            {
                "provider": order.ec_channel_id.provider,
                "ref": order.ec_order_ref,
                "sku": order.order_line.move_ids.product_id.default_code,
                "at": str(order.ec_ordered_at),
                "moves": order.order_line.move_ids.mapped("state"),
                "short": any(check.code == "stock_short" and check.state == "open"
                             for check in order.ec_check_ids),
            }
            for order in env["sale.order"].search([("ec_channel_id", "!=", False)])
        ])
        """
    )
