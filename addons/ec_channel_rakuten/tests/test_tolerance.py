"""What came out when the connector was run against a mall built by others from the reference."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenTolerance(RakutenCommon):
    def check(self):
        self.shop.operation_ids.write({"blocked_until": False})
        return self.shop.action_check_connection()

    # === CONNECTION ===

    def test_a_new_key_is_not_called_expired_for_the_old_one(self):
        """It works after 10 to 30 minutes only; until then it is refused like a wrong one."""
        self.shop.credential_expires_at = datetime(2026, 1, 1)
        self.shop.rakuten_license_key = "SL999001_issued-just-now"
        self.assertFalse(self.shop.credential_expires_at)
        self.assertFalse(self.check())
        row = self.shop.operation_ids.filtered(lambda r: r.operation == "check_connection")
        self.assertEqual(row.error_reason, "unauthorised")

    def test_the_same_key_entered_again_changes_nothing(self):
        self.assertTrue(self.check())
        known = self.shop.credential_expires_at
        self.shop.rakuten_license_key = self.mall.license_key
        self.assertEqual(self.shop.credential_expires_at, known)

    def test_a_mall_that_does_not_answer_is_not_connected(self):
        self.assertTrue(self.check())
        self.mall.stop()
        self.assertFalse(self.check(), "what it said before says nothing about now")
        self.assertFalse(self.shop.check_ok)
        self.assertTrue(self.shop.check_report)

    def test_a_server_of_something_else_is_not_connected(self):
        self.shop.api_url = f"{self.mall.base_url}/nowhere"
        self.assertFalse(self.check())

    # === STOCK ===

    def test_more_than_the_mall_can_show_is_no_difference(self):
        plate = self.make_product("AR-KZ01", 250000)
        self.shop.action_push_stock()
        sku = self.env["ec.listing.sku"].search(
            [("channel_id", "=", self.shop.id), ("product_id", "=", plate.id)]
        )
        self.assertEqual(self.mall.stock()["AR-KZ01"], 99999)
        self.assertEqual((sku.qty_sent, sku.qty_mall), (99999, 99999))
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop._operation("pull_orders").started_at -= timedelta(minutes=5)
        self.shop.action_verify_stock()
        differences = self.env["ec.stock.difference"].search([("sku_id", "=", sku.id)])
        self.assertFalse(differences)

    # === ORDERS ===

    def test_a_cancellation_that_came_is_nothing_to_look_at(self):
        ref = self.mall.place("ready")
        self.shop.action_pull_orders()
        order = self.order(ref)
        model = self.mall.store.orders[ref].model
        model["orderProgress"] = 800
        self.shop.action_pull_orders()
        self.assertIn("cancel_requested", self.open_codes(order))
        model["orderProgress"] = 900
        self.shop.action_pull_orders()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.open_codes(order), [])

    def test_no_text_message_of_odoo_reaches_a_buyer(self):
        """Odoo's own module does nothing in tests, so what it is told is looked at."""
        self.make_product("AR-KZ01")
        self.mall.buy("AR-KZ01")
        ref = self.mall.place("ready")
        self.shop.action_pull_orders()
        order = self.order(ref)
        order.ec_open_check_ids._clear()
        own = self.env["sale.order"].create({"partner_id": order.partner_id.id, "order_line": [
            (0, 0, {"product_id": self.make_product("OWN").id}),
        ]})  # fmt: skip
        own.action_confirm()
        pickings = order.picking_ids | own.picking_ids
        pickings.move_ids.filtered(lambda m: m.state != "assigned")._action_assign()
        pickings.move_ids.picked = True
        told = {}

        def note(records):
            told.update(dict.fromkeys(records, bool(records.env.context.get("skip_sms"))))

        with patch.object(self.registry["stock.picking"], "_send_confirmation_email", note):
            pickings._action_done()
        self.assertEqual(told, {order.picking_ids: True, own.picking_ids: False})
