"""Stock from Odoo to the simulated mall, over HTTP."""

from datetime import timedelta

from odoo.tests import tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenStock(RakutenCommon):
    def setUp(self):
        super().setUp()
        self.plate = self.make_product("AR-KZ01", 17)
        self.matcha = self.make_product("MM06-MATCHA", 5)
        self.shop.action_import_listings()

    def push(self):
        self.shop.operation_ids.write({"blocked_until": False})
        self.env.cr.flush()  # what a commit would do: stock signals are written
        self.shop.action_push_stock()

    def sku(self, product):
        domain = [("channel_id", "=", self.shop.id), ("product_id", "=", product.id)]
        return self.env["ec.listing.sku"].search(domain)

    def test_items_are_matched_by_code(self):
        self.assertEqual(self.sku(self.plate).ref, "arita-kozara/normal-inventory")
        self.assertEqual(self.sku(self.matcha).ref, "matcha-monaka/mm-06-matcha")
        self.assertEqual(self.sku(self.plate).qty_mall, 30)

    def test_mall_shows_what_is_free_here(self):
        self.push()
        self.assertEqual(self.mall.stock()["AR-KZ01"], 17)
        self.assertEqual(self.mall.stock()["MM06-MATCHA"], 5)
        self.assertEqual(self.sku(self.plate).qty_sent, 17)
        # Others are not ours to change.
        self.assertEqual(self.mall.stock()["MM06-HOUJI"], 40)

    def test_sale_at_the_mall_is_not_put_back_on_sale(self):
        self.push()
        self.mall.buy("AR-KZ01", 2)
        self.env["stock.quant"]._update_available_quantity(
            self.plate, self.warehouse.lot_stock_id, 3
        )
        pull = self.shop._operation("pull_orders")
        pull.started_at -= timedelta(minutes=5)  # too long ago to trust: orders are read first
        self.push()
        self.assertEqual(self.mall.stock()["AR-KZ01"], 18)

    def test_lost_answer(self):
        self.mall.faults.add("reset", match="inventory.bulk-upsert")
        self.push()
        self.assertEqual(self.mall.stock()["AR-KZ01"], 17)
        self.assertFalse(self.sku(self.plate).dirty)

    def set_item(self, number, **changes):
        """Somebody changes an item page in RMS; the search knows it at once."""
        catalog, now = self.mall.catalog, self.mall.clock.now()
        catalog.items[number].update(changes)
        catalog.touch(number, now, 0)
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_import_listings()

    def test_pre_order_item_shows_what_may_be_ordered_until_its_release(self):
        self.env["ec.stock.rule"].create({"channel_id": self.shop.id, "backorder": 20})
        day = self.company._ec_today() + timedelta(days=30)
        release = f"{day.isoformat()}T00:00:00+09:00"
        self.set_item("matcha-monaka", itemType="PRE_ORDER", releaseDate=release)
        self.assertEqual(self.sku(self.matcha).available_on, day)
        self.push()
        self.assertEqual(self.mall.stock()["MM06-MATCHA"], 25)
        self.assertEqual(self.mall.stock()["AR-KZ01"], 17, "an ordinary item has no date")
        past = self.company._ec_today() - timedelta(days=1)
        self.set_item("matcha-monaka", releaseDate=f"{past.isoformat()}T00:00:00+09:00")
        self.push()
        self.assertEqual(self.mall.stock()["MM06-MATCHA"], 5)

    def test_items_the_mall_sells_beyond_zero_are_named(self):
        variants = self.mall.catalog.items["arita-kozara"]["variants"]
        variants = {key: {**row, "backOrderFlag": True} for key, row in variants.items()}
        self.set_item("arita-kozara", variants=variants)
        self.assertTrue(self.sku(self.plate).oversells)
        self.assertTrue(self.sku(self.plate).warning)
        self.assertFalse(self.sku(self.matcha).oversells)

    def test_one_call_for_many(self):
        self.push()
        self.assertEqual(self.mall.calls["inventory.bulk-upsert"], 1)


@tagged("post_install", "-at_install")
class TestRakutenConnection(RakutenCommon):
    def check(self):
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_check_connection()
        return self.shop.check_ok

    def test_good(self):
        self.assertTrue(self.check())
        self.assertEqual(self.shop.mall_shop_ref, "999001")
        expiry = self.mall.license_expiry
        expected = (expiry - expiry.utcoffset()).replace(tzinfo=None)
        self.assertEqual(self.shop.credential_expires_at, expected)

    def test_function_not_ticked_is_named(self):
        self.mall.configure(disabled_functions=["rpay.order.getOrder"])
        self.assertFalse(self.check())
        self.assertIn("rpay.order.getOrder", self.shop.check_report)

    def test_wrong_key(self):
        self.shop.rakuten_license_key = "SL999001_wrong"
        self.assertFalse(self.check())
        self.assertNotIn("SL999001_wrong", self.shop.check_report)

    def test_missing_key_is_a_finding(self):
        self.shop.state = "draft"
        self.shop.rakuten_license_key = False
        self.shop._request_op("check_connection")
        self.assertFalse(self.check())
        self.assertEqual(self.shop.last_error_reason, "credentials_missing")

    def test_wrong_host(self):
        self.shop.api_url = f"{self.mall.base_url}/nowhere"
        self.assertFalse(self.check())
        self.assertEqual(self.shop.last_error_reason, "wrong_host")

    def test_secrets_are_for_managers(self):
        names = ["rakuten_service_secret", "rakuten_license_key"]
        clerk = self.shop.with_user(self.clerk)
        self.assertFalse(set(names) & set(clerk.fields_get()))
        with self.assertRaises(Exception) as caught:  # noqa: B017
            clerk.read(names)
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        copy = self.shop.copy()
        self.assertFalse(copy.rakuten_license_key or copy.rakuten_service_secret)
        shop = self.shop.sudo()
        self.assertLessEqual(
            {shop.rakuten_service_secret, shop.rakuten_license_key}, set(self.shop._secrets())
        )
