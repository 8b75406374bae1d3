"""From the malls' orders to sale orders, a whole batch at a time.

``_import_batch`` is called by the exchange inbox with the parsed documents of a shop. It makes new
orders, brings known ones up to date, and says what became of each document. What it raises fails
the batch; the inbox then comes back with one document at a time.
"""

from dataclasses import dataclass, field
from datetime import UTC

from odoo import api, models

from ..lib.data import OrderData
from ..lib.order_math import book_order

#: Quiet creation: the orders' history is the exchange's, and it must hold no personal data.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "sale_no_log_for_new_lines": True,
    # What comes from the mall need not be told to it.
    "ec_from_mall": True,
}


@dataclass(slots=True)
class Outcome:
    """What became of one document. ``note`` says why there is no order, or what was left alone."""

    order: object = None
    note: str = ""
    ignored: bool = False


@dataclass(slots=True)
class Item:
    """One document on its way through the import."""

    exchange: object
    data: OrderData
    booking: object = None
    order: object = None
    reasons: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    # Codes of checks whose text is another one now, though somebody has read the one before.
    unread: set = field(default_factory=set)
    buyer: object = None
    destinations: list = field(default_factory=list)
    payment_role: str | bool = False
    carrier: object = None
    warehouse: object = None

    def add_reason(self, code, detail=""):
        """Note a reason to look at the order; details of the same reason are joined."""
        details = self.reasons.setdefault(code, [])
        if detail and detail not in details:
            details.append(detail)


@dataclass(slots=True)
class Batch:
    """What a batch looks up once."""

    channel: object
    company: object
    items: list
    taxes: dict = field(default_factory=dict)
    products: dict = field(default_factory=dict)
    fees: dict = field(default_factory=dict)

    def tax(self, rate):
        """Return the company's included sales tax of ``rate``."""
        if rate not in self.taxes:
            self.taxes[rate] = self.company._ec_get_sale_tax(rate)
        return self.taxes[rate]


def naive_utc(moment):
    """Return an aware datetime as Odoo keeps it."""
    if moment is None:
        return False
    return moment.astimezone(UTC).replace(tzinfo=None)


class EcOrderImport(models.AbstractModel):
    _name = "ec.order.import"
    _description = "Order import"

    @api.model
    def _import_batch(self, channel, parsed):
        """Import the orders of one channel.

        :param list parsed: pairs (exchange, OrderData)
        :return: one Outcome per pair, in the same order
        """
        outcomes = [None] * len(parsed)
        known = self._find_orders(channel, [data.ref for _exchange, data in parsed])
        fresh, changed = [], []
        for index, (exchange, data) in enumerate(parsed):
            order = known.get(data.ref)
            note = "" if order else self._reason_to_ignore(channel, data)
            if note:
                outcomes[index] = Outcome(note=note, ignored=True)
                continue
            (changed if order else fresh).append((index, Item(exchange, data, order=order)))
        for index, item in changed:
            if self._is_older(item):
                outcomes[index] = Outcome(
                    order=item.order, note=self.env._("An older version, left alone.")
                )
        changed = [(index, item) for index, item in changed if outcomes[index] is None]
        self._import_items(channel, [i for _n, i in fresh], self._create_orders)
        self._import_items(channel, [i for _n, i in changed], self._update_orders)
        for index, item in fresh + changed:
            outcomes[index] = Outcome(order=item.order)
        return outcomes

    @api.model
    def _import_items(self, channel, items, method):
        if not items:
            return
        batch = Batch(channel, channel.company_id, items)
        env = self.with_company(batch.company).with_context(**QUIET)
        for item in items:
            if item.order:  # found before the quiet began
                item.order = item.order.with_env(env.env)
        env._prepare_items(batch)
        getattr(env, method.__name__)(batch)
        env._sync_checks(batch)
        env._owe_confirmations(batch)

    @api.model
    def _find_orders(self, channel, refs):
        orders = self.env["sale.order"].search(
            [("ec_channel_id", "=", channel.id), ("ec_order_ref", "in", refs)]
        )
        return {order.ec_order_ref: order for order in orders}

    @api.model
    def _reason_to_ignore(self, channel, data):
        """Return why this order does not belong into the books, '' when it does."""
        if data.is_test:
            return self.env._("A test order of the mall; not booked.")
        if channel.import_from and naive_utc(data.ordered_at) < channel.import_from:
            return self.env._("Ordered before the date from which this shop is handled here.")
        return ""

    @api.model
    def _is_older(self, item):
        """An older version of a document never overwrites a newer one."""
        seen, updated = item.order.ec_source_updated_at, naive_utc(item.data.updated_at)
        return bool(seen and updated and updated < seen)

    # === PREPARATION === #

    @api.model
    def _prepare_items(self, batch):
        """Look up everything the orders of the batch refer to, once per kind."""
        for item in batch.items:
            item.booking = book_order(item.data)
            self._note_reasons(batch, item)
        self._resolve_mappings(batch)
        self._resolve_products(batch)
        self._resolve_partners(batch)

    @api.model
    def _note_reasons(self, batch, item):
        """Collect why a person must look at the order, as far as the document alone says it."""
        data = item.data
        for flag in data.flags:
            if flag.code != "refund_upstream" or not self._is_own_refund(item, flag):
                item.add_reason(flag.code, flag.detail)
        if data.cancelled:
            return
        if data.undecided:
            item.add_reason("amount_undecided")
        if item.booking.differences:
            amount = sum(amount for _rate, amount in item.booking.differences)
            item.add_reason("total_mismatch", f"{amount:+,f}")
        if data.currency != batch.company.currency_id.name:
            item.add_reason("foreign_currency", data.currency)
        if len(data.destinations) > 1:
            item.add_reason("several_destinations", str(len(data.destinations)))
        if data.remarks and "remarks" not in item.reasons:
            item.add_reason("remarks")
        if data.is_gift and "gift" not in item.reasons:
            item.add_reason("gift")
        if not data.buyer.name:
            item.add_reason("personal_data_missing")
        addresses = [destination.address for destination in data.destinations] or [data.buyer]
        self._note_shipped(item)
        for address in addresses:
            self._note_address_reasons(item, address)

    @api.model
    def _note_shipped(self, item):
        """Goods that left without us: known orders still have a delivery open here, of new ones
        only a part has left. A new order that has left as a whole is history and asks for nothing.
        """
        order, data = item.order, item.data
        if order:
            left = data.shipped and not (order.ec_shipped_before or self._has_shipped(order))
        else:
            left = not data.shipped and any(parcel.tracking_number for parcel in data.shipments)
        if left:
            item.add_reason("shipped_upstream")

    @api.model
    def _note_address_reasons(self, item, address):
        if address.placeholder:
            item.add_reason("gift_address_missing")
        elif not (address.name and address.street or "personal_data_missing" in item.reasons):
            item.add_reason("address_missing")
        if address.remote_island:
            item.add_reason("remote_island")

    @api.model
    def _resolve_mappings(self, batch):
        """Find what payment and delivery methods mean.

        How the money comes decides whether goods may leave, so an unknown way is a reason to look.
        An unknown delivery method only leaves the carrier open; the order is written again when
        somebody assigns one.
        """
        for item, row in self._resolve_kind(batch, "payment"):
            item.payment_role = row.payment_method_role
            if not item.payment_role:
                item.add_reason("unknown_payment", row.display_name)
        for item, row in self._resolve_kind(batch, "delivery"):
            item.carrier = row.carrier_id

    @api.model
    def _resolve_kind(self, batch, kind):
        """Return pairs (item, mapping row); what is not assigned yet waits for that."""
        values = {
            id(item): (getattr(item.data, f"{kind}_code"), getattr(item.data, f"{kind}_label"))
            for item in batch.items
        }
        rows = self.env["ec.mapping"]._resolve_many(batch.channel, kind, values.values())
        pairs = [(item, rows[values[id(item)][0]]) for item in batch.items if values[id(item)][0]]
        for row in {row for _item, row in pairs if row.state == "open"}:
            row._wait(self.env["ec.exchange"].union(*(i.exchange for i, r in pairs if r == row)))
        return pairs

    # === AFTERWARDS === #

    @api.model
    def _sync_checks(self, batch):
        reasons = {}
        for item in batch.items:
            if item.order.state == "cancel" and not self._keep_cancelled_reasons(item):
                continue
            reasons[item.order] = {c: ", ".join(d[:5]) for c, d in item.reasons.items()}
        if reasons:
            self.env["ec.order.check"]._sync(reasons)

    @api.model
    def _owe_confirmations(self, batch):
        """Note that the mall waits for the shop's yes, where the shop says it by itself."""
        if not batch.channel.auto_confirm:
            return
        waiting = [
            (item.data.ref, {"ref": item.data.ref}, item.order)
            for item in batch.items
            if item.data.needs_confirm
            and not item.data.cancelled
            and item.order.state != "cancel"
            and "mall_checking" not in item.reasons
        ]
        if waiting:
            self.env["ec.exchange"]._owe_batch(batch.channel, "confirm", waiting)
