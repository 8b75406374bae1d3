"""The simulated shop: credentials, settings, waits, and the switches of uncertain behaviour."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from .codes import ORDER_CODES

DEMO_SECRET = "SP999001_simulated-not-a-secret"
DEMO_KEY = "SL999001_simulated-not-a-key"

_REST = (
    "items.get items.put items.patch items.delete items.search items.bulk-get "
    "items.inventory-related-settings.get items.inventory-related-settings.put "
    "inventory.get inventory.put inventory.delete inventory.bulk-get inventory.range "
    "inventory.bulk-upsert inventory.variant-lists"
).split()
#: Operation names of the simulator (used by calls, faults, limits).
OPERATIONS = (*ORDER_CODES, "license.expiryDate.get", *_REST)


def function_id(operation: str) -> str:
    """The function a shop ticks in RMS (section 1.2).

    Ids of order functions, ``license.expiryDate.get`` and ``itemapi_2.0.items.get`` are in the
    reference; the others are formed like them and may differ in RMS.
    """
    if operation in ORDER_CODES:
        return f"rpay.order.{operation}"
    if operation.startswith("items."):
        return f"itemapi_2.0.{operation}"
    return operation


def all_functions() -> set[str]:
    """Every function ticked."""
    return {function_id(operation) for operation in OPERATIONS}


@dataclass
class Waits:
    """Seconds between the steps of an order (sections 2.2, 2.8, 2.10)."""

    authorise: float = 31 * 60  # counted from the order, see 2.2 (31-32 minutes)
    after_confirm: float = 10  # at least this long in 200
    buyer_cancel: float = 30 * 60
    auto_cancel: float = 14 * 86400
    settle: float = 3600  # 500 -> 600 (not in the reference)
    pay_out: float = 26 * 3600  # 600 -> 700 (not in the reference)
    cancel_fix: float = 5
    cancel_complete: float = 600
    change: float = 300  # 400 -> former state (not in the reference)
    prepay_days: float = 7  # not in the reference
    gift_days: float = 10
    async_result: float = 5
    async_keep: float = 30 * 86400
    phantom_stock: float = 86400
    batch_hour: int = 0
    batch_minute: int = 21

    @classmethod
    def fast(cls) -> Waits:
        """Short waits for a demonstration; the nightly batch stays nightly."""
        return cls(
            authorise=4, after_confirm=3, settle=20, change=5, async_result=1, cancel_complete=5
        )


@dataclass
class Switches:
    """Behaviour the reference is not sure about; the default is the more likely one."""

    es_error_status_200: bool = False  # 1.3: gateway errors come with HTTP 200
    es_not_enabled_status: int = 400  # 1.3 (?)
    strict_content_type: bool = False  # 1.1: only `application/json;charset=utf-8`
    expiry_format: str = "datetime"  # 1.2: datetime, datetime_basic (+0900), date
    order_limit_shared: bool = True  # 1.4 (?): one call a second over all order functions, or each
    too_fast_status: int = 429  # 1.4: 429 or 503
    maintenance_style: str = "html"  # 1.4: html, json, read_only (item: GE0017)
    range_error: str = "ERROR_023"  # 2.3 (?)
    search_future: bool = True  # 2.3 (?): endDatetime may lie after today
    search_overflow: str = "cap"  # 2.3: more than 15,000 hits: cap or error
    business_error_status: int = 400  # 2.9: refused single-order updates
    shipping_states: tuple[int, ...] = (300, 500)  # 2.1 (?)
    before_shipping_states: tuple[int, ...] = (100, 200, 300)  # 2.1 (?)
    batch_waits_for_date: bool = False  # 2.2: batch ignores rows dated later
    cancel_waits: bool = True  # 2.2: cancelOrder goes through 800
    change_waits: bool = True  # 2.2: a changed sum from 200 on goes through 400
    cod_in_request: bool = True  # 2.5, open question 4
    cod_in_tax_summary: bool = True  # 2.5
    wrapping_in_package: str = "first"  # 2.6: first, each, none
    excluded_tax_sum: str = "unit"  # open question 5: unit or line
    tax_rounding: str = "half_up"  # TaxSummary: "not floored"
    inventory_20_keeps_21: bool = True  # section 3 (?)
    bulk_upsert_partial: bool = False  # section 3 (?)
    refuse_tilde: bool = False  # trap 26: full-width tilde, too
    refuse_ampersand: bool = False  # 2.9, one client saw `&` and `・` refused
    title_encoding: str = "cp932"  # open question 11: bytes of 255
    search_delay_seconds: float = 0  # 4.2: up to 24 h
    bulk_item_option: bool = True  # section 4: paid option 商品一括編集


@dataclass
class Shop:
    """One fictional shop."""

    shop_id: int = 999001
    url: str = "sakuranoki-demo"
    name: str = "さくらの木 デモ店"
    service_secret: str = DEMO_SECRET
    license_key: str = DEMO_KEY
    expiry: datetime | None = None  # None: 90 days after the mall was made
    key_active_from: datetime | None = None
    price_rounding: str = "floor"  # floor, ceil, round (section 2.5, priceTaxIncl)
    auto_confirm: bool = False
    lead_time_ids: set[int] = field(default_factory=lambda: {1, 2, 3, 4, 5})
    ship_from_ids: set[int] = field(default_factory=lambda: {1, 2, 3})
    sub_statuses: dict[int, list[tuple[int, str]]] = field(
        default_factory=lambda: {300: [(3601, "01.出荷指示待ち"), (3602, "02.出荷指示済")]}
    )
    dispatch_text: str = "1～2日以内に発送予定（店舗休業日を除く）"
    max_hits: int = 15000
    waits: Waits = field(default_factory=Waits)
    switches: Switches = field(default_factory=Switches)

    def key_expiry(self, made: datetime) -> datetime:
        """End of day 90, or the moment that was set."""
        if self.expiry is not None:
            return self.expiry
        last = made + timedelta(days=90)
        return last.replace(hour=23, minute=59, second=59, microsecond=0)

    def configure(self, settings: dict[str, Any]) -> None:
        """Set values by name: of the shop, of its waits, of its switches."""
        for name, value in settings.items():
            for part in (self.switches, self.waits, self):
                if name in {entry.name for entry in fields(part)}:
                    if name in ("expiry", "key_active_from") and value is not None:
                        value = datetime.fromisoformat(value)
                    setattr(part, name, tuple(value) if isinstance(value, list) else value)
                    break
            else:
                raise ValueError(f"unknown setting {name!r}")

    def as_dict(self) -> dict[str, Any]:
        """Settings without the secrets."""
        return {
            "shop_id": self.shop_id,
            "waits": asdict(self.waits),
            "switches": asdict(self.switches),
        }
