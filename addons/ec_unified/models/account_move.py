"""Credit notes of shop orders are paid back by the mall."""

from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    ec_refundable = fields.Boolean(compute="_compute_ec_refundable", compute_sudo=True)

    @api.depends("move_type", "line_ids.sale_line_ids")
    def _compute_ec_refundable(self):
        for move in self:
            move.ec_refundable = move.move_type == "out_refund" and bool(move._ec_refund_order())

    def _ec_refund_order(self):
        """Return the one order of a mall this credit note is about, else an empty recordset."""
        orders = self.line_ids.sale_line_ids.order_id.filtered("ec_order_ref")
        return orders if len(orders) == 1 else orders.browse()

    def action_ec_refund(self):
        """Have the mall pay back what this credit note says."""
        self.ensure_one()
        quantities = {}
        for line in self.invoice_line_ids:
            for order_line in line.sale_line_ids[:1]:
                quantities[order_line] = quantities.get(order_line, 0) + line.quantity
        return self.env["ec.order.refund"]._open_for(
            self._ec_refund_order(), quantities, self.amount_total
        )
