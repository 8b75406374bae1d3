"""Batches and picking lists."""

from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestBatch(ShippingCommon):
    def build(self, pickings, **vals):
        wizard = (
            self.env["ec.batch.build"]
            .with_user(self.clerk)
            .create({"picking_ids": [(6, 0, pickings.ids)], **vals})
        )
        domain = wizard.action_build()["domain"]
        return self.env["stock.picking.batch"].search(domain, order="id")

    def test_apart_by_carrier_temperature_and_single_items(self):
        self.make_rule("Cold", self.sagawa, cool="chilled", sequence=1)
        self.rice.product_tmpl_id.ec_cool = "chilled"
        many = {"lines": [self.line("TEA-1", 550, quantity=2)]}
        pickings = self.ship("A") | self.ship("B") | self.ship("C", **many)
        pickings |= self.ship("D", lines=[self.line("RICE-1", 1100)])
        batches = self.build(pickings)
        self.assertEqual(sorted(len(b.picking_ids) for b in batches), [1, 1, 2])
        self.assertEqual(set(batches.mapped("state")), {"in_progress"})
        cold = batches.filtered(lambda b: b.ec_cool == "chilled")
        self.assertEqual(cold.ec_carrier_id, self.sagawa)
        self.assertEqual(pickings.sale_id.mapped("ec_stage"), ["picking"] * 4)

    def test_size_and_what_is_not_ready(self):
        pickings = self.env["stock.picking"].union(*(self.ship(f"A{n}") for n in range(5)))
        unpaid = self.ship("U", payment_state="unpaid", payment_code="3")
        batches = self.build(pickings | unpaid, max_size=2)
        self.assertEqual([len(b.picking_ids) for b in batches], [2, 2, 1])
        self.assertFalse(unpaid.batch_id)

    def test_total_list_in_the_order_of_the_shelves(self):
        shelf = self.env["stock.location"].create(
            {"name": "A-01", "location_id": self.warehouse.lot_stock_id.id}
        )
        late = self.env["stock.location"].create(
            {"name": "Z-99", "location_id": self.warehouse.lot_stock_id.id}
        )
        quant = self.env["stock.quant"]
        stock = self.warehouse.lot_stock_id
        for product, place in ((self.tea, late), (self.rice, shelf)):
            quant._update_available_quantity(product, stock, -100)
            quant._update_available_quantity(product, place, 100)
        lines = [self.line("TEA-1", 300, quantity=2), self.line("RICE-1", 500)]
        batch = self.build(self.ship("A", lines=lines) | self.ship("B", lines=lines))
        rows = batch._ec_total_lines()
        self.assertEqual([row["product"] for row in rows], [self.rice, self.tea])
        self.assertEqual([row["quantity"] for row in rows], [2, 4])
        self.assertEqual(rows[1]["slots"], [(1, 2.0), (2, 2.0)])
        batch.action_ec_picked()
        self.assertEqual(batch.picking_ids.ec_tick_ids.mapped("step"), ["picked"] * 2)
