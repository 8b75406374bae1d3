"""Which changes of an order may call for a mail, and the mails on the order."""

from odoo import api, fields, models

#: What these fields say may call for a mail.
WATCHED = {
    "state", "ec_payment_state", "ec_payment_role", "ec_stage", "ec_undecided", "ec_buyer_email",
    "commitment_date", "ec_wish_date", "ec_channel_id", "ec_refunded",
    "ec_place_facts",
}  # fmt: skip


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_mail_entry_ids = fields.One2many(
        "ec.mail.entry", "order_id", string="Mails", groups="ec_unified.group_ec_clerk"
    )
    ec_mail_count = fields.Integer(
        string="Mails sent", compute="_compute_ec_mail_count", groups="ec_unified.group_ec_clerk"
    )

    @api.depends("ec_mail_entry_ids.state")
    def _compute_ec_mail_count(self):
        rows = self.env["ec.mail.entry"]._read_group(
            [("order_id", "in", self.ids), ("state", "=", "sent")], ["order_id"], ["__count"]
        )
        counts = {order.id: count for order, count in rows}
        for order in self:
            order.ec_mail_count = counts.get(order.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        self.env["ec.mail.signal"]._note(orders.filtered("ec_channel_id"))
        return orders

    def write(self, vals):
        result = super().write(vals)
        if not WATCHED.isdisjoint(vals):
            self.env["ec.mail.signal"]._note(self.filtered("ec_channel_id"))
        return result

    def _write_multi(self, vals_list):
        """Computed values never pass ``write``: the stage is seen here, if it really changes."""
        computed = {
            order.id: vals["ec_stage"]
            for order, vals in zip(self, vals_list, strict=True)
            if "ec_stage" in vals
        }
        changed = []
        if computed:
            self.env.cr.execute(
                "SELECT id, ec_stage FROM sale_order WHERE id = ANY(%s)", (sorted(computed),)
            )
            changed = [id_ for id_, old in self.env.cr.fetchall() if old != computed[id_]]
        result = super()._write_multi(vals_list)
        self.env["ec.mail.signal"]._note(self.browse(changed))
        return result

    def _ec_mall_tells(self, event):
        """The rules say for each kind of mail whether the mall writes it."""
        self.ensure_one()
        entries = self.env["ec.mail.entry"].sudo()
        if not self.env["ec.mail.rule"]._mall_writes(event):
            return super()._ec_mall_tells(event)
        for kind in self.env["ec.mail.kind"].sudo().search([("event", "=", event)]):
            entry = entries.new(
                {"order_id": self.id, "channel_id": self.ec_channel_id.id, "kind_id": kind.id}
            )
            if entry._find_rule(entry._gather()).action == "mall":
                return True
        return super()._ec_mall_tells(event)

    def message_update(self, msg_dict, update_vals=None):
        """An answer to a mail may take back the consent to more of them."""
        for order in self.filtered("ec_channel_id"):
            self.env["ec.mail.entry"].sudo()._note_unsubscribe(order, msg_dict)
        return super().message_update(msg_dict, update_vals)

    def button_mails(self):
        """All mails of this order, those not sent too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ec_mail_templates.action_ec_mail_entry"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}
