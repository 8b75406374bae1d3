"""The work list an order is in. Computed from facts only, so that it cannot lie."""

from odoo import api, fields, models

from ..const import SHIPPABLE_PAYMENT_STATES, STAGES

_OPEN = ("draft", "waiting", "confirmed", "partially_available", "assigned")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_check_ids = fields.One2many("ec.order.check", "order_id", string="Checks")
    ec_open_check_ids = fields.One2many(
        "ec.order.check", "order_id", domain=[("state", "=", "open")], string="Open checks"
    )
    ec_open_check_count = fields.Integer(
        compute="_compute_ec_open_check_count", store=True, string="Open checks (number)"
    )
    ec_stage = fields.Selection(
        STAGES,
        string="Stage",
        compute="_compute_ec_stage",
        store=True,
        index="btree_not_null",
        group_expand=True,  # columns in the order of work, empty ones too
    )

    _ec_stage_idx = models.Index("(ec_channel_id, ec_stage) WHERE ec_stage IS NOT NULL")

    @api.depends("ec_check_ids.state")
    def _compute_ec_open_check_count(self):
        for order in self:
            states = order.ec_check_ids.mapped("state")
            order.ec_open_check_count = states.count("open")

    @api.depends(
        "state",
        "ec_channel_id",
        "ec_open_check_count",
        "ec_payment_state",
        "ec_may_ship",
        "ec_mall_told",
        "ec_shipped_before",
        "order_line.move_ids.state",
        "order_line.move_ids.picked",
        "picking_ids.printed",
        "picking_ids.batch_id",
    )
    def _compute_ec_stage(self):
        for order in self:
            order.ec_stage = order._ec_get_stage() if order.ec_channel_id else False

    def _ec_get_stage(self):
        """Return the stage the facts put this order in."""
        self.ensure_one()
        if self.state == "cancel":
            return "cancel"
        if self.ec_open_check_count:
            return "check"
        if self.state != "sale":
            return "new"
        if self.ec_shipped_before:
            return "done"
        moves = self.order_line.move_ids.filtered(
            lambda move: move.state != "cancel" and not move.origin_returned_move_id
        )
        waiting = moves.filtered(lambda move: move.state in _OPEN)
        if moves and not waiting:
            return "done" if self.ec_mall_told else "shipped"
        if not self._ec_is_payment_secured():
            return "payment"
        if self.ec_mall_told and not moves:
            return "done"
        return self._ec_get_delivery_stage(waiting)

    def _ec_is_payment_secured(self):
        return self.ec_may_ship and self.ec_payment_state in SHIPPABLE_PAYMENT_STATES

    def _ec_get_delivery_stage(self, moves):
        """Return the stage of an order that may ship, by its open ``moves``."""
        pickings = moves.picking_id
        if any(picking.printed or picking.batch_id for picking in pickings):
            return "picking"
        if any(move.picked for move in moves):
            return "picking"
        if moves._ec_awaits_transfer():
            return "stock"
        # A later step of the same warehouse waits for an earlier one, not for stock.
        first = moves.filtered(lambda move: move.state != "waiting" or not move.move_orig_ids)
        if all(move.state == "assigned" for move in first):
            return "ready"
        return "stock"
