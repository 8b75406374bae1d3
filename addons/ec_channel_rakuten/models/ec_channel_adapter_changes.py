"""What shops change on orders, told to RMS: address, quantity, the shop's sub-statuses."""

from odoo import models

from odoo.addons.ec_unified.lib.data import Result
from odoo.addons.ec_unified.lib.data_change import MallStatus
from odoo.addons.ec_unified.lib.errors import EcError

from ..lib import const
from ..lib.order_change import ChangeService


class EcChannelAdapterRakuten(models.AbstractModel):
    _inherit = "ec.channel.adapter.rakuten"

    def _support(self):
        return {
            **super()._support(), "change_address": True, "change_quantity": True, "status": True,
        }  # fmt: skip

    def _change_order(self, channel, change):
        orders = self._orders(channel)
        return ChangeService(orders.client, orders).change(change)

    def _manual_steps(self, channel, what):
        if what == "refund":
            return self.env._(
                "Rakuten has no function for refunds. Open the order in RMS, lower the amounts "
                "(or cancel it) and choose the reason; Rakuten pays the difference back to the "
                "buyer the way it was paid. The new amounts arrive here by themselves."
            )
        return super()._manual_steps(channel, what)

    def _list_statuses(self, channel):
        return [
            MallStatus(
                ref=str(ref),
                name=name,
                state=str(progress),
                state_label=const.PROGRESS.get(progress, str(progress)),
            )
            for progress, rows in self._orders(channel).sub_statuses().items()
            for ref, name in rows.items()
        ]

    def _set_status(self, channel, status_ref, refs):
        try:
            return self._orders(channel).set_sub_status(int(status_ref), refs)
        except EcError as error:
            if error.kind in ("transient", "setup"):
                raise
            return [Result(ref=ref, ok=False, error=error) for ref in refs]
