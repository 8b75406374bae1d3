"""One column of a file layout."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import standard
from ..lib.sources import INCOMING, LISTS, SERVICES, SIMPLE, SPREAD

FIELDS = (
    "index", "name", "source", "value", "kind", "required", "max_bytes", "codes", "only", "layout",
    "on_long", "header", "note",
)  # fmt: skip
_KNOWN = {*SIMPLE, *LISTS, *SPREAD, *INCOMING}


class EcLabelColumn(models.Model):
    _name = "ec.label.column"
    _description = "Column of a file layout"
    _order = "profile_id, index"

    profile_id = fields.Many2one("ec.label.profile", required=True, index=True, ondelete="cascade")
    index = fields.Integer(string="Column", required=True)
    name = fields.Char(string="Heading", required=True)
    source = fields.Char(
        string="Filled from",
        help="Empty: the fixed value. Address and name columns of the same source are filled one "
        "after the other.",
    )
    source_label = fields.Char(compute="_compute_source_label", string="Meaning")
    value = fields.Char(string="Fixed value", help="Also stands where the source is empty.")
    kind = fields.Selection(
        [
            ("text", "Text"),
            ("ascii", "Half-width"),
            ("digits", "Digits"),
            ("zip", "Postal code"),
            ("phone", "Phone"),
            ("amount", "Amount"),
            ("kana", "Half-width kana"),
            ("code", "Code"),
            ("date", "Date"),
        ],
        string="Type",
        required=True,
        default="text",
    )
    required = fields.Boolean(string="Must")
    max_bytes = fields.Integer(string="Length", help="Half-width characters; full-width is two.")
    codes = fields.Text(
        string="Codes",
        help="Our key=the tool's code, separated by |; * stands for all others. For amounts: the "
        "largest amount per service.",
    )
    only = fields.Char(string="Only for services", help="Keys of services, separated by commas.")
    layout = fields.Char(string="Date format", help="Such as %Y/%m/%d or %Y%m%d.")
    on_long = fields.Selection(
        [("error", "Report"), ("cut", "Cut and note"), ("empty", "Leave empty and note")],
        string="When too long",
        required=True,
        default="error",
    )
    header = fields.Char(string="Other headings", help="Separated by |.")
    note = fields.Char()

    _index_unique = models.Constraint(
        "UNIQUE (profile_id, index)", "This column of the layout is already there."
    )
    _index_positive = models.Constraint(
        "CHECK (index BETWEEN 1 AND 300)", "Columns are counted from 1 to 300."
    )

    @api.depends("source")
    @api.depends_context("lang")
    def _compute_source_label(self):
        labels = self._source_labels()
        for column in self:
            column.source_label = labels.get(column.source or "", "")

    @api.constrains("source", "only", "codes")
    def _check_source(self):
        for column in self:
            if column.source and column.source not in _KNOWN:
                raise ValidationError(
                    self.env._("Nothing is called “%(source)s”. Known: %(known)s",
                               source=column.source, known=", ".join(sorted(_KNOWN)))
                )  # fmt: skip
            unknown = column._as_column().only - set(SERVICES)
            if unknown:
                raise ValidationError(
                    self.env._("Unknown service: %s", ", ".join(sorted(unknown)))
                )

    @api.model
    def _prepare_standard(self, row):
        vals = {name: row[name] or False for name in FIELDS}
        vals["required"] = row["required"] == "1"
        vals["on_long"] = row["on_long"] or "error"
        return vals

    def _as_values(self):
        self.ensure_one()
        return {name: self[name] or "" for name in FIELDS}

    def _as_column(self):
        return standard.make_column(self._as_values())

    @api.model
    def _source_labels(self):
        """What the sources are called on screen."""
        _ = self.env._
        return {
            "key": _("Our key"), "order_number": _("Order number at the mall"),
            "shop_name": _("Shop"), "service": _("Service"), "payment": _("Who pays"),
            "cool": _("Temperature"), "ship_date": _("Ship date"),
            "wish_date": _("Wished delivery date"), "window": _("Wished time"),
            "wish_seal": _("Seal for the wish"), "to_phone": _("Recipient: phone"),
            "to_zip": _("Recipient: postal code"), "to_state": _("Recipient: prefecture"),
            "to_city": _("Recipient: city"), "to_kana": _("Recipient: reading"),
            "to_email": _("Recipient: e-mail"), "to_honorific": _("Recipient: honorific"),
            "to_address": _("Recipient: address"), "to_name": _("Recipient: name"),
            "to_company": _("Recipient: company"),
            "to_full_name": _("Recipient: company and name"),
            "from_phone": _("Sender: phone"), "from_zip": _("Sender: postal code"),
            "from_address": _("Sender: address"), "from_name": _("Sender: name"),
            "from_full_name": _("Sender: company and name"), "item": _("Item, one per column"),
            "item_code": _("Item code, one per column"), "items_all": _("All items"),
            "handling": _("Handling"), "note": _("Note"), "remarks": _("Remarks"),
            "cod_amount": _("Amount to collect"), "cod_tax": _("Tax in that amount"),
            "parcels": _("Number of parcels"), "parcel_flag": _("One or many parcels"),
            "quantity": _("Number of items"), "size": _("Size"), "size3": _("Size, three digits"),
            "weight_g": _("Weight in grams"), "account": _("Customer number at the carrier"),
            "account_class": _("Customer class at the carrier"),
            "freight_no": _("Freight number"), "label_form": _("Label form"), "gift": _("Gift"),
            "noshi": _("Noshi"), "message": _("Message"), "inserts": _("Inserts"),
            "line_number": _("Row number"), "line_code": _("Item code"),
            "line_barcode": _("Item barcode"), "line_name": _("Item name"),
            "line_quantity": _("Quantity"), "line_lot": _("Lot"),
            "line_insert": _("Is an insert"), "tracking": _("Tracking number"),
            "voided": _("Voided"), "carrier": _("Carrier"), "status": _("Status"),
            "status_detail": _("Status detail"), "delivered_at": _("Delivered at"),
            "parcel_group": _("Parcels that belong together"), "stock_code": _("Item code"),
            "stock_quantity": _("Quantity"), "stock_lot": _("Lot"), "stock_place": _("Shelf"),
        }  # fmt: skip
