"""Units that are sold but not reserved yet count for shops that keep them back."""

from odoo import api, models

_DEMAND_FIELDS = frozenset({"state", "product_uom_qty", "location_id", "sale_line_id"})


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._note_sold_demand()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if _DEMAND_FIELDS & vals.keys():
            self._note_sold_demand()
        return result

    def _note_sold_demand(self):
        """Signal the products of moves that deliver a sale: their open demand may have changed."""
        sold = self.filtered("sale_line_id")
        if sold:
            self.env["ec.stock.signal"]._note(sold.product_id.ids)
