"""Whether the mall tells the buyer of a refund, as the rules of mails say."""

from odoo import api, fields, models


class EcOrderRefund(models.TransientModel):
    _inherit = "ec.order.refund"

    notify = fields.Boolean(compute="_compute_notify", store=True, readonly=False)

    @api.depends("order_id")
    def _compute_notify(self):
        """As the rules of mails say for this order; a person may decide otherwise."""
        for wizard in self:
            wizard.notify = bool(wizard.order_id) and wizard.order_id._ec_mall_tells("refunded")
