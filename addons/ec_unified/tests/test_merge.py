"""One parcel for several orders and several parcels for one, both undone again."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestMerge(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_channel(name="Second shop", merge_policy="all")
        cls.channel.merge_policy = "all"

    def two(self):
        """Orders of the same person in two shops."""
        first = self.pull(self.order_payload("A-1"))
        payload = self.order_payload("B-1", lines=[self.line("RICE-1", 2200)], buyer_total="2200",
                                     total="2200",
                                     tax_summary=self.summary(("0.10", 2200, 200)))  # fmt: skip
        second = self.pull(payload, channel=self.other)
        self.assertEqual((first | second).mapped("ec_stage"), ["ready", "ready"])
        return first, second

    def suggested(self):
        """What is suggested about our shops."""
        merges = self.env["ec.merge"].with_user(self.clerk)._suggest()
        return merges.filtered(lambda merge: merge.channel_ids & (self.channel | self.other))

    def test_merged_across_shops_each_keeps_its_money(self):
        first, second = self.two()
        merge = self.suggested()
        self.assertEqual(merge.order_ids, first | second)
        merge.with_user(self.clerk).action_merge()
        pickings = first.picking_ids | second.picking_ids
        self.assertEqual((first.amount_total, second.amount_total), (1100, 2200))
        first.picking_ids.carrier_tracking_ref = "400000000001"
        self.assertEqual(second.picking_ids.carrier_tracking_ref, "400000000001")
        first.picking_ids.move_ids.picked = True
        first.picking_ids.with_user(self.clerk).button_validate()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        invoices = [order._create_invoices().amount_total for order in (first, second)]
        self.assertEqual(invoices, [1100, 2200])

    def test_undone_and_not_suggested_again(self):
        first, second = self.two()
        merge = self.suggested()
        merge.action_merge()
        merge.with_user(self.clerk).action_undo()
        self.assertFalse((first | second).picking_ids.ec_merge_id)
        self.assertFalse(self.suggested())
        first.picking_ids.move_ids.picked = True
        first.picking_ids.button_validate()
        self.assertEqual(second.picking_ids.state, "assigned")

    def test_cancelled_order_leaves_the_parcel(self):
        first, second = self.two()
        merge = self.suggested()
        merge.action_merge()
        first._action_cancel()
        self.assertEqual(merge.state, "undone")
        self.assertFalse(second.picking_ids.ec_merge_id)
        self.assertEqual(second.picking_ids.state, "assigned")

    def test_changed_address_leaves_the_parcel(self):
        first, second = self.two()
        merge = self.suggested()
        merge.action_merge()
        first.picking_ids.carrier_tracking_ref = "400000000001"
        moved = {**self.order_payload()["buyer"], "street": "千代田2-2"}
        self.pull(
            self.order_payload(
                "A-1",
                destinations=[{"ref": "1", "address": moved}],
                updated_at="2026-11-02T10:00:00+09:00",
            )
        )
        self.assertEqual(merge.state, "undone")
        self.assertFalse((first | second).picking_ids.ec_merge_id)
        self.assertEqual(first.picking_ids.partner_id.street, "千代田2-2")
        self.assertEqual(second.picking_ids.partner_id.street, "千代田1-1")
        self.assertFalse(second.picking_ids.carrier_tracking_ref, "the number is the other's")

    def test_changed_wish_leaves_the_parcel_another_amount_does_not(self):
        first, second = self.two()
        merge = self.suggested()
        merge.action_merge()
        summed = []
        self.patch(self.registry["ec.merge"], "_merged", lambda merges: summed.append(merges))
        lines = [self.line("TEA-1", 1200, ref="1")]
        self.pull(self.order_payload("A-1", lines=lines, buyer_total="1200", total="1200",
                                     tax_summary=self.summary(("0.10", 1200, 109)),
                                     updated_at="2026-11-02T10:00:00+09:00"))  # fmt: skip
        self.assertEqual((merge.state, summed), ("merged", [merge]))
        second.ec_wish_date = "2099-01-01"
        self.assertEqual(merge.state, "undone")

    def test_undone_each_has_its_own_carrier_again(self):
        first, second = self.two()
        product = self.env["product.product"].create({"name": "x", "type": "service"})
        own, other = self.env["delivery.carrier"].create(
            [{"name": name, "product_id": product.id} for name in ("A", "B")]
        )
        first.picking_ids.carrier_id, second.picking_ids.carrier_id = own, other
        merge = self.suggested()
        merge.action_merge()
        self.assertEqual(second.picking_ids.carrier_id, own)
        first.picking_ids.carrier_tracking_ref = "400000000001"
        merge.action_undo()
        self.assertEqual(second.picking_ids.carrier_id, other)
        self.assertFalse(second.picking_ids.carrier_tracking_ref)
        self.assertEqual(first.picking_ids.carrier_tracking_ref, "400000000001")

    def test_order_in_two_deliveries_is_cancelled_and_changed_at_the_mall(self):
        order, few = self.mixed()
        order.ec_open_check_ids.action_clear()
        order.picking_ids.action_ec_split_stock()
        self.assertEqual(len(order.picking_ids), 2)
        lines = [self.line("TEA-1", 1100), self.line("FEW-1", 1100, quantity=1)]
        later = {"updated_at": "2026-11-02T10:00:00+09:00"}
        self.pull(self.order_payload(lines=lines, buyer_total="2200", total="2200", **later,
                                     tax_summary=self.summary(("0.10", 2200, 200))))  # fmt: skip
        moves = order.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(sum(move.product_uom_qty for move in moves if move.product_id == few), 1)
        self.assertEqual(order.amount_total, 2200)
        self.pull(self.order_payload(cancelled=True, updated_at="2026-11-03T10:00:00+09:00"))
        self.assertEqual(order.state, "cancel")
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})

    def test_shops_that_forbid_it(self):
        first, second = self.two()
        self.other.merge_policy = "own"
        self.assertFalse(self.suggested())
        with self.assertRaises(UserError):
            (first | second).action_ec_merge()

    def test_strangers_other_days_and_checks_stay_apart(self):
        buyer = {**self.order_payload()["buyer"], "name": "山田 太郎"}
        place = {"buyer": buyer, "destinations": [{"ref": "1", "address": buyer}]}
        orders = self.pull(
            self.order_payload("A-1"),
            self.order_payload("A-2", **place),
            self.order_payload("A-3", wish_date="2099-01-01"),
            self.order_payload("A-4", remarks="?"),
        )
        self.assertFalse(self.suggested())
        for order in orders[1:]:
            with self.assertRaises(UserError):
                (orders[0] | order).action_ec_merge()

    # === SPLIT === #

    def mixed(self):
        few = self.make_product("FEW-1", quantity=1)
        lines = [self.line("TEA-1", 1100), self.line("FEW-1", 1100, quantity=3)]
        figures = {"buyer_total": "4400", "total": "4400"}
        figures["tax_summary"] = self.summary(("0.10", 4400, 400))
        return self.pull(self.order_payload(lines=lines, **figures)), few

    def test_split_by_stock_and_undone(self):
        order, few = self.mixed()
        order.ec_open_check_ids.action_clear()
        picking = order.picking_ids
        picking.with_user(self.clerk).action_ec_split_stock()
        later = order.picking_ids - picking
        now = {move.product_id: move.product_uom_qty for move in picking.move_ids}
        self.assertEqual(now, {self.tea: 1, few: 1})
        self.assertEqual(later.move_ids.mapped("product_uom_qty"), [2])
        self.assertEqual((picking.state, later.state), ("assigned", "confirmed"))
        self.assertEqual(order.amount_total, 4400)
        later.with_user(self.clerk).action_ec_unsplit()
        self.assertEqual(order.picking_ids, picking)
        found = {move.product_id: move.product_uom_qty for move in picking.move_ids}
        self.assertEqual(found, {self.tea: 1, few: 3})

    def test_split_by_temperature(self):
        order = self.pull(self.mixed_order())
        picking = order.picking_ids
        with self.assertRaises(UserError):
            picking.action_ec_split_temperature()

        def temperature(move):
            return "frozen" if move.product_id == self.rice else ""

        self.patch(self.registry["stock.move"], "_ec_get_temperature", temperature)
        picking.with_user(self.clerk).action_ec_split_temperature()
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(picking.move_ids.product_id, self.tea)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"assigned"})

    def test_split_by_destination(self):
        order = self.pull(self.mixed_order())
        picking = order.picking_ids
        with self.assertRaises(UserError):
            picking.action_ec_split_destination()
        elsewhere = order.partner_id.copy({"name": "別の人", "street": "見本町1-1"})
        line = order.order_line.filtered(lambda row: row.product_id == self.rice)
        line.ec_destination_id = elsewhere
        picking.with_user(self.clerk).action_ec_split_destination()
        self.assertEqual(len(order.picking_ids), 2)
        other = order.picking_ids - picking
        self.assertEqual((other.partner_id, other.move_ids.product_id), (elsewhere, self.rice))
        self.assertEqual(picking.partner_id, order.partner_shipping_id)
        with self.assertRaises(UserError):
            other.action_ec_unsplit()

    def test_looking_for_suggestions_reads_only_what_could_share(self):
        strangers = [
            {**self.order_payload()["buyer"], "name": f"他人 {n}", "street": f"見本町{n}-1"}
            for n in range(8)
        ]
        self.two()
        self.pull(
            *(
                self.order_payload(
                    f"S-{n}", buyer=buyer, destinations=[{"ref": "1", "address": buyer}]
                )
                for n, buyer in enumerate(strangers)
            )
        )
        merges = self.env["ec.merge"]
        found = merges._find_free()
        ours = found.filtered(lambda row: row.ec_channel_id in (self.channel | self.other))
        self.assertEqual(len(ours), 2)
        self.suggested()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        merges._suggest()
        few = self.cr.sql_log_count - before
        self.pull(
            *(
                self.order_payload(
                    f"T-{n}", buyer=buyer, destinations=[{"ref": "1", "address": buyer}]
                )
                for n, buyer in enumerate(
                    {**buyer, "street": f"見本町{20 + n}-9"} for n, buyer in enumerate(strangers)
                )
            )
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        merges._suggest()
        self.assertLessEqual(self.cr.sql_log_count - before, few + 2)
