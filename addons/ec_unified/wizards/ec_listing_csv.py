"""Matching by a file: all SKUs of the shops out, product codes in."""

import base64
import csv
import io

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.order_csv import FileError, read_table

_COLUMNS = ("shop", "item_ref", "sku_ref", "sku_code", "barcode", "title", "product_code")


class EcListingCsv(models.TransientModel):
    _name = "ec.listing.csv"
    _description = "Matching by file"

    channel_id = fields.Many2one("ec.channel", string="Shop", help="Empty: all shops.")
    only_open = fields.Boolean(string="Only what is not matched", default=True)
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    report = fields.Text(readonly=True, string="Result")

    # === OUT === #

    def action_export(self):
        """Download the SKUs with their products."""
        self.ensure_one()
        domain = [("channel_id", "=", self.channel_id.id)] if self.channel_id else []
        if self.only_open:
            domain += [("match_state", "in", ("unmatched", "ambiguous"))]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        for sku in self.env["ec.listing.sku"].search(domain):
            writer.writerow([self._safe(value) for value in self._row(sku)])
        # The mark lets a spreadsheet program read the Japanese text right.
        self.file = base64.b64encode(text.getvalue().encode("utf-8-sig"))
        self.file_name = "listings.csv"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}?download=true",
            "target": "download",
        }

    def _row(self, sku):
        return (
            sku.channel_id.name, sku.listing_id.ref, sku.ref, sku.sku_code, sku.barcode,
            sku.display_name, sku.product_id.default_code,
        )  # fmt: skip

    def _safe(self, value):
        """A cell that a spreadsheet program does not take for a formula."""
        value = value or ""
        return f"'{value}" if value[:1] in ("=", "+", "@", "\t") else value

    # === IN === #

    def action_import(self):
        """Match the SKUs of the file to the products with the given codes."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file."))
        rows = self._read()
        done, problems = self._apply(rows)
        lines = [self.env._("%s SKUs are matched.", done), *problems[:200]]
        self.report = "\n".join(lines)
        return self._get_records_action(target="new")

    def _read(self):
        """Rows of the file as dicts; UTF-8 or the Windows code page of Japan."""
        try:
            header, *rows = read_table(base64.b64decode(self.file))
        except FileError as error:
            texts = self.env["ec.order.profile"]
            raise UserError(texts._describe_file_error(error)) from error
        missing = {"sku_ref", "product_code"} - set(header)
        if missing:
            raise UserError(self.env._("These columns are missing: %s", ", ".join(sorted(missing))))
        return [dict(zip(header, row + [""] * len(header), strict=False)) for row in rows]

    def _apply(self, rows):
        """Match row by row; constant number of look-ups.

        :return: (number of matched SKUs, texts of what did not fit)
        """
        rows = [
            (number, row) for number, row in enumerate(rows, start=2) if row.get("product_code")
        ]
        skus = self._find_skus(rows)
        codes = {row["product_code"].strip().lstrip("'") for _number, row in rows}
        products = {}
        for product in self.env["product.product"].search([("default_code", "in", list(codes))]):
            products.setdefault(product.default_code, []).append(product)
        done, problems, wanted = 0, [], {}
        for number, row in rows:
            found = skus.get(self._key(row), ())
            fitting = products.get(row["product_code"].strip().lstrip("'"), ())
            if len(found) != 1:
                problems.append(self.env._("Line %s: the SKU is not found or not unique.", number))
            elif len(fitting) != 1:
                problems.append(
                    self.env._("Line %s: the product code is not found or not unique.", number)
                )
            elif found[0].product_id != fitting[0]:
                wanted.setdefault(fitting[0], self.env["ec.listing.sku"])
                wanted[fitting[0]] |= found[0]
                done += 1
        for product, matched in wanted.items():
            matched.write({"product_id": product.id})
        return done, problems

    def _key(self, row):
        return (row.get("shop") or "", row.get("item_ref") or "", row["sku_ref"])

    def _find_skus(self, rows):
        refs = {row["sku_ref"] for _number, row in rows}
        domain = [("ref", "in", list(refs))]
        if self.channel_id:
            domain.append(("channel_id", "=", self.channel_id.id))
        found = {}
        for sku in self.env["ec.listing.sku"].search(domain):
            for shop in (sku.channel_id.name, ""):
                for item in (sku.listing_id.ref, ""):
                    found.setdefault((shop, item, sku.ref), []).append(sku)
        return found
