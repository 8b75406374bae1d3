"""How often a buyer may get follow-ups, over all shops of the company."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    ec_mail_promotion_days = fields.Integer(
        string="Days between follow-up mails",
        default=14,
        help="A buyer gets at most one follow-up or advertising mail in so many days, "
        "whatever the shop.",
    )
