"""Orders the mall wants confirmed: nobody forgets one until the mall cancels it."""

from datetime import timedelta

from odoo import fields, models

#: How long before the mall's own cancellation a person is told.
NOTICE = timedelta(days=4)


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _after_import(self):
        """After each pull look at what still waits for its confirmation."""
        self._note_confirm_due()
        return super()._after_import()

    def _note_confirm_due(self):
        """Open a check on orders the mall will cancel soon, clear it on those it will not."""
        self.ensure_one()
        orders = self.env["sale.order"].search(
            [
                ("ec_confirm_by", "!=", False),
                ("ec_confirm_by", "<", fields.Datetime.now() + NOTICE),
                ("ec_channel_id", "=", self.id),
                ("state", "=", "sale"),
                # Told already, and not taken back by the mall since.
                (
                    "ec_check_ids",
                    "not any",
                    [
                        ("code", "=", "confirm_due"),
                        "|",
                        ("state", "=", "open"),
                        ("auto", "=", False),
                    ],
                ),
            ]
        )
        for order in orders:
            day = order.company_id._ec_local(order.ec_confirm_by)
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
