"""A changed SKU costs the same however many SKUs the shop lists."""

from odoo.tests import tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockFlat(EcStockCommon):
    def cost_of_ten(self, products):
        """Queries of a push after ten products changed."""
        for product in products[:10]:
            self.env["stock.quant"]._update_available_quantity(product, self.stock_location, 1)
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        sent = self.push()
        self.assertEqual(sum(map(len, sent)), 10)
        return self.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_shop(self):
        few = self.make_products(20, code="F")
        self.list_products(few)
        self.push()
        self.assertEqual(set(self.shown().values()), {10})
        self.cost_of_ten(few)  # once for the caches
        small = self.cost_of_ten(few)
        many = self.make_products(180, code="G")
        shown = self.shown()
        self.list_products(few | many)
        self.channel.fake_stock = {**self.shown(), **shown}
        self.push()
        large = self.cost_of_ten(few)
        self.assertLessEqual(large, small + 2, f"20 listings: {small}, 200 listings: {large}")

    def test_waiting_skus_are_found_by_their_index(self):
        """The planner must see that the question is the index's own condition."""
        self.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        for field, index in (("dirty", "dirty_index"), ("look_again", "look_again_index")):
            query = self.env["ec.listing.sku"]._search(
                [("channel_id", "=", self.channel.id), (field, "=", True)]
            )
            sql = query.select()
            self.cr.execute(f"EXPLAIN {sql.code}", sql.params)
            plan = "\n".join(row[0] for row in self.cr.fetchall())
            self.assertIn(f"ec_listing_sku_{index}", plan.replace("__", "_"))
