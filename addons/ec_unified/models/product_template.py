"""Where a product is offered, on the product's form."""

from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    ec_sku_count = fields.Integer(
        compute="_compute_ec_sku_count",
        string="Number of listings",
        groups="ec_unified.group_ec_clerk",
    )

    @api.depends("product_variant_ids.ec_sku_ids")
    def _compute_ec_sku_count(self):
        groups = self.env["ec.listing.sku"]._read_group(
            [("product_tmpl_id", "in", self.ids)], ["product_tmpl_id"], ["__count"]
        )
        counts = {template.id: count for template, count in groups}
        for template in self:
            template.ec_sku_count = counts.get(template.id, 0)

    def write(self, vals):
        result = super().write(vals)
        # A category has rules of its own.
        if {"is_storable", "categ_id"} & vals.keys():
            variants = self.with_context(active_test=False).product_variant_ids
            self.env["ec.stock.signal"]._note(variants.ids)
        return result

    def action_ec_listings(self):
        """Open where the variants of these products are offered."""
        return self.with_context(active_test=False).product_variant_ids.action_ec_listings()
