"""Built-in items of the fictional shop, in the form of ``POST /_sim/items``."""

from __future__ import annotations

from typing import Any


def _item(
    sku: str, code: str, title: str, price: int, rate: float, stock: int, **more: Any
) -> dict[str, Any]:
    base = {"sku": sku, "item_code": code, "item_name": title, "name": title, "price": price}
    return {**base, "tax_rate": rate, "stock": stock, "option": None, "tax_included": True, **more}


_MONAKA = "抹茶アイス最中 詰め合わせ【冷凍】"
_YUNOMI = "有田焼 湯呑 唐草"
_CHOICES = [
    {
        "displayName": "のし",
        "inputType": "SINGLE_SELECTION",
        "required": True,
        "selections": [{"displayValue": "不要"}, {"displayValue": "あり（御中元）"}],
    },
    {"displayName": "名入れ", "inputType": "FREE_TEXT", "required": False},
]
DEMO_ITEMS: list[dict[str, Any]] = [
    _item(
        "MM06-MATCHA",
        "matcha-monaka",
        _MONAKA,
        3240,
        0.08,
        40,
        item_number="MM-06",
        option={"個数": "6個入", "味": "抹茶"},
        barcode="4900000000017",
        variant_id="mm-06-matcha",
        customization_options=_CHOICES,
    ),
    _item(
        "MM06-HOUJI",
        "matcha-monaka",
        _MONAKA,
        3240,
        0.08,
        40,
        item_number="MM-06",
        option={"個数": "6個入", "味": "ほうじ茶"},
        variant_id="mm-06-houji",
    ),
    # The shop's code of this one is the itemNumber; merchantDefinedSkuId is empty.
    _item(
        "AR-KZ01",
        "arita-kozara",
        "有田焼 小皿 青海波",
        1650,
        0.1,
        30,
        item_number="AR-KZ01",
        merchant_sku=None,
    ),
    _item(
        "ARYN02B",
        "arita-yunomi",
        _YUNOMI,
        3850,
        0.1,
        25,
        item_number="AR-YN02",
        option={"色": "藍"},
        variant_id="ar-yn02-blue",
    ),
    _item(
        "ARYN02R",
        "arita-yunomi",
        _YUNOMI,
        3850,
        0.1,
        3,
        item_number="AR-YN02",
        option={"色": "赤"},
        variant_id="ar-yn02-red",
    ),
    _item("TENUGUI-01", "tenugui", "注染手ぬぐい 麻の葉", 1234, 0.1, 50, tax_included=False),
    _item("SENCHA-100", "sencha", "煎茶 100g", 987, 0.08, 60, tax_included=False),
    _item("GIFTCARD-5000", "gift-card", "商品券 5,000円", 5000, 0, 20),
    _item("TANSU-01", "kiri-tansu", "桐たんす 小", 29800, 0.1, 2, postage_included=True),
    _item("KAZEGUSURI", "kazegusuri", "かぜ薬 20包", 1980, 0.1, 12, drug=True),
]
