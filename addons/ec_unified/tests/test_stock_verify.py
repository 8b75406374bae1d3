"""Comparing the shop's quantities with ours."""

from odoo.tests import tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockVerify(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.push()
        # Nothing of what follows happened while it was sent.
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET qty_sent_at = qty_sent_at - interval '1 hour'"
        )
        self.env["ec.listing.sku"].invalidate_model()

    def verify(self):
        self.env.cr.flush()
        self.channel.fake_calls = False
        self.channel.action_verify_stock()
        return self.env["ec.stock.difference"].search([("channel_id", "=", self.channel.id)])

    def test_all_right(self):
        self.assertFalse(self.verify())
        reads = [arg for op, arg in self.channel.fake_calls if op == "read_stock"]
        self.assertEqual(reads, [["P-1", "P-2", "P-3"]])

    def test_changed_by_hand_is_listed_and_corrected_by_one_click(self):
        self.channel.fake_stock = {**self.shown(), "P-1": 99}
        row = self.verify()
        self.assertEqual((row.cause, row.qty_mall, row.qty_expected), ("changed_at_mall", 99, 10))
        self.assertEqual(self.push(), [], "not overwritten silently")
        self.assertEqual(len(self.verify()), 1, "listed once")
        row.with_user(self.clerk).button_repair()
        self.assertEqual(self.push(), [[["P-1", 10]]])
        self.assertEqual(self.verify().state, "over")

    def test_corrected_by_itself_if_wanted(self):
        self.channel.stock_auto_repair = True
        self.channel.fake_stock = {**self.shown(), "P-1": 99}
        self.assertEqual(self.verify().state, "repairing")
        self.push()
        self.assertEqual(self.shown()["P-1"], 10)

    def test_missed_change_repairs_itself(self):
        self.move(self.tea, 2)
        self.forget_signals()
        self.assertEqual(self.verify().cause, "missed")
        self.assertEqual(self.push(), [[["P-1", 8]]])

    def test_unknown_at_the_mall(self):
        self.channel.fake_stock = {"P-2": 10, "P-3": 10}
        row = self.verify()
        self.assertEqual((row.cause, row.known_at_mall), ("unknown_sku", False))

    def test_what_is_on_its_way_is_no_difference(self):
        self.move(self.tea, 2)
        self.assertFalse(self.verify())

    def test_left_as_it_is(self):
        self.channel.fake_stock = {**self.shown(), "P-1": 5}
        row = self.verify()
        row.with_user(self.clerk).button_accept()
        self.assertEqual(row.state, "accepted")
        self.assertEqual(self.push(), [])
