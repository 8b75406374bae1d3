from odoo import api, fields, models


class EcMailServerLog(models.TransientModel):
    """Settle mails that were perhaps sent, by what the mail server wrote down."""

    _name = "ec.mail.server.log"
    _description = "Mail server's log"

    log = fields.Text(string="Log of the mail server")
    open_count = fields.Integer(compute="_compute_open_count", string="Perhaps sent")
    complete = fields.Boolean(
        string="The log covers all of them",
        help="Those whose Message-ID is not in the log have not been taken: they are sent.",
    )

    @api.depends("log")
    def _compute_open_count(self):
        count = self.env["ec.mail.entry"].search_count(self._domain())
        for wizard in self:
            wizard.open_count = count

    @api.model
    def _domain(self):
        return [("state", "=", "uncertain"), ("lead_id", "=", False)]

    def button_compare(self):
        """Mails in the log were sent; the others are sent now where the log covers them."""
        self.ensure_one()
        entries = self.env["ec.mail.entry"]
        mine = entries.search(self._domain())
        mine.check_access("write")
        proved = mine.sudo()._note_log(self.log)
        rest = mine.filtered(lambda entry: entry.state == "uncertain")
        if self.complete:
            rest.button_was_not_sent()
            return entries._say(
                self.env._(
                    "%(sent)s mails had been sent, %(rest)s are sent now.",
                    sent=len(proved),
                    rest=len(rest),
                )
            )
        return entries._say(
            self.env._(
                "%(sent)s mails had been sent, %(rest)s are not in the log.",
                sent=len(proved),
                rest=len(rest),
            )
        )
