from odoo import fields, models

from ..const import STEP_SELECTION


class EcShippingTick(models.Model):
    """A step of a delivery that is done: when and by whom. Written once, never guessed."""

    _name = "ec.shipping.tick"
    _description = "Step of a delivery"
    _order = "picking_id, id"
    _rec_name = "step"

    picking_id = fields.Many2one("stock.picking", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    step = fields.Selection(STEP_SELECTION, required=True)
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    note = fields.Char()

    _step_unique = models.Constraint("UNIQUE (picking_id, step)", "A step is ticked once.")
