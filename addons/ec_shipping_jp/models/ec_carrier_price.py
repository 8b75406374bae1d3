from odoo import api, fields, models

from ..const import COOL_SELECTION


class EcCarrierPrice(models.Model):
    """What a carrier charges the shop, to choose the cheapest among carriers that fit."""

    _name = "ec.carrier.price"
    _description = "Carrier price"
    _order = "carrier_id, max_size, price"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    carrier_id = fields.Many2one(
        "delivery.carrier", required=True, check_company=True, index=True, ondelete="cascade"
    )
    state_ids = fields.Many2many("res.country.state", string="Prefectures", help="Empty: all.")
    cool = fields.Selection(COOL_SELECTION, string="Temperature", help="Empty: any.")
    max_size = fields.Integer(string="Size up to (cm)", help="0: any.")
    max_weight = fields.Float(string="Weight up to (kg)", help="0: any.")
    price = fields.Monetary(required=True)

    @api.model
    def _for_company(self, company):
        return self.sudo().search([("company_id", "=", company.id)])

    def _price_for(self, carrier, facts):
        """The lowest price of a carrier for a delivery, or None where the table says nothing."""
        prices = [row.price for row in self if row.carrier_id == carrier and row._fits(facts)]
        return min(prices, default=None)

    def _fits(self, facts):
        if self.state_ids and facts["state"] not in self.state_ids:
            return False
        if self.cool and self.cool != facts["cool"]:
            return False
        if self.max_size and facts["size"] > self.max_size:
            return False
        return not self.max_weight or facts["weight"] <= self.max_weight
