"""The stage follows the facts, whoever changes them."""

from odoo.tests import tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestStage(OrderCommon):
    def test_from_ready_to_done(self):
        order = self.pull(self.order_payload())
        self.assertEqual(order.ec_stage, "ready")
        order.picking_ids.do_unreserve()
        self.assertEqual(order.ec_stage, "stock")
        order.picking_ids.action_assign()
        self.assertEqual(order.ec_stage, "ready")
        order.picking_ids.printed = True
        self.assertEqual(order.ec_stage, "picking")
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self.assertEqual(order.ec_stage, "shipped")
        order.ec_mall_told = True
        self.assertEqual(order.ec_stage, "done")

    def test_payment_before_stock(self):
        payload = self.order_payload(payment_code="3", payment_state="unpaid")
        order = self.pull(payload)
        self.assertEqual(order.ec_stage, "payment")
        self.pull({**payload, "payment_state": "paid", "updated_at": "2026-11-02T10:00:00+09:00"})
        self.assertEqual(order.ec_stage, "ready")

    def test_mall_forbids_shipping(self):
        self.assertEqual(self.pull(self.order_payload(may_ship=False)).ec_stage, "payment")

    def test_partly_reserved_waits_for_stock(self):
        self.make_product("FEW-1", quantity=1)
        order = self.pull(self.order_payload(lines=[self.line("FEW-1", 550, quantity=2)]))
        self.assertEqual(order.ec_check_ids.mapped("code"), ["stock_short"])
        order.ec_check_ids.action_clear()
        self.assertEqual(order.ec_stage, "stock")

    def test_back_order_is_not_shipped(self):
        order = self.pull(self.order_payload(lines=[self.line("TEA-1", 550, quantity=2)]))
        move = order.picking_ids.move_ids
        move.quantity, move.picked = 1, True
        order.picking_ids.with_context(skip_backorder=True).button_validate()
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(order.ec_stage, "ready")

    def test_check_comes_first(self):
        order = self.pull(self.order_payload(remarks="急ぎ", payment_state="unpaid"))
        self.assertEqual(order.ec_stage, "check")
        order.ec_check_ids.with_user(self.clerk).action_clear()
        self.assertEqual(order.ec_stage, "payment")

    def test_batch_transfer_is_being_prepared(self):
        order = self.pull(self.order_payload())
        self.env["stock.picking.batch"].create({"picking_ids": order.picking_ids.ids})
        self.assertEqual(order.ec_stage, "picking")

    def test_manual_quotation_has_no_stage(self):
        order = self.env["sale.order"].create({"partner_id": self.clerk.partner_id.id})
        self.assertFalse(order.ec_stage)
        order._action_cancel()
        self.assertFalse(order.ec_stage)
