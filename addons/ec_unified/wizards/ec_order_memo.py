"""Leave a word on the order at the mall."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class EcOrderMemo(models.TransientModel):
    _name = "ec.order.memo"
    _description = "Note on orders at the mall"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True, readonly=True)
    text = fields.Char(required=True, string="Note for the mall's screen")
    silent_ids = fields.Many2many(
        "ec.channel", compute="_compute_silent_ids", string="Shops whose mall takes no notes"
    )

    @api.depends("order_ids")
    def _compute_silent_ids(self):
        for wizard in self:
            wizard.silent_ids = wizard.order_ids.ec_channel_id.filtered(
                lambda channel: not channel._supports("memo")
            )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "sale.order":
            ids = self.env.context.get("active_ids", [])
            values.setdefault("order_ids", [fields.Command.set(ids)])
        return values

    def action_apply(self):
        """Owe the note to the malls that take one, and keep it here."""
        self.ensure_one()
        self.order_ids.check_access("write")
        orders = self.order_ids.filtered("ec_order_ref")
        told = orders.filtered(lambda order: order.ec_channel_id not in self.silent_ids)
        if not told:
            raise UserError(self.env._("The malls of these orders take no notes."))
        for channel, group in told.grouped("ec_channel_id").items():
            self.env["ec.exchange"].sudo()._owe_batch(
                channel.sudo(),
                "memo",
                [(order.ec_order_ref, {"text": self.text.strip()}, order) for order in group],
            )
        for order in told:
            order.message_post(body=self.env._("Note for the mall: %s", self.text))
        return {"type": "ir.actions.act_window_close"}
