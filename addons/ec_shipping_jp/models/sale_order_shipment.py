"""What an order owes its mall once goods have left."""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _ec_owe_shipments(self):
        """Owe the malls what is shipped of these orders. The same is owed once; a change again.

        One document per order holds all its valid parcels, so that the newest is the whole truth.
        """
        for channel, orders in self.filtered("ec_order_ref").grouped("ec_channel_id").items():
            items = [
                (order.ec_order_ref, payload, order)
                for order in orders
                if (payload := order._ec_shipment_payload()) is not None
            ]
            if not items:
                continue
            owed = self.env["ec.exchange"].sudo()._owe_batch(channel, "shipment", items)
            changed = self.sudo().browse(owed.mapped("res_id"))
            told = changed.filtered("ec_mall_told")
            told.write({"ec_mall_told": False, "ec_mall_told_at": False})
            told.picking_ids._ec_untick("told")

    def _ec_shipment_payload(self):
        """What the mall has to know of one order, or None while nothing has left."""
        self.ensure_one()
        outgoing = self.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
        done = outgoing.filtered(lambda p: p.state == "done" and not p.return_id).sorted("id")
        parcels, gone = [], []
        destinations = self._ec_destination_refs()
        whole = len(outgoing) <= 1
        for picking in done:
            lines = [] if whole else picking._ec_shipped_lines()
            # Destinations at one address leave together, and the mall waits for each of them.
            moved = picking.move_ids.filtered(lambda m: m.state == "done").sale_line_id.ids
            places = dict.fromkeys(destinations[line] for line in destinations if line in moved)
            for place in places or [None]:
                rows, withdrawn = picking._ec_parcel_payloads(lines, place)
                parcels += rows
                gone += withdrawn
        if not parcels and not gone:
            return None
        current = {parcel["tracking_number"] for parcel in parcels}
        return {
            "order_ref": self.ec_order_ref,
            "parcels": parcels,
            "removed": sorted(set(gone) - current),
            "notify_buyer": self._ec_mall_tells("shipped"),
        }

    def _ec_destination_refs(self):
        """{order line: the mall's key of its destination}, for orders with several."""
        lines = self.order_line.filtered("ec_destination_id")
        if not lines:
            return {}
        channel = self.ec_channel_id
        data = channel._adapter()._parse_order(channel, self.ec_exchange_id.sudo().payload)
        by_line = {
            line.ref: data.destinations[line.destination].ref
            for line in data.lines
            if line.destination < len(data.destinations)
        }
        return {line.id: by_line[line.ec_line_ref] for line in lines if line.ec_line_ref in by_line}

    def _ec_set_told(self):
        """The mall has confirmed the shipments of these orders."""
        self.write({"ec_mall_told": True, "ec_mall_told_at": fields.Datetime.now()})
        done = self.picking_ids.filtered(
            lambda p: p.picking_type_code == "outgoing" and p.state == "done"
        )
        done._ec_tick("told")
