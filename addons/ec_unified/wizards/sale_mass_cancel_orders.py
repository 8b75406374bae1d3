"""Odoo's own way of cancelling many orders leads to ours when malls have to hear of it."""

from odoo import models


class SaleMassCancelOrders(models.TransientModel):
    _inherit = "sale.mass.cancel.orders"

    def action_mass_cancel(self):
        """Shop orders are asked for the reason their mall wants."""
        if self.sale_order_ids.filtered(lambda order: order.ec_channel_id and order.ec_order_ref):
            return self.env["ec.order.cancel"]._open_for(self.sale_order_ids)
        return super().action_mass_cancel()
