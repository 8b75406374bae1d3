"""Changed here first, told in the background: the two sides never differ silently."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .order_common import OrderCommon

LATER = "2026-11-02T10:00:00+09:00"


@tagged("post_install", "-at_install")
class TestOrderTold(OrderCommon):
    def told(self, operation):
        return [argument for name, argument in self.channel.fake_calls or [] if name == operation]

    def cancel(self, order):
        action = order.with_user(self.clerk).action_cancel()
        wizard = self.env["ec.order.cancel"].with_user(self.clerk).browse(action["res_id"])
        wizard.line_ids.reason_id = wizard.line_ids.reason_ids[:1]
        wizard.action_apply()

    def check(self, order):
        return order.ec_open_check_ids.filtered(lambda row: row.code == "mall_not_told")

    # === CANCEL === #

    def test_cancel_the_mall_refuses_comes_back_with_reason_and_retry(self):
        order = self.pull(self.order_payload())
        self.fail_with("cancel", "data", "refused")
        self.cancel(order)
        self.assertEqual(order.ec_untold, "Cancellation")
        self.channel.action_send_exchanges()
        self.assertEqual((order.state, order.ec_stage), ("cancel", "check"))
        self.assertTrue(self.check(order).detail)
        owed = self.env["ec.exchange"].search(self.check(order).action_open_fix()["domain"])
        self.assertEqual(owed.state, "failed")
        self.mend()
        owed.with_user(self.clerk).button_retry()
        self.channel.action_send_exchanges()
        self.assertFalse(self.check(order) or order.ec_untold)
        self.assertEqual(order.ec_stage, "cancel")

    def test_cancel_during_an_outage_is_seen_and_tells_itself_later(self):
        order = self.pull(self.order_payload())
        self.fail_with("cancel", "transient", "maintenance")
        self.cancel(order)
        self.channel.action_send_exchanges()
        self.assertEqual(order.ec_stage, "check")
        self.mend()
        order._ec_owed().next_try_at = False
        self.channel.action_send_exchanges()
        self.assertEqual(order.ec_stage, "cancel")
        self.assertEqual(self.told("cancel"), [["O-1", "1", True]])

    def test_done_in_the_malls_own_screen(self):
        order = self.pull(self.order_payload())
        self.fail_with("cancel", "data", "refused")
        self.cancel(order)
        self.channel.action_send_exchanges()
        self.check(order).with_user(self.clerk).action_clear()
        self.assertFalse(order._ec_owed())
        self.assertEqual(order.ec_stage, "cancel")

    def test_mall_that_goes_on_with_a_cancelled_order_is_noticed(self):
        payload = self.order_payload()
        order = self.pull(payload)
        self.cancel(order)
        self.pull({**payload, "mall_status": "shipping", "updated_at": LATER})
        self.assertEqual(order.ec_stage, "cancel", "the mall could not know yet")
        self.channel.action_send_exchanges()
        later = "2026-11-03T10:00:00+09:00"
        self.pull({**payload, "cancelling": True, "mall_status": "800", "updated_at": later})
        self.assertEqual(order.ec_stage, "cancel", "the mall is at it")
        later = "2026-11-04T10:00:00+09:00"
        self.pull({**payload, "mall_status": "again", "updated_at": later})
        self.assertEqual((order.state, order.ec_stage), ("cancel", "check"))
        self.assertIn("changed_upstream", self.open_codes(order))
        later = "2026-11-05T10:00:00+09:00"
        self.pull({**payload, "cancelled": True, "updated_at": later})
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "cancel"))

    def test_cancelled_at_the_mall_settles_a_failed_cancel(self):
        payload = self.order_payload()
        order = self.pull(payload)
        self.fail_with("cancel", "data", "refused")
        self.cancel(order)
        self.channel.action_send_exchanges()
        self.pull({**payload, "cancelled": True, "updated_at": LATER})
        self.assertFalse(order._ec_owed() or self.check(order))

    # === REFUND === #

    def refund(self, order, quantity=0, **vals):
        action = order.with_user(self.clerk).action_ec_refund()
        wizard = self.env["ec.order.refund"].with_user(self.clerk).browse(action["res_id"])
        with Form(wizard) as form:
            form.note = "破損"
            if quantity:
                with form.line_ids.edit(0) as line:
                    line.quantity = quantity
            for name, value in vals.items():
                form[name] = value
        return form.record

    def test_refund_is_told_once_and_its_echo_asks_nothing(self):
        payload = self.order_payload(payment_state="paid")
        order = self.pull(payload)
        wizard = self.refund(order, 1)
        self.assertEqual(wizard.amount, 1100)
        wizard.action_apply()
        wizard.action_apply()  # a double click
        self.assertFalse(self.told("refund"), "no call in the clerk's transaction")
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("refund"), [["O-1", "1100", wizard.key]])
        self.assertEqual(order.ec_refunded, 1100)
        flags = [{"code": "refund_upstream", "detail": "1100"}]
        self.pull({**payload, "refunded": "1100", "flags": flags, "updated_at": LATER})
        self.assertNotIn("refund_upstream", self.open_codes(order))
        flags = [{"code": "refund_upstream", "detail": "1101"}]
        later = "2026-11-03T10:00:00+09:00"
        self.pull({**payload, "refunded": "1101", "flags": flags, "updated_at": later})
        self.assertIn("refund_upstream", self.open_codes(order))

    def test_cents_of_a_refund_are_told(self):
        order = self.pull(self.order_payload())
        order.currency_id = self.env.ref("base.USD")
        wizard = self.env["ec.order.refund"].browse(order.action_ec_refund()["res_id"])
        wizard.write({"shipping": 10.55, "amount": 12345.67})
        refund = wizard._from_payload({**wizard._to_payload(), "note": ""})
        self.assertEqual((str(refund.amount), str(refund.shipping)), ("12345.67", "10.55"))

    def test_refund_no_more_than_was_paid(self):
        order = self.pull(self.order_payload())
        for amount in (0, 1101):
            with self.assertRaises(UserError):
                self.refund(order, amount=amount).action_apply()
        self.refund(order, amount=600).action_apply()
        with self.assertRaises(UserError):
            self.refund(order, amount=501).action_apply()
        self.refund(order, amount=500).action_apply()

    def test_lost_answer_keeps_the_key(self):
        order = self.pull(self.order_payload())
        wizard = self.refund(order, 1)
        self.fail_with("refund", "transient")
        wizard.action_apply()
        self.channel.action_send_exchanges()
        self.assertIn("mall_not_told", self.open_codes(order))
        self.mend()
        order._ec_owed().next_try_at = False
        self.channel.action_send_exchanges()
        self.assertEqual({key for _ref, _amount, key in self.told("refund")}, {wizard.key})
        self.assertFalse(self.check(order))

    def test_mall_without_refunds_shows_steps_and_leaves_a_task(self):
        self.patch(
            self.registry["ec.channel.adapter.fake"], "_support", lambda adapter: {"cancel": True}
        )
        order = self.pull(self.order_payload())
        wizard = self.refund(order, 1)
        self.assertFalse(wizard.tell)
        self.assertTrue(wizard.steps)
        wizard.action_apply()
        self.assertIn("mall_not_told", self.open_codes(order))
        self.assertFalse(order._ec_owed())

    def test_credit_note_pays_back_at_the_mall(self):
        order = self.pull(self.order_payload(payment_state="paid"))
        invoice = order._create_invoices()
        invoice.action_post()
        note = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        note.action_post()
        self.assertTrue(note.ec_refundable)
        self.assertFalse(invoice.ec_refundable)
        wizard = self.env["ec.order.refund"].browse(note.action_ec_refund()["res_id"])
        self.assertEqual((wizard.amount, wizard.line_ids.quantity), (1100, 1))

    # === ADDRESS AND QUANTITY === #

    def edit(self, order, street=None, quantity=None):
        action = order.with_user(self.clerk).action_ec_edit()
        wizard = self.env["ec.order.edit"].with_user(self.clerk).browse(action["res_id"])
        with Form(wizard) as form:
            if street:
                form.street = street
            if quantity:
                with form.line_ids.edit(0) as line:
                    line.quantity = quantity
        form.record.action_apply()

    def test_address_changed_here_is_told(self):
        order, other = self.pull(self.order_payload(), self.order_payload("O-2"))
        self.edit(order, street="千代田9-9")
        self.assertEqual(order.partner_shipping_id.street, "千代田9-9")
        self.assertEqual(order.picking_ids.partner_id, order.partner_shipping_id)
        self.assertEqual(other.partner_shipping_id.street, "千代田1-1")
        self.assertFalse(self.open_codes(order))
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("change"), [["O-1", "千代田9-9"]])

    def test_addresses_of_two_destinations_are_both_told(self):
        home = self.order_payload()["buyer"]
        friend = {**home, "name": "佐藤 太郎", "zip": "530-0001", "street": "梅田1-1"}
        order = self.pull(
            self.order_payload(
                destinations=[{"ref": "1", "address": home}, {"ref": "2", "address": friend}],
                lines=[
                    self.line("TEA-1", 550, ref="1"),
                    self.line("RICE-1", 550, ref="2", destination=1),
                ],
            )
        )  # fmt: skip
        for number, street in enumerate(("千代田9-9", "梅田8-8", "梅田7-7")):
            place = order.order_line[min(number, 1)].ec_destination_id
            wizard = self.env["ec.order.edit"].browse(order.action_ec_edit()["res_id"])
            with Form(wizard) as form:
                form.destination_id = place
                form.street = street
            form.record.action_apply()
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("change"), [["O-1", "千代田9-9"], ["O-1", "梅田7-7"]])

    def test_quantity_the_mall_cannot_take_says_so(self):
        order = self.pull(self.order_payload())
        action = order.action_ec_edit()
        wizard = self.env["ec.order.edit"].browse(action["res_id"])
        self.assertIn("cannot be told", wizard.told)
        self.edit(order, quantity=2)
        moves = order.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 2)
        self.assertIn("mall_not_told", self.open_codes(order))
        self.assertFalse(self.told("change"))

    def test_changed_on_the_form_itself_is_said_on_the_spot(self):
        order = self.pull(self.order_payload())
        place = order.partner_id.copy({"name": "別の人"})
        news = {"partner_shipping_id": place.id}
        answer = order.onchange(news, ["partner_shipping_id"], {"partner_shipping_id": {}})
        self.assertIn("stays here", answer["warning"]["message"])
        order.partner_shipping_id = place
        self.assertIn("mall_not_told", self.open_codes(order))
        order.ec_open_check_ids.action_clear()
        order.order_line.product_uom_qty = 2
        self.assertIn("mall_not_told", self.open_codes(order))

    def test_not_while_somebody_holds_the_goods(self):
        order = self.pull(self.order_payload())
        order.picking_ids.printed = True
        with self.assertRaises(UserError):
            self.edit(order, street="千代田9-9")

    # === CONFIRMATION === #

    def test_confirmation_by_hand_and_its_last_day(self):
        self.channel.auto_confirm = False
        by = fields.Datetime.now() + timedelta(days=10)
        payload = self.order_payload(needs_confirm=True, confirm_by=f"{by.isoformat()}+00:00")
        order = self.pull(payload)
        self.assertFalse(self.told("confirm"))
        self.assertFalse(self.open_codes(order))
        order.ec_confirm_by = fields.Datetime.now() + timedelta(days=3)
        self.channel.action_pull_orders()
        self.assertEqual(self.open_codes(order), ["confirm_due"])
        last = order.ec_confirm_by + timedelta(hours=9)
        self.assertEqual(order.ec_open_check_ids.detail, f"{last:%Y/%m/%d %H:%M}", "Japan's clock")
        with patch.object(self.registry["ec.order.check"], "_open") as opened:
            self.channel.action_pull_orders()
        opened.assert_not_called()
        order.with_user(self.clerk).action_ec_confirm_at_mall()
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("confirm"), [["O-1"]])
        self.pull({**payload, "needs_confirm": False, "updated_at": LATER})
        self.assertEqual((order.ec_needs_confirm, self.open_codes(order)), (False, []))

    # === THE SHOP'S STATUSES === #

    def test_status_follows_the_stage_once(self):
        self.channel.action_check_connection()
        first, second = self.channel.mall_status_ids
        self.assertEqual(first.name, "出荷指示待ち")
        first.with_user(self.manager).stage = "ready"
        second.stage = "picking"
        order = self.pull(self.order_payload())
        self.channel.action_send_exchanges()
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("set_status"), [["10", ["O-1"]]])
        order.picking_ids.printed = True
        self.channel.action_send_exchanges()
        self.assertEqual(self.told("set_status")[1:], [["20", ["O-1"]]])
        self.channel.action_check_connection()
        self.assertEqual(first.stage, "ready", "the choice stays")
