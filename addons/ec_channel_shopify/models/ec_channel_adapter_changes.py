"""What shops change on orders, told to Shopify: refunds and addresses."""

from odoo import models

from ..lib.order_change import change_address, pay_back


class EcChannelAdapterShopify(models.AbstractModel):
    _inherit = "ec.channel.adapter.shopify"

    def _support(self):
        return {**super()._support(), "refund": True, "change_address": True}

    def _describe_reason(self, channel, reason, params):
        if reason == "refund_unpaid":
            return self.env._(
                "Shopify has recorded the refund, but %s of it did not go back to the buyer: the "
                "payment provider refused. Pay it back in another way, then ignore this entry.",
                (params or {}).get("what") or "–",
            )
        return super()._describe_reason(channel, reason, params)

    def _refund_order(self, channel, refund):
        place = channel._shopify_stock_locations()[:1]
        return pay_back(self._client(channel), refund, place.gid or None)

    def _change_order(self, channel, change):
        return change_address(self._client(channel), change)

    def _manual_steps(self, channel, what):
        if what == "quantity":
            return self.env._(
                "in the Shopify admin choose “Edit” on the order, set the quantity and save; it "
                "arrives here by itself."
            )
        return super()._manual_steps(channel, what)
