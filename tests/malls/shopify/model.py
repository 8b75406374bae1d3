"""Entities of the shop. Attribute names are the GraphQL names in snake case.

A resolver is only needed where a GraphQL field is computed; all other fields are read
from the attribute of the same name (see :mod:`.resolve`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from .money import YEN, Bag, Rate


@dataclass(eq=False)
class Node:
    """Anything with a global id."""

    id: int
    typename: ClassVar[str] = "Node"

    @property
    def gid(self) -> str:
        """``gid://shopify/Order/1``."""
        return f"gid://shopify/{self.typename}/{self.id}"


@dataclass(eq=False)
class Location(Node):
    """A place with stock."""

    typename: ClassVar[str] = "Location"
    name: str = ""
    province_code: str = "JP-13"
    province: str = "Tōkyō"
    city: str = ""
    address1: str = ""
    address2: str = ""
    zip: str = ""
    phone: str | None = None
    is_active: bool = True
    is_fulfillment_service: bool = False
    fulfills_online_orders: bool = True
    ships_inventory: bool = True
    legacy: bool = False
    created_at: datetime | None = None


@dataclass(eq=False)
class Level(Node):
    """Stock of one item at one location; ``on_hand`` is the sum (section 12)."""

    typename: ClassVar[str] = "InventoryLevel"
    variant: Variant = None  # type: ignore[assignment]
    location: Location = None  # type: ignore[assignment]
    quantities: dict[str, int] = field(default_factory=dict)
    changed: dict[str, datetime] = field(default_factory=dict)
    is_active: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def gid(self) -> str:
        """The id carries a query: ``gid://shopify/InventoryLevel/143?inventory_item_id=53``."""
        return f"gid://shopify/InventoryLevel/{self.id}?inventory_item_id={self.variant.item_id}"

    def get(self, name: str) -> int:
        """Quantity of one state."""
        if name == "on_hand":
            return sum(self.quantities.get(s, 0) for s in ON_HAND_PARTS)
        return self.quantities.get(name, 0)


ON_HAND_PARTS = ("available", "committed", "reserved", "damaged", "quality_control", "safety_stock")


@dataclass(eq=False)
class Option(Node):
    """A product option with its values (id, name)."""

    typename: ClassVar[str] = "ProductOption"
    name: str = "Title"
    position: int = 1
    values: list[OptionValue] = field(default_factory=list)


@dataclass(eq=False)
class OptionValue(Node):
    """One value of an option."""

    typename: ClassVar[str] = "ProductOptionValue"
    name: str = ""
    has_variants: bool = True


@dataclass(eq=False)
class Media(Node):
    """An image of a product; processing is asynchronous (section 11)."""

    typename: ClassVar[str] = "MediaImage"
    alt: str | None = None
    url: str = ""
    source: str = ""
    failed: str | None = None
    created_at: datetime | None = None
    data: bytes = b""


@dataclass(eq=False)
class Product(Node):
    """A product with its variants."""

    typename: ClassVar[str] = "Product"
    title: str = ""
    handle: str = ""
    status: str = "ACTIVE"
    vendor: str = ""
    product_type: str = ""
    tags: list[str] = field(default_factory=list)
    description_html: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    options: list[Option] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    metafields: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    published: set[int] = field(default_factory=set)
    item_code: str = ""
    is_gift_card: bool = False


@dataclass(eq=False)
class Variant(Node):
    """A sellable variant together with its inventory item."""

    typename: ClassVar[str] = "ProductVariant"
    item_id: int = 0
    product: Product = None  # type: ignore[assignment]
    sku: str | None = ""
    barcode: str | None = None
    price: int = 0
    compare_at_price: int | None = None
    taxable: bool = True
    tax_rate: Decimal = Decimal("0.1")
    inventory_policy: str = "DENY"
    position: int = 1
    selected: list[tuple[str, str]] = field(default_factory=list)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tracked: bool = True
    requires_shipping: bool = True
    cost: Decimal | None = None
    weight: Decimal = Decimal(0)
    levels: list[Level] = field(default_factory=list)
    metafields: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    components: list[tuple[Variant, int]] = field(default_factory=list)
    deleted: bool = False

    def __post_init__(self) -> None:
        self.item = Item(self.item_id, self)

    @property
    def item_gid(self) -> str:
        """Id of the inventory item."""
        return f"gid://shopify/InventoryItem/{self.item_id}"

    @property
    def title(self) -> str:
        """Values of the options, "藍 / M"."""
        return " / ".join(v for _n, v in self.selected) or "Default Title"


@dataclass(eq=False)
class Item(Node):
    """``InventoryItem``: the stock side of a variant."""

    typename: ClassVar[str] = "InventoryItem"
    variant: Variant = None  # type: ignore[assignment]


@dataclass(eq=False)
class Customer(Node):
    """A customer record."""

    typename: ClassVar[str] = "Customer"
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str = "ja-JP"
    tags: list[str] = field(default_factory=list)
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(eq=False)
class Address(Node):
    """``MailingAddress`` of a Japanese buyer (section 16)."""

    typename: ClassVar[str] = "MailingAddress"
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    zip: str | None = None
    country: str = "Japan"
    country_code_v2: str = "JP"
    province: str | None = None
    province_code: str | None = None
    city: str | None = None
    address1: str | None = None
    address2: str | None = None
    phone: str | None = None

    @property
    def name(self) -> str | None:
        """Given name first, as Shopify prints it."""
        return " ".join(p for p in (self.first_name, self.last_name) if p) or None


@dataclass(eq=False)
class Discount:
    """A ``DiscountApplication`` of the order."""

    kind: str = "DiscountCodeApplication"
    index: int = 0
    title: str = ""
    description: str = ""
    percentage: Decimal | None = None
    amount: int | None = None
    target_type: str = "LINE_ITEM"
    target_selection: str = "ALL"
    allocation_method: str = "ACROSS"


@dataclass(eq=False)
class Allocation:
    """What one discount takes from one line."""

    discount: Discount
    amount: Bag


@dataclass(eq=False)
class Tax:
    """``TaxLine``."""

    rate: Decimal
    price: Bag
    title: str = "CT"


@dataclass(eq=False)
class Line(Node):
    """``LineItem``."""

    typename: ClassVar[str] = "LineItem"
    order: Order = None  # type: ignore[assignment]
    title: str = ""
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    quantity: int = 0
    removed: int = 0
    refunded: int = 0
    fulfilled: int = 0
    unit: Bag = field(default_factory=Bag)
    rate: Decimal | None = Decimal("0.1")
    allocations: list[Allocation] = field(default_factory=list)
    taxes: list[Tax] = field(default_factory=list)
    variant: Variant | None = None
    product: Product | None = None
    custom_attributes: list[tuple[str, str]] = field(default_factory=list)
    requires_shipping: bool = True
    is_gift_card: bool = False
    taxable: bool = True
    group: Group | None = None
    is_tip: bool = False
    added: bool = False
    original: Bag = field(default_factory=Bag)
    net: Bag = field(default_factory=Bag)
    refunded_net: Bag = field(default_factory=Bag)
    refunded_tax: Bag = field(default_factory=Bag)


@dataclass(eq=False)
class Group(Node):
    """``LineItemGroup``: the bundle a component line belongs to."""

    typename: ClassVar[str] = "LineItemGroup"
    title: str = ""
    quantity: int = 1
    variant: Variant | None = None


@dataclass(eq=False)
class Shipping(Node):
    """``ShippingLine``."""

    typename: ClassVar[str] = "ShippingLine"
    title: str = ""
    code: str = ""
    source: str = "shopify"
    custom: bool = False
    original: Bag = field(default_factory=Bag)
    allocations: list[Allocation] = field(default_factory=list)
    taxes: list[Tax] = field(default_factory=list)
    net: Bag = field(default_factory=Bag)
    refunded: Bag = field(default_factory=Bag)
    refunded_tax: Bag = field(default_factory=Bag)
    is_removed: bool = False


@dataclass(eq=False)
class Transaction(Node):
    """``OrderTransaction``."""

    typename: ClassVar[str] = "OrderTransaction"
    order: Order = None  # type: ignore[assignment]
    kind: str = "SALE"
    status: str = "SUCCESS"
    gateway: str = "shopify_payments"
    formatted_gateway: str = "Shopify Payments"
    manual: bool = False
    amount: Bag = field(default_factory=Bag)
    parent: Transaction | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None
    error_code: str | None = None
    details: dict[str, Any] | None = None
    test: bool = False
    fee: int = 0


@dataclass(eq=False)
class FOLine(Node):
    """``FulfillmentOrderLineItem``."""

    typename: ClassVar[str] = "FulfillmentOrderLineItem"
    line: Line = None  # type: ignore[assignment]
    total: int = 0
    remaining: int = 0


@dataclass(eq=False)
class FulfillmentOrder(Node):
    """``FulfillmentOrder``: what one location has to send of one order."""

    typename: ClassVar[str] = "FulfillmentOrder"
    order: Order = None  # type: ignore[assignment]
    location: Location = None  # type: ignore[assignment]
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    lines: list[FOLine] = field(default_factory=list)
    holds: list[dict[str, Any]] = field(default_factory=list)
    fulfill_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(eq=False)
class FulfillmentLine(Node):
    """``FulfillmentLineItem``."""

    typename: ClassVar[str] = "FulfillmentLineItem"
    line: Line = None  # type: ignore[assignment]
    quantity: int = 0


@dataclass(eq=False)
class Fulfillment(Node):
    """``Fulfillment``: one parcel."""

    typename: ClassVar[str] = "Fulfillment"
    order: Order = None  # type: ignore[assignment]
    location: Location = None  # type: ignore[assignment]
    name: str = ""
    status: str = "SUCCESS"
    display_status: str = "FULFILLED"
    lines: list[FulfillmentLine] = field(default_factory=list)
    source: list[tuple[FulfillmentOrder, FOLine, int]] = field(default_factory=list)
    tracking: list[dict[str, Any]] = field(default_factory=list)
    notified: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(eq=False)
class RefundLine(Node):
    """``RefundLineItem``; its id is not the id of the order line (trap 8)."""

    typename: ClassVar[str] = "RefundLineItem"
    line: Line = None  # type: ignore[assignment]
    quantity: int = 0
    restock_type: str = "NO_RESTOCK"
    restocked: bool = False
    location: Location | None = None
    subtotal: Bag = field(default_factory=Bag)
    tax: Bag = field(default_factory=Bag)


@dataclass(eq=False)
class Refund(Node):
    """``Refund``."""

    typename: ClassVar[str] = "Refund"
    order: Order = None  # type: ignore[assignment]
    note: str | None = None
    lines: list[RefundLine] = field(default_factory=list)
    shipping: list[tuple[int, Shipping, Bag, Bag]] = field(default_factory=list)
    adjustments: list[tuple[int, str, Bag]] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    created_at: datetime | None = None
    processed_at: datetime | None = None
    updated_at: datetime | None = None
    return_: Return | None = None


@dataclass(eq=False)
class Return(Node):
    """``Return`` with its lines as plain rows."""

    typename: ClassVar[str] = "Return"
    order: Order = None  # type: ignore[assignment]
    name: str = ""
    status: str = "OPEN"
    lines: list[dict[str, Any]] = field(default_factory=list)
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    created_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(eq=False)
class Order(Node):
    """``Order``."""

    typename: ClassVar[str] = "Order"
    name: str = ""
    number: int = 0
    confirmation_number: str = ""
    po_number: str | None = None
    created_at: datetime = None  # type: ignore[assignment]
    processed_at: datetime = None  # type: ignore[assignment]
    updated_at: datetime = None  # type: ignore[assignment]
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    staff_note: str | None = None
    test: bool = False
    edited: bool = False
    expired: bool = False
    rate: Rate = field(default_factory=Rate)
    taxes_included: bool = True
    email: str | None = None
    phone: str | None = None
    customer_locale: str | None = "ja-JP"
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    source_name: str | None = "web"
    source_identifier: str | None = None
    attribution: tuple[str, str] | None = ("online-store", "オンラインストア")
    retail_location: Location | None = None
    discount_codes: list[str] = field(default_factory=list)
    custom_attributes: list[tuple[str, str]] = field(default_factory=list)
    customer: Customer | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    lines: list[Line] = field(default_factory=list)
    shipping: list[Shipping] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    tip: Bag = field(default_factory=Bag)
    transactions: list[Transaction] = field(default_factory=list)
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    cancel_job: bool = False
    duties: Bag | None = None
    original_total: Bag = field(default_factory=Bag)
    expected: dict[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None

    @property
    def presentment_currency_code(self) -> str:
        """Currency the buyer saw."""
        return self.rate.currency

    @property
    def currency_code(self) -> str:
        """Currency of the shop."""
        return YEN
