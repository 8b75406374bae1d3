"""A changed SKU costs the same however many SKUs the shop lists; orders pass a long push."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ..lib.ratelimit import MemorySlots, RateLimiter
from ..models import ec_channel_push
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

    # === ORDERS FIRST === #

    def test_long_push_lets_orders_pass(self):
        """While another process books orders, the next batch waits; a short push never does."""
        self.list_products(self.make_products(120, code="L"))
        calls, busy = [], [True, True]

        def running(channel, op):
            calls.append(op)
            return op == "process_exchanges" and bool(busy) and busy.pop()

        def push(adapter, channel, levels, key):
            calls.append(len(levels))
            return self.all_ok(levels)

        waits = []
        with (
            patch.object(self.registry["ec.channel"], "_stock_running", running),
            patch.object(ec_channel_push.time, "sleep", waits.append),
            self.mall(push),
        ):
            self.push()
        self.assertEqual([call for call in calls if isinstance(call, int)], [50, 50, 20])
        self.assertEqual(len(waits), 2, "two looks found orders being booked")
        self.assertEqual(calls[-1], 20, "nobody is asked after the last batch")

    def test_orders_are_read_between_the_batches(self):
        """An order that comes while a rewrite runs is here before the rewrite is over."""
        self.list_products(self.make_products(120, code="L"))
        seen = []

        def push(adapter, channel, levels, key):
            if not seen:
                channel._fake_put_order(self.order_payload("MID-1"))
            here = self.env["ec.exchange"].search_count([("external_ref", "=", "MID-1")])
            seen.append(bool(here))
            # As if the call had taken so long that the orders are out of date.
            channel._operation("pull_orders").started_at -= timedelta(minutes=1)
            return self.all_ok(levels)

        with self.mall(push):
            self.push()
        self.assertEqual(seen, [False, True, True])

    def test_order_waits_for_one_call_at_most(self):
        """One call a second for both: an order's call comes right after the stock call under way,
        however many of those are still to come."""
        clock = [0.0]
        slots = MemorySlots()

        def limiter():
            return RateLimiter(
                {"all": 1.0}, slots=slots, clock=lambda: clock[0], sleep=lambda seconds: None
            )

        stock, orders = limiter(), limiter()
        for _number in range(20):
            clock[0] += stock.wait("all")
        self.assertLessEqual(orders.wait("all"), 1.0)
