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
