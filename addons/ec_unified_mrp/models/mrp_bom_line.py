"""A changed part changes the number of its kits."""

from odoo import api, models


class MrpBomLine(models.Model):
    _inherit = "mrp.bom.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.bom_id._ec_note_kits()
        return lines

    def write(self, vals):
        self.bom_id._ec_note_kits()
        result = super().write(vals)
        if "bom_id" in vals:
            self.bom_id._ec_note_kits()
        return result

    def unlink(self):
        self.bom_id._ec_note_kits()
        return super().unlink()
