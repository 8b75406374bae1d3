"""What a person has to look at blocks the parcel until he has."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestCheck(OrderCommon):
    def test_open_check_blocks_the_parcel(self):
        order = self.pull(self.order_payload(remarks="のし希望"))
        picking = order.picking_ids
        picking.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "O-1"):
            picking.with_user(self.clerk).button_validate()
        with self.assertRaises(UserError):
            picking._action_done()
        order.ec_check_ids.with_user(self.clerk).action_clear()
        check = order.ec_check_ids
        self.assertEqual(
            (check.state, check.cleared_by_id, check.auto), ("cleared", self.clerk, False)
        )
        picking.with_user(self.clerk).button_validate()
        self.assertEqual(picking.state, "done")

    def test_open_check_is_not_handed_out_for_picking(self):
        order, free = self.pull(self.order_payload(remarks="のし希望"), self.mixed_order("M-1"))
        pickings = (order | free).picking_ids.with_user(self.clerk)
        batches = self.env["stock.picking.batch"]
        with self.assertRaisesRegex(UserError, "O-1"):
            batches.create({"picking_ids": pickings.ids})
        batch = batches.create({"picking_ids": free.picking_ids.ids})
        with self.assertRaisesRegex(UserError, "O-1"):
            order.picking_ids.with_user(self.clerk).batch_id = batch
        with self.assertRaisesRegex(UserError, "O-1"):
            pickings.do_print_picking()
        self.assertFalse(order.picking_ids.printed)
        order.ec_check_ids.with_user(self.clerk).action_clear()
        order.picking_ids.with_user(self.clerk).batch_id = batch
        self.assertEqual(order.ec_stage, "picking")

    def test_cleared_check_stays_cleared(self):
        payload = self.order_payload(flags=[{"code": "mall_caution", "detail": "101"}])
        order = self.pull(payload)
        order.ec_check_ids.action_clear()
        payload["updated_at"] = "2026-11-02T10:00:00+09:00"
        self.pull(payload)
        self.assertFalse(self.open_codes(order))
        payload["flags"][0]["detail"] = "105"
        payload["updated_at"] = "2026-11-03T10:00:00+09:00"
        self.pull(payload)
        self.assertEqual(self.open_codes(order), ["mall_caution"])

    def test_check_goes_away_by_itself(self):
        payload = self.order_payload(flags=[{"code": "mall_checking"}])
        order = self.pull(payload)
        self.assertEqual(self.open_codes(order), ["mall_checking"])
        self.pull({**payload, "flags": [], "updated_at": "2026-11-02T10:00:00+09:00"})
        self.assertFalse(self.open_codes(order))
        self.assertTrue(order.ec_check_ids.auto)

    def test_unknown_flag_of_an_adapter_is_not_lost(self):
        order = self.pull(self.order_payload(flags=[{"code": "brand_new", "detail": ""}]))
        self.assertEqual(self.open_codes(order), ["other"])
        self.assertEqual(order.ec_check_ids.detail, "brand_new")

    def test_every_reason_has_a_text(self):
        todos = self.env["ec.order.check"]._get_todo_texts()
        codes = {code for code, _label in self.env["ec.order.check"]._fields["code"].selection}
        self.assertFalse(set(todos) - codes)

    def test_other_company_sees_nothing(self):
        order = self.pull(self.order_payload(remarks="x"))
        check = order.ec_check_ids
        with self.assertRaises(AccessError):
            check.with_user(self.outsider).read(["detail"])
        with self.assertRaises(AccessError):
            check.with_user(self.clerk).unlink()
