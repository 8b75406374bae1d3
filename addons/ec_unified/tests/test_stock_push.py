"""Sending stock: right in the end, whatever happens on the way."""

from contextlib import suppress
from datetime import timedelta
from unittest.mock import Mock, patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.data import Limits, StockResult
from ..lib.errors import ConflictError, DataError, TransientError, UncertainWriteError
from ..models import ec_channel_push
from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockPush(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.sku = self.skus().filtered(lambda sku: sku.product_id == self.tea)

    # === THE ORDINARY WAY === #

    def test_first_push_sends_everything_then_only_changes(self):
        self.assertEqual(len(self.push()), 1)
        self.assertEqual(self.shown(), {"P-1": 10, "P-2": 10, "P-3": 10})
        self.assertEqual(self.push(), [], "nothing changed")
        self.move(self.tea, 3)
        self.assertEqual(self.push(), [[["P-1", 7]]])
        self.assertEqual((self.sku.qty_sent, self.sku.qty_mall, self.sku.dirty), (7, 7, False))
        self.assertTrue(self.sku.qty_sent_at)
        self.assertFalse(self.signals(), "the signals are used up")

    def test_same_as_odoos_free_quantity(self):
        self.move(self.tea, 4)
        self.move(self.cup, 12)
        self.env["stock.quant"]._update_available_quantity(self.pot, self.stock_location, 2.5)
        self.push()
        free = {p.default_code: int(p.free_qty) for p in self.products}
        self.assertEqual(self.shown(), free)

    def test_change_without_effect_is_not_sent(self):
        move = self.move(self.tea, 4)
        self.push()
        move.picked = True
        move._action_done()  # on hand and reserved both fall
        self.assertTrue(self.signals(self.tea))
        self.assertEqual(self.push(), [])
        self.assertFalse(self.signals())

    def test_several_shops_and_twice_in_one(self):
        other = self.make_channel(name="Other")
        self.list_products(self.products, other)
        self.channel.fake_listings = [
            *self.channel.fake_listings,
            {"ref": "again", "title": "x", "skus": [{"ref": "again-1", "sku_code": "P-1"}]},
        ]
        self.channel.fake_stock = {**self.channel.fake_stock, "again-1": 0}
        self.channel.action_import_listings()
        self.push()
        self.push(other)
        self.move(self.tea, 1)
        self.push()
        self.push(other)
        self.assertEqual((self.shown()["P-1"], self.shown()["again-1"]), (9, 9))
        self.assertEqual(self.shown(other)["P-1"], 9)
        double = self.env["ec.listing.sku"].search([("is_double", "=", True)])
        self.assertEqual(double.mapped("ref"), ["P-1", "again-1"])
        self.assertTrue(all(double.mapped("warning")))

    def test_only_the_shops_warehouses_count(self):
        second = self.env["stock.warehouse"].create({"name": "Second", "code": "W2"})
        self.env["stock.quant"]._update_available_quantity(self.tea, second.lot_stock_id, 5)
        self.push()
        self.assertEqual(self.shown()["P-1"], 10)
        self.channel.warehouse_ids += second
        self.assertEqual(self.push(), [[["P-1", 15]]])
        self.channel.warehouse_ids = False
        self.push()
        self.assertEqual(self.shown()["P-1"], 15, "none chosen: all of the company")

    def test_what_is_not_sent(self):
        cup, pot = (self.skus().filtered(lambda s, p=p: s.product_id == p)
                    for p in (self.cup, self.pot))  # fmt: skip
        self.sku.stock_sync = False
        cup.tracked = False
        pot.button_ignore()
        self.assertEqual(self.push(), [])
        self.assertFalse(self.sku.dirty or cup.dirty, "what may not be sent waits for nothing")
        self.sku.stock_sync = True
        self.assertEqual(self.push(), [[["P-1", 10]]])

    def test_receive_only_shop_is_never_written(self):
        self.channel.state = "test"
        self.assertEqual(self.push(), [])
        self.channel.state = "active"
        self.assertEqual(len(self.push()), 1)

    def test_shop_that_never_read_its_items_reads_them_first(self):
        channel = self.make_channel(name="New")
        channel.fake_listings = self.listing_values(self.products)
        channel.fake_stock = {p.default_code: 0 for p in self.products}
        self.push(channel)
        self.assertEqual(self.shown(channel), {"P-1": 10, "P-2": 10, "P-3": 10})

    def test_largest_batches_and_flat_queries(self):
        """Calls are the mall's minimum; queries per batch do not grow with the shop."""
        products = self.make_products(400, quantity=0, code="Q")
        self.list_products(products)
        sizes, queries = [], []

        def push(adapter, channel, levels, key):
            sizes.append(len(levels))
            return self.all_ok(levels)

        for limit in (100, 50, 200):
            sizes.clear()
            self.skus().write({"dirty": True, "uncertain": True})
            self.env.cr.flush()
            before = self.env.cr.sql_log_count
            with (
                self.mall(push),
                self.mall(lambda *a, n=limit: Limits(stock_batch=n), "_limits"),
                patch.object(type(self.channel), "_stock_orders_first", lambda *a, **k: None),
            ):
                self.channel.action_push_stock()
            queries.append((self.env.cr.sql_log_count - before) / len(sizes))
            self.assertEqual(sizes, [limit] * (400 // limit))
        self.assertLess(max(queries), 36, queries)
        self.assertLess(max(queries) - min(queries), 12, queries)

    def test_sold_out_goes_first(self):
        self.push()
        self.move(self.cup, 10)
        self.move(self.tea, 1)
        self.env["stock.quant"]._update_available_quantity(self.pot, self.stock_location, 1)
        self.assertEqual(self.push(), [[["P-2", 0], ["P-1", 9], ["P-3", 11]]])

    # === FAILURES === #

    def test_refused_sku_is_told_and_the_others_go(self):
        self.channel.fake_stock = {"P-2": 0, "P-3": 0}
        self.push()
        self.assertEqual(self.shown(), {"P-2": 10, "P-3": 10})
        self.assertEqual(self.sku.error_kind, "data")
        self.assertTrue(self.sku.last_error)
        self.assertEqual(self.sku.warning, self.sku.last_error)
        inbox = self.env["ec.exchange"].search([("kind", "=", "stock")])
        self.assertEqual((inbox.state, inbox.res_id), ("failed", self.sku.id))
        self.assertEqual(self.push(), [], "not hammered")
        self.channel.fake_stock = {**self.shown(), "P-1": 0}
        inbox.button_retry()
        self.channel.action_process_exchanges()
        self.assertEqual(self.push(), [[["P-1", 10]]])
        self.assertFalse(self.sku.error_kind)
        self.assertEqual(inbox.state, "done")

    def test_change_of_a_refused_sku_is_tried_again(self):
        self.channel.fake_stock = {}
        self.push()
        self.move(self.tea, 1)
        self.assertEqual(self.push(), [[["P-1", 9]]])
        self.assertEqual(self.env["ec.exchange"].search_count([("kind", "=", "stock")]), 3)

    def test_mall_away_nothing_is_lost(self):
        self.fail_with("push_stock")
        self.push()
        self.assertTrue(all(self.skus().mapped("dirty")))
        self.mend()
        self.move(self.tea, 1)
        self.assertEqual(len(self.push()), 1)
        self.assertEqual(self.shown(), {"P-1": 9, "P-2": 10, "P-3": 10})

    def test_whole_batch_refused_is_halved(self):
        def push(adapter, channel, levels, key):
            if any(level.key.ref == "P-2" for level in levels):
                raise DataError("bad row somewhere")
            return self.all_ok(levels)

        with self.mall(push):
            self.push()
        failed = self.skus().filtered("error_kind")
        self.assertEqual(failed.mapped("ref"), ["P-2"])
        self.assertTrue(all((self.skus() - failed).mapped("qty_sent_at")))

    def test_write_without_answer_is_checked_by_reading(self):
        def push(adapter, channel, levels, key):
            channel.fake_stock = {level.key.ref: level.quantity for level in levels[:2]}
            raise UncertainWriteError("no answer")

        with self.mall(push):
            self.push()
        self.assertEqual(self.skus().mapped("dirty"), [False, False, True])
        self.assertEqual(self.skus().mapped("qty_sent"), [10, 10, 0])
        self.channel.fake_stock = {**self.shown(), "P-3": 0}
        self.assertEqual(self.push(), [[["P-3", 10]]])

    def test_killed_after_the_write_is_not_taken_for_unchanged(self):
        self.push()
        move = self.move(self.tea, 3)

        class Killed(BaseException):
            pass

        def push(adapter, channel, levels, key):
            channel.fake_stock = {**channel.fake_stock, "P-1": 7}
            channel.flush_recordset()
            raise Killed

        with self.mall(push):
            # not assertRaises: it would roll back what was committed before the call
            with suppress(Killed):
                self.push()
        self.assertEqual(self.shown()["P-1"], 7)
        move._do_unreserve()
        move._action_cancel()  # back to 10, which is what we believe we sent last
        self.assertEqual(self.push(), [[["P-1", 10]]])

    def test_adapter_that_forgets_an_sku(self):
        with self.mall(lambda adapter, channel, levels, key: self.all_ok(levels)[1:]):
            self.push()
        self.assertEqual(len(self.skus().filtered("dirty")), 1)

    def test_single_transient_results_are_sent_again(self):
        def push(adapter, channel, levels, key):
            error = TransientError("busy")
            return [StockResult(key=level.key, ok=False, error=error) for level in levels]

        with self.mall(push):
            self.push()
        self.assertTrue(all(self.skus().mapped("dirty")))
        self.assertFalse(any(self.skus().mapped("error_kind")))
        self.assertEqual(len(self.push()), 1)

    def test_conflict_reads_orders_and_computes_again(self):
        calls = []

        def push(adapter, channel, levels, key):
            calls.append({level.key.ref: level.quantity for level in levels})
            if len(calls) == 1:
                self.move(self.tea, 1)  # a sale met us
                error = ConflictError("moved")
                return [
                    StockResult(key=level.key, ok=level.key.ref != "P-1", error=error)
                    for level in levels
                ]
            return self.all_ok(levels)

        with self.mall(push):
            self.push()
        self.assertEqual(calls[1:], [{"P-1": 9}])
        self.assertIn("pull_orders", [op for op, _arg in self.channel.fake_calls])

    def test_a_sale_the_mall_lists_late_is_not_overwritten(self):
        calls = []

        def push(adapter, channel, levels, key):
            calls.append({level.key.ref: level.quantity for level in levels})
            if len(calls) > 1:
                return self.all_ok(levels)
            error = ConflictError("moved")
            return [
                StockResult(key=level.key, ok=level.key.ref != "P-1", error=error)
                for level in levels
            ]

        def wait(seconds):
            self.assertEqual(seconds, 5)
            self.move(self.tea, 1)  # now its order is listed

        clock = Mock(wraps=ec_channel_push.time, sleep=wait)
        with (
            self.mall(push),
            self.mall(lambda adapter, channel: Limits(orders_lag=5), "_limits"),
            patch.object(ec_channel_push, "time", clock),
        ):
            self.push()
        self.assertEqual(calls[1:], [{"P-1": 9}])

    def test_endless_conflict_is_left_for_later(self):
        calls = []

        def push(adapter, channel, levels, key):
            calls.append(1)
            error = ConflictError("moved")
            return [StockResult(key=level.key, ok=False, error=error) for level in levels]

        with self.mall(push):
            self.push()
        self.assertEqual(len(calls), ec_channel_push.MAX_CONFLICTS)
        self.assertTrue(all(self.skus().mapped("dirty")))

    def test_user_who_changes_the_sku_meanwhile_is_heard(self):
        def push(adapter, channel, levels, key):
            # As another transaction would have left it.
            self.env.cr.execute(
                "UPDATE ec_listing_sku SET write_date = now() + interval '1 s' WHERE id = %s",
                (self.sku.id,),
            )
            return self.all_ok(levels)

        with self.mall(push):
            self.push()
        self.assertTrue(self.sku.dirty)
        self.assertTrue(self.sku.uncertain)

    # === ORDERS AND STOCK === #

    def test_orders_are_fetched_before_an_absolute_number_goes_out(self):
        self.push()
        self.move(self.cup, 1)
        self.channel._operation("pull_orders").started_at = "2020-01-01 00:00:00"
        self.push()
        calls = [op for op, _arg in self.channel.fake_calls]
        self.assertLess(calls.index("pull_orders"), calls.index("push_stock"))
        self.move(self.cup, 1)
        self.push()
        self.assertNotIn("pull_orders", [op for op, _arg in self.channel.fake_calls],
                         "fetched a moment ago")  # fmt: skip

    def test_without_the_orders_only_zeros_are_sent(self):
        self.push()
        self.fail_with("pull_orders")
        self.channel._operation("pull_orders").started_at = "2020-01-01 00:00:00"
        self.move(self.tea, 2)
        self.move(self.cup, 10)
        with patch.object(ec_channel_push, "PULL_WAIT_SECONDS", 0):
            self.assertEqual(self.push(), [[["P-2", 0]]])
        self.assertTrue(self.sku.dirty)
        self.mend()
        self.assertEqual(self.push(), [[["P-1", 8]]])

    def test_a_pull_that_began_earlier_may_have_missed_the_sale(self):
        """Who needs the orders of this moment waits for the other process, then reads himself."""
        held = iter([True, True, False])
        self.channel._operation("pull_orders").write(
            {"started_at": fields.Datetime.now() - timedelta(seconds=5),
             "succeeded_at": fields.Datetime.now()}
        )  # fmt: skip
        run = ec_channel_push.StockRun(adapter=None, limits=None)
        with (
            patch.object(ec_channel_push, "PULL_WAIT_SECONDS", 0),
            patch.object(type(self.channel), "_stock_pull_running", lambda _self: next(held)),
        ):
            self.channel._stock_orders_first(run, force=True)
        self.assertEqual([op for op, _arg in self.channel.fake_calls].count("pull_orders"), 1)
        self.assertFalse(run.zero_only)

    def test_a_pull_that_never_ends_leaves_the_sales_unknown(self):
        self.channel._operation("pull_orders").write(
            {"started_at": fields.Datetime.now() - timedelta(seconds=5),
             "succeeded_at": fields.Datetime.now()}
        )  # fmt: skip
        run = ec_channel_push.StockRun(adapter=None, limits=None)
        with (
            patch.object(ec_channel_push, "PULL_WAIT_SECONDS", 0),
            patch.object(type(self.channel), "_stock_pull_running", lambda _self: True),
        ):
            self.channel._stock_orders_first(run, force=True)
        self.assertTrue(run.zero_only)

    def test_received_but_unbooked_order_is_not_sold_again(self):
        other = self.make_channel(name="Other")
        self.list_products(self.products, other)
        payload = self.order_payload("WAIT-1")
        payload["lines"][0].update(sku_ref="P-1", sku_code="P-1", quantity="4")
        from ..lib.data import SourceDocument

        self.env["ec.exchange"]._store_documents(
            self.channel, "order", [SourceDocument(ref="WAIT-1", payload=payload)]
        ).write({"state": "failed"})
        self.push(other)
        self.assertEqual(self.shown(other)["P-1"], 6)

    def test_mall_lowered_its_number_and_goods_came_in(self):
        """Sold 1 here, received 1: our number is the same as sent last, the mall's is not."""
        self.push()
        self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "ec_channel_id": self.channel.id,
                "ec_order_ref": "S-1",
                "order_line": [(0, 0, {"product_id": self.tea.id, "product_uom_qty": 1})],
            }
        ).action_confirm()
        self.channel.fake_stock = {**self.shown(), "P-1": 9}
        self.env["stock.quant"]._update_available_quantity(self.tea, self.stock_location, 1)
        self.assertEqual(self.push(), [[["P-1", 10]]])

    def test_unreserved_sales_are_kept_back_if_wanted(self):
        self.push()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "order_line": [(0, 0, {"product_id": self.tea.id, "product_uom_qty": 4})],
            }
        )
        order.action_confirm()
        self.push()
        order.picking_ids.do_unreserve()
        self.assertEqual(self.push(), [[["P-1", 10]]])
        self.channel.stock_keep_open_sales = True
        self.assertEqual(self.push(), [[["P-1", 6]]])

    # === LAG === #

    def test_lag_is_measured_from_the_first_signal(self):
        self.push()
        self.assertFalse(self.env["ec.stock.lag"].search([]), "nobody waited for the first push")
        self.move(self.tea, 1)
        self.env.cr.flush()
        self.env.cr.execute(
            "UPDATE ec_stock_signal SET signalled_at = signalled_at - interval '7 s'"
        )
        self.move(self.tea, 1)
        self.push()
        self.channel.invalidate_recordset()
        self.assertAlmostEqual(self.channel.stock_lag_last, 7, delta=2)
        self.assertAlmostEqual(self.channel.stock_lag_p95, 7, delta=2)

    def test_lag_percentiles_count_skus(self):
        self.env["ec.stock.lag"]._record(self.channel, [1.0] * 90 + [60.0] * 10)
        self.assertEqual(self.env["ec.stock.lag"].search_count([]), 2)
        self.assertEqual(self.channel.stock_lag_p50, 1)
        self.assertEqual(self.channel.stock_lag_p95, 60)

    @mute_logger("odoo.addons.ec_unified.models.ec_channel_health")
    def test_second_push_does_not_run_beside_the_first(self):
        with patch.object(type(self.channel), "_lock_op", lambda channel, op: False):
            self.assertEqual(self.push(), [])

    def test_lag_on_the_board_and_as_a_curve(self):
        """95 SKUs took 2 seconds, 4 took 5 and one took 60: figures count SKUs, not rows."""
        self.env["ec.stock.lag"]._record(self.channel, [2.0] * 95 + [5.0] * 4 + [60.0])
        self.env.flush_all()
        hours = self.env["ec.stock.lag.hour"].with_user(self.clerk)
        rows = hours.search([("channel_id", "=", self.channel.id)])
        figures = {row.figure: (row.seconds, row.sku_count) for row in rows}
        self.assertEqual(figures, {"p50": (2.0, 100), "p95": (2.0, 100), "worst": (60.0, 100)})
        self.channel.invalidate_recordset()
        [shop] = [
            row
            for row in self.env["ec.dashboard"].get_dashboard_data()["shops"]
            if row["id"] == self.channel.id
        ]
        self.assertEqual(shop["stock_lag"], "2 s (95 %: 2 s, last: 60 s)")
        action = self.channel.action_open_stock_lag()
        self.assertEqual(action["res_model"], "ec.stock.lag.hour")
        self.assertEqual(hours.search_count(action["domain"]), 3)
