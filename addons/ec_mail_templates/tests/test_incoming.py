"""Raw mails that come in: answers and returned mails find their order."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MailCommon

ANSWER = """From: =?utf-8?b?5bGx55SwIOiKseWtkA==?= <{sender}>
To: shop@example.com
Subject: {subject}
Message-ID: <answer-1@mobile.example.org>
{extra}Date: Sun, 22 Nov 2026 10:00:00 +0900
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit

時間を変えてください。
"""
REPORT = """From: MAILER-DAEMON@mail.example.org
To: shop@example.com
Subject: {subject}
Message-ID: <report-1@mail.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

The mail to one receiver has a problem.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; hanako@example.com
Action: {action}
Status: 5.1.1

--B
Content-Type: message/rfc822

From: shop@example.com
To: hanako@example.com
Subject: Your order
Message-ID: {ref}

Text
--B--
"""


@tagged("post_install", "-at_install")
class TestIncoming(MailCommon):
    def setUp(self):
        super().setUp()
        self.order = self.pull(self.mixed_order("250-1"))
        self.look()
        self.row = self.entry(self.order, "thanks")
        self.row.write({"state": "sent"})
        self.sender = self.row._recipient()

    def receive(self, text):
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            return self.env["mail.thread"].message_process(None, text.encode())

    def answer(self, subject="Re: ご注文", sender=None, extra=""):
        text = ANSWER.format(sender=sender or self.sender, subject=subject, extra=extra)
        return self.receive(text)

    def heard(self, order=None):
        found = (order or self.order).message_ids.filtered(lambda m: "時間を" in (m.body or ""))
        return len(found)

    def test_answer_with_reference(self):
        self.answer(sender="other@example.org", extra=f"In-Reply-To: {self.row.message_ref}\n")
        self.assertEqual(self.heard(), 1)

    def test_answer_without_reference_by_number(self):
        later = self.pull(self.mixed_order("250-2"))
        self.answer(subject="Re: 【緑風堂】ご注文番号：250-1）について")
        self.assertEqual((self.heard(), self.heard(later)), (1, 0))

    def test_answer_without_reference_by_sender(self):
        self.answer(extra="In-Reply-To: <rewritten-by-a-relay@fw.example.org>\n")
        self.assertEqual(self.heard(), 1)

    def test_stranger_cannot_write_into_an_order(self):
        with self.assertRaises(ValueError):
            self.answer(sender="stranger@example.org", subject="250-1")
        self.assertEqual(self.heard(), 0)

    def test_answer_proves_the_mail(self):
        self.row.write({"state": "uncertain"})
        self.answer(extra=f"References: {self.row.message_ref}\n")
        self.assertEqual(self.row.state, "sent")

    def test_answer_takes_the_consent_back(self):
        buyer = self.order.partner_id
        self.env["ec.mail.consent"].create({"partner_id": buyer.id})
        self.answer()
        self.assertEqual(buyer.ec_mail_consent, "given", "any other answer changes nothing")
        text = ANSWER.replace("時間を変えてください。", "配信停止を希望します。")
        text = text.replace("answer-1", "answer-2")
        self.receive(text.format(sender=self.sender, subject="Re: ", extra=""))
        self.assertEqual(buyer.ec_mail_consent, "withdrawn")

    def report(self, action):
        self.receive(REPORT.format(subject="Undelivered", action=action, ref=self.row.message_ref))

    def test_returned(self):
        self.report("failed")
        self.assertEqual(self.row.state, "bounced")
        self.assertTrue(self.order.message_ids.filtered(lambda m: "250" not in (m.body or "")))
        posted = self.order.message_ids[:1]
        self.assertIn(self.row.kind_id.name, posted.body)

    def test_late_is_not_returned(self):
        self.report("delayed")
        self.assertEqual(self.row.state, "sent")

    def test_returned_proves_the_mail_first(self):
        self.row.write({"state": "uncertain"})
        self.report("failed")
        self.assertEqual(self.row.state, "bounced")
