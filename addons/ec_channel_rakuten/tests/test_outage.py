"""The mall is away: known in advance, by surprise, or because of the key. Nothing is lost."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.ec_unified.models import ec_order_count

from ..lib.client import RmsClient
from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenOutage(RakutenCommon):
    def setUp(self):
        super().setUp()
        waits = {"sleep": lambda seconds: None}
        self.startPatcher(patch.dict(RmsClient.__init__.__kwdefaults__, waits))
        self.many = self.make_product("AR-KZ01", 17)
        self.few = self.make_product("MM06-MATCHA", 2)
        self.shop.action_import_listings()
        # The test's orders are placed this moment; in a shop the count leaves out the last minutes.
        self.startPatcher(patch.object(ec_order_count, "SETTLE", timedelta(seconds=-5)))

    def settle(self):
        self.shop.operation_ids.write({"blocked_until": False})
        self.env.cr.flush()
        self.shop.action_pull_orders()
        self.shop.action_push_stock()
        self.env.cr.flush()

    def test_known_maintenance(self):
        self.settle()
        self.assertEqual(self.mall.stock()["MM06-MATCHA"], 2)
        now = fields.Datetime.now()
        window = self.env["ec.channel.maintenance"].create(
            {
                "name": "RMS",
                "channel_id": self.shop.id,
                "start_at": now + timedelta(minutes=10),
                "end_at": now + timedelta(hours=6),
            }
        )
        self.settle()
        shown = self.mall.stock()
        self.assertEqual((shown["MM06-MATCHA"], shown["AR-KZ01"]), (0, 17), "the risky one is zero")

        window.start_at = now - timedelta(minutes=1)
        self.mall.faults.add("maintenance", times=None)
        calls = sum(self.mall.calls.values())
        self.env["stock.quant"]._update_available_quantity(
            self.many, self.warehouse.lot_stock_id, 3
        )
        self.settle()
        self.assertEqual(sum(self.mall.calls.values()), calls, "the mall is left alone")
        self.assertFalse(self.shop.activity_ids)
        self.assertEqual(self.shop.health, "ok", "no error: it was known")
        self.assertIn("RMS", self.shop.notice)

        self.mall.faults.clear()
        window.write({"start_at": now - timedelta(hours=2), "end_at": now - timedelta(minutes=1)})
        self.settle()
        shown = self.mall.stock()
        self.assertEqual((shown["MM06-MATCHA"], shown["AR-KZ01"]), (2, 20), "restored")

    def test_outage_by_surprise_is_counted_afterwards(self):
        self.settle()
        self.mall.faults.add("503_html", times=None)
        refs = [self.mall.buy("AR-KZ01") for _n in range(3)]
        for _n in range(7):
            self.settle()
        self.assertEqual(self.shop.health, "waiting")
        self.assertTrue(self.shop.last_error)
        self.assertEqual(len(self.shop.activity_ids), 1, "one activity, however long it lasts")
        self.mall.faults.clear()
        self.settle()
        self.shop.action_count_orders()
        count = self.shop.order_count_ids[:1]
        self.assertEqual(
            (count.mall_count, count.own_count, count.missing_count, count.complete),
            (3, 3, 0, True),
        )
        for ref in refs:
            self.assertEqual(len(self.order(ref)), 1)
        self.assertEqual(self.mall.stock()["AR-KZ01"], 14)
        self.assertFalse(self.shop.activity_ids)

    def test_what_the_poll_missed_is_found_by_counting(self):
        ref = self.mall.buy("AR-KZ01")
        self.shop.action_count_orders()
        count = self.shop.order_count_ids[:1]
        self.assertEqual((count.missing_refs, count.fetched_count), (ref, 1))
        self.shop.action_process_exchanges()
        self.assertEqual(len(self.order(ref)), 1)

    def test_key_function_and_maintenance_are_told_apart(self):
        found = {}
        for name, change, mend in (
            (
                "wrong key",
                lambda: setattr(self.shop, "rakuten_license_key", "SL999001_wrong"),
                lambda: setattr(self.shop, "rakuten_license_key", self.mall.license_key),
            ),
            (
                "maintenance",
                lambda: self.mall.faults.add("maintenance", times=None),
                self.mall.faults.clear,
            ),
            # A function that is ticked again works half an hour later: the last of the three.
            (
                "function",
                lambda: self.mall.configure(disabled_functions=["rpay.order.getOrder"]),
                None,
            ),
        ):
            change()
            found[name] = self.check()
            if mend:
                mend()
                self.assertEqual(self.check()[0], "ok", f"after {name}")
        self.assertEqual(
            {name: row[:2] for name, row in found.items()},
            {
                "wrong key": ("setup", "unauthorised"),
                "maintenance": ("waiting", "maintenance"),
                "function": ("setup", "function_missing"),
            },
        )
        self.assertEqual(len({row[2] for row in found.values()}), 3, "each has its own words")

    def check(self):
        """Check the connection. :return: health, reason and what is shown"""
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_check_connection()
        self.shop.invalidate_recordset()
        return self.shop.health, self.shop.last_error_reason, self.shop.check_report
