from odoo import fields, models


class EcChannel(models.Model):
    """What a shop prints and how it ships."""

    _inherit = "ec.channel"

    ec_calendar_id = fields.Many2one(
        "ec.shipping.calendar",
        string="Shipping calendar",
        check_company=True,
        help="Empty: the company's first calendar.",
    )
    ec_sender_id = fields.Many2one(
        "res.partner", string="Sender on labels", help="Empty: the company.",
    )  # fmt: skip
    ec_buyer_sends_gifts = fields.Boolean(string="Gifts are sent in the buyer's name")
    ec_label_item = fields.Char(
        string="Contents on labels", help="Instead of the products' names, such as “Tea”."
    )
    ec_needs_inspection = fields.Boolean(string="Inspect with the scanner", default=True)
    ec_needs_mail = fields.Boolean(string="Mail when shipped", default=True)
    ec_note_logo = fields.Image(string="Logo on delivery notes", max_width=600, max_height=300)
    ec_note_text = fields.Text(string="Text on delivery notes")
    ec_note_prices = fields.Boolean(string="Prices on delivery notes", default=True)
    ec_note_invoice = fields.Boolean(
        string="Delivery note is a qualified invoice",
        help="Prints the registration number and the tax per rate.",
    )
