"""An item page of a shop."""

from odoo import api, fields, models


class EcListing(models.Model):
    """An item as the mall shows it, with its sellable SKUs. Filled from the mall, never by hand."""

    _name = "ec.listing"
    _description = "Listing"
    _order = "channel_id, name, id"
    _rec_names_search = ["name", "code", "ref"]

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    channel_color = fields.Integer(related="channel_id.color")
    active = fields.Boolean(default=True)
    ref = fields.Char(string="Mall's item id", required=True, readonly=True)
    code = fields.Char(string="Item code", readonly=True)
    name = fields.Char(string="Title", readonly=True)
    url = fields.Char(string="Page", readonly=True)
    published = fields.Boolean(default=True, readonly=True)
    tax_rate = fields.Float(string="Tax rate of the mall", readonly=True, digits=(5, 4))
    seen_at = fields.Datetime(string="Seen at the mall", readonly=True)
    sku_ids = fields.One2many("ec.listing.sku", "listing_id", string="SKUs")
    sku_count = fields.Integer(compute="_compute_sku_counts", string="Number of SKUs")
    unmatched_count = fields.Integer(compute="_compute_sku_counts", string="Not matched")

    _ref_unique = models.Constraint(
        "UNIQUE (channel_id, ref)", "The item is already known for the shop."
    )

    @api.depends("sku_ids.match_state")
    def _compute_sku_counts(self):
        groups = self.env["ec.listing.sku"]._read_group(
            [("listing_id", "in", self.ids)], ["listing_id", "match_state"], ["__count"]
        )
        counts = {}
        for listing, state, count in groups:
            total, open_ = counts.get(listing, (0, 0))
            waiting = count if state in ("unmatched", "ambiguous") else 0
            counts[listing] = (total + count, open_ + waiting)
        for listing in self:
            listing.sku_count, listing.unmatched_count = counts.get(listing, (0, 0))

    @api.depends("name", "code", "ref")
    def _compute_display_name(self):
        for listing in self:
            code = listing.code or listing.ref
            listing.display_name = f"[{code}] {listing.name}" if listing.name else code

    def action_open_skus(self):
        """Open the SKUs of these items."""
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_listing_sku")
        action["domain"] = [("listing_id", "in", self.ids)]
        return action

    def button_open_page(self):
        """Open the item's page in the shop."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}
