"""Which carrier and service a delivery takes."""

from odoo import api, fields, models

from ..const import COOL_SELECTION, SERVICE_SELECTION

_YES_NO = [("yes", "Yes"), ("no", "No")]


class EcCarrierRule(models.Model):
    """Rules are tried by sequence; of those that fit with the same sequence the cheapest wins."""

    _name = "ec.carrier.rule"
    _description = "Carrier rule"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    # --- when ---
    channel_ids = fields.Many2many("ec.channel", string="Shops", check_company=True)
    warehouse_ids = fields.Many2many("stock.warehouse", string="Warehouses", check_company=True)
    state_ids = fields.Many2many("res.country.state", string="Prefectures")
    zip_from = fields.Char(string="Postal code from", help="Seven digits.")
    zip_to = fields.Char(string="Postal code until")
    cool = fields.Selection(COOL_SELECTION, string="Temperature")
    cod = fields.Selection(_YES_NO, string="Cash on delivery")
    has_wish_date = fields.Selection(_YES_NO, string="Wished date")
    has_wish_time = fields.Selection(_YES_NO, string="Wished time")
    is_gift = fields.Selection(_YES_NO, string="Gift")
    max_weight = fields.Float(string="Weight up to (kg)", help="0: any.")
    max_size = fields.Integer(string="Size up to (cm)", help="Sum of three sides; 0: any.")
    max_quantity = fields.Integer(string="Items up to", help="0: any.")
    min_quantity = fields.Integer(string="Items from")
    max_amount = fields.Float(string="Order up to")
    mail_only = fields.Boolean(
        string="All items fit a letter box", help="Every product says so in its own form."
    )
    # --- then ---
    carrier_id = fields.Many2one("delivery.carrier", required=True, check_company=True)
    service = fields.Selection(
        SERVICE_SELECTION, help="Empty: the carrier's own; cash on delivery follows the order."
    )

    @api.model
    def _for_company(self, company):
        return self.sudo().search([("company_id", "=", company.id)])

    def _choose(self, facts, prices):
        """The rule for a delivery and why.

        :param dict facts: see ``stock.picking._ec_facts``
        :param prices: ``ec.carrier.price`` of the company
        :return: (rule or empty, [(code, params)])
        """
        fitting = self.filtered(lambda rule: rule._fits(facts))
        if not fitting:
            return fitting, [("no_rule", {})]
        first = fitting.filtered(lambda rule: rule.sequence == fitting[0].sequence)
        costs = {rule: prices._price_for(rule.carrier_id, facts) for rule in first}
        known = [rule for rule in first if costs[rule] is not None]
        if len(first) > 1 and known:
            best = min(known, key=lambda rule: (costs[rule], rule.id))
            return best, [("rule_cheapest", {"rule": best.name, "price": costs[best],
                                             "count": len(known)})]  # fmt: skip
        return first[:1], [("rule", {"rule": first[:1].name})]

    def _fits(self, facts):
        self.ensure_one()
        return self._fits_place(facts) and self._fits_goods(facts) and self._fits_wishes(facts)

    def _fits_place(self, facts):
        if self.channel_ids and facts["channel"] not in self.channel_ids:
            return False
        if self.warehouse_ids and facts["warehouse"] not in self.warehouse_ids:
            return False
        if self.state_ids and facts["state"] not in self.state_ids:
            return False
        if self.zip_from:
            return self.zip_from <= facts["zip"] <= (self.zip_to or self.zip_from)
        return True

    def _fits_goods(self, facts):
        limits = (
            (self.max_weight, facts["weight"]),
            (self.max_size, facts["size"]),
            (self.max_quantity, facts["quantity"]),
            (self.max_amount, facts["amount"]),
        )
        if any(limit and value > limit for limit, value in limits):
            return False
        if facts["quantity"] < (self.min_quantity or 0):
            return False
        if self.mail_only and not facts["mail"]:
            return False
        return not self.cool or self.cool == facts["cool"]

    def _fits_wishes(self, facts):
        pairs = (
            (self.cod, facts["cod"]),
            (self.has_wish_date, facts["wish_date"]),
            (self.has_wish_time, facts["window"]),
            (self.is_gift, facts["gift"]),
        )
        return all(not wanted or (wanted == "yes") == bool(value) for wanted, value in pairs)
