"""Several orders in one parcel: one label, the sum collected at the door."""

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _ec_get_temperature(self):
        return self.product_id.ec_cool or "none"


class EcMerge(models.Model):
    _inherit = "ec.merge"

    def _merged(self):
        result = super()._merged()
        pickings = self.picking_ids
        if any(order.ec_payment_role == "cod" for order in pickings.sale_id):
            self.lead_id.ec_cod_amount = pickings.sale_id._ec_left_to_pay()
        return result

    def _unmerged(self):
        self.lead_id.ec_cod_amount = False
        return super()._unmerged()


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_label_rows(self, profile):
        """The parcel's label stands on one of its deliveries."""
        leads = self.filtered("ec_merge_lead")
        return super(StockPicking, leads)._ec_label_rows(profile)

    def _action_done(self):
        return super(StockPicking, self._ec_with_mates())._action_done()
