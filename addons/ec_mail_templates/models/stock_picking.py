"""Which changes of a delivery may call for a mail."""

from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        """A tracking number may be what a mail waits for."""
        result = super().write(vals)
        if "carrier_tracking_ref" in vals or "date_done" in vals or "sale_id" in vals:
            self.env["ec.mail.signal"]._note(self.sudo().sale_id.filtered("ec_channel_id"))
        return result
