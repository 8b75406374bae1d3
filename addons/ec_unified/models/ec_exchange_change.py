"""The outbox of what clerks change: payments noted, words left on orders."""

from odoo import models


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    def _send_batch_paid(self):
        """Tell the mall that these orders are paid.

        :return: {exchange id: exception}
        """
        channel, outcome = self.channel_id, {}
        adapter = channel._adapter()
        for exchange in self:
            result = adapter._mark_order_paid(channel, exchange.external_ref)
            if not result.ok:
                outcome[exchange.id] = result.error
        channel._trigger_op("pull_orders")
        return outcome

    def _send_batch_memo(self):
        """Leave a word on these orders at the mall.

        :return: {exchange id: exception}
        """
        channel, outcome = self.channel_id, {}
        adapter = channel._adapter()
        for exchange in self:
            result = adapter._note_order(channel, exchange.external_ref, exchange.payload["text"])
            if not result.ok:
                outcome[exchange.id] = result.error
        return outcome


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _supports(self, what):
        """Say whether the mall can do ``what`` (see the adapter's ``_support``)."""
        adapter = self._adapter_or_none()
        return adapter is not None and bool(adapter._support().get(what))
