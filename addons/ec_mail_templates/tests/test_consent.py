"""Follow-ups need consent, come seldom, and can be stopped."""

import ast
import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import MailCommon, really_send


class FollowUps(MailCommon):
    """Orders shipped long enough ago for a follow-up."""

    def shipped(self, ref="C-1", **changes):
        order = self.pull(self.mixed_order(ref, **changes))
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

    def at_any_hour(self):
        self.env["ec.mail.rule"].search([]).write(
            {"workdays_only": False, "hour_from": 0, "hour_to": 24}
        )

    def like_rakuten(self):
        """The rules of that mall hold for the shop of these tests."""
        policy = self.env.ref("ec_mail_templates.policy_rakuten")
        policy.provider = "fake"
        self.channel.invalidate_recordset(["ec_mail_policy_id"])
        return policy


@tagged("post_install", "-at_install")
class TestConsent(FollowUps):
    def test_without_consent_nothing(self):
        entry = self.follow_up(self.shipped())
        self.assertEqual(entry.state, "not_wanted")
        self.assertIn("同意", entry.reason)

    def test_with_consent(self):
        order = self.shipped()
        self.agree(order)
        self.at_any_hour()
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
        self.at_any_hour()
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
        policy = self.like_rakuten()
        policy.needs_own_server = False
        self.env.ref("ec_mail_templates.rule_coupon_90").active = True
        self.at_any_hour()
        order = self.shipped()
        self.agree(order)
        entry = self.follow_up(order)
        self.assertIn(entry.state, ("wanted", "queued"), entry.reason)
        coupon = self.entry(order, "coupon")
        self.assertEqual(coupon.state, "not_wanted")
        self.assertIn(policy.with_context(lang="ja_JP").name, coupon.reason)

    def test_advertising_says_who_writes(self):
        self.channel.ec_mail_signature = False
        order = self.shipped()
        self.agree(order)
        self.assertEqual(self.entry(order, "thanks").state, "queued")
        entry = self.follow_up(order)
        self.assertEqual(entry.state, "missing")
        self.assertIn("署名", entry.reason)

    def test_nobody_is_asked_about_what_was_paid_back(self):
        order = self.shipped()
        self.agree(order)
        order.ec_payment_state = "refunded"
        self.assertEqual(self.follow_up(order).state, "not_wanted")

    def test_seen_on_the_contact(self):
        order = self.shipped()
        self.entry(order, "thanks").state = "sent"
        buyer = order.partner_id.with_user(self.clerk)
        self.assertEqual(buyer.ec_mail_count, 1)
        rows = self.entries.search(buyer.button_ec_mails()["domain"])
        self.assertIn(self.entry(order, "thanks"), rows)

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
class TestUnsubscribe(FollowUps, HttpCase):
    OTHER = {
        "name": "佐藤 次郎", "zip": "530-0001", "state_code": "JP-27", "city": "大阪市北区",
        "street": "梅田1-1", "phone": "06-0000-0000", "email": "jiro@example.com",
    }  # fmt: skip

    def setUp(self):
        super().setUp()
        self.at_any_hour()
        self.set_address("https://odoo.example.com")

    def set_address(self, url):
        """What this Odoo takes for its own address."""
        self.env["ir.config_parameter"].set_param("web.base.url", url)

    def followed_up(self, ref="C-1", **changes):
        """A follow-up in the queue, of a buyer who agreed."""
        order = self.shipped(ref, **changes)
        self.agree(order)
        entry = self.follow_up(order)
        self.assertEqual(entry.state, "queued", entry.reason)
        return entry

    def headers(self, entry):
        return ast.literal_eval(entry.mail_id.headers)

    def path(self, entry):
        return "/ec/" + entry._unsubscribe_url().split("/ec/", 1)[1]

    def consent(self, entry):
        self.env.invalidate_all()
        return entry.order_id.partner_id.ec_mail_consent

    def test_one_click_as_it_arrives(self):
        """RFC 8058: an https address, a mail address, and a POST without login does it."""
        entry = self.followed_up()
        self.connect_server()
        entry._readdress()
        with really_send():
            self.entries._send_due()
        message = self.mailbox.letters[0].message
        self.assertEqual(message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        link, mailto = str(message["List-Unsubscribe"]).split(", ")
        self.assertTrue(link.startswith("<https://odoo.example.com/ec/mail/unsubscribe/"), link)
        self.assertEqual(mailto, "<mailto:shop@example.com?subject=unsubscribe>")
        self.assertIn(link.strip("<>"), entry.mail_id.ec_text)
        path = "/" + link.strip("<>").split("/", 3)[3]
        self.env.flush_all()
        self.assertEqual(self.url_open(path).status_code, 200)
        self.assertEqual(self.consent(entry), "given", "looking changes nothing")
        reply = self.url_open(path, data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(reply.status_code, 200)
        self.assertEqual(self.consent(entry), "withdrawn")
        self.assertIn("配信を停止", reply.text)

    def test_forged_links_do_nothing(self):
        entry, other = self.followed_up(), self.followed_up("C-2", buyer=self.OTHER)
        self.env.flush_all()
        token, stolen = entry._unsubscribe_token(), other._unsubscribe_token()
        worse = token[:-1] + ("0" if token[-1] != "0" else "1")
        base = "/ec/mail/unsubscribe"
        for path in (
            f"{base}/{entry.id}/{worse}", f"{base}/{entry.id}/{stolen}", f"{base}/{entry.id}/x",
            f"{base}/{entry.id}", f"{base}/{entry.id + 1000}/{token}", f"{base}/0/{token}",
        ):  # fmt: skip
            for data in (None, {"List-Unsubscribe": "One-Click"}):
                self.assertEqual(self.url_open(path, data=data).status_code, 404, path)
        self.assertEqual((self.consent(entry), self.consent(other)), ("given", "given"))

    def test_what_is_under_way_is_stopped(self):
        entry = self.followed_up()
        self.env.flush_all()
        for _click in range(2):
            self.url_open(self.path(entry), data={"List-Unsubscribe": "One-Click"})
        self.env.invalidate_all()
        self.assertEqual(entry.state, "not_wanted")
        rows = entry.order_id.partner_id.ec_mail_consent_ids
        self.assertEqual(len(rows.filtered(lambda r: r.state == "withdrawn")), 1)
        self.assertEqual(rows[0].source, "link")
        entry.with_user(self.clerk).button_resend()
        self.assertEqual(entry.state, "not_wanted", "nobody sends it by mistake")
        self.assertEqual(self.entry(entry.order_id, "thanks").state, "queued", "of the order")

    def test_not_in_mails_about_the_order(self):
        entry = self.followed_up()
        for code in ("thanks", "shipped"):
            mail = self.entry(entry.order_id, code).mail_id
            self.assertTrue(mail, code)
            self.assertNotIn("Unsubscribe", mail.headers)
            self.assertNotIn("unsubscribe", mail.ec_text + mail.body_html)

    def test_not_through_the_relay(self):
        """No link, no header; the answer does it."""
        self.like_rakuten()
        self.connect_server()
        order = self.shipped()
        order.ec_buyer_email = "abc@pc.fw.rakuten.ne.jp"
        self.agree(order)
        entry = self.follow_up(order)
        self.assertEqual(entry.state, "queued", entry.reason)
        self.assertNotIn("Unsubscribe", entry.mail_id.headers)
        self.assertNotIn("http", entry.mail_id.ec_text)
        self.assertIn("「配信停止」", entry.mail_id.ec_text)

    def test_without_https_a_mail_does_it(self):
        self.set_address("http://odoo.example.com")
        headers = self.headers(self.followed_up())
        self.assertEqual(
            headers["List-Unsubscribe"], "<mailto:shop@example.com?subject=unsubscribe>"
        )
        self.assertNotIn("List-Unsubscribe-Post", headers)

    def test_the_mail_of_the_header_does_it(self):
        entry = self.followed_up()
        mail = (
            f"From: {entry._recipient()}\nTo: shop@example.com\nSubject: unsubscribe\n"
            "Message-ID: <stop-1@mobile.example.org>\n\n"
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, mail.encode())
        self.assertEqual(self.consent(entry), "withdrawn")

    def test_link_outlives_a_merge_of_contacts(self):
        entry = self.followed_up()
        path = self.path(entry)
        entry.order_id.partner_id = self.env["res.partner"].create({"name": "山田花子"})
        self.env.flush_all()
        self.assertEqual(self.url_open(path, data={"a": "b"}).status_code, 200)
        self.assertEqual(self.consent(entry), "withdrawn")
