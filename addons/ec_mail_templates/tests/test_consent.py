"""Follow-ups need consent, come seldom, and can be stopped."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import MailCommon


@tagged("post_install", "-at_install")
class TestConsent(MailCommon):
    def shipped(self, ref="C-1"):
        order = self.pull(self.mixed_order(ref))
        self.look()
        self.ship(order)
        order.picking_ids.date_done = fields.Datetime.now() - timedelta(days=30)
        return order

    def agree(self, order, state="given", role="all"):
        return self.env["ec.mail.consent"].create(
            {"partner_id": order.partner_id.id, "state": state, "role": role, "source": "form"}
        )

    def follow_up(self, order):
        self.look()
        return self.entry(order, "follow_up")

    def test_without_consent_nothing(self):
        entry = self.follow_up(self.shipped())
        self.assertEqual(entry.state, "not_wanted")
        self.assertIn("同意", entry.reason)

    def test_with_consent(self):
        order = self.shipped()
        self.agree(order)
        self.env.ref("ec_mail_templates.rule_follow_up_90").write(
            {"workdays_only": False, "hour_from": 0, "hour_to": 24}
        )
        entry = self.follow_up(order)
        self.assertIn(entry.state, ("wanted", "queued"), entry.reason)
        self.look()
        self.assertIn("/ec/mail/unsubscribe/", entry.mail_id.ec_text)
        self.assertIn("List-Unsubscribe", entry.mail_id.headers)
        self.assertEqual(order.partner_id.with_user(self.clerk).ec_mail_consent, "given")

    def test_withdrawn(self):
        order = self.shipped()
        self.agree(order)
        self.agree(order, "withdrawn")
        self.assertEqual(self.follow_up(order).state, "not_wanted")

    def test_one_per_person_across_shops(self):
        order = self.shipped()
        self.agree(order)
        self.env["ec.mail.rule"].search([]).write(
            {"workdays_only": False, "hour_from": 0, "hour_to": 24}
        )
        self.follow_up(order)
        other = self.make_channel(name="Second shop")
        self.open_shop(other)
        second = self.pull(self.mixed_order("C-2"), channel=other)
        self.assertEqual(second.partner_id, order.partner_id)
        self.look()
        self.ship(second)
        second.picking_ids.date_done = fields.Datetime.now() - timedelta(days=30)
        entry = self.follow_up(second)
        self.assertEqual(entry.state, "not_wanted")
        self.assertIn("14", entry.reason)

    def test_mall_forbids_advertising(self):
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        policy.write({"provider": "fake", "needs_own_server": False})
        self.channel.invalidate_recordset(["ec_mail_policy_id"])
        order = self.shipped()
        self.agree(order)
        self.assertEqual(self.follow_up(order).state, "not_wanted")

    def test_consents_are_only_added(self):
        order = self.shipped()
        row = self.agree(order).with_user(self.manager)
        for change in (lambda: row.write({"state": "withdrawn"}), row.unlink):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                change()

    def test_imported_and_seen_on_the_contact(self):
        order = self.pull(self.mixed_order("C-9"))
        buyer = order.partner_id
        content = (
            "メールアドレス,同意,日時,用途\n"
            f"{buyer.email},○,2026/10/01 09:30,販促\n"
            "unknown@example.com,○,2026/10/01 09:30,\n"
        )
        for encoding, added in (("cp932", 1), ("utf-8-sig", 0)):
            wizard = (
                self.env["ec.mail.consent.import"]
                .with_user(self.clerk)
                .create({"file": base64.b64encode(content.encode(encoding)), "file_name": "a.csv"})
            )
            before = len(buyer.ec_mail_consent_ids)
            wizard.button_import()
            self.env.invalidate_all()
            self.assertEqual(len(buyer.ec_mail_consent_ids) - before, added)
            self.assertIn("3", wizard.result, "the line of the unknown address")
        row = buyer.ec_mail_consent_ids
        self.assertEqual((row.source, row.role, row.state), ("import", "promotion", "given"))
        self.assertEqual(str(row.recorded_at), "2026-10-01 00:30:00")
        self.assertEqual(buyer.with_user(self.clerk).ec_mail_consent, "given")

    def test_import_refuses_what_it_cannot_read(self):
        wizards = self.env["ec.mail.consent.import"].with_user(self.clerk)
        for content in ("名前\n山田\n".encode(), b"\x81\x00\xff"):
            with self.assertRaises(UserError):
                wizards.create({"file": base64.b64encode(content)}).button_import()

    def test_days_are_a_setting(self):
        settings = self.env["res.config.settings"].create({"ec_mail_promotion_days": 30})
        settings.execute()
        self.assertEqual(self.env.company.ec_mail_promotion_days, 30)


@tagged("post_install", "-at_install")
class TestUnsubscribe(MailCommon, HttpCase):
    def test_link(self):
        order = self.pull(self.mixed_order())
        self.look()
        entry = self.entry(order, "thanks")
        self.env["ec.mail.consent"].create({"partner_id": order.partner_id.id})
        self.env.flush_all()
        path = entry._unsubscribe_url().split("/ec/", 1)[1]
        self.assertEqual(self.url_open(f"/ec/{path}").status_code, 200)
        self.assertEqual(order.partner_id.ec_mail_consent, "given", "looking changes nothing")
        self.assertEqual(self.url_open(f"/ec/{path}x").status_code, 404)
        self.assertEqual(self.url_open(f"/ec/{path}", data={"List": "One"}).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(order.partner_id.ec_mail_consent, "withdrawn")
