"""Ground for the tests of listings and stock: products with stock, listed on the fake mall."""

from contextlib import contextmanager
from unittest.mock import patch

from ..lib.data import StockResult
from .common import EcCommon


class EcStockCommon(EcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_location = cls.warehouse.lot_stock_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.products = cls.make_products(3)
        cls.tea, cls.cup, cls.pot = cls.products

    @classmethod
    def make_products(cls, count, quantity=10, code="P", **vals):
        products = cls.env["product.product"].create(
            [
                {
                    "name": f"Product {code}{n}",
                    "default_code": f"{code}-{n}",
                    "is_storable": True,
                    **vals,
                }
                for n in range(1, count + 1)
            ]
        )
        for product in products if quantity else ():
            cls.env["stock.quant"]._update_available_quantity(product, cls.stock_location, quantity)
        return products

    @classmethod
    def listing_values(cls, products, per_item=1):
        """The fake mall's items: one SKU per product, keyed by the product's code."""
        return [
            {
                "ref": f"item-{product.default_code}",
                "code": f"item-{product.default_code}",
                "title": product.name,
                "skus": [{"ref": product.default_code, "sku_code": product.default_code}],
            }
            for product in products
        ]

    def list_products(self, products, channel=None):
        """Put ``products`` on the mall and read its items."""
        channel = channel or self.channel
        channel.fake_listings = self.listing_values(products)
        channel.fake_stock = {product.default_code: 0 for product in products}
        channel.action_import_listings()
        return self.skus(channel)

    def skus(self, channel=None):
        return self.env["ec.listing.sku"].search(
            [("channel_id", "=", (channel or self.channel).id)], order="id"
        )

    def signals(self, product=None):
        """Signals waiting in the table, those of this transaction included."""
        self.env.cr.precommit.run()
        domain = [("product_id", "=", product.id)] if product else []
        return self.env["ec.stock.signal"].search([("channel_id", "=", self.channel.id), *domain])

    def forget_signals(self):
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM ec_stock_signal")
        self.env["ec.stock.signal"].invalidate_model()

    def push(self, channel=None):
        """Send stock; what the mall was told, batch by batch."""
        channel = channel or self.channel
        self.env.cr.flush()
        channel.fake_calls = False
        channel.action_push_stock()
        self.env.cr.flush()
        return [arg for op, arg in channel.fake_calls or [] if op == "push_stock"]

    def shown(self, channel=None):
        return (channel or self.channel).fake_stock

    def move(self, product, quantity, source=None, target=None, done=False):
        """A stock move, reserved or done."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": (source or self.stock_location).id,
                "location_dest_id": (target or self.customers).id,
            }
        )
        move._action_confirm()
        move._action_assign()
        if done:
            move.quantity = quantity
            move.picked = True
            move._action_done()
        return move

    @contextmanager
    def mall(self, function, name="_push_stock"):
        """Let ``function(adapter, channel, *args)`` answer instead of the fake mall."""
        with patch.object(self.registry["ec.channel.adapter.fake"], name, function):
            yield

    @staticmethod
    def all_ok(levels):
        return [StockResult(key=level.key, ok=True, quantity=level.quantity) for level in levels]
