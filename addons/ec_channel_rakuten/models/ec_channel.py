"""A Rakuten Ichiba shop: its key and the version of the order function."""

from odoo import fields, models

from ..lib import const

VERSIONS = [("10", "10"), ("9", "9"), ("8", "8"), ("7", "7")]


class EcChannel(models.Model):
    _inherit = "ec.channel"

    provider = fields.Selection(
        selection_add=[("rakuten", "Rakuten Ichiba")],
        ondelete={"rakuten": lambda channels: channels._on_provider_removed()},
    )
    rakuten_service_secret = fields.Char(
        string="serviceSecret",
        groups="ec_unified.group_ec_manager",
        copy=False,
        required_if_provider="rakuten",
        ec_secret=True,
        help="Shown in RMS under WEB API service > App list > Details. Begins with SP.",
    )
    rakuten_license_key = fields.Char(
        string="licenseKey",
        groups="ec_unified.group_ec_manager",
        copy=False,
        required_if_provider="rakuten",
        ec_secret=True,
        help="Shown beside the serviceSecret. Begins with SL and lives for 90 days; a new one has "
        "to be issued in RMS by a person.",
    )
    rakuten_api_version = fields.Selection(
        VERSIONS,
        string="Version of the order function",
        default=str(const.ORDER_VERSION),
        groups="ec_unified.group_ec_manager",
        help="Keep the newest. If the mall refuses it, version 9 is used by itself.",
    )
    rakuten_shop_url = fields.Char(
        string="Shop URL name",
        help="The part behind item.rakuten.co.jp/ in the addresses of the item pages; only used "
        "for links to them.",
    )
