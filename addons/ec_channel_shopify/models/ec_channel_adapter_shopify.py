"""Shopify in the core's words. Everything that talks to the shop is in ``lib``."""

from datetime import UTC

from odoo import api, fields, models

from odoo.addons.ec_unified.lib.data import (
    ConnectionReport,
    Limits,
    Problem,
    Result,
    StockResult,
)
from odoo.addons.ec_unified.lib.errors import ConflictError, DataError, SetupError
from odoo.addons.ec_unified.lib.http import Transport

from ..lib import const, stock
from ..lib.client import ShopifyClient
from ..lib.connection import Expectations, check_connection, read_places
from ..lib.fulfilment import push_shipment
from ..lib.listings import read_listings
from ..lib.order_parse import parse_order
from ..lib.order_payment import looks_like_cod
from ..lib.order_write import add_tag, cancel_order, mark_as_paid
from ..lib.orders import OrderReader
from ..lib.token import ClientCredentials, PermanentToken
from ..lib.wishes import split_words

#: Gateways whose meaning does not depend on the shop; others a person assigns once.
_ROLES = {
    "shopify_payments": "card",
    "gift_card": "points",
    "shopify_store_credit": "points",
    "paypay": "wallet",
    "amazon_payments": "wallet",
    "paypal": "wallet",
    "paidy": "deferred",
}
_ROLE_WORDS = (
    ("銀行振込", "bank"), ("bank deposit", "bank"), ("bank transfer", "bank"),
    ("コンビニ", "konbini"), ("konbini", "konbini"), ("後払い", "deferred"),
)  # fmt: skip


class EcChannelAdapterShopify(models.AbstractModel):
    _name = "ec.channel.adapter.shopify"
    _inherit = "ec.channel.adapter"
    _description = "Shopify adapter"

    # === ABOUT THE MALL === #

    @api.model
    def _support(self):
        return {"webhook": True, "cancel": True, "mark_paid": True, "memo": True}

    def _limits(self, channel):
        places = max(len(channel._shopify_stock_locations()), 1)
        return Limits(
            stock_batch=const.MAX_ARRAY // places,
            stock_read_batch=const.MAX_ARRAY,
            confirm_batch=1000,
            shipment_batch=10,
            orders_lag=const.SEARCH_LAG,
        )

    def _suggest_mapping(self, channel, kind, value, label):
        if kind != "payment":
            return {}
        role = _ROLES.get(value.lower()) or ("cod" if looks_like_cod(value) else None)
        if role is None:
            text = f"{value} {label}".lower()
            role = next((role for word, role in _ROLE_WORDS if word in text), None)
        return {"payment_method_role": role} if role else {}

    def _order_url(self, channel, order_ref):
        number = order_ref.rsplit("/", 1)[-1]
        base = f"https://{channel.shopify_domain}" if channel.shopify_domain else channel.api_url
        return f"{base}/admin/orders/{number}"

    def _cancel_reasons(self, channel):
        labels = {
            "CUSTOMER": self.env._("The customer wants it"),
            "INVENTORY": self.env._("Out of stock"),
            "FRAUD": self.env._("Fraud"),
            "DECLINED": self.env._("Payment declined"),
            "STAFF": self.env._("Our mistake"),
            "OTHER": self.env._("Other"),
        }
        return [(code, labels[code]) for code in const.CANCEL_REASONS]

    def _describe_reason(self, channel, reason, params):
        what = (params or {}).get("what") or "–"
        texts = (self._credential_texts(what), self._shop_texts(what), self._parcel_texts(what))
        return next((found[reason] for found in texts if reason in found), None)

    @api.model
    def _parcel_texts(self, what):
        """Why a parcel is not taken."""
        return {
            "order_cancelled": self.env._(
                "The order is cancelled in Shopify. Stop the parcel if it has not left yet."
            ),
            "on_hold": self.env._(
                "Shopify holds the order back (%s). Release it there; the parcel is then reported "
                "by itself.",
                what,
            ),
            "scheduled": self.env._(
                "Shopify has goods of this parcel planned for later (pre-order or subscription). "
                "Make them ready to fulfil on the order there; the parcel is then reported by "
                "itself."
            ),
            "nothing_to_ship": self.env._(
                "Nothing of this parcel is left to ship in Shopify. Somebody has marked it as "
                "fulfilled or changed the order there."
            ),
            "other_location": self.env._(
                "Goods of this parcel are to be sent by another location in Shopify: %s. Assign a "
                "warehouse to it in the shop's settings, or move the goods to our location there; "
                "then try again. If that location has sent them too, stop one of the parcels.",
                what,
            ),
            "parcel_refused": self.env._(
                "Shopify does not take the parcel: %s. Correct it, then try again.", what
            ),
        }

    @api.model
    def _credential_texts(self, what):
        """What is wrong with the app and its rights."""
        return {
            "unauthorised": self.env._(
                "Shopify refuses the credentials. Compare client ID and client secret with the app "
                "in the Dev Dashboard (Settings) and enter them again."
            ),
            "shop_not_permitted": self.env._(
                "The app and the shop do not belong to the same organisation. Create the app in "
                "the Dev Dashboard of the organisation that owns the shop."
            ),
            "not_installed": self.env._(
                "The app is not installed in the shop. Open the app in the Dev Dashboard, choose "
                "“Install app” and the shop."
            ),
            "scope_missing": self.env._(
                "The app lacks the scope %s. Tick it in a new version of the app, release it, and "
                "approve it in the shop.",
                what,
            ),
            "wrong_host": self.env._(
                "No Shopify shop answers at this address. Check the domain: it ends with "
                "myshopify.com, and it is not the shop's own domain."
            ),
            "protected_data": self.env._(
                "Shopify withholds names and addresses. Ask for access to protected customer data "
                "in the Dev Dashboard (API access); on the Basic plan it may not be granted."
            ),
            "other_shop": self.env._("The credentials belong to another shop: %s.", what),
        }

    @api.model
    def _shop_texts(self, what):
        """What is worth knowing about the shop's settings."""
        return {
            "order_window": self.env._(
                "Only orders of the last 60 days can be read. For older ones the app needs the "
                "scope read_all_orders."
            ),
            "taxes_not_included": self.env._(
                "The shop's prices are without tax. Orders arrive with the tax added to each line."
            ),
            "api_version": self.env._("Shopify answers with API version %s instead of ours.", what),
            "no_location": self.env._("The shop has no active location that holds stock."),
            "location_unknown": self.env._(
                "The location for the stock does not exist any more. Check the connection, then "
                "choose the location again."
            ),
            "location_missing": self.env._(
                "It is not chosen which location of the shop shows the stock. Assign a warehouse "
                "to a location in the shop's settings."
            ),
            "not_tracked": self.env._(
                "Shopify does not count the stock of this item. Switch on “Track quantity” there."
            ),
        }

    # === CLIENT === #

    def _client(self, channel):
        """:raise SetupError: credentials are missing"""
        channel = channel.sudo()
        transport = Transport(secrets=channel._secrets(), observer=channel._attempt_observer())
        return ShopifyClient(
            channel.api_url, self._token_source(channel, transport), transport=transport
        )

    def _token_source(self, channel, transport):
        if channel.shopify_access_token:
            return PermanentToken(channel.shopify_access_token)
        return ClientCredentials(
            channel.api_url,
            channel.shopify_client_id,
            channel.shopify_client_secret,
            transport=transport,
            store=self.env["ec.shopify.token"]._store_of(channel),
        )

    # === CONNECTION === #

    def _check_connection(self, channel):
        start = channel.import_from
        wanted = Expectations(
            import_from=start and start.replace(tzinfo=UTC),
            domain=channel.shopify_domain,
            now=fields.Datetime.now().replace(tzinfo=UTC),
        )
        try:
            return check_connection(self._client(channel), wanted)
        except SetupError as error:
            what = error.params.get("what") or channel.api_url or ""
            return ConnectionReport(problems=(Problem(reason=error.reason, params={"what": what}),))

    # === ORDERS === #

    def _reader(self, channel):
        start = channel.import_from
        return OrderReader(
            self._client(channel),
            created_from=start and start.replace(tzinfo=UTC),
            skip_sources=split_words(channel.shopify_skip_sources),
            now=fields.Datetime.now().replace(tzinfo=UTC),
        )

    def _pull_orders(self, channel, cursor, known_open_refs):
        yield from self._reader(channel).changed(cursor)

    def _fetch_orders(self, channel, refs):
        skipped = split_words(channel.shopify_skip_sources)
        found = self._reader(channel).fetch(list(dict.fromkeys(refs)))
        return [doc for doc in found if doc.payload.get("sourceName") not in skipped]

    def _list_order_refs(self, channel, start, end):
        return self._reader(channel).placed(start.replace(tzinfo=UTC), end.replace(tzinfo=UTC))

    def _parse_order(self, channel, payload):
        return parse_order(payload, channel._shopify_parse_settings())

    def _confirm_orders(self, channel, refs):
        """Shopify knows no confirmation: every order counts as accepted."""
        return [Result(ref=ref, ok=True, already=True) for ref in refs]

    def _cancel_order(self, channel, ref, reason_code, restock, notify=False):
        client = self._client(channel)
        return cancel_order(client, ref, reason_code, restock=restock, notify=notify)

    def _mark_order_paid(self, channel, ref):
        """Book the open amount of an order as received at the shop.

        :rtype: lib.data.Result
        """
        return mark_as_paid(self._client(channel), ref)

    def _note_order(self, channel, ref, text):
        return add_tag(self._client(channel), ref, text)

    # === STOCK AND LISTINGS === #

    def _push_stock(self, channel, levels, idempotency_key):
        places = self._stock_places(channel)
        client = self._client(channel)
        rows = {}
        for level in levels:
            item = level.key.extra.get("inventory_item_id")
            for number, place in enumerate(places if item else ()):
                # One warehouse for all: its number stands at the first place only.
                shares = level.places or {places[0]: level.quantity}
                rows[item, place] = stock.StockRow(
                    item=item,
                    location=place,
                    quantity=shares.get(place, 0),
                    primary=not number,
                )
        found = stock.read_levels(client, [item for item, _place in rows], places)
        plan, errors = stock.plan_rows(list(rows.values()), found)
        errors = {**self._stock_moved(levels, found, places), **errors}
        plan = [row for row in plan if row.item not in errors]
        reference = f"gid://ec-unified/StockPush/{idempotency_key}"
        outcome = stock.set_available(client, plan, idempotency_key, reference)
        errors.update({row.item: err for row, err in zip(plan, outcome, strict=True) if err})
        return [self._stock_result(level, errors, found, places) for level in levels]

    @api.model
    def _stock_moved(self, levels, found, places):
        """Items that show less than they should: a sale the search does not list yet.

        :return: {item: ConflictError}
        """
        moved = {}
        for level in levels:
            item = level.key.extra.get("inventory_item_id")
            had = sum(self._stock_had(item, found, places))
            if level.known is not None and had < level.known and had != level.quantity:
                moved[item] = ConflictError("sold meanwhile", reason="stale")
        return moved

    @api.model
    def _stock_had(self, item, found, places):
        return [found[item, place].available or 0 for place in places if (item, place) in found]

    @api.model
    def _stock_result(self, level, errors, found, places):
        item = level.key.extra.get("inventory_item_id")
        had = [found[item, place].available for place in places if (item, place) in found]
        known = had and had[0] is not None
        error = errors.get(item)
        if not item:
            error = DataError(f"no inventory item for {level.key.ref}", reason="not_found")
        return StockResult(
            key=level.key,
            ok=error is None,
            quantity=None if error else level.quantity,
            before=sum(filter(None, had)) if known else None,
            before_places=dict(zip(places, (n or 0 for n in had), strict=True)) if known else None,
            error=error,
        )

    def _read_stock(self, channel, keys):
        return {
            ref: None if places is None else sum(places.values())
            for ref, places in self._read_stock_places(channel, keys).items()
        }

    def _read_stock_places(self, channel, keys):
        items = {key.ref: key.extra.get("inventory_item_id") for key in keys}
        places = self._stock_places(channel)
        found = stock.read_levels(self._client(channel), filter(None, items.values()), places)
        shown = {}
        for ref, item in items.items():
            levels = {place: found[item, place] for place in places if (item, place) in found}
            if levels:
                tracked = levels[places[0]].tracked
                units = {place: level.available or 0 for place, level in levels.items()}
                shown[ref] = units if tracked else None
        return shown

    def _stock_place_names(self, channel):
        return {row.gid: row.name for row in channel._shopify_stock_locations()}

    def _stock_split(self, channel):
        """Where several warehouses have a location, each is shown at its own, the first of them."""
        locations = channel._shopify_stock_locations()
        if len(locations.warehouse_id) < 2:
            return {}
        return {
            rows[0].gid: warehouse for warehouse, rows in locations.grouped("warehouse_id").items()
        }

    def _stock_places(self, channel):
        """Ids of the locations that show our warehouses; a single number stands at the first.

        :raise SetupError: no location is chosen
        """
        locations = channel._shopify_stock_locations()
        if not locations and not channel.with_context(active_test=False).shopify_location_ids:
            # Never asked yet: a shop set up without the connection check.
            places, _problems = read_places(self._client(channel))
            channel._shopify_sync_locations(places, choose=True)
            locations = channel._shopify_stock_locations()
        if not locations:
            raise SetupError("no location has a warehouse", reason="location_missing")
        return locations.mapped("gid")

    def _fetch_listings(self, channel, cursor):
        yield from read_listings(self._client(channel), cursor)

    # === SHIPMENTS === #

    def _push_shipments(self, channel, shipments):
        client = self._client(channel)
        ours = set(channel.sudo().shopify_location_ids.filtered("warehouse_id").mapped("gid"))
        return [push_shipment(client, shipment, ours) for shipment in shipments]
