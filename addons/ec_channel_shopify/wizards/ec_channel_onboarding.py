"""Connecting a Shopify shop: its app, and which of its locations is which warehouse."""

from odoo import api, fields, models


class EcChannelOnboarding(models.TransientModel):
    _inherit = "ec.channel.onboarding"

    shopify_domain = fields.Char(
        string="Shopify domain",
        help="The shop's name at Shopify, such as my-shop.myshopify.com; not the shop's own "
        "domain.",
    )
    shopify_client_id = fields.Char(
        string="Client ID", groups="ec_unified.group_ec_manager", copy=False
    )
    shopify_client_secret = fields.Char(
        string="Client secret", groups="ec_unified.group_ec_manager", copy=False
    )
    shopify_use_token = fields.Boolean(string="I have a permanent access token")
    shopify_access_token = fields.Char(
        string="Access token", groups="ec_unified.group_ec_manager", copy=False
    )
    shopify_location_ids = fields.One2many(
        related="channel_id.shopify_location_ids", readonly=False, string="Locations"
    )

    @api.model
    def _settings_of(self, channel):
        values = super()._settings_of(channel)
        if channel.shopify_domain:
            values["shopify_domain"] = channel.shopify_domain
        return values

    def _credential_values(self):
        values = super()._credential_values()
        # Belongs to the shop already: it is edited in place, not handed over.
        values.pop("shopify_location_ids", None)
        return values

    def _leave_settings(self):
        result = super()._leave_settings()
        channel = self.channel_id
        if channel.provider == "shopify" and not channel._shopify_stock_locations():
            rows = channel.shopify_location_ids.sorted("sequence")
            rows[:1].warehouse_id = channel.warehouse_ids[:1]
        return result
