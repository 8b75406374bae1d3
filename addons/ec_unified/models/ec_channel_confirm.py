"""Orders the mall wants confirmed: nobody forgets one until the mall cancels it."""

from datetime import timedelta

from odoo import fields, models

#: How long before the mall's own cancellation a person is told.
NOTICE = timedelta(days=4)


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def action_pull_orders(self):
        """After each pull look at what still waits for its confirmation."""
        result = super().action_pull_orders()
        for channel in self._runnable("pull_orders"):
            channel.sudo()._note_confirm_due()
        return result

    def _note_confirm_due(self):
        """Open a check on orders the mall will cancel soon, clear it on those it will not."""
        self.ensure_one()
        orders = self.env["sale.order"].search(
            [
                ("ec_confirm_by", "!=", False),
                ("ec_confirm_by", "<", fields.Datetime.now() + NOTICE),
                ("ec_channel_id", "=", self.id),
                ("state", "=", "sale"),
            ]
        )
        for order in orders:
            day = fields.Datetime.context_timestamp(order, order.ec_confirm_by)
            self.env["ec.order.check"]._open(order, "confirm_due", f"{day:%Y/%m/%d %H:%M}")
        checks = self.env["ec.order.check"].search(
            [
                ("channel_id", "=", self.id),
                ("code", "=", "confirm_due"),
                ("state", "=", "open"),
                ("order_id.ec_confirm_by", "=", False),
            ]
        )
        checks._clear(auto=True)
