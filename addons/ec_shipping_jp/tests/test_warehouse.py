"""Hand-over to a warehouse company."""

import base64

from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestWarehouse(ShippingCommon):
    def test_instruction_with_inserts_and_result(self):
        card = self.make_product("CARD-1")
        self.env["ec.insert.rule"].create({"name": "Thanks", "product_id": card.id})
        picking = self.ship()
        wizard = self.env["ec.label.export"].create(
            {
                "picking_ids": [(6, 0, picking.ids)],
                "profile_id": self.profiles["warehouse_instruction"].id,
            }
        )
        wizard.action_export()
        text = base64.b64decode(wizard.file).decode("cp932")
        self.assertEqual(text.count("\r\n"), 3)
        self.assertIn("TEA-1", text)
        self.assertIn("CARD-1", text)
        self.read_result(f"{picking.ec_key},TEA-1,1,100000000004,,")
        self.assertEqual(picking.state, "done")

    def ordered(self, ref="O-1"):
        """Two packets of tea and one of rice, on their way to the warehouse company."""
        return self.ship(
            ref,
            lines=[self.line("TEA-1", 550, quantity=2), self.line("RICE-1", 500)],
            tax_summary=self.summary(("0.10", 1600, 145)), buyer_total="1600", total="1600",
        )  # fmt: skip

    def read_rows(self, picking, *rows, **vals):
        heads = "出荷番号,商品コード,数量,送り状番号,出荷日,取消"
        lines = [f"{picking.ec_key},{code},{number},100000000004,," for code, number in rows]
        content = "\r\n".join([heads, *lines, ""]).encode()
        return self.read_file(content, "warehouse_result", **vals)

    def test_all_that_was_ordered_has_left(self):
        picking = self.ordered()
        self.read_rows(picking, ("TEA-1", 2), ("RICE-1", 1))
        self.assertEqual(picking.state, "done")
        self.assertFalse(picking.backorder_ids)

    def test_a_part_that_has_left_is_asked_about_and_leaves_the_rest(self):
        """Else the shop would tell the mall of goods that lie in the warehouse."""
        picking = self.ordered()
        wizard = self.read_rows(picking, ("TEA-1", 1))
        self.assertEqual(set(wizard.line_ids.mapped("state")), {"ask"})
        for text in ("TEA-1: 1 of 2", "RICE-1: 0 of 1"):
            self.assertIn(text, wizard.line_ids.message)
        self.assertNotEqual(picking.state, "done")
        wizard = self.read_rows(picking, ("TEA-1", 1), apply=False)
        wizard.line_ids.action = "add"
        wizard.action_apply()
        self.assertEqual(picking.state, "done")
        self.assertEqual(
            {move.product_id: move.quantity for move in picking.move_ids}, {self.tea: 1}
        )
        rest = picking.backorder_ids
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in rest.move_ids},
            {self.tea: 1, self.rice: 1},
        )
        (parcel,) = self.owed().payload["parcels"]
        self.assertEqual(parcel["lines"], [["product-TEA-1", "1"]])

    def test_goods_nobody_ordered(self):
        picking = self.ordered()
        for rows, text in (
            ((("TEA-1", 3), ("RICE-1", 1)), "More has left"),
            ((("TEA-1", 2), ("CAKE-1", 1)), "Not in this delivery: CAKE-1"),
        ):
            wizard = self.read_rows(picking, *rows)
            self.assertEqual(set(wizard.line_ids.mapped("state")), {"ask"})
            self.assertIn(text, wizard.line_ids[0].message)
        self.assertNotEqual(picking.state, "done")

    def test_a_result_without_contents_is_about_the_whole(self):
        picking = self.ordered()
        self.read_result(f"{picking.ec_key},,,100000000004,,")
        self.assertEqual(picking.state, "done")

    def test_stock_file(self):
        rows = ("商品コード,数量,ロット,棚番", "TEA-1,95,,", "RICE-1,100,,", "NONE,1,,", "")
        content = "\r\n".join(rows).encode()
        wizard = (
            self.env["ec.stock.import"]
            .with_user(self.manager)
            .create(
                {
                    "profile_id": self.profiles["warehouse_stock"].id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "file": base64.b64encode(content),
                }
            )
        )
        wizard.action_read()
        self.assertEqual(wizard.counts, {str(self.tea.id): 95.0})
        self.assertIn("NONE", wizard.difference_text)
        wizard.action_apply()
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.tea.id),
             ("location_id", "=", self.warehouse.lot_stock_id.id)]
        )  # fmt: skip
        self.assertEqual(quant.inventory_quantity, 95)
        self.assertEqual(quant.quantity, 100)
