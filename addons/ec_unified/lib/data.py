"""What the core and the adapters say to each other.

Money is ``Decimal`` in the shop's currency, tax included unless a name says otherwise; for yen
every amount is a whole number. Times are timezone-aware ``datetime``; days are ``date``.
Every personal field may be None: a mall may withhold it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# --- Lines -------------------------------------------------------------------------------------

PRODUCT = "product"
SHIPPING = "shipping"
COD_FEE = "cod_fee"
PAYMENT_FEE = "payment_fee"
WRAPPING = "wrapping"
SHOP_DISCOUNT = "shop_discount"  # borne by the shop, lowers what it earns
MALL_DISCOUNT = "mall_discount"  # borne by the mall, which pays it to the shop
TIP = "tip"
OTHER_FEE = "other_fee"
LINE_KINDS = (
    PRODUCT, SHIPPING, COD_FEE, PAYMENT_FEE, WRAPPING, SHOP_DISCOUNT, MALL_DISCOUNT, TIP, OTHER_FEE,
)  # fmt: skip

# --- Payment -----------------------------------------------------------------------------------

PAY_UNPAID = "unpaid"  # bank transfer, convenience store: goods wait for the money
PAY_AUTHORIZED = "authorized"  # secured by the mall or a card: may ship
PAY_PAID = "paid"
PAY_ON_DELIVERY = "cod"  # may ship, the carrier collects
PAY_PARTIAL = "partial"
PAY_REFUNDED = "refunded"
PAY_FAILED = "failed"
PAYMENT_STATES = (
    PAY_UNPAID, PAY_AUTHORIZED, PAY_PAID, PAY_ON_DELIVERY, PAY_PARTIAL, PAY_REFUNDED, PAY_FAILED,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A person at a place. ``state_code`` is ISO 3166-2 (``JP-13``), never a prefecture's name.

    ``placeholder``: the mall does not know the address yet (social gift): never ship, never make a
    partner of it. ``email_is_relay``: a forwarding address that may change with every order.
    """

    name: str | None = None
    kana: str | None = None
    company: str | None = None
    zip: str | None = None  # "1000001" or "100-0001", as the mall gave it
    country: str = "JP"
    state_code: str | None = None
    city: str | None = None
    street: str | None = None
    street2: str | None = None
    phone: str | None = None
    email: str | None = None
    email_is_relay: bool = False
    remote_island: bool = False
    placeholder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One position of the order.

    ``amount`` is quantity times price as charged, tax included, before the discounts that have
    lines of their own; negative for discounts. ``tax_rate`` is a fraction (``Decimal('0.08')``),
    None for what is outside of the tax.
    ``sku_ref`` is the mall's key of the SKU (what ``ListingSkuData.ref`` says), ``sku_code`` the
    shop's own code. ``destination`` is an index into ``OrderData.destinations``.
    """

    ref: str
    kind: str = PRODUCT
    name: str = ""
    sku_ref: str | None = None
    item_ref: str | None = None
    sku_code: str | None = None
    barcode: str | None = None
    quantity: Decimal = Decimal(1)
    price_unit: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    tax_rate: Decimal | None = Decimal("0.10")
    tax_amount: Decimal | None = None
    options: str | None = None
    destination: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSummary:
    """The mall's own figure for one rate: ``total`` includes ``tax``."""

    rate: Decimal
    total: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A delivery of the order: its address, wishes and gift data."""

    ref: str
    address: Address
    noshi: str | None = None
    message: str | None = None
    drop_off: str | None = None
    pickup_point: str | None = None
    wish_date: date | None = None
    wish_time_from: int | None = None  # hour of day
    wish_time_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFlag:
    """A fact a person has to look at; becomes a check.

    ``code`` is one of the check codes of the core, ``detail`` a short text without personal data.
    """

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentState:
    """A parcel the mall already knows of."""

    ref: str
    destination_ref: str | None = None
    carrier_code: str | None = None
    tracking_number: str | None = None
    shipped_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderData:
    """One order of a mall, complete, in the core's words.

    ``total`` = what the shop earns = ``buyer_total`` + ``points`` + ``mall_coupon``.
    ``undecided``: the mall has not fixed the amounts yet; money fields are then 0, not to be
    booked.
    ``tax_summary`` is empty when the mall gives none.
    ``cancelling``: the mall is working on a cancellation that is not final yet.
    ``needs_confirm``: the mall waits for the shop's confirmation before it goes on, until
    ``confirm_by`` at the latest. ``refunded``: what the buyer got back so far. ``received``: the
    part of ``buyer_total`` that is there already while the rest is not (``PAY_PARTIAL``).
    ``may_ship``: the mall allows the goods to leave (True where the mall has no such state).
    ``shipped``: for the mall, everything has left already.
    """

    ref: str
    number: str
    ordered_at: datetime
    updated_at: datetime | None = None
    mall_status: str = ""
    mall_status_label: str = ""
    mall_sub_status: str | None = None
    currency: str = "JPY"
    buyer: Address = field(default_factory=Address)
    destinations: tuple[Destination, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    tax_summary: tuple[TaxSummary, ...] = ()
    buyer_total: Decimal = Decimal(0)
    points: Decimal = Decimal(0)
    mall_coupon: Decimal = Decimal(0)
    shop_coupon: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    undecided: bool = False
    payment_code: str | None = None
    payment_label: str = ""
    payment_state: str = PAY_UNPAID
    payment_due_on: date | None = None
    paid_at: datetime | None = None
    received: Decimal = Decimal(0)
    delivery_code: str | None = None
    delivery_label: str = ""
    wish_date: date | None = None
    wish_time_from: int | None = None
    wish_time_to: int | None = None
    wish_text: str | None = None
    remarks: str | None = None
    shop_memo: str | None = None
    is_gift: bool = False
    wrapping_text: str | None = None
    cancelled: bool = False
    cancelling: bool = False
    cancel_reason: str | None = None
    needs_confirm: bool = False
    confirm_by: datetime | None = None
    refunded: Decimal = Decimal(0)
    may_ship: bool = True
    shipped: bool = False
    is_test: bool = False
    flags: tuple[OrderFlag, ...] = ()
    shipments: tuple[ShipmentState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A document exactly as the mall sent it (JSON-able), with the key it is stored under."""

    ref: str
    payload: dict[str, Any]
    updated_at: datetime | None = None

    @property
    def digest(self) -> str:
        return payload_digest(self.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """One page of documents and where to go on.

    ``cursor`` is a JSON-able dict, stored by the core only after the documents are committed;
    ``more`` says that the next page is waiting.
    """

    documents: tuple[SourceDocument, ...]
    cursor: dict[str, Any]
    more: bool = False


# --- Listings and stock ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingSkuData:
    """A sellable SKU on the mall. ``ref`` is what stock is written to; ``extra`` holds further keys
    the adapter needs to write (inventory item id, location), JSON-able.

    ``available_on``: the mall sells it ahead and tells the buyer that it leaves from this day on.
    ``oversells``: the mall takes orders for it also when nothing is left, whatever number it shows.
    """

    ref: str
    sku_code: str | None = None
    barcode: str | None = None
    name: str = ""
    price: Decimal | None = None
    quantity: int | None = None
    tracked: bool = True
    available_on: date | None = None
    oversells: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingData:
    """An item page on the mall with its SKUs."""

    ref: str
    code: str | None = None
    title: str = ""
    url: str | None = None
    published: bool = True
    tax_rate: Decimal | None = None
    skus: tuple[ListingSkuData, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    listings: tuple[ListingData, ...]
    cursor: dict[str, Any]
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuKey:
    """How the core names a SKU listing to an adapter."""

    item_ref: str
    ref: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """Absolute quantity to be shown. ``key`` identifies the SKU listing.

    ``backorder``: how many of them are not there yet; ``available_on``: when they will be. Both
    only for malls whose adapter supports ``backorder``.

    ``places``: ``quantity`` by the mall's own places, for malls that show each warehouse at a place
    of its own (``_stock_split``); empty elsewhere.

    ``known``: the least the mall should show by all we know, None where nothing is known. A mall
    that is read before it is written and shows less has sold: ``ConflictError`` instead of a write.
    """

    key: SkuKey
    quantity: int
    backorder: int = 0
    available_on: date | None = None
    places: dict[str, int] = field(default_factory=dict)
    known: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockResult:
    """Outcome for one SKU. ``quantity`` is what the mall shows now, if it was read back.

    ``before``: what the mall showed right before the write, where it was read: so a number changed
    by hand at the mall does not go unnoticed. ``before_places``: the same by the mall's places, for
    malls that have some (``_stock_split``).
    """

    key: SkuKey
    ok: bool
    quantity: int | None = None
    before: int | None = None
    before_places: dict[str, int] | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Outcome for one order of a batch write."""

    ref: str
    ok: bool
    already: bool = False  # the mall was in the wanted state before
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel to be reported. ``carrier_code`` is the core's carrier key (``yamato`` …).

    ``tracking_number`` may be empty: only the carrier and the day are known. ``lines`` is what the
    delivery holds, empty = everything; parcels of one delivery share ``delivery_ref`` and lines.
    """

    ref: str
    destination_ref: str | None
    tracking_number: str
    carrier_code: str
    shipped_on: date
    tracking_url: str | None = None
    lines: tuple[tuple[str, Decimal], ...] = ()  # (line ref, quantity); empty = everything
    delivery_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentData:
    """All valid parcels of one order: the whole truth, also after a correction.

    ``removed``: tracking numbers told before and withdrawn; whatever the mall still has of them is
    corrected or deleted. Numbers neither here nor in ``parcels`` were entered by a person at the
    mall and stay.
    """

    order_ref: str
    parcels: tuple[Parcel, ...]
    notify_buyer: bool = False
    removed: tuple[str, ...] = ()


# --- Connection --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding of the connection check; ``reason`` as in ``errors``, ``params`` fill its
    text."""

    reason: str
    blocking: bool = True
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionReport:
    """What the connection check found. ``places``: (ref, name) of the mall's stock locations."""

    shop_name: str | None = None
    shop_ref: str | None = None
    currency: str | None = None
    expires_at: datetime | None = None
    places: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(problem.blocking for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Largest batches the mall takes; seconds after which it lists the order of a sale."""

    stock_batch: int = 100
    stock_read_batch: int = 100
    confirm_batch: int = 100
    shipment_batch: int = 1
    orders_lag: float = 0


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One HTTP exchange, as kept beside the document. ``excerpt`` is masked."""

    operation: str
    status: int | None
    seconds: float
    request_id: str | None = None
    excerpt: str = ""
    error_kind: str | None = None


def payload_digest(payload: Any) -> str:
    """SHA-256 of the canonical JSON of ``payload``: equal documents, whatever the order of keys,
    have equal digests."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
