"""What the inspection screen asks the server."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestInspection(ShippingCommon):
    def open(self, code):
        return self.env["stock.picking"].with_user(self.clerk).ec_inspect_open(code)

    def test_slip_by_every_number(self):
        picking = self.ship()
        picking.carrier_tracking_ref = "100000000004"
        for code in (picking.ec_key, picking.ec_key.lower(), picking.name, "O-1",
                     "1000-0000-0004"):  # fmt: skip
            self.assertEqual(self.open(code).get("id"), picking.id, code)
        self.assertTrue(self.open("nothing")["error"])
        self.assertTrue(self.open("")["error"])

    def test_stops(self):
        checked = self.ship("A", flags=[{"code": "mall_caution"}])
        self.assertIn("check", self.open(checked.ec_key)["error"])
        gone = self.ship("B")
        gone.action_cancel()
        self.assertIn("cancelled", self.open(gone.ec_key)["error"])
        unpaid = self.ship("C", payment_state="unpaid")
        self.assertIn("payment", self.open(unpaid.ec_key)["error"])

    def test_lines_carry_all_their_codes(self):
        picking = self.ship()
        (line,) = self.open(picking.ec_key)["lines"]
        self.assertEqual(line["codes"], ["4900000000017", "TEA-1"])
        self.assertEqual(line["expected"], 1)

    def test_finish_keeps_who_and_what(self):
        picking = self.ship()
        move = picking.move_ids
        result = {
            "counts": {str(move.id): 1}, "parcels": 2, "weight": 1.25, "scans": 3, "seconds": 4,
            "refused": [{"code": "X", "reason": "wrong"}],
        }  # fmt: skip
        picking.with_user(self.clerk).ec_inspect_finish(result)
        row = picking.ec_inspection_ids
        self.assertEqual((row.user_id, row.refused_count, row.weight), (self.clerk, 1, 1.25))
        self.assertEqual(picking.ec_parcel_count, 2)
        self.assertEqual(set(picking.ec_tick_ids.mapped("step")), {"picked", "inspected", "packed"})
        self.assertTrue(move.picked)

    def test_the_server_counts_again(self):
        picking = self.ship()
        move = picking.move_ids
        for counts in ({}, {str(move.id): 2}, {str(move.id): 1, str(move.id + 1): 1}):
            with self.assertRaises(UserError):
                picking.with_user(self.clerk).ec_inspect_finish({"counts": counts})
        self.assertFalse(picking.ec_inspection_ids)

    def test_what_comes_in_while_somebody_scans_stops_him(self):
        picking = self.ship()
        counts = {str(picking.move_ids.id): 1}
        self.assertTrue(self.open(picking.ec_key)["lines"])
        self.pull(
            self.order_payload(
                flags=[{"code": "mall_caution"}], updated_at="2026-11-19T10:00:00+09:00"
            )
        )
        self.assertTrue(picking.sale_id.ec_open_check_count)
        with self.assertRaisesRegex(UserError, "open check"):
            picking.with_user(self.clerk).ec_inspect_finish({"counts": counts})
        self.assertFalse(picking.ec_tick_ids)

    def test_queries_of_a_scan_are_few(self):
        picking = self.ship()
        self.open(picking.ec_key)
        self.env.invalidate_all()
        with self.assertQueryCount(45):
            self.open(picking.ec_key)
