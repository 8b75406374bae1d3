"""What goes into the parcel beside the goods: leaflets, thank-you cards."""

from odoo import api, fields, models


class EcInsertRule(models.Model):
    _name = "ec.insert.rule"
    _description = "Insert rule"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    product_id = fields.Many2one(
        "product.product", string="Insert", required=True, check_company=True
    )
    quantity = fields.Integer(default=1)
    channel_ids = fields.Many2many(
        "ec.channel", "ec_insert_rule_channel_rel", string="Shops", check_company=True,
        help="Empty: all.",
    )  # fmt: skip
    forbidden_channel_ids = fields.Many2many(
        "ec.channel", "ec_insert_rule_forbidden_rel", string="Not allowed in", check_company=True,
        help="Shops whose mall forbids this insert.",
    )  # fmt: skip
    product_ids = fields.Many2many("product.product", string="With one of these products")
    category_ids = fields.Many2many("product.category", string="With these categories")
    min_purchases = fields.Integer(
        string="From purchase no.", help="Counts the buyer's orders, this one included."
    )
    max_purchases = fields.Integer(string="Until purchase no.", help="0: no limit.")
    on_gifts = fields.Boolean(string="Also in gifts", default=True)
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")

    @api.model
    def _for_company(self, company):
        return self.sudo().search([("company_id", "=", company.id)])

    def _needs_count(self):
        return any(rule.min_purchases or rule.max_purchases for rule in self)

    def _for_facts(self, facts, today):
        """The rules that apply to a delivery; what a mall forbids never does."""
        return self.filtered(lambda rule: rule._fits(facts, today))

    def _fits(self, facts, today):
        self.ensure_one()
        if facts["channel"] in self.forbidden_channel_ids:
            return False
        if self.channel_ids and facts["channel"] not in self.channel_ids:
            return False
        if facts["gift"] and not self.on_gifts:
            return False
        if (self.date_from and today < self.date_from) or (self.date_to and today > self.date_to):
            return False
        if self.product_ids and not facts["products"] & self.product_ids:
            return False
        if self.category_ids:
            paths = facts["products"].categ_id.mapped("parent_path")
            if not any(f"/{c.id}/" in f"/{path}" for c in self.category_ids for path in paths):
                return False
        count = facts.get("purchases", 1)
        return count >= (self.min_purchases or 0) and not (
            self.max_purchases and count > self.max_purchases
        )
