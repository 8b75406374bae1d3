from odoo import api, fields, models

from ..const import CARRIER_CODES
from ..lib import standard


class EcTransitDay(models.Model):
    """Days a parcel is under way to a prefecture; remote postal codes may have more."""

    _name = "ec.transit.day"
    _description = "Days under way"
    _order = "company_id, state_id, zip_from"
    _rec_name = "state_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", check_company=True, help="Empty: from every warehouse."
    )
    carrier_code = fields.Selection(CARRIER_CODES, string="Carrier", help="Empty: all carriers.")
    state_id = fields.Many2one("res.country.state", string="Prefecture", required=True)
    zip_from = fields.Char(string="Postal code from", help="Seven digits; empty: all of it.")
    zip_to = fields.Char(string="Postal code until")
    days = fields.Integer(required=True, default=1)

    _days_sound = models.Constraint("CHECK (days BETWEEN 0 AND 30)", "Days: 0 to 30.")

    @api.model
    def _load_standard(self, company):
        """Days from the Kanto area for a company that has none; meant to be corrected."""
        if self.sudo().search_count([("company_id", "=", company.id)], limit=1):
            return self.browse()
        states = self.env["res.country.state"].search([("country_id.code", "=", "JP")])
        by_code = {state.code: state.id for state in states}
        return self.create(
            [
                {"company_id": company.id, "state_id": by_code[code], "days": int(row["days"])}
                for row in standard.transit_rows()
                if (code := row["state_code"]) in by_code
            ]
        )

    @api.model
    def _days_table(self, company):
        """The rows of a company, the most special first, for ``_days_for``."""
        rows = self.sudo().search([("company_id", "=", company.id)])
        return rows.sorted(lambda r: (not r.zip_from, not r.warehouse_id, not r.carrier_code, r.id))

    def _days_for(self, state, zip_code, carrier_code, warehouse):
        """Days under way; one where nothing is known."""
        digits = "".join(char for char in zip_code or "" if char.isdigit())
        for row in self:
            if row.state_id != state:
                continue
            if row.carrier_code and row.carrier_code != carrier_code:
                continue
            if row.warehouse_id and row.warehouse_id != warehouse:
                continue
            if row.zip_from and not row.zip_from <= digits <= (row.zip_to or row.zip_from):
                continue
            return row.days
        return 1
