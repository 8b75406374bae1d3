"""A delivery of a shop: how and when it goes out."""

from odoo import api, fields, models

from ..const import COOL_SELECTION, SERVICE_SELECTION, WINDOW_SELECTION
from ..lib.sources import WINDOWS, window_key

#: Changed by a person: kept from then on, whatever the rules say.
_OVERRIDES = {
    "carrier_id": "ec_carrier_manual",
    "ec_service": "ec_carrier_manual",
    "ec_ship_on": "ec_ship_on_manual",
    "ec_window": "ec_window_manual",
    "ec_cool": "ec_cool_manual",
}


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_key = fields.Char(
        string="Label key",
        compute="_compute_ec_key",
        search="_search_ec_key",
        help="Short number that goes to the carrier's tool and comes back.",
    )
    ec_service = fields.Selection(SERVICE_SELECTION, string="Service", copy=False)
    ec_cool = fields.Selection(COOL_SELECTION, string="Temperature", copy=False)
    ec_window = fields.Selection(WINDOW_SELECTION, string="Delivery window", copy=False)
    ec_size = fields.Integer(string="Size (cm)", copy=False)
    ec_ship_on = fields.Date(string="Ship on", copy=False, index="btree_not_null")
    ec_arrives_on = fields.Date(string="Arrives on", copy=False, readonly=True)
    ec_late = fields.Boolean(string="Wish cannot be kept", copy=False, readonly=True)
    ec_shipped_on = fields.Date(
        string="Shipped on", copy=False, readonly=True, index="btree_not_null"
    )
    ec_carrier_manual = fields.Boolean(string="Carrier set by hand", copy=False)
    ec_ship_on_manual = fields.Boolean(string="Ship date set by hand", copy=False)
    ec_window_manual = fields.Boolean(string="Window set by hand", copy=False)
    ec_cool_manual = fields.Boolean(string="Temperature set by hand", copy=False)
    ec_reasons = fields.Json(copy=False, readonly=True)
    ec_decision = fields.Text(string="Why", compute="_compute_ec_decision")
    ec_is_single = fields.Boolean(string="Single item", copy=False, readonly=True)
    ec_shelf = fields.Char(string="Shelf", compute="_compute_ec_shelf")
    ec_parcel_count = fields.Integer(string="Parcel count", default=1, copy=False)
    ec_parcel_weight = fields.Float(string="Weighed (kg)", copy=False, digits=(12, 3))
    ec_cod_amount = fields.Monetary(
        string="Amount to collect",
        copy=False,
        currency_field="ec_currency_id",
        help="Empty: what the buyer pays for the order.",
    )
    ec_currency_id = fields.Many2one(related="company_id.currency_id")
    ec_label_note = fields.Char(string="Note on the label", copy=False)
    ec_insert_ids = fields.Many2many("ec.insert.rule", string="Inserts", copy=False)
    ec_parcel_ids = fields.One2many("ec.parcel", "picking_id", string="Parcels and numbers")
    ec_inspection_ids = fields.One2many("ec.inspection", "picking_id", string="Inspections")

    _ec_today_idx = models.Index(
        "(ec_ship_on, carrier_id) "
        "WHERE ec_channel_id IS NOT NULL AND state NOT IN ('done', 'cancel')"
    )
    _ec_parcels_positive = models.Constraint(
        "CHECK (ec_parcel_count IS NULL OR ec_parcel_count BETWEEN 0 AND 99)",
        "A delivery has 1 to 99 parcels.",
    )

    # === KEY === #

    def _compute_ec_key(self):
        for picking in self:
            picking.ec_key = f"S{picking.id:07d}" if isinstance(picking.id, int) else False

    def _search_ec_key(self, operator, value):
        if operator not in ("=", "in", "ilike"):
            return NotImplemented
        keys = [value] if isinstance(value, str) else value
        ids = [key_id for key in keys or [] if (key_id := self._ec_key_id(key))]
        return [("id", "in", ids)]

    @api.model
    def _ec_key_id(self, key):
        """The id a key stands for, or None."""
        digits = (key or "").strip().upper().removeprefix("S")
        if digits.isascii() and digits.isdigit() and len(digits) < 10:
            return int(digits)
        return None

    @api.model
    def _ec_by_keys(self, keys):
        """{key as given: delivery}: our keys, or the deliveries' own numbers. Two queries."""
        ids = {key: self._ec_key_id(key) for key in keys if (key or "").upper().startswith("S")}
        known = self.search(
            [("id", "in", [i for i in ids.values() if i]), ("picking_type_code", "=", "outgoing")]
        )
        by_id = {picking.id: picking for picking in known}
        found = {key: by_id[key_id] for key, key_id in ids.items() if key_id in by_id}
        names = [key for key in keys if key and key not in found]
        if names:
            for picking in self.search([("name", "in", names)]):
                found[picking.name] = picking
        return found

    # === COMPUTES === #

    @api.depends("move_line_ids.location_id", "move_line_ids.product_id")
    def _compute_ec_shelf(self):
        """The first shelf of the walk."""
        for picking in self:
            places = picking.move_line_ids.location_id.mapped("complete_name")
            picking.ec_shelf = min(places, default=False)

    @api.depends("ec_reasons")
    @api.depends_context("lang")
    def _compute_ec_decision(self):
        for picking in self:
            texts = [picking._ec_reason_text(*row) for row in picking.ec_reasons or []]
            picking.ec_decision = "\n".join(filter(None, texts))

    @api.model
    def _ec_reason_text(self, code, params):
        """One reason of the decision in the reader's language."""
        texts = {
            "no_rule": self.env._("No carrier rule fits; the carrier stays as it was."),
            "rule": self.env._("Carrier by rule “%(rule)s”."),
            "rule_cheapest": self.env._(
                "Carrier by rule “%(rule)s”: at %(price)s the cheapest of %(count)s."
            ),
            "carrier_manual": self.env._("Carrier set by hand; rules leave it alone."),
            "ship_on_manual": self.env._("Ship date set by hand; rules leave it alone."),
            "after_cutoff": self.env._(
                "Came in after the cut-off at %(hour)s h: counts as the next day."
            ),
            "closed": self.env._("No shipping from %(first)s; next shipping day is %(day)s."),
            "not_before": self.env._("Not before %(day)s."),
            "lead": self.env._("The shop needs %(days)s working days."),
            "wish": self.env._("Wished for %(wish)s, %(days)s days under way: ship on %(day)s."),
            "wish_too_early": self.env._("The wish cannot be kept: the earliest day is %(day)s."),
            "transit": self.env._("%(days)s days to %(state)s."),
            "mixed_cool": self.env._("Goods of several temperatures: pack them apart."),
            "window_other": self.env._(
                "The wished hours are no window of the carriers: choose one."
            ),
            "insert": self.env._("Insert: %(name)s."),
        }
        text = texts.get(code)
        return text % params if text else ""

    # === OVERRIDES BY HAND === #

    def write(self, vals):
        """Remember what a person sets, so that no rule takes it back."""
        if not self.env.su and not self.env.context.get("ec_deciding"):
            # No window at all is a choice as well; the others have no such thing as none.
            marks = {
                mark: True
                for name, mark in _OVERRIDES.items()
                if vals.get(name) or (name == "ec_window" and name in vals)
            }
            if marks and any(picking.ec_channel_id for picking in self):
                vals = {**marks, **vals}
        if "carrier_tracking_ref" in vals and not self.env.context.get("ec_parcels"):
            result = super().write(vals)
            self.filtered("ec_channel_id")._ec_parcels_from_ref()
            return result
        return super().write(vals)

    def action_ec_decide(self):
        """Decide again by the rules, also what was set by hand."""
        self.write(dict.fromkeys(set(_OVERRIDES.values()), False))
        self._ec_decide()
        return True

    # === WISHES === #

    def _ec_window_of_order(self):
        """The window wished here, as a key; ``other`` when no carrier has these hours."""
        self.ensure_one()
        key = window_key(self.ec_wish_time_from, self.ec_wish_time_to)
        if not key:
            return False
        return key if key in WINDOWS else "other"
