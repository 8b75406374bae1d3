"""Handing mails to the servers: each exactly once, at the pace the server bears.

Before a mail leaves, the ledger says durably "being sent"; afterwards what the server answered.
Only one run of the cron exists at a time, so what still says "being sent" when a run begins was
cut off by a crash: perhaps sent. SMTP has no way to ask; such mails are left to a person (or, where
the server's setting says so, repeated under the same Message-ID, which mailboxes recognise).
"""

import logging
import smtplib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.mail import email_split_and_format_normalize

from ..lib import smtp_probe
from ..lib.smtp_probe import Probe, Verdict

_logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
BATCH = 200
#: Minutes until the next try, by number of tries so far.
WAITS = (1, 2, 5, 15, 30, 60, 120, 240)


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    @api.model
    def _give_up_interrupted(self):
        """What a crashed run left in "being sent" was perhaps sent."""
        entries = self.search([("state", "=", "sending")])
        if entries:
            entries._note_uncertain(self.env._("Odoo was stopped while sending."))
            self.env["ir.cron"]._commit_progress(0)

    def _note_uncertain(self, why):
        for entry in self:
            if entry.server_id.ec_repeat_uncertain:
                text = self.env._("%s Sent again under the same Message-ID.", why)
                entry._settle("queued", text)
                continue
            text = self.env._("%s Perhaps delivered: look it up, then decide.", why)
            entry._settle("uncertain", text)

    @api.model
    def _send_due(self):
        """Send what is in the queue, server by server."""
        if self.env["ir.mail_server"]._disable_send():
            return
        for server_id in self._servers_waiting():
            server = self.env["ir.mail_server"].sudo().browse(server_id)
            self._send_by(server)

    @api.model
    def _queue_domain(self):
        now = fields.Datetime.now()
        return [
            ("state", "=", "queued"),
            ("lead_id", "=", False),
            ("mail_id", "!=", False),
            "|",
            ("next_try_at", "=", False),
            ("next_try_at", "<=", now),
        ]

    @api.model
    def _servers_waiting(self):
        rows = self._read_group(self._queue_domain(), ["server_id"])
        return [server.id for (server,) in rows]

    @api.model
    def _send_by(self, server):
        """Send over one server until its pace, the queue or the time is used up."""
        allowance = server._ec_allowance() if server else BATCH * 50
        probe = None
        domain = [*self._queue_domain(), ("server_id", "=", server.id)]
        ids = self.search(domain, order="due_at, id", limit=allowance).ids if allowance else []
        try:
            for entry in self.browse(ids):
                if probe is None:
                    probe = entry._open_session(server)
                    if probe is None:
                        return
                verdict = entry._send_one(server, probe)
                if verdict.broken:
                    probe.close()
                    probe = None
                if self.env["ir.cron"]._commit_progress(1) <= 0:
                    self._wake()
                    return
        finally:
            if probe is not None:
                probe.close()
        if self.search_count(domain, limit=1):
            self._wake(fields.Datetime.now() + timedelta(minutes=1))

    def _open_session(self, server):
        """A watched session, or None when the server cannot be reached: all its mails wait."""
        servers = self.env["ir.mail_server"].sudo()
        try:
            session = servers._connect__(
                mail_server_id=server.id or None, smtp_from=self.channel_id.ec_mail_from
            )
        except Exception as error:  # noqa: BLE001 - whatever the reason, the mails wait
            reason = type(error).__name__
            if isinstance(error, smtplib.SMTPAuthenticationError):
                reason = self.env._("The server refuses user name or password.")
            self._postpone_all(server, reason)
            return None
        # Else Odoo puts the address it connected for, without the shop's name, into every "From".
        session.smtp_from = False
        return Probe(session)

    def _postpone_all(self, server, reason):
        domain = [*self._queue_domain(), ("server_id", "=", server.id)]
        moment = fields.Datetime.now() + timedelta(minutes=5)
        text = self.env._("The mail server cannot be reached; tried again by itself.")
        self.search(domain).write({"next_try_at": moment, "reason": text, "failure": reason})
        self._wake(moment)
        self.env["ir.cron"]._commit_progress(0)

    def _send_one(self, server, probe):
        """Send one mail and note what is known of it."""
        entries = self | self.follower_ids
        entries.write({"state": "sending", "attempts": self.attempts + 1})
        self.env["ir.cron"]._commit_progress(0)
        try:
            sender, recipients, message = self._build(server, probe.session)
        except Exception as error:  # noqa: BLE001 - an address no server would take
            verdict = Verdict(smtp_probe.REFUSED, text=type(error).__name__)
        else:
            verdict = probe.deliver(message, sender, recipients)
        entries._note_verdict(verdict)
        return verdict

    def _build(self, server, session):
        """The message as it goes over the wire, by Odoo's own builder."""
        mail = self.mail_id.sudo()
        email = mail._prepare_outgoing_list(mail_server=server)[0]
        bounce = email["headers"].get("Return-Path")
        servers = (
            self.env["ir.mail_server"]
            .sudo()
            .with_context(
                domain_bounce_address=bounce, send_validated_to=email["email_to_normalized"]
            )
        )
        message = servers._build_email__(
            email_from=email_split_and_format_normalize(mail.email_from)[0],
            email_to=email["email_to"],
            email_cc=email["email_cc"],
            email_bcc=[self.channel_id.ec_mail_bcc] if self.channel_id.ec_mail_bcc else None,
            subject=email["subject"],
            body=email["body"],
            body_alternative=email["body_alternative"],
            reply_to=email["reply_to"],
            attachments=email["attachments"],
            message_id=email["message_id"],
            references=email["references"],
            object_id=email["object_id"],
            subtype="html",
            subtype_alternative="plain",
            headers=email["headers"],
        )
        return servers._prepare_email_message__(message, session)

    def _note_verdict(self, verdict):
        """Write what the server said, on the entry, those it tells of too, and Odoo's mail."""
        now = fields.Datetime.now()
        failure = f"{verdict.code or ''} {verdict.text}".strip() or False
        mail = self.mail_id.sudo()
        if verdict.state == smtp_probe.SENT:
            self.write({"state": "sent", "sent_at": now, "failure": False, "next_try_at": False})
            mail.write({"state": "sent", "failure_reason": False})
        elif verdict.state == smtp_probe.UNCERTAIN:
            self.write({"failure": failure})
            self._note_uncertain(self.env._("The connection broke before the server answered."))
        elif verdict.state == smtp_probe.RETRY and self[:1].attempts < MAX_ATTEMPTS:
            wait = WAITS[min(self[:1].attempts, len(WAITS)) - 1]
            moment = now + timedelta(minutes=wait)
            text = self.env._("Not taken by the server; tried again by itself.")
            self.write(
                {"state": "queued", "failure": failure, "next_try_at": moment, "reason": text}
            )
            self._wake(moment)
        else:
            text = self.env._("The server refused the mail for good.")
            if verdict.state == smtp_probe.RETRY:
                text = self.env._("The server did not take the mail, tried %s times.", MAX_ATTEMPTS)
            self._settle("failed", text, failure=failure)
            mail.write({"state": "exception", "failure_reason": failure})
        _logger.info("mail entries %s: %s %s", self.ids, verdict.state, verdict.code)

    def _note_bounce(self, subject):
        """The mail came back: say so here and in the order's chatter, without addresses."""
        text = self.env._("Came back from the buyer's mail server.")
        words = " ".join(word for word in subject.split() if "@" not in word)[:200]
        self.write({"state": "bounced", "reason": text, "failure": words or False})
        for entry in self:
            entry.order_id.sudo().message_post(
                body=self.env._("The mail “%s” came back.", entry.kind_id.name)
            )
