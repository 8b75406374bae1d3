from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyOnboarding(ShopifyCommon):
    """The wizard: credentials, findings, locations."""

    def wizard(self, **vals):
        return (
            self.env["ec.channel.onboarding"]
            .with_user(self.manager)
            .create(
                {
                    "provider": "shopify",
                    "shopify_domain": "https://Reiji-Shop.myshopify.com/admin",
                    "shopify_client_id": f" {self.shop.client_id} ",
                    "shopify_client_secret": self.shop.client_secret,
                    "api_url": self.shop.api_url,
                    **vals,
                }
            )
        )

    def test_to_a_running_shop(self):
        wizard = self.wizard()
        wizard.action_next()
        channel = wizard.channel_id
        self.assertEqual(channel.shopify_domain, "reiji-shop.myshopify.com")
        self.assertEqual(channel.sudo().shopify_client_id, self.shop.client_id)
        self.assertFalse(wizard.shopify_client_secret, "handed over and forgotten")
        channel.action_check_connection()
        self.assertTrue(channel.check_ok, channel.check_report)
        self.assertEqual(channel.mall_shop_name, "例示商店")
        places = list(self.shop.store.locations.values())
        self.assertEqual(channel.shopify_location_ids.mapped("gid"), [p.gid for p in places])
        wizard.action_next()
        wizard.warehouse_ids = self.warehouse
        wizard.action_next()
        self.assertEqual(channel._shopify_stock_locations()[0].gid, places[0].gid)
        channel.action_import_listings()
        self.assertEqual(wizard.unmatched_count, 0)
        self.assertTrue(wizard.item_count)

    def test_where_nobody_chose_the_primary_location_shows_the_stock(self):
        """With and without the check before, whatever its number in the list."""
        others = list(self.shop.store.locations.values())
        primary = others.pop()
        self.shop.store.locations = {row.id: row for row in (primary, *others)}
        self.put_stock(self.tea, 7)
        for checked in (True, False):
            self.shopify = self.make_shopify(name=f"Checked {checked}")
            self.shopify.shopify_location_ids.unlink()
            if checked:
                self.shopify.action_check_connection()
            self.shopify.action_import_listings()
            self.shopify.action_push_stock()
            rows = self.shopify.shopify_location_ids.sorted("sequence")
            self.assertEqual(rows[0].gid, primary.gid)
            self.assertEqual(rows.warehouse_id, self.warehouse)
            self.assertEqual(rows.filtered("warehouse_id"), rows[0])
            self.assertEqual(self.shown("TST-TEA"), 7)
            self.shopify.state = "paused"
            variant = self.shop.store.variant_of("TST-TEA")
            self.shop.store.level(variant, primary, True).quantities["available"] = 50

    def test_findings_name_the_scope(self):
        kept = [s for s in self.shop.settings.scopes if s != "write_inventory"]
        self.shop.configure(scopes=kept)
        wizard = self.wizard()
        wizard.action_next()
        wizard.channel_id.action_check_connection()
        self.assertFalse(wizard.channel_id.check_ok)
        self.assertIn("write_inventory", wizard.channel_id.check_report)
        with self.assertRaises(UserError):
            wizard.action_next()

    def test_findings_name_the_organisation(self):
        self.shop.configure(token_mode="shop_not_permitted")
        wizard = self.wizard()
        wizard.action_next()
        wizard.channel_id.action_check_connection()
        self.assertIn("organisation", wizard.channel_id.check_report)

    def test_credentials_are_asked_for(self):
        with self.assertRaises(UserError):
            self.wizard(shopify_client_secret=False).action_next()

    def test_permanent_token_is_enough(self):
        wizard = self.wizard(
            shopify_client_id=False,
            shopify_client_secret=False,
            shopify_access_token=self.shop.access_token,
        )
        wizard.action_next()
        wizard.channel_id.action_check_connection()
        self.assertTrue(wizard.channel_id.check_ok)
