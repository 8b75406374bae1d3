"""What the shops know of a customer: marks with a reason, orders of all shops."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_caution_reason = fields.Char(
        related="partner_id.ec_caution_reason", string="Why attention is needed"
    )
    ec_caution = fields.Boolean(related="partner_id.ec_caution")


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Who set the mark, when and why is kept in the contact's history.
    ec_caution = fields.Boolean(
        string="Customer needs attention",
        tracking=True,
        help="Orders of this customer are looked at before they ship.",
    )
    ec_caution_reason = fields.Char(string="Why attention is needed", tracking=True)
    ec_order_ids = fields.One2many("sale.order", compute="_compute_ec_orders", string="Shop orders")
    ec_order_count = fields.Integer(compute="_compute_ec_orders", string="Orders of the shops")
    ec_order_total = fields.Float(compute="_compute_ec_orders", string="Paid in all shops")

    @api.constrains("ec_caution", "ec_caution_reason")
    def _check_ec_caution_reason(self):
        for partner in self:
            if partner.ec_caution and not (partner.ec_caution_reason or "").strip():
                raise ValidationError(self.env._("Write down why this customer needs attention."))

    def _compute_ec_orders(self):
        """Orders of the customer and of his addresses, newest first."""
        orders = self.env["sale.order"].search(self._ec_get_order_domain(), order="id desc")
        for partner in self:
            own = orders.filtered(
                lambda order, partner=partner: (
                    partner in (order.partner_id, order.partner_id.commercial_partner_id)
                    or order.partner_shipping_id == partner
                )
            )
            partner.ec_order_ids = own
            partner.ec_order_count = len(own)
            kept = own.filtered(lambda order: order.state != "cancel")
            partner.ec_order_total = sum(kept.mapped("ec_buyer_total"))

    def _ec_get_order_domain(self):
        return [
            ("ec_channel_id", "!=", False),
            "|",
            ("partner_id", "child_of", self.ids),
            ("partner_shipping_id", "in", self.ids),
        ]

    def action_ec_orders(self):
        """Show the customer's orders of all shops."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_orders")
        return {
            **action,
            "path": False,
            "name": self.env._("Orders of %s", self.display_name),
            "domain": self._ec_get_order_domain(),
            "context": {"search_default_group_channel": 1},
        }
