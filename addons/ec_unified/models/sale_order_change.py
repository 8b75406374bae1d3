"""Changes a clerk makes here and the mall has to hear of."""

from odoo import fields, models
from odoo.exceptions import UserError

WAITING_FOR_MONEY = ("unpaid", "partial", "failed")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_paid_here = fields.Boolean(
        string="Payment noted here",
        copy=False,
        readonly=True,
        help="The mall does not know of the payment; its “unpaid” no longer counts.",
    )

    # === CANCEL === #

    def action_cancel(self):
        """Orders of shops: ask for the reason the mall wants to hear."""
        if self.filtered(lambda order: order.ec_channel_id and order.ec_order_ref):
            return self.action_ec_cancel()
        return super().action_cancel()

    def action_ec_cancel(self):
        """Ask for the reasons, then cancel here and at the malls."""
        self.check_access("write")
        return self.env["ec.order.cancel"]._open_for(
            self.filtered(lambda order: order.state != "cancel")
        )

    def _ec_check_cancel(self):
        """:raise UserError: goods or papers of an order are out already"""
        if not self:
            raise UserError(self.env._("These orders are cancelled already."))
        importer = self.env["ec.order.import"]
        for order in self:
            if importer._has_shipped(order):
                raise UserError(
                    self.env._("%s has been shipped: take the goods back instead.", order.name)
                )
            if importer._has_posted_invoice(order):
                raise UserError(
                    self.env._("%s has been invoiced: credit the invoice first.", order.name)
                )

    # === PAYMENT === #

    def action_ec_mark_paid(self):
        """The money of these orders is there: note it and tell the malls that want to know."""
        self.check_access("write")
        orders = self.filtered(
            lambda order: (
                order.ec_channel_id
                and order.state != "cancel"
                and order.ec_payment_state in WAITING_FOR_MONEY
            )
        )
        if not orders:
            raise UserError(self.env._("None of these orders waits for money."))
        orders.write(
            {
                "ec_payment_state": "paid",
                "ec_paid_at": fields.Datetime.now(),
                "ec_paid_here": True,
                "ec_received": 0.0,
            }
        )
        silent = self.env["ec.channel"]
        for channel, group in orders.grouped("ec_channel_id").items():
            told = group.filtered("ec_order_ref")
            if not told:
                continue
            if not channel._supports("mark_paid"):
                silent |= channel
                continue
            rows = [(order.ec_order_ref, {"ref": order.ec_order_ref}, order) for order in told]
            self.env["ec.exchange"].sudo()._owe_batch(channel.sudo(), "paid", rows)
        message = self.env._("%s orders are paid.", len(orders))
        if silent:
            message += " " + self.env._(
                "Note the payment in the mall's own screen as well: %s",
                ", ".join(silent.mapped("name")),
            )
        kind = "warning" if silent else "success"
        return self.env["ec.exchange"]._notify_client(message, kind=kind)


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    def _prepare_facts(self, item):
        """A payment noted here is not undone by a mall that does not know of it."""
        values = super()._prepare_facts(item)
        if item.order and item.order.ec_paid_here:
            if values["ec_payment_state"] in WAITING_FOR_MONEY:
                for name in ("ec_payment_state", "ec_paid_at", "ec_received"):
                    values.pop(name, None)
        return values
