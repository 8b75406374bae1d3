"""The row of ticks."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestTicks(ShippingCommon):
    def states(self, record):
        return {step["step"]: step["state"] for step in record.ec_ticks}

    def test_missing_steps_stand_out(self):
        picking = self.ship()
        self.assertEqual(self.states(picking)["checked"], "done")
        self.assertEqual(picking.ec_next_step, "picked")
        picking.with_user(self.clerk)._ec_tick("labelled")
        states = self.states(picking)
        self.assertEqual(states["labelled"], "done")
        self.assertEqual(states["inspected"], "missing")
        self.assertEqual(states["shipped"], "open")
        self.assertEqual(self.states(picking.sale_id), states)

    def test_steps_a_shop_does_not_do(self):
        picking = self.ship()
        self.channel.write({"ec_needs_inspection": False, "ec_needs_mail": False})
        picking._ec_tick("labelled")
        states = self.states(picking)
        self.assertEqual([states[s] for s in ("inspected", "packed", "mailed")], ["off"] * 3)
        self.assertEqual(states["picked"], "missing")

    def test_time_and_person_are_kept(self):
        picking = self.ship()
        picking.with_user(self.clerk)._ec_tick("picked")
        first = picking.ec_tick_ids.at
        picking.with_user(self.manager)._ec_tick("picked")
        self.assertEqual(picking.ec_tick_ids.user_id, self.clerk)
        self.assertEqual(picking.ec_tick_ids.at, first)

    def test_open_check_is_no_tick(self):
        picking = self.ship(flags=[{"code": "mall_caution"}])
        self.assertNotEqual(self.states(picking)["checked"], "done")
        picking.sale_id.ec_check_ids.with_user(self.clerk).action_clear()
        row = picking.ec_ticks[0]
        self.assertEqual((row["state"], row["user"]), ("done", self.clerk.name))

    def test_today_per_carrier(self):
        self.ship("A")
        labelled = self.ship("B")
        labelled._ec_tick("labelled")
        self.yamato.invalidate_recordset()
        self.assertEqual(self.yamato.ec_today_count, 2)
        self.assertEqual(self.yamato.ec_unlabelled_count, 1)
        found = self.env["stock.picking"].search(self.yamato.action_ec_today()["domain"])
        self.assertEqual(len(found), 2)

    def test_a_step_ticked_by_mistake_is_taken_back(self):
        picking = self.ship().with_user(self.clerk)
        picking.action_ec_tick_picked()
        picking.sudo()._ec_tick("labelled")
        picking.action_ec_untick()
        self.assertEqual(picking.ec_tick_ids.mapped("step"), ["picked"])
        self.assertTrue(picking.message_ids.filtered(lambda m: "taken back: Label" in m.body))
        picking.action_ec_untick()
        self.assertFalse(picking.ec_tick_ids)
        with self.assertRaises(UserError):
            picking.action_ec_untick()

    def test_what_has_left_keeps_its_steps(self):
        picking = self.ship()
        picking._ec_tick("picked")
        self.read_file(self.yamato_file((picking.ec_key, "100000000004")))
        self.assertEqual(picking.state, "done")
        with self.assertRaises(UserError):
            picking.action_ec_untick()
