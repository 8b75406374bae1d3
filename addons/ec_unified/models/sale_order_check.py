"""What clerks do with the checks of orders."""

from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_change_ids = fields.One2many(
        "ec.order.change", compute="_compute_ec_change_ids", string="Changed at the mall"
    )

    @api.depends("ec_open_check_ids.change_ids")
    def _compute_ec_change_ids(self):
        for order in self:
            order.ec_change_ids = order.ec_open_check_ids.change_ids

    def action_ec_run_rules(self):
        """Apply the check rules to these orders again."""
        self.check_access("write")
        self.env["ec.check.rule"]._run(self)
        return True

    def action_ec_check_log(self):
        """Show what was opened and cleared on this order, by whom and why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("History of checks"),
            "res_model": "ec.order.check.event",
            "view_mode": "list",
            "domain": [("order_id", "=", self.id)],
        }
