"""Shipments on their way to the mall."""

from datetime import date
from decimal import Decimal

from odoo import api, models

from odoo.addons.ec_unified.lib.data import Parcel, ShipmentData
from odoo.addons.ec_unified.lib.errors import ConflictError


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    def _send_batch_shipment(self):
        """Tell the mall what was shipped; orders it confirms count as told.

        How many orders go into one call, and whether the mall answers at once or later, is the
        adapter's business.

        :return: {exchange id: exception}
        """
        channel = self.channel_id
        by_ref = {exchange.external_ref: exchange for exchange in self}
        shipments = [self._shipment_data(exchange.payload) for exchange in self]
        results = channel._adapter()._push_shipments(channel, shipments)
        told = self.browse()
        outcome = {
            exchange.id: ConflictError("the mall gave no answer for it", reason="stale")
            for exchange in self
        }
        for result in results:
            exchange = by_ref.get(result.ref)
            if not exchange:
                continue
            if result.ok:
                outcome.pop(exchange.id, None)
                told |= exchange
            else:
                outcome[exchange.id] = result.error
        self._mark_shipments_told(told)
        return outcome

    @api.model
    def _mark_shipments_told(self, exchanges):
        """Only orders that have a parcel to speak of are told; a deletion leaves none."""
        ids = [e.res_id for e in exchanges if e.res_model == "sale.order" and e.payload["parcels"]]
        self.env["sale.order"].browse(ids).exists()._ec_set_told()

    @api.model
    def _shipment_data(self, payload):
        """The stored document in the contract's words."""
        parcels = tuple(
            Parcel(
                ref=row["ref"],
                destination_ref=row["destination_ref"],
                tracking_number=row["tracking_number"],
                carrier_code=row["carrier_code"],
                shipped_on=date.fromisoformat(row["shipped_on"]),
                tracking_url=row["tracking_url"],
                lines=tuple((ref, Decimal(quantity)) for ref, quantity in row["lines"]),
                delivery_ref=row.get("delivery_ref") or "",
            )
            for row in payload["parcels"]
        )
        return ShipmentData(
            order_ref=payload["order_ref"],
            parcels=parcels,
            notify_buyer=payload.get("notify_buyer", False),
            removed=tuple(payload.get("removed") or ()),
        )
