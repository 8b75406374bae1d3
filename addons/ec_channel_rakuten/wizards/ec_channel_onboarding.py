"""Connecting a Rakuten Ichiba shop: its two keys."""

from odoo import fields, models


class EcChannelOnboarding(models.TransientModel):
    _inherit = "ec.channel.onboarding"

    rakuten_service_secret = fields.Char(
        string="serviceSecret", groups="ec_unified.group_ec_manager", copy=False
    )
    rakuten_license_key = fields.Char(
        string="licenseKey", groups="ec_unified.group_ec_manager", copy=False
    )
    rakuten_shop_url = fields.Char(
        string="Shop URL name",
        help="The part behind item.rakuten.co.jp/ in the addresses of the item pages; only used "
        "for links to them.",
    )
