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
        help="Our key=the tool's code, separated by |; * stands for all others, service:key for a "
        "service with codes of its own. For amounts: the largest amount per service.",
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
                    self.env._(
                        "Nothing is called “%(name)s”. Known: %(known)s",
                        name=column.source,
                        known=", ".join(sorted(_KNOWN)),
                    )
                )
            unknown = column._as_column().only - set(SERVICES)
            if unknown:
                raise ValidationError(self.env._("Unknown service: %s", ", ".join(sorted(unknown))))

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
        return self._place_labels() | self._order_labels() | self._line_labels()

    @api.model
    def _place_labels(self):
        """Names of sources: recipient, sender and key."""
        return {
            "key": self.env._("Our key"),
            "order_number": self.env._("Order number at the mall"),
            "shop_name": self.env._("Shop"),
            "service": self.env._("Service"),
            "payment": self.env._("Who pays"),
            "cool": self.env._("Temperature"),
            "ship_date": self.env._("Ship date"),
            "wish_date": self.env._("Wished delivery date"),
            "window": self.env._("Wished time"),
            "wish_seal": self.env._("Seal for the wish"),
            "to_phone": self.env._("Recipient: phone"),
            "to_zip": self.env._("Recipient: postal code"),
            "to_state": self.env._("Recipient: prefecture"),
            "to_city": self.env._("Recipient: city"),
            "to_kana": self.env._("Recipient: reading"),
            "to_email": self.env._("Recipient: e-mail"),
            "to_honorific": self.env._("Recipient: honorific"),
            "to_address": self.env._("Recipient: address"),
            "to_name": self.env._("Recipient: name"),
            "to_company": self.env._("Recipient: company"),
            "to_full_name": self.env._("Recipient: company and name"),
            "from_phone": self.env._("Sender: phone"),
            "from_zip": self.env._("Sender: postal code"),
            "from_address": self.env._("Sender: address"),
            "from_name": self.env._("Sender: name"),
            "from_full_name": self.env._("Sender: company and name"),
            "item": self.env._("Item, one per column"),
        }

    @api.model
    def _order_labels(self):
        """Names of sources: goods and money."""
        return {
            "item_code": self.env._("Item code, one per column"),
            "items_all": self.env._("All items"),
            "handling": self.env._("Handling"),
            "note": self.env._("Note"),
            "remarks": self.env._("Remarks"),
            "cod_amount": self.env._("Amount to collect"),
            "cod_tax": self.env._("Tax in that amount"),
            "parcels": self.env._("Number of parcels"),
            "parcel_flag": self.env._("One or many parcels"),
            "quantity": self.env._("Number of items"),
            "size": self.env._("Size"),
            "size3": self.env._("Size class, three digits"),
            "size_class": self.env._("Size class"),
            "weight_g": self.env._("Weight in grams"),
            "account": self.env._("Customer number at the carrier"),
            "account_class": self.env._("Customer class at the carrier"),
            "freight_no": self.env._("Freight number"),
            "label_form": self.env._("Label form"),
            "gift": self.env._("Gift"),
            "noshi": self.env._("Noshi"),
            "message": self.env._("Message"),
            "inserts": self.env._("Inserts"),
            "line_number": self.env._("Row number"),
            "line_code": self.env._("Item code"),
            "line_barcode": self.env._("Item barcode"),
            "line_name": self.env._("Item name"),
            "line_quantity": self.env._("Quantity"),
            "line_lot": self.env._("Lot"),
        }

    @api.model
    def _line_labels(self):
        """Names of sources: rows and files that come in."""
        return {
            "line_insert": self.env._("Is an insert"),
            "tracking": self.env._("Tracking number"),
            "voided": self.env._("Voided"),
            "carrier": self.env._("Carrier"),
            "status": self.env._("Status"),
            "status_detail": self.env._("Status detail"),
            "delivered_at": self.env._("Delivered at"),
            "parcel_group": self.env._("Parcels that belong together"),
            "stock_code": self.env._("Item code"),
            "stock_quantity": self.env._("Quantity"),
            "stock_lot": self.env._("Lot"),
            "stock_place": self.env._("Shelf"),
        }
