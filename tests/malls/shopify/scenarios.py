"""Named situations: every kind of order the reference knows (sections 8 to 10, 16, 19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ..common.control import Refused
from .inventory import sellable
from .store import Store

Spec = dict[str, Any]
Steps = list[tuple[str, dict[str, Any]]]


class Picker:
    """Chooses SKUs of the catalogue: ``at(0)``, ``food()`` (8 %), ``goods()`` (10 %)."""

    def __init__(self, store: Store) -> None:
        self.variants = [v for v in store.variants.values() if v.sku and sellable(v) >= 1]
        self.variants = self.variants or [v for v in store.variants.values() if v.sku]
        if not self.variants:
            raise Refused("no items")
        self.store = store

    def at(self, index: int) -> str:
        """Any SKU."""
        return str(self.variants[index % len(self.variants)].sku)

    def food(self) -> str:
        """A SKU taxed at 8 %, if there is one."""
        return next((str(v.sku) for v in self.variants if int(v.tax_rate * 100) == 8), self.at(0))

    def goods(self) -> str:
        """A SKU taxed at 10 %, if there is one."""
        return next((str(v.sku) for v in self.variants if int(v.tax_rate * 100) == 10), self.at(1))


@dataclass
class Scenario:
    """How to order, and what happens afterwards."""

    make: Callable[[Picker], Spec]
    after: Steps = field(default_factory=list)


def _one(**more: Any) -> Callable[[Picker], Spec]:
    return lambda p: {"lines": [{"sku": p.at(0), "quantity": 1}], **more}


def _two(**more: Any) -> Callable[[Picker], Spec]:
    """One line of food, one of other goods: both tax rates."""
    return lambda p: {
        "lines": [{"sku": p.food(), "quantity": 2}, {"sku": p.goods(), "quantity": 1}],
        **more,
    }


def _code(percent: int, **more: Any) -> Spec:
    return {"kind": "code", "title": f"AKI{percent}", "percent": percent, **more}


def _bundle(p: Picker) -> Spec:
    parts = [
        {"sku": p.food(), "quantity": 1, "price": 800},
        {"sku": p.goods(), "quantity": 2, "price": 1500},
    ]
    return {"lines": [{**row, "bundle": "お茶セット", "bundle_quantity": 1} for row in parts]}


def _many(p: Picker) -> Spec:
    return {"lines": [{"sku": p.at(i), "quantity": 1} for i in range(60)], "oversell": True}


def _null_sku(p: Picker) -> Spec:
    return {
        "lines": [
            {"sku": p.at(0)},
            {"sku": p.at(1), "sku_text": None},
            {"sku": p.at(2), "sku_text": ""},
        ],
        "oversell": True,
    }


def _custom(p: Picker) -> Spec:
    return {
        "lines": [
            {"sku": p.at(0)},
            {"custom": True, "title": "名入れ料", "price": 550, "sku": None},
        ]
    }


def _gift_sold(p: Picker) -> Spec:
    return {
        "lines": [
            {
                "custom": True,
                "title": "ギフトカード",
                "price": 5000,
                "gift_card": True,
                "requires_shipping": False,
            }
        ],
        "shipping": None,
    }


def _split(p: Picker) -> Spec:
    lines = [{"sku": p.at(0), "quantity": 2}, {"sku": p.at(1), "quantity": 1}]
    return {"lines": lines, "split": [[0, 0, 1], [1, 0, 1], [1, 1, 1]], "oversell": True}


def _old(p: Picker) -> Spec:
    return {**_one()(p), "created": p.store.now() - timedelta(days=70), "past": True}


def _wishes(p: Picker) -> Spec:
    attributes = [
        ["配送希望日", "2026-11-25"],
        ["配送希望時間帯", "14:00-16:00"],
        ["のし", "御歳暮"],
        ["のし", "外のし"],
    ]
    lines = [{"sku": p.at(0), "attributes": {"名入れ": "山田"}}]
    return {"lines": lines, "attributes": attributes, "note": "のし希望", "tags": ["ギフト"]}


_STRANGE = {
    "first_name": None,
    "last_name": "山田 太郎",
    "zip": "〒１５００００１",
    "province_code": "JP-13",
    "province": "Tokyo",
    "city": "渋谷区",
    "address1": "神宮前１－２－３",
    "address2": None,
    "phone": "＋８１９０００００１２３４",
    "company": "株式会社例示",
}
SHIPPED: Steps = [("fulfill", {})]
SCENARIOS: dict[str, Scenario] = {
    # payments
    "standard": Scenario(_one()),
    "two_rates": Scenario(_two()),
    "konbini": Scenario(_one(payment="konbini")),
    "konbini_paid": Scenario(_one(payment="konbini"), [("pay", {})]),
    "expired": Scenario(_one(payment="konbini"), [("expire", {})]),
    "expired_paid": Scenario(_one(payment="konbini"), [("expire", {}), ("pay", {})]),
    "payeasy": Scenario(_one(payment="payeasy")),
    "bank": Scenario(_one(payment="bank")),
    "cod": Scenario(_one(payment="cod", shipping=[{"title": "代引き便", "price": 880}])),
    "cod_ja": Scenario(_one(payment="cod_ja")),
    "cod_fee_line": Scenario(
        lambda p: {
            "lines": [
                {"sku": p.at(0)},
                {"custom": True, "title": "代引き手数料", "price": 330, "requires_shipping": False},
            ],
            "payment": "cod_ja",
        }
    ),
    "paypay": Scenario(_one(payment="paypay")),
    "amazon_pay": Scenario(_one(payment="amazon_pay")),
    "card_authorized": Scenario(_one(payment="card_authorized")),
    "card_captured": Scenario(_one(payment="card_authorized"), [("capture", {})]),
    "gift_card_and_card": Scenario(
        _one(payments=[{"method": "gift_card", "amount": 500}, {"method": "card"}])
    ),
    "zero_total": Scenario(_one(discounts=[_code(100)], shipping=0)),
    # lines and money
    "code_discount": Scenario(_two(discounts=[_code(10)])),
    "fixed_discount": Scenario(
        _two(discounts=[{"kind": "code", "title": "500YEN", "amount": 500}])
    ),
    "automatic_discount": Scenario(
        _two(discounts=[{"kind": "automatic", "title": "まとめ割", "percent": 5}])
    ),
    "line_discount": Scenario(
        _two(
            discounts=[
                {
                    "kind": "manual",
                    "title": "お得意様",
                    "amount": 100,
                    "target": "line",
                    "lines": [0],
                }
            ]
        )
    ),
    "each_discount": Scenario(
        _two(
            discounts=[
                {
                    "kind": "automatic",
                    "title": "2個目割",
                    "amount": 50,
                    "target": "lines",
                    "lines": [0],
                    "each": True,
                }
            ]
        )
    ),
    "free_shipping": Scenario(
        _two(discounts=[{"kind": "code", "title": "SOURYO", "percent": 100, "target": "shipping"}])
    ),
    "shipping_discount": Scenario(
        _two(
            discounts=[
                {"kind": "automatic", "title": "送料半額", "percent": 50, "target": "shipping"}
            ]
        )
    ),
    "stacked_discounts": Scenario(
        _two(
            discounts=[
                {
                    "kind": "automatic",
                    "title": "夏割",
                    "percent": 7,
                    "target": "lines",
                    "lines": [0],
                    "each": True,
                },
                _code(3),
                {"kind": "code", "title": "SOURYO", "percent": 100, "target": "shipping"},
            ]
        )
    ),
    "tip": Scenario(_one(tip=300)),
    "tip_line": Scenario(_one(tip=300, tip_line=True)),
    "bundle": Scenario(_bundle),
    "custom_line": Scenario(_custom),
    "gift_card_sold": Scenario(_gift_sold),
    "null_sku": Scenario(_null_sku),
    "many_lines": Scenario(_many),
    "several_shippings": Scenario(
        _one(
            shipping=[{"title": "ヤマト宅急便", "price": 660}, {"title": "クール便", "price": 330}]
        )
    ),
    "free_postage": Scenario(_one(shipping=[{"title": "送料無料", "price": 0}])),
    "usd": Scenario(_two(presentment="USD", discounts=[_code(10)])),
    # buyers and channels
    "guest": Scenario(_one(buyer="guest")),
    "anonymous": Scenario(
        _one(
            buyer="anonymous",
            source_name="pos",
            attribution=("pos", "Point of Sale"),
            shipping=None,
            payment="cash",
        )
    ),
    "strange_address": Scenario(_one(buyer=_STRANGE)),
    "island": Scenario(_one(buyer={"island": True})),
    "other_billing": Scenario(
        _one(
            billing={
                "lastName": "例示",
                "firstName": "経理",
                "company": "例示商事",
                "zip": "100-0000",
                "provinceCode": "JP-13",
                "city": "千代田区",
                "address1": "見本町9-9",
            }
        )
    ),
    "wishes": Scenario(_wishes),
    "test_order": Scenario(_one(test=True)),
    "draft_order": Scenario(
        _one(
            source_name="shopify_draft_order",
            attribution=None,
            discounts=[{"kind": "manual", "title": "値引き", "amount": 200}],
        )
    ),
    "other_channel": Scenario(
        _one(
            source_name="900001",
            source_identifier="R-240001",
            attribution=("rakuten", "楽天市場"),
            tags=["rakuten"],
        )
    ),
    "old_order": Scenario(_old),
    # goods
    "split": Scenario(_split),
    "oversold": Scenario(
        lambda p: {"lines": [{"sku": p.at(0), "quantity": 999}], "oversell": True}
    ),
    "hold": Scenario(_one(hold="INCORRECT_ADDRESS")),
    "scheduled": Scenario(_one(scheduled=True)),
    "fulfilled": Scenario(_two(), SHIPPED),
    "partly_fulfilled": Scenario(_two(), [("fulfill", {"lines": [{"line": 0, "quantity": 1}]})]),
    "delivered": Scenario(_two(), [*SHIPPED, ("deliver", {})]),
    # after sale
    "cancelled": Scenario(_two(), [("buyer_cancel", {})]),
    "cancelled_unpaid": Scenario(_one(payment="konbini"), [("buyer_cancel", {"refund": False})]),
    "edited_add": Scenario(
        _one(), [("edit", {"add": [{"custom": True, "title": "追加ラッピング", "price": 330}]})]
    ),
    "edited_remove": Scenario(
        _two(), [("edit", {"remove": [{"line": 0, "quantity": 1}], "refund": True})]
    ),
    "partial_refund": Scenario(
        _two(discounts=[_code(10)]), [("refund", {"lines": [{"line": 0, "quantity": 1}]})]
    ),
    "refund_restocked": Scenario(
        _two(), [("refund", {"lines": [{"line": 0, "quantity": 1}], "restock": True})]
    ),
    "goodwill_refund": Scenario(_two(), [*SHIPPED, ("refund", {"amount": 300, "note": "お詫び"})]),
    "full_refund": Scenario(_two(), [*SHIPPED, ("refund", {"full": True})]),
    "shipping_refund": Scenario(_two(), [*SHIPPED, ("refund", {"shipping": True})]),
    "return_requested": Scenario(
        _two(), [*SHIPPED, ("return_request", {"lines": [{"line": 1, "quantity": 1}]})]
    ),
    "returned": Scenario(
        _two(),
        [*SHIPPED, ("return_open", {"lines": [{"line": 1, "quantity": 1}]}), ("return_close", {})],
    ),
    "exchange": Scenario(
        _two(),
        [
            *SHIPPED,
            (
                "return_open",
                {
                    "lines": [{"line": 1, "quantity": 1}],
                    "exchange": [{"custom": True, "title": "交換品", "price": 500}],
                },
            ),
            ("return_close", {}),
        ],
    ),
    "archived": Scenario(_two(), [*SHIPPED, ("archive", {})]),
}
#: Situations without an event of their own, for mix "all".
PLAIN = [
    name
    for name, s in SCENARIOS.items()
    if not s.after and name not in ("oversold", "old_order", "many_lines", "split")
]
