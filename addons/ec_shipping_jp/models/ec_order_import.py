from odoo import api, models

#: Steps after which a parcel or its label exists: the mall's news would not reach it by itself.
_STEPS = ("picked", "inspected", "packed", "labelled")


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _is_in_work(self, order):
        if super()._is_in_work(order):
            return True
        pickings = order.picking_ids.filtered(lambda picking: picking.state != "cancel")
        return any(tick.step in _STEPS for tick in pickings.ec_tick_ids)
