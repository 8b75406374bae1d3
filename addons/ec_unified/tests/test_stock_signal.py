"""Every change of the free quantity leaves a signal; users pay nearly nothing for it."""

import sys
from contextlib import closing, contextmanager, suppress
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import Form, tagged

from .stock_common import EcStockCommon


@tagged("post_install", "-at_install")
class TestStockSignal(EcStockCommon):
    def setUp(self):
        super().setUp()
        self.list_products(self.products)
        self.forget_signals()

    def assertSignalled(self, *products, msg=None):
        found = set(self.signals().mapped("product_id"))
        self.assertEqual(found, {product.id for product in products}, msg)
        self.forget_signals()

    def test_reservation_release_delivery_return(self):
        move = self.move(self.tea, 3)
        self.assertSignalled(self.tea, msg="reservation")
        move._do_unreserve()
        self.assertSignalled(self.tea, msg="release")
        move._action_assign()
        self.forget_signals()
        move.picked = True
        move._action_done()
        self.assertSignalled(self.tea, msg="delivery")
        self.move(self.tea, 1, self.customers, self.stock_location, done=True)
        self.assertSignalled(self.tea, msg="return")

    def test_receipt_count_scrap(self):
        supplier = self.env.ref("stock.stock_location_suppliers")
        self.move(self.cup, 5, supplier, self.stock_location, done=True)
        self.assertSignalled(self.cup, msg="receipt")
        quant = self.env["stock.quant"]._gather(self.tea, self.stock_location)
        quant.with_context(inventory_mode=True).inventory_quantity = 4
        quant.action_apply_inventory()
        self.assertSignalled(self.tea, msg="inventory count")
        scrap = self.env["stock.scrap"].create(
            {"product_id": self.pot.id, "scrap_qty": 1, "location_id": self.stock_location.id}
        )
        scrap.action_validate()
        self.assertSignalled(self.pot, msg="scrap")

    def test_sale_order_and_its_cancellation(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "order_line": [
                    (0, 0, {"product_id": self.tea.id, "product_uom_qty": 2}),
                    (0, 0, {"product_id": self.cup.id, "product_uom_qty": 1}),
                ],
            }
        )
        order.action_confirm()
        self.assertSignalled(self.tea, self.cup)
        order._action_cancel()
        self.assertSignalled(self.tea, self.cup)

    def test_policy_match_and_settings(self):
        sku = self.skus().filtered(lambda s: s.product_id == self.tea)
        sku.stock_sync = False
        self.assertSignalled(self.tea, msg="policy of the SKU")
        sku.product_id = self.make_products(1, code="N")
        self.forget_signals()
        sku.product_id = self.cup
        self.assertSignalled(self.cup, msg="match")
        self.env["ec.stock.rule"].create({"buffer": 2})
        self.assertSignalled(self.cup, self.pot, msg="rule")
        self.channel.warehouse_ids = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "W2"}
        )
        self.assertSignalled(self.cup, self.pot, msg="warehouse of the shop")

    def test_other_category_other_rule(self):
        """Rules hang on categories: a product, or a category, that moves comes under others."""
        goods = self.env["product.category"].create({"name": "Goods"})
        teas = self.env["product.category"].create({"name": "Teas"})
        self.env["ec.stock.rule"].create({"categ_id": goods.id, "cap": 2})
        self.push()
        self.tea.categ_id = teas
        self.assertSignalled(self.tea, msg="category of the product")
        teas.parent_id = goods
        self.assertEqual(self.push(), [[["P-1", 2]]])
        teas.name = "Green teas"
        self.assertFalse(self.signals())

    def test_signal_for_every_shop_and_wake_only_where_listed(self):
        other = self.make_channel(name="Other shop")
        self.forget_signals()
        self.env.cr.postcommit.clear()
        self.move(self.tea, 1)
        self.env.cr.flush()
        rows = self.env["ec.stock.signal"].search([("product_id", "=", self.tea.id)])
        self.assertLessEqual({self.channel.id, other.id}, set(rows.mapped("channel_id")))
        waking = self.env.cr.postcommit.data["ec_unified.stock_wake"]
        self.assertEqual(waking, {self.channel.id})

    def test_unlisted_product_wakes_nobody(self):
        self.env.cr.postcommit.clear()
        self.move(self.make_products(1, code="X"), 1)
        self.env.cr.flush()
        self.assertNotIn("ec_unified.stock_wake", self.env.cr.postcommit.data)

    def test_nothing_is_noted_where_nothing_changes(self):
        self.tea.name = "Green tea"
        self.env["stock.quant"]._unlink_zero_quants()
        self.assertFalse(self.signals())

    def test_rolled_back_savepoint_leaves_nothing(self):
        with suppress(ValueError), self.env.cr.savepoint():
            self.move(self.tea, 1)
            raise ValueError
        self.assertFalse(self.signals())

    def test_note_costs_one_insert_whatever_the_number(self):
        self.env.cr.flush()
        counts = []
        for number in (10, 1000):
            products = list(range(1, number + 1))
            before = self.env.cr.sql_log_count
            self.env["ec.stock.signal"]._note(products)
            self.env.cr.flush()
            counts.append(self.env.cr.sql_log_count - before)
        # One insert; with kits one more query to find those of the parts.
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 2)

    def test_many_lines_in_one_transaction_add_a_constant(self):
        """The queries of reserving and delivering n lines, with our hooks and without."""
        self._queries_of_delivery(2, code="W")  # caches that outlive a transaction
        extra = []
        for number in (5, 40):
            with_hooks = self._queries_of_delivery(number, code=f"A{number}")
            with patch.object(self.registry["ec.stock.signal"], "_note", lambda model, ids: None):
                without = self._queries_of_delivery(number, code=f"B{number}")
            extra.append(with_hooks - without)
        self.assertLessEqual(max(extra), 4, f"extra queries for 5 and 40 lines: {extra}")

    def test_a_thousand_lines_cost_what_a_hundred_cost(self):
        """Reserving and delivering so many lines in one transaction: a handful of queries of ours,
        whatever the number."""
        self._queries_of_delivery(2, code="W")  # caches that outlive a transaction
        self.assertFlat(100, 1000)

    def test_lines_that_a_shop_sold_cost_no_more(self):
        self._queries_of_delivery(2, code="W")
        self.assertFlat(10, 100, sold=True)

    def assertFlat(self, few, many, sold=False):
        """Of all queries of a delivery of so many lines, those that our modules ask for."""
        counts = {}
        for number in (few, many):
            products = self.make_products(number, quantity=0, code=f"K{number}")
            self.env["stock.quant"].create(
                [
                    {
                        "product_id": product.id,
                        "location_id": self.stock_location.id,
                        "quantity": 1,
                    }
                    for product in products
                ]
            )
            picking = self._delivery(products, self._sale(products) if sold else None)
            self.forget_signals()
            with self.our_queries() as ours:
                self._validate(picking)
            counts[number] = len(ours)
            signals = self.env["ec.stock.signal"].search([("channel_id", "=", self.channel.id)])
            self.assertEqual(set(signals.mapped("product_id")), set(products.ids))
        self.assertLessEqual(counts[many], counts[few] + 2, ours)
        # Modules on top decide carriers and dates too: as flat, but more than this one alone.
        core = [query for query in ours if "/ec_unified/" in query.partition(": ")[0]]
        self.assertLessEqual(len(core), 10, core)

    @contextmanager
    def our_queries(self):
        """Collect the queries that our modules ask for by themselves: in the call stack they come
        first of all addons, or they speak of our tables and columns."""
        ours = []
        cursor = type(self.env.cr)
        execute = cursor.execute

        def watching(cr, query, *args, **kwargs):
            text = str(getattr(query, "code", query))
            frame = sys._getframe(1)
            while frame and "/addons/" not in frame.f_code.co_filename:
                frame = frame.f_back
            asker = frame.f_code.co_filename if frame else ""
            if "ec_" in text or ("/addons/ec_" in asker and "/tests/" not in asker):
                ours.append(f"{asker}: {text}")
            return execute(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", watching):
            yield ours

    def _sale(self, products):
        """An order of the shop for one of each, not confirmed: its lines."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "ec_channel_id": self.channel.id,
                "ec_order_ref": f"MANY-{len(products)}",
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": 1}) for product in products
                ],
            }
        )
        return order.order_line

    def _queries_of_delivery(self, number, code):
        picking = self._delivery(self.make_products(number, code=code))
        before = self.cr.sql_log_count
        self._validate(picking)
        return self.cr.sql_log_count - before

    def _delivery(self, products, lines=None):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock_location.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    (0, 0, {
                        "product_id": product.id, "product_uom_qty": 1,
                        "location_id": self.stock_location.id,
                        "location_dest_id": self.customers.id,
                        "sale_line_id": line and line.id,
                    })
                    for product, line in zip(products, lines or [None] * len(products), strict=True)
                ],
            }
        )  # fmt: skip
        self.env.cr.flush()
        self.env.invalidate_all()
        return picking

    def _validate(self, picking):
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        self.env.cr.flush()

    def test_repeated_signals_are_thinned_to_the_oldest(self):
        for _number in range(3):
            self.env["ec.stock.signal"]._insert([self.tea.id], [self.channel.id])
        first = min(self.signals().mapped("id"))
        self.env["ec.stock.signal"]._gc_repeated()
        self.env["ec.stock.signal"].invalidate_model()
        self.assertEqual(self.signals().ids, [first])

    def test_clerk_without_rights_on_signals_may_change_stock(self):
        user = self.clerk
        form = Form(self.env["stock.picking"].with_user(user).with_context(
            default_picking_type_id=self.warehouse.in_type_id.id
        ))  # fmt: skip
        with form.move_ids.new() as line:
            line.product_id = self.tea
            line.product_uom_qty = 2
        picking = form.save()
        picking.action_confirm()
        picking.button_validate()
        self.assertSignalled(self.tea)


@tagged("post_install", "-at_install")
class TestStockSignalConcurrency(EcStockCommon):
    """Two real transactions; what they write is rolled back or deleted at the end."""

    def test_two_transactions_on_one_product_never_wait(self):
        with closing(self.registry.cursor()) as one, closing(self.registry.cursor()) as two:
            if one._cnx is two._cnx or one is two:
                self.fail("two real cursors are needed")
            for cr in (one, two):
                cr.execute("SET LOCAL lock_timeout = '500ms'")
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["ec.stock.signal"]._note([self.tea.id])
                cr.flush()
                env["ec.stock.signal"]._note([self.tea.id])
                cr.flush()
            one.rollback()
            two.rollback()
        with closing(self.registry.cursor()) as check:
            check.execute(
                "SELECT count(*) FROM ec_stock_signal WHERE product_id = %s", (self.tea.id,)
            )
            self.assertEqual(check.fetchone()[0], 0, "a rollback leaves nothing")

    def test_push_takes_signals_while_another_transaction_adds(self):
        """Neither the user's open transaction nor the push waits; the late signal survives."""
        with closing(self.registry.cursor()) as user, closing(self.registry.cursor()) as worker:
            user_env = api.Environment(user, SUPERUSER_ID, {})
            channel_id = self._real_channel(worker)
            for cr in (user, worker):
                cr.execute("SET LOCAL lock_timeout = '500ms'")
            insert = (
                "INSERT INTO ec_stock_signal (channel_id, product_id, signalled_at) "
                "VALUES (%s, %s, now())"
            )
            worker.execute(insert, (channel_id, 1))
            user_env["ec.stock.signal"].env.cr.execute(insert, (channel_id, 2))
            env = api.Environment(worker, SUPERUSER_ID, {})
            taken = env["ec.stock.signal"]._take(env["ec.channel"].browse(channel_id))
            self.assertEqual(set(taken), {1})
            user.execute("SELECT product_id FROM ec_stock_signal WHERE channel_id = %s",
                         (channel_id,))  # fmt: skip
            self.assertEqual(user.fetchall(), [(2,)])
            worker.rollback()
            user.rollback()

    @staticmethod
    def _real_channel(cr):
        return -4711  # no such shop; signals have no foreign key
