"""One thing done with 500 orders: in parts, what cannot be done is said, the rest is done."""

from unittest.mock import patch

import requests

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.ec_unified.tests.common import EcCommon

from .volume import Volume

#: As in ``static/src/bulk/bulk.js``.
CHUNK = 20


@tagged("post_install", "-at_install")
class TestBulk(EcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Volume(cls.env, cls.channel).fill(1_900, open_orders=1_600)
        cls.bulk = cls.env["ec.bulk"].with_user(cls.clerk)

    def orders(self, stage):
        return self.env["sale.order"].search(
            [("ec_channel_id", "=", self.channel.id), ("ec_stage", "=", stage)], order="id"
        )

    def run_all(self, work, orders):
        """As the dialog does: part after part. Returns (done, failures, queries of each part)."""
        done, failures, queries = 0, [], []
        for start in range(0, len(orders), CHUNK):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            result = self.bulk.run(work, orders.ids[start : start + CHUNK])
            queries.append(self.env.cr.sql_log_count - before)
            done += result["done"]
            failures += result["failures"]
        return done, failures, queries

    def test_ship_five_hundred_with_some_in_the_way(self):
        ready, check = self.orders("ready")[:497], self.orders("check")[:1]
        unpaid, short = self.orders("payment")[:1], self.orders("stock")[:1]
        ids = ready.ids
        for place, bad in ((3, check), (250, unpaid), (490, short)):
            ids.insert(place, bad.id)
        orders = ready.browse(ids)
        self.assertEqual(len(orders), 500)

        def forbidden(*args, **kwargs):
            raise AssertionError("no mall is called while a user waits")

        adapter = self.registry["ec.channel.adapter.fake"]
        with (
            patch.object(requests.Session, "send", forbidden),
            patch.object(adapter, "_push_shipments", forbidden),
            patch.object(adapter, "_push_stock", forbidden),
        ):
            done, failures, queries = self.run_all("ship", orders)
        self.assertEqual(done, 497)
        self.assertEqual([f["id"] for f in failures], [check.id, unpaid.id, short.id])
        reasons = [failure["reason"] for failure in failures]
        self.assertIn(check.name, reasons[0])
        self.assertNotEqual(reasons[1], reasons[2])
        self.assertEqual(set(ready.mapped("ec_stage")), {"shipped"})
        self.assertEqual(set(ready.picking_ids.mapped("state")), {"done"})
        self.assertNotIn("done", (check | unpaid | short).picking_ids.mapped("state"))
        clean = sorted(queries[1:12])  # parts without an order in the way
        self.assertLess(clean[-1], clean[0] * 1.3 + 20, queries)

    def test_queries_per_order_do_not_grow_with_the_part(self):
        ready = self.orders("ready")
        for work, orders in (("ship", ready), ("run_rules", ready[200:]), ("invoice", ready)):
            if work == "invoice":
                ready.order_line.product_id.invoice_policy = "order"
            self.bulk.run(work, orders[:5].ids)
            costs = []
            for part in (orders[5:25], orders[25:125]):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                result = self.bulk.run(work, part.ids)
                costs.append((self.env.cr.sql_log_count - before) / len(part))
                self.assertFalse(result["failures"], work)
            self.assertLessEqual(costs[1], costs[0] * 1.1, (work, costs))
        invoices = ready[:125].invoice_ids
        self.assertEqual(len(invoices), 125)  # also where a customer has several orders

    def test_checks_and_payments(self):
        checks, unpaid = self.orders("check"), self.orders("payment")
        self.assertGreater(len(checks), 150)
        done, failures, _queries = self.run_all("clear_checks", checks)
        self.assertEqual((done, failures), (len(checks), []))
        self.assertFalse(checks.ec_open_check_ids)
        done, failures, _queries = self.run_all("paid", unpaid | checks[:2])
        self.assertEqual(done, len(unpaid))
        self.assertEqual([f["id"] for f in failures], checks[:2].ids)
        self.assertEqual(set(unpaid.mapped("ec_payment_state")), {"paid"})

    def test_a_part_is_not_too_long_and_an_order_gone_is_no_error(self):
        ready = self.orders("ready")
        with self.assertRaises(UserError):
            self.bulk.run("ship", ready[:101].ids)
        self.assertEqual(self.bulk.run("run_rules", [0, ready[0].id])["done"], 1)
