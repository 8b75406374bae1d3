"""What the mall's changes mean for parcels that are made already or were refused."""

from odoo import api, models

#: Steps after which a parcel or its label exists: the mall's news would not reach it by itself.
_STEPS = ("picked", "inspected", "packed", "labelled")


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _is_being_prepared(self, order):
        if super()._is_being_prepared(order):
            return True
        pickings = order.picking_ids.filtered(lambda picking: picking.state != "cancel")
        return any(tick.step in _STEPS for tick in pickings.ec_tick_ids)

    @api.model
    def _update_orders(self, batch):
        """Shipments a mall refused for the order's state are told when it says they may leave."""
        states = {item.order.id: item.order.ec_mall_status for item in batch.items}
        result = super()._update_orders(batch)
        ready = [
            item.order.id
            for item in batch.items
            if item.data.may_ship and item.order.ec_mall_status != states[item.order.id]
        ]
        if ready:
            exchanges = self.env["ec.exchange"].sudo()
            refused = self.env["stock.picking"]._ec_refused_domain()
            refused += [("error_reason", "=", "wrong_state"), ("res_id", "in", ready)]
            exchanges.search(refused)._requeue()
        return result
