"""The table of named situations (see ``scenarios.py`` for how they are made)."""

from __future__ import annotations

from typing import Any

from .scenarios import Picker, Scenario, Spec, Steps

READY: Steps = [("confirm", {}), ("authorise", {})]
SHIPPED: Steps = [*READY, ("ship", {}), ("report_shipped", {})]
STORE = {
    "cvsCode": 50,
    "storeGenreCode": "L",
    "storeCode": "000000",
    "storeName": "見本町店",
    "storeZip": "150-0000",
    "storePrefecture": "東京都",
    "storeAddress": "渋谷区見本町1-1",
    "areaCode": "00",
    "depo": "00",
    "openTime": "00:00",
    "closeTime": "24:00",
    "cvsRemarks": None,
}


def _one(sku: str, quantity: int = 1, **more: Any) -> Spec:
    line = {"sku": sku, "quantity": quantity, **more}
    return {"lines": [line]}


def _several(p: Picker) -> Spec:
    """The example of section 8.3: two destinations, COD, both rates, both coupons, points."""
    choice = "のし:不要\n領収書は同封されません:了承しました"
    first = [{"sku": p.food, "choices": choice}, {"sku": p.goods, "quantity": 2}]
    second = [
        {"sku": p.rate("0.08", 1), "quantity": 2, "choices": "のし:あり（御中元）\n名入れ:桜井"}
    ]
    return {
        "packages": [
            {"lines": first, "postage": 660, "cod_fee": 330, "drop_off": "宅配ボックス"},
            {
                "lines": second,
                "postage": 880,
                "cod_fee": 330,
                "noshi": "御中元",
                "recipient": p.someone(),
            },
        ],
        "payment": "cod",
        "coupons": [{"by": "shop", "amount": 500}, {"by": "service", "amount": 300}],
        "points": 1000,
        "wrapping": {"paper": {"name": "和紙包装（無料）", "price": 0}},
        "gift": True,
        "delivery_date": p.day(5),
        "shipping_term": 1416,
        "comment": "到着前にお電話をお願いします。",
    }


def _deleted(p: Picker) -> Spec:
    """Deleted package, item and wrapping stay in the answer (section 9, trap 12)."""
    return {
        "packages": [
            {"lines": [{"sku": p.goods}, {"sku": p.variant, "deleted": True}], "postage": 660},
            {"lines": [{"sku": p.food}], "postage": 660, "deleted": True},
        ],
        "wrapping": {"ribbon": {"name": "赤いリボン", "price": 330, "deleted": True}},
        "fields": {"modifyFlag": 1},
    }


def _abroad(p: Picker) -> Spec:
    who = p.someone().but(
        zip1="000", prefecture="国外", city="Example City", street="1 Sample St.", building=""
    )
    return {**_one(p.goods), "recipient": who, "delivery_name": "国際配送", "postage": 3000}


def _nameless(p: Picker) -> Spec:
    who = p.someone().but(given="", given_kana="", family_kana="", phone=("0900000", "", ""))
    return {**_one(p.goods), "buyer": who}


def _mixed(p: Picker) -> Spec:
    lines = [{"sku": p.food, "quantity": 2}, {"sku": p.goods, "quantity": 1}]
    return {"lines": lines, "postage": 0}


SCENARIOS: dict[str, Scenario] = {
    # payments
    "plain": Scenario("カード、1点", lambda p: _one(p.goods)),
    "cod": Scenario("代金引換", lambda p: {**_one(p.goods), "payment": "cod"}),
    "bank_transfer": Scenario(
        "銀行振込、入金待ち", lambda p: {**_one(p.goods), "payment": "bank"}, READY
    ),
    "bank_paid": Scenario(
        "銀行振込、入金済", lambda p: {**_one(p.goods), "payment": "bank"}, [*READY, ("pay", {})]
    ),
    "convenience": Scenario(
        "コンビニ前払、入金待ち", lambda p: {**_one(p.goods), "payment": 14}, READY
    ),
    "seven": Scenario("セブンイレブン前払", lambda p: {**_one(p.goods), "payment": 13}),
    "deferred": Scenario(
        "後払い、手数料250円", lambda p: {**_one(p.goods), "payment": 21, "extra_fee_user": 250}
    ),
    "invoice": Scenario("請求書払い", lambda p: {**_one(p.goods), "payment": 7}),
    "apple_pay": Scenario("Apple Pay", lambda p: {**_one(p.goods), "payment": 12}),
    "paypal": Scenario("PayPal", lambda p: {**_one(p.goods), "payment": 17}),
    "points_only": Scenario(
        "全額ポイント", lambda p: {**_one(p.goods), "payment": 8, "points": "all"}
    ),
    "payment_charge": Scenario(
        "決済手数料220円", lambda p: {**_one(p.goods), "payment": 14, "payment_charge": 220}
    ),
    "unknown_payment": Scenario("未知の決済コード", lambda p: {**_one(p.goods), "payment": 99}),
    "authorise_failed": Scenario(
        "与信NG",
        lambda p: {**_one(p.goods), "auth": "fail"},
        READY[:1] + [("authorise", {"ok": False})],
    ),
    # amounts
    "points": Scenario("ポイント一部利用", lambda p: {**_one(p.goods), "points": 500}),
    "shop_coupon": Scenario(
        "店舗クーポン", lambda p: {**_one(p.variant), "coupons": [{"by": "shop", "amount": 500}]}
    ),
    "mall_coupon": Scenario(
        "楽天クーポン", lambda p: {**_one(p.variant), "coupons": [{"by": "service", "amount": 300}]}
    ),
    "maker_coupon": Scenario(
        "メーカークーポン",
        lambda p: {**_one(p.variant), "coupons": [{"by": "maker", "amount": 200}]},
    ),
    "item_coupon": Scenario(
        "商品クーポン10%とリボン",
        lambda p: {
            **_one(p.variant),
            "postage": 0,
            "wrapping": {"ribbon": {"name": "赤いリボン", "price": 330}},
            "coupons": [{"by": "shop", "percent": 10, "sku": p.variant, "name": "湯呑10%OFF"}],
        },
    ),
    "item_coupon_units": Scenario(
        "商品クーポン2枚、8%と10%",
        lambda p: {
            "lines": [{"sku": p.food, "quantity": 2}, {"sku": p.goods}],
            "postage": 0,
            "coupons": [
                {"by": "service", "amount": 300, "unit": 2, "sku": p.food},
                {"by": "shop", "amount": 400},
            ],
        },
    ),
    "mixed_tax": Scenario("8%と10%", _mixed),
    "mixed_coupon": Scenario(
        "8%と10%にクーポンとポイント",
        lambda p: {**_mixed(p), "coupons": [{"by": "shop", "amount": 1000}], "points": 800},
    ),
    "tax_free": Scenario("非課税0%", lambda p: _one(p.rate("0"), tax_rate=0, tax_included=True)),
    "tax_excluded": Scenario(
        "税別価格、8%と10%",
        lambda p: {
            "lines": [
                {"sku": p.rate("0.1", included=False), "quantity": 3, "tax_included": False},
                {"sku": p.rate("0.08", included=False), "quantity": 2, "tax_included": False},
            ],
            "postage": 0,
        },
    ),
    "postage_included": Scenario("送料込み", lambda p: _one(p.goods, postage_included=True)),
    "undecided": Scenario(
        "金額未確定 -9999、離島",
        lambda p: {
            **_one(p.goods),
            "payment": "bank",
            "undecided": True,
            "buyer": p.someone(island=True),
            "shipping_term": 1,
        },
    ),
    "full_coupon": Scenario(
        "クーポンで0円",
        lambda p: {**_one(p.goods), "postage": 0, "coupons": [{"by": "service", "amount": 99999}]},
    ),
    # gifts, wishes, destinations
    "several_destinations": Scenario("送付先2件（資料8.3の例）", _several, READY),
    "wrapping": Scenario(
        "包装紙とリボン",
        lambda p: {
            **_one(p.goods),
            "gift": True,
            "wrapping": {
                "paper": {"name": "和紙包装", "price": 220},
                "ribbon": {"name": "赤いリボン", "price": 330},
            },
        },
    ),
    "wrapping_untaxed": Scenario(
        "税別の包装",
        lambda p: {**_one(p.food), "wrapping": {"paper": {"price": 150, "tax_included": False}}},
    ),
    "noshi": Scenario(
        "のし",
        lambda p: {
            "packages": [
                {
                    "lines": [{"sku": p.food, "choices": "のし:あり（御中元）\n名入れ:桜井"}],
                    "noshi": "御中元",
                    "recipient": p.someone(),
                }
            ],
            "gift": True,
        },
    ),
    "social_gift": Scenario(
        "ソーシャルギフト、住所未入力",
        lambda p: {**_one(p.variant), "social_gift": True, "postage": 0},
    ),
    "social_gift_accepted": Scenario(
        "ソーシャルギフト、住所入力済",
        lambda p: {**_one(p.variant), "social_gift": True, "postage": 0},
        [*READY, ("accept_gift", {})],
    ),
    "gift_to_other": Scenario(
        "別の届け先", lambda p: {**_one(p.goods), "recipient": p.someone(), "gift": True}, READY
    ),
    "delivery_wish": Scenario(
        "日時指定",
        lambda p: {
            **_one(p.goods),
            "delivery_date": p.day(4),
            "shipping_term": 1820,
            "comment": "不在時は宅配ボックスへお願いします。",
        },
        READY,
    ),
    "early_hours": Scenario(
        "7-8時指定（708）",
        lambda p: {**_one(p.goods), "delivery_date": p.day(4), "shipping_term": 708},
    ),
    "drop_off": Scenario(
        "置き配", lambda p: {"packages": [{"lines": [{"sku": p.goods}], "drop_off": "玄関前"}]}
    ),
    "store_pickup": Scenario(
        "コンビニ受取",
        lambda p: {
            "packages": [{"lines": [{"sku": p.goods}], "store": dict(STORE)}],
            "delivery_name": "コンビニ受取",
        },
    ),
    "remote_island": Scenario(
        "離島", lambda p: {**_one(p.goods), "buyer": p.someone(island=True), "postage": 1500}
    ),
    "abroad": Scenario("国外", _abroad),
    "missing_names": Scenario("名・カナ・電話の一部なし", _nameless),
    "no_delivery": Scenario(
        "発送を伴わない",
        lambda p: {**_one(p.goods), "delivery_name": "発送を伴わない", "postage": 0},
    ),
    "cool": Scenario(
        "クール便、冷凍",
        lambda p: {**_one(p.food), "delivery_name": "クール便", "delivery_class": 3},
    ),
    "mail_bin": Scenario(
        "メール便", lambda p: {**_one(p.goods), "delivery_name": "メール便", "postage": 250}
    ),
    # items
    "multi_sku": Scenario(
        "バリエーション2種",
        lambda p: {"lines": [{"sku": p.food}, {"sku": p.rate("0.08", 1), "quantity": 2}]},
    ),
    "options": Scenario(
        "項目選択肢", lambda p: _one(p.food, choices="のし:不要\n名入れ:A:B\nコロンのない行")
    ),
    "old_sku": Scenario("SKU移行前の注文", lambda p: {**_one(p.variant), "old_sku": True}),
    "unknown_sku": Scenario("未登録のSKU", lambda p: _one(p.unknown())),
    "deal": Scenario(
        "スーパーDEAL", lambda p: _one(p.goods, deal=True, point_rate=20, point_type=2)
    ),
    "drug": Scenario("医薬品", lambda p: _one(p.goods, drug=True)),
    "asuraku": Scenario("あす楽", lambda p: {**_one(p.goods), "asuraku": True}),
    "one_day": Scenario(
        "最強配送・当日出荷",
        lambda p: {**_one(p.goods), "fields": {"deliveryCertPrgFlag": 1, "oneDayOperationFlag": 1}},
    ),
    "deleted_rows": Scenario("削除された行", _deleted),
    "oversold": Scenario("在庫以上の注文", lambda p: _one(p.goods, 9999)),
    # order types
    "subscription": Scenario(
        "定期購入", lambda p: {**_one(p.food), "order_type": 4, "reserve_count": 3}
    ),
    "buying_club": Scenario("頒布会", lambda p: {**_one(p.food), "order_type": 5}),
    "pre_order": Scenario("予約商品", lambda p: {**_one(p.variant), "order_type": 6}),
    # states
    "ready": Scenario("発送待ち", lambda p: _one(p.goods), READY),
    "shipped": Scenario("発送済", lambda p: _one(p.goods), SHIPPED),
    "paying": Scenario("支払手続き中", lambda p: _one(p.goods), [*SHIPPED, ("settle", {})]),
    "paid_out": Scenario(
        "支払手続き済",
        lambda p: _one(p.goods),
        [*SHIPPED, ("settle", {}), ("pay_out", {}), ("receipt", {})],
    ),
    "fraud_hold": Scenario("楽天確認中", lambda p: {**_one(p.variant), "fraud_hold": True}, READY),
    "caution": Scenario(
        "注意表示（受取拒否）", lambda p: {**_one(p.goods), "payment": "cod", "caution": 102}
    ),
    "change_pending": Scenario(
        "変更確定待ち", lambda p: _one(p.goods), [*READY, ("change_request", {})]
    ),
    "buyer_cancelled": Scenario(
        "購入者キャンセル", lambda p: _one(p.goods), [("buyer_cancel", {})]
    ),
    "cancel_pending": Scenario(
        "キャンセル確定待ち", lambda p: _one(p.goods), [*READY, ("shop_cancel", {})]
    ),
    "cancelled": Scenario(
        "キャンセル確定", lambda p: _one(p.goods), [*READY, ("shop_cancel", {}), ("cancel_fix", {})]
    ),
}
