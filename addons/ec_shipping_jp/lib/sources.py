"""What a delivery can say to a file: the values a column may be filled with. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .chars import ascii_digits, half_kana

#: Delivery windows: key -> (from hour, to hour).
WINDOWS = {
    "am": (8, 12),
    "12_14": (12, 14),
    "14_16": (14, 16),
    "16_18": (16, 18),
    "18_20": (18, 20),
    "18_21": (18, 21),
    "19_21": (19, 21),
    "20_21": (20, 21),
    "before_10": (0, 10),
    "before_17": (0, 17),
}
#: Services: prepaid parcel, cash on delivery, small parcel into the letter box, …
SERVICES = ("standard", "cod", "compact", "compact_cod", "mail", "mail_post", "time", "collect")
COD_SERVICES = frozenset({"cod", "compact_cod"})
NONE = "none"
#: Sizes of ゆうパック: sum of the three sides in cm, up to and including.
SIZES = (60, 80, 100, 120, 140, 160, 170)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A person at an address. ``state``: name of the prefecture."""

    name: str = ""
    company: str = ""
    kana: str = ""
    zip: str = ""
    state: str = ""
    city: str = ""
    street: str = ""
    building: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLine:
    """One position of a delivery, for files with a row per position."""

    number: int = 1
    code: str = ""
    barcode: str = ""
    name: str = ""
    quantity: Decimal = Decimal(1)
    lot: str = ""
    is_insert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelData:
    """One delivery (or one parcel or position of it) as a file needs it.

    ``window`` is a key of ``WINDOWS``, or ``from-to`` in hours when it is none of them.
    """

    key: str
    to: Place
    sender: Place
    ship_date: date | None = None
    wish_date: date | None = None
    window: str = ""
    service: str = "standard"
    cool: str = NONE
    order_number: str = ""
    shop_name: str = ""
    items: tuple[str, ...] = ()
    item_codes: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    note: str = ""
    cod_amount: Decimal = Decimal(0)
    cod_tax: Decimal = Decimal(0)
    parcels: int = 1
    quantity: Decimal = Decimal(1)
    size: int = 0
    weight_g: int = 0
    account: str = ""
    account_class: str = ""
    freight_no: str = ""
    label_form: str = ""
    honorific: str = ""
    gift: bool = False
    noshi: str = ""
    message: str = ""
    remarks: str = ""
    inserts: tuple[str, ...] = ()
    line: LabelLine = field(default_factory=LabelLine)

    @property
    def is_cod(self) -> bool:
        return self.service in COD_SERVICES


def window_key(start: int | None, end: int | None) -> str:
    """The key of a delivery window; hours nobody has a name for come out as they are."""
    if not start and not end:
        return ""
    for key, hours in WINDOWS.items():
        if (start or 0, end or 0) == hours:
            return key
    if end == 12 and (start or 0) <= 9:
        return "am"
    return f"{start or 0}-{end or 24}"


def _payment(data: LabelData) -> str:
    if data.is_cod:
        return "cod"
    return "collect" if data.service == "collect" else "prepaid"


def _wish_seal(data: LabelData) -> str:
    return data.window or ("date" if data.wish_date else NONE)


def _size_class(size: int) -> int:
    """The class a parcel is charged and printed by: 75 cm are an 80. Beyond the last: the size."""
    return next((limit for limit in SIZES if size <= limit), size)


def _quantity(value: Decimal) -> str:
    return f"{value.normalize():f}"


#: Simple sources: key -> function.
SIMPLE: dict[str, Callable[[LabelData], object]] = {
    "key": lambda d: d.key,
    "order_number": lambda d: d.order_number,
    "shop_name": lambda d: d.shop_name,
    "service": lambda d: d.service,
    "payment": _payment,
    "cool": lambda d: d.cool or NONE,
    "ship_date": lambda d: d.ship_date,
    "wish_date": lambda d: d.wish_date,
    "window": lambda d: d.window or NONE,
    "wish_seal": _wish_seal,
    "to_phone": lambda d: ascii_digits(d.to.phone),
    "to_zip": lambda d: ascii_digits(d.to.zip),
    "to_state": lambda d: d.to.state,
    "to_city": lambda d: d.to.city,
    "to_kana": lambda d: half_kana(d.to.kana),
    "to_email": lambda d: d.to.email,
    "to_honorific": lambda d: d.honorific,
    "from_phone": lambda d: ascii_digits(d.sender.phone),
    "from_zip": lambda d: ascii_digits(d.sender.zip),
    "items_all": lambda d: "、".join(d.items),
    "note": lambda d: d.note,
    "remarks": lambda d: d.remarks,
    "cod_amount": lambda d: str(int(d.cod_amount)) if d.is_cod else "",
    "cod_tax": lambda d: str(int(d.cod_tax)) if d.is_cod else "",
    "parcels": lambda d: str(d.parcels),
    "parcel_flag": lambda d: "many" if d.parcels > 1 else "one",
    "quantity": lambda d: _quantity(d.quantity),
    "size": lambda d: str(d.size) if d.size else "",
    "size3": lambda d: f"{_size_class(d.size):03d}" if d.size else "",
    "size_class": lambda d: str(_size_class(d.size)) if d.size else "",
    "weight_g": lambda d: str(d.weight_g) if d.weight_g else "",
    "account": lambda d: d.account,
    "account_class": lambda d: d.account_class,
    "freight_no": lambda d: d.freight_no,
    "label_form": lambda d: d.label_form,
    "gift": lambda d: "yes" if d.gift else NONE,
    "noshi": lambda d: d.noshi,
    "message": lambda d: d.message,
    "inserts": lambda d: "、".join(d.inserts),
    "line_number": lambda d: str(d.line.number),
    "line_code": lambda d: d.line.code,
    "line_barcode": lambda d: d.line.barcode,
    "line_name": lambda d: d.line.name,
    "line_quantity": lambda d: _quantity(d.line.quantity),
    "line_lot": lambda d: d.line.lot,
    "line_insert": lambda d: "yes" if d.line.is_insert else NONE,
}

#: Lists: the first column of the source takes the first, and so on.
LISTS: dict[str, Callable[[LabelData], tuple[str, ...]]] = {
    "item": lambda d: d.items,
    "item_code": lambda d: d.item_codes,
    "handling": lambda d: d.handling,
}


def _address(place: Place) -> tuple[tuple[str, ...], int]:
    parts = (place.state, place.city, ascii_digits_in_address(place.street),
             ascii_digits_in_address(place.building))  # fmt: skip
    return parts, 3


def _name(place: Place) -> tuple[tuple[str, ...], int | None]:
    return (place.name,), None


def _full_name(place: Place) -> tuple[tuple[str, ...], int | None]:
    return (place.company, place.name), 1


def _company(place: Place) -> tuple[tuple[str, ...], int | None]:
    return (place.company,), None


#: Texts spread over all columns of the source: key -> (parts, index of the part set apart).
SPREAD: dict[str, Callable[[LabelData], tuple[tuple[str, ...], int | None]]] = {
    "to_address": lambda d: _address(d.to),
    "to_name": lambda d: _name(d.to),
    "to_company": lambda d: _company(d.to),
    "to_full_name": lambda d: _full_name(d.to),
    "from_address": lambda d: _address(d.sender),
    "from_name": lambda d: _name(d.sender),
    "from_full_name": lambda d: _full_name(d.sender),
}

#: Sources of files that come in.
INCOMING = (
    "key", "tracking", "ship_date", "voided", "carrier", "status", "status_detail", "delivered_at",
    "to_phone", "to_zip", "to_name", "parcel_group", "line_code", "line_quantity", "line_lot",
    "stock_code", "stock_quantity", "stock_lot", "stock_place",
)  # fmt: skip


def ascii_digits_in_address(text: str) -> str:
    """Half-width digits save room on the label; everything else stays as the buyer wrote it."""
    table = {ord("０") + number: ord("0") + number for number in range(10)}
    text = text.translate(table)
    out = []
    for number, char in enumerate(text):
        before = text[number - 1] if number else ""
        after = text[number + 1] if number + 1 < len(text) else ""
        if char in "－‐−ー―–—‑" and before.isdigit() and after.isdigit():
            char = "-"
        out.append(char)
    return "".join(out)
