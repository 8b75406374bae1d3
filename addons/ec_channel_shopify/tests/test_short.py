"""Two orders over the last piece: what the shop sees after each choice of the clerk."""

from odoo.tests import tagged

from .common import ShopifyCommon


@tagged("post_install", "-at_install")
class TestShopifyShort(ShopifyCommon):
    """Both orders got in before the shop's number was lowered."""

    def setUp(self):
        super().setUp()
        self.put_stock(self.tea, 1)
        self.put_stock(self.cup, 5)
        self.shopify.action_import_listings()
        self.first_ref = self.shop.buy("TST-TEA", 1)
        self.second_ref = self.shop.buy(
            lines=[{"sku": "TST-TEA", "quantity": 1}, {"sku": "TST-CUP", "quantity": 1}]
        )
        self.shopify.action_pull_orders()
        self.first, self.second = self.order_of(self.first_ref), self.order_of(self.second_ref)

    def stock_at_shop(self):
        """What the shop shows once Odoo has told it."""
        self.env.cr.flush()
        self.shopify.operation_ids.write({"blocked_until": False})
        self.shopify.action_push_stock()
        return self.shown("TST-TEA"), self.shown("TST-CUP")

    def at_shop(self, order):
        return self.shop.store.orders[int(order.ec_order_ref.rsplit("/", 1)[-1])]

    def decide(self, order, choice, reason=None, **vals):
        wizards = self.env["ec.order.short"].with_user(self.clerk)
        wizards = wizards.with_context(default_order_id=order.id)
        wizard = wizards.create({"order_id": order.id, "choice": choice, **vals})
        wizard.reason_id = wizard.reason_ids.filtered(lambda row: row.code == reason)
        wizard.action_apply()
        self.env.flush_all()

    def codes(self, order):
        return order.ec_check_ids.filtered(lambda c: c.state == "open").mapped("code")

    def moves(self, order):
        moves = order.order_line.move_ids.filtered(lambda move: move.state != "cancel")
        return {move.product_id.default_code: move.state for move in moves}

    def test_earlier_keeps_the_goods(self):
        self.assertEqual(self.moves(self.first), {"TST-TEA": "assigned"})
        self.assertEqual(self.moves(self.second), {"TST-TEA": "confirmed", "TST-CUP": "assigned"})
        self.assertIn("stock_short", self.codes(self.second))
        self.assertEqual(self.stock_at_shop(), (0, 4))

    def test_wait(self):
        self.decide(self.second, "wait")
        self.assertFalse(self.at_shop(self.second).cancelled_at)
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            {
                "product_id": self.tea.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "inventory_quantity": 2,
            }
        ).action_apply_inventory()
        self.assertEqual(self.moves(self.second)["TST-TEA"], "assigned")
        self.assertEqual(self.stock_at_shop(), (0, 4))

    def test_substitute(self):
        total = self.second.amount_total
        self.decide(self.second, "substitute", substitute_id=self.cup.id)
        self.assertNotIn("stock_short", self.codes(self.second))
        self.assertEqual(self.second.amount_total, total)
        self.assertFalse(self.at_shop(self.second).cancelled_at)
        self.assertEqual(self.stock_at_shop(), (0, 3))

    def test_part_now(self):
        self.decide(self.second, "partial")
        now, later = self.second.picking_ids.sorted("id")
        self.assertEqual(now.move_ids.product_id, self.cup)
        self.assertEqual((now.state, later.state), ("assigned", "confirmed"))
        self.assertFalse(self.at_shop(self.second).cancelled_at)
        self.assertEqual(self.stock_at_shop(), (0, 4))

    def test_cancel_is_told_with_the_reason(self):
        self.decide(self.second, "cancel", reason="INVENTORY")
        self.assertEqual(self.second.state, "cancel")
        self.env["ec.exchange"]._process_pending(self.shopify, direction="out")
        self.assertTrue(self.at_shop(self.second).cancelled_at)
        self.assertEqual(self.at_shop(self.second).cancel_reason, "INVENTORY")
        self.assertEqual(self.stock_at_shop(), (0, 5), "its cup is free again, the tea never was")
        self.shopify.action_pull_orders()
        self.assertEqual((self.second.state, self.second.ec_stage), ("cancel", "cancel"))
        self.assertEqual(self.moves(self.first), {"TST-TEA": "assigned"})
