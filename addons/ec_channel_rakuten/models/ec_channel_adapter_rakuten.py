"""Contract of the core ⇄ RMS WEB SERVICE. Numbers: ``docs/sources.md``."""

from datetime import UTC, timedelta
from urllib.parse import quote

from odoo import api, fields, models

from odoo.addons.ec_unified.lib.data import (
    ConnectionReport,
    Limits,
    ListingPage,
    Problem,
    Result,
    SkuKey,
)
from odoo.addons.ec_unified.lib.errors import EcError, SetupError

from ..lib import const
from ..lib.checks import ConnectionCheck
from ..lib.client import RmsClient
from ..lib.items import ItemService
from ..lib.order_parse import parse_order
from ..lib.orders import OrderService
from ..lib.pull import OrderPull, document
from ..lib.shipping import ShippingService
from ..lib.stock import StockService

# Not in the reference: the address of an order in RMS, as seen by shops.
_ORDER_URL = (
    "https://order-rp.rms.rakuten.co.jp/order-rb/individual-order-detail-sc/init?orderNumber={}"
)


class EcChannelAdapterRakuten(models.AbstractModel):
    _name = "ec.channel.adapter.rakuten"
    _inherit = "ec.channel.adapter"
    _description = "Rakuten Ichiba adapter"

    # === ABOUT THE MALL === #

    @api.model
    def _default_api_url(self):
        return const.DEFAULT_URL

    @api.model
    def _support(self):
        return {"confirm": True, "cancel": True, "webhook": False, "memo": True, "preorder": True}

    def _limits(self, channel):
        return Limits(
            stock_batch=const.STOCK_WRITE_BATCH,
            stock_read_batch=const.STOCK_READ_BATCH,
            confirm_batch=const.CONFIRM_BATCH,
            shipment_batch=const.SHIPPING_BATCH,
        )

    def _describe_reason(self, channel, reason, params):
        texts = self._reason_texts()
        if params.get("code", "").endswith("CONFIRM_ORDER_ERROR_105"):
            reason = "amount_unset"
        elif reason == "refused" and params.get("says"):
            reason = "refused_because"
        if reason not in texts:
            return None
        known = dict.fromkeys(("function", "expires_at", "code", "says", "limit"), "–")
        known["host"] = channel.api_url or "–"
        return texts[reason] % {**known, **params}

    @api.model
    def _reason_texts(self):
        """Texts that name the screens of RMS."""
        return {**self._connection_texts(), **self._document_texts()}

    @api.model
    def _connection_texts(self):
        return {
            "unauthorised": self.env._(
                "RMS refuses the serviceSecret or the licenseKey, or the key has expired. Open "
                "“WEB API service > App list > Details” in RMS and enter both as shown there."
            ),
            "key_expired": self.env._(
                "The licenseKey expired on %(expires_at)s. Issue a new one under “WEB API service "
                "> App list > Details” in RMS and enter it here; it works after about 30 minutes."
            ),
            "key_expires_soon": self.env._(
                "The licenseKey expires on %(expires_at)s. Issue a new one in RMS and enter it "
                "here before that."
            ),
            "function_missing": self.env._(
                "RMS refuses the function %(function)s. Tick it under “WEB API service > App list "
                "> Details > Edit functions” in RMS. If it is ticked already, the key is not "
                "active yet: try again in 30 minutes."
            ),
            "wrong_host": self.env._(
                "%(host)s is not the address of RMS WEB SERVICE. Enter "
                "https://api.rms.rakuten.co.jp."
            ),
            "read_refused": self.env._(
                "RMS does not answer the function %(function)s (%(code)s). Check the server "
                "address and the version of the order function in the shop's settings."
            ),
            "credentials_missing": self.env._(
                "Enter the serviceSecret and the licenseKey of the shop."
            ),
            "maintenance": self.env._(
                "RMS is under maintenance (usually Sunday 2:00 to 8:00). It goes on by itself."
            ),
        }

    @api.model
    def _document_texts(self):
        """What RMS says against one order."""
        return {
            "amount_unset": self.env._(
                "The order cannot be confirmed: an amount, such as the postage, is not set yet. "
                "Set it in RMS; the confirmation is tried again by itself."
            ),
            "parcel_refused": self.env._(
                "RMS does not take the parcel: %(says)s (%(code)s). Correct the tracking number, "
                "the carrier or the ship date, then try again."
            ),
            "refused_because": self.env._(
                "RMS refuses it: %(says)s (%(code)s). Correct it, or do it in RMS."
            ),
            "too_many_parcels": self.env._(
                "RMS takes no more than %(limit)s parcels per destination. Take the numbers that "
                "are too many off the delivery."
            ),
            "destination_gone": self.env._(
                "RMS no longer has the destination of a parcel: the order was changed there. "
                "Report the parcel in RMS."
            ),
            "memo_full": self.env._(
                "The memo of the order in RMS is full (%(limit)s characters). Shorten it there, "
                "then try again."
            ),
        }

    def _suggest_mapping(self, channel, kind, value, label):
        if kind == "payment" and value.isdigit():
            role = const.SETTLEMENT_ROLES.get(int(value))
            return {"payment_method_role": role} if role else {}
        return {}

    def _order_url(self, channel, order_ref):
        return _ORDER_URL.format(quote(order_ref, safe="-"))

    def _cancel_reasons(self, channel):
        return [(str(code), label) for code, label in const.CANCEL_REASONS.items()]

    # === CLIENT === #

    @api.model
    def _now(self):
        """Aware; the mall's windows and the key's life are judged by it."""
        return fields.Datetime.now().replace(tzinfo=UTC)

    @api.model
    def _rates(self):
        """Calls per second per bucket (1.4)."""
        return const.RATES

    def _client(self, channel):
        """:rtype: RmsClient"""
        channel = channel.sudo()
        return RmsClient(
            channel.rakuten_service_secret,
            channel.rakuten_license_key,
            base_url=channel.api_url,
            version=channel.rakuten_api_version,
            slots=channel._rate_slots(),
            observer=channel._attempt_observer(),
            now=self._now,
            rates=self._rates(),
        )

    def _orders(self, channel):
        return OrderService(self._client(channel))

    # === CONNECTION === #

    def _check_connection(self, channel):
        expires = channel.sudo().credential_expires_at
        try:
            client = self._client(channel)
        except SetupError as error:
            problem = Problem(reason=error.reason, params={"host": channel.api_url or ""})
            return ConnectionReport(problems=(problem,))
        return ConnectionCheck(
            client,
            confirms=channel.auto_confirm,
            expires_at=expires.replace(tzinfo=UTC) if expires else None,
        ).run()

    # === ORDERS === #

    def _pull_orders(self, channel, cursor, known_open_refs):
        start = channel.import_from
        start = start.replace(tzinfo=UTC) if start else self._default_start()

        def known_states(refs):
            exchanges = self.env["ec.exchange"]
            return exchanges._stored_values(channel, "order", refs, "orderProgress")

        orders = self._orders(channel)
        yield from OrderPull(orders, start, cursor, known_open_refs, known_states).pages()

    @api.model
    def _default_start(self):
        return self._now() - timedelta(days=const.SEARCH_MAX_AGE_DAYS)

    def _fetch_orders(self, channel, refs):
        found = self._orders(channel).get(refs)
        return [document(found[ref]) for ref in dict.fromkeys(refs) if ref in found]

    def _list_order_refs(self, channel, start, end):
        found = self._orders(channel).search(start.replace(tzinfo=UTC), end.replace(tzinfo=UTC))
        return [number for window in found for number in window.numbers]

    def _parse_order(self, channel, payload):
        return parse_order(payload)

    def _confirm_orders(self, channel, refs):
        return self._orders(channel).confirm(refs)

    def _cancel_order(self, channel, ref, reason_code, restock, notify=False):
        orders = self._orders(channel)
        shipping = ShippingService(orders.client, orders)
        return orders.cancel(ref, int(reason_code), restock, shipping)

    def _note_order(self, channel, ref, text):
        try:
            self._orders(channel).append_memo(ref, text)
        except EcError as error:
            return Result(ref=ref, ok=False, error=error)
        return Result(ref=ref, ok=True)

    # === STOCK AND LISTINGS === #

    def _push_stock(self, channel, levels, idempotency_key):
        return StockService(self._client(channel), keeps=True).push(levels)

    def _read_stock(self, channel, keys):
        return StockService(self._client(channel)).quantities(keys)

    def _fetch_listings(self, channel, cursor):
        client = self._client(channel)
        stock = StockService(client)
        service = ItemService(client, channel.rakuten_shop_url)
        for listings, following, more in service.pages(cursor):
            keys = [SkuKey(item_ref=row.ref, ref=sku.ref) for row in listings for sku in row.skus]
            shown = stock.quantities(keys) if keys else {}
            yield ListingPage(
                listings=tuple(service.with_stock(listing, shown) for listing in listings),
                cursor=following,
                more=more,
            )

    # === SHIPMENTS === #

    def _push_shipments(self, channel, shipments):
        orders = self._orders(channel)
        service = ShippingService(orders.client, orders)
        return service.push_many(shipments)
