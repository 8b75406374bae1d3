"""A mall's order that leaves from another warehouse than the one picked for it."""

from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        """Another warehouse for a confirmed order: its deliveries begin anew from there."""
        moved = self.browse()
        if vals.get("warehouse_id"):
            moved = self.filtered(
                lambda order: (
                    order.ec_channel_id
                    and order.state == "sale"
                    and order.warehouse_id.id != vals["warehouse_id"]
                )
            )
            moved._ec_check_source_change()
        result = super().write(vals)
        if moved:
            moved._ec_begin_deliveries_anew()
        return result

    def _ec_check_source_change(self):
        """:raise UserError: somebody holds the goods or the papers already"""
        importer = self.env["ec.order.import"]
        for order in self:
            if importer._is_in_work(order):
                raise UserError(
                    self.env._(
                        "%s is being packed, shipped or invoiced: its warehouse cannot be "
                        "changed any more.",
                        order.name,
                    )
                )

    def _ec_begin_deliveries_anew(self):
        """What has not left is freed and asked for from the warehouse of the order."""
        lines = self.order_line
        lines.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))._action_cancel()
        lines._action_launch_stock_rule()
        self._ec_check_shortage()
