"""Switches of the shop. Where the reference says [?] the likelier answer is the default."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

DEFAULT_SCOPES = (
    "read_orders write_orders read_all_orders read_customers read_products write_products "
    "read_inventory write_inventory read_locations read_merchant_managed_fulfillment_orders "
    "write_merchant_managed_fulfillment_orders read_fulfillments write_fulfillments read_returns "
    "read_publications write_publications read_shopify_payments read_shopify_payments_payouts "
    "read_files write_files read_shipping"
).split()

PLANS: dict[str, tuple[str, int, int]] = {
    "basic": ("Basic", 2000, 100),
    "grow": ("Grow", 2000, 100),
    "advanced": ("Advanced", 4000, 200),
    "plus": ("Shopify Plus", 20000, 1000),
    "enterprise": ("Enterprise", 40000, 2000),
}


@dataclass
class Settings:
    """All of them can be changed by ``configure(**)`` and ``POST /_sim/settings``."""

    shop_name: str = "例示商店"
    shop_domain: str = "reiji-shop.myshopify.com"
    primary_host: str = "shop.example.jp"
    plan: str = "basic"
    scopes: list[str] = field(default_factory=lambda: list(DEFAULT_SCOPES))
    taxes_included: bool = True
    order_prefix: str = "#"
    order_suffix: str = ""
    presentment_currencies: list[str] = field(default_factory=lambda: ["JPY"])
    payments_account: bool = True
    # section 3
    token_mode: str = "ok"  # ok, shop_not_permitted, app_not_installed, invalid_client
    token_seconds: int = 86399
    revoke_previous_token: bool = False  # [?]
    permanent_token_valid: bool = True
    http_status: int = 0  # 402, 403, 404, 423, 430: what every call gets
    # section 4
    throttle: bool = True
    list_without_first_surcharge: bool = True
    price_each_id: bool = False  # [?] nodes(ids:) costs every id, not the list once
    # section 6
    index_lag_seconds: float = 0.0
    # section 7
    protected_data: str = "full"  # full, level1 (personal fields null), none (objects refused)
    # sections 8, 9, 10
    cancel_delay_seconds: float = 0.0
    cancel_polls: int = 1
    fulfillment_not_required: bool = True  # [?]
    card_authorize_only: bool = False
    hold_unpaid: bool = False
    # section 11
    product_updated_by_stock: bool = False  # [?]
    yen_fraction: str = "refuse"  # [?] refuse or round
    yen_money_decimals: int = 0  # [?] 0 -> "1500", 2 -> "1500.00"
    async_polls: int = 1
    media_polls: int = 0
    # section 12
    atomic_inventory: bool = True  # [?]
    idempotency_seconds: int = 86400  # [?]
    # section 13
    bulk_polls: int = 2
    bulk_seconds: float = 30.0
    bulk_error: str = ""  # ACCESS_DENIED, TIMEOUT, INTERNAL_SERVER_ERROR: the next one fails
    # section 14
    webhook_api_version: str = "2026-10"
    allow_local_webhooks: bool = True  # http://127.0.0.1 is accepted although Shopify wants https
    post_external_webhooks: bool = False  # else only addresses of this machine are posted to
    webhook_secret: str = ""  # empty: the client secret
    webhook_timeout: float = 5.0
    # section 2
    oldest_version: str = "2025-10"
    supported_versions: list[str] = field(
        default_factory=lambda: ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10"]
    )

    def change(self, values: dict[str, Any]) -> None:
        """Set known switches; an unknown name is an error, never ignored."""
        known = {f.name for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}")
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able copy."""
        return asdict(self)

    def granted(self) -> frozenset[str]:
        """Scopes held; a ``write_x`` grant implies ``read_x`` (section 3)."""
        held = set(self.scopes)
        held |= {"read_" + s[6:] for s in self.scopes if s.startswith("write_")}
        return frozenset(held)
