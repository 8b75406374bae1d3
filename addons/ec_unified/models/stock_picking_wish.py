"""Day and hours wished for a delivery: those of its own destination, where the order has several.

They lie on the order beside the gift wishes (``ec_place_facts``), by the mall's key of the line, so
that deliveries may be split, merged and made anew without losing them.
"""

from odoo import api, fields, models

_WISH = ("wish_date", "wish_time_from", "wish_time_to")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        """A day agreed on for the whole order holds for each of its destinations."""
        result = super().write(vals)
        if "ec_wish_date" in vals and "ec_place_facts" not in vals:
            for order in self.filtered("ec_place_facts"):
                day = fields.Date.to_string(order.ec_wish_date) or None
                facts = {
                    ref: {**row, "wish_date": day} if "wish_date" in row else row
                    for ref, row in order.ec_place_facts.items()
                }
                if facts != order.ec_place_facts:
                    order.ec_place_facts = facts
        return result

    def _ec_wish_of(self, lines):
        """What is wished for these lines of the order: (day, from hour, until hour).

        Lines that leave together for one destination say the same; else the first day counts.
        """
        self.ensure_one()
        facts = self.ec_place_facts
        if facts:
            own = [facts.get(ref) or {} for ref in lines.mapped("ec_line_ref")]
            own = [row for row in own if "wish_date" in row]
            if own:
                row = min(own, key=lambda row: row["wish_date"] or "9")
                day = fields.Date.to_date(row["wish_date"]) or False
                return day, row.get("wish_time_from") or 0, row.get("wish_time_to") or 0
        return self.ec_wish_date, self.ec_wish_time_from, self.ec_wish_time_to

    def _ec_wishes_differ(self):
        """Whether destinations of this order have wishes of their own."""
        return any("wish_date" in row for row in (self.ec_place_facts or {}).values())

    @api.depends("ec_place_facts")
    def _compute_ec_wish(self):
        """An order with wishes per destination shows them all."""
        result = super()._compute_ec_wish()
        for order in self.filtered(lambda order: order._ec_wishes_differ()):
            wishes = dict.fromkeys(order._ec_wish_of(line) for line in order.order_line
                                   if line.ec_line_ref in order.ec_place_facts)  # fmt: skip
            words = [order._ec_wish_words(*wish) for wish in wishes]
            order.ec_wish = " / ".join(filter(None, words))
        return result


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_wish = fields.Char(compute="_compute_ec_wishes", compute_sudo=True, string="Delivery wish")
    ec_wish_date = fields.Date(
        compute="_compute_ec_wishes",
        compute_sudo=True,
        inverse="_inverse_ec_wish_date",
        search="_search_ec_wish_date",
        string="Wished delivery date",
    )
    ec_wish_time_from = fields.Integer(
        compute="_compute_ec_wishes", compute_sudo=True, string="Wished from (hour)"
    )
    ec_wish_time_to = fields.Integer(
        compute="_compute_ec_wishes", compute_sudo=True, string="Wished until (hour)"
    )

    @api.depends(
        "sale_id.ec_wish", "sale_id.ec_place_facts", "move_ids.sale_line_id.ec_line_ref",
        "sale_id.ec_wish_date", "sale_id.ec_wish_time_from", "sale_id.ec_wish_time_to",
    )  # fmt: skip
    def _compute_ec_wishes(self):
        for picking in self:
            order, words = picking.sale_id, picking.sale_id.ec_wish
            day, start, end = False, 0, 0
            if order:
                lines = order.order_line
                if order.ec_place_facts:
                    lines = picking.move_ids.sale_line_id
                day, start, end = order._ec_wish_of(lines)
                if order._ec_wishes_differ():
                    words = order._ec_wish_words(day, start, end)
            picking.ec_wish, picking.ec_wish_date = words, day
            picking.ec_wish_time_from, picking.ec_wish_time_to = start, end

    def _inverse_ec_wish_date(self):
        """Agreed anew with the buyer: for this destination, where the order has several."""
        for picking in self:
            order, day = picking.sale_id, picking.ec_wish_date
            refs = picking.move_ids.sale_line_id.filtered("ec_line_ref").mapped("ec_line_ref")
            if not refs or not order.order_line.ec_destination_id:
                order.ec_wish_date = day
                continue
            facts = dict(order.ec_place_facts or {})
            for line in order.order_line.filtered("ec_line_ref"):
                row = facts.get(line.ec_line_ref) or {}
                if line.ec_line_ref in refs:
                    row = {**row, **self._ec_wish_row(day, *order._ec_wish_of(line)[1:])}
                elif "wish_date" not in row:
                    row = {**row, **self._ec_wish_row(*order._ec_wish_of(line))}
                facts[line.ec_line_ref] = row
            order.ec_place_facts = facts

    @api.model
    def _ec_wish_row(self, *wish):
        """A wish as it is kept."""
        day, start, end = wish
        values = (fields.Date.to_string(day) or None, start or 0, end or 0)
        return dict(zip(_WISH, values, strict=True))

    @api.model
    def _search_ec_wish_date(self, operator, value):
        return [("sale_id.ec_wish_date", operator, value)]


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _prepare_wishes(self, item):
        """Wishes per destination are kept where they differ; the order shows the first day."""
        values, data = super()._prepare_wishes(item), item.data
        wishes = {
            number: self.env["stock.picking"]._ec_wish_row(
                place.wish_date, place.wish_time_from, place.wish_time_to
            )
            for number, place in enumerate(data.destinations)
        }
        if len({tuple(wish.values()) for wish in wishes.values()}) < 2:
            return values
        facts = dict(values.get("ec_place_facts") or {})
        for line in item.booking.lines:
            if line.source and line.source.destination in wishes:
                own = wishes[line.source.destination]
                facts[line.ref] = {**(facts.get(line.ref) or {}), **own}
        if not data.wish_date:
            days = [place for place in data.destinations if place.wish_date]
            first = min(days, key=lambda place: place.wish_date, default=None)
            if first:
                values |= {
                    "ec_wish_date": first.wish_date,
                    "ec_wish_time_from": first.wish_time_from or 0,
                    "ec_wish_time_to": first.wish_time_to or 0,
                }
        return {**values, "ec_place_facts": facts}
