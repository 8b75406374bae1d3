"""Batches of the shops' deliveries: one walk through the warehouse."""

from collections import defaultdict

from odoo import api, fields, models

from ..const import COOL_SELECTION
from ..lib.paging import BARCODE_ROW, paginate, row_height, text_lines


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

    def _ec_total_pages(self):
        """Rows of the total picking list per printed page."""

        def height(row):
            lines = text_lines(row["product"].display_name, 36)
            slots = -(-len(row["slots"]) // 4)
            return max(row_height(lines, 1), row_height(slots))

        return paginate(self._ec_total_lines(), height, head=160)

    def _ec_slot_pages(self):
        """Baskets per printed page."""
        return paginate(self._ec_slots(), lambda slot: BARCODE_ROW, head=75)

    # === PAPERS OF A BATCH, IN THE ORDER OF THE BASKETS === #

    def _ec_print(self, name):
        pickings = self.env["stock.picking"]
        for batch in self:
            pickings = pickings.union(*(picking for _number, picking in batch._ec_slots()))
        return self.env.ref(f"ec_shipping_jp.action_report_{name}").report_action(pickings.ids)

    def action_ec_print_lists(self):
        """Picking lists per order."""
        return self._ec_print("order_picking")

    def action_ec_print_notes(self):
        """Delivery notes."""
        return self._ec_print("delivery_note")

    def action_ec_print_gifts(self):
        """Noshi and message cards."""
        return self._ec_print("gift")
