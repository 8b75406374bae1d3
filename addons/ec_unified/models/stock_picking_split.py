"""One order in several parcels: by temperature, by what is there, by destination. Undone again."""

from odoo import models
from odoo.exceptions import UserError

_OPEN = ("confirmed", "waiting", "partially_available", "assigned")


class StockMove(models.Model):
    _inherit = "stock.move"

    def _ec_get_temperature(self):
        """Return the temperature class of the goods; modules of carriers know it."""
        return ""


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_check_split(self):
        for picking in self:
            if picking.state in ("done", "cancel"):
                raise UserError(self.env._("%s has left already.", picking.name))
            if picking.ec_merge_id.state == "merged":
                raise UserError(
                    self.env._("%s shares a parcel: take it apart first.", picking.name)
                )

    def _ec_split_moves(self, moves):
        """Move these goods into a delivery of their own.

        :return: the new delivery
        """
        self.ensure_one()
        self._ec_check_split()
        rest = self.move_ids.filtered(lambda m: m.state in _OPEN) - moves
        if not moves or not rest:
            raise UserError(self.env._("There is nothing to split in %s.", self.name))
        new = self.copy(
            {"name": "/", "move_ids": [], "move_line_ids": [], "ec_split_from_id": self.id}
        )
        moves.write({"picking_id": new.id})
        moves.move_line_ids.write({"picking_id": new.id})
        new.move_ids._recompute_state()
        self.move_ids._recompute_state()
        return new

    def action_ec_split_temperature(self):
        """One delivery per temperature."""
        made = self.browse()
        for picking in self:
            moves = picking.move_ids.filtered(lambda m: m.state in _OPEN)
            groups = list(moves.grouped(lambda m: m._ec_get_temperature()).values())
            for group in groups[1:]:
                made |= picking._ec_split_moves(group)
        if not made:
            raise UserError(self.env._("All goods have the same temperature."))
        return True

    def action_ec_split_destination(self):
        """One delivery per destination of the order's lines."""
        made = self.browse()
        for picking in self:
            moves = picking.move_ids.filtered(lambda m: m.state in _OPEN)
            groups = moves.grouped(lambda m: m.sale_line_id.ec_destination_id)
            stays = picking.partner_id if picking.partner_id in groups else next(iter(groups), None)
            for place, group in groups.items():
                if place == stays:
                    picking.partner_id = place or picking.partner_id
                    continue
                new = picking._ec_split_moves(group)
                new.partner_id = place or picking.sale_id.partner_shipping_id
                made |= new
        if not made:
            raise UserError(self.env._("All goods go to the same destination."))
        return True

    def action_ec_split_stock(self):
        """What is there leaves now, the rest later."""
        for picking in self:
            picking._ec_check_split()
            waiting = self.env["stock.move"]
            for move in picking.move_ids.filtered(lambda m: m.state in _OPEN):
                missing = move.product_uom_qty - move.quantity
                if move.product_uom.compare(missing, 0) <= 0:
                    continue
                if move.product_uom.is_zero(move.quantity):
                    waiting |= move
                    continue
                uom = move.product_id.uom_id
                vals = move._split(move.product_uom._compute_quantity(missing, uom))
                rest = self.env["stock.move"].create(vals)
                rest._action_confirm(merge=False)
                waiting |= rest
            picking._ec_split_moves(waiting)
        return True

    def action_ec_unsplit(self):
        """Put the goods back into the delivery they came from."""
        for picking in self:
            origin = picking.ec_split_from_id
            if not origin or origin.state in ("done", "cancel"):
                raise UserError(self.env._("The first delivery of %s has left.", picking.name))
            picking._ec_check_split()
            if picking.partner_id != origin.partner_id:
                raise UserError(self.env._("%s goes to another destination.", picking.name))
            moves = picking.move_ids
            moves.write({"picking_id": origin.id})
            moves.move_line_ids.write({"picking_id": origin.id})
            origin.move_ids.filtered(lambda m: m.state in _OPEN)._merge_moves()
            origin.move_ids._recompute_state()
            picking.sudo().unlink()
        return True
