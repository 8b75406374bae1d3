"""Working off notifications: each only says that something changed at the shop."""

from odoo import models


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    def _process_batch_webhook(self):
        """Fetch what these notifications speak of, once each: orders are stored for the import,
        products read anew, quantities looked at again.

        What a notification carries is never trusted: it may be late, come twice or out of order.
        """
        channel = self.channel_id
        if channel.provider != "shopify":
            parent = getattr(super(), "_process_batch_webhook", None)
            return parent() if parent else {}
        payloads = [exchange.payload or {} for exchange in self]
        if any(payload.get("topic") == "app/uninstalled" for payload in payloads):
            channel._trigger_op("check_connection")
        refs = list(dict.fromkeys(p["order_ref"] for p in payloads if p.get("order_ref")))
        if refs:
            documents = channel._adapter()._fetch_orders(channel, refs)
            self._store_documents(channel, "order", documents)
            deleted = {p["order_ref"] for p in payloads if p.get("topic") == "orders/delete"}
            channel._shopify_orders_deleted(deleted - {document.ref for document in documents})
        channel._shopify_products_changed(payloads)
        channel._shopify_levels_changed(payloads)
        return {}
