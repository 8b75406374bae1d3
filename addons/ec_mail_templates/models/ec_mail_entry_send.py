"""Handing mails to the servers: each exactly once, at the pace the server bears.

A mail is claimed just before its text goes over the wire: in one statement, if it is still in the
queue, and committed. Then comes the text, then the server's answer, committed again. So a crash or
a lost connection before the text leaves no doubt, and what still says "being sent" when a run
begins was cut off within these moments: perhaps sent. SMTP has no way to ask. Such a mail waits for
proof (its blind copy, an answer, a returned mail, the server's log) or for a person; where the
server's setting says so it is repeated under the same Message-ID, which mailboxes recognise.
"""

import logging
import smtplib
from contextlib import contextmanager
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools.mail import email_normalize, email_split_and_format_normalize

from ..lib import smtp_probe
from ..lib.smtp_probe import Probe, StopSending, Verdict

_logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
#: Mails held in memory at a time.
BATCH = 100
#: Number of the lock that keeps two runs apart, whoever starts them.
_LOCK = 0x45434D41
#: Minutes until the next try, by number of tries so far.
WAITS = (1, 2, 5, 15, 30, 60, 120, 240)


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    @contextmanager
    def _alone(self):
        """Whether this is the only run; holds until the end, whatever commits there are."""
        with self.env.registry.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))
            yield cursor.fetchone()[0]

    @api.model
    def _give_up_interrupted(self):
        """What a crashed run left in "being sent" was perhaps sent."""
        entries = self.search([("state", "=", "sending")])
        for row in entries:
            entry = row._for_readers()
            entry._note_uncertain(entry.env._("Odoo was stopped while sending."))
        if entries:
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
        allowance = server._ec_allowance() if server else 10000
        domain = [*self._queue_domain(), ("server_id", "=", server.id)]
        ids = self.search(domain, order="due_at, id", limit=allowance).ids if allowance else []
        for start in range(0, len(ids), BATCH):
            if not self.browse(ids[start : start + BATCH])._send_batch(server):
                return
            self.env.invalidate_all()  # a long queue must not fill the memory
        if self.search_count(domain, limit=1):
            self._wake(fields.Datetime.now() + timedelta(minutes=1))

    def _send_batch(self, server):
        """Send these mails, over as few connections as the server allows.

        :return: whether to go on with the next batch
        """
        probe = None
        try:
            for row in self:
                entry = row._for_readers()
                probe = probe or entry._open_session(server)
                if probe is None:
                    return False
                verdict = entry._send_one(server, probe)
                if verdict.broken:
                    probe.close()
                    probe = None
                if self.env["ir.cron"]._commit_progress(1) <= 0:
                    self._wake()
                    return False
        finally:
            if probe is not None:
                probe.close()
        return True

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
        if why := self._why_not_any_more():
            entries._settle("not_wanted", why)
            return Verdict(smtp_probe.STOPPED, text="overtaken")
        try:
            sender, recipients, message = self._build(server, probe.session)
        except Exception as error:  # noqa: BLE001 - an address no server would take
            verdict = Verdict(smtp_probe.REFUSED, text=type(error).__name__)
        else:
            verdict = probe.deliver(message, sender, recipients, entries._claim)
        entries._note_verdict(verdict)
        return verdict

    def _why_not_any_more(self):
        """A queue may be long: nobody is reminded of what he has paid meanwhile, nor asked how he
        likes what came back."""
        kind = self.kind_id
        overtaken = kind.only_unpaid or kind.event in ("waiting_stock", "late", "completed")
        return self._why_not() if overtaken else ""

    def _claim(self):
        """Say durably "being sent"; called when the server waits for the text.

        :raise StopSending: a person stopped it, or another run has it
        """
        self.flush_recordset()
        try:
            self.env.cr.execute(
                "UPDATE ec_mail_entry SET state = 'sending' WHERE id IN %s AND state = 'queued'",
                (tuple(self.ids),),
            )
            if self.env.cr.rowcount != len(self):
                raise StopSending("not in the queue any more")
            self.env["ir.cron"]._commit_progress(0)
        except psycopg2.OperationalError as error:  # somebody changed it at this very moment
            self.env.cr.rollback()
            raise StopSending("changed meanwhile") from error
        finally:
            self.invalidate_recordset(["state"], flush=False)

    def _build(self, server, session):
        """The message as it goes over the wire, by Odoo's own builder."""
        mail = self.mail_id.sudo()
        email = mail._prepare_outgoing_list(mail_server=server)[0]
        bounce = email["headers"].get("Return-Path")
        copies = [self.channel_id.ec_mail_bcc] if self.channel_id.ec_mail_bcc else []
        servers = (
            self.env["ir.mail_server"]
            .sudo()
            .with_context(
                domain_bounce_address=bounce,
                send_validated_to=[
                    *email["email_to_normalized"],
                    *(email_normalize(copy) for copy in copies),
                ],
            )
        )
        message = servers._build_email__(
            email_from=email_split_and_format_normalize(mail.email_from)[0],
            email_to=email["email_to"],
            email_cc=email["email_cc"],
            email_bcc=copies or None,
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
        _logger.info("mail entries %s: %s %s", self.ids, verdict.state, verdict.code)
        if verdict.state == smtp_probe.STOPPED:
            self.invalidate_recordset(flush=False)
            return
        now = fields.Datetime.now()
        failure = f"{verdict.code or ''} {verdict.text}".strip() or False
        tries = self[:1].attempts + 1
        mail = self.mail_id.sudo()
        if verdict.state == smtp_probe.SENT:
            self.write({"attempts": tries, "failure": False, "next_try_at": False})
            self._note_sent(now)
        elif verdict.state == smtp_probe.UNCERTAIN:
            self.write({"attempts": tries, "failure": failure})
            self._note_uncertain(self.env._("The connection broke before the server answered."))
        elif verdict.state == smtp_probe.RETRY and tries < MAX_ATTEMPTS:
            moment = now + timedelta(minutes=WAITS[min(tries, len(WAITS)) - 1])
            text = self.env._("Not taken by the server; tried again by itself.")
            self.write(
                {"state": "queued", "failure": failure, "next_try_at": moment, "reason": text,
                 "attempts": tries}
            )  # fmt: skip
            self._wake(moment)
        else:
            text = self.env._("The server refused the mail for good.")
            if verdict.state == smtp_probe.RETRY:
                text = self.env._("The server did not take the mail, tried %s times.", MAX_ATTEMPTS)
            self._settle("failed", text, failure=failure, attempts=tries)
            mail.write({"state": "exception", "failure_reason": failure})

    def _note_sent(self, moment):
        """The server took it: also what hangs on that."""
        self.write({"state": "sent", "sent_at": moment})
        self.mail_id.sudo().write({"state": "sent", "failure_reason": False})
        gone = self.filtered(lambda entry: entry.kind_id.event == "shipped").picking_id
        if gone and hasattr(gone, "_ec_tick"):
            gone.sudo()._ec_tick("mailed", at=moment)

    def _note_bounce(self, subject):
        """The mail came back: say so here and in the order's chatter, without addresses."""
        text = self.env._("Came back from the buyer's mail server.")
        words = " ".join(word for word in subject.split() if "@" not in word)[:200]
        self.write({"state": "bounced", "reason": text, "failure": words or False})
        for entry in self:
            entry.order_id.sudo().message_post(
                body=self.env._("The mail “%s” came back.", entry.kind_id.name)
            )
