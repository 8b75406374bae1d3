import base64

import pytz

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize

from ..lib import consent_file


class EcMailConsentImport(models.TransientModel):
    """Consents recorded elsewhere: each row becomes a row of proof on the contact."""

    _name = "ec.mail.consent.import"
    _description = "Import of consents"

    file = fields.Binary(required=True)
    file_name = fields.Char()
    channel_id = fields.Many2one("ec.channel", string="Shop")
    result = fields.Text(readonly=True)

    def button_import(self):
        """Add what is new; the same file twice adds nothing."""
        self.ensure_one()
        self.env["ec.mail.consent"].check_access("create")
        rows = self._read()
        partners = self._find_partners(rows)
        new, unknown = [], []
        for row in rows:
            found = partners.get(email_normalize(row.email))
            if not found:
                unknown.append(row)
            new += [self._prepare_consent(row, partner) for partner in found or ()]
        new = self._without_known(new)
        self.env["ec.mail.consent"].sudo().create(new)
        self.result = self._sum_up(rows, new, unknown)
        return self._reopen()

    def _read(self):
        try:
            return consent_file.read(base64.b64decode(self.file))
        except consent_file.UnreadableFile as error:
            if error.reason == "heading":
                raise UserError(
                    self.env._("The first line must name a column of mail addresses.")
                ) from error
            raise UserError(self.env._("The file is neither UTF-8 nor Shift JIS.")) from error

    def _find_partners(self, rows):
        """{address: contacts} with one query."""
        emails = {email_normalize(row.email) for row in rows} - {False, None}
        partners = self.env["res.partner"].search(
            [
                ("email_normalized", "in", list(emails)),
                ("company_id", "in", (False, self.env.company.id)),
            ]
        )
        return partners.grouped("email_normalized")

    def _prepare_consent(self, row, partner):
        zone = pytz.timezone("Asia/Tokyo")
        moment = (
            zone.localize(row.at).astimezone(pytz.utc).replace(tzinfo=None)
            if row.at
            else fields.Datetime.now()
        )
        return {
            "partner_id": partner.id,
            "company_id": self.env.company.id,
            "channel_id": self.channel_id.id,
            "role": row.role,
            "state": "given" if row.given else "withdrawn",
            "source": "import",
            "recorded_at": moment,
            "note": row.note or self.file_name,
        }

    def _without_known(self, vals_list):
        """Rows that are not there yet; without a date, those that change nothing."""
        known = self.env["ec.mail.consent"].search(
            [
                ("partner_id", "in", [vals["partner_id"] for vals in vals_list]),
                ("source", "=", "import"),
            ]
        )
        keys = {(k.partner_id.id, k.role, k.state, k.recorded_at) for k in known}
        names = {(k.partner_id.id, k.role, k.state, k.note) for k in known}
        return [
            vals
            for vals in vals_list
            if (vals["partner_id"], vals["role"], vals["state"], vals["recorded_at"]) not in keys
            and (vals["partner_id"], vals["role"], vals["state"], vals["note"]) not in names
        ]

    def _sum_up(self, rows, new, unknown):
        lines = [
            self.env._(
                "%(rows)s rows read, %(new)s consents recorded, %(unknown)s unknown addresses.",
                rows=len(rows),
                new=len(new),
                unknown=len(unknown),
            )
        ]
        if unknown:
            numbers = ", ".join(str(row.number) for row in unknown[:50])
            lines.append(self.env._("Lines of unknown addresses: %s", numbers))
        return "\n".join(lines)

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import of consents"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
