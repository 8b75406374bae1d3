"""What clerks change here, and what the mall then hears of it."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .order_common import OrderCommon

LATER = "2026-11-02T10:00:00+09:00"


@tagged("post_install", "-at_install")
class TestOrderChange(OrderCommon):
    def owed(self, kind):
        return self.env["ec.exchange"].search([("kind", "=", kind), ("direction", "=", "out")])

    def told(self, operation):
        return [argument for name, argument in self.channel.fake_calls or [] if name == operation]

    def cancel(self, orders, reason=None):
        """As the clerk does it on the screen."""
        action = orders.with_user(self.clerk).action_cancel()
        wizard = self.env["ec.order.cancel"].with_user(self.clerk).browse(action["res_id"])
        if reason:
            line = wizard.line_ids
            line.reason_id = line.reason_ids.filtered(lambda row: row.code == reason)
        wizard.action_apply()

    def test_cancel_tells_the_mall_the_reason(self):
        order = self.pull(self.order_payload())
        with self.assertRaisesRegex(UserError, "Test shop"):
            self.cancel(order)
        self.assertEqual(order.state, "sale")
        self.cancel(order, "2")
        self.assertEqual((order.state, order.picking_ids.state), ("cancel", "cancel"))
        self.assertFalse(self.told("cancel"), "no call in the clerk's transaction")
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("cancel"), [["O-1", "2", True]])

    def test_shipped_order_is_not_cancelled(self):
        order = self.pull(self.order_payload())
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        with self.assertRaisesRegex(UserError, "O-1"):
            order.action_cancel()

    def test_order_of_no_shop_is_cancelled_as_ever(self):
        order = self.env["sale.order"].create({"partner_id": self.company.partner_id.id})
        order.action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_mass_cancel_asks_too(self):
        order = self.pull(self.order_payload())
        wizard = self.env["sale.mass.cancel.orders"].create({"sale_order_ids": order.ids})
        self.assertEqual(wizard.action_mass_cancel()["res_model"], "ec.order.cancel")

    def test_payment_noted_here_stays(self):
        payload = self.order_payload(payment_code="3", payment_state="unpaid")
        order = self.pull(payload)
        self.assertEqual(order.ec_stage, "payment")
        order.with_user(self.clerk).action_ec_mark_paid()
        self.assertEqual(order.ec_payment_state, "paid")
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("mark_paid"), ["O-1"])
        self.pull({**payload, "remarks": "x", "updated_at": LATER})
        self.assertEqual(order.ec_payment_state, "paid")
        with self.assertRaises(UserError):
            order.action_ec_mark_paid()

    def test_note_at_the_mall(self):
        order = self.pull(self.order_payload())
        form = Form(
            self.env["ec.order.memo"]
            .with_user(self.clerk)
            .with_context(active_model="sale.order", active_ids=order.ids)
        )
        form.text = "電話済み"
        form.save().action_apply()
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("memo"), [["O-1", "電話済み"]])

    # === CHANGED AT THE MALL WHILE IN WORK === #

    def in_work(self, **changes):
        order = self.pull(self.order_payload(**changes))
        order.picking_ids.printed = True
        return order

    def test_new_address_is_shown_beside_the_old_one_and_applied(self):
        order = self.in_work()
        buyer = self.order_payload()["buyer"]
        moved = {**buyer, "name": "佐藤 一郎", "street": "千代田2-2"}
        destinations = [{"ref": "1", "address": moved}]
        self.pull(self.order_payload(destinations=destinations, updated_at=LATER))
        check = order.ec_open_check_ids
        self.assertEqual(check.code, "changed_upstream")
        change = check.change_ids
        self.assertIn("千代田1-1", change.old)
        self.assertIn("千代田2-2", change.new)
        change.with_user(self.clerk).action_apply()
        self.assertEqual(order.partner_shipping_id.name, "佐藤 一郎")
        self.assertEqual(order.picking_ids.partner_id, order.partner_shipping_id)
        self.assertEqual(change.state, "applied")

    def test_new_quantity_is_shown_beside_the_old_one(self):
        order = self.in_work()
        lines = [self.line("TEA-1", 1100, quantity=3, ref="1")]
        figures = {"buyer_total": "3300", "total": "3300"}
        figures["tax_summary"] = self.summary(("0.10", 3300, 300))
        self.pull(self.order_payload(lines=lines, updated_at=LATER, **figures))
        self.assertEqual(order.amount_total, 1100)
        check = order.ec_open_check_ids.filtered(lambda c: c.code == "changed_upstream")
        quantities = check.change_ids.filtered(lambda change: change.field == "quantity")
        self.assertEqual((quantities.old, quantities.new), ("1", "3"))
        total = check.change_ids.filtered(lambda change: change.field == "total")
        self.assertEqual((total.old, total.new), ("1,100", "3,300"))

    def test_second_change_opens_the_check_again(self):
        order = self.in_work()
        for count in (2, 3):
            lines = [self.line("TEA-1", 1100, quantity=count, ref="1")]
            total = str(1100 * count)
            self.pull(
                self.order_payload(
                    lines=lines,
                    buyer_total=total,
                    total=total,
                    tax_summary=self.summary(("0.10", total, 100 * count)),
                    updated_at=f"2026-11-0{count}T10:00:00+09:00",
                )  # fmt: skip
            )
            check = order.ec_open_check_ids.filtered(lambda c: c.code == "changed_upstream")
            self.assertTrue(check)
            check.action_clear()
