"""Several locations: each is compared and mended by itself."""

from dataclasses import replace
from unittest.mock import patch

from odoo.tests import tagged

from ..lib import order_places, stock
from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyPlaces(ShopifyCommon):
    def setUp(self):
        super().setUp()
        self.west = self.env["stock.warehouse"].create({"name": "West", "code": "WST"})
        self.shopify.warehouse_ids += self.west
        self.rows = self.shopify.shopify_location_ids.sorted("sequence")[:2]
        self.rows[1].warehouse_id = self.west
        self.shopify.action_import_listings()
        self.put_stock(self.tea, 10)
        self.env["stock.quant"]._update_available_quantity(self.tea, self.west.lot_stock_id, 5)
        self.push()
        self.assertEqual(self.places(), [10, 5])
        # Nothing of what follows happened while it was sent.
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET qty_sent_at = qty_sent_at - interval '1 hour'"
        )
        self.env["ec.listing.sku"].invalidate_model()

    def push(self):
        self.env.cr.flush()
        self.shopify.action_push_stock()

    def places(self):
        """What the simulated shop shows at the two locations."""
        levels = self.shop.stock_by_location()["TST-TEA"]
        return [levels.get(row.gid, {}).get("available") for row in self.rows]

    def set_by_hand(self, *quantities):
        """Somebody changes the shop's numbers in its own screen."""
        variant = self.shop.store.variant_of("TST-TEA")
        places = list(self.shop.store.locations.values())
        for place, quantity in zip(places, quantities, strict=False):
            self.shop.store.level(variant, place, True).quantities["available"] = quantity

    def verify(self):
        self.env.cr.flush()
        self.shopify.action_verify_stock()
        return self.shopify.difference_ids.filtered(lambda row: row.sku_id.sku_code == "TST-TEA")

    def test_all_right(self):
        self.assertFalse(self.verify())

    def test_moved_by_hand_from_one_location_to_the_other(self):
        """The sum is what it should be; the two places are not."""
        self.set_by_hand(7, 8)
        row = self.verify()
        self.assertEqual(row.cause, "changed_at_mall")
        self.assertEqual((row.qty_mall, row.qty_expected), (15, 15))
        self.assertIn(f"{self.rows[0].name}: 7 ", row.place_note)
        self.assertIn(f"{self.rows[1].name}: 8 ", row.place_note)
        self.push()
        self.assertEqual(self.places(), [7, 8], "a person's change is not overwritten silently")
        row.with_user(self.clerk).button_repair()
        self.push()
        self.assertEqual(self.places(), [10, 5])
        self.assertEqual(self.verify().state, "over")

    def test_only_the_wrong_location_is_written(self):
        self.set_by_hand(10, 9)
        self.shopify.stock_auto_repair = True
        row = self.verify()
        self.assertEqual((row.cause, row.qty_mall, row.qty_expected), ("changed_at_mall", 19, 15))
        self.assertEqual(row.places, {self.rows[1].name: [9, 5, 5]})
        with patch.object(stock, "_write", wraps=stock._write) as write:
            self.push()
        self.assertEqual(self.places(), [10, 5])
        written = [sent.location for call in write.call_args_list for sent in call.args[1]]
        self.assertEqual(written, self.rows[1].mapped("gid"))

    def test_missed_move_between_our_warehouses(self):
        """Goods changed house here and the signal was lost: the night finds and mends it."""
        self.put_stock(self.tea, -4)
        self.env["stock.quant"]._update_available_quantity(self.tea, self.west.lot_stock_id, 4)
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM ec_stock_signal")
        self.env["ec.stock.signal"].invalidate_model()
        row = self.verify()
        self.assertEqual((row.cause, row.state), ("missed", "repairing"))
        self.push()
        self.assertEqual(self.places(), [6, 9])

    def test_hand_change_at_one_location_overwritten_leaves_a_line(self):
        self.set_by_hand(7, 8)
        self.put_stock(self.tea, -1)
        self.push()
        self.assertEqual(self.places(), [9, 5])
        [row] = self.shopify.difference_ids
        self.assertEqual((row.cause, row.state, row.qty_sent), ("changed_at_mall", "over", 15))
        self.assertIn(f"{self.rows[0].name}: 7 ", row.place_note)
        self.assertIn(f"{self.rows[1].name}: 8 ", row.place_note)

    def test_goods_that_change_house_are_nobodys_change(self):
        self.put_stock(self.tea, -4)
        self.env["stock.quant"]._update_available_quantity(self.tea, self.west.lot_stock_id, 4)
        self.push()
        self.assertEqual(self.places(), [6, 9])
        self.assertFalse(self.shopify.difference_ids)


@tagged("post_install", "-at_install")
class TestShopifyElsewhere(ShopifyCommon):
    """Goods that a third party, or a location not managed here, is to send."""

    def setUp(self):
        super().setUp()
        self.put_stock(self.tea, 10)
        self.shopify.action_import_listings()
        self.ours, self.other = self.shopify.shopify_location_ids.sorted("sequence")[:2]
        self.assertTrue(self.ours.warehouse_id)
        self.assertFalse(self.other.warehouse_id)

    def pull(self):
        self.shopify.action_pull_orders()
        self.shopify.action_process_exchanges()

    def check(self, ref):
        checks = self.order_of(ref).ec_check_ids
        return checks.filtered(lambda check: check.code == "shipped_elsewhere")

    def test_what_another_location_sends_does_not_leave_here_too(self):
        ref, mine = self.shop.place("standard"), self.shop.place("standard")
        self.shop.event(ref, "move", location=self.other.gid)
        self.pull()
        check = self.check(ref)
        self.assertEqual((check.state, check.detail), ("open", self.other.name))
        self.assertEqual(self.order_of(ref).ec_stage, "check")
        self.assertFalse(self.check(mine))
        self.shop.event(ref, "move", location=self.ours.gid)
        self.env["ec.exchange"]._store_documents(
            self.shopify, "order", self.shopify._adapter()._fetch_orders(self.shopify, [ref])
        )
        self.shopify.action_process_exchanges()
        self.assertEqual(check.state, "cleared")
        self.assertTrue(check.auto)

    def test_place_that_becomes_ours(self):
        ref = self.shop.place("standard")
        self.shop.event(ref, "move", location=self.other.gid)
        self.pull()
        self.assertEqual(self.check(ref).state, "open")
        self.other.warehouse_id = self.env["stock.warehouse"].create({"name": "W", "code": "W2"})
        self.shopify.action_process_exchanges()
        self.assertEqual(self.check(ref).state, "cleared")

    def test_shop_whose_places_are_all_ours_is_not_asked(self):
        self.other.active = False
        ref = self.shop.place("standard")
        real = order_places.ShopifyClient.in_chunks
        with patch.object(
            order_places.ShopifyClient, "in_chunks", autospec=True, side_effect=real
        ) as asked:
            self.pull()
        self.assertTrue(self.order_of(ref))
        self.assertNotIn("order_places", [call.args[1] for call in asked.call_args_list])

    def test_refusal_withholds_no_order(self):
        self.shop.settings.scopes = [
            scope for scope in self.shop.settings.scopes if "fulfillment_orders" not in scope
        ]
        self.env["ec.shopify.token"]._forget(self.shopify)
        ref = self.shop.place("standard")
        with self.assertLogs(order_places.__name__, "WARNING"):
            self.pull()
        self.assertTrue(self.order_of(ref))
        self.assertFalse(self.check(ref))

    def test_locations_of_third_parties_are_listed_last_and_are_not_ours(self):
        place = next(iter(self.shop.store.locations.values()))
        number = self.shop.store.next_id("Location")
        service = replace(
            place, id=number, name="見本物流", is_fulfillment_service=True, legacy=True
        )
        self.shop.store.locations[number] = self.shop.store.add(service)
        self.shopify.action_check_connection()
        rows = self.shopify.shopify_location_ids.sorted("sequence")
        self.assertEqual(rows[-1].name, "見本物流")
        self.assertFalse(rows[-1].warehouse_id)
        self.assertEqual(self.shopify._shopify_stock_locations(), self.ours)
