"""Goods of an order that come from another warehouse: Odoo's transfers, tied to what waits.

The waiting move takes from its transfer only (Odoo's own chain of moves), so what was brought for
an order is not given to another. When the chain ends, for whatever reason, the move is an ordinary
one again: it takes what is on the shelf, and a person is told what is missing.
"""

from odoo import fields, models
from odoo.fields import Command

_OVER = ("done", "cancel")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_transfer_order_id = fields.Many2one(
        "sale.order",
        string="Brought for",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The order of a shop these goods are brought for from another warehouse.",
    )

    def _create_backorder_picking(self):
        """The rest of the goods is brought for the same order."""
        rest = super()._create_backorder_picking()
        if self.ec_transfer_order_id:
            rest.ec_transfer_order_id = self.ec_transfer_order_id
        return rest


class StockMove(models.Model):
    _inherit = "stock.move"

    def _ec_transfer_moves(self):
        """Those among these that bring goods for an order, with the rights to see to them."""
        return self.sudo().filtered("picking_id.ec_transfer_order_id")

    def _ec_awaits_transfer(self):
        """Those among these whose goods are on their way from another warehouse."""
        return self.filtered(
            lambda m: (
                m.procure_method == "make_to_order"
                and m.state not in _OVER
                and any(o.state not in _OVER for o in m.move_orig_ids._ec_transfer_moves())
            )
        )

    def _ec_transfer_chain(self):
        """These moves and those before them."""
        return self | self.browse(self._rollup_move_origs())

    # === THE CHAIN ENDS === #

    def _action_done(self, cancel_backorder=False):
        """What a transfer did not bring is missing again."""
        fed = self._ec_transfer_moves().move_dest_ids
        result = super()._action_done(cancel_backorder=cancel_backorder)
        if fed:
            fed._ec_end_finished_transfers()
        return result

    def _action_cancel(self):
        """A cancelled transfer leaves its order short; a cancelled delivery needs no transfer."""
        fed = self._ec_transfer_moves().move_dest_ids - self
        feeders = self.move_orig_ids._ec_transfer_moves() - self
        result = super()._action_cancel()
        if feeders:
            feeders._ec_call_off()
        if fed:
            fed = fed.exists()
            left = fed.filtered(lambda m: m.state not in (*_OVER, "assigned"))
            left = left.filtered(lambda m: not m.move_orig_ids)
            left._ec_take_from_shelf()
            fed._ec_end_finished_transfers()
        return result

    def _ec_call_off(self):
        """Cancel these transfers as far as nobody has the goods in hand and nobody else waits."""
        idle = self.filtered(lambda m: all(dest.state in _OVER for dest in m.move_dest_ids))
        chain = idle._ec_transfer_chain().filtered(lambda m: m.state not in _OVER)
        if chain and not any(m.picked or m.picking_id.printed for m in chain):
            begun = idle._ec_transfer_chain() - chain
            if not any(m.state == "done" for m in begun):
                chain._action_cancel()

    def _ec_end_finished_transfers(self):
        """Moves whose transfers are all over are like any others again: what arrived stays theirs,
        the rest they take from the shelf, if there is any."""
        ended = self.filtered(
            lambda m: (
                m.state not in _OVER
                and m.sale_line_id
                and m.move_orig_ids
                and all(origin.state in _OVER for origin in m.move_orig_ids)
            )
        )
        if ended:
            ended.write({"move_orig_ids": [Command.clear()], "procure_method": "make_to_stock"})
            ended.filtered(lambda m: m.state != "assigned")._ec_take_from_shelf()

    def _ec_take_from_shelf(self):
        """No transfer brings anything any more: these are moves like others."""
        sold = self.filtered("sale_line_id")
        sold.write({"procure_method": "make_to_stock"})
        sold._recompute_state()
        sold._action_assign()
        sold.sale_line_id.order_id._ec_check_shortage()
