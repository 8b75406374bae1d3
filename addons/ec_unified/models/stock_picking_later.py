"""What is there leaves now, the rest in a delivery of its own; of a kit only whole sets leave."""

from odoo import models
from odoo.exceptions import UserError

_OPEN = ("confirmed", "waiting", "partially_available", "assigned")
# Quantities in a database are floats.
_TOLERANCE = 1e-6


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_leave_later(self, short):
        """Put what is missing of this delivery into a later one.

        :param short: moves of this delivery that wait for goods
        :return: the later delivery
        :raise UserError: nothing of it is there yet
        """
        self.ensure_one()
        self._ec_check_split()
        moves = self.move_ids.filtered(lambda move: move.state in _OPEN)
        later = {}
        for line, group in moves.grouped("sale_line_id").items():
            if group & short:
                later.update(group._ec_later_quantities(line))
        stays = moves.filtered(
            lambda move: move.product_qty - later.get(move, 0.0) > _TOLERANCE and move.move_line_ids
        )
        if not stays:
            raise UserError(self.env._("Nothing of this order is there yet."))
        new = self.copy({"move_ids": [], "move_line_ids": [], "backorder_id": self.id, "name": "/"})
        rest = moves.browse()
        for move, quantity in later.items():
            rest |= move._ec_split_off(quantity)
        rest.write({"picking_id": new.id})
        rest.move_line_ids.write({"picking_id": new.id})
        rest.filtered(lambda move: move.state == "draft")._action_confirm(merge=False)
        new.move_ids._action_assign()
        (self.move_ids | new.move_ids)._recompute_state()
        return new


class StockMove(models.Model):
    _inherit = "stock.move"

    def _ec_later_quantities(self, line):
        """How much of these moves of one order line cannot leave now, in the products' units.

        The parts of a kit wait for each other: what is there of one part and not of the other makes
        no set.

        :rtype: dict
        """
        needed = line.product_id._ec_stock_parts().get(line.product_id.id, {})
        parts = self.filtered(lambda move: move.product_id.id in needed)
        if line.product_id in self.product_id or not parts:
            return {move: move._ec_missing() for move in self if move._ec_missing()}
        sets = min(move.product_qty / needed[move.product_id.id] for move in parts)
        each = {move: move.product_qty / sets for move in self}
        ready = min(move._ec_held() / each[move] for move in parts)
        whole = int(ready + _TOLERANCE)
        return {move: move.product_qty - whole * each[move] for move in self if whole < sets}

    def _ec_split_off(self, quantity):
        """Split ``quantity`` (product's unit) off this move; all of it when nothing is left.

        :return: the move that waits
        """
        self.ensure_one()
        left = self.product_qty - quantity
        if self.product_id.uom_id.compare(left, 0) <= 0:
            return self
        again = self._ec_held() - left > _TOLERANCE
        if again:
            # More is reserved than leaves: what leaves reserves anew, before the rest does.
            self._do_unreserve()
        rest = self.create(self._split(quantity))
        if again:
            self._action_assign()
        return rest
