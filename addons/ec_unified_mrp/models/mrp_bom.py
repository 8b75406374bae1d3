"""A changed recipe changes what the shops may show of the kit."""

from odoo import api, models

_RECIPE_FIELDS = frozenset(
    {
        "type", "active", "sequence", "product_id", "product_tmpl_id", "product_qty",
        "product_uom_id", "company_id", "bom_line_ids",
    }
)  # fmt: skip


class MrpBom(models.Model):
    _inherit = "mrp.bom"

    @api.model_create_multi
    def create(self, vals_list):
        boms = super().create(vals_list)
        boms._ec_note_kits()
        return boms

    def write(self, vals):
        changes = bool(_RECIPE_FIELDS & vals.keys())
        if changes:
            self._ec_note_kits()
        result = super().write(vals)
        if changes:
            self._ec_note_kits()
        return result

    def unlink(self):
        self._ec_note_kits()
        return super().unlink()

    def _ec_note_kits(self):
        """Leave a stock signal for the kits these recipes describe.

        Any type: a recipe that stops being a kit is a change as well.
        """
        templates = self.filtered(lambda bom: not bom.product_id).product_tmpl_id
        products = self.product_id | templates.product_variant_ids
        if products:
            self.env["ec.stock.signal"]._note(products.ids)
