"""Kits of two levels: what the shops show follows the parts."""

from odoo.fields import Command
from odoo.tests import tagged

from .kits_common import KitsCommon


@tagged("post_install", "-at_install")
class TestKits(KitsCommon):
    """Gift = 2 sets + 1 ribbon (no stock kept); set = 1 pot + 3 cups."""

    def setUp(self):
        super().setUp()
        self.list_products(self.products | self.set_ | self.gift)
        self.push()

    def test_two_levels(self):
        self.assertEqual(self.shown(), {"P-1": 10, "P-2": 10, "P-3": 10, "K-1": 3, "K-2": 1})
        self.assertEqual(self.set_.free_qty, 3)
        self.assertEqual(self.gift.free_qty, 1)

    def test_part_moves_kits(self):
        self.move(self.cup, 2)
        self.push()
        self.assertEqual(self.shown(), {"P-1": 10, "P-2": 8, "P-3": 10, "K-1": 2, "K-2": 1})
        self.move(self.cup, 3)
        self.push()
        self.assertEqual(self.shown(), {"P-1": 10, "P-2": 5, "P-3": 10, "K-1": 1, "K-2": 0})

    def test_recipe_change_is_a_stock_change(self):
        self.set_bom.bom_line_ids.filtered(lambda line: line.product_id == self.cup).product_qty = 1
        self.push()
        self.assertEqual((self.shown()["K-1"], self.shown()["K-2"]), (10, 5))
        self.set_bom.unlink()
        self.push()
        self.assertEqual(self.shown()["K-2"], 5, "a part without stock of its own: left alone")

    def test_order_that_waits_takes_the_parts(self):
        """A kit sold at the mall and not booked yet is taken off the parts and their other kits."""
        payload = self.order_payload(
            "KIT-1", lines=[{**self.order_payload()["lines"][0], "quantity": "1", "sku_ref": "K-2",
                             "sku_code": "K-2", "item_ref": "item-K-2"}],
        )  # fmt: skip
        self.channel._fake_put_order(payload)
        for page in self.channel._adapter()._pull_orders(self.channel, None, list):
            self.env["ec.exchange"]._store_documents(self.channel, "order", page.documents)
        free = self.channel._stock_free(self.products | self.set_ | self.gift)
        self.assertEqual(free[self.cup.id], 4)
        self.assertEqual(free[self.pot.id], 8)
        self.assertEqual((free[self.set_.id], free[self.gift.id]), (1, 0))

    def test_queries_do_not_grow_with_kits(self):
        kits = self.make_products(20, quantity=0, code="MANY", is_storable=False)
        for kit in kits:
            self.kit(kit, [(self.tea, 1), (self.set_, 1)])
        domain = self.channel._stock_location_domain()
        counts = []
        for some in (kits[:2], kits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._ec_free_quantities(domain)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_hints_of_many_kits_cost_what_those_of_few_cost(self):
        kits = self.make_products(20, quantity=0, code="HINT", is_storable=False)
        for kit in kits:
            self.kit(kit, [(self.tea, 1), (self.set_, 1)])
        skus = self.list_products(self.products | self.set_ | self.gift | kits)
        skus = skus.filtered(lambda sku: sku.product_id in kits)
        counts = []
        for some in (skus[:2], skus):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(set(some.mapped("warning")), {False})
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_part_that_is_on_its_way_makes_its_kits_no_difference(self):
        self.env.cr.execute(
            "UPDATE ec_listing_sku SET qty_sent_at = qty_sent_at - interval '1 hour'"
        )
        self.env.invalidate_all()
        self.move(self.cup, 2)
        self.env.cr.flush()
        self.channel.action_verify_stock()
        self.assertFalse(self.channel.difference_ids)

    def test_kits_sold_ahead_come_off_the_promise(self):
        """Three sets are promised, two are sold: their pots and cups are still to come."""
        adapter = self.registry["ec.channel.adapter.fake"]
        support = adapter._support
        self.patch(adapter, "_support", lambda a: {**support(a), "backorder": True})
        self.env["ec.stock.rule"].create({"product_id": self.set_.id, "backorder": 3})
        self.move(self.pot, 10)
        self.push()
        self.assertEqual(self.shown()["K-1"], 3)
        line = {
            **self.order_payload()["lines"][0],
            "quantity": "2", "amount": "2200", "sku_ref": "K-1", "sku_code": "K-1",
            "item_ref": "item-K-1",
        }  # fmt: skip
        self.channel.fake_stock = {**self.shown(), "K-1": 1}
        self.channel._fake_put_order(self.order_payload("AHEAD-1", lines=[line]))
        self.channel.action_pull_orders()
        self.push()
        self.assertEqual(self.shown()["K-1"], 1)

    def test_ordinary_order_of_a_kit(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "order_line": [Command.create({"product_id": self.gift.id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        self.push()
        self.assertEqual(self.shown(), {"P-1": 10, "P-2": 4, "P-3": 8, "K-1": 1, "K-2": 0})
