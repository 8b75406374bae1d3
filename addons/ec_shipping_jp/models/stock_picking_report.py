"""What the printed papers need."""

import re

from odoo import models

from ..lib.paging import BARCODE_ROW, LINE, paginate, row_height, text_lines

_NAME_WANTED = re.compile(r"(?:名入れ|お名前|氏名)\s*[:：]\s*(.+)")
_NOSHI_WORDS = re.compile(r"^(?:熨斗|のし)\s*[:：]?\s*(?:あり|有り|希望する)?\s*[（(]?(.*?)[）)]?$")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_print_lines(self):
        """Lines of a delivery in the order of the walk: shelf, then product."""
        self.ensure_one()
        lines = self.move_line_ids.filtered(lambda line: line.quantity)
        return lines.sorted(
            lambda line: (line.location_id.complete_name or "", line.product_id.display_name or "")
        )

    def _ec_list_pages(self):
        """Rows of the picking list per printed page; a row may be an insert (``ec.insert.rule``).

        :rtype: list[list]
        """
        self.ensure_one()
        rows = [*self._ec_print_lines(), *self.ec_insert_ids]

        def height(row):
            if row._name == "ec.insert.rule":
                return row_height()
            lines = text_lines(row.product_id.display_name, 40)
            options = row.move_id.sale_line_id.ec_options
            small = text_lines(f"{row.lot_id.name or ''} {options or ''}", 50)
            barcode = BARCODE_ROW if row.product_id.barcode else 0
            return row_height(lines, small, barcode)

        order = self.sale_id
        tail = sum(
            60 + LINE * text_lines(text, 95)
            for text in (order.ec_remarks, order.ec_is_gift and self.ec_gift_message)
            if text
        )
        return paginate(rows, height, head=190, tail=tail + (70 if order.ec_is_gift else 0))

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
        if self == self._ec_first_delivery() and self._ec_note_shows_prices():
            rows += self._ec_note_fees()
        return rows

    def _ec_note_pages(self):
        """Rows of the delivery note per printed page; an empty last page holds the totals."""
        self.ensure_one()

        def height(row):
            small = text_lines(f"{row['code']} {row['options']}", 66)
            return row_height(text_lines(row["name"], 50), small)

        return paginate(self._ec_note_lines(), height, head=330, tail=self._ec_note_tail())

    def _ec_note_tail(self):
        """Height of totals and text below the rows."""
        order, channel = self.sale_id, self.ec_channel_id
        lines = (channel.ec_note_text or "").splitlines()
        tail = sum(LINE * text_lines(line, 95) for line in lines) + (24 if lines else 0)
        if self._ec_note_shows_prices() and self == self._ec_first_delivery():
            rows = [order.ec_points, order.ec_mall_coupon]
            rows.append(order.ec_buyer_total != order.amount_total)
            count = len([row for row in rows if row])
            if channel.ec_note_invoice:
                count += len(self._ec_note_taxes())
            tail += 75 + count * row_height()
        return tail

    def _ec_noshi_parts(self):
        """(inscription, name to print below it); nothing is added to what the buyer wrote."""
        text = " ".join((self.ec_noshi or "").split())
        name = ""
        found = _NAME_WANTED.search(text)
        if found:
            name, text = found[1].strip(" 　)）"), text[: found.start()].strip(" 　/、,")
        words = _NOSHI_WORDS.match(text)
        return (words[1].strip() or text) if words else text, name

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
