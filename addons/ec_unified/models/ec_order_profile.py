"""How the columns of a shop's order file are read."""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib import order_csv
from .ec_channel_adapter_manual import MANUAL

FIELDS = [
    ("number", "Order number"),
    ("ordered_at", "Ordered at"),
    ("name", "Buyer"),
    ("kana", "Buyer (kana)"),
    ("zip", "Postcode"),
    ("address", "Address"),
    ("address2", "Building"),
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("ship_name", "Recipient"),
    ("ship_zip", "Recipient's postcode"),
    ("ship_address", "Recipient's address"),
    ("ship_address2", "Recipient's building"),
    ("ship_phone", "Recipient's telephone"),
    ("sku", "SKU code"),
    ("item", "Item name"),
    ("quantity", "Quantity"),
    ("price", "Unit price (tax included)"),
    ("tax_rate", "Tax rate"),
    ("postage", "Postage"),
    ("cod_fee", "Cash on delivery fee"),
    ("discount", "Discount"),
    ("total", "Total charged"),
    ("payment", "Payment method"),
    ("paid", "Paid (day or mark)"),
    ("delivery", "Delivery method"),
    ("wish_date", "Wished date"),
    ("remarks", "Remarks"),
]


class EcOrderProfile(models.Model):
    _name = "ec.order.profile"
    _description = "Layout of an order file"
    _order = "name"

    name = fields.Char(required=True)
    channel_id = fields.Many2one(
        "ec.channel",
        string="Shop",
        required=True,
        ondelete="cascade",
        domain=[("provider", "=", MANUAL)],
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    encoding = fields.Selection(
        [("auto", "Find out"), ("utf-8", "UTF-8"), ("cp932", "Shift_JIS (cp932)")],
        required=True,
        default="auto",
    )
    delimiter = fields.Selection(
        [(",", "Comma"), ("\t", "Tab"), (";", "Semicolon")], required=True, default=","
    )
    column_ids = fields.One2many("ec.order.profile.column", "profile_id", string="Columns")
    sample = fields.Binary(
        string="Sample file", attachment=False, help="Its header proposes the columns."
    )

    def _get_mapping(self):
        """Return {field: column}."""
        return {row.field: row.column for row in self.column_ids}

    def _read_rows(self, content):
        """Return the rows of a file.

        :raise UserError: it cannot be read; says why
        """
        try:
            return order_csv.read_table(content, self.encoding, self.delimiter)
        except order_csv.FileError as error:
            raise UserError(self._describe_file_error(error)) from error

    def _parse(self, content):
        """Return the orders of a file, as ``lib.order_csv.Parsed``."""
        rows = self._read_rows(content)
        states = self.env["res.country.state"].with_context(lang="ja_JP")
        names = {
            state.name: state.code for state in states.search([("country_id.code", "=", "JP")])
        }
        try:
            return order_csv.parse(rows, self._get_mapping(), names)
        except order_csv.FileError as error:
            raise UserError(self._describe_file_error(error)) from error

    @api.model
    def _describe_file_error(self, error):
        # Fields the layout does not name yet are called as they are in the layout.
        labels = dict(self.column_ids._fields["field"]._description_selection(self.env))
        missing = ", ".join(labels.get(name, name) for name in error.what.split(", "))
        texts = {
            "encoding": self.env._(
                "The characters of the file cannot be read. Save it as UTF-8 or Shift_JIS."
            ),
            "empty": self.env._("The file is empty."),
            "columns": self.env._("These columns are missing: %s", missing),
            "twice": self.env._("These columns are there more than once: %s", error.what),
            "large": self.env._("The file is too large: at most 20 MB and 50,000 rows."),
            "table": self.env._("Row %s of the file is no row of a table.", error.what),
            "no_text": self.env._(
                "This is no text file. Save the table as CSV and choose that file."
            ),
        }
        return texts[error.reason]

    def action_read_sample(self):
        """Propose the columns by the header of the sample file."""
        self.ensure_one()
        if not self.sample:
            raise UserError(self.env._("Choose a sample file first."))
        header = self._read_rows(base64.b64decode(self.sample))[0]
        known = self._get_mapping()
        for name, column in order_csv.guess([text.strip() for text in header]).items():
            if name not in known:
                self.env["ec.order.profile.column"].create(
                    {"profile_id": self.id, "field": name, "column": column}
                )
        self.sample = False
        return True


class EcOrderProfileColumn(models.Model):
    _name = "ec.order.profile.column"
    _description = "Column of an order file"
    _order = "profile_id, id"
    _rec_name = "column"

    profile_id = fields.Many2one("ec.order.profile", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="profile_id.company_id", store=True)
    field = fields.Selection(FIELDS, string="Means", required=True)
    column = fields.Char(string="Column in the file", required=True)

    _field_unique = models.Constraint(
        "UNIQUE (profile_id, field)", "Each field is taken from one column."
    )
