"""A lot that expires leaves the shops at that moment, without anybody moving anything."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.ec_unified.tests.stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestExpiry(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now().replace(microsecond=0)
        self.tea.write(
            {"tracking": "lot", "use_expiration_date": True, "expiration_time": 30,
             "removal_time": 10}
        )  # fmt: skip
        quants = self.env["stock.quant"].search([("product_id", "=", self.tea.id)])
        quants.sudo().unlink()
        self.old = self.lot("OLD", 20, 4)
        self.fresh = self.lot("FRESH", 40, 6)
        self.cron = self.env.ref("ec_unified_expiry.cron_expiry_clock")
        self.cron.lastcall = self.now
        self.list_products(self.products)
        self.push()

    def lot(self, name, days, quantity):
        """A lot whose life ends in so many days; it has to leave ten days earlier."""
        lot = self.env["stock.lot"].create(
            {
                "name": name,
                "product_id": self.tea.id,
                "expiration_date": self.now + timedelta(days=days),
            }
        )
        self.assertEqual(lot.removal_date, self.now + timedelta(days=days - 10))
        self.env["stock.quant"]._update_available_quantity(
            self.tea, self.stock_location, quantity, lot_id=lot
        )
        return lot

    def test_leaves_the_shop_when_its_date_is_over(self):
        self.assertEqual(self.shown()["P-1"], 10)
        self.forget_signals()
        with freeze_time(self.now + timedelta(days=10) - timedelta(minutes=1)):
            self.env["stock.lot"]._ec_expiry_clock()
            self.assertFalse(self.signals())
        with freeze_time(self.now + timedelta(days=10, seconds=1)):
            self.env["stock.lot"]._ec_expiry_clock()
            self.assertEqual(len(self.signals(self.tea)), 1)
            self.assertEqual(self.push(), [[["P-1", 6]]])
            self.tea.invalidate_recordset()

    def test_clock_comes_at_the_next_moment(self):
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]).unlink()
        self.env["stock.lot"]._ec_expiry_clock()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertEqual(triggers.mapped("call_at"), [self.old.removal_date])

    def test_clock_that_stood_still_misses_nothing(self):
        self.forget_signals()
        with freeze_time(self.now + timedelta(days=12)):
            self.env["stock.lot"]._ec_expiry_clock()
            self.assertTrue(self.signals(self.tea))

    def test_same_as_odoos_fresh_quantity(self):
        with freeze_time(self.now + timedelta(days=11)):
            self.tea.invalidate_recordset()
            free = self.tea._ec_free_quantities(self.channel._stock_location_domain())
            self.assertEqual(free[self.tea.id], self.tea.free_qty)
            self.assertEqual(free[self.tea.id], 6)

    def test_reserved_piece_of_an_expired_lot_is_taken_once(self):
        move = self.move(self.tea, 3)
        self.assertEqual(move.move_line_ids.lot_id, self.old)
        with freeze_time(self.now + timedelta(days=11)):
            free = self.tea._ec_free_quantities(self.channel._stock_location_domain())
        self.assertEqual(free[self.tea.id], 6)

    def test_changed_date_is_a_stock_change(self):
        self.forget_signals()
        self.fresh.removal_date = self.now - timedelta(days=1)
        self.assertTrue(self.signals(self.tea))
        self.assertEqual(self.push(), [[["P-1", 4]]])

    def test_first_expired_goes_first(self):
        self.tea.categ_id.removal_strategy_id = self.env.ref("product_expiry.removal_fefo")
        move = self.move(self.tea, 5)
        by_lot = {line.lot_id: line.quantity for line in move.move_line_ids}
        self.assertEqual(by_lot, {self.old: 4, self.fresh: 1})

    def test_without_dates_nothing_is_asked(self):
        domain = self.channel._stock_location_domain()
        self.cup.mapped("use_expiration_date")
        before = self.cr.sql_log_count
        self.assertEqual(self.cup._ec_stock_spoiled(domain), {})
        self.assertEqual(self.cr.sql_log_count, before)
