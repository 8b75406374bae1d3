"""What the core asks of a mall. One AbstractModel per mall inherits this one."""

from odoo import api, models

from ..lib.data import Limits
from ..lib.errors import DataError


class EcChannelAdapter(models.AbstractModel):
    """Contract between the core and a mall.

    A mall's module defines ``ec.channel.adapter.<provider>`` with
    ``_inherit = "ec.channel.adapter"`` and its own ``_name``. Every method takes the single
    ``channel`` record first. HTTP is allowed here and nowhere else; it happens in background work
    only. Methods speak the dataclasses of ``lib.data`` and raise the errors of ``lib.errors``; they
    hold no business rule and write no record.

    Clients are built with ``channel._attempt_observer()`` (what was called is kept),
    ``channel._rate_slots()`` (limits shared by all processes) and ``channel._secrets()`` (masked).
    """

    _name = "ec.channel.adapter"
    _description = "Mall adapter"

    # === ABOUT THE MALL (no HTTP) === #

    @api.model
    def _default_api_url(self):
        """The mall's own base address, or None when it depends on the shop."""
        return None

    @api.model
    def _support(self):
        """What the mall can do: keys ``confirm``, ``mark_paid``, ``memo``,
        ``webhook``, ``cancel``, ``backorder`` (takes units that are not there yet with their date),
        ``preorder`` (knows the date of items it sells ahead); missing means no. ``remote`` is False
        where there is nobody to talk to; missing means yes.

        :rtype: dict[str, bool]
        """
        return {}

    def _limits(self, channel):
        """:rtype: lib.data.Limits"""
        return Limits()

    def _describe_reason(self, channel, reason, params):
        """Text for an error in the clerk's words where the mall's own screens should be named.

        :param str reason: see ``lib.errors``
        :param dict params: values the error carried, as text
        :return: translated text, or None for the core's own
        """
        return None

    def _suggest_mapping(self, channel, kind, value, label):
        """What a mall's value means, where that is certain.

        :param str kind: kind of ``ec.mapping`` (``payment``, ``delivery``, ``carrier``, …)
        :return: values for ``ec.mapping`` (such as ``{"payment_method_role": "card"}``), or {}
        """
        return {}

    def _order_url(self, channel, order_ref):
        """Address of the order in the mall's own screens, or None."""
        return None

    def _cancel_reasons(self, channel):
        """:return: list of (code, label) the mall takes as reason of a cancellation"""
        return []

    # === CONNECTION === #

    def _check_connection(self, channel):
        """Find out whether the shop can be worked with: every function the core uses, tried.

        Setup problems are reported, not raised, and all of them at once.

        :rtype: lib.data.ConnectionReport
        :raise TransientError: the mall cannot say now
        """
        raise NotImplementedError

    # === ORDERS === #

    def _pull_orders(self, channel, cursor, known_open_refs):
        """Orders that are new or changed since ``cursor``, with an overlap.

        The core stores and commits each page before it remembers the page's cursor, so a killed run
        sees the page again.

        :param dict|None cursor: what the last page said, None at the first run
        :param known_open_refs: callable() -> refs of orders the core still expects changes of
        :return: iterator of ``lib.data.DocumentPage``
        """
        raise NotImplementedError

    def _fetch_orders(self, channel, refs):
        """These orders as they are now; those the mall does not know are absent.

        :rtype: list[lib.data.SourceDocument]
        """
        raise NotImplementedError

    def _list_order_refs(self, channel, start, end):
        """Refs of all orders placed between two moments (naive, UTC), for the count of both sides.

        :return: the refs, or None where the mall has no such search
        """
        return None

    def _parse_order(self, channel, payload):
        """The order in the core's words. Pure: no HTTP, no database.

        :param dict payload: what ``SourceDocument.payload`` held
        :rtype: lib.data.OrderData
        :raise DataError: the document cannot be understood
        """
        raise NotImplementedError

    def _confirm_orders(self, channel, refs):
        """Tell the mall that these orders are accepted; accepted ones count as ``already``.

        :param list[str] refs: at most ``limits.confirm_batch``
        :rtype: list[lib.data.Result]
        """
        raise self._unsupported("confirm")

    def _cancel_order(self, channel, ref, reason_code, restock, notify=False):
        """Cancel the order at the mall.

        :param bool notify: the mall shall tell the buyer, where it can
        :rtype: lib.data.Result
        """
        raise self._unsupported("cancel")

    def _mark_order_paid(self, channel, ref):
        """Book the open amount of an order as received; supported with key ``mark_paid``.

        :rtype: lib.data.Result
        """
        raise self._unsupported("mark_paid")

    def _note_order(self, channel, ref, text):
        """Leave a word of the shop on the order, added to earlier ones; key ``memo``.

        :rtype: lib.data.Result
        """
        raise self._unsupported("memo")

    # === STOCK AND LISTINGS === #

    def _push_stock(self, channel, levels, idempotency_key):
        """Set absolute quantities, and read back where the mall answers OK to nonsense.

        :param list[lib.data.StockLevel] levels: at most ``limits.stock_batch``
        :param str idempotency_key: same key = same write, for malls that take one
        :rtype: list[lib.data.StockResult]
        """
        raise self._unsupported("stock")

    def _stock_split(self, channel):
        """The mall's places that each show a warehouse of their own.

        :return: {the mall's key of the place: ``stock.warehouse``}; empty where one number is shown
        :rtype: dict
        """
        return {}

    def _stock_place_names(self, channel):
        """How clerks know the places of ``_stock_split``: {the mall's key: name}.

        :rtype: dict
        """
        return {place: warehouse.name for place, warehouse in self._stock_split(channel).items()}

    def _read_stock_places(self, channel, keys):
        """What each place shows now; asked of malls with ``_stock_split`` only.

        :param list[lib.data.SkuKey] keys: at most ``limits.stock_read_batch``
        :return: {``SkuKey.ref``: {place: quantity}}; None = not tracked; unknown SKUs are absent
        :rtype: dict
        """
        raise self._unsupported("stock")

    def _read_stock(self, channel, keys):
        """What the shop shows now.

        :param list[lib.data.SkuKey] keys: at most ``limits.stock_read_batch``
        :return: quantity by ``SkuKey.ref``; None = not tracked; unknown SKUs are absent
        :rtype: dict[str, int|None]
        """
        raise self._unsupported("stock")

    def _fetch_listings(self, channel, cursor):
        """The shop's items, all of them when ``cursor`` is None.

        :return: iterator of ``lib.data.ListingPage``
        """
        raise self._unsupported("listings")

    # === SHIPMENTS === #

    def _push_shipments(self, channel, shipments):
        """Tell the mall what was shipped. Idempotent: read, write, verify.

        :param list[lib.data.ShipmentData] shipments: at most ``limits.shipment_batch``
        :rtype: list[lib.data.Result]
        """
        raise self._unsupported("shipments")

    # === HELPERS === #

    @api.model
    def _unsupported(self, what):
        return DataError(f"this mall has no {what}", reason="unsupported", params={"what": what})
