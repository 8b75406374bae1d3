from odoo import api, fields, models


class EcMailConsent(models.Model):
    """Proof of a buyer's consent, or of taking it back. Rows are only added: the newest counts."""

    _name = "ec.mail.consent"
    _description = "Consent to mails"
    _order = "recorded_at desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    role = fields.Selection(
        [("followup", "Follow-up"), ("promotion", "Advertising"), ("all", "Both")],
        required=True,
        default="all",
        string="For",
    )
    state = fields.Selection(
        [("given", "Agreed"), ("withdrawn", "Withdrawn")], required=True, default="given"
    )
    source = fields.Selection(
        [
            ("order", "With an order"),
            ("form", "Form"),
            ("import", "Imported"),
            ("link", "Link in a mail"),
            ("person", "Told us"),
        ],
        required=True,
        default="person",
    )
    channel_id = fields.Many2one("ec.channel", string="Shop", check_company=True)
    recorded_at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True)
    note = fields.Char(string="Proof")

    _lookup = models.Index("(company_id, partner_id, recorded_at DESC)")

    @api.model_create_multi
    def create(self, vals_list):
        """Who takes his consent back gets no mail that was under way to him either."""
        rows = super().create(vals_list)
        for row in rows.filtered(lambda row: row.state == "withdrawn"):
            self.env["ec.mail.entry"].sudo()._stop_withdrawn(row)
        return rows

    @api.model
    def _allowed(self, partners, role, company):
        """Those of ``partners`` whose last word on ``role`` was yes."""
        rows = self.sudo().search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "=", company.id),
                ("role", "in", (role, "all")),
            ]
        )
        last = {}
        for row in rows:  # newest first
            last.setdefault(row.partner_id, row.state)
        return partners.filtered(lambda partner: last.get(partner) == "given")

    @api.model
    def _withdraw(self, partner, channel, note=None):
        """The buyer wants no more of these. Saying it twice leaves one row."""
        last = self.search(
            [("partner_id", "=", partner.id), ("company_id", "=", channel.company_id.id)], limit=1
        )
        if last.state == "withdrawn" and last.role == "all":
            return last
        return self.create(
            {
                "partner_id": partner.id,
                "company_id": channel.company_id.id,
                "channel_id": channel.id,
                "role": "all",
                "state": "withdrawn",
                "source": "link",
                "note": note,
            }
        )
