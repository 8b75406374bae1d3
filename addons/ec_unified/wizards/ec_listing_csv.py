"""Matching by a file: all SKUs of the shops out, product codes in."""

import base64
import csv
import io

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.order_csv import FileError, read_table

_COLUMNS = ("shop", "item_ref", "sku_ref", "sku_code", "barcode", "title", "product_code")
#: What a spreadsheet program takes a cell for a formula by, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_SHOWN = 200


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
        return f"'{value}" if value.lstrip("'").startswith(_FORMULA) else value

    def _plain(self, row, column):
        """What was in a cell before it was made safe."""
        value = row.get(column) or ""
        return value[1:] if value[:1] == "'" and value.lstrip("'").startswith(_FORMULA) else value

    # === IN === #

    def action_import(self):
        """Match the SKUs of the file to the products with the given codes."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file."))
        rows = self._read()
        done, problems = self._apply(rows)
        lines = [self.env._("%s SKUs are matched.", done), *problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            lines.append(self.env._("… and %s more lines that do not fit.", len(problems) - _SHOWN))
        self.report = "\n".join(lines)
        return self._get_records_action(target="new")

    def _read(self):
        """Rows of the file as dicts; UTF-8 or the Windows code page of Japan, commas or tabs."""
        content = base64.b64decode(self.file)
        first = content.partition(b"\n")[0]
        delimiter = "\t" if b"\t" in first and b"," not in first else ","
        try:
            header, *rows = read_table(content, delimiter=delimiter)
        except FileError as error:
            texts = self.env["ec.order.profile"]
            raise UserError(texts._describe_file_error(error)) from error
        header = [name.strip() for name in header]
        missing = {"sku_ref", "product_code"} - set(header)
        if missing:
            raise UserError(self.env._("These columns are missing: %s", ", ".join(sorted(missing))))
        return [dict(zip(header, row + [""] * len(header), strict=False)) for row in rows]

    def _apply(self, rows):
        """Match all rows at once; constant number of look-ups.

        :return: (number of matched SKUs, texts of what did not fit)
        """
        rows = [
            (number, row, self._plain(row, "product_code").strip())
            for number, row in enumerate(rows, start=2)
        ]
        rows = [found for found in rows if found[2]]
        skus = self._find_skus([row for _number, row, _code in rows])
        products = (
            self.env["product.product"]
            .search([("default_code", "in", list({code for _number, _row, code in rows}))])
            .grouped("default_code")
        )
        chosen, problems = {}, []
        for number, row, code in rows:
            sku, product = self._row_match(skus.get(self._key(row), ()), products.get(code, ()))
            if not sku or not product or chosen.setdefault(sku, product) != product:
                problems.append(self._problem(number, row, sku, product))
            if sku and product and chosen[sku] != product:
                chosen[sku] = product.browse()  # the file says two things: none is taken
        wanted = {sku: found for sku, found in chosen.items() if found and sku.product_id != found}
        self.env["ec.listing.sku"].union(*wanted)._match_to(wanted)
        return len(wanted), problems

    def _row_match(self, skus, products):
        """The SKU and the product a row names, each None when it is not exactly one."""
        sku = skus[0] if len(skus) == 1 else None
        allowed = (False, sku.company_id.id) if sku else ()
        fitting = [product for product in products if product.company_id.id in allowed]
        return sku, fitting[0] if len(fitting) == 1 else None

    def _problem(self, number, row, sku, product):
        """Why a row was left out."""
        where = {"line": number, "sku": self._plain(row, "sku_ref")}
        if not sku:
            return self.env._(
                "Line %(line)s (%(sku)s): the SKU is not found or not unique.", **where
            )
        if not product:
            return self.env._(
                "Line %(line)s (%(sku)s): the product code is not found or not unique.", **where
            )
        return self.env._(
            "Line %(line)s (%(sku)s): the file names several products for this SKU; none is taken.",
            **where,
        )

    def _key(self, row):
        return tuple(self._plain(row, column) for column in ("shop", "item_ref", "sku_ref"))

    def _find_skus(self, rows):
        refs = {self._plain(row, "sku_ref") for row in rows}
        domain = [("ref", "in", list(refs))]
        if self.channel_id:
            domain.append(("channel_id", "=", self.channel_id.id))
        found = {}
        for sku in self.env["ec.listing.sku"].search(domain):
            for shop in (sku.channel_id.name, ""):
                for item in (sku.listing_id.ref, ""):
                    found.setdefault((shop, item, sku.ref), []).append(sku)
        return found
