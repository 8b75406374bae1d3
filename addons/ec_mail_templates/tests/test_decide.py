"""Which mail is wanted, when, and why not."""

from odoo import fields
from odoo.tests import tagged

from .common import MailCommon


@tagged("post_install", "-at_install")
class TestDecide(MailCommon):
    def test_a_new_order_gets_a_thank_you_once(self):
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "queued", entry.reason)
        self.entries._observe(order)
        self.look()
        self.assertEqual(len(self.entry(order, "thanks")), 1)
        mails = self.env["mail.mail"].search([("ec_entry_id", "=", entry.id)])
        self.assertEqual(len(mails), 1)
        self.assertEqual((mails.model, mails.res_id), ("sale.order", order.id))

    def test_dry_shop_only_decides(self):
        self.channel.ec_mail_mode = "dry"
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "waiting")
        self.assertTrue(entry.template_id)
        self.channel.write({"ec_mail_mode": "on"})
        self.entries._observe(order)
        self.assertEqual(entry.state, "not_wanted", "the past gets no mail")

    def test_off(self):
        self.channel.ec_mail_mode = "off"
        order = self.pull(self.mixed_order())
        self.look()
        self.assertEqual(self.entry(order, "thanks").state, "not_wanted")

    def test_gift_and_repeat_choose_templates(self):
        gift = self.pull(self.mixed_order("G-1", is_gift=True))
        self.look()
        template = self.entry(gift, "thanks").template_id
        self.assertEqual(template, self.env.ref("ec_mail_templates.template_thanks_gift"))
        again = self.pull(self.mixed_order("G-2"))
        self.look()
        template = self.entry(again, "thanks").template_id
        self.assertEqual(template, self.env.ref("ec_mail_templates.template_thanks_repeat"))

    def test_payment_mails(self):
        payload = self.mixed_order(
            "B-1", payment_code="2", payment_label="銀行振込", payment_state="unpaid"
        )
        order = self.pull(payload)
        self.look()
        self.assertEqual(self.entry(order, "payment_request").state, "queued")
        template = self.env.ref("ec_mail_templates.template_payment_request_bank")
        self.assertEqual(self.entry(order, "payment_request").template_id, template)
        order.write({"ec_payment_state": "paid", "ec_paid_at": fields.Datetime.now()})
        self.look()
        self.assertEqual(self.entry(order, "payment_received").state, "queued")
        self.entry(order, "payment_reminder").write({"state": "wanted"})
        self.entry(order, "payment_reminder")._decide()
        self.assertEqual(self.entry(order, "payment_reminder").state, "not_wanted")

    def test_shipped_waits_for_the_tracking_number(self):
        order = self.pull(self.mixed_order())
        self.look()
        self.ship(order, number=False)
        self.look()
        entry = self.entry(order, "shipped")
        self.assertEqual(entry.state, "waiting")
        order.picking_ids.carrier_tracking_ref = "123456789013"
        self.look()
        self.assertEqual(entry.state, "queued", entry.reason)
        self.assertIn("123456789013", entry.mail_id.ec_text)

    def test_cancelled_order(self):
        order = self.pull(self.mixed_order())
        order._action_cancel()
        self.look()
        self.assertEqual(self.entry(order, "cancelled").state, "queued")
        self.assertFalse(self.entry(order, "thanks"))

    def test_no_address_is_missing_until_there_is_one(self):
        order = self.pull(self.mixed_order())
        order.write({"ec_buyer_email": False})
        order.partner_id.email = False
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "missing")
        self.assertTrue(entry.is_overdue)
        self.assertIn(entry, self.entries.search([("is_overdue", "=", True)]))
        order.ec_buyer_email = "a@example.com"
        self.look()
        self.assertEqual(entry.state, "queued")

    def test_merged_parcels_get_one_mail(self):
        orders = self.pull(self.mixed_order("M-1"), self.mixed_order("M-2"))
        self.look()
        for order in orders:
            self.ship(order)
        self.look()
        rows = self.entry(orders, "shipped")
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(rows.mail_id), 1)
        self.assertEqual(len(rows.lead_id), 1)
        for number in ("M-1", "M-2"):
            self.assertIn(number, rows.mail_id.ec_text)
            self.assertIn(number, rows.mail_id.subject)

    def test_forbidden_link_is_held(self):
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        policy.write({"provider": "fake", "needs_own_server": False})
        self.channel.invalidate_recordset(["ec_mail_policy_id"])
        self.channel.ec_mail_signature = "https://own-shop.example.com/"
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "held")
        self.assertIn("own-shop.example.com", entry.reason)
        entry.with_user(self.clerk).button_approve()
        self.look()
        self.assertEqual(entry.state, "queued")

    def test_relay_needs_its_server(self):
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        policy.provider = "fake"
        self.channel.invalidate_recordset(["ec_mail_policy_id"])
        order = self.pull(self.mixed_order())
        order.ec_buyer_email = "abc@pc.fw.rakuten.ne.jp"
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "missing")
        server = self.env["ir.mail_server"].create({"name": "Relay", "smtp_host": "127.0.0.1"})
        self.channel.ec_mail_server_id = server
        self.entries._observe(order)
        self.look()
        self.assertEqual(entry.state, "queued")
        self.assertIn("Return-Path", entry.mail_id.headers)

    def test_a_broken_template_stops_only_its_mail(self):
        template = self.env.ref("ec_mail_templates.template_thanks_gift")
        for lang in ("en_US", "ja_JP"):
            broken = '<p><t t-out="object.no_such_field"/></p>'
            template.with_context(lang=lang).body_html = broken
        orders = self.pull(self.mixed_order("X-1", is_gift=True), self.mixed_order("X-2"))
        self.look()
        states = {e.order_number: e.state for e in self.entry(orders, "thanks")}
        self.assertEqual(states, {"X-1": "failed", "X-2": "queued"})

    def test_hold_edit_release(self):
        self.env.ref("ec_mail_templates.rule_thanks_90").action = "hold"
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.assertEqual(entry.state, "held")
        mine = entry.with_user(self.clerk)
        mine.button_write_draft()
        self.assertIn("9,234", entry.draft_body)
        mine.write({"draft_body": "<p>手で書いた文</p>"})
        self.assertTrue(entry.edited)
        mine.button_approve()
        self.look()
        self.assertEqual(entry.state, "queued")
        self.assertIn("手で書いた文", entry.mail_id.ec_text)

    def test_undecided_amounts_wait(self):
        order = self.pull(self.mixed_order())
        order.ec_undecided = True
        self.look()
        self.assertEqual(self.entry(order, "thanks").state, "waiting")

    def test_query_count_is_flat(self):
        """Cost per mail does not grow with their number."""
        counts = []
        for start, size in ((0, 10), (100, 40)):
            payloads = [self.mixed_order(f"Q-{start + i}") for i in range(size)]
            self.pull(*payloads)
            before = self.env.cr.sql_log_count
            self.look()
            counts.append((self.env.cr.sql_log_count - before) / size)
        self.assertLess(counts[1], counts[0] * 1.1, counts)

    def test_the_stage_alone_calls_for_a_mail(self):
        """The stage is computed: nothing is written by hand, and still the rules see it."""
        order = self.pull(self.mixed_order())
        self.look()
        self.env["ec.mail.signal"].search([]).unlink()
        self.env.flush_all()
        order.picking_ids.move_ids._do_unreserve()
        self.env.cr.flush()
        self.assertEqual(order.ec_stage, "stock")
        signals = self.env["ec.mail.signal"].search([("order_id", "=", order.id)])
        self.assertTrue(signals)
        self.look()
        self.assertTrue(self.entry(order, "backorder"))

    def test_one_unreadable_order_stops_no_other(self):
        orders = self.pull(self.mixed_order("U-1"), self.mixed_order("U-2"))
        good = type(self.entries)._order_facts

        def facts(entries, order):
            if order == orders[0]:
                raise ValueError("broken")
            return good(entries, order)

        self.patch(type(self.entries), "_order_facts", facts)
        with self.assertLogs("odoo.addons.ec_mail_templates", "ERROR") as log:
            self.look()
        self.assertIn(str(orders[0].id), log.output[0])
        self.assertFalse(self.entry(orders[0], "thanks"))
        self.assertEqual(self.entry(orders[1], "thanks").state, "queued")
        self.assertFalse(self.env["ec.mail.signal"].search([]))
