"""Odoo's own quotations in the shops' work lists."""

from odoo import api, fields, models

from .ec_channel import RUNNING_STATES
from .ec_channel_adapter_manual import MANUAL

#: How the money comes decides whether goods may leave before it.
_STATES = {"cod": "cod", "bank": "unpaid", "konbini": "unpaid"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_is_manual = fields.Boolean(compute="_compute_ec_is_manual", string="Written here")

    @api.depends("ec_channel_id", "ec_order_ref")
    def _compute_ec_is_manual(self):
        for order in self:
            order.ec_is_manual = bool(order.ec_channel_id) and not order.ec_order_ref

    @api.model_create_multi
    def create(self, vals_list):
        own = [index for index, vals in enumerate(vals_list) if not vals.get("ec_channel_id")]
        orders = super().create(vals_list)
        if own:
            fresh = orders.browse(orders[index].id for index in own)
            fresh.filtered(lambda order: not order.ec_channel_id)._ec_take_quotations()
        return orders

    def _ec_take_quotations(self):
        """Give these quotations to the shop of their company that takes them, if there is one."""
        shops = (
            self.env["ec.channel"]
            .sudo()
            .search(
                [
                    ("provider", "=", MANUAL),
                    ("takes_quotations", "=", True),
                    ("state", "in", RUNNING_STATES),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        for order in self if shops else ():
            shop = shops.filtered(lambda row, order=order: row.company_id == order.company_id)[:1]
            if shop:
                order.write(
                    {
                        "ec_channel_id": shop.id,
                        "ec_ordered_at": order.date_order or fields.Datetime.now(),
                        "ec_may_ship": True,
                        "ec_payment_state": "authorized",
                        "ec_buyer_total": order.amount_total,
                    }
                )

    def write(self, vals):
        role = vals.get("ec_payment_role")
        own = self.filtered("ec_is_manual") if role and "ec_payment_state" not in vals else self[:0]
        result = super().write(vals)
        if own:
            own.write({"ec_payment_state": _STATES.get(role, "authorized")})
        return result

    def _compute_amounts(self):
        """What the buyer pays for an order written here is what its lines say."""
        result = super()._compute_amounts()
        for order in self:
            if order.ec_channel_id and not order.ec_order_ref:
                order.ec_buyer_total = order.amount_total
        return result

    def _ec_get_stage(self):
        stage = super()._ec_get_stage()
        # There is no mall to be told.
        return "done" if stage == "shipped" and not self.ec_order_ref else stage
