"""Pay money back: told to malls that can, the steps shown where they cannot."""

import uuid
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.data_change import Refund, RefundLine


class EcOrderRefund(models.TransientModel):
    _name = "ec.order.refund"
    _description = "Refund of an order"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    channel_id = fields.Many2one(related="order_id.ec_channel_id")
    mall_url = fields.Char(related="order_id.ec_mall_url")
    tell = fields.Boolean(compute="_compute_tell")
    steps = fields.Text(compute="_compute_tell", string="At the mall")
    line_ids = fields.One2many("ec.order.refund.line", "wizard_id", string="Goods")
    shipping = fields.Monetary(string="Postage")
    amount = fields.Monetary(
        string="Pay back", compute="_compute_amount", store=True, readonly=False
    )
    paid = fields.Monetary(compute="_compute_paid", string="Paid by the buyer")
    refunded = fields.Monetary(related="order_id.ec_refunded")
    note = fields.Char(string="Reason")
    notify = fields.Boolean(string="The mall tells the buyer")
    # Made with the wizard: a double click or a second try is the same refund.
    key = fields.Char(default=lambda self: str(uuid.uuid4()), readonly=True)

    @api.depends("order_id")
    def _compute_tell(self):
        for wizard in self:
            channel = wizard.order_id.ec_channel_id
            wizard.tell = channel._supports("refund") and bool(wizard.order_id.ec_order_ref)
            wizard.steps = not wizard.tell and (
                wizard.order_id._ec_manual_steps("refund")
                or self.env._("Make the refund in the mall's own screen.")
            )

    @api.depends("line_ids.quantity", "line_ids.order_line_id", "shipping")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.shipping + sum(wizard.line_ids.mapped("amount"))

    @api.depends("order_id")
    def _compute_paid(self):
        for wizard in self:
            wizard.paid = wizard.order_id.ec_buyer_total

    @api.model
    def _open_for(self, order, quantities=None, amount=None):
        """Return the action that asks what is paid back.

        :param dict quantities: {order line: pieces} to begin with
        """
        order.check_access("write")
        order._ec_check_of_mall()
        goods = order.order_line.filtered(lambda line: line.ec_line_kind in ("product", "unknown"))
        wizard = self.create(
            {
                "order_id": order.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "order_line_id": line.id,
                            "quantity": (quantities or {}).get(line, 0),
                            "restock": not line.qty_delivered,
                        }
                    )
                    for line in goods
                ],
            }
        )
        if amount is not None:
            wizard.amount = amount
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_apply(self):
        """Owe the refund to the mall; where it cannot be told, leave it as a task on the order."""
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        self._check_amount()
        if not self.tell:
            text = self.env._("Refund of %s", self.currency_id.format(self.amount))
            order._ec_note_change(text)
            return {"type": "ir.actions.act_window_close"}
        self.env["ec.exchange"].sudo()._owe(
            order.ec_channel_id.sudo(), "refund", f"{order.ec_order_ref}#{self.key[:8]}",
            self._to_payload(), order,
        )  # fmt: skip
        order.message_post(
            body=self.env._(
                "Refund of %(amount)s to be paid back at the mall: %(reason)s",
                amount=self.currency_id.format(self.amount),
                reason=self.note,
            )
        )  # fmt: skip
        return {"type": "ir.actions.act_window_close"}

    def _check_amount(self):
        """:raise UserError: the amount cannot be paid back"""
        if not (self.note or "").strip():
            raise UserError(self.env._("Say why the money goes back."))
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount to pay back."))
        left = self.order_id.ec_buyer_total - self.order_id.ec_refunded
        owed = self.order_id._ec_owed("refund").filtered(lambda row: row.state == "pending")
        left -= sum(float(row.payload["amount"]) for row in owed if row.payload["key"] != self.key)
        if self.currency_id.compare_amounts(self.amount, left) > 0:
            raise UserError(
                self.env._("The buyer paid %s that was not paid back yet.",
                           self.currency_id.format(left))
            )  # fmt: skip
        for line in self.line_ids:
            if not 0 <= line.quantity <= line.ordered or line.quantity % 1:
                raise UserError(
                    self.env._(
                        "%(item)s: between 0 and %(most)s pieces.",
                        item=line.name,
                        most=f"{line.ordered:g}",
                    )
                )

    def _to_payload(self):
        return {
            "order": self.order_id.ec_order_ref,
            "key": self.key,
            "amount": self._figure(self.amount),
            "shipping": self._figure(self.shipping),
            "note": self.note,
            "notify": self.notify,
            "lines": [
                {
                    "ref": line.order_line_id.ec_line_ref,
                    "quantity": int(line.quantity),
                    "restock": line.restock,
                }
                for line in self.line_ids
                if line.quantity and line.order_line_id.ec_line_ref
            ],
        }

    def _figure(self, amount):
        """Return an amount to the last cent of a currency that has some."""
        return f"{amount:.{self.currency_id.decimal_places}f}"

    @api.model
    def _from_payload(self, payload):
        """:rtype: lib.data_change.Refund"""
        return Refund(
            order_ref=payload["order"],
            key=payload["key"],
            amount=Decimal(payload["amount"]),
            shipping=Decimal(payload["shipping"]),
            lines=tuple(RefundLine(**row) for row in payload["lines"]),
            note=payload["note"],
            notify_buyer=payload["notify"],
        )


class EcOrderRefundLine(models.TransientModel):
    _name = "ec.order.refund.line"
    _description = "Goods of a refund"

    wizard_id = fields.Many2one("ec.order.refund", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True)
    name = fields.Text(related="order_line_id.name", string="Item")
    ordered = fields.Float(related="order_line_id.product_uom_qty", string="Ordered")
    delivered = fields.Float(related="order_line_id.qty_delivered", string="Shipped")
    quantity = fields.Float(string="Paid back", digits="Product Unit")
    restock = fields.Boolean(string="Can be sold again", help="The mall counts these pieces again.")
    amount = fields.Monetary(compute="_compute_amount")

    @api.depends("quantity", "order_line_id")
    def _compute_amount(self):
        for row in self:
            line = row.order_line_id
            # A discount that does not divide by the pieces stands on a line beside.
            beside = line.order_id.order_line.filtered(
                lambda other, line=line: (
                    line.ec_line_ref and other.ec_line_ref == f"{line.ec_line_ref}#discount"
                )
            )
            total = sum((line + beside).mapped("price_total"))
            share = row.quantity / line.product_uom_qty if line.product_uom_qty else 0
            row.amount = row.currency_id.round(total * share) if row.currency_id else total * share
