"""Orders counted on both sides: after an outage nobody has to wonder whether one is missing."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.ec_unified.models import ec_order_count

from ..lib import orders
from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyCount(ShopifyCommon):
    def setUp(self):
        super().setUp()
        for module in ("client", "token"):
            self.startPatcher(
                patch(
                    f"odoo.addons.ec_channel_shopify.lib.{module}.time.sleep", lambda seconds: None
                )
            )
        # The test's orders are placed this moment; in a shop the count leaves out the last minutes.
        self.startPatcher(patch.object(ec_order_count, "SETTLE", timedelta(seconds=-5)))

    def settle(self):
        self.shopify.operation_ids.write({"blocked_until": False})
        self.shopify.action_pull_orders()

    def test_outage_is_counted_afterwards(self):
        self.settle()
        self.shop.faults.add("503_html", times=None)
        refs = [self.shop.buy("TST-TEA") for _n in range(3)]
        for _n in range(6):
            self.settle()
        self.assertEqual(self.shopify.health, "waiting")
        self.assertEqual(len(self.shopify.activity_ids), 1)
        self.shop.faults.clear()
        self.settle()
        self.shopify.action_count_orders()
        count = self.shopify.order_count_ids[:1]
        self.assertEqual(
            (count.mall_count, count.own_count, count.missing_count, count.complete),
            (3, 3, 0, True),
        )
        for ref in refs:
            self.assertEqual(len(self.order_of(ref)), 1)
        self.assertFalse(self.shopify.activity_ids)

    def test_what_the_poll_missed_is_found_by_counting(self):
        ref = self.shop.buy("TST-TEA")
        self.shopify.action_count_orders()
        count = self.shopify.order_count_ids[:1]
        self.assertEqual((count.missing_refs, count.fetched_count), (ref, 1))
        self.shopify.action_process_exchanges()
        self.assertEqual(len(self.order_of(ref)), 1)

    def test_many_pages_and_searches(self):
        refs = {self.shop.buy("TST-TEA") for _n in range(7)}
        self.startPatcher(patch.object(orders, "LIGHT_PAGE", 2))
        self.startPatcher(patch.object(orders, "PAGES_PER_SEARCH", 2))
        reader = self.shopify._adapter()._reader(self.shopify)
        now = datetime.now(UTC)
        found = reader.placed(now - timedelta(hours=1), now + timedelta(minutes=1))
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(set(found), refs)
        # Orders of one second cannot be told apart by time; the search goes on as far as it can.
        self.assertGreaterEqual(len(found), 4)
        self.assertEqual(reader.placed(now - timedelta(days=3), now - timedelta(days=2)), [])
