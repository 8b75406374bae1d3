"""A delivery of which only a part has left: the rest stays behind as a delivery of its own."""

from odoo import models
from odoo.exceptions import UserError, ValidationError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _ec_validate_part(self, shipped):
        """Validate what has left.

        :param dict shipped: {product: quantity in the unit of its lines}
        :return: why it cannot be, else an empty text
        """
        self.ensure_one()
        if self.sale_id.ec_open_check_count:
            return self.env._("The order has an open check.")
        moves = self._ec_label_moves().filtered(lambda move: move.state != "done")
        for product, quantity in shipped.items():
            mine = moves.filtered(lambda move, product=product: move.product_id == product)
            if mine.product_uom[:1].compare(sum(mine.mapped("quantity")), quantity) < 0:
                return self.env._("The goods are not reserved.")
        if not any(shipped.values()):
            return self.env._("Nothing has left.")
        try:
            with self.env.cr.savepoint():
                moves._ec_take(dict(shipped))
                self._action_done()
                return ""
        except (UserError, ValidationError) as error:
            self.env.invalidate_all()
            return str(error)


class StockMove(models.Model):
    _inherit = "stock.move"

    def _ec_take(self, left):
        """Mark what has left of these; Odoo puts the rest into a back-order."""
        for move in self:
            taken = min(left.get(move.product_id, 0), move.quantity)
            left[move.product_id] = left.get(move.product_id, 0) - taken
            if taken and move.product_uom.compare(taken, move.quantity) < 0:
                move.quantity = taken
            move.picked = bool(taken)
