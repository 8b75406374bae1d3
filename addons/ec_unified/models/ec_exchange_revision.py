"""Earlier versions of a document that changed at the mall."""

from odoo import fields, models


class EcExchangeRevision(models.Model):
    _name = "ec.exchange.revision"
    _description = "Earlier version of a document"
    _order = "id desc"

    exchange_id = fields.Many2one("ec.exchange", required=True, ondelete="cascade", index=True)
    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True
    )
    payload = fields.Json(readonly=True, groups="ec_unified.group_ec_manager")
    payload_hash = fields.Char(readonly=True)
    received_at = fields.Datetime(readonly=True)
    source_updated_at = fields.Datetime(readonly=True)
    replaced_at = fields.Datetime(readonly=True)
