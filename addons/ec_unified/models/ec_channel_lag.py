"""How quickly stock changes reach a shop, for the board."""

from odoo import fields, models


class EcChannel(models.Model):
    _inherit = "ec.channel"

    stock_lag_last = fields.Float(compute="_compute_stock_lag", string="Last stock delay (s)")
    stock_lag_p50 = fields.Float(compute="_compute_stock_lag", string="Stock delay, median (s)")
    stock_lag_p95 = fields.Float(compute="_compute_stock_lag", string="Stock delay, 95 % (s)")

    def _compute_stock_lag(self):
        summary = self.env["ec.stock.lag"]._summary(self)
        for channel in self:
            row = summary.get(channel.id, {})
            channel.stock_lag_last = row.get("last") or 0.0
            channel.stock_lag_p50 = row.get("p50") or 0.0
            channel.stock_lag_p95 = row.get("p95") or 0.0

    def action_open_stock_lag(self):
        """Open the delays of these shops as a graph."""
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_stock_lag")
        action["domain"] = [("channel_id", "in", self.ids)]
        return action
