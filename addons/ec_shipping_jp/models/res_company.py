"""A calendar and days under way for every company to begin with."""

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
            # An installation runs in English; the name is for the people of the shop.
            langs = dict(self.env["res.lang"].get_installed())
            shop = self.with_context(lang="ja_JP") if "ja_JP" in langs else self
            self.env["ec.shipping.calendar"].sudo().create(
                {"name": shop.env._("Shipping days"), "company_id": self.id}
            )
        self.env["ec.transit.day"].sudo()._load_standard(self)
