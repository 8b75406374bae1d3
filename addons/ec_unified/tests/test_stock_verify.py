"""Comparing the shop's quantities with ours."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.data import Limits
from ..lib.errors import TransientError
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

    def test_what_is_not_sent_any_more_waits_for_no_correction(self):
        """A page taken off at the mall, an item taken out of our hands, a rule: three ways out."""
        self.channel.fake_stock = {"P-1": 5, "P-2": 5, "P-3": 5}
        rows = self.verify()
        self.assertEqual(rows.mapped("state"), ["open"] * 3)
        rows[0].button_repair()
        tea, cup, _pot = self.skus()
        tea.active = False
        cup.stock_sync = False
        self.env["ec.stock.rule"].create({"product_id": self.pot.id, "mode": "none"})
        self.assertEqual(self.verify().mapped("state"), ["accepted"] * 3)

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

    def sell(self, ref, quantity=1, seconds_ago=0):
        """A buyer takes units of the tea at the mall, and the order is read."""
        order = self.order_payload(ref)
        order["lines"][0].update(sku_ref="P-1", sku_code="P-1", quantity=str(quantity))
        self.channel.fake_stock = {**self.shown(), "P-1": self.shown()["P-1"] - quantity}
        self.channel._fake_put_order(order)
        self.channel.action_pull_orders()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ec_exchange SET create_date = create_date - %s * interval '1 s'"
            " WHERE external_ref = %s",
            (seconds_ago, ref),
        )
        self.env.invalidate_all()

    def by_hand(self, quantity):
        self.channel.fake_stock = {**self.shown(), "P-1": quantity}

    def lines(self):
        """What the log says of the tea: (number at the mall, sent before, state)."""
        rows = self.channel.difference_ids.sorted("id")
        self.assertEqual(set(rows.mapped("cause")) - {"changed_at_mall"}, set())
        return [(row.qty_mall, row.qty_sent, row.state) for row in rows]

    def test_changed_by_hand_right_after_a_sale(self):
        """One is sold, then somebody sets 50: the sale explains 9, not 50."""
        self.sell("S-4")
        self.by_hand(50)
        self.push()
        self.assertEqual(self.shown()["P-1"], 9)
        self.assertEqual(self.lines(), [(50, 10, "over")])

    def test_lowered_by_hand_right_after_a_sale_was_sent(self):
        """The sale is in our number already, so it does not explain another piece less."""
        self.sell("S-5", seconds_ago=20)
        self.push()
        self.by_hand(8)
        self.move(self.tea, 2)
        self.push()
        self.assertEqual(self.shown()["P-1"], 7)
        self.assertEqual(self.lines(), [(8, 9, "over")])

    def test_sales_and_cancellations_explain_what_they_can(self):
        for numbers, lines in (((10, 9, 8, 7), []), ((6,), [(6, 10, "over")])):
            for number in numbers:
                with self.subTest(number), self.env.cr.savepoint() as savepoint:
                    self.sell("S-6")
                    self.sell("S-7", 2)
                    self.by_hand(number)
                    self.move(self.tea, 4)
                    self.push()
                    self.assertEqual(self.shown()["P-1"], 3)
                    self.assertEqual(self.lines(), lines)
                    savepoint.rollback()

    def test_order_that_waits_in_the_inbox_explains_its_units(self):
        self.move(self.tea, 1)
        bug = patch.object(
            self.registry["ec.order.import"], "_import_batch", side_effect=ValueError("broken")
        )
        with bug, mute_logger("odoo.addons.ec_unified.models.ec_exchange_process"):
            self.sell("S-8")
            self.push()
        self.assertEqual(self.shown()["P-1"], 8)
        self.assertEqual(self.lines(), [])

    def test_changed_by_hand_before_a_push_that_failed(self):
        """The first try fails, the second one overwrites: the line comes all the same."""
        self.by_hand(50)
        self.move(self.tea, 1)
        self.fail_with("push_stock")
        self.push()
        self.mend()
        self.push()
        self.assertEqual(self.shown()["P-1"], 9)
        self.assertEqual(self.lines(), [(50, 10, "over")])

    def test_our_own_write_without_an_answer_is_nobodys_change(self):
        """The mall took 9 and the answer was lost; the next number finds the 9."""
        self.move(self.tea, 1)

        def push(adapter, channel, levels, key):
            self.by_hand(9)
            raise TransientError("no answer")

        with self.mall(push):
            self.push()
        self.channel.operation_ids.write({"blocked_until": False})
        self.move(self.tea, 1)
        self.push()
        self.assertEqual(self.shown()["P-1"], 8)
        self.assertEqual(self.lines(), [])

    def test_mall_that_goes_away_in_the_middle_loses_no_line(self):
        """The first batch overwrote the number, the second one failed: the run ends there."""
        self.by_hand(50)
        self.env["stock.quant"]._update_available_quantity(self.tea, self.stock_location, -1)
        self.env["stock.quant"]._update_available_quantity(self.cup, self.stock_location, -1)

        def push(adapter, channel, levels, key):
            if levels[0].key.ref != "P-1":
                raise TransientError("away")
            return original(adapter, channel, levels, key)

        original = self.registry["ec.channel.adapter.fake"]._push_stock
        with self.mall(push), self.mall(lambda *a: Limits(stock_batch=1), "_limits"):
            self.push()
        self.assertEqual(self.shown()["P-1"], 9)
        self.assertEqual(self.lines(), [(50, 10, "checking")])
        self.push()
        self.assertEqual(self.lines(), [(50, 10, "over")])

    def test_line_waits_for_the_orders(self):
        """Whether it was a sale, nobody knows while the mall tells no orders."""
        self.by_hand(9)
        self.move(self.tea, 2)
        self.fail_with("pull_orders")
        self.push()
        self.assertEqual(self.shown()["P-1"], 8)
        self.assertEqual(self.lines(), [(9, 10, "checking")])
        self.mend()
        self.push()
        self.assertEqual(self.lines(), [(9, 10, "over")])

    def test_change_that_is_listed_already_is_told_once(self):
        self.by_hand(50)
        self.verify()
        self.assertEqual(self.lines(), [(50, 10, "open")])
        self.move(self.tea, 1)
        self.push()
        self.assertEqual(self.lines(), [(50, 10, "over")])

    def test_number_sent_again_by_a_clerk_leaves_a_line(self):
        self.by_hand(50)
        self.skus().filtered(lambda sku: sku.product_id == self.tea).button_send_again()
        self.push()
        self.assertEqual(self.shown()["P-1"], 10)
        self.assertEqual(self.lines(), [(50, 10, "over")])

    def test_night_finds_a_change_right_after_a_sale(self):
        self.sell("S-9")
        self.push()
        self.by_hand(40)
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET qty_sent_at = qty_sent_at - interval '1 minute'"
        )
        self.env.invalidate_all()
        self.verify()
        self.assertEqual(self.lines(), [(40, 9, "open")])

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

    def test_what_the_mall_speaks_of_while_it_is_compared_is_looked_at_again(self):
        sku = self.skus().filtered(lambda row: row.product_id == self.tea)
        sku._stock_look_again()
        real = type(self.channel)._verify_skus

        def meanwhile(channel, adapter, limits, skus):
            done = real(channel, adapter, limits, skus)
            skus._stock_look_again()
            return done

        with patch.object(self.registry["ec.channel"], "_verify_skus", meanwhile):
            self.channel.action_verify_some()
        self.assertTrue(sku.look_again, "the later notice may tell of a later change")
        self.channel.action_verify_some()
        self.assertFalse(sku.look_again)
