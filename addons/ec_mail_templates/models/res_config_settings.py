"""The company's days between follow-ups, in the settings."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ec_mail_promotion_days = fields.Integer(
        related="company_id.ec_mail_promotion_days", readonly=False
    )
