"""Asks why documents are taken out of the error inbox."""

from odoo import fields, models


class EcExchangeIgnore(models.TransientModel):
    _name = "ec.exchange.ignore"
    _description = "Ignore documents"

    exchange_ids = fields.Many2many("ec.exchange", required=True)
    reason = fields.Char(required=True)

    def action_ignore(self):
        """Ignore the documents; whoever opens them later reads the reason."""
        self.exchange_ids._ignore(self.reason)
        return {"type": "ir.actions.act_window_close"}
