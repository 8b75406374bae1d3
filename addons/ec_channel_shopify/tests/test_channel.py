import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..lib.domain import clean_domain
from ..lib.token import Kept
from ..models.ec_shopify_token import _TableStore
from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyChannel(ShopifyCommon):
    def test_address_follows_the_domain(self):
        channel = self.env["ec.channel"].create(
            {"name": "New", "provider": "shopify", "shopify_domain": "Tea-Shop"}
        )
        self.assertEqual(channel.shopify_domain, "tea-shop.myshopify.com")
        self.assertEqual(channel.api_url, "https://tea-shop.myshopify.com")
        channel.shopify_domain = "cup-shop.myshopify.com"
        self.assertEqual(channel.api_url, "https://cup-shop.myshopify.com")
        channel.api_url = "http://127.0.0.1:1"
        channel.shopify_domain = "tea-shop.myshopify.com"
        self.assertEqual(channel.api_url, "http://127.0.0.1:1")

    def test_domain_as_people_paste_it(self):
        for text in (
            "my-shop", " https://my-shop.myshopify.com/admin ", "my-shop.myshopify.com",
            "https://admin.shopify.com/store/my-shop/orders",
        ):  # fmt: skip
            self.assertEqual(clean_domain(text), "my-shop.myshopify.com")

    def test_own_domain_is_refused(self):
        with self.assertRaises(ValidationError):
            self.shopify.shopify_domain = "shop.example.jp"

    def test_credentials_are_needed_to_run(self):
        with self.assertRaises(ValidationError):
            self.make_shopify(shopify_client_secret=False)
        self.make_shopify(shopify_client_id=False, shopify_client_secret=False,
                          shopify_access_token="shpat_x-0001")  # fmt: skip

    def test_secrets_are_for_managers_only(self):
        channel = self.shopify.with_user(self.clerk)
        for name in (
            "shopify_client_id", "shopify_client_secret", "shopify_access_token",
            "shopify_old_secret", "shopify_webhook_token",
        ):  # fmt: skip
            with self.assertRaises(AccessError):
                channel.read([name])
            self.assertNotIn(name, channel.read()[0])
        self.assertFalse(self.shopify.copy().shopify_client_secret)
        self.assertNotEqual(
            self.shopify.copy().shopify_webhook_token, self.shopify.shopify_webhook_token
        )

    def test_nobody_reads_the_token(self):
        tokens = self.env["ec.shopify.token"].with_user(self.manager)
        self.assertNotIn("access_token", tokens.fields_get())
        with self.assertRaises(AccessError):
            self.env["ec.shopify.token"].with_user(self.clerk).search([])

    def test_fetched_token_counts_as_secret(self):
        self.env["ec.shopify.token"].sudo().create(
            {"channel_id": self.shopify.id, "access_token": "shpat_fetched-0001"}
        )
        self.env.flush_all()
        self.assertIn("shpat_fetched-0001", self.shopify._secrets())
        self.shopify.shopify_client_secret = "shpss_other-0001"
        self.env.flush_all()
        self.assertNotIn("shpat_fetched-0001", self.shopify._secrets())

    def test_locations_follow_the_shop(self):
        rows = self.shopify.shopify_location_ids
        self.assertEqual(rows[:1].warehouse_id, self.warehouse)
        self.assertEqual(self.shopify._shopify_stock_locations(), rows[:1])
        rows[1:].warehouse_id = self.warehouse
        rows[:1].warehouse_id = False
        self.shopify._shopify_sync_locations([(row.gid, f"{row.name}!") for row in rows[1:]])
        self.assertFalse(rows[:1].active)
        self.assertEqual(self.shopify._shopify_stock_locations(), rows[1:2])
        self.assertTrue(rows[1].name.endswith("!"))

    def test_payment_methods_that_are_certain(self):
        adapter = self.shopify._adapter()
        for value, role in (
            ("shopify_payments", "card"), ("Cash on Delivery (COD)", "cod"), ("代金引換", "cod"),
            ("銀行振込", "bank"), ("gift_card", "points"), ("コンビニ決済", "konbini"),
        ):  # fmt: skip
            self.assertEqual(
                adapter._suggest_mapping(self.shopify, "payment", value, value),
                {"payment_method_role": role},
            )
        self.assertEqual(adapter._suggest_mapping(self.shopify, "payment", "マイペイ", ""), {})

    def test_attribute_names_of_the_shop(self):
        self.shopify.shopify_wish_date_keys = "お届けの日、ship on"
        keys = self.shopify._shopify_parse_settings().wish_keys
        self.assertIn("お届けの日", keys.date)
        self.assertIn("ship on", keys.date)

    def test_token_is_kept_by_the_database(self):
        """Two stores, as two processes have them; the channel must be committed for that."""
        with self.registry.cursor() as cr:
            channel_id = (
                api.Environment(cr, SUPERUSER_ID, {})["ec.channel"]
                .create({"name": "Committed", "provider": "shopify"})
                .id
            )
        self.addCleanup(self.drop_committed, channel_id)
        one, other = (_TableStore(self.registry, channel_id) for _ in range(2))
        self.assertIsNone(other.get())
        expires = time.time() + 3600
        with one.lock():
            one.save(Kept("shpat_kept", expires, expires - 600))
        kept = other.get()
        self.assertEqual(kept.token, "shpat_kept")
        self.assertAlmostEqual(kept.expires_at, expires, delta=1)
        self.assertAlmostEqual(kept.renew_at, expires - 600, delta=1)
        other.save(kept._replace(token="shpat_next"))
        self.assertEqual(one.get().token, "shpat_next")

    def drop_committed(self, channel_id):
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["ec.channel"].browse(channel_id).unlink()

    def test_token_of_an_uncommitted_channel_serves_this_run_only(self):
        store = _TableStore(self.registry, self.shopify.id)
        with store.lock():
            store.save(Kept("shpat_kept", time.time() + 3600, time.time() + 3000))
        self.assertIsNone(store.get())

    def test_order_link(self):
        url = self.shopify._adapter()._order_url(self.shopify, "gid://shopify/Order/55")
        self.assertEqual(url, f"https://{self.shop.shop_domain}/admin/orders/55")

    def test_check_of_notifications_is_scheduled(self):
        ops = self.shopify.cron_ids.mapped("ec_operation")
        self.assertIn("check_webhooks", ops)
        self.assertNotIn("check_webhooks", self.channel.cron_ids.mapped("ec_operation"))

    def test_old_secret_is_kept_for_a_while(self):
        old = self.shopify.shopify_client_secret
        self.shopify.shopify_client_secret = "shpss_new-0002"
        self.assertEqual(self.shopify.shopify_old_secret, old)
        self.assertGreater(
            self.shopify.shopify_old_secret_until, fields.Datetime.now() + timedelta(minutes=59)
        )

    def test_end_of_the_token_is_shown(self):
        self.assertFalse(self.shopify.shopify_token_note)
        ends = fields.Datetime.now() + timedelta(hours=20)
        self.env["ec.shopify.token"].create(
            {"channel_id": self.shopify.id, "access_token": "shpat_kept", "expires_at": ends}
        )
        self.shopify.invalidate_recordset(["shopify_token_note"])
        shop = self.shopify.with_context(tz="Asia/Tokyo")
        local = ends + timedelta(hours=9)
        self.assertIn(local.strftime("%Y/%m/%d %H:%M"), shop.shopify_token_note)
        self.assertNotIn("shpat", shop.shopify_token_note)
        self.shopify.shopify_access_token = "shpat_for-ever"
        self.assertIn("no end", self.shopify.shopify_token_note)
