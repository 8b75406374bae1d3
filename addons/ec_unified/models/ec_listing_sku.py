"""A sellable SKU of a shop: which product it is, and what the shop shows of its stock."""

from odoo import api, fields, models

MATCH_STATES = [
    ("unmatched", "Not matched"),
    ("ambiguous", "Several products fit"),
    ("auto", "Matched by code"),
    ("manual", "Matched by hand"),
    ("ignored", "Ignored"),
]
MATCHED_STATES = ("auto", "manual")
#: Which step decided the number: ``lib.stock_math.Decision.cause``.
CAUSES = [
    ("off", "Not sent"),
    ("closed", "Zero before maintenance"),
    ("elsewhere", "Last units in another shop"),
    ("twin", "Last units in the other listing of this shop"),
    ("sold_out", "Nothing free"),
    ("backorder", "With back-order"),
    ("fixed", "Fixed quantity"),
    ("cap", "Upper limit"),
    ("share", "Share"),
    ("buffer", "Units kept back"),
    ("last", "Holds the last units"),
    ("free", "All that is free"),
]


class EcListingSku(models.Model):
    """One SKU of one item page.

    ``dirty`` and ``uncertain`` are the push's durable work list. Dirty: what the shop shows has to
    be looked at. Uncertain: a write is on its way or its outcome is unknown, so the mall may not
    have ``qty_sent`` and the next write must not be skipped as unchanged.
    Only background work writes rows here while stock changes; users touching products never do.
    """

    _name = "ec.listing.sku"
    _description = "Listed SKU"
    _order = "channel_id, listing_id, id"
    _rec_names_search = ["sku_code", "ref", "barcode", "name", "listing_id.name"]
    _check_company_auto = True

    listing_id = fields.Many2one(
        "ec.listing", required=True, ondelete="cascade", index=True, readonly=True
    )
    channel_id = fields.Many2one(
        related="listing_id.channel_id", store=True, index=True, precompute=True, string="Shop"
    )
    company_id = fields.Many2one(
        related="listing_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    channel_color = fields.Integer(related="channel_id.color")
    active = fields.Boolean(default=True)
    ref = fields.Char(string="Mall's SKU id", required=True, readonly=True)
    sku_code = fields.Char(string="SKU code", readonly=True, index="btree_not_null")
    barcode = fields.Char(readonly=True)
    name = fields.Char(string="Variant", readonly=True)
    listing_name = fields.Char(related="listing_id.name", string="Title")
    published = fields.Boolean(related="listing_id.published")
    price = fields.Monetary(string="Price in the shop", readonly=True)
    tracked = fields.Boolean(
        string="Stock kept by the mall",
        default=True,
        readonly=True,
        help="Off: the mall sells it without counting; no quantity can be sent.",
    )
    available_on = fields.Date(
        string="Sold ahead until",
        readonly=True,
        help="The mall sells it before it is there and tells buyers this day.",
    )
    oversells = fields.Boolean(
        string="Sold beyond zero",
        readonly=True,
        help="The mall takes orders for it also when nothing is left.",
    )
    extra = fields.Json(readonly=True)
    seen_at = fields.Datetime(string="Seen at the mall", readonly=True)

    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    product_tmpl_id = fields.Many2one(
        related="product_id.product_tmpl_id", store=True, index="btree_not_null"
    )
    match_state = fields.Selection(
        MATCH_STATES, string="Matching", required=True, default="unmatched", index=True
    )
    candidate_ids = fields.Many2many(
        "product.product", "ec_listing_sku_candidate_rel", "sku_id", "product_id",
        string="Products that fit",
    )  # fmt: skip
    is_double = fields.Boolean(
        compute="_compute_is_double", search="_search_is_double", string="Listed twice in the shop"
    )

    stock_sync = fields.Boolean(
        string="Keep stock in step",
        default=True,
        help="Off: the quantity in the shop is left alone.",
    )
    qty_sent = fields.Integer(string="Quantity sent", readonly=True, copy=False)
    qty_sent_at = fields.Datetime(string="Last sent", readonly=True, copy=False)
    qty_mall = fields.Integer(string="Quantity at the mall", readonly=True, copy=False)
    qty_mall_at = fields.Datetime(string="Read from the mall", readonly=True, copy=False)
    dirty = fields.Boolean(string="To be sent", default=True, readonly=True, copy=False)
    dirty_since = fields.Datetime(readonly=True, copy=False)
    uncertain = fields.Boolean(default=True, readonly=True, copy=False)
    push_key = fields.Char(readonly=True, copy=False, help="Key of the last write to the mall.")
    qty_offered = fields.Integer(
        compute="_compute_qty_offered",
        string="Quantity by the rules",
        help="What the shop should show now.",
    )
    stock_rule_id = fields.Many2one(
        "ec.stock.rule", compute="_compute_qty_offered", string="Rule that decides"
    )
    qty_free = fields.Integer(compute="_compute_qty_offered", string="Free quantity")
    stock_cause = fields.Selection(
        CAUSES, compute="_compute_qty_offered", string="Why this quantity"
    )
    error_kind = fields.Char(readonly=True, copy=False)
    error_reason = fields.Char(readonly=True, copy=False)
    error_params = fields.Json(readonly=True, copy=False)
    error_at = fields.Datetime(string="Refused", readonly=True, copy=False)
    last_error = fields.Char(compute="_compute_last_error", string="Problem")
    warning = fields.Char(compute="_compute_warning", string="Hint")

    _ref_unique = models.Constraint(
        "UNIQUE (listing_id, ref)", "The SKU is already known for the item."
    )
    # "IS TRUE" to the letter: the ORM asks so, and the planner does not see that it is the same.
    _dirty_index = models.Index("(channel_id) WHERE dirty IS TRUE")
    _channel_ref_index = models.Index("(channel_id, ref)")
    _error_index = models.Index("(channel_id) WHERE error_kind IS NOT NULL")

    # === COMPUTES === #

    @api.depends("sku_code", "ref", "name", "listing_id.name")
    def _compute_display_name(self):
        for sku in self:
            parts = [sku.listing_id.name or sku.listing_id.code, sku.name]
            text = " / ".join(part for part in parts if part)
            sku.display_name = f"[{sku.sku_code or sku.ref}] {text}".strip()

    @api.depends("product_id", "channel_id", "active")
    def _compute_is_double(self):
        counts = {
            (channel.id, product.id): count
            for channel, product, count in self._read_group(
                [("product_id", "in", self.product_id.ids)],
                ["channel_id", "product_id"],
                ["__count"],
            )
        }
        for sku in self:
            key = (sku.channel_id.id, sku.product_id.id)
            sku.is_double = bool(sku.product_id) and counts.get(key, 0) > 1

    def _search_is_double(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        groups = self._read_group(
            [("product_id", "!=", False)],
            ["channel_id", "product_id"],
            ["id:array_agg"],
            having=[("__count", ">", 1)],
        )
        found = [sku_id for *_key, ids in groups for sku_id in ids]
        return [("id", "in" if (True in value) == (operator == "in") else "not in", found)]

    @api.depends("product_id", "stock_sync")
    def _compute_qty_offered(self):
        for channel, skus in self.grouped("channel_id").items():
            syncing = skus._stock_sendable() if channel else self.browse()
            working = channel.sudo().with_company(channel.company_id)
            decisions = working._stock_decide(syncing.sudo()) if syncing else {}
            rules = self.env["ec.stock.rule"].sudo()._deciding(channel, skus) if channel else {}
            for sku in skus:
                decision = decisions.get(sku.id)
                sku.qty_offered = (decision and decision.quantity) or 0
                sku.qty_free = decision.units if decision else 0
                sku.stock_cause = decision.cause if decision else "off"
                sku.stock_rule_id = rules.get(sku.id, False)

    @api.depends("error_kind", "error_reason", "error_params")
    @api.depends_context("lang")
    def _compute_last_error(self):
        for sku in self:
            sku.last_error = sku.error_kind and sku.channel_id._describe_reason(
                sku.error_reason, sku.error_params, sku.error_kind
            )

    @api.depends(
        "match_state", "tracked", "active", "product_id", "stock_sync", "error_kind", "is_double",
        "oversells",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_warning(self):
        kept = self.product_id._ec_stock_kept()
        for sku in self:
            sku.warning = sku._warning_text(kept)

    def _warning_text(self, kept):
        """The most urgent thing a clerk should know about this SKU, or False.

        :param kept: products whose stock is kept
        """
        if not self.active:
            return self.env._("No longer in the shop.")
        if self.match_state == "ambiguous":
            return self.env._("Several products have this code: choose one.")
        if self.match_state == "unmatched":
            return self.env._("Not matched: orders wait and no stock is sent.")
        if self.error_kind:
            return self.last_error
        if self.match_state == "ignored" or not self.stock_sync:
            return self.env._("Stock is not sent.")
        if not self.tracked:
            return self.env._("The mall does not count this SKU: switch stock keeping on there.")
        if self.product_id not in kept:
            return self.env._("The stock of this product is not kept in Odoo.")
        if self.oversells:
            return self.env._(
                "The mall takes orders for it also when nothing is left. Unless that is wanted, "
                "switch it off there."
            )
        if self.is_double:
            return self.env._(
                "Listed twice in this shop: both show the same stock, so the last piece may be "
                "sold twice. With the last-unit guard only one of them shows the last units."
            )
        return False

    # === CRUD === #

    def write(self, vals):
        if "product_id" in vals and "match_state" not in vals:
            vals = {**vals, "match_state": "manual" if vals["product_id"] else "unmatched"}
        before = self.product_id if "product_id" in vals else None
        result = super().write(vals)
        if "product_id" in vals:
            self._after_match(before)
        elif {"stock_sync", "tracked", "active", "match_state"} & vals.keys():
            self._signal()
        return result

    # === STOCK === #

    def _stock_sendable(self):
        """The SKUs among these whose quantity this system may set."""
        kept = self.product_id._ec_stock_kept()
        return self.filtered(
            lambda sku: (
                sku.active
                and sku.tracked
                and sku.stock_sync
                and sku.match_state in MATCHED_STATES
                and sku.product_id in kept
            )
        )

    def _signal(self):
        """Have the quantities of these SKUs looked at after the commit."""
        self.flush_recordset()
        for channel, skus in self.filtered("product_id").grouped("channel_id").items():
            self.env["ec.stock.signal"]._insert(skus.product_id.ids, channel.ids)

    def _force_send(self):
        """Send the quantities of these SKUs again, even where they seem unchanged."""
        self.sudo().filtered("product_id").write({"dirty": True, "uncertain": True})
        self.env["ec.stock.signal"]._wake(self.channel_id.ids)

    def button_send_again(self):
        """Send the present quantities again, in the background."""
        self.check_access("write")
        self._force_send()
        return self.env["ec.exchange"]._notify_client(
            self.env._("The stock of %s SKUs is sent again.", len(self)), kind="success"
        )

    def button_open_product(self):
        """Open the matched product."""
        self.ensure_one()
        return self.env["ec.exchange"]._open("product.product", self.product_id.id)
