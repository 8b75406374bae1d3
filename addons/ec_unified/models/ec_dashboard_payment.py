"""The day board's payments: who has not paid yet, by method; parcels one could put together."""

from odoo import api, fields, models
from odoo.fields import Domain

from .sale_order_change import WAITING_FOR_MONEY


class EcDashboard(models.AbstractModel):
    _inherit = "ec.dashboard"

    @api.model
    def get_dashboard_data(self):
        return {**super().get_dashboard_data(), "payments": self._payment_cards()}

    @api.model
    def _payment_domain(self):
        return (
            self._of_shops()
            & Domain("ec_stage", "in", ["new", "check", "payment"])
            & Domain("ec_payment_state", "in", WAITING_FOR_MONEY)
        )

    @api.model
    def _payment_cards(self):
        """One card per method of payment with orders that wait. One query."""
        labels = dict(
            self.env["sale.order"]._fields["ec_payment_role"]._description_selection(self.env)
        )
        groups = self.env["sale.order"]._read_group(
            self._payment_domain(),
            ["ec_payment_role"],
            ["__count", "ec_ordered_at:min", "ec_buyer_total:sum"],
        )
        return [
            {
                "key": f"pay:{role or ''}",
                "label": labels.get(role) or self.env._("Unknown payment"),
                "count": count,
                "oldest": oldest and fields.Datetime.to_string(oldest),
                "amount": self.env.company.currency_id.format(amount),
            }
            for role, count, oldest, amount in groups
        ]

    @api.model
    def _card_specs(self):
        """Orders whose day of payment has passed."""
        today = self.env.company._ec_today()
        return {
            **super()._card_specs(),
            "payment_overdue": {
                "label": self.env._("Payment overdue"),
                "model": "sale.order",
                "domain": self._payment_domain() & Domain("ec_cancel_on", "<", today),
                "date": "ec_ordered_at",
                "action": "ec_unified.action_ec_payments",
                "level": "warning",
            },
        }

    @api.model
    def _spec(self, key):
        if not key.startswith("pay:"):
            return super()._spec(key)
        role = key.removeprefix("pay:") or False
        labels = dict(
            self.env["sale.order"]._fields["ec_payment_role"]._description_selection(self.env)
        )
        return {
            "label": labels.get(role) or self.env._("Unknown payment"),
            "model": "sale.order",
            "domain": self._payment_domain() & Domain("ec_payment_role", "=", role),
            "date": "ec_ordered_at",
            "action": "ec_unified.action_ec_payments",
        }
