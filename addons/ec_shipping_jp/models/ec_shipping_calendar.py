"""On which days a shop ships and until which hour."""

from datetime import datetime

import jpholiday

from odoo import api, fields, models

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class EcShippingCalendar(models.Model):
    _name = "ec.shipping.calendar"
    _description = "Shipping calendar"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    open_on_holidays = fields.Boolean(
        string="Ships on national holidays", help="Japan's national holidays, by law."
    )
    cutoff = fields.Float(
        string="Cut-off hour", default=12.0, help="Orders after this hour count as the next day's."
    )
    lead_days = fields.Integer(string="Working days needed")
    day_ids = fields.One2many("ec.shipping.calendar.day", "calendar_id", string="Special days")
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        check_company=True,
        help="What leaves from here follows this calendar, whichever shop sold it. "
        "Empty: a calendar for shops.",
    )

    _cutoff_hour = models.Constraint(
        "CHECK (cutoff >= 0 AND cutoff <= 24)", "The cut-off is an hour of the day."
    )
    _lead_positive = models.Constraint(
        "CHECK (lead_days BETWEEN 0 AND 60)", "Working days needed: 0 to 60."
    )

    @api.model
    def _for_channel(self, channel, warehouse=None):
        """The calendar of the place the goods leave from, else the shop's, else the company's
        first one."""
        calendars = self.search([("company_id", "=", channel.company_id.id)])
        own = calendars.filtered(lambda calendar: warehouse and warehouse in calendar.warehouse_ids)
        general = calendars.filtered(lambda calendar: not calendar.warehouse_ids)
        return own[:1] or channel.ec_calendar_id or general[:1]

    def _opening(self):
        """A function that says whether the shop ships on a day.

        :rtype: callable(date) -> bool
        """
        if not self:
            return lambda day: True
        self.ensure_one()
        special = {row.day: row.is_open for row in self.day_ids}
        week = [self[name] for name in WEEK]
        holidays = not self.open_on_holidays

        def is_open(day):
            if day in special:
                return special[day]
            return week[day.weekday()] and not (holidays and jpholiday.is_holiday(day))

        return is_open

    @api.model
    def _local_now(self, company):
        """Now, on the clock of the company (Japan's where none is set)."""
        return company._ec_local()

    @api.model
    def _local_today(self, company):
        return datetime.date(self._local_now(company))
