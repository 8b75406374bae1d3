"""The inbox's way into the order import, and the outbox's way out of it."""

from odoo import models

from ..lib.errors import EcError


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    def _process_batch_order(self):
        """Import these order documents (of one channel). One that cannot be read fails alone.

        :return: {exchange id: exception, or the reason for which it is ignored}
        """
        channel = self.channel_id
        adapter = channel._adapter()
        outcome, parsed = {}, []
        for exchange in self:
            try:
                parsed.append((exchange, adapter._parse_order(channel, exchange.payload)))
            except EcError as error:
                outcome[exchange.id] = error
        results = self.env["ec.order.import"]._import_batch(channel, parsed)
        linked = {}
        for (exchange, _data), result in zip(parsed, results, strict=True):
            if result.ignored:
                outcome[exchange.id] = result.note
            else:
                linked[exchange.id] = result.order.id
        self._link_orders(linked)
        return outcome

    def _link_orders(self, linked):
        """Write down which order each document became, in one statement."""
        if not linked:
            return
        self.flush_recordset(["res_model", "res_id"])
        self.env.cr.execute(
            """
            UPDATE ec_exchange AS exchange
               SET res_model = 'sale.order', res_id = link.order_id
              FROM unnest(%s, %s) AS link (exchange_id, order_id)
             WHERE exchange.id = link.exchange_id
            """,
            (list(linked), list(linked.values())),
        )
        self.invalidate_recordset(["res_model", "res_id"])

    def _settle(self, outcome):
        ignored = self.filtered(lambda exchange: isinstance(outcome.get(exchange.id), str))
        for exchange in ignored:
            exchange._ignore(outcome[exchange.id])
        return super(EcExchange, self - ignored)._settle(outcome)

    def _send_batch_confirm(self):
        """Tell the mall that these orders are accepted.

        :return: {exchange id: exception}
        """
        channel = self.channel_id
        by_ref = {exchange.external_ref: exchange for exchange in self}
        results = channel._adapter()._confirm_orders(channel, list(by_ref))
        outcome = {by_ref[r.ref].id: r.error for r in results if not r.ok and r.ref in by_ref}
        if any(result.ok for result in results):
            channel._trigger_op("pull_orders")
        return outcome
