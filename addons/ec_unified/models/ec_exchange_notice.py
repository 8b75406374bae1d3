"""Notifications are kept for a while only: they hold no data, and a mall sends thousands a day."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.constants import GC_UNLINK_LIMIT

#: Far longer than a mall repeats a delivery, so that a late repeat is still known.
KEEP_DAYS = 14


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    @api.autovacuum
    def _gc_notifications(self):
        """Forget notifications that were worked off; documents of orders stay."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        found = self.search(
            [
                ("kind", "=", "webhook"),
                ("direction", "=", "in"),
                ("state", "in", ("done", "ignored")),
                ("received_at", "<", limit),
            ],
            limit=GC_UNLINK_LIMIT,
        )
        found.unlink()
        return len(found), len(found) == GC_UNLINK_LIMIT
