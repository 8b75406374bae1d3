"""Orders from the simulated mall to sale orders and back, over HTTP."""

from datetime import timedelta

from odoo.tests import tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenOrders(RakutenCommon):
    def setUp(self):
        super().setUp()
        self.plate = self.make_product("AR-KZ01", 20)
        self.shop.action_import_listings()
        carrier = self.env["delivery.carrier"].create(
            {
                "name": "宅配便",
                "product_id": self.env["product.product"]
                .create({"name": "宅配便", "type": "service"})
                .id,
            }
        )
        mapping = self.mapping("宅配便", "宅配便", "delivery", self.shop)
        mapping.carrier_id = carrier

    def pull(self):
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_pull_orders()

    def test_order_arrives_with_the_malls_total_and_tax(self):
        ref = self.mall.buy("AR-KZ01", 2)
        self.pull()
        order, figures = self.order(ref), self.mall.order(ref)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.amount_total, figures["shop_earns"])
        self.assertEqual(order.ec_buyer_total, figures["buyer_total"])
        goods = order.order_line.filtered(lambda line: line.product_id == self.plate)
        self.assertEqual((goods.product_uom_qty, goods.price_total), (2, 3300))
        self.assertEqual(order.ec_mall_status, "100")
        for percent, row in figures["tax"].items():
            self.assertEqual(self.tax_by_rate(order)[percent], (row["base_incl"], row["tax"]))

    def test_every_situation_arrives_with_the_malls_total(self):
        refs = {self.mall.place(name): name for name in self.rakuten.SCENARIOS}
        self.pull()
        for ref, name in refs.items():
            with self.subTest(name):
                order, figures = self.order(ref), self.mall.order(ref)
                if figures["state"] == 900 and not order:
                    continue  # cancelled before we ever saw it
                self.assertTrue(order)
                if figures["shop_earns"] is None:
                    self.assertTrue(order.ec_undecided)
                    self.assertIn("amount_undecided", self.open_codes(order))
                    continue
                self.assertNotIn("total_mismatch", self.open_codes(order))
                self.assertEqual(order.amount_total, figures["shop_earns"])
        failed = self.env["ec.exchange"].search(
            [("channel_id", "=", self.shop.id), ("state", "=", "failed")]
        )
        self.assertFalse(failed, failed.mapped("error_detail"))

    def test_shop_made_by_script_with_address_and_key_alone(self):
        now = self.mall.clock.now()
        self.mall.clock.set(now - timedelta(days=170))  # a reservation, say
        old = self.mall.place("ready")
        self.mall.clock.set(now)
        new = self.mall.buy("AR-KZ01")
        shop = self.env["ec.channel"].create(
            {
                "name": "Script",
                "provider": "rakuten",
                "state": "active",
                "api_url": f"{self.mall.base_url}/",
                "rakuten_service_secret": self.mall.service_secret,
                "rakuten_license_key": self.mall.license_key,
                "company_id": self.company.id,
            }
        )
        self.env.cr.flush()
        shop.action_pull_orders()
        shop.action_push_stock()
        orders = shop.order_ids.sorted("ec_order_ref")
        self.assertEqual(orders.mapped("ec_order_ref"), sorted([old, new]))
        for order in orders:
            self.assertEqual(order.amount_total, self.mall.order(order.ec_order_ref)["shop_earns"])
        sku = shop.sku_ids.filtered(lambda row: row.product_id == self.plate)
        self.assertEqual(self.mall.stock()["AR-KZ01"], sku.qty_sent)
        self.assertTrue(shop.action_check_connection(), shop.check_report)

    def test_what_the_mall_changes_is_seen_at_the_next_poll(self):
        ref = self.mall.buy("AR-KZ01")
        self.pull()
        self.mall.event(ref, "buyer_cancel")
        self.pull()
        self.assertIn(self.order(ref).ec_mall_status, ("800", "900"))

    def test_confirmed_at_the_mall_and_ready_half_an_hour_later(self):
        ref = self.mall.buy("AR-KZ01")
        self.pull()
        self.env["ec.exchange"]._process_pending(self.shop, "confirm", direction="out")
        self.assertEqual(self.mall.order(ref)["state"], 200)
        self.mall.event(ref, "authorise")
        self.pull()
        order = self.order(ref)
        self.assertEqual((order.ec_mall_status, order.ec_payment_state), ("300", "authorized"))
        self.assertEqual(order.ec_stage, "ready")

    def test_bank_transfer_waits_for_the_money(self):
        ref = self.mall.place("bank_transfer")
        self.pull()
        order = self.order(ref)
        self.assertEqual((order.ec_payment_state, order.ec_payment_role), ("unpaid", "bank"))
        self.assertEqual(order.ec_stage, "payment")

    def test_payment_codes_are_known_and_an_unknown_one_asks(self):
        known, unknown = self.mall.place("cod"), self.mall.place("unknown_payment")
        self.pull()
        self.assertEqual(self.order(known).ec_payment_role, "cod")
        self.assertIn("unknown_payment", self.open_codes(self.order(unknown)))

    def test_unaccepted_gift_makes_nobody(self):
        ref = self.mall.place("social_gift")
        self.pull()
        self.assertIn("gift_address_missing", self.open_codes(self.order(ref)))
        domain = ["|", ("name", "ilike", "入力待ち"), ("city", "ilike", "入力待ち")]
        self.assertFalse(self.env["res.partner"].search(domain))

    def test_pulling_again_changes_nothing(self):
        self.mall.buy("AR-KZ01")
        self.pull()
        domain = [("channel_id", "=", self.shop.id)]
        before = self.env["ec.exchange"].search(domain).mapped("write_date")
        self.pull()
        self.assertEqual(self.env["ec.exchange"].search(domain).mapped("write_date"), before)
        orders = self.env["sale.order"].search([("ec_channel_id", "=", self.shop.id)])
        self.assertEqual(len(orders), 1)

    def test_faults_lose_and_double_nothing(self):
        refs = [self.mall.buy("AR-KZ01") for _n in range(3)]
        for kind in ("429", "503_html", "reset", "cut"):
            self.mall.faults.add(kind, match="Order")
        self.pull()
        self.pull()
        for ref in refs:
            self.assertEqual(len(self.order(ref)), 1)
        self.assertEqual(self.shop.failure_count, 0)

    def test_expired_key_stops_the_shop_with_a_word_what_to_do(self):
        self.mall.faults.add("expired", times=None)
        self.pull()
        self.assertEqual(self.shop.health, "setup")
        self.assertIn("RMS", self.shop.last_error)
        self.assertNotIn(self.mall.license_key, self.shop.last_error)

    def test_maintenance_is_waited_for(self):
        self.mall.faults.add("maintenance", times=None)
        self.pull()
        found = (self.shop.health, self.shop.last_error_reason)
        self.assertEqual(found, ("waiting", "maintenance"))
        self.mall.faults.clear()
        ref = self.mall.buy("AR-KZ01")
        self.pull()
        self.assertEqual(self.shop.health, "ok")
        self.assertTrue(self.order(ref))

    def test_buyer_cancels(self):
        ref = self.mall.buy("AR-KZ01")
        self.pull()
        self.mall.event(ref, "buyer_cancel")
        self.pull()
        self.assertEqual(self.order(ref).state, "cancel")
