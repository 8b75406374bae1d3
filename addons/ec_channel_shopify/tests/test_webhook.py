import base64
import hashlib
import hmac
import json
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers import webhook
from ..lib.webhooks import WEBHOOK_TOPICS, read_notice, repair_subscriptions, signed_by
from .common import ShopifyCommon

CONTROLLER = "odoo.addons.ec_channel_shopify.controllers.webhook"


@tagged("post_install", "-at_install")
class TestShopifyWebhook(ShopifyCommon, HttpCase):
    """Notifications: signed, stored once, answered at once, worked off later."""

    def deliver(self, ref, *, delivery="d-1", secret=None, topic="orders/updated", **headers):
        number = int(ref.rsplit("/", 1)[-1])
        content = {"id": number, "admin_graphql_api_id": ref, "email": "hanako@example.com"}
        body = json.dumps(content).encode()
        key = self.shop.client_secret if secret is None else secret
        digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
        sent = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Shop-Domain": self.shop.shop_domain,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            **headers,
        }
        path = f"/ec_unified/shopify/webhook/{self.shopify.shopify_webhook_token}"
        return self.url_open(path, data=body, headers=sent).status_code

    def deliver_content(self, topic, content, delivery="g-1"):
        """A notification with a body of its own."""
        body = json.dumps(content).encode()
        digest = hmac.new(self.shop.client_secret.encode(), body, hashlib.sha256).digest()
        sent = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Shop-Domain": self.shop.shop_domain,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        }
        path = f"/ec_unified/shopify/webhook/{self.shopify.shopify_webhook_token}"
        return self.url_open(path, data=body, headers=sent).status_code

    def stored(self):
        return self.env["ec.exchange"].search(
            [("channel_id", "=", self.shopify.id), ("kind", "=", "webhook")]
        )

    def test_notification_brings_the_order(self):
        ref = self.shop.place("standard")
        self.assertEqual(self.deliver(ref), 200)
        self.assertEqual(self.stored().state, "pending")
        self.assertFalse(self.order_of(ref), "nothing is done while Shopify waits")
        self.shopify.action_process_exchanges()
        self.assertEqual(self.stored().state, "done")
        self.assertEqual(self.order_of(ref).amount_total, self.shop.order(ref)["buyer_total"])

    def test_only_ids_are_kept(self):
        ref = self.shop.place("standard")
        self.deliver(ref)
        self.assertEqual(self.stored().payload, {"topic": "orders/updated", "order_ref": ref})

    def test_duplicates_and_disorder(self):
        self.shopify.shopify_location_ids.sorted("sequence")[1:].active = False
        ref = self.shop.place("konbini")
        self.shop.event(ref, "pay")
        for delivery in ("d-2", "d-1", "d-2"):
            self.assertEqual(self.deliver(ref, delivery=delivery), 200)
        self.assertEqual(len(self.stored()), 2)
        self.shop.calls.clear()
        self.shopify.action_process_exchanges()
        self.assertEqual(self.shop.calls["nodes"], 1, "several notifications are one fetch")
        self.assertEqual(self.order_of(ref).ec_payment_state, "paid")
        self.assertEqual(self.deliver(ref, delivery="d-1"), 200)
        self.assertEqual(set(self.stored().mapped("state")), {"done"})

    def test_deleted_order_is_left_to_a_person(self):
        ref, other = self.shop.place("standard"), self.shop.place("standard")
        self.shopify.action_pull_orders()
        self.shop.event(ref, "delete")
        for number, gid in enumerate((ref, other)):
            content = {"id": int(gid.rsplit("/", 1)[-1])}
            status = self.deliver_content("orders/delete", content, delivery=f"x-{number}")
            self.assertEqual(status, 200)
        self.shopify.action_process_exchanges()
        codes = self.order_of(ref).ec_check_ids.filtered(lambda c: c.state == "open").mapped("code")
        self.assertIn("changed_upstream", codes)
        codes = self.order_of(other).ec_check_ids.mapped("code")
        self.assertNotIn("changed_upstream", codes, "the shop still has it: nothing is believed")

    def test_order_deleted_while_its_notification_was_lost(self):
        """No search lists a deleted order: unless somebody asks for it, it would be shipped."""
        ref, other, old = (self.shop.place("standard") for _number in range(3))
        self.shopify.action_pull_orders()
        for gone in (ref, old):
            self.shop.event(gone, "delete")
        self.order_of(old).ec_ordered_at = "2020-01-01 00:00:00"
        self.shopify.action_check_webhooks()
        found = {
            gid: self.order_of(gid).ec_check_ids.filtered(lambda c: c.code == "changed_upstream")
            for gid in (ref, other, old)
        }
        self.assertEqual(found[ref].state, "open")
        self.assertFalse(found[other])
        self.assertFalse(found[old], "hidden by the shop, or deleted: nobody knows")
        found[ref].action_clear()
        self.shopify.action_check_webhooks()
        self.assertEqual(found[ref].state, "cleared", "told once")

    @mute_logger(CONTROLLER)
    def test_bad_signature(self):
        ref = self.shop.place("standard")
        self.assertEqual(self.deliver(ref, secret="shpss_other-0000"), 401)
        self.assertEqual(self.deliver(ref, **{"X-Shopify-Hmac-Sha256": ""}), 401)
        self.assertFalse(self.stored())

    @mute_logger(CONTROLLER)
    def test_another_shop(self):
        ref = self.shop.place("standard")
        headers = {"X-Shopify-Shop-Domain": "other.myshopify.com"}
        self.assertEqual(self.deliver(ref, **headers), 401)

    def test_unknown_address(self):
        answer = self.url_open("/ec_unified/shopify/webhook/x", data=b"{}")
        self.assertEqual(answer.status_code, 404)

    def test_shop_that_was_archived(self):
        ref = self.shop.place("standard")
        self.shopify.write({"state": "paused", "active": False})
        self.assertEqual(self.deliver(ref), 404)

    def test_body_no_shop_sends_is_not_read(self):
        with patch.object(webhook, "MAX_BODY", 1000):
            content = {"id": 1, "note": "x" * 1000}
            self.assertEqual(self.deliver_content("orders/updated", content), 413)
        self.assertFalse(self.stored())

    def test_notifications_are_forgotten_after_a_while(self):
        ref = self.shop.place("standard")
        for delivery in ("d-1", "d-2", "d-3"):
            self.deliver(ref, delivery=delivery)
        self.shopify.action_process_exchanges()
        old, waiting, new = self.stored().sorted("id")
        (old | waiting).received_at = "2020-01-01 00:00:00"
        waiting.state = "failed"
        order = self.order_of(ref)
        order.ec_exchange_id.received_at = "2020-01-01 00:00:00"
        self.env["ec.exchange"]._gc_notifications()
        self.assertEqual(self.stored().sorted("id"), waiting | new)
        self.assertTrue(order.ec_exchange_id)

    def test_headers_missing(self):
        ref = self.shop.place("standard")
        self.assertEqual(self.deliver(ref, delivery=""), 400)

    def test_old_secret_signs_for_a_while(self):
        ref = self.shop.place("standard")
        old = self.shop.client_secret
        self.shopify.shopify_client_secret = "shpss_new-secret-0000"
        self.assertEqual(self.deliver(ref, secret=old), 200)
        self.assertEqual(self.deliver(ref, secret="shpss_new-secret-0000", delivery="d-2"), 200)
        self.shopify.shopify_old_secret_until = "2020-01-01 00:00:00"
        with mute_logger(CONTROLLER):
            self.assertEqual(self.deliver(ref, secret=old), 401)

    def test_paused_shop(self):
        ref = self.shop.place("standard")
        self.shopify.state = "paused"
        self.assertEqual(self.deliver(ref), 200)
        self.assertFalse(self.stored())

    def test_uninstalled_app_has_the_connection_checked(self):
        ref = self.shop.place("standard")
        self.assertEqual(self.deliver(ref, topic="app/uninstalled"), 200)
        self.assertFalse(self.stored().payload["order_ref"])
        crons = self.shopify.cron_ids.filtered(lambda c: c.ec_operation == "check_connection")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "in", crons.ids)])
        self.shopify.action_process_exchanges()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "in", crons.ids)])
        self.assertGreater(after, before)

    def test_vector_of_the_reference(self):
        body = b'{"id":1}'
        digest = hmac.new(b"invented", body, hashlib.sha256).digest()
        signature = base64.b64encode(digest).decode()
        self.assertTrue(signed_by(body, signature, ["other", "invented"]))
        self.assertFalse(signed_by(body + b" ", signature, ["invented"]))
        self.assertFalse(signed_by(body, None, ["invented"]))
        self.assertFalse(signed_by(body, signature, []))

    def test_what_a_notification_speaks_of(self):
        headers = {"X-Shopify-Topic": "refunds/create", "X-Shopify-Webhook-Id": "1"}
        notice = read_notice(headers, b'{"id": 5, "order_id": 77}')
        self.assertEqual(notice.order_ref, "gid://shopify/Order/77")

    # === PRODUCTS AND QUANTITIES === #

    def number(self, gid):
        return int(gid.rsplit("/", 1)[-1])

    def level(self, code, available, place=0):
        """What the shop says when a quantity changed at one of its locations."""
        row = self.shopify.shopify_location_ids.sorted("sequence")[place]
        return {
            "inventory_item_id": self.number(self.sku_key(code).extra["inventory_item_id"]),
            "location_id": self.number(row.gid),
            "available": available,
        }

    def looked_at(self):
        """Codes of the SKUs whose quantity is going to be read."""
        self.env["ec.listing.sku"].invalidate_model(["look_again"])
        return self.shopify.sku_ids.filtered("look_again").mapped("sku_code")

    def test_new_product_is_listed_and_matched(self):
        self.shopify.action_import_listings()
        product = self.env["product.product"].create(
            {"name": "Pot", "default_code": "TST-POT", "is_storable": True}
        )
        self.shop.add_items([{"sku": "TST-POT", "name": "急須", "price": 3300, "stock": 1}])
        variant = self.shop.store.variant_of("TST-POT")
        content = {"id": self.number(variant.product.gid), "title": "never trusted"}
        self.assertEqual(self.deliver_content("products/create", content), 200)
        self.assertFalse(self.shopify.sku_ids.filtered(lambda s: s.sku_code == "TST-POT"))
        self.shopify.action_process_exchanges()
        self.shopify.invalidate_recordset(["sku_ids"])
        sku = self.shopify.sku_ids.filtered(lambda s: s.sku_code == "TST-POT")
        self.assertEqual(sku.product_id, product)
        self.assertEqual(sku.listing_id.name, "急須")

    def test_deleted_product_leaves_the_list(self):
        self.shopify.action_import_listings()
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET seen_at = seen_at - interval '1 hour' WHERE channel_id = %s",
            (self.shopify.id,),
        )
        self.env["ec.listing.sku"].invalidate_model()
        sku = self.shopify.sku_ids.filtered(lambda s: s.sku_code == "TST-TEA")
        number = self.number(sku.listing_id.ref)
        self.deliver_content("products/delete", {"id": number + 100000})
        self.shopify.action_process_exchanges()
        self.assertTrue(sku.active, "another product's notification")
        product = self.shop.store.variant_of("TST-TEA").product
        self.shop.store.nodes.pop(product.gid)
        self.shop.store.products.pop(product.id)
        self.deliver_content("products/delete", {"id": number}, delivery="g-2")
        self.shopify.action_process_exchanges()
        self.assertFalse(sku.active or sku.listing_id.active)

    def test_quantity_changed_by_hand_is_noticed(self):
        self.put_stock(self.tea, 20)
        self.shopify.action_import_listings()
        self.env.cr.flush()
        self.shopify.action_push_stock()
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET qty_sent_at = qty_sent_at - interval '1 hour'"
        )
        self.env["ec.listing.sku"].invalidate_model()
        echo = self.level("TST-TEA", 20)
        self.deliver_content("inventory_levels/update", echo)
        self.assertFalse(self.stored(), "our own number comes back: no news")
        level = self.shop.store.variant_of("TST-TEA").levels[0]
        level.quantities["available"] = 77
        self.deliver_content("inventory_levels/update", {**echo, "available": 77}, delivery="g-3")
        self.shopify.action_process_exchanges()
        self.shopify.action_verify_some()
        row = self.shopify.difference_ids
        self.assertEqual(
            (row.cause, row.state, row.qty_mall, row.qty_expected),
            ("changed_at_mall", "open", 77, 20),
        )

    def test_sale_that_changed_the_quantity_is_no_difference(self):
        self.put_stock(self.tea, 20)
        self.shopify.action_import_listings()
        self.env.cr.flush()
        self.shopify.action_push_stock()
        ref = self.shop.buy("TST-TEA")
        self.deliver_content("inventory_levels/update", self.level("TST-TEA", 19))
        self.shopify.action_process_exchanges()
        self.shopify.action_verify_some()
        self.assertFalse(self.shopify.difference_ids)
        self.assertTrue(self.order_of(ref), "the orders were read before anybody was blamed")

    def several_places(self):
        """Two warehouses with a location each; what they have was sent."""
        west = self.env["stock.warehouse"].create({"name": "West", "code": "WST"})
        self.shopify.warehouse_ids += west
        self.shopify.shopify_location_ids.sorted("sequence")[1].warehouse_id = west
        self.put_stock(self.tea, 10)
        self.env["stock.quant"]._update_available_quantity(self.tea, west.lot_stock_id, 5)
        self.shopify.action_import_listings()
        self.env.cr.flush()
        self.shopify.action_push_stock()

    def test_own_push_to_several_locations_is_no_news(self):
        self.several_places()
        for place, available in enumerate((10, 5)):
            content = self.level("TST-TEA", available, place)
            self.deliver_content("inventory_levels/update", content, delivery=f"p-{place}")
        self.assertFalse(self.stored(), "each location shows what it was told")
        content = self.level("TST-TEA", 5, 0)
        self.deliver_content("inventory_levels/update", content, delivery="p-3")
        self.assertTrue(self.stored(), "the other location's number")
        self.shopify.action_process_exchanges()
        self.assertEqual(self.looked_at(), ["TST-TEA"])

    def test_a_location_that_is_not_ours_is_no_news(self):
        self.put_stock(self.tea, 20)
        self.shopify.action_import_listings()
        self.env.cr.flush()
        self.shopify.action_push_stock()
        self.deliver_content("inventory_levels/update", self.level("TST-TEA", 3, 1))
        self.assertFalse(self.stored())

    def test_echo_that_overtakes_a_change_by_hand_hides_nothing(self):
        """Sent while our number was on its way, so all are kept; the last to come is not the
        newest."""
        self.put_stock(self.tea, 20)
        self.shopify.action_import_listings()
        self.env.cr.flush()
        self.shopify.action_push_stock()
        sku = self.shopify.sku_ids.filtered(lambda s: s.sku_code == "TST-TEA")
        sku.uncertain = True
        for number, available in enumerate((77, 20)):
            content = self.level("TST-TEA", available)
            self.deliver_content("inventory_levels/update", content, delivery=f"o-{number}")
        sku.uncertain = False
        self.assertEqual(len(self.stored()), 2)
        self.shopify.action_process_exchanges()
        self.assertEqual(self.looked_at(), ["TST-TEA"])

    def test_notification_of_a_quantity_finds_its_sku_by_the_index(self):
        """A push of 50,000 SKUs comes back as 50,000 notifications."""
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            """
            EXPLAIN SELECT id FROM ec_listing_sku
             WHERE channel_id = 1 AND active AND extra ? 'inventory_item_id'
               AND extra ->> 'inventory_item_id' = ANY(ARRAY['gid://shopify/InventoryItem/1'])
            """
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("shopify_item_index", plan)

    # === SUBSCRIPTIONS === #

    def test_subscribe_and_repair(self):
        self.shopify.shopify_webhook_base_url = self.base_url()
        self.shopify.action_check_webhooks()
        self.assertEqual(len(self.shop.store.webhooks), len(WEBHOOK_TOPICS))
        self.assertEqual(self.shopify.shopify_webhook_note, "Subscribed.")
        dropped = self.shop.store.webhooks.pop(next(iter(self.shop.store.webhooks)))
        self.shopify.action_check_webhooks()
        self.assertEqual(len(self.shop.store.webhooks), len(WEBHOOK_TOPICS))
        self.assertIn(dropped.topic, self.shopify.shopify_webhook_note, "Shopify had ended it")
        self.shopify.action_check_webhooks()
        self.assertEqual(self.shopify.shopify_webhook_note, "Subscribed.")
        self.shop.store.webhooks.clear()
        self.shopify._operation("check_webhooks").result = {
            **self.shopify._operation("check_webhooks").result, "of": 1,
        }  # fmt: skip
        self.shopify.action_check_webhooks()
        self.assertEqual(self.shopify.shopify_webhook_note, "Subscribed.", "another app had none")
        self.shopify.shopify_webhook_base_url = "http://127.0.0.1:1"
        self.shopify.action_check_webhooks()
        uris = {row.uri for row in self.shop.store.webhooks.values()}
        self.assertEqual(uris, {self.shopify._shopify_webhook_uri("http://127.0.0.1:1")})
        result = str(self.shopify._operation("check_webhooks").result)
        self.assertNotIn(self.shopify.shopify_webhook_token, result)

    def test_another_app_subscribes_at_once(self):
        cron = self.shopify.cron_ids.filtered(lambda c: c.ec_operation == "check_webhooks")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        self.shopify.shopify_client_id = "another-app-0000"
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))

    def test_subscriptions_of_more_than_one_page(self):
        """Other subscriptions of the app fill the first page of a hundred."""
        self.shopify.shopify_webhook_base_url = self.base_url()
        client = self.shopify._adapter()._client(self.shopify)
        for number in range(8):
            repair_subscriptions(client, f"https://other.example.jp/{number}")
        self.shopify.action_check_webhooks()
        count = len(self.shop.store.webhooks)
        self.assertEqual(count, 9 * len(WEBHOOK_TOPICS))
        self.shopify.action_check_webhooks()
        self.assertEqual(len(self.shop.store.webhooks), count, "all pages were looked at")

    def test_unreadable_address(self):
        self.shopify.api_url = "https://reiji-shop.myshopify.com"
        self.assertFalse(self.shopify._shopify_reachable("https://[broken"))

    def test_not_subscribed_without_a_public_address(self):
        self.assertFalse(self.reachable("http://odoo.example.jp/x"))
        self.assertFalse(self.reachable("https://localhost/x"))
        self.assertFalse(self.reachable("https://192.168.1.5/x"))
        self.assertFalse(self.reachable("https://odoo/x"))
        self.assertTrue(self.reachable("https://odoo.example.jp/x"))
        self.shopify.api_url = "https://reiji-shop.myshopify.com"
        self.shopify.shopify_webhook_base_url = "http://odoo.example.jp"
        self.shopify.action_check_webhooks()
        self.assertIn("http://odoo.example.jp", self.shopify.shopify_webhook_note)

    def reachable(self, uri):
        self.shopify.api_url = "https://reiji-shop.myshopify.com"
        return self.shopify._shopify_reachable(uri)
