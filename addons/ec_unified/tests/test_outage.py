"""Times without the mall: maintenances that overlap or go over midnight, gaps nobody noticed."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestOutage(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.push()
        self.start = fields.Datetime.now().replace(microsecond=0) + timedelta(hours=1)
        self.window = self.env["ec.channel.maintenance"].create(
            {
                "name": "Maintenance",
                "channel_id": self.channel.id,
                "start_at": self.start,
                "end_at": self.start + timedelta(hours=2),
            }
        )

    def at(self, **delta):
        return freeze_time(self.start + timedelta(**delta))

    def asked(self, op):
        """Whether the operation is going to run soon."""
        cron = self.channel.cron_ids.filtered(lambda cron: cron.ec_operation == op)
        return bool(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]))

    def test_overlapping_maintenances_count_together(self):
        """A second, shorter one within the first does not open what the first keeps closed."""
        self.window.risk_units = 10
        inner = self.window.copy({"risk_units": 3, "start_at": self.start + timedelta(minutes=30)})
        inner.end_at = self.start + timedelta(hours=1)
        with self.at(minutes=-10):
            self.assertEqual(self.channel._maintenance_now(), self.window)
        with self.at(minutes=20):
            self.assertEqual(self.channel._maintenance_now(), self.window | inner)
            skus = self.skus()
            skus.invalidate_recordset()
            self.assertEqual(set(skus.mapped("qty_offered")), {0})
            self.channel.invalidate_recordset(["notice"])
            end = fields.Datetime.context_timestamp(self.channel, self.window.end_at)
            self.assertIn(f"{end:%H:%M}", self.channel.notice)
        with self.at(minutes=90):
            self.assertFalse(self.channel._may_run("push_stock"), "the first still goes on")

    def test_maintenance_over_midnight_of_the_shop(self):
        user = self.clerk
        user.tz = "Asia/Tokyo"
        self.window.write({"start_at": "2027-01-23 14:30:00", "end_at": "2027-01-23 23:00:00"})
        with freeze_time("2027-01-23 15:10:00"):
            self.env["ec.channel"]._stock_clock()
            self.assertFalse(self.channel._may_run("pull_orders"))
            self.channel.invalidate_recordset(["notice"])
            notice = self.channel.with_user(user).with_context(tz="Asia/Tokyo").notice
            self.assertIn("01/23 23:30", notice)
            self.assertIn("01/24 08:00", notice)

    def test_count_after_a_pause(self):
        """No failure, yet nobody fetched orders for hours: a pause, an ended key, a stopped
        server."""
        self.channel.action_pull_orders()
        self.channel.action_pull_orders()
        self.assertFalse(self.asked("count_orders"))
        row = self.channel._operation("pull_orders")
        row.succeeded_at = fields.Datetime.now() - timedelta(hours=3)
        self.channel.action_pull_orders()
        self.assertTrue(self.asked("count_orders"))
