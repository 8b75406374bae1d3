"""How many order mails a server takes, and what becomes of those that were perhaps sent."""

from datetime import timedelta

from odoo import fields, models


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    ec_rate = fields.Integer(
        string="Order mails per minute", default=60, help="0: as many as the server takes."
    )
    ec_per_day = fields.Integer(string="Order mails per day", help="0: no limit.")
    ec_repeat_uncertain = fields.Boolean(
        string="Repeat mails that were perhaps sent",
        help="After a crash or a lost connection: send again under the same Message-ID instead of "
        "asking a person. Most mailboxes then show one mail only.",
    )

    def _ec_allowance(self):
        """How many mails may go over this server in this minute."""
        self.ensure_one()
        now = fields.Datetime.now()
        entries = self.env["ec.mail.entry"].sudo()
        allowed = 10000
        for limit, span in ((self.ec_rate, 60), (self.ec_per_day, 86400)):
            if limit:
                since = now - timedelta(seconds=span)
                used = entries.search_count(
                    [
                        ("server_id", "=", self.id),
                        ("lead_id", "=", False),
                        ("sent_at", ">", since),
                    ]
                )
                allowed = min(allowed, limit - used)
        return max(allowed, 0)
