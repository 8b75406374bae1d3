"""A category that moves below another one comes under other stock rules."""

from odoo import models


class ProductCategory(models.Model):
    _inherit = "product.category"

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            products = (
                self.env["product.product"]
                .sudo()
                .search([("categ_id", "child_of", self.ids), ("ec_sku_ids", "!=", False)])
            )
            self.env["ec.stock.signal"]._note(products.ids)
        return result
