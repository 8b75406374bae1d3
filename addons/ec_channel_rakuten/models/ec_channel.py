"""A Rakuten Ichiba shop: its key and the version of the order function."""

from dataclasses import replace

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

    def write(self, vals):
        """A new key has an end of its own, which the next check brings: what is known is the old
        one's and would call a new key that does not work yet an expired one."""
        if "rakuten_license_key" in vals and "credential_expires_at" not in vals:
            key = vals["rakuten_license_key"]
            if any(channel.rakuten_license_key != key for channel in self.sudo()):
                vals = {**vals, "credential_expires_at": False}
        return super().write(vals)

    def _stock_decide(self, skus, parsed=None):
        """More than the mall can show is shown as its most, and is no difference afterwards."""
        decisions = super()._stock_decide(skus, parsed)
        if self.provider != "rakuten":
            return decisions
        return {
            sku_id: replace(found, quantity=min(found.quantity, const.STOCK_MAX))
            if found.quantity
            else found
            for sku_id, found in decisions.items()
        }
