"""The day board's payments, and one thing done with many orders."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestBoard(OrderCommon):
    def unpaid(self, ref, **changes):
        return self.pull(self.order_payload(ref, payment_state="unpaid", **changes))

    def test_payments_by_method_with_days_and_cancel_date(self):
        order = self.unpaid("O-1")
        due = self.unpaid("O-2", payment_due_on="2026-11-04")
        self.assertEqual(str(order.ec_cancel_on), "2026-11-08")  # seven days
        self.assertEqual(str(due.ec_cancel_on), "2026-11-04")
        self.assertGreater(order.ec_days_waiting, 10)
        dashboard = self.env["ec.dashboard"].with_user(self.clerk)
        data = dashboard.get_dashboard_data()
        for card in data["payments"]:
            domain = dashboard.get_action(card["key"])["domain"]
            self.assertEqual(self.env["sale.order"].search_count(domain), card["count"])
        overdue = dashboard.get_action("payment_overdue")["domain"]
        self.assertLessEqual(order | due, self.env["sale.order"].search(overdue))
        order.action_ec_mark_paid()
        self.assertFalse(order.ec_cancel_on)

    def test_shipped_but_unpaid(self):
        order = self.unpaid("O-1")
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        action = self.env["ec.dashboard"].with_user(self.clerk).get_action("shipped_unpaid")
        self.assertIn(order, self.env["sale.order"].search(action["domain"]))

    def test_bulk_does_the_rest_and_says_what_failed(self):
        good = [self.order_payload(f"G-{number}") for number in range(5)]
        orders = self.pull(*good, self.order_payload("BAD", remarks="?"))
        action = self.env["ec.bulk"].with_user(self.clerk)._open("ship", orders)
        self.assertEqual(action["params"]["ids"], orders.ids)
        self.assertIn("6", action["params"]["ask"], "what cannot be taken back is asked first")
        result = self.env["ec.bulk"].with_user(self.clerk).run("ship", orders.ids)
        self.assertEqual(result["done"], 5, result["failures"])
        [failure] = result["failures"]
        self.assertEqual(failure["name"], "BAD")
        self.assertIn("BAD", failure["reason"])
        self.assertEqual(orders[:5].mapped("ec_stage"), ["shipped"] * 5)
        bulk = self.env["ec.bulk"].with_user(self.clerk)
        self.assertEqual(bulk.run("clear_checks", orders[5].ids)["done"], 1)
        self.assertEqual(orders[5].ec_stage, "ready")

    def test_bulk_names_the_shops_that_must_be_told_by_hand(self):
        bulk = self.env["ec.bulk"].with_user(self.clerk)
        order = self.unpaid("O-1")
        self.assertNotIn(self.channel.name, bulk._open("paid", order)["params"]["ask"])
        adapter = self.registry["ec.channel.adapter.fake"]
        self.patch(adapter, "_support", lambda adapter: {"cancel": True})
        self.assertIn(self.channel.name, bulk._open("paid", order)["params"]["ask"])
        self.assertFalse(bulk._open("invoice", order)["params"]["ask"])

    def test_bulk_refuses_what_it_does_not_know(self):
        order = self.unpaid("O-1")
        with self.assertRaises(UserError):
            self.env["ec.bulk"].run("unlink", order.ids)
        with self.assertRaises(AccessError):
            self.env["ec.bulk"].with_user(self.outsider).run("paid", order.ids)
