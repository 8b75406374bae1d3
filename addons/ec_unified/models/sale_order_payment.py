"""Orders that wait for money: since when, until when."""

from datetime import timedelta

from odoo import api, fields, models

from .sale_order_change import WAITING_FOR_MONEY


class EcChannel(models.Model):
    _inherit = "ec.channel"

    payment_days = fields.Integer(
        string="Days to pay",
        default=7,
        help="Orders still unpaid after this many days are to be cancelled, unless the mall names "
        "a day.",
    )

    _payment_days_positive = models.Constraint(
        "CHECK (payment_days IS NULL OR payment_days BETWEEN 0 AND 365)",
        "Days to pay: 0 to 365.",
    )

    def write(self, vals):
        """Other days to pay hold for what waits for money now."""
        result = super().write(vals)
        if "payment_days" in vals:
            orders = self.env["sale.order"].search(
                [("ec_channel_id", "in", self.ids), ("ec_payment_state", "in", WAITING_FOR_MONEY)]
            )
            self.env.add_to_compute(orders._fields["ec_cancel_on"], orders)
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_cancel_on = fields.Date(
        string="Cancel on",
        compute="_compute_ec_cancel_on",
        store=True,
        help="Unpaid after this day: to be cancelled.",
    )
    ec_days_waiting = fields.Integer(
        string="Days waiting", compute="_compute_ec_days_waiting", aggregator=None
    )

    # Few among many: who owes money before and after shipping.
    _ec_unpaid_idx = models.Index(
        "(ec_stage, ec_channel_id) WHERE ec_payment_state IN ('unpaid', 'partial', 'failed')"
    )

    @api.depends("ec_payment_state", "ec_payment_due_on", "ec_ordered_at")
    def _compute_ec_cancel_on(self):
        for order in self:
            if order.ec_payment_state not in WAITING_FOR_MONEY or not order.ec_channel_id:
                order.ec_cancel_on = False
            elif order.ec_payment_due_on:
                order.ec_cancel_on = order.ec_payment_due_on
            elif order.ec_ordered_at:
                days = timedelta(days=order.ec_channel_id.payment_days)
                order.ec_cancel_on = order.company_id._ec_local(order.ec_ordered_at).date() + days
            else:
                order.ec_cancel_on = False

    def _ec_left_to_pay(self):
        """Return what the buyers of these orders have to pay, at the door or before, beside what is
        there already."""
        return sum(max(order.ec_buyer_total - order.ec_received, 0.0) for order in self)

    @api.depends("ec_ordered_at")
    def _compute_ec_days_waiting(self):
        now = fields.Datetime.now()
        for order in self:
            order.ec_days_waiting = order.ec_ordered_at and (now - order.ec_ordered_at).days
