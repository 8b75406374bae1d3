from odoo import fields, models


class EcShippingCalendarDay(models.Model):
    """A day on which the shop does otherwise than usual."""

    _name = "ec.shipping.calendar.day"
    _description = "Special day of a shipping calendar"
    _order = "day desc"
    _rec_name = "day"

    calendar_id = fields.Many2one(
        "ec.shipping.calendar", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="calendar_id.company_id")
    day = fields.Date(required=True)
    is_open = fields.Boolean(string="Ships")
    note = fields.Char()

    _day_unique = models.Constraint(
        "UNIQUE (calendar_id, day)", "This day is already in the calendar."
    )
