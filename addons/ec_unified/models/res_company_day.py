"""The shop's own clock and language. A day of the shop is a day where it is, not one of the
server's (UTC)."""

from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _ec_zone(self):
        """The company's time zone; Japan's where none is set."""
        return pytz.timezone(self.partner_id.tz or "Asia/Tokyo")

    def _ec_local(self, moment=None):
        """A stored moment (now without one) on the company's clock, naive.

        :rtype: datetime
        """
        moment = moment or fields.Datetime.now()
        return pytz.utc.localize(moment).astimezone(self._ec_zone()).replace(tzinfo=None)

    def _ec_today(self):
        """The day it is for the company."""
        return self._ec_local().date()

    def _ec_stored(self, local):
        """The stored (UTC) form of a moment on the company's clock."""
        moment = self._ec_zone().localize(local)
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    def _ec_end_of_today(self):
        """When the company's day ends, as stored."""
        tomorrow = self._ec_today() + timedelta(days=1)
        return self._ec_stored(datetime.combine(tomorrow, time.min))

    def _ec_lang(self):
        """The language the people of the company read, where nobody is logged in."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        if self.country_id.code == "JP" and "ja_JP" in installed:
            return "ja_JP"
        return self.partner_id.lang or self.env.user.lang or "en_US"
