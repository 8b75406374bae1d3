"""Consents of a buyer and the mails he got, on the contact."""

from collections import Counter

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    ec_mail_consent_ids = fields.One2many(
        "ec.mail.consent",
        "partner_id",
        string="Consents to mails",
        groups="ec_unified.group_ec_clerk",
    )
    ec_mail_consent = fields.Selection(
        [("none", "Nothing recorded"), ("given", "Agreed"), ("withdrawn", "Withdrawn")],
        string="Advertising by mail",
        compute="_compute_ec_mail_consent",
        groups="ec_unified.group_ec_clerk",
    )

    ec_mail_count = fields.Integer(
        string="Mails sent", compute="_compute_ec_mail_count", groups="ec_unified.group_ec_clerk"
    )

    def _compute_ec_mail_count(self):
        rows = self.env["ec.mail.entry"]._read_group(
            [("order_id.partner_id", "in", self.ids), ("state", "=", "sent")],
            ["order_id"],
            ["__count"],
        )
        counts = Counter()
        for order, count in rows:
            counts[order.partner_id.id] += count
        for partner in self:
            partner.ec_mail_count = counts[partner.id]

    def button_ec_mails(self):
        """All mails to this buyer over all shops, those not sent too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ec_mail_templates.action_ec_mail_entry"
        )
        return {**action, "domain": [("order_id.partner_id", "=", self.id)], "context": {}}

    @api.depends("ec_mail_consent_ids.state", "ec_mail_consent_ids.recorded_at")
    def _compute_ec_mail_consent(self):
        for partner in self:
            rows = partner.ec_mail_consent_ids.filtered(lambda row: row.role != "followup")
            last = rows.sorted(lambda row: (row.recorded_at, row.id))[-1:]
            partner.ec_mail_consent = last.state or "none"
