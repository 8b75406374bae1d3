"""Units promised before they are there: as many as were promised, and no more."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockAhead(EcStockCommon):
    def setUp(self):
        super().setUp()
        adapter = self.registry["ec.channel.adapter.fake"]
        support = adapter._support
        self.patch(adapter, "_support", lambda a: {**support(a), "backorder": True})
        self.day = fields.Date.today() + timedelta(days=30)
        self.list_products(self.products)
        self.rule = self.env["ec.stock.rule"].create(
            {"product_id": self.tea.id, "backorder": 5, "available_on": self.day}
        )
        self.set_on_hand(0)
        self.push()

    def set_on_hand(self, quantity):
        self.env.invalidate_all()
        have = self.tea.with_context(warehouse_id=self.warehouse.id).qty_available
        self.env["stock.quant"]._update_available_quantity(
            self.tea, self.stock_location, quantity - have
        )

    def buy(self, ref, quantity):
        """A buyer orders tea; the mall takes it off its own number."""
        payload = self.order_payload(ref)
        payload["lines"][0].update(sku_ref="P-1", sku_code="P-1", quantity=str(quantity))
        self.channel.fake_stock = {**self.shown(), "P-1": self.shown()["P-1"] - quantity}
        self.channel._fake_put_order(payload)
        self.channel.action_pull_orders()
        return self.env["sale.order"].search([("ec_order_ref", "=", ref)])

    def shows(self):
        self.push()
        return self.shown()["P-1"]

    def test_what_is_sold_ahead_is_not_promised_again(self):
        self.assertEqual(self.shows(), 5)
        order = self.buy("A-1", 2)
        self.assertEqual(self.shows(), 3)
        self.buy("A-2", 3)
        self.assertEqual(self.shows(), 0)
        order._action_cancel()
        self.assertEqual(self.shows(), 2)

    def test_goods_that_came_are_offered_beside_the_promise(self):
        order = self.buy("B-1", 2)
        self.set_on_hand(10)
        order.picking_ids.action_assign()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(self.shows(), 8 + 5)

    def test_sales_that_are_kept_back_count_once(self):
        self.channel.stock_keep_open_sales = True
        self.buy("C-1", 2)
        self.assertEqual(self.shows(), 3)

    @mute_logger("odoo.addons.ec_unified.models.ec_exchange_process")
    def test_order_that_waits_in_the_inbox_counts(self):
        importer = self.registry["ec.order.import"]

        def broken(model, channel, parsed):
            raise ValueError("broken")

        self.patch(importer, "_import_batch", broken)
        self.assertFalse(self.buy("D-1", 2))
        self.assertEqual(self.shows(), 3)

    def test_the_mall_is_told_how_many_are_not_there_yet(self):
        told = []

        def push(adapter, channel, levels, key):
            told.extend((v.quantity, v.backorder, v.available_on) for v in levels)
            return self.all_ok(levels)

        self.set_on_hand(2)
        with self.mall(push):
            self.push()
        self.rule.write({"cap": 4})
        with self.mall(push):
            self.push()
        self.assertEqual(told, [(7, 5, self.day), (4, 2, self.day)])
