"""The stock screens in a real browser."""

from odoo.tests import HttpCase, tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockTour(EcStockCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)

    def tour(self, name, action):
        action = self.env.ref(f"ec_unified.{action}")
        self.env.cr.flush()
        self.start_tour(f"/odoo/action-{action.id}", name, login=self.clerk.login)

    def test_preview(self):
        self.env["ec.stock.rule"].create({"product_id": self.cup.id, "cap": 3})
        self.tour("ec_stock_preview", "action_ec_stock_preview")

    def test_matching(self):
        sku = self.skus()[0]
        sku.write({"product_id": False, "match_state": "unmatched"})
        self.tour("ec_stock_matching", "action_ec_listing_unmatched")
        sku.invalidate_recordset()
        self.assertEqual(sku.product_id, self.tea)

    def test_difference(self):
        self.push()
        self.skus().write({"qty_sent_at": "2026-01-01 00:00:00"})  # not just now
        self.channel.fake_stock = {**self.shown(), "P-1": 99}
        self.channel.action_verify_stock()
        self.tour("ec_stock_difference", "action_ec_stock_difference")
        self.channel.invalidate_recordset()
        self.push()
        self.assertEqual(self.shown()["P-1"], 10)

    def test_count_sheets(self):
        self.env["res.lang"]._activate_lang("ja_JP")
        self.clerk.lang = "ja_JP"
        self.env["stock.location"].create({"name": "A-1", "location_id": self.stock_location.id})
        self.tour("ec_count_sheets", "action_ec_count_sheets")
