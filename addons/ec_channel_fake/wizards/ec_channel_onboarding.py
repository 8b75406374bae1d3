"""The fake mall's part of the wizard: its credential."""

from odoo import fields, models


class EcChannelOnboarding(models.TransientModel):
    _inherit = "ec.channel.onboarding"

    fake_secret = fields.Char(string="Key of the test mall")
