"""The log of checks: opened, cleared, opened again; by whom, when, why."""

from odoo import api, fields, models


class EcOrderCheckEvent(models.Model):
    _name = "ec.order.check.event"
    _description = "History of a check"
    _order = "id desc"
    _rec_name = "event"

    check_id = fields.Many2one("ec.order.check", required=True, index=True, ondelete="cascade")
    order_id = fields.Many2one(
        related="check_id.order_id", store=True, index=True, export_string_translation=False
    )
    company_id = fields.Many2one(related="check_id.company_id", store=True)
    event = fields.Selection(
        [("open", "Opened"), ("clear", "Cleared"), ("auto", "Cleared by itself")], required=True
    )
    reason = fields.Char(related="check_id.reason")
    detail = fields.Char()
    note = fields.Char()


class EcOrderCheck(models.Model):
    _inherit = "ec.order.check"

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        checks._log("open")
        return checks

    def _reopen(self, detail):
        result = super()._reopen(detail)
        self._log("open")
        return result

    def _clear(self, note=None, auto=False):
        checks = self.filtered(lambda check: check.state == "open")
        result = super()._clear(note=note, auto=auto)
        checks._log("auto" if auto else "clear", note)
        return result

    def _log(self, event, note=None):
        self.env["ec.order.check.event"].sudo().create(
            [
                {"check_id": check.id, "event": event, "detail": check.detail, "note": note}
                for check in self
            ]
        )
