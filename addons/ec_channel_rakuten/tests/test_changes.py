"""What is changed here is seen at the mall afterwards."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenChanges(RakutenCommon):
    def setUp(self):
        super().setUp()
        self.plate = self.make_product("AR-KZ01", 20)
        self.shop.action_import_listings()

    def received(self, name):
        ref = self.mall.place(name)
        self.shop.action_pull_orders()
        return self.order(ref)

    def send(self):
        self.env["ec.exchange"]._process_pending(self.shop, direction="out")

    def test_cancelled_here_is_cancelled_at_the_mall_with_its_reason(self):
        order = self.received("ready")
        action = order.with_user(self.clerk).action_cancel()
        wizard = self.env["ec.order.cancel"].with_user(self.clerk).browse(action["res_id"])
        line = wizard.line_ids
        self.assertIn("店舗都合：欠品", line.reason_ids.mapped("name"))
        line.reason_id = line.reason_ids.filtered(lambda row: row.code == "8")
        wizard.action_apply()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.mall.order(order.ec_order_ref)["state"], 300, "not told yet")
        self.send()
        self.assertIn(self.mall.order(order.ec_order_ref)["state"], (800, 900))
        model = self.mall.store.orders[order.ec_order_ref].model
        reasons = [row["changeReasonDetail"] for row in model["ChangeReasonModelList"]]
        self.assertEqual(reasons[-1], 8)

    def test_note_is_added_to_the_memo(self):
        order = self.received("ready")
        wizard = self.env["ec.order.memo"].with_user(self.clerk).create(
            {"order_ids": order.ids, "text": "電話済み"}
        )
        wizard.action_apply()
        self.send()
        memo = self.mall.store.orders[order.ec_order_ref].model["memo"]
        self.assertEqual(memo.splitlines()[-1], "電話済み")

    def test_payment_cannot_be_told_and_the_clerk_hears_it(self):
        order = self.received("bank_transfer")
        action = order.with_user(self.clerk).action_ec_mark_paid()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn(self.shop.name, action["params"]["message"])
        self.assertEqual(order.ec_payment_state, "paid")
        with self.assertRaises(UserError):
            order.action_ec_mark_paid()
