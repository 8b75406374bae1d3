from odoo import api, fields, models

from ..lib.address import match_keys


class ResPartner(models.Model):
    """Keys by which the same buyer is found again, whichever shop he comes from."""

    _inherit = "res.partner"

    ec_name_kana = fields.Char(string="Name (kana)")
    ec_match_phone = fields.Char(
        compute="_compute_ec_match",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
    )
    ec_match_address = fields.Char(
        compute="_compute_ec_match",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
    )

    @api.depends("name", "phone", "zip", "city", "street", "street2")
    def _compute_ec_match(self):
        for partner in self:
            by_phone, by_address = match_keys(
                partner.name,
                partner.phone,
                partner.zip,
                partner.city,
                partner.street,
                partner.street2,
            )
            partner.ec_match_phone = by_phone or False
            partner.ec_match_address = by_address or False
