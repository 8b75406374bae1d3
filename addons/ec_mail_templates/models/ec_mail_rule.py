"""Which mail goes out when: the first rule that fits an order decides."""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from odoo.addons.ec_unified.models.ec_mapping import PAYMENT_ROLES

from ..const import ACTIONS


class EcMailRule(models.Model):
    _name = "ec.mail.rule"
    _description = "Mail rule"
    _order = "kind_sequence, kind_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="The first fitting rule of a kind decides.")
    kind_id = fields.Many2one("ec.mail.kind", string="Mail", required=True, ondelete="cascade")
    kind_sequence = fields.Integer(
        related="kind_id.sequence", store=True, string="Order of the kind"
    )
    event = fields.Selection(related="kind_id.event")
    company_id = fields.Many2one("res.company", help="Empty: holds for all companies.")
    # --- When ---
    provider = fields.Char(string="Code of the mall", help="For example as shown on the shop.")
    channel_ids = fields.Many2many("ec.channel", string="Shops")
    payment_role = fields.Selection(PAYMENT_ROLES, string="Payment method")
    product_ids = fields.Many2many("product.product", string="Products")
    categ_ids = fields.Many2many("product.category", string="Product categories")
    gift = fields.Selection([("yes", "Gifts only"), ("no", "No gifts")])
    buyer = fields.Selection([("first", "First order"), ("repeat", "Returning buyers")])
    # --- Then ---
    action = fields.Selection(ACTIONS, required=True, default="send")
    why_not = fields.Char(
        string="Reason for not sending", translate=True, help="Shown in the ledger."
    )
    template_id = fields.Many2one(
        "mail.template", domain=[("model", "=", "ec.mail.entry")], ondelete="restrict"
    )
    delay_hours = fields.Float(string="Wait (hours)")
    hour_from = fields.Float(string="Not before", default=0.0)
    hour_to = fields.Float(string="Not after", default=24.0)
    workdays_only = fields.Boolean(help="Neither at weekends nor on days off of the company.")
    report_ids = fields.Many2many(
        "ir.actions.report",
        string="Attach as PDF",
        domain=[("model", "in", ("sale.order", "stock.picking", "account.move"))],
    )

    _hours = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24 AND delay_hours >= 0)",
        "The hours must lie within a day, the first before the last.",
    )

    @api.constrains("action", "template_id")
    def _check_template(self):
        for rule in self:
            if rule.action not in ("none", "mall") and not rule.template_id:
                raise ValidationError(self.env._("Choose a template for “%s”.", rule.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Rules are looked up often, see ``_mall_writes``."""
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Rules are looked up often, see ``_mall_writes``."""
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        """Rules are looked up often, see ``_mall_writes``."""
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache("event")
    def _mall_writes(self, event):
        """Whether any rule leaves the mails of this event to a mall."""
        domain = [("action", "=", "mall"), ("kind_id.event", "=", event)]
        return bool(self.sudo().search_count(domain, limit=1))

    @api.model
    def _by_kind(self):
        """All rules: {kind id: [rules in order]}."""
        found = {}
        for rule in self.sudo().search([("kind_id", "!=", False)]):
            found.setdefault(rule.kind_id.id, []).append(rule)
        return found

    def _why_none(self):
        """Why this rule lets no mail go out."""
        self.ensure_one()
        if self.why_not:
            return self.why_not
        if self.action == "mall":
            return self.env._("The mall writes this mail (rule “%s”).", self.name)
        return self.env._("Rule “%s” says no.", self.name)

    def _fits(self, entry, returning):
        """Whether this rule speaks of the order of ``entry``.

        :param bool returning: the buyer has ordered before
        """
        order = entry.order_id
        channel = entry.channel_id
        if self.company_id and self.company_id != entry.company_id:
            return False
        if self.provider and self.provider != channel.provider:
            return False
        if self.channel_ids and channel not in self.channel_ids:
            return False
        if self.payment_role and self.payment_role != order.ec_payment_role:
            return False
        if self.gift and (self.gift == "yes") != order.ec_is_gift:
            return False
        if self.buyer and (self.buyer == "repeat") != returning:
            return False
        return self._fits_goods(order)

    def _fits_goods(self, order):
        products = order.order_line.product_id
        if self.product_ids and not products & self.product_ids:
            return False
        if self.categ_ids:
            wanted = set(self.categ_ids.ids)
            paths = {
                int(part)
                for path in products.categ_id.mapped("parent_path")
                for part in (path or "").split("/")
                if part
            }
            return bool(wanted & paths)
        return True
