from odoo import api, fields, models


class EcInspection(models.Model):
    """An inspection of a delivery with the scanner: who, when, what was scanned."""

    _name = "ec.inspection"
    _description = "Inspection"
    _order = "id desc"
    _rec_name = "picking_id"

    picking_id = fields.Many2one(
        "stock.picking", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)
    seconds = fields.Integer(readonly=True)
    scan_count = fields.Integer(string="Scans", readonly=True)
    refused_count = fields.Integer(string="Refused scans", readonly=True)
    refused = fields.Json(readonly=True, help="What was refused and why, in order.")
    refused_text = fields.Text(compute="_compute_refused_text", string="Refused codes")
    parcel_count = fields.Integer(string="Parcels", readonly=True)
    weight = fields.Float(string="Weight (kg)", readonly=True, digits=(12, 3))

    @api.depends("refused")
    def _compute_refused_text(self):
        for row in self:
            row.refused_text = "\n".join(
                f"{entry.get('code', '')} {entry.get('reason', '')}" for entry in row.refused or []
            )
