"""Where a Shopify shop keeps its stock, and which warehouse that is here."""

from odoo import fields, models


class EcShopifyLocation(models.Model):
    """One of the shop's locations. Each shows the free stock of its warehouse."""

    _name = "ec.shopify.location"
    _description = "Shopify location"
    _order = "channel_id, sequence, id"
    _check_company_auto = True

    channel_id = fields.Many2one("ec.channel", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, readonly=True)
    gid = fields.Char(string="Shopify id", required=True, readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", string="Warehouse here", check_company=True)

    _gid_unique = models.Constraint(
        "UNIQUE (channel_id, gid)", "This location of the shop is already listed."
    )

    def write(self, vals):
        """Another warehouse, another place for its goods."""
        result = super().write(vals)
        if {"warehouse_id", "sequence", "active"} & vals.keys():
            self.env["ec.stock.signal"].sudo()._insert_channels(self.channel_id.ids)
        if "warehouse_id" in vals:
            self._look_again_at_orders()
        return result

    def _look_again_at_orders(self):
        """What another place was to send may be ours now."""
        checks = self.env["ec.order.check"].sudo()
        waiting = checks.search(
            [
                ("channel_id", "in", self.channel_id.ids),
                ("code", "=", "shipped_elsewhere"),
                ("state", "=", "open"),
            ]
        )
        waiting.order_id.ec_exchange_id._requeue()
