"""Two orders over the last piece."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestOrderShort(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = cls.make_product("LAST", quantity=1)

    def buy(self, ref, hour, *lines):
        lines = list(lines) or [self.line("LAST", 1100)]
        buyer = {
            **self.order_payload()["buyer"],
            "name": f"購入者 {ref}",
            "phone": f"03-0000-{ord(ref[0]):04}",
            "street": f"千代田{ord(ref[0])}",
            "email": f"{ref.lower()}@example.com",
        }
        total = sum(int(line["amount"]) for line in lines)
        return self.pull(
            self.order_payload(
                ref,
                ordered_at=f"2026-11-01T{hour:02}:00:00+09:00",
                lines=lines,
                buyer=buyer,
                destinations=[{"ref": "1", "address": buyer}],
                tax_summary=self.summary(("0.10", total, total // 11)),
                buyer_total=str(total),
                total=str(total),
            )
        )

    def state(self, order):
        self.env.flush_all()
        order.invalidate_recordset()
        return order.order_line.move_ids.mapped("state"), self.open_codes(order), order.ec_stage

    def wizard(self, order, **vals):
        wizards = self.env["ec.order.short"].with_context(default_order_id=order.id)
        return wizards.create({"order_id": order.id, **vals})

    def test_second_gets_a_check(self):
        first, second = self.buy("A", 9), self.buy("B", 10)
        self.assertEqual(self.state(first), (["assigned"], [], "ready"))
        self.assertEqual(self.state(second), (["confirmed"], ["stock_short"], "check"))
        self.assertIn("LAST", second.ec_open_check_ids.reason)

    def test_earlier_order_that_arrives_late_gets_the_goods(self):
        later = self.buy("B", 10)
        earlier = self.buy("A", 9)
        self.assertEqual(self.state(earlier), (["assigned"], [], "ready"))
        self.assertEqual(self.state(later), (["confirmed"], ["stock_short"], "check"))

    def test_goods_being_packed_stay(self):
        later = self.buy("B", 10)
        later.picking_ids.printed = True
        earlier = self.buy("A", 9)
        self.assertEqual(self.state(earlier)[1:], (["stock_short"], "check"))
        self.assertFalse(self.state(later)[1])

    def test_goods_arrive(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        self.env["stock.quant"]._update_available_quantity(
            self.last, self.warehouse.lot_stock_id, 1
        )
        second.picking_ids.action_assign()
        self.assertEqual(self.state(second), (["assigned"], [], "ready"))
        self.assertTrue(second.ec_check_ids.auto)

    def test_cancel_frees_the_goods_for_who_waits(self):
        """The earliest of those who wait, not the first document, and before any shop offers it."""
        holder = self.buy("A", 9)
        third, second = self.buy("C", 11), self.buy("B", 10)
        holder._action_cancel()
        self.assertEqual(self.state(second), (["assigned"], [], "ready"))
        self.assertEqual(self.state(third)[1:], (["stock_short"], "check"))
        self.last.invalidate_recordset(["free_qty"])
        self.assertEqual(self.last.free_qty, 0)

    def test_cancelled_at_the_mall_frees_the_goods(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        [document] = [d for d in self.channel.fake_documents if d["ref"] == "A"]
        self.pull({**document["payload"], "cancelled": True})
        self.assertEqual(self.state(second), (["assigned"], [], "ready"))

    def test_order_that_waits_by_choice_gets_freed_goods_too(self):
        first, second = self.buy("A", 9), self.buy("B", 10)
        self.wizard(second, choice="wait").action_apply()
        first._action_cancel()
        self.assertEqual(self.state(second), (["assigned"], [], "ready"))

    def test_goods_counted_on_a_shelf_go_to_the_earliest(self):
        self.buy("A", 9)
        third, second = self.buy("C", 11), self.buy("B", 10)
        shelf = self.env["stock.location"].create(
            {"name": "S-1", "location_id": self.warehouse.lot_stock_id.id, "usage": "internal"}
        )
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            {"product_id": self.last.id, "location_id": shelf.id, "inventory_quantity": 1}
        ).action_apply_inventory()
        self.assertEqual(self.state(second), (["assigned"], [], "ready"))
        self.assertEqual(self.state(third)[1:], (["stock_short"], "check"))

    def test_receipt_goes_to_the_earliest(self):
        self.buy("A", 9)
        third, second = self.buy("C", 11), self.buy("B", 10)
        kind = self.warehouse.in_type_id
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.last.id,
                            "product_uom_qty": 1,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.write({"quantity": 1, "picked": True})
        receipt.button_validate()
        self.assertEqual(self.state(second), (["assigned"], [], "ready"))
        self.assertEqual(self.state(third)[1:], (["stock_short"], "check"))

    def test_only_as_much_changes_hands_as_is_missing(self):
        self.env["stock.quant"]._update_available_quantity(
            self.last, self.warehouse.lot_stock_id, 4
        )
        later = self.buy("B", 10, self.line("LAST", 1100, quantity=3))
        latest = self.buy("C", 11, self.line("LAST", 1100, quantity=2))
        earlier = self.buy("A", 9)
        self.assertEqual(self.state(earlier), (["assigned"], [], "ready"))
        self.assertEqual(self.state(later), (["assigned"], [], "ready"))
        self.assertEqual(self.state(latest)[0], ["partially_available"])
        self.assertIn("LAST × 1", latest.ec_open_check_ids.reason)

    def test_in_one_batch_the_earlier_order_comes_first(self):
        """Both documents in one page, the later one in front."""
        batch = []
        for ref, hour in (("B", 10), ("A", 9)):
            self.buy(ref, hour)  # made for its document only
            batch.append(self.channel.fake_documents[-1]["payload"])
            self.orders([ref])._action_cancel()
        twins = [{**p, "ref": f"T{p['ref']}", "number": f"T{p['ref']}"} for p in batch]
        later, earlier = self.pull(*twins)
        self.assertEqual(later.ec_order_ref, "TB")
        self.assertLess(later.id, earlier.id)
        self.assertEqual(self.state(earlier), (["assigned"], [], "ready"))
        self.assertEqual(self.state(later)[1:], (["stock_short"], "check"))

    def test_goods_reserved_by_hand_are_not_missing_yet(self):
        """Where Odoo reserves on another day, an unreserved order is nothing to decide about."""
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self.buy("A", 9)
        self.assertEqual(self.state(order)[1:], ([], "stock"))

    def test_wait(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        self.wizard(second, choice="wait").action_apply()
        self.assertEqual(self.state(second)[1:], ([], "stock"))

    def test_substitute_keeps_the_money(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        total, tax = second.amount_total, second.amount_tax
        wizard = self.wizard(second, choice="substitute", substitute_id=self.tea.id)
        self.assertTrue(wizard.line_id)
        wizard.action_apply()
        self.assertEqual(self.state(second)[1:], ([], "ready"))
        self.assertEqual((second.amount_total, second.amount_tax), (total, tax))
        self.assertEqual(second.order_line.product_id & self.last, self.env["product.product"])

    def test_partial(self):
        self.buy("A", 9)
        second = self.buy("B", 10, self.line("LAST", 1100), self.line("TEA-1", 1100))
        self.wizard(second, choice="partial").action_apply()
        pickings = second.picking_ids.sorted("id")
        self.assertEqual(pickings.mapped("state"), ["assigned", "confirmed"])
        self.assertEqual(pickings[1].backorder_id, pickings[0])
        self.assertFalse(self.open_codes(second))

    def test_partial_of_one_line(self):
        order = self.buy("A", 9, self.line("LAST", 1100, quantity=3))
        self.assertEqual(self.open_codes(order), ["stock_short"])
        self.wizard(order, choice="partial").action_apply()
        pickings = order.picking_ids.sorted("id")
        self.assertEqual(pickings.move_ids.sorted("id").mapped("product_uom_qty"), [1, 2])
        self.assertEqual(pickings[0].state, "assigned")

    def test_nothing_there(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        with self.assertRaises(UserError):
            self.wizard(second, choice="partial").action_apply()

    def test_cancel_tells_the_mall(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        wizard = self.wizard(second, choice="cancel")
        with self.assertRaises(UserError):
            wizard.action_apply()
        wizard.reason_id = wizard.reason_ids.filtered(lambda reason: reason.name == "Out of stock")
        wizard.action_apply()
        self.assertEqual(second.state, "cancel")
        self.channel.fake_calls = False
        self.channel.action_send_exchanges()
        self.assertIn(["cancel", ["B", "2", False]], self.channel.fake_calls)

    def test_form_offers_the_reasons_of_the_mall(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        wizards = self.env["ec.order.short"].with_user(self.clerk)
        with Form(wizards.with_context(default_order_id=second.id)) as form:
            form.choice = "cancel"
            reasons = form.reason_ids[:]
            self.assertEqual(reasons.mapped("code"), ["1", "2"])
            form.reason_id = reasons[1]
        form.record.action_apply()
        self.channel.action_send_exchanges()
        self.assertIn(["cancel", ["B", "2", False]], self.channel.fake_calls)

    def test_fix_button_opens_the_choices(self):
        self.buy("A", 9)
        second = self.buy("B", 10)
        action = second.ec_open_check_ids.action_open_fix()
        self.assertEqual(action["res_model"], "ec.order.short")
        self.assertEqual(action["context"]["default_order_id"], second.id)
