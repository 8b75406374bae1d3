from odoo import api, fields, models

from ..lib.persons import person, place


class ResPartner(models.Model):
    """Keys by which the same buyer is found again, whichever shop he comes from."""

    _inherit = "res.partner"

    ec_name_kana = fields.Char(string="Name (kana)", index="trigram")
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

    ec_match_kana = fields.Char(
        compute="_compute_ec_match",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
    )

    @api.depends("name", "ec_name_kana", "phone", "zip", "city", "street", "street2")
    def _compute_ec_match(self):
        for partner in self:
            who = partner._ec_person()
            partner.ec_match_phone = who.by_phone or False
            partner.ec_match_address = who.by_address or False
            partner.ec_match_kana = who.by_kana or False

    def _ec_person(self):
        """How this contact is recognised in an order.

        :rtype: Person
        """
        self.ensure_one()
        return person(
            self.name, self.ec_name_kana, self.phone, self.zip, self.city, self.street, self.street2
        )

    def _ec_place(self):
        """This address as ``lib.persons.place``."""
        self.ensure_one()
        return place(self.name, self.phone, self.zip, self.city, self.street, self.street2)
