"""Noshi and message of a delivery: those of its own destination, where the order has several."""

from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # {mall line key: {"noshi", "message"}}; only orders with several destinations have it.
    ec_place_facts = fields.Json(string="Gift wishes per destination", copy=False, readonly=True)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_noshi = fields.Char(string="Noshi", compute="_compute_ec_gift")
    ec_gift_message = fields.Text(string="Gift message", compute="_compute_ec_gift")

    @api.depends(
        "sale_id.ec_noshi",
        "sale_id.ec_gift_message",
        "sale_id.ec_place_facts",
        "move_ids.sale_line_id.ec_line_ref",
    )
    def _compute_ec_gift(self):
        for picking in self:
            order = picking.sale_id
            facts = order.ec_place_facts
            if not facts:
                picking.ec_noshi, picking.ec_gift_message = order.ec_noshi, order.ec_gift_message
                continue
            own = [
                facts.get(ref) or {} for ref in picking.move_ids.sale_line_id.mapped("ec_line_ref")
            ]
            for name, field in (("noshi", "ec_noshi"), ("message", "ec_gift_message")):
                texts = dict.fromkeys(row[name] for row in own if row.get(name))
                picking[field] = "\n".join(texts) or False


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _prepare_wishes(self, item):
        """Of several destinations the order names all gift wishes, each delivery its own."""
        values, places = super()._prepare_wishes(item), item.data.destinations
        facts = False
        if len(places) > 1 and any(place.noshi or place.message for place in places):
            facts = {
                line.ref: {"noshi": place.noshi, "message": place.message}
                for line in item.booking.lines
                if line.source and line.source.destination < len(places)
                for place in (places[line.source.destination],)
            }
            for name, field in (("noshi", "ec_noshi"), ("message", "ec_gift_message")):
                texts = dict.fromkeys(getattr(place, name) for place in places)
                values[field] = "\n".join(filter(None, texts)) or False
        return {**values, "ec_place_facts": facts}
