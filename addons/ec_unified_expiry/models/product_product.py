"""Goods past their removal date are on the shelf, but no shop may offer them."""

from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _ec_stock_spoiled(self, location_domain):
        """What is free of lots past their date; one query.

        The same lots Odoo no longer counts as fresh. A reserved piece is not free in any case.
        """
        spoiled = super()._ec_stock_spoiled(location_domain)
        dated = self.filtered("use_expiration_date")
        if not dated:
            return spoiled
        groups = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [
                    ("product_id", "in", dated.ids),
                    ("location_id", "any", location_domain),
                    (
                        "lot_id",
                        "any",
                        self.env["stock.lot"]._ec_expired_domain(fields.Datetime.now()),
                    ),
                ],
                ["product_id"],
                ["quantity:sum", "reserved_quantity:sum"],
            )
        )
        for product, quantity, reserved in groups:
            free = max((quantity or 0.0) - (reserved or 0.0), 0.0)
            spoiled[product.id] = spoiled.get(product.id, 0.0) + free
        return spoiled
