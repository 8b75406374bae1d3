"""Parcels, steps and reasons of an order's deliveries, on the order."""

from odoo import api, fields, models
from odoo.tools import format_date

_DECIDING = {
    "ec_wish_date", "ec_wish_time_from", "ec_wish_time_to", "ec_payment_role", "ec_is_gift",
    "carrier_id", "ec_place_facts",
}  # fmt: skip


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_mall_told_at = fields.Datetime(string="Mall told at", copy=False, readonly=True)
    ec_ticks = fields.Json(compute="_compute_ec_ticks", string="Steps")
    ec_parcel_ids = fields.One2many("ec.parcel", compute="_compute_ec_parcel_ids", string="Parcels")

    ec_shipping_why = fields.Text(string="How it ships and why", compute="_compute_ec_shipping_why")

    @api.depends("picking_ids.ec_reasons", "picking_ids.carrier_id", "picking_ids.ec_ship_on")
    @api.depends_context("lang")
    def _compute_ec_shipping_why(self):
        """Carrier and day of each delivery with the reasons, one delivery per line."""
        for order in self:
            pickings = order.picking_ids.filtered(
                lambda p: p.picking_type_code == "outgoing" and p.state != "cancel"
            )
            order.ec_shipping_why = "\n".join(
                " / ".join(
                    filter(
                        None,
                        [
                            picking.carrier_id.name,
                            format_date(self.env, picking.ec_ship_on),
                            *(picking.ec_decision or "").splitlines(),
                        ],
                    )
                )
                for picking in pickings
            )

    @api.depends("picking_ids.ec_parcel_ids")
    def _compute_ec_parcel_ids(self):
        for order in self:
            order.ec_parcel_ids = order.picking_ids.ec_parcel_ids

    @api.depends("picking_ids.ec_ticks")
    def _compute_ec_ticks(self):
        """A step of an order is done when all its deliveries have it."""
        # All at once: a filtered recordset no longer reads ahead for its neighbours.
        self.picking_ids.mapped("ec_ticks")
        for order in self:
            pickings = order.picking_ids.filtered(
                lambda p: p.picking_type_code == "outgoing" and p.state != "cancel"
            )
            rows = [picking.ec_ticks for picking in pickings if picking.ec_ticks]
            order.ec_ticks = [_worst(steps) for steps in zip(*rows, strict=True)] if rows else False

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & _DECIDING:
            self.filtered("ec_channel_id").picking_ids._ec_decide()
        return result


def _worst(steps):
    """The least advanced of the same step of several deliveries."""
    rank = {"missing": 0, "open": 1, "done": 2, "off": 3}
    return min(steps, key=lambda step: rank[step["state"]])
