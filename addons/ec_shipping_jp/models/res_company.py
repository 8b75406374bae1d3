from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    ec_calendar_ids = fields.One2many("ec.shipping.calendar", "company_id")

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for company in companies:
            company._ec_load_shipping()
        return companies

    def _ec_load_shipping(self):
        """A calendar and days under way to begin with."""
        self.ensure_one()
        if not self.sudo().ec_calendar_ids:
            self.env["ec.shipping.calendar"].sudo().create(
                {"name": self.env._("Shipping days"), "company_id": self.id}
            )
        self.env["ec.transit.day"].sudo()._load_standard(self)
