"""Deliveries that share a parcel: one tracking number, gone together."""

from odoo import api, fields, models

_SHARED = ("carrier_id", "carrier_tracking_ref")
#: What deliveries of one parcel have in common, or what is summed up for it.
_ORDER_FACTS = {
    "ec_wish_date", "ec_wish_time_from", "ec_wish_time_to", "ec_payment_role", "ec_is_gift",
    "ec_buyer_total", "ec_received", "ec_place_facts",
}  # fmt: skip


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_merge_id = fields.Many2one(
        "ec.merge", string="Parcel for several", copy=False, readonly=True, index="btree_not_null"
    )
    ec_merge_state = fields.Selection(related="ec_merge_id.state")
    ec_merge_lead = fields.Boolean(compute="_compute_ec_merge_lead")
    ec_own_carrier_id = fields.Many2one(
        "delivery.carrier", string="Own carrier", copy=False, readonly=True
    )
    ec_split_from_id = fields.Many2one(
        "stock.picking", string="Split from", copy=False, readonly=True, index="btree_not_null"
    )

    @api.depends("ec_merge_id.lead_id", "ec_merge_id.state")
    def _compute_ec_merge_lead(self):
        for picking in self:
            merge = picking.ec_merge_id
            picking.ec_merge_lead = merge.state != "merged" or merge.lead_id == picking

    def _ec_merge_key(self):
        """Return what must be equal for one parcel, None where there is no certain address."""
        self.ensure_one()
        partner, order = self.partner_id, self.sale_id
        if not partner.ec_match_address:
            return None
        return (
            partner.ec_match_address,
            partner.ec_match_phone or "",
            self.company_id.id,
            self.location_id.id,
            self.picking_type_id.id,
            self.ec_wish_date,
            self.ec_wish_time_from,
            self.ec_wish_time_to,
            order.ec_payment_role == "cod",
            order.ec_is_gift,
            frozenset(m._ec_get_temperature() for m in self.move_ids if m.state != "cancel"),
        )

    def _ec_mates(self):
        """Return the other deliveries in the same parcels."""
        merged = self.ec_merge_id.filtered(lambda merge: merge.state == "merged")
        return merged.picking_ids - self

    def _ec_with_mates(self):
        """Return these deliveries and those that leave with them, their goods picked."""
        mates = self._ec_mates().filtered(lambda picking: picking.state not in ("done", "cancel"))
        mates.move_ids.filtered(lambda m: m.state not in ("done", "cancel")).picked = True
        return self | mates

    def button_validate(self):
        return super(StockPicking, self._ec_with_mates()).button_validate()

    def _action_done(self):
        return super(StockPicking, self._ec_with_mates())._action_done()

    def action_cancel(self):
        merges = self.ec_merge_id
        result = super().action_cancel()
        if merges:
            merges.sudo()._drop(self.sudo())
        return result

    def write(self, vals):
        result = super().write(vals)
        shared = {name: vals[name] for name in _SHARED if name in vals}
        if shared and not self.env.context.get("ec_merge_sharing"):
            mates = self.sudo()._ec_mates()
            if mates:
                mates.with_context(ec_merge_sharing=True).write(shared)
        if "partner_id" in vals and self.ec_merge_id:
            self.sudo().ec_merge_id._revise(self.sudo())
        return result

    def action_ec_merge(self):
        """Put these deliveries into one parcel."""
        self.env["ec.merge"]._merge(self)
        return True

    def action_ec_unmerge(self):
        """Take the parcel apart again."""
        self.ec_merge_id.action_undo()
        return True


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        """A parcel shared with others is looked at again when one of its orders changes."""
        result = super().write(vals)
        if vals.keys() & _ORDER_FACTS:
            pickings = self.sudo().picking_ids.filtered("ec_merge_id")
            if pickings:
                pickings.ec_merge_id._revise(pickings)
        return result

    def action_ec_merge(self):
        """Put the deliveries of these orders into one parcel."""
        pickings = self.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel") and p.picking_type_code == "outgoing"
        )
        return pickings.action_ec_merge()
