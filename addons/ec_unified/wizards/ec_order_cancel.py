"""Cancel orders here and tell the malls, with the reason in each mall's own words."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.ec_channel_adapter_manual import MANUAL


class EcOrderCancel(models.TransientModel):
    _name = "ec.order.cancel"
    _description = "Cancel orders"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True, readonly=True)
    line_ids = fields.One2many("ec.order.cancel.line", "wizard_id")
    restock = fields.Boolean(
        string="Goods can be sold again",
        default=True,
        help="The mall is told to count them again; the stock sync shows what is really there.",
    )

    @api.model
    def _open_for(self, orders):
        """Return the action that asks for the reasons."""
        orders._ec_check_cancel()
        lines, none = [], self.env["ec.order.reason"]
        for channel, group in orders.grouped("ec_channel_id").items():
            tell = any(group.mapped("ec_order_ref")) and channel._supports("cancel")
            reasons = none._of_channel(channel) if tell else none
            values = {
                "channel_id": channel.id,
                "order_count": len(group),
                "tell": tell,
                "reason_ids": [fields.Command.set(reasons.ids)],
            }
            lines.append(fields.Command.create(values))
        wizard = self.create({"order_ids": [fields.Command.set(orders.ids)], "line_ids": lines})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel orders"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_apply(self):
        """Cancel here now; the malls are told in the background."""
        self.ensure_one()
        orders = self.order_ids
        orders.check_access("write")
        orders._ec_check_cancel()
        for line in self.line_ids.filtered("tell"):
            if line.reason_ids and not line.reason_id:
                raise UserError(self.env._("Choose a reason for %s.", line.channel_id.name))
            group = orders.filtered(lambda order, line=line: order.ec_channel_id == line.channel_id)
            payload = {"reason": line.reason_id.code or "", "restock": self.restock}
            self.env["ec.exchange"].sudo()._owe_batch(
                line.channel_id.sudo(),
                "cancel",
                [(order.ec_order_ref, payload, order) for order in group if order.ec_order_ref],
            )
        orders.filtered("locked").action_unlock()
        orders._action_cancel()
        # What the mall still does not know stays visible.
        orders.ec_open_check_ids.filtered(lambda check: check.code != "mall_not_told")._clear(
            note=self.env._("Order cancelled here")
        )
        untold = orders.filtered(
            lambda order: (
                order.ec_order_ref
                and order.ec_channel_id in self.line_ids.filtered(lambda x: not x.tell).channel_id
                and order.ec_channel_id.provider != MANUAL
            )
        )
        untold._ec_note_change(self.env._("Cancellation"))
        return {"type": "ir.actions.act_window_close"}


class EcOrderCancelLine(models.TransientModel):
    _name = "ec.order.cancel.line"
    _description = "Cancellation for one shop"

    wizard_id = fields.Many2one("ec.order.cancel", required=True, ondelete="cascade")
    channel_id = fields.Many2one("ec.channel", string="Shop", readonly=True)
    order_count = fields.Integer(string="Number of orders", readonly=True)
    tell = fields.Boolean(readonly=True)
    told = fields.Char(compute="_compute_told", string="The mall")
    reason_ids = fields.Many2many("ec.order.reason")
    reason_id = fields.Many2one(
        "ec.order.reason", string="Reason told to the mall", domain="[('id', 'in', reason_ids)]"
    )

    @api.depends("tell")
    def _compute_told(self):
        for line in self:
            line.told = (
                self.env._("is told in the background")
                if line.tell
                else self.env._("cannot be told: cancel it in the mall's own screen as well")
            )
