"""From which warehouse an order leaves."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestOrderSource(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.west = cls.env["stock.warehouse"].create({"name": "West", "code": "WST"})
        cls.channel.warehouse_ids += cls.west
        cls.pot = cls.make_product("POT-1", quantity=2)
        cls.put(cls.pot, 3)

    @classmethod
    def put(cls, product, quantity, warehouse=None):
        place = (warehouse or cls.west).lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(product, place, quantity)

    def buy(self, ref, *lines, **changes):
        """The document of an order of (code, quantity)."""
        rows = [self.line(code, 100, quantity=quantity) for code, quantity in lines]
        total = sum(100 * quantity for _code, quantity in lines)
        tax = total - round(total / 1.1)
        return self.order_payload(
            ref,
            lines=rows,
            tax_summary=self.summary(("0.10", total, tax)),
            buyer_total=str(total),
            total=str(total),
            **changes,
        )

    def turn_round(self):
        """Ask the second warehouse first."""
        first, second = self.channel.source_ids
        first.sequence, second.sequence = second.sequence, first.sequence
        self.channel.invalidate_recordset(["source_ids"])

    def test_rows_follow_the_shops_warehouses(self):
        self.assertEqual(self.channel.source_ids.warehouse_id, self.warehouse + self.west)
        self.turn_round()
        third = self.env["stock.warehouse"].create({"name": "Third", "code": "TRD"})
        self.channel.warehouse_ids = self.warehouse + self.west + third
        wanted = [self.west, self.warehouse, third]
        self.assertEqual(list(self.channel._stock_sources()), wanted)
        self.channel.warehouse_ids -= self.west
        self.assertEqual(list(self.channel._stock_sources()), [self.warehouse, third])
        self.assertEqual(len(self.channel.source_ids), 2)
        self.channel.warehouse_ids = False
        self.assertFalse(self.channel.source_ids)
        self.assertEqual(self.channel._stock_sources()[:1], self.warehouse, "the company's own")

    def test_the_first_that_has_all_of_it(self):
        self.put(self.tea, 10)
        few, whole, nowhere = self.pull(
            self.buy("S-1", ("POT-1", 1)),
            self.buy("S-2", ("TEA-1", 1), ("POT-1", 3)),
            self.buy("S-3", ("POT-1", 4)),
        )
        self.assertEqual(few.warehouse_id, self.warehouse)
        self.assertEqual(whole.warehouse_id, self.west)
        self.assertEqual(whole.picking_ids.picking_type_id.warehouse_id, self.west)
        self.assertEqual(whole.picking_ids.state, "assigned")
        self.assertEqual(nowhere.warehouse_id, self.warehouse, "nobody has all of it: the first")

    def test_the_shops_own_order_of_warehouses(self):
        self.turn_round()
        order = self.pull(self.buy("S-1", ("POT-1", 1)))
        self.assertEqual(order.warehouse_id, self.west)

    def test_orders_of_one_batch_do_not_count_on_the_same_goods(self):
        late, early = self.pull(
            self.buy("S-1", ("POT-1", 2), ordered_at="2026-11-01T12:00:00+09:00"),
            self.buy("S-2", ("POT-1", 2), ordered_at="2026-11-01T09:00:00+09:00"),
        )
        self.assertEqual((early.warehouse_id, late.warehouse_id), (self.warehouse, self.west))
        self.assertEqual((early + late).picking_ids.mapped("state"), ["assigned"] * 2)

    def test_goods_that_are_not_offered_do_not_count(self):
        self.env["stock.quant"]._update_available_quantity(
            self.pot, self.west.view_location_id.child_ids.filtered("ec_not_offered")[:1], 50
        )
        order = self.pull(self.buy("S-1", ("POT-1", 20)))
        self.assertEqual(order.warehouse_id, self.warehouse)

    def test_queries_do_not_grow_with_the_orders(self):
        asked = []
        model = self.registry["product.product"]
        original = model._ec_free_quantities

        def count(products, *args, **kw):
            asked.append(products)
            return original(products, *args, **kw)

        self.patch(model, "_ec_free_quantities", count)
        self.pull(*(self.buy(f"S-{n}", ("TEA-1", 1), ("POT-1", 1)) for n in range(12)))
        self.assertEqual(len(asked), 2, "once per warehouse for the whole batch")
        self.channel.warehouse_ids = self.warehouse
        asked.clear()
        self.pull(self.buy("S-20", ("TEA-1", 1)))
        self.assertFalse(asked, "one warehouse: nothing is asked")

    def test_another_warehouse_for_one_order(self):
        order = self.pull(self.buy("S-1", ("POT-1", 2)))
        old = order.picking_ids
        with Form(order.with_user(self.clerk)) as form:
            form.warehouse_id = self.west
        new = order.picking_ids - old
        self.assertEqual(old.state, "cancel")
        self.assertEqual((new.state, new.picking_type_id.warehouse_id), ("assigned", self.west))
        self.assertEqual(new.move_ids.product_uom_qty, 2)
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.pull(self.buy("S-1", ("POT-1", 1), updated_at="2026-11-02T10:00:00+09:00"))
        self.assertFalse(new.batch_id, "nobody packs it yet")
        self.assertFalse(self.open_codes(order))
        self.assertEqual(order.order_line.product_uom_qty, 1)
        self.assertEqual(order.warehouse_id, self.west, "news of the mall leave it")

    def test_not_while_somebody_packs(self):
        order = self.pull(self.buy("S-1", ("POT-1", 2)))
        order.picking_ids.printed = True
        with self.assertRaisesRegex(UserError, "S-1"):
            order.warehouse_id = self.west

    def test_rights(self):
        row = self.channel.source_ids[:1]
        self.assertTrue(row.with_user(self.clerk).warehouse_id)
        with self.assertRaises(AccessError):
            row.with_user(self.clerk).sequence = 5
        row.with_user(self.manager).sequence = 5
        seen = row.with_user(self.outsider).search([])
        self.assertFalse(seen & self.channel.source_ids)
