"""Connecting a shop by the wizard, as a manager, against the simulated mall."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenOnboarding(RakutenCommon):
    def start(self, key=None):
        wizards = self.env["ec.channel.onboarding"].with_user(self.manager)
        with Form(wizards) as form:
            form.provider = "rakuten"
            form.show_api_url = True
            form.api_url = self.mall.base_url
            form.name = "さくらの木 本店"
            form.rakuten_service_secret = self.mall.service_secret
            form.rakuten_license_key = key or self.mall.license_key
            form.rakuten_shop_url = "sakuranoki-demo"
        return form.record

    def work(self, channel):
        """What the crons do in the background."""
        for operation in ("check_connection", "import_listings"):
            if channel._operation(operation).is_waiting:
                getattr(channel.sudo(), f"action_{operation}")()

    def test_from_keys_to_running(self):
        self.make_product("AR-KZ01", 4)
        wizard = self.start()
        wizard.action_next()
        channel = wizard.channel_id
        self.assertEqual(channel.rakuten_license_key, self.mall.license_key)
        self.assertFalse(wizard.rakuten_license_key or wizard.rakuten_service_secret)
        self.work(channel)
        self.assertTrue(wizard.check_ok, wizard.check_report)
        wizard.action_next()  # check → settings
        wizard.action_next()  # settings → items
        self.work(channel)
        self.assertEqual(wizard.matched_count, 1)
        wizard.action_next()
        wizard.action_start()
        self.assertEqual(channel.state, "active")
        sku = channel.sku_ids.filtered(lambda row: row.sku_code == "AR-KZ01")
        self.assertTrue(sku.product_id)
        self.assertIn("sakuranoki-demo/arita-kozara", sku.listing_id.url)

    def test_wrong_key_stops_here_and_says_why(self):
        wizard = self.start(key="SL999001_mistyped")
        wizard.action_next()
        self.work(wizard.channel_id)
        self.assertFalse(wizard.check_ok)
        self.assertIn("licenseKey", wizard.check_report)
        with self.assertRaises(UserError):
            wizard.action_next()

    def test_each_missing_function_is_listed(self):
        missing = ["rpay.order.confirmOrder", "inventory.bulk-upsert"]
        self.mall.configure(disabled_functions=missing)
        wizard = self.start()
        wizard.action_next()
        self.work(wizard.channel_id)
        self.assertIn("rpay.order.confirmOrder", wizard.check_report)
        self.assertIn("bulk-upsert", wizard.check_report)
