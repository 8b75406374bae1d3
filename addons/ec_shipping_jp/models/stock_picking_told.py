"""What a mall said against a shipment, on the clerk's list of deliveries."""

from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_told_problem = fields.Char(
        string="The mall says",
        compute="_compute_ec_told_problem",
        search="_search_ec_told_problem",
        help="Why the mall has not taken the shipment, and what to do.",
    )

    @api.depends("sale_id.ec_mall_told", "state")
    @api.depends_context("lang")
    def _compute_ec_told_problem(self):
        orders = self.filtered(lambda p: p.state == "done" and p.ec_channel_id).sale_id
        owed = self.env["ec.exchange"].sudo().search(
            [*self._ec_refused_domain(), ("res_id", "in", orders.ids)] if orders else [(0, "=", 1)]
        )  # fmt: skip
        texts = {exchange.res_id: exchange.error_message for exchange in owed}
        for picking in self:
            picking.ec_told_problem = texts.get(picking.sale_id.id, False)

    @api.model
    def _ec_refused_domain(self):
        """Shipments a mall has refused, whether a person has to look or it is tried again."""
        return [
            ("direction", "=", "out"),
            ("kind", "=", "shipment"),
            ("state", "in", ("failed", "pending")),
            ("error_kind", "!=", False),
            ("res_model", "=", "sale.order"),
        ]

    def _search_ec_told_problem(self, operator, value):
        if operator not in ("=", "!=", "in", "not in"):
            return NotImplemented
        wanted = value if operator in ("=", "!=") else any(value)
        refused = bool(wanted) == (operator in ("=", "in"))
        owed = self.env["ec.exchange"].sudo().search(self._ec_refused_domain())
        return [("sale_id", "in" if refused else "not in", owed.mapped("res_id"))]

    def action_ec_tell_again(self):
        """Tell the malls again, from the beginning; also what nobody owed yet."""
        self.check_access("write")
        orders = self.filtered(lambda p: p.state == "done").sale_id
        orders._ec_owe_shipments()
        owed = (
            self.env["ec.exchange"]
            .sudo()
            .search([*self._ec_refused_domain(), ("res_id", "in", orders.ids)])
        )
        owed._requeue()
        return True
