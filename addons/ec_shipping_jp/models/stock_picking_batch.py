"""Batches of the shops' deliveries: one walk through the warehouse."""

from collections import defaultdict

from odoo import api, fields, models

from ..const import COOL_SELECTION


class StockPickingBatch(models.Model):
    _inherit = "stock.picking.batch"

    ec_carrier_id = fields.Many2one("delivery.carrier", string="Carrier", copy=False)
    ec_cool = fields.Selection(COOL_SELECTION, string="Temperature", copy=False)
    ec_is_single = fields.Boolean(string="Single items", copy=False)
    ec_order_count = fields.Integer(compute="_compute_ec_progress", string="Deliveries")
    ec_inspected_count = fields.Integer(compute="_compute_ec_progress", string="Inspected")
    ec_labelled_count = fields.Integer(compute="_compute_ec_progress", string="Labelled")

    @api.depends("picking_ids.ec_tick_ids")
    def _compute_ec_progress(self):
        for batch in self:
            ticks = batch.picking_ids.ec_tick_ids
            batch.ec_order_count = len(batch.picking_ids)
            batch.ec_inspected_count = len(ticks.filtered(lambda t: t.step == "inspected"))
            batch.ec_labelled_count = len(ticks.filtered(lambda t: t.step == "labelled"))

    def action_ec_picked(self):
        """The walk is done: all goods of these batches are in the baskets."""
        self.picking_ids._ec_tick("picked")
        return True

    def action_ec_labels(self):
        """Make the label files of these batches."""
        return self.picking_ids.action_ec_labels()

    def _ec_slots(self):
        """[(number of the basket, delivery)]: the order in which goods are sorted (種まき)."""
        self.ensure_one()
        pickings = self.picking_ids.filtered(lambda p: p.state != "cancel")
        return list(enumerate(pickings.sorted(lambda p: (p.ec_shelf or "", p.id)), 1))

    def _ec_total_lines(self):
        """Rows of the total picking list, in the order of the walk.

        :return: list of {shelf, product, lot, quantity, uom, slots: [(basket, quantity)]}
        """
        self.ensure_one()
        totals = {}
        for number, picking in self._ec_slots():
            for line in picking.move_line_ids:
                if not line.quantity:
                    continue
                key = (line.location_id, line.product_id, line.lot_id)
                row = totals.setdefault(
                    key,
                    {
                        "shelf": line.location_id.complete_name or "",
                        "product": line.product_id,
                        "lot": line.lot_id.name or "",
                        "uom": line.product_uom_id.name,
                        "quantity": 0,
                        "slots": defaultdict(float),
                    },
                )
                row["quantity"] += line.quantity
                row["slots"][number] += line.quantity
        rows = sorted(
            totals.values(), key=lambda row: (row["shelf"], row["product"].display_name or "")
        )
        return [{**row, "slots": sorted(row["slots"].items())} for row in rows]
