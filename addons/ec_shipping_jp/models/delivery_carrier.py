"""Carriers of Japan: which file they take, which number they know us by."""

import json

from odoo import api, fields, models

from ..const import CARRIER_CODES, OPEN_STATES, SERVICE_SELECTION
from ..lib import tracking

#: Layouts a carrier of ours begins with, by (carrier, service).
_PROFILES = {
    ("yamato", None): ("yamato_b2cloud", "yamato_b2cloud_issued"),
    ("sagawa", None): ("sagawa_ehiden3", "sagawa_ehiden3_issued"),
    ("japanpost", None): ("japanpost_yupuri_117", "japanpost_history"),
}


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    ec_carrier_code = fields.Selection(CARRIER_CODES, string="Carrier")
    ec_service = fields.Selection(SERVICE_SELECTION, string="Service", default="standard")
    ec_profile_id = fields.Many2one(
        "ec.label.profile",
        string="Label file",
        domain=[("kind", "in", ("label", "instruction"))],
    )
    ec_issued_profile_id = fields.Many2one(
        "ec.label.profile", string="Issued file", domain=[("kind", "in", ("issued", "result"))]
    )
    ec_account = fields.Char(
        string="Customer number", help="The shop's number at the carrier, digits only."
    )
    ec_account_class = fields.Char(string="Customer class")
    ec_freight_no = fields.Char(string="Freight number", default="01")
    ec_label_form = fields.Char(string="Label form", help="As in the tool's own export.")
    ec_handling = fields.Char(string="Handling", help="Texts on the label, separated by commas.")
    ec_pickup_hour = fields.Float(string="Pick-up hour")
    ec_no_number = fields.Boolean(
        string="No tracking numbers",
        help="The mall is told the ship date as soon as the delivery is validated.",
    )
    ec_today_count = fields.Integer(compute="_compute_ec_today", string="To ship today")
    ec_late_count = fields.Integer(compute="_compute_ec_today", string="Overdue")
    ec_unlabelled_count = fields.Integer(compute="_compute_ec_today", string="Without a label")
    ec_shipped_count = fields.Integer(compute="_compute_ec_today", string="Shipped today")

    @api.model
    def _ec_today_domain(self):
        """Deliveries that have to leave today or should have left."""
        today = self.env["ec.shipping.calendar"]._local_today(self.env.company)
        return [
            ("ec_channel_id", "!=", False),
            ("picking_type_code", "=", "outgoing"),
            ("state", "in", OPEN_STATES),
            ("ec_ship_on", "<=", today),
            ("company_id", "in", self.env.companies.ids),
        ]

    def _compute_ec_today(self):
        picking = self.env["stock.picking"]
        domain = [*self._ec_today_domain(), ("carrier_id", "in", self.ids)]
        today = self.env["ec.shipping.calendar"]._local_today(self.env.company)
        due = dict(picking._read_group(domain, ["carrier_id"], ["__count"]))
        late = dict(
            picking._read_group([*domain, ("ec_ship_on", "<", today)], ["carrier_id"], ["__count"])
        )
        bare = dict(
            picking._read_group(
                [*domain, ("ec_tick_ids", "not any", [("step", "=", "labelled")])],
                ["carrier_id"],
                ["__count"],
            )
        )
        shipped = dict(
            picking._read_group(
                [
                    ("carrier_id", "in", self.ids),
                    ("state", "=", "done"),
                    ("ec_channel_id", "!=", False),
                    ("ec_shipped_on", "=", today),
                ],
                ["carrier_id"],
                ["__count"],
            )
        )
        for carrier in self:
            carrier.ec_today_count = due.get(carrier, 0)
            carrier.ec_late_count = late.get(carrier, 0)
            carrier.ec_unlabelled_count = bare.get(carrier, 0)
            carrier.ec_shipped_count = shipped.get(carrier, 0)

    def action_ec_today(self):
        """The deliveries of this carrier that have to leave today."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ec_shipping_jp.action_ec_shipping_today"
        )
        action["domain"] = [*self._ec_today_domain(), ("carrier_id", "in", self.ids)]
        return action

    @api.model
    def _ec_link_profiles(self):
        """Give our carriers the layouts they usually take."""
        profiles = {p.code: p.id for p in self.env["ec.label.profile"].search([])}
        for carrier in self.search([("ec_carrier_code", "!=", False)]):
            pair = _PROFILES.get((carrier.ec_carrier_code, None))
            if carrier == self.env.ref("ec_shipping_jp.carrier_clickpost", False):
                pair = ("clickpost", "clickpost_issued")
            if pair and not carrier.ec_profile_id:
                carrier.ec_profile_id = profiles.get(pair[0])
                carrier.ec_issued_profile_id = profiles.get(pair[1])

    def get_tracking_link(self, picking):
        """The carrier's page; several parcels give several links."""
        self.ensure_one()
        if not self.ec_carrier_code or not picking.ec_parcel_ids:
            return super().get_tracking_link(picking)
        parcels = picking.ec_parcel_ids.filtered(lambda p: p.state == "active")
        links = [
            [parcel.number, url]
            for parcel in parcels
            if (url := tracking.tracking_url(parcel.carrier_code, parcel.number))
        ]
        if len(links) > 1:
            return json.dumps(links)
        return links[0][1] if links else super().get_tracking_link(picking)
