"""The day board's stock: differences at a mall, and what is known in advance about a shop."""

from odoo import api, models
from odoo.fields import Domain


class EcDashboard(models.AbstractModel):
    _inherit = "ec.dashboard"

    @api.model
    def _card_specs(self):
        """Stock that differs at a mall."""
        return {
            **super()._card_specs(),
            "stock_differences": {
                "label": self.env._("Stock differences"),
                "model": "ec.stock.difference",
                "domain": Domain("state", "in", ["open", "repairing"]),
                "date": "found_at",
                "action": "ec_unified.action_ec_stock_difference",
                "level": "warning",
            },
        }

    @api.model
    def _shops(self):
        """What is known in advance about a shop stands on its strip."""
        shops = super()._shops()
        channels = self.env["ec.channel"].browse([shop["id"] for shop in shops])
        notices = {channel.id: channel.notice for channel in channels}
        for shop in shops:
            shop["notice"] = notices.get(shop["id"]) or False
        return shops
