"""What still leaves today, carrier by carrier, against the hour the carrier comes."""

from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: Stages in which an order cannot leave, whatever its ship date says.
_HELD = ("new", "check", "payment", "stock")


class EcDashboard(models.AbstractModel):
    _inherit = "ec.dashboard"

    @api.model
    def _card_specs(self):
        """The ship date that was planned decides what leaves today."""
        specs = super()._card_specs()
        specs["ship_today"] |= {
            "domain": Domain(self.env["delivery.carrier"]._ec_today_domain()),
            "date": "ec_ship_on",
            "action": "ec_shipping_jp.action_ec_shipping_today",
        }
        return specs

    @api.model
    def _spec(self, key):
        if not key.startswith("ship:"):
            return super()._spec(key)
        carrier = self.env["delivery.carrier"].browse(int(key.removeprefix("ship:")))
        spec = self._spec("ship_today")
        return {
            **spec,
            "label": carrier.name or self.env._("No carrier yet"),
            "domain": spec["domain"] & Domain("carrier_id", "=", carrier.id),
        }

    @api.model
    def _ship_today(self):
        """One row per carrier with something to fetch today; a fixed number of queries."""
        pickings = self.env["stock.picking"]
        if not pickings.has_access("read"):
            return super()._ship_today()
        domain = self._spec("ship_today")["domain"]
        day = self._today()
        due = self._count_by_carrier(domain)
        late = self._count_by_carrier(domain & Domain("ec_ship_on", "<", day))
        held = self._count_by_carrier(domain & Domain("sale_id.ec_stage", "in", _HELD))
        rows = [
            {
                "key": f"ship:{carrier.id or 0}",
                "label": carrier.name or self.env._("No carrier yet"),
                "count": count,
                "late": late.get(carrier, 0),
                "held": held.get(carrier, 0),
                **self._hour_today(carrier.ec_pickup_hour),
            }
            for carrier, count in due.items()
        ]
        # The next one to be fetched first; without an hour last.
        rows.sort(key=lambda row: (not row["until"], row["until"] or "", row["label"]))
        return {"rows": rows, "cutoffs": self._cutoffs()}

    @api.model
    def _count_by_carrier(self, domain):
        groups = self.env["stock.picking"]._read_group(domain, ["carrier_id"], ["__count"])
        return dict(groups)

    @api.model
    def _hour_today(self, hour):
        """An hour of today on the company's clock: ``until`` to count down, ``hour`` to show.

        The screen may stand in another time zone: it never turns one into the other.
        """
        if not hour:
            return {"until": False, "hour": ""}
        minutes = round(hour * 60)
        local = datetime.combine(self._today(), time.min) + timedelta(minutes=minutes)
        until = fields.Datetime.to_string(self.env.company._ec_stored(local))
        return {"until": until, "hour": f"{minutes // 60}:{minutes % 60:02}"}

    @api.model
    def _today(self):
        return self.env["ec.shipping.calendar"]._local_today(self.env.company)

    @api.model
    def _cutoffs(self):
        """Until when orders of today still leave today, by calendar of the shops."""
        found = []
        day = self._today()
        for calendar in self.env["ec.shipping.calendar"].search(
            [("company_id", "in", self.env.companies.ids)]
        ):
            closed = not calendar._opening()(day)
            moment = self._hour_today(not closed and calendar.cutoff)
            if closed or moment["until"]:
                found.append({"label": calendar.name, **moment, "closed": closed})
        return found
