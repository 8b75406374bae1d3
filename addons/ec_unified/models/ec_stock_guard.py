"""Last-unit guard: when little is left, only one shop goes on selling it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib.stock_math import sales_threshold


class EcStockGuard(models.Model):
    """From which quantity on, and which shop shows what is left.

    The nearest one decides for a product: product, category (the deepest), everything. It speaks
    for all shops of the company at once: two shops that asked different rules could both believe to
    hold the last piece.
    """

    _name = "ec.stock.guard"
    _description = "Last-unit guard"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    categ_id = fields.Many2one("product.category", string="Category", ondelete="cascade")
    product_tmpl_id = fields.Many2one(
        "product.template", string="Product", ondelete="cascade", check_company=True
    )
    mode = fields.Selection(
        [
            ("fixed", "At a fixed number of units"),
            ("speed", "By the recent sales speed"),
            ("off", "Not guarded"),
        ],
        string="Starts",
        required=True,
        default="fixed",
    )
    units = fields.Integer(default=1, help="By sales speed: at least this many units are guarded.")
    speed_days = fields.Integer(string="Sales of the last days", default=14)
    cover_days = fields.Float(
        string="Days guarded",
        default=0.5,
        help="As many units are guarded as are sold in this time on average.",
    )
    choice = fields.Selection(
        [
            ("priority", "First shop in the list of shops"),
            ("turn", "Shops take turns"),
        ],
        string="Shop with the last units",
        required=True,
        default="priority",
        help="A shop whose mall has a sale on goes first in any case.",
    )
    turn_hours = fields.Integer(string="Turn (hours)", default=24)

    _positive = models.Constraint(
        "CHECK (units >= 0 AND speed_days > 0 AND cover_days >= 0 AND turn_hours > 0)",
        "Numbers of the last-unit guard cannot be negative or empty.",
    )

    @api.constrains("categ_id", "product_tmpl_id")
    def _check_one_scope(self):
        if any(guard.categ_id and guard.product_tmpl_id for guard in self):
            raise ValidationError(self.env._("Choose a category or a product, not both."))

    @api.depends("categ_id", "product_tmpl_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for guard in self:
            target = guard.product_tmpl_id or guard.categ_id
            guard.name = target.display_name if target else self.env._("Everything")

    # === CRUD: a changed guard is a stock change of all shops === #

    @api.model_create_multi
    def create(self, vals_list):
        guards = super().create(vals_list)
        guards._signal()
        return guards

    def write(self, vals):
        companies = self.company_id
        result = super().write(vals)
        self._signal(companies)
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._signal(companies)
        return result

    def _signal(self, companies=None):
        companies = (companies or self.env["res.company"]) | self.company_id
        channels = self.env["ec.channel"].sudo().search([("company_id", "in", companies.ids)])
        if channels:
            self.env["ec.stock.signal"]._insert_channels(channels.ids)

    # === DECIDING === #

    @api.model
    def _any(self, company):
        """Whether ``company`` guards anything at all; where it does not, nobody pays for it."""
        return bool(self.sudo().search_count([("company_id", "=", company.id)], limit=1))

    @api.model
    def _thresholds(self, company, products):
        """From how many units on each product is guarded, and by which guard.

        :return: {product id: (guard, units)}; products that are not guarded are absent
        :rtype: dict
        """
        guards = self.sudo().search([("company_id", "=", company.id)])
        if not guards:
            return {}
        table = {}
        for guard in guards.sorted(lambda g: (-g.sequence, -g.id)):
            table[guard.product_tmpl_id or guard.categ_id or None] = guard
        deciding = {product: self._nearest(table, product) for product in products}
        speeds = self._speeds(deciding)
        found = {}
        for product, guard in deciding.items():
            if not guard or guard.mode == "off":
                continue
            units = guard.units
            if guard.mode == "speed":
                sold = speeds.get((guard.speed_days, product.id), 0.0)
                units = sales_threshold(sold, guard.speed_days, guard.cover_days, guard.units)
            if units:
                found[product.id] = (guard, units)
        return found

    @api.model
    def _nearest(self, table, product):
        keys = [product.product_tmpl_id]
        categories = self.env["product.category"]
        path = (product.categ_id.parent_path or "").split("/")
        keys += [categories.browse(int(part)) for part in reversed(path) if part]
        keys.append(None)
        return next((table[key] for key in keys if key in table), None)

    @api.model
    def _speeds(self, deciding):
        """Units sold lately: {(days, product id): units}; one query per number of days."""
        by_days = {}
        for product, guard in deciding.items():
            if guard and guard.mode == "speed":
                by_days.setdefault(guard.speed_days, []).append(product.id)
        speeds = {}
        for days, product_ids in by_days.items():
            for product, sold in (
                self.env["sale.order.line"]
                .sudo()
                ._read_group(
                    [
                        ("product_id", "in", product_ids),
                        ("state", "=", "sale"),
                        ("order_id.date_order", ">=", fields.Datetime.now() - timedelta(days=days)),
                    ],
                    ["product_id"],
                    ["product_uom_qty:sum"],
                )
            ):
                speeds[days, product.id] = sold
        return speeds

    def _slot(self):
        """Number of the present turn, or None when the first shop always holds the last units."""
        if self.choice != "turn":
            return None
        hours = (fields.Datetime.now() - fields.Datetime.to_datetime("2020-01-01")).total_seconds()
        return int(hours // 3600 // self.turn_hours)
