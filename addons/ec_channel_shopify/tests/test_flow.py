from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..lib import stock
from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyFlow(ShopifyCommon):
    """From the shop's order to ours, and our stock back to the shop."""

    def setUp(self):
        super().setUp()
        for module in ("client", "token"):
            patcher = patch(
                f"odoo.addons.ec_channel_shopify.lib.{module}.time.sleep", lambda seconds: None
            )
            patcher.start()
            self.addCleanup(patcher.stop)

    def connect_items(self):
        self.shopify.action_import_listings()
        skus = self.shopify.sku_ids.filtered(lambda sku: sku.sku_code.startswith("TST-"))
        self.assertEqual(skus.product_id, self.products)

    def push(self):
        """Send stock; what changed before counts as committed."""
        self.env.cr.flush()
        self.shopify.action_push_stock()

    def test_order_comes_in_exact(self):
        self.connect_items()
        self.put_stock(self.tea, 20)
        self.put_stock(self.cup, 20)
        ref = self.shop.buy(
            lines=[{"sku": "TST-TEA", "quantity": 2}, {"sku": "TST-CUP", "quantity": 1}],
            discounts=[{"kind": "code", "title": "AKI10", "percent": 10}],
            shipping=660,
            payment="card",
            attributes={"配送希望日": "2026-12-25", "配送希望時間帯": "14:00-16:00"},
        )
        self.shopify.action_pull_orders()
        order = self.order_of(ref)
        expected = self.shop.order(ref)
        self.assertEqual(order.amount_total, expected["buyer_total"])
        self.assertEqual(order.ec_buyer_total, expected["buyer_total"])
        # 2,160 − 216 = 1,944 at 8 %: 144; 2,200 − 220 + 660 = 2,640 at 10 %: 180 + 60
        self.assertEqual(order.amount_tax, 144 + 240)
        self.assertEqual(order.ec_order_number, expected["name"])
        self.assertEqual(str(order.ec_wish_date), "2026-12-25")
        self.assertEqual((order.ec_wish_time_from, order.ec_wish_time_to), (14, 16))
        self.assertEqual(order.ec_payment_state, "paid")
        self.assertEqual(
            order.order_line.filtered(lambda line: line.product_id == self.tea).product_uom_qty, 2
        )

    def test_again_changes_nothing(self):
        ref = self.shop.place("two_rates")
        self.shopify.action_pull_orders()
        order = self.order_of(ref)
        self.shopify._set_cursor("pull_orders", None)
        self.shopify.action_pull_orders()
        self.assertEqual(self.order_of(ref), order)
        exchanges = self.env["ec.exchange"].search(
            [("channel_id", "=", self.shopify.id), ("kind", "=", "order")]
        )
        self.assertEqual(len(exchanges), 1)
        self.assertEqual((exchanges.state, exchanges.revision_count), ("done", 0))

    def test_every_situation_arrives(self):
        refs = [self.shop.place(name) for name in (
            "konbini", "cod_ja", "bank", "gift_card_and_card", "zero_total", "stacked_discounts",
            "tip", "bundle", "custom_line", "gift_card_sold", "null_sku", "several_shippings",
            "usd", "guest", "strange_address", "hold", "scheduled", "fulfilled", "edited_remove",
            "goodwill_refund", "returned", "cod_fee_line", "free_shipping",
        )]  # fmt: skip
        self.shopify.action_pull_orders()
        failed = self.env["ec.exchange"].search(
            [("channel_id", "=", self.shopify.id), ("state", "!=", "done")]
        )
        self.assertFalse(failed, failed.mapped("error_detail"))
        for ref in refs:
            row = self.shop.order(ref)
            if row["scenario"] == "edited_remove":
                continue  # less is sold than was ordered
            order = self.order_of(ref)
            self.assertEqual(order.amount_total, row["buyer_total"], row["scenario"])
            tax = sum(part["tax"] for part in row["tax"].values())
            self.assertEqual(order.amount_tax, tax, row["scenario"])
            mismatch = order.ec_check_ids.filtered(lambda check: check.code == "total_mismatch")
            self.assertFalse(mismatch, row["scenario"])

    def test_test_orders_stay_out(self):
        ref = self.shop.place("test_order")
        self.shopify.action_pull_orders()
        self.assertFalse(self.order_of(ref))

    def test_konbini_waits_then_is_paid(self):
        ref = self.shop.place("konbini")
        self.shopify.action_pull_orders()
        order = self.order_of(ref)
        self.assertEqual(order.ec_payment_state, "unpaid")
        self.shop.event(ref, "expire")
        self.shopify.action_pull_orders()
        self.assertEqual(order.ec_payment_state, "unpaid", "EXPIRED is not final")
        self.assertNotEqual(order.state, "cancel")
        self.shop.event(ref, "pay")
        self.shopify.action_pull_orders()
        self.assertEqual(order.ec_payment_state, "paid")

    def test_cancelled_at_the_shop(self):
        ref = self.shop.place("standard")
        self.shopify.action_pull_orders()
        order = self.order_of(ref)
        self.assertEqual(order.state, "sale")
        self.shop.event(ref, "buyer_cancel")
        self.shopify.action_pull_orders()
        self.assertEqual(order.state, "cancel")

    def test_stock_goes_out(self):
        self.connect_items()
        self.put_stock(self.tea, 17)
        self.push()
        self.assertEqual(self.shown("TST-TEA"), 17)
        self.assertEqual(self.shown("TST-CUP"), 0)
        sku = self.shopify.sku_ids.filtered(lambda row: row.sku_code == "TST-TEA")
        self.assertEqual((sku.qty_sent, sku.dirty), (17, False))

    def test_a_sale_here_and_there_is_counted_once(self):
        self.connect_items()
        self.put_stock(self.tea, 17)
        self.push()
        self.shop.buy(sku="TST-TEA", quantity=3)
        self.assertEqual(self.shown("TST-TEA"), 14)
        self.shopify.action_pull_orders()
        self.push()
        self.assertEqual(self.shown("TST-TEA"), 14)
        self.put_stock(self.tea, 10)
        self.push()
        self.assertEqual(self.shown("TST-TEA"), 24)

    def test_sale_between_read_and_write(self):
        """A buyer is quicker than our write: nothing of the sale is overwritten."""
        self.connect_items()
        self.put_stock(self.tea, 17)
        self.push()
        self.put_stock(self.tea, 3)
        real, bought = stock.set_available, []

        def quicker(*args, **kwargs):
            if not bought:
                bought.append(self.shop.buy(sku="TST-TEA", quantity=2))
            return real(*args, **kwargs)

        with patch.object(stock, "set_available", quicker):
            self.push()
        self.assertTrue(self.order_of(bought[0]), "the sale was fetched before it was tried again")
        self.assertEqual(self.shown("TST-TEA"), 18)

    def test_stock_of_an_untracked_item(self):
        self.shop.store.variant_of("TST-CUP").tracked = False
        self.connect_items()
        self.put_stock(self.tea, 5)
        self.push()
        self.assertEqual(self.shown("TST-TEA"), 5)

    def test_write_without_answer(self):
        self.connect_items()
        self.put_stock(self.tea, 9)
        self.shop.faults.add("cut", match="inventorySetQuantities", times=1)
        self.push()
        self.assertEqual(self.shown("TST-TEA"), 9)
        sku = self.shopify.sku_ids.filtered(lambda row: row.sku_code == "TST-TEA")
        self.assertFalse(sku.dirty)

    def test_stock_of_a_shop_whose_connection_was_never_checked(self):
        self.shopify.shopify_location_ids.unlink()
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        self.shopify.warehouse_ids |= other
        self.connect_items()
        self.put_stock(self.tea, 9)
        self.push()
        self.assertEqual(self.shown("TST-TEA"), 9)
        chosen = self.shopify.shopify_location_ids.filtered("warehouse_id")
        self.assertEqual(len(chosen), 1)

    def test_shop_made_by_script_with_address_and_token_alone(self):
        shop = self.env["ec.channel"].create(
            {
                "name": "Script",
                "provider": "shopify",
                "state": "active",
                "api_url": f"{self.shop.api_url}/",
                "shopify_access_token": self.shop.access_token,
                "company_id": self.company.id,
            }
        )
        ref = self.shop.buy(lines=[{"sku": "TST-TEA", "quantity": 1}])
        self.put_stock(self.tea, 20)
        self.env.cr.flush()
        shop.action_pull_orders()
        shop.action_push_stock()
        order = self.env["sale.order"].search(
            [("ec_channel_id", "=", shop.id), ("ec_order_ref", "=", ref)]
        )
        self.assertEqual(order.amount_total, self.shop.order(ref)["buyer_total"])
        self.assertEqual(order.order_line.product_id & self.tea, self.tea)
        self.assertEqual(self.shown("TST-TEA"), 19)
        self.assertTrue(shop.action_check_connection(), shop.check_report)

    def test_no_location_chosen(self):
        self.connect_items()
        self.shopify.shopify_location_ids.warehouse_id = False
        self.put_stock(self.tea, 9)
        self.push()
        row = self.shopify._operation("push_stock")
        self.assertEqual((row.error_kind, row.error_reason), ("setup", "location_missing"))
        self.assertIn("location", row.error_message)

    def test_random_faults(self):
        self.shop.faults.add("502_html", rate=0.1, times=None, seed=1)
        self.shop.faults.add("reset", rate=0.05, times=None, seed=2)
        since = (fields.Datetime.now() - timedelta(minutes=30)).isoformat()
        refs = self.shop.generate(40, seed=5, since=f"{since}+00:00")
        for _run in range(10):
            self.shopify.operation_ids.write({"blocked_until": False})
            self.shopify.action_pull_orders()
        self.shop.faults.clear()
        self.shopify.operation_ids.write({"blocked_until": False})
        self.shopify.action_pull_orders()
        for ref in refs:
            self.assertEqual(self.order_of(ref).amount_total, self.shop.order(ref)["buyer_total"])

    def test_missing_scope_pauses_with_its_name(self):
        self.shop.configure(scopes=[s for s in self.shop.settings.scopes if "orders" not in s])
        self.shop.place("standard")
        self.shopify.action_pull_orders()
        row = self.shopify._operation("pull_orders")
        self.assertEqual((row.error_kind, row.error_reason), ("setup", "scope_missing"))
        self.assertIn("read_orders", row.error_message)

    def _two_places(self):
        """A second warehouse at the shop's second location; returns it."""
        second = self.env["stock.warehouse"].create({"name": "West", "code": "WST"})
        self.shopify.warehouse_ids += second
        self.shopify.shopify_location_ids.sorted("sequence")[1].warehouse_id = second
        self.connect_items()
        self.put_stock(self.tea, 10)
        self.put_west(second, 5)
        return second

    def put_west(self, warehouse, quantity):
        self.env["stock.quant"]._update_available_quantity(
            self.tea, warehouse.lot_stock_id, quantity
        )

    def places(self):
        """What the simulated shop shows at the first and the second location."""
        levels = self.shop.stock_by_location()["TST-TEA"]
        rows = self.shopify.shopify_location_ids.sorted("sequence")
        return [levels.get(row.gid, {}).get("available") for row in rows[:2]]

    def test_each_location_shows_its_own_warehouse(self):
        second = self._two_places()
        level = self.shop.store.level(
            self.shop.store.variant_of("TST-TEA"), list(self.shop.store.locations.values())[1], True
        )
        level.quantities["available"] = 7
        self.push()
        self.assertEqual(self.places(), [10, 5])
        self.assertEqual(self.shop.stock()["TST-TEA"], 15)
        keys = [self.sku_key("TST-TEA")]
        read = self.shopify._adapter()._read_stock(self.shopify, keys)
        self.assertEqual(read, {keys[0].ref: 15})
        # Goods change house: the sum stays, the places follow.
        self.put_stock(self.tea, -4)
        self.put_west(second, 4)
        self.push()
        self.assertEqual(self.places(), [6, 9])
        sku = self.shopify.sku_ids.filtered(lambda row: row.sku_code == "TST-TEA")
        self.assertEqual((sku.qty_sent, sku.dirty, sku.uncertain), (15, False, False))
        # Nothing new is not told again.
        self.env["ec.stock.signal"]._note(self.tea.ids)
        with patch.object(stock, "_write") as write:
            self.push()
        write.assert_not_called()
        self.assertFalse(sku.dirty)

    def test_rules_of_the_shop_hold_for_the_sum_of_the_locations(self):
        self._two_places()
        rule = self.env["ec.stock.rule"].create({"channel_id": self.shopify.id, "buffer": 3})
        self.push()
        self.assertEqual(self.places(), [10, 2], "12 of 15: the first warehouse first")
        first, last = self.shopify.source_ids
        first.sequence, last.sequence = last.sequence, first.sequence
        self.push()
        self.assertEqual(self.places(), [7, 5], "the other one first")
        rule.buffer = 20
        self.push()
        self.assertEqual(self.places(), [0, 0])

    def test_a_location_changes_hands(self):
        second = self._two_places()
        self.push()
        one, two = self.shopify.shopify_location_ids.sorted("sequence")[:2]
        one.warehouse_id, two.warehouse_id = second, self.warehouse
        self.push()
        self.assertEqual(self.places(), [5, 10])
        one.warehouse_id = self.warehouse  # both are one warehouse now: a single number
        self.push()
        self.assertEqual(self.places(), [15, 0])

    def test_a_sale_taken_off_at_the_other_location(self):
        """The shop takes the goods off where it likes, the order leaves where we say."""
        self._two_places()
        self.push()
        self.shop.buy(lines=[{"sku": "TST-TEA", "quantity": 2}])
        level = self.shop.store.level(
            self.shop.store.variant_of("TST-TEA"), list(self.shop.store.locations.values())[1], True
        )
        level.quantities["available"] = 3
        self.shopify.action_pull_orders()
        self.push()
        self.assertEqual(self.places(), [8, 5])

    def test_a_lost_answer_with_two_locations(self):
        self._two_places()
        self.shop.faults.add("cut", match="inventorySetQuantities", times=1)
        self.push()
        self.shopify.operation_ids.write({"blocked_until": False})
        self.push()
        self.assertEqual(self.places(), [10, 5])
        sku = self.shopify.sku_ids.filtered(lambda row: row.sku_code == "TST-TEA")
        self.assertEqual((sku.dirty, sku.uncertain), (False, False))
