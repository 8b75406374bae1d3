"""Both simulated malls filled with the catalogue, and an Odoo database connected to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from demo import catalog
from tests.malls.rakuten import RakutenMall
from tests.malls.shopify.shop import ShopifyShop
from tools.lab import Lab

#: Pieces of every SKU at the start: enough that no order waits for goods.
PIECES = 20000


def start_malls(pieces: int = PIECES, **options: Any) -> dict[str, Any]:
    """Start one mall of each kind with the catalogue; the caller stops them."""
    items = [{**item, "stock": pieces} for item in catalog.mall_items()]
    malls = {"rakuten": RakutenMall(**options), "shopify": ShopifyShop(**options)}
    for mall in malls.values():
        mall.start()
        mall.add_items(items)
    return malls


def credentials(malls: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """``ec.channel`` values per provider that reach these malls."""
    rakuten, shopify = malls["rakuten"], malls["shopify"]
    return {
        "rakuten": {
            "name": "模擬楽天市場店",
            "api_url": rakuten.base_url,
            "rakuten_service_secret": rakuten.service_secret,
            "rakuten_license_key": rakuten.license_key,
        },
        "shopify": {
            "name": "模擬Shopify店",
            "api_url": shopify.base_url,
            "shopify_client_id": shopify.client_id,
            "shopify_client_secret": shopify.client_secret,
        },
    }


def connect(lab: Lab, *, pieces: int = PIECES, state: str = "active") -> dict[str, int]:
    """Create goods, stock and both channels in the lab's database.

    :return: channel ids by provider
    """
    return lab.script(
        f"""
        from demo import catalog, shop
        shelves = shop.build_shelves(env)
        products = shop.build_products(env, with_pictures=False)
        shop.fill_shelves(env, products, shelves, {{s.code: {pieces} for s in catalog.skus()}})
        channels = shop.connect_channels(env, {credentials(lab.malls)!r})
        for channel in channels.values():
            channel.import_from = False
            channel.action_check_connection()
            channel.action_import_listings()
        for channel in channels.values():
            channel.state = {state!r}
        env.cr.commit()
        answer({{provider: channel.id for provider, channel in channels.items()}})
        """
    )


@contextmanager
def stopped(malls: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """These running malls, stopped in the end."""
    try:
        yield malls
    finally:
        for mall in malls.values():
            mall.stop()


@contextmanager
def laboratory(name: str) -> Iterator[Lab]:
    """Odoo's database ``name`` with a shop on each of two malls; all of it gone in the end."""
    with stopped(start_malls()) as malls, Lab(name, malls) as lab:
        connect(lab)
        yield lab


def stock_of_odoo(lab: Lab) -> dict[str, int]:
    """Free pieces by SKU code, as Odoo counts them."""
    return lab.script(
        """
        products = env["product.product"].search([("default_code", "!=", False)])
        answer({p.default_code: int(p.free_qty) for p in products if p.is_storable})
        """
    )


def orders_of_odoo(lab: Lab) -> list[dict[str, Any]]:
    """Every mall order in Odoo with its figures; tax by whole percent."""
    return lab.script(
        """
        found = []
        orders = env["sale.order"].search([("ec_channel_id", "!=", False)])
        for order in orders:
            tax = {}
            for line in order.order_line:
                for rate in line.tax_ids:
                    key = str(round(rate.amount))
                    tax[key] = tax.get(key, 0) + round(line.price_tax)
            found.append({
                "provider": order.ec_channel_id.provider, "ref": order.ec_order_ref,
                "state": order.state, "stage": order.ec_stage, "total": round(order.amount_total),
                "amount_tax": round(order.amount_tax), "tax": tax,
                "checks": order.ec_check_ids.mapped("code"),
            })
        answer(found)
        """
    )
