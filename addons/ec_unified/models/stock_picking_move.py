"""Deliveries of a batch of fresh orders, made all at once; destinations kept apart."""

from collections import defaultdict

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    # === SEVERAL DESTINATIONS === #

    def _key_assign_picking(self):
        """One delivery per destination, where an order of a shop has several."""
        keys = super()._key_assign_picking()
        destination = self.sale_line_id.ec_destination_id
        return (*keys, destination) if destination else keys

    def _search_picking_for_assignation_domain(self):
        domain = super()._search_picking_for_assignation_domain()
        if self.sale_line_id.ec_destination_id:
            domain = [*domain, ("partner_id", "=", self.partner_id.id)]
        return domain

    # === BATCH === #

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        if self.env.context.get("ec_fresh_batch"):
            self._ec_create_pickings()
        return super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)

    def _ec_create_pickings(self):
        """Do ``_assign_picking`` for all fresh moves at once: no delivery to join can exist yet."""
        groups = defaultdict(list)
        for move in self:
            if move.state == "draft" and move._should_be_assigned() and move.product_uom_qty >= 0:
                groups[move._key_assign_picking()].append(move.id)
        if not groups:
            return
        groups = [self.browse(ids) for ids in groups.values()]
        values = [moves._get_new_picking_values() for moves in groups]
        self._ec_number_pickings(values)
        pickings = self.env["stock.picking"].create(values)
        for moves, picking in zip(groups, pickings, strict=True):
            moves.write({"picking_id": picking.id})
        for moves in groups:
            moves.with_context(ec_note_later=True)._assign_picking_post_process(new=True)
        pickings._ec_note_origins()

    def _ec_number_pickings(self, values):
        """Take the numbers of all deliveries from their sequence in one go."""
        by_type = defaultdict(list)
        for vals in values:
            by_type[vals["picking_type_id"]].append(vals)
        for picking_type in self.env["stock.picking.type"].browse(by_type):
            rows = by_type[picking_type.id]
            names = picking_type.sequence_id.sudo()._ec_next_many(len(rows))
            for vals, name in zip(rows, names, strict=True):
                vals["name"] = name

    def _trigger_scheduler(self):
        """Leave out what no reordering rule watches, found by one search instead of one each."""
        if len(self) < 2:
            return super()._trigger_scheduler()
        watched = self.env["stock.warehouse.orderpoint"].search_fetch(
            [("product_id", "in", self.product_id.ids), ("trigger", "=", "auto")], ["product_id"]
        )
        moves = self.filtered(lambda move: move.product_id in watched.product_id)
        return super(StockMove, moves)._trigger_scheduler()
