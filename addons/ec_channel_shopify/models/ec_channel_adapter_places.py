"""Orders that Shopify has another place send: a third party, or a location not managed here."""

from odoo import models

from ..lib.order_places import add_places, flag_elsewhere


class EcChannelAdapterShopify(models.AbstractModel):
    _inherit = "ec.channel.adapter.shopify"

    def _pull_orders(self, channel, cursor, known_open_refs):
        for page in super()._pull_orders(channel, cursor, known_open_refs):
            self._read_places(channel, page.documents)
            yield page

    def _fetch_orders(self, channel, refs):
        documents = super()._fetch_orders(channel, refs)
        self._read_places(channel, documents)
        return documents

    def _read_places(self, channel, documents):
        """Ask which place sends the goods; not where all places are ours."""
        if documents and channel._shopify_has_other_places():
            add_places(self._client(channel), documents)

    def _parse_order(self, channel, payload):
        order = super()._parse_order(channel, payload)
        return flag_elsewhere(order, payload, channel._shopify_own_places())
