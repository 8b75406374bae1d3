"""Ground for the tests of this module: the simulated shop of this repository, over HTTP."""

import sys
from pathlib import Path

from odoo.fields import Command

from odoo.addons.ec_unified.lib.data import SkuKey
from odoo.addons.ec_unified.tests.common import EcCommon

ROOT = Path(__file__).resolve().parents[3]


def simulated_shop():
    """The class of the simulated shop; it is a tool of the repository, not part of the addon.

    :raise AssertionError: the tests run outside of the repository
    """
    if not (ROOT / "tests" / "malls" / "shopify").is_dir():
        raise AssertionError(
            f"the simulated shop is not in {ROOT}/tests/malls: run these tests from a checkout of "
            "the repository"
        )
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from tests.malls.shopify.shop import ShopifyShop

    return ShopifyShop


class ShopifyCommon(EcCommon):
    """A simulated shop of two items and a channel connected to it, for each test anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop_class = simulated_shop()
        cls.products = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "default_code": code,
                    "is_storable": True,
                    "list_price": price,
                    "company_id": False,
                }
                for name, code, price in (("Tea", "TST-TEA", 1080), ("Cup", "TST-CUP", 2200))
            ]
        )
        cls.tea, cls.cup = cls.products

    def setUp(self):
        super().setUp()
        self.shop = self.shop_class(throttle=False)
        self.shop.start()
        self.addCleanup(self.shop.stop)
        self.shop.add_items(
            [
                {"sku": "TST-TEA", "name": "煎茶", "tax_rate": 0.08, "price": 1080, "stock": 50},
                {"sku": "TST-CUP", "name": "湯のみ", "tax_rate": 0.1, "price": 2200, "stock": 50},
            ]
        )
        self.shopify = self.make_shopify()

    def make_shopify(self, **vals):
        """A running channel that is connected to the simulated shop."""
        channel = self.env["ec.channel"].create(
            {
                "name": "Test Shopify",
                "provider": "shopify",
                "state": "active",
                "api_url": self.shop.api_url,
                "shopify_domain": self.shop.shop_domain,
                "shopify_client_id": self.shop.client_id,
                "shopify_client_secret": self.shop.client_secret,
                "company_id": self.company.id,
                "warehouse_ids": [Command.set(self.warehouse.ids)],
                "user_id": self.manager.id,
                "import_from": "2020-01-01 00:00:00",
                **vals,
            }
        )
        self.env["ec.shopify.token"]._forget(channel)
        channel._shopify_sync_locations(
            [(place.gid, place.name) for place in self.shop.store.locations.values()]
        )
        return channel

    def put_stock(self, product, quantity):
        """Have ``quantity`` of ``product`` on hand."""
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, quantity
        )

    def sku_key(self, code):
        variant = self.shop.store.variant_of(code)
        return SkuKey(
            item_ref=variant.product.gid,
            ref=variant.gid,
            extra={"inventory_item_id": variant.item_gid},
        )

    def order_of(self, ref):
        """The sale order of an order of the shop."""
        return self.env["sale.order"].search(
            [("ec_channel_id", "=", self.shopify.id), ("ec_order_ref", "=", ref)]
        )

    def shown(self, code):
        """What the shop shows at the location we write to."""
        location = self.shopify._shopify_stock_locations()[0].gid
        return self.shop.stock_by_location()[code].get(location, {}).get("available")
