"""The last units: one shop only, one after the other, never two."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..lib.data import StockResult
from ..lib.errors import TransientError
from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockGuard(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.guard = self.env["ec.stock.guard"].create({"units": 2})
        self.first = self.channel
        self.second = self.make_channel(name="Second", sequence=20)
        self.shops = self.first + self.second
        for channel in self.shops:
            self.list_products(self.products, channel)
        self.settle()

    def settle(self):
        """Push until nothing is left to send."""
        for _round in range(3):
            for channel in self.shops:
                channel.operation_ids.write({"blocked_until": False})
                self.push(channel)

    def shows(self, code="P-1"):
        return [self.shown(channel)[code] for channel in self.shops]

    def set_free(self, quantity, product=None):
        product = product or self.tea
        quant = self.env["stock.quant"]
        free = self.first._stock_free(product)[product.id]
        quant._update_available_quantity(product, self.stock_location, quantity - free)

    def announce_maintenance(self, **values):
        """The first shop's mall is down from in five minutes on, for most of an hour."""
        now = fields.Datetime.now()
        self.env["ec.channel.maintenance"].create(
            {
                "name": "Maintenance",
                "channel_id": self.first.id,
                "start_at": now + timedelta(minutes=5),
                "end_at": now + timedelta(hours=1),
                **values,
            }
        )

    def test_above_the_threshold_all_show(self):
        self.assertEqual(self.shows(), [10, 10])
        self.set_free(3)
        self.settle()
        self.assertEqual(self.shows(), [3, 3])

    def test_last_units_in_the_first_shop(self):
        self.set_free(2)
        self.settle()
        self.assertEqual(self.shows(), [2, 0])
        self.first.sequence = 30
        self.settle()
        self.assertEqual(self.shows(), [0, 2])
        self.set_free(5)
        self.settle()
        self.assertEqual(self.shows(), [5, 5])

    def test_new_shop_waits_for_the_zero_of_the_old(self):
        self.set_free(2)
        self.settle()
        self.first.sequence = 30

        def away(adapter, channel, levels, key):
            raise TransientError("away")

        with self.mall(away):
            self.push(self.first)
        self.push(self.second)
        self.assertEqual(self.shows(), [2, 0], "the old shop has not confirmed its zero")
        self.first.operation_ids.write({"blocked_until": False})
        self.push(self.first)
        self.assertEqual(self.shows(), [0, 0])
        self.assertTrue(
            self.env["ec.stock.signal"].search([("channel_id", "=", self.second.id)]),
            "the waiting shop is woken",
        )
        self.push(self.second)
        self.assertEqual(self.shows(), [0, 2])

    def test_sale_of_the_mall_goes_first(self):
        now = fields.Datetime.now()
        self.set_free(1)
        self.settle()
        sale = self.env["ec.channel.sale"].create(
            {
                "name": "Sale",
                "channel_id": self.second.id,
                "start_at": now - timedelta(minutes=1),
                "end_at": now + timedelta(hours=1),
            }
        )
        self.settle()
        self.assertEqual(self.shows(), [0, 1])
        sale.end_at = now - timedelta(seconds=1)
        self.assertEqual(sale.phase, "over")
        self.settle()
        self.assertEqual(self.shows(), [1, 0])

    def test_turns(self):
        self.guard.write({"choice": "turn", "turn_hours": 1})
        self.set_free(1)
        seen = []
        for hours in range(3):
            with freeze_time(fields.Datetime.now() + timedelta(hours=hours)):
                self.env["ec.channel"]._stock_clock()
                self.settle()
                seen.append(tuple(self.shows()))
        self.assertEqual(set(seen), {(1, 0), (0, 1)})
        self.assertNotEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])

    def test_paused_or_unmatched_shop_holds_nothing(self):
        self.set_free(1)
        self.first.state = "paused"
        self.push(self.second)
        self.assertEqual(self.shown(self.second)["P-1"], 1)

    def test_maintenance_hands_the_last_units_over(self):
        self.set_free(1)
        self.settle()
        self.announce_maintenance()
        self.settle()
        self.assertEqual(self.shows(), [0, 1])

    # === WHO CANNOT SHOW THEM LEAVES THEM TO THE NEXT === #

    def settle_by_signals(self):
        """Push only where a signal waits: nobody is looked at by chance."""
        for _round in range(3):
            for channel in self.shops:
                self.env.cr.flush()
                if self.env["ec.stock.signal"].search_count([("channel_id", "=", channel.id)]):
                    self.push(channel)

    def test_rule_of_the_holder_hands_them_over(self):
        self.set_free(1)
        self.settle()
        self.forget_signals()
        rule = self.env["ec.stock.rule"].create({"channel_id": self.first.id, "buffer": 1})
        self.settle_by_signals()
        self.assertEqual(self.shows(), [0, 1], "the first shop keeps the last one back")
        rule.buffer = 0
        self.settle_by_signals()
        self.assertEqual(self.shows(), [1, 0])

    def test_rule_that_sends_nothing_leaves_them_to_the_others(self):
        self.set_free(0)
        self.settle()
        self.env["ec.stock.rule"].create({"channel_id": self.first.id, "mode": "none"})
        self.set_free(1)
        self.settle_by_signals()
        self.assertEqual(self.shows(), [0, 1])

    def test_item_taken_out_of_our_hands_hands_them_over(self):
        for undo in (
            lambda sku: sku.write({"stock_sync": False}),
            lambda sku: sku.button_unmatch(),
        ):
            with self.subTest(undo), self.env.cr.savepoint() as savepoint:
                self.set_free(1)
                self.settle()
                self.assertEqual(self.shows(), [1, 0])
                self.forget_signals()
                undo(self.skus(self.first).filtered(lambda sku: sku.product_id == self.tea))
                self.settle_by_signals()
                self.assertEqual(self.shows()[1], 1)
                savepoint.rollback()

    def test_shop_whose_warehouse_has_none_keeps_none(self):
        """The last piece lies in the second warehouse, of which the first shop offers nothing."""
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "W2"})
        self.second.warehouse_ids += other
        self.settle()
        self.set_free(0)
        self.env["stock.quant"]._update_available_quantity(self.tea, other.lot_stock_id, 1)
        self.settle()
        self.assertEqual(self.shows(), [0, 1])

    def test_mall_that_goes_down_shows_them_alone_or_not_at_all(self):
        """Two are left, the mall is about to go down and sets only single pieces to zero."""
        self.set_free(2)
        self.settle()
        self.announce_maintenance(risk_units=1)
        self.push(self.second)
        self.assertEqual(self.shows(), [2, 0], "the first shop still shows them")
        self.settle()
        self.assertEqual(self.shows(), [0, 2])

    # === LISTED TWICE IN ONE SHOP === #

    def list_twice(self, channel=None):
        """The tea has a second page in the shop, a newer one."""
        channel = channel or self.first
        again = {"ref": "again", "title": "x", "skus": [{"ref": "again-1", "sku_code": "P-1"}]}
        channel.fake_listings = [*channel.fake_listings, again]
        channel.fake_stock = {**channel.fake_stock, "again-1": 0}
        channel.action_import_listings()
        self.settle()

    def publish(self, channel, **published):
        """Show or hide items at the mall, by their ref; the daily reading tells."""
        channel.fake_listings = [
            {**item, "published": published.get(item["ref"].replace("-", "_"), True)}
            for item in channel.fake_listings
        ]
        channel.action_import_listings()

    def shows_twice(self):
        return [*self.shows("P-1"), self.shown(self.first)["again-1"]]

    def test_last_units_are_on_one_of_two_listings(self):
        self.list_twice()
        self.assertEqual(self.shows_twice(), [10, 10, 10])
        self.set_free(2)
        self.settle()
        self.assertEqual(self.shows_twice(), [2, 0, 0])
        self.set_free(3)
        self.settle()
        self.assertEqual(self.shows_twice(), [3, 3, 3])

    def test_last_units_of_a_shop_alone_are_on_one_of_two_listings(self):
        self.list_twice()
        self.second.state = "paused"
        self.set_free(1)
        self.settle()
        self.assertEqual(self.shows_twice()[::2], [1, 0])

    def test_preview_says_that_the_other_listing_has_them(self):
        self.list_twice()
        self.set_free(1)
        self.settle()
        [row] = [
            row
            for row in self.env["ec.stock.preview"].get_page()["rows"]
            if row["id"] == self.tea.id
        ]
        again = next(sku for sku in self.skus(self.first) if sku.ref == "again-1")
        self.assertEqual((again.stock_cause, again.qty_offered), ("twin", 0))
        labels = {cell["id"]: cell["cause_label"] for cell in row["cells"][self.first.id]}
        self.assertIn("other listing", labels[again.id])

    def test_hidden_listing_leaves_them_to_the_other_one(self):
        """The one that is hidden at the mall has to confirm its zero first."""
        self.list_twice()
        self.set_free(2)
        self.settle()
        self.forget_signals()
        self.publish(self.first, item_P_1=False)

        def away(adapter, channel, levels, key):
            error = TransientError("busy")
            stock = dict(channel.fake_stock)
            good = [level for level in levels if level.key.ref != "P-1"]
            stock.update({level.key.ref: level.quantity for level in good})
            channel.fake_stock = stock
            return [
                StockResult(key=level.key, ok=level in good, error=None if level in good else error)
                for level in levels
            ]

        with self.mall(away):
            self.push(self.first)
            self.push(self.first)
        self.assertEqual(self.shows_twice(), [2, 0, 0], "the hidden one is not confirmed yet")
        self.push(self.first)
        self.assertEqual(self.shows_twice(), [0, 0, 0])
        self.settle_by_signals()
        self.assertEqual(self.shows_twice(), [0, 0, 2])

    def test_rule_of_one_listing_leaves_them_to_the_other_one(self):
        self.list_twice()
        sku = self.skus(self.first).filtered(lambda sku: sku.ref == "P-1")
        self.env["ec.stock.rule"].create({"sku_id": sku.id, "buffer": 5})
        self.set_free(2)
        self.settle()
        self.assertEqual(self.shows_twice(), [0, 0, 2])

    def test_listing_that_is_taken_away_leaves_them_to_the_other_one(self):
        self.list_twice()
        self.set_free(1)
        self.settle()
        self.forget_signals()
        self.skus(self.first).filtered(lambda sku: sku.ref == "P-1").active = False
        self.settle_by_signals()
        self.assertEqual(self.shows_twice()[1:], [0, 1])

    def test_warning_of_a_double_listing_speaks_of_the_guard(self):
        self.list_twice()
        double = self.skus(self.first).filtered("is_double")
        self.assertEqual(double.mapped("ref"), ["P-1", "again-1"])
        self.assertIn("last-unit guard", double[0].warning)

    # === WHAT NOBODY CAN BUY HOLDS NOTHING === #

    def test_hidden_item_keeps_the_last_units_from_nobody(self):
        self.set_free(1)
        self.settle()
        self.forget_signals()
        self.publish(self.first, item_P_1=False)
        self.settle_by_signals()
        self.assertEqual(self.shows(), [0, 1])
        self.publish(self.first)
        self.settle_by_signals()
        self.assertEqual(self.shows(), [1, 0])

    def test_item_the_mall_does_not_know_keeps_them_from_nobody(self):
        """Deleted at the mall and not read since: its number is refused."""
        self.set_free(0)
        self.settle()
        self.first.fake_stock = {
            code: units for code, units in self.shown(self.first).items() if code != "P-1"
        }
        self.set_free(1)
        self.settle_by_signals()
        self.assertEqual(self.shown(self.second)["P-1"], 1)
        self.first.fake_stock = {**self.shown(self.first), "P-1": 0}
        self.skus(self.first).filtered("error_kind").button_send_again()
        self.settle_by_signals()
        self.settle()
        self.assertEqual(self.shows(), [1, 0])

    # === TWO AT THE SAME MOMENT === #

    def test_try_after_the_last_units_moved_is_compared_as_well(self):
        """What moved was our own number: the mall was not asked yet what it shows."""
        self.set_free(2)
        self.settle()
        self.set_free(1)
        seen, model = [], self.registry["ec.channel"]
        write = model._stock_write

        def meanwhile(channel, run, skus, targets, levels, key):
            if not seen:
                self.set_free(2)
            seen.extend((level.quantity, level.known) for level in levels)
            return write(channel, run, skus, targets, levels, key)

        with patch.object(model, "_stock_write", meanwhile):
            self.push(self.first)
        self.assertEqual(seen, [(1, 2), (2, 2)])
        self.assertEqual(self.shows(), [2, 0])

    def test_two_shops_that_look_at_the_same_moment(self):
        """Between our look and our call the other shop began to show the last piece as well."""
        self.set_free(0)
        self.settle()
        self.set_free(1)
        told, model = [], self.registry["ec.channel"]
        write = model._stock_write

        def meanwhile(channel, run, skus, targets, levels, key):
            if not told:
                theirs = self.skus(self.second).filtered(lambda sku: sku.product_id == self.tea)
                theirs._stock_mark_in_flight("theirs")
                self.second.sequence = self.first.sequence - 1
                self.env.invalidate_all()
            return write(channel, run, skus, targets, levels, key)

        def push(adapter, channel, levels, key):
            told.extend((level.key.ref, level.quantity) for level in levels)
            return original(adapter, channel, levels, key)

        original = self.registry["ec.channel.adapter.fake"]._push_stock
        with patch.object(model, "_stock_write", meanwhile), self.mall(push):
            self.push(self.first)
        self.assertEqual(told, [("P-1", 0)])
        self.settle()
        self.assertEqual(self.shows(), [0, 1])

    def test_threshold_by_sales_speed(self):
        self.guard.write({"mode": "speed", "units": 0, "speed_days": 10, "cover_days": 1})
        self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "order_line": [(0, 0, {"product_id": self.cup.id, "product_uom_qty": 40})],
            }
        ).action_confirm()
        limits = self.guard._thresholds(self.company, self.products)
        self.assertEqual(
            {p.id: units for p in self.cup for units in [limits[p.id][1]]}, {self.cup.id: 4}
        )
        self.assertNotIn(self.tea.id, limits, "what does not sell is not guarded")

    def test_nearest_guard_decides(self):
        self.guard.create({"product_tmpl_id": self.tea.product_tmpl_id.id, "mode": "off"})
        self.set_free(1)
        self.set_free(1, self.cup)
        self.settle()
        self.assertEqual((self.shows("P-1"), self.shows("P-2")), ([1, 1], [1, 0]))

    def test_preview_names_the_reason(self):
        self.set_free(1)
        self.settle()
        skus = self.skus(self.second).filtered(lambda sku: sku.product_id == self.tea)
        skus.invalidate_recordset()
        self.assertEqual((skus.qty_offered, skus.stock_cause), (0, "elsewhere"))


@tagged("post_install", "-at_install")
class TestMaintenance(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.env["stock.quant"]._update_available_quantity(self.cup, self.stock_location, -8)
        self.push()
        self.start = fields.Datetime.now().replace(microsecond=0) + timedelta(hours=1)
        self.window = self.env["ec.channel.maintenance"].create(
            {
                "name": "Maintenance",
                "channel_id": self.channel.id,
                "start_at": self.start,
                "end_at": self.start + timedelta(hours=2),
            }
        )

    def at(self, **delta):
        return freeze_time(self.start + timedelta(**delta))

    def test_zero_before_and_back_after(self):
        self.assertEqual(self.window.phase, "planned")
        with self.at(minutes=-10):
            self.env["ec.channel"]._stock_clock()
            self.assertEqual(self.window.phase, "before")
            self.push()
            self.assertEqual(self.shown(), {"P-1": 10, "P-2": 0, "P-3": 10})
        with self.at(minutes=5):
            self.env["ec.channel"]._stock_clock()
            self.assertFalse(self.channel._may_run("push_stock"))
            self.move(self.tea, 1)
            self.assertEqual(self.push(), [], "the mall is left alone")
            self.channel.invalidate_recordset(["notice"])
            self.assertIn("Maintenance", self.channel.notice)
        with self.at(hours=3):
            self.env["ec.channel"]._stock_clock()
            self.push()
            self.assertEqual(self.shown(), {"P-1": 9, "P-2": 2, "P-3": 10})
            self.channel.invalidate_recordset(["notice"])
            self.assertFalse(self.channel.notice)

    def test_count_finds_what_was_missed(self):
        now = fields.Datetime.now().replace(microsecond=0)
        placed = (now - timedelta(hours=3)).isoformat() + "+00:00"
        for ref in ("C-1", "C-2"):
            self.channel._fake_put_order(self.order_payload(ref, ordered_at=placed))
        self.channel.action_pull_orders()
        self.env["ec.exchange"].search([("external_ref", "=", "C-2")]).unlink()
        self.channel.action_count_orders()
        count = self.channel.order_count_ids
        self.assertEqual(
            (count.mall_count, count.own_count, count.missing_refs, count.fetched_count),
            (2, 1, "C-2", 1),
        )
        self.channel.action_count_orders()
        self.assertEqual(self.channel.order_count_ids.sorted("id")[-1].missing_count, 0)

    def test_count_after_an_outage(self):
        self.fail_with("pull_orders")
        self.channel.action_pull_orders()
        self.mend()
        with self.capture_triggers("count_orders") as caught:
            self.channel.action_pull_orders()
        self.assertTrue(caught)

    def capture_triggers(self, op):
        from contextlib import contextmanager

        caught = []
        model = self.registry["ec.channel"]
        original = model._trigger_op

        def trigger(channel, name, at=None):
            if name == op:
                caught.append(name)
            return original(channel, name, at)

        @contextmanager
        def catching():
            with patch.object(model, "_trigger_op", trigger):
                yield caught

        return catching()
