"""A quantity changed here only: the mall does not hear of it, and the order says so."""

from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.onchange("product_uom_qty")
    def _onchange_ec_quantity(self):
        """Say on the spot that the mall does not hear of it this way."""
        if (
            self.ec_line_ref
            and self._origin
            and (self._origin.product_uom_qty != self.product_uom_qty)
        ):
            return {"warning": self.order_id._ec_only_here_warning()}
        return None

    def write(self, vals):
        news = self.browse()
        if "product_uom_qty" in vals and not self.env.context.get("ec_from_mall"):
            news = self.filtered(
                lambda line: (
                    line.ec_line_ref
                    and line.order_id.ec_order_ref
                    and line.order_id.state == "sale"
                    and line.product_uom_qty != vals["product_uom_qty"]
                )
            )
        result = super().write(vals)
        if news:
            news.order_id._ec_note_change(self.env._("Quantity"))
        return result
