"""How a shop sends its mails."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mail import email_normalize

from ..const import MODES


class EcChannel(models.Model):
    _inherit = "ec.channel"

    ec_mail_mode = fields.Selection(
        MODES,
        string="Mails",
        default="dry",
        required=True,
        copy=False,
        help="“Decide only” fills the ledger with what would go out, and why; nothing is sent.",
    )
    ec_mail_since = fields.Datetime(
        string="Mails for events since",
        default=fields.Datetime.now,
        copy=False,
        help="What happened earlier gets no mail. Set anew when the mails are switched on.",
    )
    ec_mail_from = fields.Char(string="Sender's address", copy=False)
    ec_mail_sender = fields.Char(string="Sender's name", help="Empty: the name of the shop.")
    ec_mail_reply_to = fields.Char(
        string="Answers to", help="Empty: the sender's address. Fetch it into Odoo to see answers."
    )
    ec_mail_bcc = fields.Char(string="Blind copy to")
    ec_mail_server_id = fields.Many2one(
        "ir.mail_server",
        string="Outgoing mail server",
        groups="ec_unified.group_ec_manager",
        help="Its filter should be the full sender's address, so that the envelope is the same.",
    )
    ec_mail_lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language of mails",
        default=lambda self: self._default_mail_lang(),
    )
    ec_mail_signature = fields.Text(
        string="Signature", help="Name, address, telephone, business hours of the shop."
    )
    ec_mail_bank_account = fields.Text(string="Bank account for transfers")
    ec_mail_konbini_note = fields.Text(string="How to pay at a convenience store")
    ec_mail_policy_id = fields.Many2one(
        "ec.mail.policy", string="Mail rules of the mall", compute="_compute_ec_mail_policy"
    )

    @api.model
    def _default_mail_lang(self):
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        return "ja_JP" if "ja_JP" in codes else self.env.lang

    @api.depends("provider")
    def _compute_ec_mail_policy(self):
        for channel in self:
            channel.ec_mail_policy_id = self.env["ec.mail.policy"]._of(channel.provider)

    @api.constrains("ec_mail_mode", "ec_mail_from", "ec_mail_reply_to", "ec_mail_bcc")
    def _check_mail_addresses(self):
        for channel in self:
            for name in ("ec_mail_from", "ec_mail_reply_to", "ec_mail_bcc"):
                if channel[name] and not email_normalize(channel[name]):
                    raise ValidationError(self.env._("“%s” is no mail address.", channel[name]))
            if channel.ec_mail_mode == "on" and not channel.ec_mail_from:
                raise ValidationError(
                    self.env._("Give the sender's address before mails are switched on.")
                )

    def _get_mail_server(self):
        """The server of this shop's mails: its own, else the one Odoo picks by the sender, but
        never one that is meant for other senders."""
        self.ensure_one()
        servers = self.env["ir.mail_server"].sudo()
        if own := self.sudo().ec_mail_server_id:
            return own
        usable = servers.search([("active", "=", True)], order="sequence").filtered(
            lambda server: servers._match_from_filter(self.ec_mail_from, server.from_filter)
        )
        return usable.filtered("from_filter")[:1] or usable[:1]

    def write(self, vals):
        """Switching the mails on starts them now: no mail about what is past."""
        starting = self.browse()
        if vals.get("ec_mail_mode") == "on" and "ec_mail_since" not in vals:
            starting = self.filtered(lambda channel: channel.ec_mail_mode != "on")
        result = super().write(vals)
        if starting:
            super(EcChannel, starting).write({"ec_mail_since": fields.Datetime.now()})
        if "ec_mail_mode" in vals or "ec_mail_from" in vals:
            self.env["ec.mail.entry"]._wake()
        return result

    def button_mails(self):
        """The shop's mails."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ec_mail_templates.action_ec_mail_entry"
        )
        return {**action, "domain": [("channel_id", "=", self.id)], "context": {}}
