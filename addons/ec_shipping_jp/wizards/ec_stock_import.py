"""A warehouse's stock file against ours."""

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models


class EcStockImport(models.TransientModel):
    _name = "ec.stock.import"
    _inherit = "ec.file.import"
    _description = "Read a stock file"
    _rec_name = "file_name"

    profile_id = fields.Many2one(domain=[("kind", "=", "stock")])
    location_id = fields.Many2one(
        "stock.location",
        required=True,
        domain=[("usage", "=", "internal")],
        default=lambda self: self._default_location(),
    )
    difference_text = fields.Text(readonly=True, string="Differences")
    counts = fields.Json(readonly=True)

    @api.model
    def _default_profile(self):
        return self.env["ec.label.profile"].search([("kind", "=", "stock")], limit=1)

    @api.model
    def _default_location(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        return warehouse.lot_stock_id

    def action_read(self):
        """Compare; nothing is written yet."""
        self.ensure_one()
        rows = self._read_rows()
        totals = defaultdict(Decimal)
        bad = []
        for row in rows:
            if row.problems or not row.product_code:
                bad.append(str(row.line))
            else:
                totals[row.product_code] += row.quantity
        products = self.env["product.product"].search(
            ["|", ("default_code", "in", list(totals)), ("barcode", "in", list(totals))]
        )
        by_code = {p.barcode: p for p in products if p.barcode}
        by_code |= {p.default_code: p for p in products if p.default_code}
        self._compare(totals, by_code, bad)
        self.state = "read"
        return self._reopen()

    def _compare(self, totals, by_code, bad):
        here = products_here = self.env["product.product"]
        for code in totals:
            products_here |= by_code.get(code, here)
        counted = products_here.with_context(location=self.location_id.id)
        onhand = {product.id: product.qty_available for product in counted}
        texts, counts = [], {}
        for code, quantity in sorted(totals.items()):
            product = by_code.get(code)
            if not product:
                texts.append(self.env._("%s: no product has this code.", code))
            elif float(quantity) != onhand[product.id]:
                counts[product.id] = float(quantity)
                texts.append(
                    self.env._(
                        "%(code)s: here %(here)s, in the file %(file)s",
                        code=code,
                        here=f"{onhand[product.id]:g}",
                        file=f"{quantity:f}",
                    )  # fmt: skip
                )
        if bad:
            texts.append(self.env._("Rows that cannot be read: %s", ", ".join(bad)))
        self.counts = {str(key): value for key, value in counts.items()}
        self.difference_text = "\n".join(texts) or self.env._("No difference.")
        self.summary = self.env._(
            "%(rows)s products, %(differences)s differences",
            rows=len(totals), differences=len(counts),
        )  # fmt: skip

    def action_apply(self):
        """Propose the file's quantities as counts; Odoo's stock count applies them."""
        self.ensure_one()
        quant = self.env["stock.quant"].with_context(inventory_mode=True)
        for product_id, quantity in (self.counts or {}).items():
            quant.create(
                {
                    "product_id": int(product_id),
                    "location_id": self.location_id.id,
                    "inventory_quantity": quantity,
                }
            )
        self.state = "done"
        return self.env["stock.quant"].action_view_inventory()
