"""Where a shop shows another quantity than it should."""

from odoo import api, fields, models

CAUSES = [
    ("changed_at_mall", "Changed at the mall"),
    ("missed", "Not sent"),
    ("unknown_sku", "Not known at the mall"),
    ("rejected", "Refused by the mall"),
    ("in_flight", "Being sent"),
]


class EcStockDifference(models.Model):
    """One finding of the stock comparison; kept as a log after it was corrected."""

    _name = "ec.stock.difference"
    _description = "Stock difference"
    _order = "found_at desc, id desc"
    _rec_name = "sku_id"

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    channel_color = fields.Integer(related="channel_id.color")
    sku_id = fields.Many2one(
        "ec.listing.sku", string="Listed SKU", required=True, ondelete="cascade", readonly=True,
        index=True,
    )  # fmt: skip
    product_id = fields.Many2one(related="sku_id.product_id")
    found_at = fields.Datetime(string="Found", required=True, readonly=True)
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    known_at_mall = fields.Boolean(default=True, readonly=True)
    qty_mall = fields.Integer(string="At the mall", readonly=True, aggregator=None)
    qty_sent = fields.Integer(string="Last sent", readonly=True, aggregator=None)
    qty_expected = fields.Integer(string="Should be", readonly=True, aggregator=None)
    state = fields.Selection(
        [
            ("checking", "Being looked into"),
            ("open", "Not corrected"),
            ("repairing", "Being corrected"),
            ("over", "Corrected"),
            ("accepted", "Left as it is"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    closed_at = fields.Datetime(readonly=True)
    places = fields.Json(
        readonly=True, help="Place of the mall: at the mall, last sent, should be."
    )
    place_note = fields.Char(compute="_compute_place_note", string="Where")

    @api.depends("places")
    @api.depends_context("lang")
    def _compute_place_note(self):
        for row in self:
            row.place_note = ", ".join(
                self.env._(
                    "%(place)s: %(mall)s (should be %(right)s)", place=n, mall=p[0], right=p[2]
                )
                for n, p in (row.places or {}).items()
            )

    _open_per_sku = models.UniqueIndex(
        "(sku_id) WHERE state IN ('open', 'repairing')", "The difference is already listed."
    )

    def button_repair(self):
        """Send what should be shown, in the background."""
        self.check_access("write")
        self._repair()
        return self.env["ec.exchange"]._notify_client(
            self.env._("%s quantities are sent again.", len(self)), kind="success"
        )

    def _repair(self):
        waiting = self.filtered(lambda row: row.state in ("open", "repairing"))
        waiting.write({"state": "repairing"})
        waiting.sku_id._force_send()

    def button_accept(self):
        """Leave the mall's quantity until the next change of stock."""
        self.check_access("write")
        self.filtered(lambda row: row.state == "open")._leave()

    def _leave(self):
        self.write({"state": "accepted", "closed_at": fields.Datetime.now()})
