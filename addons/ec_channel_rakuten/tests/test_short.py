"""Two orders over the last piece: what the mall sees after each choice of the clerk."""

from odoo.tests import tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenShort(RakutenCommon):
    """The mall itself was told one piece; both orders got in before its number was lowered."""

    def setUp(self):
        super().setUp()
        self.plate = self.make_product("AR-KZ01", 1)
        self.cup = self.make_product("ARYN02B", 5)
        self.shop.action_import_listings()
        self.shop.action_push_stock()
        self.first_ref = self.mall.place("ready", lines=self.lines(("AR-KZ01", 1)))
        self.mall.clock.advance(60)
        self.second_ref = self.mall.place("ready", lines=self.lines(("AR-KZ01", 1), ("ARYN02B", 1)))
        self.pull()
        self.first, self.second = self.order(self.first_ref), self.order(self.second_ref)

    @staticmethod
    def lines(*wanted):
        return [{"sku": sku, "quantity": quantity} for sku, quantity in wanted]

    def pull(self):
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_pull_orders()

    def shown(self):
        """What the mall shows once Odoo has told it."""
        self.env.cr.flush()
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_push_stock()
        stock = self.mall.stock()
        return stock["AR-KZ01"], stock["ARYN02B"]

    def at_mall(self, ref):
        return self.mall.order(ref)["state"]

    def decide(self, order, choice, reason=None, **vals):
        wizards = self.env["ec.order.short"].with_user(self.clerk)
        wizards = wizards.with_context(default_order_id=order.id)
        wizard = wizards.create({"order_id": order.id, "choice": choice, **vals})
        wizard.reason_id = wizard.reason_ids.filtered(lambda row: row.code == reason)
        wizard.action_apply()
        self.env.flush_all()

    def moves(self, order):
        moves = order.order_line.move_ids.filtered(lambda move: move.state != "cancel")
        return {move.product_id.default_code: move.state for move in moves}

    def test_earlier_keeps_the_goods(self):
        self.assertEqual(self.moves(self.first), {"AR-KZ01": "assigned"})
        self.assertEqual(self.moves(self.second), {"AR-KZ01": "confirmed", "ARYN02B": "assigned"})
        self.assertNotIn("stock_short", self.open_codes(self.first))
        self.assertIn("stock_short", self.open_codes(self.second))
        self.assertEqual(self.shown(), (0, 4))

    def test_wait(self):
        """Nothing happens at the mall; goods that come go to this order, not back on sale."""
        before = self.at_mall(self.second_ref)
        self.decide(self.second, "wait")
        self.assertEqual(self.at_mall(self.second_ref), before)
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            {
                "product_id": self.plate.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "inventory_quantity": 2,
            }
        ).action_apply_inventory()
        self.assertEqual(self.moves(self.second)["AR-KZ01"], "assigned")
        self.assertEqual(self.shown(), (0, 4))

    def test_substitute(self):
        """The mall's order stays as it is; the substitute leaves its stock."""
        before = self.mall.order(self.second_ref)
        self.decide(self.second, "substitute", substitute_id=self.cup.id)
        self.assertNotIn("stock_short", self.open_codes(self.second))
        self.assertEqual(self.mall.order(self.second_ref), before)
        self.assertEqual(self.second.amount_total, before["shop_earns"])
        self.assertEqual(self.shown(), (0, 3))

    def test_part_now(self):
        """One parcel leaves, the other waits; at the mall the order stays open."""
        before = self.at_mall(self.second_ref)
        self.decide(self.second, "partial")
        now, later = self.second.picking_ids.sorted("id")
        self.assertEqual(now.move_ids.product_id, self.cup)
        self.assertEqual((now.state, later.state), ("assigned", "confirmed"))
        self.assertEqual(self.at_mall(self.second_ref), before)
        self.assertEqual(self.shown(), (0, 4))

    def test_cancel_is_told_with_the_reason(self):
        self.decide(self.second, "cancel", reason="8")
        self.assertEqual(self.second.state, "cancel")
        self.env["ec.exchange"]._process_pending(self.shop, direction="out")
        self.assertIn(self.at_mall(self.second_ref), (800, 900))
        model = self.mall.store.orders[self.second_ref].model
        reasons = [row["changeReasonDetail"] for row in model["ChangeReasonModelList"]]
        self.assertEqual(reasons[-1], 8)
        self.assertEqual(self.shown(), (0, 5), "its cup is free again, the plate never was")
        self.pull()
        self.assertEqual((self.second.state, self.second.ec_stage), ("cancel", "cancel"))
        self.assertEqual(self.moves(self.first), {"AR-KZ01": "assigned"})

    def test_first_order_is_cancelled_at_the_mall(self):
        """Cancelled at the mall: the piece goes to who waits and not on sale."""
        self.mall.shop.switches.cancel_waits = False
        self.mall.event(self.first_ref, "shop_cancel", restock=1)
        self.assertEqual(self.at_mall(self.first_ref), 900)
        self.pull()
        self.assertEqual(self.first.state, "cancel")
        self.assertEqual(self.moves(self.second)["AR-KZ01"], "assigned")
        self.assertNotIn("stock_short", self.open_codes(self.second))
        self.assertEqual(self.shown(), (0, 4))
