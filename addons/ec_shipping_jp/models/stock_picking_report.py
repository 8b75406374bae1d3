"""What the printed papers need."""

from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_print_lines(self):
        """Lines of a delivery in the order of the walk: shelf, then product."""
        self.ensure_one()
        lines = self.move_line_ids.filtered(lambda line: line.quantity)
        return lines.sorted(
            lambda line: (line.location_id.complete_name or "", line.product_id.display_name or "")
        )

    def _ec_note_shows_prices(self):
        return self.ec_channel_id.ec_note_prices and not self.sale_id.ec_is_gift

    def _ec_note_lines(self):
        """Rows of the delivery note: goods of this delivery, fees on the order's first one."""
        self.ensure_one()
        rows = []
        for move in self._ec_label_moves():
            line = move.sale_line_id
            name = (line.name or move.product_id.display_name or "").split("\n")[0]
            quantity = move.quantity or move.product_uom_qty
            rate = sum(line.tax_ids.mapped("amount"))
            rows.append(
                {
                    "name": name,
                    "code": move.product_id.default_code or "",
                    "options": line.ec_options or "",
                    "quantity": quantity,
                    "price": line.price_unit,
                    "amount": line.price_unit * quantity,
                    "reduced": 0 < rate < 10,
                }
            )
        if self == self._ec_first_delivery():
            rows += self._ec_note_fees()
        return rows

    def _ec_first_delivery(self):
        outgoing = self.sale_id.picking_ids.filtered(
            lambda p: p.picking_type_code == "outgoing" and p.state != "cancel"
        )
        return outgoing.sorted("id")[:1]

    def _ec_note_fees(self):
        return [
            {
                "name": (line.name or "").split("\n")[0],
                "code": "",
                "options": "",
                "quantity": line.product_uom_qty,
                "price": line.price_unit,
                "amount": line.price_total,
                "reduced": 0 < sum(line.tax_ids.mapped("amount")) < 10,
            }
            for line in self.sale_id.order_line
            if line.product_id and line.product_id.type == "service" and line.price_total
        ]

    def _ec_note_taxes(self):
        """Tax per rate: the mall's own figures where it gives them."""
        order = self.sale_id
        if order.ec_tax_summary:
            return [
                {"rate": float(row["rate"]) * 100, "total": row["total"], "tax": row["tax"]}
                for row in order.ec_tax_summary
            ]
        groups = (order.tax_totals or {}).get("subtotals", [])
        return [
            {
                "rate": 0,
                "label": group["group_name"],
                "total": group["base_amount"] + group["tax_amount"],
                "tax": group["tax_amount"],
            }
            for subtotal in groups
            for group in subtotal.get("tax_groups", [])
        ]
