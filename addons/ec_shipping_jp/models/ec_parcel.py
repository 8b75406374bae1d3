"""A parcel with its tracking number."""

from odoo import api, fields, models

from ..const import CARRIER_CODES
from ..lib import tracking


class EcParcel(models.Model):
    """One parcel of a delivery. A voided one stays, so that a late file cannot bring it back."""

    _name = "ec.parcel"
    _description = "Parcel"
    _order = "picking_id, id"
    _rec_name = "number"

    picking_id = fields.Many2one("stock.picking", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    carrier_code = fields.Selection(CARRIER_CODES, required=True, string="Carrier")
    number = fields.Char(string="Tracking number", required=True, index=True)
    shipped_on = fields.Date()
    state = fields.Selection(
        [("active", "Valid"), ("void", "Voided")], required=True, default="active"
    )
    status = fields.Selection(
        [("moving", "Under way"), ("delivered", "Delivered"), ("returned", "Returned")],
        string="At the carrier",
    )
    status_at = fields.Datetime()
    source = fields.Char(string="From file", readonly=True)
    url = fields.Char(compute="_compute_url")

    _number_unique = models.Constraint(
        "UNIQUE (picking_id, carrier_code, number)", "The delivery has this parcel already."
    )

    @api.depends("carrier_code", "number")
    def _compute_url(self):
        for parcel in self:
            parcel.url = tracking.tracking_url(parcel.carrier_code, parcel.number) or False

    def _payload(self, lines=(), destination=None):
        """The parcel as ``ec.exchange`` keeps it."""
        self.ensure_one()
        return self.picking_id._ec_parcel_payload(
            f"{self.picking_id.ec_key}-{self.id}",
            self.number,
            self.carrier_code,
            self.shipped_on,
            lines=lines,
            destination=destination,
            url=self.url,
        )
