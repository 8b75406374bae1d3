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

    @property
    def payments(self):
        """What the simulated shop does with money."""
        from tests.malls.shopify import payments

        return payments

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
        wizard = (
            self.env["ec.order.memo"]
            .with_user(self.clerk)
            .create({"order_ids": order.ids, "text": "電話済み, 要返信"})
        )
        wizard.action_apply()
        self.send()
        self.send()
        self.assertEqual(self.at_shop(order).tags, ["電話済み  要返信"])

    # === REFUND === #

    def refund(self, order, lines=(), shipping=0, amount=None):
        """As the clerk does it: ``lines`` are (product, pieces, can be sold again)."""
        action = order.with_user(self.clerk).action_ec_refund()
        wizard = self.env["ec.order.refund"].with_user(self.clerk).browse(action["res_id"])
        for product, pieces, restock in lines:
            row = wizard.line_ids.filtered(lambda x, p=product: x.order_line_id.product_id == p)
            row.write({"quantity": pieces, "restock": restock})
        wizard.write({"shipping": shipping, "note": "破損"})
        if amount is not None:
            wizard.amount = amount
        wizard.action_apply()
        return wizard

    def refunds(self, order):
        """(lines as (pieces, restock type), paid back) of each refund at the shop."""
        return [
            (
                [(row.quantity, row.restock_type) for row in made.lines],
                sum(t.amount.shop for t in made.transactions),
            )
            for made in self.at_shop(order).refunds
        ]

    def ship(self, order):
        order.ec_check_ids._clear(note="test")
        self.shop.event(order.ec_order_ref, "fulfill")
        for move in order.picking_ids.move_ids:
            move.picked = True
        order.picking_ids.button_validate()

    def test_refund_of_shipped_goods_without_restock(self):
        order = self.received("two_rates")
        self.ship(order)
        before = self.shown("TST-TEA")
        self.refund(order, [(self.tea, 1, False)])
        self.assertEqual(self.refunds(order), [], "told in the background")
        self.send()
        # 2,160 / 2
        self.assertEqual(self.refunds(order), [([(1, "NO_RESTOCK")], 1080)])
        self.assertEqual(self.shown("TST-TEA"), before)
        self.shopify.action_pull_orders()
        self.assertEqual((order.ec_refunded, order.amount_total), (1080, 5020))
        self.assertEqual(self.shop.order(order.ec_order_ref)["refunded"], 1080)
        self.assertFalse(order.ec_open_check_ids.filtered(lambda c: c.code == "refund_upstream"))

    def test_refund_of_shipped_goods_with_restock_and_postage(self):
        order = self.received("two_rates")
        self.ship(order)
        before = self.shown("TST-CUP")
        wizard = self.refund(order, [(self.cup, 1, True)], shipping=660)
        self.assertEqual(wizard.amount, 2860)
        self.send()
        self.assertEqual(self.refunds(order), [([(1, "RETURN")], 2860)])
        self.assertEqual(self.shown("TST-CUP"), before + 1)

    def test_refund_of_goods_that_never_left_takes_them_out_of_the_order(self):
        order = self.received("two_rates")
        self.refund(order, [(self.tea, 1, True)])
        self.send()
        self.assertEqual(self.refunds(order), [([(1, "CANCEL")], 1080)])
        self.shopify.action_pull_orders()
        # 5,020 - 1,080: one tea less; 80 + 260
        self.assertEqual((order.amount_total, order.amount_tax), (3940, 340))
        tea = order.picking_ids.move_ids.filtered(
            lambda m: m.product_id == self.tea and m.state != "cancel"
        )
        self.assertEqual(sum(tea.mapped("product_uom_qty")), 1)

    def test_what_the_refund_dialog_begins_with(self):
        """Nothing is paid back by itself. Pieces that never left can be sold again, which is what
        the shop does then; of shipped ones nobody knows before they are back."""
        for shipped, kind, more in ((False, "CANCEL", 1), (True, "NO_RESTOCK", 0)):
            order = self.received("two_rates")
            if shipped:
                self.ship(order)
            before = self.shown("TST-TEA")
            action = order.with_user(self.clerk).action_ec_refund()
            wizard = self.env["ec.order.refund"].with_user(self.clerk).browse(action["res_id"])
            self.assertEqual(wizard.line_ids.mapped("restock"), [not shipped] * 2)
            self.assertEqual(wizard.line_ids.mapped("quantity"), [0, 0])
            self.assertEqual((wizard.amount, wizard.shipping, wizard.notify), (0, 0, False))
            wizard.note = "破損"
            wizard.line_ids.filtered(
                lambda row: row.order_line_id.product_id == self.tea
            ).quantity = 1
            wizard.action_apply()
            self.send()
            self.assertEqual(self.refunds(order), [([(1, kind)], 1080)])
            self.assertEqual(self.shown("TST-TEA"), before + more)

    def test_refund_the_payment_provider_refused_is_shown_with_what_to_do(self):
        order = self.received("two_rates")
        book = self.payments.refund

        def refused(*args):
            made = book(*args)
            made.status = "FAILURE"
            return made

        self.patch(self.payments, "refund", refused)
        self.refund(order, amount=300)
        self.send()
        owed = order._ec_owed()
        self.assertEqual((owed.state, owed.error_kind), ("failed", "data"))
        self.assertIn("300", owed.error_message)
        self.assertEqual(order.ec_refunded, 0)
        self.assertIn("mall_not_told", order.ec_open_check_ids.mapped("code"))

    def test_goodwill_is_money_without_goods(self):
        order = self.received("two_rates")
        self.refund(order, amount=300)
        self.send()
        self.assertEqual(self.refunds(order), [([], 300)])
        self.assertEqual(self.shop.order(order.ec_order_ref)["buyer_total"], 5020)

    def test_refund_whose_answer_is_lost_pays_once(self):
        order = self.received("two_rates")
        self.refund(order, amount=300)
        self.shop.faults.add("cut", match="refundCreate", times=1)
        self.send()
        owed = order._ec_owed()
        owed.next_try_at = False
        self.send()
        owed._requeue()
        self.send()
        self.assertEqual(self.refunds(order), [([], 300)])
        self.assertFalse(order._ec_owed())
        self.assertEqual(order.ec_refunded, 300)

    def test_refund_of_an_unpaid_order_comes_back_with_its_reason(self):
        order = self.received("bank")
        self.refund(order, amount=300)
        self.send()
        self.assertEqual(self.refunds(order), [])
        self.assertIn("mall_not_told", order.ec_open_check_ids.mapped("code"))

    def test_refund_over_two_gateways(self):
        order = self.received("gift_card_and_card")
        # 1,740: 500 by gift card, 1,240 by card
        order.ec_buyer_total = 1740
        self.refund(order, amount=1500)
        self.send()
        self.assertEqual(self.refunds(order), [([], 1500)])
        parts = sorted(t.amount.shop for t in self.at_shop(order).refunds[0].transactions)
        self.assertEqual(parts, [260, 1240])

    # === ADDRESS === #

    def test_address_changed_here_is_changed_at_the_shop(self):
        order = self.received("standard")
        state = self.env["res.country.state"].search([("code", "=", "JP-27")])
        action = order.with_user(self.clerk).action_ec_edit()
        wizard = self.env["ec.order.edit"].with_user(self.clerk).browse(action["res_id"])
        self.assertIn("Shopify", wizard.told, "quantities are changed there")
        wizard.write(
            {
                "name": "例示 次郎", "zip": "530-0001", "state_id": state.id, "street": "梅田1-1-1",
                "city": "大阪市北区", "street2": False, "phone": "06-0000-9999",
            }
        )  # fmt: skip
        wizard.action_apply()
        place = order.partner_shipping_id
        self.send()
        found = self.at_shop(order).shipping_address
        self.assertEqual((found.last_name, found.first_name), ("例示", "次郎"))
        self.assertEqual((found.zip, found.province_code), ("530-0001", "JP-27"))
        self.assertEqual((found.city, found.address1), ("大阪市北区", "梅田1-1-1"))
        self.shopify.action_pull_orders()
        self.assertEqual(order.partner_shipping_id, place)
        self.assertFalse(order.ec_open_check_ids)

    def test_quantity_changed_here_says_that_the_shop_was_not_told(self):
        order = self.received("two_rates")
        action = order.action_ec_edit()
        wizard = self.env["ec.order.edit"].browse(action["res_id"])
        wizard.line_ids[0].quantity = 1
        wizard.action_apply()
        self.assertIn("mall_not_told", order.ec_open_check_ids.mapped("code"))
        self.assertFalse(order._ec_owed())

    # === REFUSED === #

    def test_cancel_refused_by_the_shop_is_seen(self):
        order = self.received("two_rates")
        action = order.with_user(self.clerk).action_cancel()
        wizard = self.env["ec.order.cancel"].with_user(self.clerk).browse(action["res_id"])
        line = wizard.line_ids
        line.reason_id = line.reason_ids[:1]
        wizard.action_apply()
        self.shop.event(order.ec_order_ref, "fulfill")  # somebody was quicker
        for _try in range(9):
            order._ec_owed().next_try_at = False
            self.send()
        self.assertFalse(self.at_shop(order).cancelled_at)
        self.assertEqual((order.state, order.ec_stage), ("cancel", "check"))
        self.assertEqual(order._ec_owed().state, "failed")
