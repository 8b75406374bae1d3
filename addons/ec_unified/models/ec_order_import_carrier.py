"""The carrier a mall's delivery method means: assigned later, or another one now."""

from odoo import api, models


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _update_order(self, batch, item):
        news = item.order.ec_delivery_label != (item.data.delivery_label or False)
        result = super()._update_order(batch, item)
        order, carrier = item.order, item.carrier
        if carrier and order.state == "sale" and (news or not order.carrier_id):
            self._apply_carrier(item, news)
        return result

    @api.model
    def _apply_carrier(self, item, news):
        """Send the order by what the mall says; who has begun with the parcel is shown it."""
        order, carrier = item.order, item.carrier
        before = order.carrier_id
        if before == carrier:
            return
        if self._is_in_work(order):
            if news and self._has_open_delivery(order):
                item.add_reason("changed_upstream", self.env._("delivery method"))
                item.changes.append(
                    {"field": "delivery", "old": before.name or "", "new": carrier.name}
                )
            return
        # Another carrier was chosen by a person or a rule, or by the orders of one parcel.
        pickings = order.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.picking_type_code == "outgoing"
                and picking.carrier_id == before
                and picking.ec_merge_state != "merged"
            )
        )
        pickings.write({"carrier_id": carrier.id})
        order.carrier_id = carrier
