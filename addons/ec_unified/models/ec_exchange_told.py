"""What an order owes its mall and the mall does not know yet: never silent, always to be retried.

Changes are made here first and told in the background. Until the mall has taken them the two sides
differ; an order of which that is true says so, and one the mall refuses comes back to the clerks.
"""

from odoo import fields, models

CODE = "mall_not_told"
#: What is told of an order. Others (parcels, stock) have screens of their own.
TOLD_KINDS = ("confirm", "cancel", "paid", "memo", "refund", "change")
#: Shown from the first failure on: the mall would go on with something that is not so any more.
URGENT_KINDS = ("cancel", "refund", "change")


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    kind = fields.Selection(
        selection_add=[("refund", "Refund"), ("change", "Change of an order")],
        ondelete={"refund": "cascade", "change": "cascade"},
    )

    def _told_order(self):
        """Return the order this document tells the mall about, else an empty recordset."""
        orders = self.env["sale.order"]
        if len(self) != 1 or self.direction != "out" or self.kind not in TOLD_KINDS:
            return orders
        known = self.res_model == "sale.order" and self.res_id
        return orders.browse(self.res_id).exists() if known else orders

    def _fail(self, error):
        result = super()._fail(error)
        if self.state == "failed" or self.kind in URGENT_KINDS:
            self._open_not_told()
        return result

    def _postpone(self, error):
        result = super()._postpone(error)
        for exchange in self.filtered(lambda e: e.kind in URGENT_KINDS):
            exchange._open_not_told()
        return result

    def _open_not_told(self):
        order = self._told_order()
        if order:
            kinds = dict(self._fields["kind"]._description_selection(self.env))
            detail = f"{kinds[self.kind]}: {self.error_message or ''}"[:200]
            self.env["ec.order.check"]._open(order, CODE, detail)

    def _done(self):
        told = self.filtered(lambda e: e.direction == "out" and e.kind in TOLD_KINDS)
        result = super()._done()
        if told:
            told._clear_not_told()
        return result

    def _ignore(self, reason):
        result = super()._ignore(reason)
        self.sudo().filtered(
            lambda e: e.direction == "out" and e.kind in TOLD_KINDS
        )._clear_not_told()
        return result

    def _clear_not_told(self):
        """The mall knows now: clear the checks of orders that owe nothing else."""
        ids = [row.res_id for row in self if row.res_model == "sale.order"]
        checks = (
            self.env["ec.order.check"]
            .sudo()
            .search([("order_id", "in", ids), ("code", "=", CODE), ("state", "=", "open")])
        )
        for check in checks:
            if not check.order_id._ec_owed().filtered("error_kind"):
                check._clear(auto=True)

    def _send_batch_refund(self):
        """Have the mall pay money back.

        :return: {exchange id: exception}
        """
        channel, outcome = self.channel_id, {}
        adapter = channel._adapter()
        for exchange in self:
            order = exchange._told_order()
            refund = self.env["ec.order.refund"]._from_payload(exchange.payload)
            result = adapter._refund_order(channel, refund)
            if not result.ok:
                outcome[exchange.id] = result.error
                continue
            order.ec_refunded += float(refund.amount)
        channel._trigger_op("pull_orders")
        return outcome

    def _send_batch_change(self):
        """Tell the mall of a new address or new quantities.

        :return: {exchange id: exception}
        """
        channel, outcome = self.channel_id, {}
        adapter = channel._adapter()
        for exchange in self:
            change = self.env["ec.order.edit"]._from_payload(exchange.payload)
            result = adapter._change_order(channel, change)
            if not result.ok:
                outcome[exchange.id] = result.error
        channel._trigger_op("pull_orders")
        return outcome


class EcOrderCheck(models.Model):
    _inherit = "ec.order.check"

    def _clear(self, note=None, auto=False):
        """A person who clears this has done it in the mall's own screen."""
        own = self.filtered(lambda check: check.code == CODE and check.state == "open")
        result = super()._clear(note=note, auto=auto)
        if own and not auto:
            failed = own.order_id._ec_owed().filtered("error_kind")
            failed._ignore(note or self.env._("Done in the mall's own screen."))
        return result

    def _get_fix_action(self):
        if self.code == CODE:
            return self.order_id.action_ec_open_owed()
        return super()._get_fix_action()
