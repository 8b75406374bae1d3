"""Built-in items of the fictional shop, in the form of ``POST /_sim/items``."""

from __future__ import annotations

from typing import Any


def _item(
    sku: str,
    code: str,
    title: str,
    price: int,
    rate: float,
    stock: Any,
    option: dict[str, str] | None = None,
    barcode: str | None = None,
) -> dict[str, Any]:
    return {
        "sku": sku,
        "item_code": code,
        "item_name": title,
        "name": title,
        "price": price,
        "tax_rate": rate,
        "stock": stock,
        "option": option,
        "tax_included": True,
        "barcode": barcode,
    }


DEMO_ITEMS: list[dict[str, Any]] = [
    _item(
        "TEA-100",
        "sencha",
        "煎茶 100g",
        1200,
        0.08,
        {"本社倉庫": 60, "大阪倉庫": 15},
        None,
        "4900000000017",
    ),
    _item(
        "CUP-BL",
        "yunomi",
        "湯のみ",
        2200,
        0.1,
        {"本社倉庫": 12, "大阪倉庫": 3},
        {"色": "藍"},
        "4900000000024",
    ),
    _item("CUP-RD", "yunomi", "湯のみ", 2200, 0.1, {"本社倉庫": 12}, {"色": "朱"}, "4900000000031"),
    _item(
        "MM06-MATCHA",
        "matcha-monaka",
        "抹茶アイス最中 詰め合わせ",
        3240,
        0.08,
        40,
        {"味": "抹茶"},
        "4900000000048",
    ),
    _item(
        "MM06-HOUJI",
        "matcha-monaka",
        "抹茶アイス最中 詰め合わせ",
        3240,
        0.08,
        40,
        {"味": "ほうじ茶"},
        "4900000000055",
    ),
    _item("TENUGUI-01", "tenugui", "注染手ぬぐい 麻の葉", 1357, 0.1, 50, None, "4900000000062"),
    _item("TEE-S", "tee", "藍染Tシャツ", 4980, 0.1, 8, {"サイズ": "S"}, "4900000000079"),
    _item("TEE-M", "tee", "藍染Tシャツ", 4980, 0.1, 2, {"サイズ": "M"}, "4900000000086"),
    _item("TANSU-01", "tansu", "桐たんす 小", 29800, 0.1, 1, None, "4900000000093"),
]
