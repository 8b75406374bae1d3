"""What the malls are told in rarer cases, and what they say against it."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.ec_unified.lib.data import Result
from odoo.addons.ec_unified.lib.errors import DataError

from .common import ShippingCommon

A, B, C = (f"{n}{n % 7}" for n in (10000000000, 10000000001, 10000000002))


@tagged("post_install", "-at_install")
class TestTold(ShippingCommon):
    def shipments(self):
        """What the adapter gets, order by order."""
        got = []
        adapter = self.registry["ec.channel.adapter.fake"]

        def push(_adapter, _channel, shipments):
            got.extend(shipments)
            return [Result(ref=s.order_ref, ok=True) for s in shipments]

        with patch.object(adapter, "_push_shipments", push):
            self.channel.action_push_shipments()
        return {shipment.order_ref: shipment for shipment in got}

    # --- one parcel for several orders ---

    def merged(self):
        """Two orders of one buyer in one parcel."""
        buyer = self.order_payload()["buyer"]
        place = {"buyer": buyer, "destinations": [{"ref": "1", "address": buyer}]}
        pickings = self.ship("A", **place) | self.ship("B", **place)
        pickings.with_user(self.clerk).action_ec_merge()
        return pickings

    def test_each_order_of_a_shared_parcel_is_told_its_number(self):
        pickings = self.merged()
        lead = pickings.ec_merge_id.lead_id
        self.read_file(self.yamato_file((lead.ec_key, A)))
        self.assertEqual(pickings.mapped("state"), ["done", "done"])
        self.assertEqual(pickings.mapped("carrier_tracking_ref"), [A, A])
        told = self.shipments()
        self.assertEqual(set(told), {"A", "B"})
        for shipment in told.values():
            self.assertEqual([p.tracking_number for p in shipment.parcels], [A])
        self.assertEqual(pickings.sale_id.mapped("ec_mall_told"), [True, True])
        self.assertEqual(pickings.ec_tick_ids.filtered(lambda t: t.step == "told").picking_id,
                         pickings)  # fmt: skip

    def test_a_correction_of_a_shared_parcel_reaches_each_order(self):
        pickings = self.merged()
        self.read_file(self.yamato_file((pickings.ec_merge_id.lead_id.ec_key, A)))
        self.shipments()
        pickings.ec_merge_id.lead_id.with_user(self.clerk).carrier_tracking_ref = B
        told = self.shipments()
        self.assertEqual(set(told), {"A", "B"})
        for shipment in told.values():
            self.assertEqual([p.tracking_number for p in shipment.parcels], [B])
            self.assertEqual(shipment.removed, (A,))

    # --- without number ---

    def test_a_carrier_without_numbers_tells_the_day(self):
        self.yamato.ec_no_number = True
        picking = self.ship()
        self.assertFalse(self.owed(), "nothing has left yet")
        self.env["stock.picking"]._ec_validate_ready(picking)
        [parcel] = self.shipments()["O-1"].parcels
        self.assertEqual((parcel.tracking_number, parcel.carrier_code), ("", "yamato"))
        self.assertEqual(str(parcel.shipped_on), "2026-11-19")
        self.assertEqual(picking.sale_id.ec_stage, "done")

    def test_other_carriers_wait_for_the_number(self):
        picking = self.ship()
        self.env["stock.picking"]._ec_validate_ready(picking)
        self.assertFalse(self.owed())
        self.assertEqual(picking.sale_id.ec_stage, "shipped")

    # --- several parcels ---

    def test_parcels_of_one_delivery_belong_together(self):
        picking = self.ship(lines=[self.line("TEA-1", 550, quantity=2)])
        picking.ec_parcel_count = 2
        self.read_file(self.yamato_file((picking.ec_key, A), (picking.ec_key, B)))
        parcels = self.shipments()["O-1"].parcels
        self.assertEqual({p.delivery_ref for p in parcels}, {picking.ec_key})

    # --- kits: the mall sells one item, its parts leave ---

    def kit(self):
        """A delivery of two kits, each of two bags of rice and one card."""
        card = self.make_product("CARD-1")
        picking = self.ship(lines=[self.line("TEA-1", 550, quantity=2)])
        whole = picking.move_ids
        parts = self.env["stock.move"]
        for product, quantity in ((self.rice, 4), (card, 2)):
            parts |= whole.copy(
                {"product_id": product.id, "product_uom_qty": quantity, "picking_id": picking.id,
                 "sale_line_id": whole.sale_line_id.id, "move_line_ids": []}
            )  # fmt: skip
        parts._action_confirm(merge=False)
        parts._action_assign()
        whole._action_cancel()
        return picking, parts[0], parts[1]

    def leave(self, picking, quantities):
        for move, quantity in quantities.items():
            move.quantity = quantity
            move.picked = bool(quantity)
        picking.with_context(skip_backorder=True).button_validate()
        return picking.backorder_ids

    def test_kits_that_leave_in_two_deliveries(self):
        picking, rice, card = self.kit()
        rest = self.leave(picking, {rice: 2, card: 1})
        self.assertEqual(picking._ec_shipped_lines(), [("product-TEA-1", "1")])
        self.leave(rest, {move: move.product_uom_qty for move in rest.move_ids})
        self.assertEqual(rest._ec_shipped_lines(), [("product-TEA-1", "1")])

    def test_parts_of_a_kit_that_leave_apart(self):
        picking, rice, card = self.kit()
        rest = self.leave(picking, {rice: 4, card: 0})
        self.assertEqual(picking._ec_shipped_lines(), [])
        self.leave(rest, {move: move.product_uom_qty for move in rest.move_ids})
        self.assertEqual(rest._ec_shipped_lines(), [("product-TEA-1", "2")])

    # --- refused ---

    def refuse(self, reason="wrong_state"):
        error = DataError("no", reason=reason, params={"state": "キャンセル確定"})
        adapter = self.registry["ec.channel.adapter.fake"]

        def push(_adapter, _channel, shipments):
            return [Result(ref=s.order_ref, ok=s.order_ref != "A", error=error) for s in shipments]

        with patch.object(adapter, "_push_shipments", push):
            self.channel.action_push_shipments()

    def test_a_refused_order_stands_on_the_list_with_the_reason(self):
        one, two = self.ship("A"), self.ship("B")
        self.read_file(self.yamato_file((one.ec_key, A), (two.ec_key, B)))
        self.refuse()
        picking = self.env["stock.picking"].with_user(self.clerk)
        self.assertEqual(picking.search([("ec_told_problem", "!=", False)]), one)
        self.assertIn("キャンセル確定", one.with_user(self.clerk).ec_told_problem)
        self.assertFalse(two.ec_told_problem)
        self.assertNotIn(one, picking.search([("ec_told_problem", "=", False)]))
        one.with_user(self.clerk).action_ec_tell_again()
        self.assertEqual(self.owed("A").state, "pending")
        self.assertEqual(set(self.shipments()), {"A"})
        one.invalidate_recordset(["ec_told_problem"])
        self.assertFalse(one.ec_told_problem)
        self.assertTrue(one.sale_id.ec_mall_told)
