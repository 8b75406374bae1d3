"""Both simulated malls beside Odoo and a shop on each, for tests that need the two at once."""

from datetime import UTC, datetime
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.ec_unified.tests.common import EcCommon

from tests.malls.common.clock import SimClock
from tests.malls.rakuten import RakutenMall, Waits
from tests.malls.shopify.shop import ShopifyShop

TEA, CUP = "TEA-100", "CUP-BL"
ITEMS = (
    {"sku": TEA, "item_code": "sencha", "name": "煎茶 100g", "price": 1080, "tax_rate": 0.08},
    {"sku": CUP, "item_code": "yunomi", "name": "湯のみ 藍", "price": 2200, "tax_rate": 0.1},
)


class BothMalls(EcCommon):
    """``self.rakuten`` and ``self.shopify`` are the malls; ``connect`` puts a shop on each.

    The fake shop of ``EcCommon`` is gone: it would stand on the day board.
    """

    #: What both malls sell, and how many pieces of each they show at first.
    items, offered = ITEMS, 50
    #: Pieces on our shelf by SKU.
    shelf = {TEA: 20, CUP: 20}
    #: How long Rakuten takes over an order, where it is not to take its usual time.
    waits = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        adapter = cls.registry["ec.channel.adapter.rakuten"]
        # Calls per second are tested in tests/wire; here they would only cost time.
        cls.startClassPatcher(patch.object(adapter, "_rates", lambda self: {}))
        cls.startClassPatcher(patch.object(adapter, "_now", lambda self: datetime.now(UTC)))
        cls.channel.state = "paused"
        cls.channel.unlink()
        names = {item["sku"]: item["name"] for item in cls.items}
        cls.tea, cls.cup = cls.env["product.product"].create(
            [
                {"name": names[code], "default_code": code, "is_storable": True,
                 "company_id": False}
                for code in (TEA, CUP)
            ]
        )  # fmt: skip
        for product in cls.tea, cls.cup:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, cls.shelf[product.default_code]
            )

    def setUp(self):
        super().setUp()
        self.rakuten = RakutenMall(SimClock())
        if self.waits:
            self.rakuten.shop.waits = Waits(**self.waits)
        self.shopify = ShopifyShop(throttle=False)
        for mall in (self.rakuten, self.shopify):
            mall.add_items(
                [
                    {**item, "item_name": item["name"], "stock": self.offered, "option": None,
                     "tax_included": True}
                    for item in self.items
                ]
            )  # fmt: skip
            mall.start()
            self.addCleanup(mall.stop)

    def credentials(self):
        """What a shop's form asks for, by provider."""
        return {
            "rakuten": {
                "rakuten_service_secret": self.rakuten.service_secret,
                "rakuten_license_key": self.rakuten.license_key,
                "api_url": self.rakuten.base_url,
            },
            "shopify": {
                "shopify_domain": self.shopify.shop_domain,
                "shopify_client_id": self.shopify.client_id,
                "shopify_client_secret": self.shopify.client_secret,
                "api_url": self.shopify.api_url,
            },
        }

    def connect(self, **vals):
        """A running shop on each mall.

        :return: (shop on Rakuten, shop on Shopify)
        """
        names = {"rakuten": "楽天店", "shopify": "自社店"}
        first, second = self.env["ec.channel"].create(
            [
                {
                    "name": names[provider], "provider": provider, "state": "active",
                    "company_id": self.company.id, "user_id": self.manager.id,
                    "warehouse_ids": [Command.set(self.warehouse.ids)],
                    "import_from": "2020-01-01 00:00:00", **credentials, **vals,
                }
                for provider, credentials in self.credentials().items()
            ]
        )  # fmt: skip
        self.env["ec.shopify.token"]._forget(second)
        second._shopify_sync_locations(
            [(place.gid, place.name) for place in self.shopify.store.locations.values()]
        )
        return first, second
