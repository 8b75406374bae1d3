"""Buyer and destinations of known orders: kept while the mall says the same, else changed or shown.

A contact that a clerk corrected is not looked for, nor made, a second time for an order that has
one; only what the mall says anew counts.
"""

from dataclasses import replace

from odoo import api, fields, models


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    # === MARKS === #

    @api.model
    def _destination_digest(self, item):
        return self._digest([destination.address for destination in item.data.destinations])

    @api.model
    def _buyer_digest(self, item):
        """Without the mail address: forwarding addresses change from document to document."""
        return self._digest(replace(item.data.buyer, email=None, email_is_relay=False))

    @api.model
    def _get_known_buyer(self, item):
        """Return the contact of a known order of whose buyer the mall says nothing new."""
        order = item.order
        if order and order.ec_buyer_digest == self._buyer_digest(item):
            return order.partner_id
        return None

    @api.model
    def _get_known_destinations(self, item):
        """Return the places of a known order whose destinations are as before, else None."""
        order = item.order
        if not order or order.ec_destination_digest != self._destination_digest(item):
            return None
        places = self._get_places(item)
        found = [
            None if row.address.placeholder else places.get(index)
            for index, row in enumerate(item.data.destinations)
        ]
        complete = all(
            place or row.address.placeholder
            for place, row in zip(found, item.data.destinations, strict=True)
        )
        return found if complete else None

    @api.model
    def _get_places(self, item):
        """Return {index of a destination: where the known order sends it now}."""
        order = item.order
        records = {line.ec_line_ref: line for line in order.order_line if line.ec_line_ref}
        places = {0: order.partner_shipping_id}
        if len(item.data.destinations) < 2:
            return places
        for line in item.booking.lines:
            record = line.source and records.get(line.ref)
            if record and record.ec_destination_id:
                places[line.source.destination] = record.ec_destination_id
        return places

    # === BUYER === #

    @api.model
    def _apply_buyer(self, item):
        """Take over another buyer, or show him where papers are out already."""
        order, mark = item.order, self._buyer_digest(item)
        if mark == order.ec_buyer_digest:
            return
        news = order.ec_buyer_digest and item.data.buyer.name and item.buyer != order.partner_id
        if news and self._is_in_work(order):
            item.add_reason("changed_upstream", self.env._("buyer"))
            old, new = self._describe_place(order.partner_id), self._describe_place(item.buyer)
            item.changes.append({"field": "buyer", "old": old, "new": new})
            return
        values = {"ec_buyer_digest": mark}
        if news:
            # What Odoo derives from the customer stays as it is.
            values |= {
                "partner_id": item.buyer.id,
                "partner_invoice_id": item.buyer.id,
                "partner_shipping_id": order.partner_shipping_id.id,
                "fiscal_position_id": False,
                "payment_term_id": False,
                "user_id": order.user_id.id,
                "team_id": order.team_id.id,
            }
        order.write(values)

    # === DESTINATIONS === #

    @api.model
    def _apply_destination(self, item):
        """Send the goods where the mall says now; what is in work is shown old beside new."""
        order, mark = item.order, self._destination_digest(item)
        first = next((place for place in item.destinations if place), None)
        if not first or mark == order.ec_destination_digest:
            return
        moved = self._get_moved(item)
        if moved and self._is_in_work(order):
            item.add_reason("changed_upstream", self.env._("delivery address"))
            item.changes += [
                {
                    "field": "address",
                    "old": self._describe_place(old),
                    "new": self._describe_place(new),
                    "partner_id": new.id,
                    "line_ids": [fields.Command.set(lines.ids)],
                }
                for old, new, lines in moved
            ]
            return
        order.write({"partner_shipping_id": first.id, "ec_destination_digest": mark})
        for _old, new, lines in self._get_moved(item):
            lines.ec_destination_id = new if len(item.destinations) > 1 else False
        order._ec_redirect_deliveries()

    @api.model
    def _get_moved(self, item):
        """Return [(old place, new place, order lines)] of what goes elsewhere now."""
        order = item.order
        records = {line.ec_line_ref: line for line in order.order_line if line.ec_line_ref}
        groups = {}
        for line in item.booking.lines:
            record = line.source and records.get(line.ref)
            index = line.source.destination if line.source else 0
            new = item.destinations[index] if index < len(item.destinations) else None
            if not record or not new:
                continue
            old = record.ec_destination_id or order.partner_shipping_id
            if old != new:
                key = (old, new)
                groups[key] = groups.get(key, record.browse()) | record
        return [(old, new, lines) for (old, new), lines in groups.items()]

    @api.model
    def _describe_place(self, partner):
        parts = (partner.name, partner.zip, partner.state_id.name, partner.city, partner.street,
                 partner.street2, partner.phone)  # fmt: skip
        return " ".join(part for part in parts if part)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # A mark like ``ec_destination_digest``.
    ec_buyer_digest = fields.Char(string="Buyer mark", copy=False, readonly=True)

    def _ec_redirect_deliveries(self):
        """Have open deliveries go where their lines say; goods for different places part."""
        for picking in self.sudo().picking_ids:
            if picking.state in ("done", "cancel") or picking.picking_type_code != "outgoing":
                continue
            place = picking.sale_id.partner_shipping_id
            groups = picking.move_ids.filtered(lambda m: m.state not in ("done", "cancel")).grouped(
                lambda move, place=place: move.sale_line_id.ec_destination_id or place
            )
            stays = picking.partner_id if picking.partner_id in groups else next(iter(groups), None)
            if len(groups) > 1 and picking.ec_merge_id:
                picking.ec_merge_id._drop(picking)
            for target, moves in groups.items():
                if target != stays:
                    picking._ec_split_moves(moves).partner_id = target
            if stays and picking.partner_id != stays:
                picking.partner_id = stays
