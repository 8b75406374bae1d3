"""A customer's mark “needs attention”, set by whoever works with the orders."""

from odoo import api, fields, models

from ..models.ec_check_rule import OPEN_STAGES


class EcPartnerCaution(models.TransientModel):
    """Clerks hold no right to edit contacts; this much they need every day."""

    _name = "ec.partner.caution"
    _description = "Customer needs attention"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    marked = fields.Boolean(related="partner_id.ec_caution")
    reason = fields.Char(
        string="Why attention is needed",
        compute="_compute_reason",
        store=True,
        readonly=False,
        required=True,
    )
    open_order_count = fields.Integer(
        compute="_compute_open_order_count", string="Orders not shipped yet"
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        record_id = self.env.context.get("active_id")
        model = self.env.context.get("active_model")
        if record_id and model == "sale.order":
            values.setdefault("partner_id", self.env[model].browse(record_id).partner_id.id)
        elif record_id and model == "res.partner":
            values.setdefault("partner_id", record_id)
        return values

    @api.depends("partner_id")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.partner_id.ec_caution_reason

    @api.depends("partner_id")
    def _compute_open_order_count(self):
        for wizard in self:
            wizard.open_order_count = len(wizard._get_open_orders())

    def _get_open_orders(self):
        """Orders of the customer that have not left yet."""
        return self.env["sale.order"].search(
            [("partner_id", "=", self.partner_id.id), ("ec_stage", "in", OPEN_STAGES)]
        )

    def action_mark(self):
        """Set the mark, or write down another reason; hold back what has not left yet."""
        return self._set({"ec_caution": True, "ec_caution_reason": (self.reason or "").strip()})

    def action_unmark(self):
        """Take the mark off; checks that were opened for it alone disappear."""
        return self._set({"ec_caution": False, "ec_caution_reason": False})

    def _set(self, values):
        self.ensure_one()
        self.partner_id.check_access("read")
        self.partner_id.sudo().write(values)
        self.env["ec.check.rule"]._run(self._get_open_orders())
        return {"type": "ir.actions.act_window_close"}
