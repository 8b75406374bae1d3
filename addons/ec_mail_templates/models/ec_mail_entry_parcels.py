"""Parcels and destinations of a mail; parcel records of another module are used where there are."""

from markupsafe import Markup

from odoo import api, models

from ..lib.blocks import Block
from ..lib.carriers import carrier_key, carrier_label, split_numbers, tracking_url

_CONTEXT = ("ec_mail_format", "lang")
_NOT_RESERVED = ("waiting", "confirmed", "partially_available")


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    def _pickings(self):
        """Deliveries this mail tells of; all shipped ones where it is about none in particular."""
        if self.picking_id:
            return self.picking_id
        gone = self.order_id.picking_ids.filtered(
            lambda picking: picking.state == "done" and picking.picking_type_code == "outgoing"
        )
        return gone.sorted("id")  # parcels in the order of the destinations

    def _parcels(self):
        """Parcels with tracking number: dicts of carrier, number, url, picking."""
        pickings = self._pickings()
        found = []
        if "ec_parcel_ids" in pickings._fields:
            for row in pickings.sudo().ec_parcel_ids.filtered(lambda p: p.state == "active"):
                name = row.picking_id.carrier_id.name or self.order_id.ec_delivery_label or ""
                key = carrier_key(name)
                label = carrier_label(row.carrier_code, "") or carrier_label(key, name)
                url = row.url or tracking_url(key, row.number)
                found.append((row.picking_id, label, row.number, url))
        told = {picking for picking, *_rest in found}
        for picking in pickings.filtered(lambda p: p not in told):
            name = picking.carrier_id.name or self.order_id.ec_delivery_label or ""
            key = carrier_key(name)
            for number in split_numbers(picking.carrier_tracking_ref):
                url = tracking_url(key, number)
                found.append((picking, carrier_label(key, name), number, url))
        return [
            {"picking": picking, "carrier": carrier, "number": number, "url": url}
            for picking, carrier, number, url in found
        ]

    def _lacks_number(self):
        """Whether this mail waits for a tracking number; some carriers give none."""
        carrier = self.picking_id.carrier_id
        if not self.kind_id.needs_tracking or not self.picking_id:
            return False
        if "ec_no_number" in carrier._fields and carrier.ec_no_number:
            return False
        return not self._parcels()

    def _returned_parcels(self):
        """Parcels the carrier brought back, where that is known."""
        pickings = self.order_id.picking_ids.sudo()
        if "ec_parcel_ids" not in pickings._fields:
            return pickings.browse()
        return pickings.ec_parcel_ids.filtered(
            lambda parcel: parcel.state == "active" and parcel.status == "returned"
        )

    def _parcel_key(self):
        """What makes two mails about the same parcels: their tracking numbers."""
        return tuple(sorted(parcel["number"] for parcel in self._parcels()))

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id", "picking_id")
    def _compute_block_parcels(self):
        for entry in self:
            blocks, seen = [], set()
            for told in entry._told():
                for parcel in told._parcels():
                    if parcel["number"] in seen:
                        continue
                    seen.add(parcel["number"])
                    blocks.append(entry._parcel_block(parcel, len(seen)))
            if len(blocks) == 1:
                blocks[0].title = self.env._("Shipment")
            if not blocks:
                block = Block(self.env._("Shipment"))
                for picking in entry._pickings():
                    block.add(self.env._("Shipped on"), entry._moment(picking.date_done))
                    block.add(self.env._("Delivery"), picking.carrier_id.name)
                blocks = [block]
            blocks += entry._part_blocks()
            entry._add_cash_on_delivery(blocks)
            notes = Markup("").join(Markup("<p>%s</p>") % n for n in entry._parcel_notes())
            entry.block_parcels = entry._show(blocks) + notes

    def _parcel_notes(self):
        """Sentences that hold for these parcels only: a page to look at, goods still to come."""
        notes = []
        if any(parcel["url"] for told in self._told() for parcel in told._parcels()):
            notes.append(self.env._("The carrier's page tells where the parcel is."))
        carriers = self._pickings_of_told().carrier_id
        if "ec_no_number" in carriers._fields and any(carriers.mapped("ec_no_number")):
            notes.append(self.env._("This way of delivery has no tracking number."))
        if self._other_pickings().filtered(lambda picking: picking.state != "done"):
            notes.append(self.env._("The other goods follow as soon as they are ready."))
        return notes

    def _other_pickings(self):
        """Deliveries of the same orders this mail does not tell of."""
        told = self._pickings_of_told()
        return self._told().order_id.picking_ids.filtered(
            lambda picking: (
                picking not in told
                and picking.state != "cancel"
                and picking.picking_type_code == "outgoing"
            )
        )

    def _part_blocks(self):
        """The goods that left now, where an order leaves in parts."""
        pickings = self._pickings_of_told()
        if not pickings or not self._other_pickings():
            return []
        block = Block(self.env._("Goods sent this time"))
        for line in self._goods_lines(self._told().order_id):
            moves = line.move_ids.filtered(
                lambda move: move.picking_id in pickings and move.state == "done"
            )
            same = moves.filtered(lambda move, line=line: move.product_id == line.product_id)
            quantity = sum(same.mapped("quantity")) if same else line.product_uom_qty
            if moves and quantity:
                block.add("", f"{line.name.splitlines()[0]} × {quantity:g}")
        return [block]

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_short(self):
        """The goods that are not there; a person names them where the stock does not tell."""
        for entry in self:
            block = Block(self.env._("Goods concerned"))
            for line in entry._goods_lines(entry._told().order_id):
                if lacking := entry._lacking(line):
                    block.add("", lacking)
            if not block.rows and entry.kind_id.event == "manual":
                block.add("", self.env._("(fill in: the goods that are not there)"))
            entry.block_short = entry._show([block]) if block.rows else ""

    @api.model
    def _lacking(self, line):
        """The goods of an order line that are not there: name and, where it is sure, pieces."""
        moves = line.move_ids.filtered(lambda move: move.state in _NOT_RESERVED)
        if not moves:
            return ""
        name = line.name.splitlines()[0]
        if moves.product_id != line.product_id:  # parts of a kit
            return name
        return f"{name} × {sum(m.product_uom_qty - m.quantity for m in moves):g}"

    def _add_cash_on_delivery(self, blocks):
        """What the buyer has to have ready at the door."""
        orders = self._told().order_id.filtered(lambda order: order.ec_payment_role == "cod")
        if orders and not any(orders.mapped("ec_undecided")):
            block = Block(self.env._("Cash on delivery"))
            total = orders._ec_left_to_pay()
            label = self.env._("To pay at the door")
            block.add(label, self._money(total, orders[0]), strong=True)
            blocks.append(block)

    def _parcel_block(self, parcel, number):
        block = Block(self.env._("Parcel %s", number))
        picking = parcel["picking"]
        block.add(self.env._("Shipped on"), self._moment(picking.date_done))
        block.add(self.env._("Carrier"), parcel["carrier"])
        block.add(self.env._("Tracking number"), parcel["number"], link=parcel["url"])
        places = {self._place_key(p.partner_id) for p in self._pickings_of_told()}
        if len(places) > 1:
            block.add(self.env._("To"), f"{picking.partner_id.name or ''} 様")
        order = picking.sale_id
        if order._ec_wishes_differ():
            lines = picking.move_ids.sale_line_id
            block.add(self.env._("Wished delivery"), self._wish_words(*order._ec_wish_of(lines)))
        return block

    def _pickings_of_told(self):
        pickings = self.env["stock.picking"]
        for entry in self._told():
            pickings |= entry._pickings()
        return pickings

    def _place_key(self, place):
        """The same place may be several contacts."""
        return (place.name, self._address(place))

    @api.depends_context(*_CONTEXT)
    @api.depends("order_id")
    def _compute_block_destinations(self):
        for entry in self:
            blocks = []
            for order in entry._told().order_id:
                blocks += [b for b in entry._destination_blocks(order) if b not in blocks]
            entry.block_destinations = entry._show(blocks)

    def _destination_blocks(self, order):
        """One block per address; with several, each lists its goods."""
        goods = self._goods_lines(order)
        places = {}
        for line in goods:
            place = line.ec_destination_id or order.partner_shipping_id
            places[place] = places.get(place, goods.browse()) | line
        several = len(places) > 1
        blocks = []
        for number, (place, lines) in enumerate(places.items(), start=1):
            block = Block(
                self.env._("Delivery address %s", number)
                if several
                else self.env._("Delivery address")
            )
            block.add("", f"{place.name or ''} 様")
            block.add("", self._address(place))
            if order._ec_wishes_differ():
                block.add(
                    self.env._("Wished delivery"), self._wish_words(*order._ec_wish_of(lines))
                )
            if several:
                names = [f"{x.name.splitlines()[0]} × {x.product_uom_qty:g}" for x in lines]
                block.add(self.env._("Goods"), "\n".join(names))
            blocks.append(block)
        return blocks

    def _address(self, place):
        street = "".join(part for part in (place.state_id.name, place.city, place.street) if part)
        parts = (f"〒{place.zip}" if place.zip else "", street, place.street2 or "")
        return "\n".join(part for part in parts if part)
