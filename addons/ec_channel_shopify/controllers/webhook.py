"""Where Shopify's notifications arrive: checked, stored, answered; the work is done later."""

import logging

from odoo import http
from odoo.http import request

from odoo.addons.ec_unified.lib.data import SourceDocument
from odoo.addons.ec_unified.lib.errors import DataError

from ..lib.webhooks import MAX_BODY, read_notice, signed_by

_logger = logging.getLogger(__name__)


class ShopifyWebhook(http.Controller):
    @http.route(
        "/ec_unified/shopify/webhook/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def receive(self, token, **_params):
        """Store a notification and answer at once.

        401: not signed by this shop's app. Anything that keeps it from being stored ends in a 5xx,
        so that Shopify sends it again. Neither content nor headers are logged.
        """
        length = request.httprequest.content_length
        if length is None or length > MAX_BODY:
            return _answer(413)
        channel = (
            request.env["ec.channel"]
            .sudo()
            .search([("shopify_webhook_token", "=", token), ("provider", "=", "shopify")], limit=1)
        )
        if not channel:
            return _answer(404)
        # The raw bytes are signed; kept, because a retried transaction reads them again.
        body = request.httprequest.get_data(cache=True)
        headers = request.httprequest.headers
        signature = headers.get("X-Shopify-Hmac-Sha256")
        if not signed_by(body, signature, channel._shopify_webhook_secrets()):
            _logger.warning("shop %s: a notification with a wrong signature", channel.id)
            return _answer(401)
        try:
            notice = read_notice(headers, body)
        except DataError:
            return _answer(400)
        if notice.shop and channel.shopify_domain and notice.shop != channel.shopify_domain:
            _logger.warning("shop %s: a notification of another shop", channel.id)
            return _answer(401)
        if channel.state in ("test", "active"):
            self._store(channel._working(), notice)
        return _answer(200)

    def _store(self, channel, notice):
        """Keep what changed, nothing else: a notification's data is personal and may be old.

        Orders go before products and quantities. The echo of a number we wrote ourselves, one for
        every SKU of a push, is no news and is not kept.
        """
        payload = notice.payload()
        if notice.item_ref and not channel._shopify_levels_news([payload]):
            return
        document = SourceDocument(ref=notice.delivery_id, payload=payload)
        exchanges = request.env["ec.exchange"].sudo()
        priority = 5 if notice.order_ref else 20
        if exchanges._store_documents(channel, "webhook", [document], priority=priority):
            channel._trigger_op("process_exchanges")


def _answer(status):
    return request.make_response("", status=status)
