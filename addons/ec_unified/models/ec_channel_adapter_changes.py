"""The part of the adapter's contract that changes orders at the mall."""

from odoo import models


class EcChannelAdapter(models.AbstractModel):
    """Support keys: ``refund``, ``change_address``, ``change_quantity``, ``status``."""

    _inherit = "ec.channel.adapter"

    def _refund_order(self, channel, refund):
        """Pay money back. The same ``refund.key`` pays back once, however often it is called.

        :param lib.data_change.Refund refund: what and how much
        :rtype: lib.data.Result
        """
        raise self._unsupported("refund")

    def _change_order(self, channel, change):
        """Bring address and quantities of an order to what ``change`` says.

        :param lib.data_change.OrderChange change: only what the mall supports
        :rtype: lib.data.Result
        """
        raise self._unsupported("change")

    def _manual_steps(self, channel, what):
        """How a person does ``what`` (``refund``, ``address``, ``quantity``) in the mall's screens.

        :return: translated text, or None for the core's own
        """
        return None

    def _list_statuses(self, channel):
        """The shop's own statuses at the mall.

        :rtype: list[lib.data_change.MallStatus]
        """
        return []

    def _set_status(self, channel, status_ref, refs):
        """Set one of the shop's own statuses on these orders.

        :rtype: list[lib.data.Result]
        """
        raise self._unsupported("status")
