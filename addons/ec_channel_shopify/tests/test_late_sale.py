"""A sale the shop has taken off its stock and does not list among its orders yet."""

from unittest.mock import Mock, patch

from odoo.tests import tagged

from odoo.addons.ec_unified.models import ec_channel_push

from ..lib import const, stock
from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyLateSale(ShopifyCommon):
    def setUp(self):
        super().setUp()
        self.shopify.action_import_listings()
        self.put_stock(self.tea, 10)
        self.push()
        self.assertEqual(self.shown("TST-TEA"), 10)
        # Nothing of what follows happened while it was sent.
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET qty_sent_at = qty_sent_at - interval '1 hour'"
        )
        self.env["ec.listing.sku"].invalidate_model()

    def push(self, waits=None):
        """Send stock; return the numbers of the tea that were written.

        :param waits: called instead of the wait for an order the shop does not list yet
        """
        self.env.cr.flush()
        clock = Mock(wraps=ec_channel_push.time, sleep=waits or self.fail)
        tea = self.shop.store.variant_of("TST-TEA").item_gid
        with (
            patch.object(ec_channel_push, "time", clock),
            patch.object(stock, "_write", wraps=stock._write) as write,
        ):
            self.shopify.action_push_stock()
        rows = [row for call in write.call_args_list for row in call.args[1]]
        return [row.quantity for row in rows if row.item == tea]

    def buy(self, quantity):
        return self.shop.buy(lines=[{"sku": "TST-TEA", "quantity": quantity}], payment="card")

    def test_sale_is_waited_for_and_never_overwritten(self):
        self.shop.settings.index_lag_seconds = 3600
        ref = self.buy(2)
        self.put_stock(self.tea, -3)

        def wait(seconds):
            self.assertEqual(seconds, const.SEARCH_LAG)
            self.assertFalse(self.order_of(ref))
            self.shop.settings.index_lag_seconds = 0

        self.assertEqual(self.push(wait), [5])
        self.assertTrue(self.order_of(ref))
        self.assertEqual(self.shown("TST-TEA"), 5)

    def test_sale_that_is_listed_costs_no_wait(self):
        self.buy(2)
        self.put_stock(self.tea, -3)
        self.assertEqual(self.push(), [5])

    def test_lowered_by_hand_is_overwritten_with_a_line(self):
        variant = self.shop.store.variant_of("TST-TEA")
        place = next(iter(self.shop.store.locations.values()))
        self.shop.store.level(variant, place, True).quantities["available"] = 4
        self.put_stock(self.tea, -3)
        waits = []
        self.assertEqual(self.push(waits.append), [7])
        self.assertEqual(waits, [const.SEARCH_LAG])
        row = self.shopify.difference_ids
        self.assertEqual((row.cause, row.qty_mall, row.qty_sent), ("changed_at_mall", 4, 10))

    def test_zero_goes_out_at_once(self):
        self.shop.settings.index_lag_seconds = 3600
        self.buy(2)
        self.put_stock(self.tea, -10)
        self.assertEqual(self.push(), [0])
