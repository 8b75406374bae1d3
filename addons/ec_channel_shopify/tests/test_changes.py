"""What is changed here is seen at the shop afterwards."""

from odoo.tests import tagged

from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyChanges(ShopifyCommon):
    def setUp(self):
        super().setUp()
        for product in self.products:
            self.put_stock(product, 20)
        self.shopify.action_import_listings()

    def received(self, name):
        ref = self.shop.place(name)
        self.shopify.action_pull_orders()
        return self.order_of(ref)

    def send(self):
        self.env["ec.exchange"]._process_pending(self.shopify, direction="out")

    def at_shop(self, order):
        return self.shop.store.orders[int(order.ec_order_ref.rsplit("/", 1)[-1])]

    def test_cancelled_here_is_cancelled_at_the_shop_with_its_reason(self):
        order = self.received("two_rates")
        action = order.with_user(self.clerk).action_cancel()
        wizard = self.env["ec.order.cancel"].with_user(self.clerk).browse(action["res_id"])
        line = wizard.line_ids
        line.reason_id = line.reason_ids.filtered(lambda row: row.code == "INVENTORY")
        wizard.action_apply()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.at_shop(order).cancelled_at, "not told yet")
        self.send()
        self.assertTrue(self.at_shop(order).cancelled_at)
        self.assertEqual(self.at_shop(order).cancel_reason, "INVENTORY")
        self.shopify.action_pull_orders()
        self.assertEqual((order.state, order.ec_stage), ("cancel", "cancel"))

    def test_bank_transfer_is_paid_at_the_shop_too(self):
        order = self.received("bank")
        self.assertEqual(order.ec_payment_state, "unpaid")
        order.with_user(self.clerk).action_ec_mark_paid()
        self.send()
        self.assertEqual(self.shop.order(order.ec_order_ref)["paid"], 1740)
        self.shopify.action_pull_orders()
        self.assertEqual((order.ec_payment_state, order.ec_mall_status), ("paid", "PAID"))

    def test_note_becomes_a_tag(self):
        order = self.received("standard")
        wizard = self.env["ec.order.memo"].with_user(self.clerk).create(
            {"order_ids": order.ids, "text": "電話済み, 要返信"}
        )
        wizard.action_apply()
        self.send()
        self.send()
        self.assertEqual(self.at_shop(order).tags, ["電話済み  要返信"])
