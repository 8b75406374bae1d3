"""Every change of what is on a shelf or reserved leaves a stock signal."""

from odoo import api, models
from odoo.fields import Domain

#: Writing one of these may change the free quantity of a product at a place.
_QUANTITY_FIELDS = frozenset({"quantity", "reserved_quantity", "location_id", "product_id"})


class StockQuant(models.Model):
    """Reservation, release, receipt, delivery, return, count and scrap all end in a quant."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        self.env["ec.stock.signal"]._note(quants.product_id.ids)
        return quants

    def write(self, vals):
        before = self.product_id.ids if "product_id" in vals else ()
        result = super().write(vals)
        if _QUANTITY_FIELDS & vals.keys():
            self.env["ec.stock.signal"]._note([*before, *self.product_id.ids])
        return result

    def unlink(self):
        # Odoo sweeps up empty quants now and then: they change nothing.
        self.env["ec.stock.signal"]._note(
            self.filtered(lambda quant: quant.quantity or quant.reserved_quantity).product_id.ids
        )
        return super().unlink()

    def _get_gather_domain(
        self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False
    ):
        """Nothing is reserved from a shelf of defective or returned goods below the stock place;
        who names the shelf itself takes from it."""
        domain = super()._get_gather_domain(
            product_id, location_id, lot_id, package_id, owner_id, strict
        )
        away = [] if strict else location_id._ec_not_offered_below()
        return domain & ~Domain("location_id", "child_of", away) if away else domain
