"""The moment a lot expires is a stock change, though nothing moves."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

_DATES = frozenset({"expiration_date", "removal_date"})
#: Looked back over the last run, so that a moment between two runs is never missed.
_OVERLAP = timedelta(minutes=10)
_WAKE = "ec_unified_expiry.wake"


class StockLot(models.Model):
    _inherit = "stock.lot"

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create(vals_list)
        lots._ec_dates_changed()
        return lots

    def write(self, vals):
        result = super().write(vals)
        if _DATES & vals.keys():
            self.env["ec.stock.signal"]._note(self.product_id.ids)
            self._ec_dates_changed()
        return result

    @api.model
    def _ec_expired_domain(self, moment, since=None):
        """Lots whose removal date is over at ``moment``; without one the end of their life counts.

        :param datetime since: only those that were not expired then
        """

        def over(name):
            domain = Domain(name, "<=", moment)
            return domain & Domain(name, ">", since) if since else domain

        return over("removal_date") | (Domain("removal_date", "=", False) & over("expiration_date"))

    def _ec_dates_changed(self):
        """Have the clock look for its next moment, once per transaction."""
        precommit = self.env.cr.precommit
        if precommit.data.get(_WAKE) or not any(lot.use_expiration_date for lot in self):
            return
        precommit.data[_WAKE] = True
        cron = self.env.ref("ec_unified_expiry.cron_expiry_clock", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _ec_expiry_clock(self):
        """Signal what expired since the last run and come again when the next lot does."""
        now = fields.Datetime.now()
        cron = self.env.ref("ec_unified_expiry.cron_expiry_clock").sudo()
        since = (cron.lastcall or now - timedelta(days=1)) - _OVERLAP
        stocked = Domain("quant_ids.quantity", ">", 0)
        expired = self.search(self._ec_expired_domain(now, since) & stocked)
        if expired:
            self.env["ec.stock.signal"]._note(expired.product_id.ids)
        later = [
            lot[name]
            for name in sorted(_DATES)
            for lot in self.search(Domain(name, ">", now) & stocked, order=name, limit=1)
        ]
        if later:
            cron._trigger(min(later))
