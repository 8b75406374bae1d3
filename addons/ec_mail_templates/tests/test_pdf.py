"""Attachments as they arrive: rendered by wkhtmltopdf, sent over SMTP, opened by the buyer."""

import io
import unicodedata

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfReader

from .common import MailCommon, really_send


@tagged("post_install", "-at_install")
class TestPdf(MailCommon, HttpCase):
    def test_delivery_note_receipt_and_invoice(self):
        rule = self.env.ref("ec_mail_templates.rule_shipped_90")
        reports = (
            "stock.action_report_delivery", "ec_mail_templates.action_report_receipt",
            "account.account_invoices",
        )  # fmt: skip
        rule.report_ids = [Command.set([self.env.ref(name).id for name in reports])]
        order = self.pull(self.mixed_order("250-77"))
        order.order_line.product_id.invoice_policy = "order"
        order._create_invoices().action_post()
        self.env["ec.mail.kind"].search([("code", "!=", "shipped")]).event = "manual"
        self.ship(order)
        self.connect_server()
        self.entries = self.entries.with_context(force_report_rendering=True)
        self.look()
        self.assertEqual(self.entry(order, "shipped").state, "queued")
        with really_send():
            self.entries._send_due()
        self.assertEqual(len(self.mailbox.letters), 1)
        files = {
            part.get_filename(): part.get_payload(decode=True)
            for part in self.mailbox.letters[0].message.iter_attachments()
        }
        self.assertEqual(len(files), 3, files.keys())
        names = sorted(files)
        self.assertTrue(all(name.endswith("_250-77.pdf") for name in names), names)
        self.assertTrue([name for name in names if name.startswith("領収書")], names)
        for name, content in files.items():
            text = self.words(content)
            self.assertTrue(text, name)
            if name.startswith("領収書"):
                for words in ("領収書", "山田花子様", "正に領収いたしました"):
                    self.assertIn(words, text)

    def words(self, content):
        """The text of a PDF without spaces; the fonts' variants of kanji as they are typed."""
        pages = PdfReader(io.BytesIO(content)).pages
        text = unicodedata.normalize("NFKC", "".join(page.extract_text() for page in pages))
        return "".join(text.split())
