"""What a product says about its shipping: temperature, size, letter box, name on the label."""

from odoo import fields, models

from ..const import COOL_SELECTION


class ProductTemplate(models.Model):
    _inherit = "product.template"

    ec_cool = fields.Selection(COOL_SELECTION, string="Temperature", default="none", required=True)
    ec_ship_size = fields.Integer(
        string="Parcel size (cm)", help="Sum of three sides of the box it usually goes in."
    )
    ec_fits_mail = fields.Boolean(string="Fits a letter box")
    ec_label_name = fields.Char(
        string="Name on the label", help="Short; empty: the product's own name."
    )
