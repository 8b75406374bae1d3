"""Whether a product expires at all changes what the shops show."""

from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        result = super().write(vals)
        if "use_expiration_date" in vals:
            self.env["ec.stock.signal"]._note(self.product_variant_ids.ids)
        return result
