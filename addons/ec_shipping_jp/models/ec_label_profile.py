"""A file layout of a carrier's or warehouse's tool, editable on screen."""

from itertools import count

from odoo import api, fields, models

from ..const import CARRIER_CODES
from ..lib import standard

KINDS = [
    ("label", "Label file"),
    ("instruction", "Shipping instruction"),
    ("issued", "Issued labels"),
    ("result", "Shipping result"),
    ("stock", "Stock"),
]
#: Fields of the layout that ``lib/layouts/profiles.csv`` fills.
FIELDS = (
    "code", "name", "kind", "carrier_code", "encoding", "charset", "header", "max_rows",
    "key_bytes", "row_per", "match", "quote_all", "note",
)  # fmt: skip


class EcLabelProfile(models.Model):
    """Which columns a file has and what fills them. The code reads nothing but this."""

    _name = "ec.label.profile"
    _description = "File layout"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True)
    kind = fields.Selection(KINDS, required=True, default="label")
    carrier_code = fields.Selection(CARRIER_CODES, string="Carrier")
    encoding = fields.Selection(
        [("cp932", "Shift_JIS (cp932)"), ("utf-8-sig", "UTF-8 (BOM)"), ("utf-8", "UTF-8")],
        required=True,
        default="cp932",
    )
    charset = fields.Selection(
        [
            ("encoding", "All characters of the encoding"),
            ("jis0208", "JIS level 1 and 2 only"),
        ],
        string="Characters taken",
        required=True,
        default="encoding",
    )
    header = fields.Selection(
        [("yes", "With heading"), ("no", "Without heading"), ("auto", "Find out")],
        string="Heading",
        required=True,
        default="yes",
    )
    max_rows = fields.Integer(string="Rows per file", help="0: no limit. More rows: more files.")
    key_bytes = fields.Integer(string="Length of the key")
    row_per = fields.Selection(
        [("delivery", "Delivery"), ("parcel", "Parcel"), ("line", "Item")],
        string="One row per",
        required=True,
        default="delivery",
    )
    match = fields.Selection(
        [("key", "Key"), ("zip_name", "Postal code and name")],
        string="Found again by",
        required=True,
        default="key",
    )
    quote_all = fields.Boolean(string="Quote every cell")
    note = fields.Char()
    column_ids = fields.One2many("ec.label.column", "profile_id", copy=True)
    column_count = fields.Integer(compute="_compute_column_count")
    is_standard = fields.Boolean(compute="_compute_is_standard")

    _code_unique = models.Constraint("UNIQUE (code)", "This code is taken by another layout.")

    @api.depends("column_ids")
    def _compute_column_count(self):
        for profile in self:
            profile.column_count = max(profile.column_ids.mapped("index"), default=0)

    @api.depends("code")
    def _compute_is_standard(self):
        codes = {row["code"] for row in standard.profile_rows()}
        for profile in self:
            profile.is_standard = profile.code in codes

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        every = self.with_context(active_test=False).search([("code", "!=", False)])
        taken = set(every.mapped("code"))
        for profile, vals in zip(self, vals_list, strict=True):
            codes = (f"{profile.code}_{number}" for number in count(2))
            vals["name"] = self.env._("%s (copy)", profile.name)
            vals["code"] = next(code for code in codes if code not in taken)
            taken.add(vals["code"])
        return vals_list

    @api.model
    def _load_standard(self):
        """Create the layouts we ship that are not there; never touch those that are."""
        codes = [row["code"] for row in standard.profile_rows()]
        found = self.with_context(active_test=False).search([("code", "in", codes)])
        known = set(found.mapped("code"))
        vals_list = []
        for number, row in enumerate(standard.profile_rows()):
            if row["code"] not in known:
                vals = self._prepare_standard(row)
                vals["sequence"] = 10 + number
                vals_list.append(vals)
        return self.create(vals_list)

    @api.model
    def _prepare_standard(self, row):
        row = {**row, "carrier_code": row["carrier"]}
        vals = {name: row[name] or False for name in FIELDS}
        vals["quote_all"] = row["quote_all"] == "1"
        vals["column_ids"] = [
            fields.Command.create(self.env["ec.label.column"]._prepare_standard(column))
            for column in standard.column_rows(row["code"])
        ]
        return vals

    def action_reset(self):
        """Back to the layout as we ship it."""
        rows = {row["code"]: row for row in standard.profile_rows()}
        for profile in self.filtered("is_standard"):
            profile.column_ids.unlink()
            profile.write(self._prepare_standard(rows[profile.code]))
        return True

    def _as_profile(self):
        """The layout as the engine takes it.

        :rtype: lib.profile.Profile
        """
        self.ensure_one()
        values = {name: self[name] or "" for name in FIELDS}
        values["carrier"] = values["carrier_code"]
        columns = [column._as_values() for column in self.column_ids]
        return standard.make_profile(values, columns)
