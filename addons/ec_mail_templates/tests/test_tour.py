"""The daily path in a real browser."""

from odoo.tests import HttpCase, tagged

from .common import MailCommon


@tagged("post_install", "-at_install")
class TestMailTour(MailCommon, HttpCase):
    def test_ledger_and_preview(self):
        orders = self.pull(self.mixed_order("T-1"), self.mixed_order("T-2"))
        self.look()
        self.entry(orders[0], "thanks").write({"state": "failed", "failure": "550 unknown"})
        self.clerk.lang = "ja_JP"
        self.env.flush_all()
        self.start_tour("/odoo/shop-mail-ledger", "ec_mail_ledger", login="ec-clerk", timeout=120)
        self.assertEqual(self.entry(orders[0], "thanks").state, "queued")

    def test_preview(self):
        self.pull(self.mixed_order("T-1"))
        self.look()
        self.clerk.lang = "ja_JP"
        self.env.flush_all()
        action = self.env.ref("ec_mail_templates.action_ec_mail_preview").id
        self.start_tour(f"/odoo/action-{action}", "ec_mail_preview", login="ec-clerk", timeout=120)

    def test_release(self):
        self.env.ref("ec_mail_templates.rule_thanks_90").action = "hold"
        self.env.ref("ec_mail_templates.rule_thanks_20").action = "hold"
        orders = self.pull(self.mixed_order("T-1"), self.mixed_order("T-2"))
        self.look()
        rows = self.entry(orders, "thanks")
        self.assertEqual(set(rows.mapped("state")), {"held"})
        self.clerk.lang = "ja_JP"
        self.env.flush_all()
        self.start_tour(
            "/odoo/shop-mails-release", "ec_mail_release", login="ec-clerk", timeout=120
        )
        self.env.invalidate_all()
        self.look()
        changed, stopped = (rows.filtered(lambda e, o=o: e.order_id == o) for o in orders)
        self.assertEqual((changed.state, stopped.state), ("queued", "not_wanted"))
        self.assertEqual(changed.mail_id.subject, "書き直した件名（ご注文番号：T-1）")
        self.assertIn("手直しした本文です。", changed.mail_id.ec_text)
        self.assertIn("9,234円", changed.mail_id.ec_text, "the rest is as it was written")
        self.assertTrue(changed.edited and stopped.stopped)
