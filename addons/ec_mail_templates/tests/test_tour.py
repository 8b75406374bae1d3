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
