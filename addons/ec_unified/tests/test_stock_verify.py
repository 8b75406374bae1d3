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

    # === CHANGED BY HAND, NOTICED === #

    def test_overwritten_change_leaves_a_line(self):
        """Somebody sets 99 at the mall; a sale here sends 9 and overwrites it: that is logged."""
        self.channel.fake_stock = {**self.shown(), "P-1": 99}
        self.move(self.tea, 1)
        self.push()
        self.assertEqual(self.shown()["P-1"], 9)
        [row] = self.env["ec.stock.difference"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(
            (row.cause, row.state, row.qty_mall, row.qty_sent, row.qty_expected),
            ("changed_at_mall", "over", 99, 10, 9),
        )

    def test_sale_at_the_mall_is_nobodys_change(self):
        """The mall took a piece off for an order nobody has seen yet: that is no change by hand."""
        sold = {**self.shown(), "P-1": 9}
        order = self.order_payload("S-1")
        order["lines"][0].update(sku_ref="P-1", sku_code="P-1")

        def push(adapter, channel, levels, key):
            # Between our look at the orders and the write.
            channel.fake_stock = sold
            channel._fake_put_order(order)
            return original(adapter, channel, levels, key)

        original = self.registry["ec.channel.adapter.fake"]._push_stock
        self.move(self.tea, 2)
        with self.mall(push):
            self.push()
        self.assertTrue(self.env["sale.order"].search([("ec_order_ref", "=", "S-1")]))
        self.push()
        self.assertEqual(self.shown()["P-1"], 7)
        self.assertFalse(self.env["ec.stock.difference"].search([]) & self.channel.difference_ids)

    def test_changed_by_hand_long_after_a_sale(self):
        """A sale of this very shop was the last thing that was sent: hours later somebody changes
        the number, and that is no sale."""
        order = self.order_payload("S-3")
        order["lines"][0].update(sku_ref="P-1", sku_code="P-1")
        self.channel._fake_put_order(order)
        self.channel.action_pull_orders()
        self.push()
        self.assertEqual(self.shown()["P-1"], 9)
        self.env.flush_all()
        for table, columns in {
            "ec_listing_sku": ("qty_sent_at",),
            "sale_order_line": ("create_date", "write_date"),
            "sale_order": ("write_date",),
        }.items():
            for column in columns:
                self.env.cr.execute(f"UPDATE {table} SET {column} = {column} - interval '3 h'")  # noqa: S608
        self.env.invalidate_all()
        self.channel.fake_stock = {**self.shown(), "P-1": 40}
        row = self.verify()
        self.assertEqual((row.cause, row.qty_mall, row.qty_sent), ("changed_at_mall", 40, 9))

    def test_unseen_sale_is_no_difference(self):
        self.channel.fake_stock = {**self.shown(), "P-1": 9}
        order = self.order_payload("S-2")
        order["lines"][0].update(sku_ref="P-1", sku_code="P-1")
        self.channel._fake_put_order(order)
        self.channel.action_verify_stock()
        self.assertFalse(self.channel.difference_ids)

    def test_orders_that_cannot_be_read_put_the_comparison_off(self):
        self.channel.fake_stock = {**self.shown(), "P-1": 9}
        self.fail_with("pull_orders")
        self.channel.action_verify_stock()
        self.assertFalse(self.channel.difference_ids)
        self.mend()
        self.channel.action_verify_stock()
        self.assertEqual(self.channel.difference_ids.cause, "changed_at_mall")

    def test_what_the_mall_speaks_of_is_compared(self):
        self.channel.fake_stock = {**self.shown(), "P-1": 3, "P-2": 4}
        sku = self.skus().filtered(lambda row: row.product_id == self.tea)
        sku._stock_look_again()
        self.channel.action_verify_some()
        self.assertEqual(self.channel.difference_ids.sku_id, sku, "only what was spoken of")
        self.assertFalse(sku.look_again)
