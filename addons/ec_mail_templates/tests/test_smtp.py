"""What arrives at a real SMTP server, and that each buyer gets it once whatever goes wrong."""

import logging
from collections import Counter

from odoo.tests import tagged

from ..lib.plain_text import text_width
from .common import MailCommon, really_send


@tagged("post_install", "-at_install")
class TestSmtp(MailCommon):
    def setUp(self):
        super().setUp()
        self.server = self.connect_server()

    def send(self):
        with really_send():
            self.entries._cron_mails()

    def retry_now(self):
        """Time passes."""
        self.entries.search([("next_try_at", "!=", False)]).write({"next_try_at": False})
        self.send()

    def queue(self, count, prefix="S"):
        payloads = [
            self.order_payload(
                f"{prefix}-{number}",
                lines=[self.line("TEA-1", 1100)],
                buyer={
                    "name": f"髙橋 {number}", "zip": "100-0001", "state_code": "JP-13",
                    "city": "千代田区", "street": f"千代田1-{number}",
                    "email": f"buyer{number}@example.com",
                },
            )
            for number in range(count)
        ]  # fmt: skip
        orders = self.pull(*payloads)
        self.look()
        return orders

    def receivers(self):
        return Counter(letter.receivers[0] for letter in self.mailbox.letters)

    # === WHAT ARRIVES === #

    def test_headers_and_encodings(self):
        order = self.queue(1)
        long_subject = "【緑風堂】" + "大変長い件名でも届くことを確かめます。" * 5
        entry = self.entry(order, "thanks")
        entry.mail_id.subject = long_subject
        entry.mail_id.attachment_ids = [
            (0, 0, {"name": "領収書_令和八年十一月分_S-0.pdf", "raw": b"%PDF-1.4 test"})
        ]
        self.send()
        self.assertEqual(entry.state, "sent", entry.failure)
        letter, *rest = self.mailbox.letters
        message = letter.message
        self.assertFalse(rest)
        self.assertEqual(letter.sender, "shop@example.com")
        self.assertEqual(letter.receivers, ["buyer0@example.com"])
        self.assertEqual(message["Subject"], long_subject)
        self.assertEqual(message["From"].addresses[0].addr_spec, "shop@example.com")
        self.assertEqual(message["From"].addresses[0].display_name, "お茶の専門店 緑風堂")
        self.assertEqual(message["To"].addresses[0].display_name, "髙橋 0 様")
        self.assertEqual(message["Message-Id"], entry.message_ref)
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertNotIn(b"Bcc", letter.content)
        for line in letter.content.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)
            line.decode("ascii")
        text = message.get_body(("plain",))
        self.assertEqual(text.get_content_charset(), "utf-8")
        self.assertIn("髙橋 0 様", text.get_content())
        self.assertIn("1,100円", text.get_content())
        for line in text.get_content().splitlines():
            self.assertLessEqual(text_width(line), 74, line)
        html = message.get_body(("html",)).get_content()
        self.assertIn("<table", html)
        names = [part.get_filename() for part in message.iter_attachments()]
        self.assertEqual(names, ["領収書_令和八年十一月分_S-0.pdf"])

    # === FAULTS === #

    def test_later_and_never(self):
        orders = self.queue(4)
        self.mailbox.plan = [
            "dot: 451 try later", "dot: 550 no such user", "mail: 552 5.2.0 sender rejected",
        ]  # fmt: skip
        self.send()
        states = Counter(self.entry(orders, "thanks").mapped("state"))
        self.assertEqual(states, {"queued": 1, "failed": 2, "sent": 1})
        failed = self.entry(orders, "thanks").filtered(lambda e: e.state == "failed")
        self.assertEqual(
            set(failed.mapped("failure")), {"550 no such user", "552 5.2.0 sender rejected"}
        )
        self.retry_now()
        failed.with_user(self.clerk).button_resend()
        self.send()
        self.assertEqual(set(self.entry(orders, "thanks").mapped("state")), {"sent"})
        self.assert_one_each(4)

    def assert_one_each(self, count):
        self.assertEqual(set(self.receivers().values()), {1})
        self.assertEqual(len(self.receivers()), count)

    def test_no_doubt_before_the_text(self):
        """Wherever the connection breaks before the text has left, the mail goes out later."""
        places = (
            "ehlo: drop", "mail: drop", "mail: 451 later", "rcpt: drop", "rcpt: 450 busy",
            "data: drop", "data: 421 closing",
        )  # fmt: skip
        orders = self.queue(len(places))
        self.mailbox.plan = list(places)
        for _round in range(4):
            self.retry_now()
        self.assertEqual(set(self.mailbox.struck), set(places))
        self.assertEqual(set(self.entry(orders, "thanks").mapped("state")), {"sent"})
        self.assert_one_each(len(places))

    def lose_two(self):
        """Four mails; of two nobody knows whether they have been taken. One has."""
        orders = self.queue(4)
        self.mailbox.plan = [None, "dot: taken, drop", "dot: drop"]
        self.send()
        self.retry_now()
        rows = self.entry(orders, "thanks")
        unsure = rows.filtered(lambda e: e.state == "uncertain")
        self.assertEqual(len(unsure), 2)
        self.assertTrue(all(unsure.mapped("is_overdue")), "they are shown to a person")
        self.assertEqual(len(self.mailbox.letters), 3)
        return rows, unsure

    def test_lost_connection_is_never_guessed(self):
        rows, unsure = self.lose_two()
        arrived = self.receivers()
        for entry in unsure:
            if entry._recipient() in arrived:
                entry.with_user(self.clerk).button_was_sent()
            else:
                entry.with_user(self.clerk).button_was_not_sent()
        self.send()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assert_one_each(4)

    def test_the_servers_log_decides(self):
        rows, _unsure = self.lose_two()
        logs = self.env["ec.mail.server.log"].with_user(self.clerk)
        log = logs.create({"log": self.mailbox.log_text()})
        self.assertEqual(log.open_count, 2)
        log.button_compare()
        self.assertEqual(Counter(rows.mapped("state")), {"sent": 3, "uncertain": 1})
        logs.create({"log": self.mailbox.log_text(), "complete": True}).button_compare()
        self.send()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assert_one_each(4)

    def test_the_blind_copy_decides(self):
        self.channel.ec_mail_bcc = "copies@example.com"
        rows, unsure = self.lose_two()
        for letter in self.mailbox.letters:
            self.assertEqual(letter.receivers[1:], ["copies@example.com"])
            self.env["mail.thread"].message_process(None, letter.content)
        self.assertEqual(Counter(unsure.mapped("state")), {"sent": 1, "uncertain": 1})
        self.assertEqual(len(rows.order_id.message_ids.filtered("email_from")), 4, "no second copy")

    def test_copy_taken_but_buyer_refused(self):
        self.channel.ec_mail_bcc = "copies@example.com"
        order = self.queue(1)
        self.mailbox.plan = ["rcpt: 550 no such user"]
        self.send()
        entry = self.entry(order, "thanks")
        self.assertEqual((entry.state, entry.failure), ("failed", "550 no such user"))
        order.ec_buyer_email = "right@example.com"
        entry.with_user(self.clerk).button_resend()
        self.send()
        self.assertEqual(entry.state, "sent")
        self.assertEqual(self.mailbox.letters[-1].receivers[0], "right@example.com")

    def test_stopped_in_the_queue(self):
        orders = self.queue(2)
        entry = self.entry(orders[0], "thanks")
        entry.with_user(self.clerk).button_stop()
        self.send()
        self.assertEqual(entry.state, "not_wanted")
        self.assertEqual(len(self.mailbox.letters), 1)

    def test_what_is_paid_while_it_waits_in_the_queue_is_not_asked_for(self):
        order = self.pull(self.mixed_order("S-pay", payment_code="2", payment_state="unpaid"))
        self.look()
        entry = self.entry(order, "payment_request")
        self.assertEqual(entry.state, "queued")
        order.ec_payment_state = "paid"
        self.send()
        self.assertEqual(entry.state, "not_wanted")
        self.assertEqual(entry.reason, "すでに入金されています。")
        self.assertNotIn(entry.mail_subject, [m.message["Subject"] for m in self.mailbox.letters])

    def test_what_the_server_said_is_told_in_the_language_of_the_shop(self):
        """The cron speaks no language of its own; the ledger is read by people."""
        order = self.queue(1)
        entry = self.entry(order, "thanks")
        self.mailbox.plan = ["mail: 451 later"]
        self.send()
        self.assertEqual(entry.state, "queued")
        self.assertRegex(entry.reason, "[ぁ-ん]")
        entry.state = "sending"
        self.send()
        self.assertEqual(entry.state, "uncertain")
        self.assertRegex(entry.reason, "[ぁ-ん]")

    def test_claimed_once(self):
        """A second run that read the queue before cannot send what the first one has."""
        order = self.queue(1)
        entry = self.entry(order, "thanks")
        with really_send():
            probe = entry._open_session(self.server)
        self.addCleanup(probe.close)
        self.assertEqual(entry.state, "queued")  # as another run would have read it
        self.env.cr.execute("UPDATE ec_mail_entry SET state = 'sent' WHERE id = %s", (entry.id,))
        verdict = entry._send_one(self.server, probe)
        self.assertEqual(verdict.state, "stopped")
        self.assertEqual(entry.state, "sent")
        self.assertFalse(self.mailbox.letters)

    def test_interrupted_run(self):
        order = self.queue(1)
        entry = self.entry(order, "thanks")
        entry.write({"state": "sending"})
        self.send()
        self.assertEqual(entry.state, "uncertain")
        self.assertFalse(self.mailbox.letters)
        self.server.ec_repeat_uncertain = True
        entry.write({"state": "sending"})
        self.send()
        self.assertEqual(entry.state, "sent")

    def test_server_away(self):
        order = self.queue(2)
        self.server.smtp_port = 9
        self.send()
        rows = self.entry(order, "thanks")
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertTrue(all(rows.mapped("next_try_at")))

    def test_pace(self):
        orders = self.queue(5)
        self.server.ec_rate = 2
        self.send()
        self.assertEqual(len(self.mailbox.letters), 2)
        self.send()
        self.assertEqual(len(self.mailbox.letters), 2, "the minute is not over")
        self.entry(orders, "thanks").filtered("sent_at").write({"sent_at": "2020-01-01 00:00:00"})
        self.send()
        self.assertEqual(len(self.mailbox.letters), 4)

    def test_odoos_own_queue_leaves_them_alone(self):
        self.queue(1)
        with really_send():
            self.env["mail.mail"].process_email_queue()
            self.env["mail.mail"].search([("ec_entry_id", "!=", False)]).send()
        self.assertFalse(self.mailbox.letters)

    def test_log_holds_no_address(self):
        self.queue(2)
        self.mailbox.plan = ["dot: 550 <buyer0@example.com> unknown"]
        lines = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())
        logger = logging.getLogger("odoo")
        logger.addHandler(handler)
        try:
            self.send()
        finally:
            logger.removeHandler(handler)
        self.assertNotIn("buyer", "\n".join(lines))
        self.assertNotIn("髙橋", "\n".join(lines))
        failed = self.entries.search([("state", "=", "failed")])
        self.assertEqual(failed.failure, "550 unknown")
