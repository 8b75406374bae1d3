"""Kits of two levels for the tests."""

from odoo.fields import Command

from odoo.addons.ec_unified.tests.stock_common import EcStockCommon


class KitsCommon(EcStockCommon):
    """Gift = 2 sets + 1 ribbon (no stock kept); set = 1 pot + 3 cups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_, cls.gift = cls.make_products(2, quantity=0, code="K", is_storable=False)
        [cls.ribbon] = cls.make_products(1, quantity=0, code="RIB", is_storable=False)
        cls.set_bom = cls.kit(cls.set_, [(cls.pot, 1), (cls.cup, 3)])
        cls.gift_bom = cls.kit(cls.gift, [(cls.set_, 2), (cls.ribbon, 1)])

    @classmethod
    def kit(cls, product, parts, **vals):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts
                ],
                **vals,
            }
        )
