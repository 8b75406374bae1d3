"""What a clerk does with the ledger's rows."""

from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import OPEN_STATES


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    def _checked(self):
        """These rows with full rights, once it is clear that the user may change them. Rows told
        in one mail share its fate."""
        self.check_access("write")
        leads = self.sudo().lead_id | self.sudo()
        return leads | leads.follower_ids

    def button_open_mail(self):
        """The mail as it was written, one click away."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "ec.mail.entry",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def button_write_draft(self):
        """Write the mail now, to be read and changed before it goes out."""
        self.check_access("write")
        if any(entry.state not in OPEN_STATES for entry in self):
            raise UserError(self.env._("This mail is on its way or done already."))
        if not all(entry.template_id for entry in self):
            raise UserError(self.env._("No template for this mail."))
        mine = self.sudo()
        mine.edited = False
        for template, entries in mine.grouped("template_id").items():
            entries._draft_by(template)
        return True

    def button_approve(self):
        """Release held mails, and those that wait for their time: they go out now."""
        entries = self._checked().filtered(
            lambda entry: entry.state in ("held", "waiting", "missing")
        )
        entries.write({"approved": True})
        entries._decide()
        self._wake()
        return self._say(self.env._("%s mails released.", len(entries)))

    def button_stop(self):
        """A person decides that these mails are not wanted, even if they are in the queue."""
        stoppable = (*OPEN_STATES, "queued")
        entries = self._checked().filtered(lambda entry: entry.state in stoppable)
        who = self.env.user.name
        entries._settle("not_wanted", self.env._("Stopped by %s.", who), stopped=True)
        return self._say(self.env._("%s mails stopped.", len(entries)))

    def button_resend(self):
        """Try failed mails again; what is certainly unsent or was stopped is decided anew."""
        rows = self._checked().filtered(lambda e: e.state in ("failed", "missing", "not_wanted"))
        rows -= rows._stop_unasked()
        again = rows.filtered("mail_id")
        again._readdress()
        again.write(
            {"state": "queued", "attempts": 0, "next_try_at": False, "failure": False,
             "stopped": False}
        )  # fmt: skip
        anew = rows - again
        anew.write({"state": "wanted", "failure": False, "stopped": False})
        anew._decide()
        self._wake()
        return self._say(self.env._("%s mails are sent again.", len(rows)))

    def _stop_unasked(self):
        """Settle written mails that the buyer does not want any more, whatever was decided then.

        :return: those
        """
        asking = self.filtered(lambda entry: entry.mail_id and entry.role != "transaction")
        known = asking._gather()
        unwanted = self.browse()
        for entry in asking:
            if why := entry._why_not_asked(known):
                entry._settle("not_wanted", why)
                unwanted |= entry
        return unwanted

    def _readdress(self):
        """What failed goes to the address and over the server of today."""
        for entry in self.filtered(lambda e: not e.lead_id):
            values = entry._prepare_envelope(entry.channel_id._get_mail_server())
            entry.mail_id.write({**values, "state": "outgoing", "failure_reason": False})
            (entry | entry.follower_ids).server_id = values["mail_server_id"]

    def button_send_again(self):
        """A second mail on purpose (the buyer deleted his), as a row of its own."""
        new = self.browse()
        for entry in self._checked().filtered(lambda e: e.state in ("sent", "bounced")):
            new |= entry.create(
                {
                    "order_id": entry.order_id.id,
                    "channel_id": entry.channel_id.id,
                    "kind_id": entry.kind_id.id,
                    "event_key": f"{entry.event_key}/{uuid4().hex[:8]}",
                    "event_at": fields.Datetime.now(),
                    "picking_id": entry.picking_id.id,
                    "template_id": entry.template_id.id,
                    "approved": True,
                    "by_hand": True,
                }
            )
        new._decide()
        self._wake()
        return self._say(self.env._("%s mails are sent again.", len(new)))

    def button_was_sent(self):
        """The server's log shows it: a mail that was perhaps sent has arrived."""
        rows = self._checked().filtered(lambda entry: entry.state == "uncertain")
        rows.reason = self.env._("Confirmed by %s.", self.env.user.name)
        rows._note_sent(fields.Datetime.now())
        return True

    def button_was_not_sent(self):
        """It did not arrive: send it, under the same Message-ID."""
        rows = self._checked().filtered(lambda entry: entry.state == "uncertain")
        who = self.env.user.name
        rows._settle("queued", self.env._("Sent again by %s.", who), next_try_at=False)
        self._wake()
        return True

    def button_open_order(self):
        """The order this mail is about."""
        return self.order_id._get_records_action()

    def button_run_now(self):
        """Have the cron work now."""
        self._wake()
        return self._say(self.env._("The mails are being worked on."))

    @api.model
    def _say(self, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
