"""The reasons a mall knows for cancelling an order or a part of it, for wizards to offer."""

from odoo import api, fields, models


class EcOrderReason(models.TransientModel):
    _name = "ec.order.reason"
    _description = "Reason in the mall's words"

    code = fields.Char(required=True)
    name = fields.Char(required=True)

    @api.model
    def _of_channel(self, channel):
        """Return the reasons the shop's mall takes; none where there is no mall."""
        adapter = channel._adapter_or_none() if channel else None
        reasons = adapter._cancel_reasons(channel) if adapter is not None else []
        return self.create([{"code": str(code), "name": label} for code, label in reasons])
