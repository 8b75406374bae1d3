"""Odoo's own text message to the recipient is not for the malls' customers."""

from odoo import models


class StockPicking(models.Model):
    """Odoo sends it unless somebody switched it off, over the net and while a delivery is being
    validated. Malls allow no contact past them, and their customers' numbers must not reach third
    parties; what these people read is written by the mails of the shop."""

    _inherit = "stock.picking"

    def _pre_action_done_hook(self):
        """Ask nobody about messages that are not sent."""
        ours = self.filtered("ec_channel_id")
        if ours != self:
            return super()._pre_action_done_hook()
        return super(StockPicking, ours.with_context(skip_sms=True))._pre_action_done_hook()

    def _action_done(self):
        ours = self.filtered("ec_channel_id")
        others = self - ours
        if others or not ours:
            super(StockPicking, others)._action_done()
        if ours:
            super(StockPicking, ours.with_context(skip_sms=True))._action_done()
        return True
