"""Items and stock of the shop (reference sections 3 and 4)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from .times import item_time, parse_item_time

Key = tuple[str, str]
SINGLE = "normal-inventory"


@dataclass
class Stock:
    """One stock record; ``lead`` and ``ship_from`` exist in 2.1 only."""

    quantity: int
    created: str
    updated: str
    lead: dict[str, int] | None = None
    ship_from: list[int] | None = None


@dataclass
class Sku:
    """What a buyer can choose: an item's variant and the shop's own code."""

    sku: str
    manage_number: str
    variant_id: str


def feature_defaults() -> dict[str, Any]:
    """Switches of an item as in the sample bodies."""
    return {
        "searchVisibility": "ALWAYS_VISIBLE",
        "displayNormalCartButton": True,
        "displaySubscriptionCartButton": False,
        "inventoryDisplay": "HIDDEN_STOCK",
        "shopContact": True,
        "review": "SHOP_SETTING",
        "displayManufacturerContents": False,
        "socialGiftFlag": False,
    }


def item_defaults() -> dict[str, Any]:
    """Values an item has when they are left out (section 4.1 and the sample bodies)."""
    layout = (
        "navigationId layoutSequenceId smallDescriptionId largeDescriptionId showcaseId".split()
    )
    return {
        "itemType": "NORMAL",
        "hideItem": False,
        "unlimitedInventoryFlag": False,
        "features": feature_defaults(),
        "payment": {"taxIncluded": True, "taxRate": "0.1", "cashOnDeliveryFeeIncluded": False},
        "itemDisplaySequence": 999999999,
        "layout": {"itemLayoutId": 1, **dict.fromkeys(layout, 0)},
    }


class Catalog:
    """Items by manageNumber, stock by (manageNumber, variantId), SKUs by the shop's code."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.item_ids: dict[str, int] = {}
        self.stock: dict[Key, Stock] = {}
        self.skus: dict[str, Sku] = {}
        self.by_key: dict[Key, str] = {}
        self.images: dict[str, str] = {}
        self.extras: dict[str, dict[str, Any]] = {}
        self.phantoms: set[Key] = set()
        #: Search index: manageNumber -> (item as indexed or None when deleted, moment).
        self.pending_index: dict[str, list[tuple[str, dict[str, Any] | None]]] = {}
        self.index: dict[str, dict[str, Any] | None] = {}

    # -- from the control API --------------------------------------------------

    def add(self, entry: dict[str, Any], now: datetime) -> str:
        """Take over one SKU of ``POST /_sim/items``."""
        sku = str(entry["sku"])
        number = manage_number(entry.get("item_code") or sku)
        option = entry.get("option") or None
        variant = entry.get("variant_id") or (_variant_id(sku) if option else SINGLE)
        item = self.items.get(number)
        if item is None:
            item = self._new_item(number, entry, now)
        item["variants"][variant] = _variant(entry)
        if option:
            item["variants"][variant]["selectorValues"] = self._select(item, option)
        item["updated"] = item_time(now)
        self._index_sku(sku, number, variant)
        if entry.get("image_png_base64"):
            self.images[sku] = entry["image_png_base64"]
        known = {"cod_included", "deal", "drug", "postage_included", "asuraku"}
        self.extras[sku] = {name: entry[name] for name in known & entry.keys()}
        if entry.get("stock") is not None:
            self.set_stock((number, variant), int(entry["stock"]), now)
        self.touch(number, now, 0)
        return sku

    def _new_item(self, number: str, entry: dict[str, Any], now: datetime) -> dict[str, Any]:
        item = {
            "manageNumber": number,
            "itemNumber": entry.get("item_number") or entry.get("item_code") or str(entry["sku"]),
            "title": entry.get("item_name") or entry.get("name") or str(entry["sku"]),
            "genreId": str(entry.get("genre_id") or "201198"),
            **item_defaults(),
            "variants": {},
            "created": item_time(now),
            "updated": item_time(now),
        }
        item["payment"]["taxIncluded"] = bool(entry.get("tax_included", True))
        item["payment"]["taxRate"] = rate_text(entry.get("tax_rate", 0.1))
        if entry.get("customization_options"):
            item["customizationOptions"] = entry["customization_options"]
        self.items[number] = item
        self.item_ids.setdefault(number, 10000051 + len(self.item_ids))
        return item

    @staticmethod
    def _select(item: dict[str, Any], option: dict[str, str]) -> dict[str, str]:
        selectors = item.setdefault("variantSelectors", [])
        chosen = {}
        for name, value in option.items():
            found = next((s for s in selectors if s["displayName"] == name), None)
            if found is None:
                found = {"key": f"key{len(selectors)}", "displayName": name, "values": []}
                selectors.append(found)
            if {"displayValue": value} not in found["values"]:
                found["values"].append({"displayValue": value})
            chosen[found["key"]] = value
        return chosen

    # -- SKUs ------------------------------------------------------------------

    def _index_sku(self, sku: str, number: str, variant: str) -> None:
        self.skus[sku] = Sku(sku, number, variant)
        self.by_key[number, variant] = sku

    def reindex(self, number: str) -> None:
        """After a write by the item API: bring the SKU list in line with the variants."""
        for key in [k for k in self.by_key if k[0] == number]:
            if key[1] not in self.items.get(number, {}).get("variants", {}):
                self.skus.pop(self.by_key.pop(key), None)
                self.phantoms.add(key)
        item = self.items.get(number)
        if item is None:
            return
        self.item_ids.setdefault(number, 10000051 + len(self.item_ids))
        for variant, data in item["variants"].items():
            single = item.get("itemNumber") or number if variant == SINGLE else variant
            sku = data.get("merchantDefinedSkuId") or single
            old = self.by_key.get((number, variant))
            if old is not None and old != sku and data.get("merchantDefinedSkuId"):
                self.skus.pop(old, None)
                old = None
            if old is None:
                self._index_sku(sku, number, variant)

    def variant(self, sku: str) -> tuple[dict[str, Any], dict[str, Any], Sku]:
        """Item, variant and key of a SKU; KeyError when unknown."""
        found = self.skus[sku]
        item = self.items[found.manage_number]
        return item, item["variants"][found.variant_id], found

    def exists(self, key: Key) -> bool:
        """Does this variant exist as an item?"""
        return key[1] in self.items.get(key[0], {}).get("variants", {})

    # -- stock -----------------------------------------------------------------

    def quantity(self, sku: str) -> int:
        """Sellable quantity; without a record: 0 (section 4.1)."""
        found = self.skus[sku]
        record = self.stock.get((found.manage_number, found.variant_id))
        return record.quantity if record else 0

    def set_stock(self, key: Key, quantity: int, now: datetime) -> Stock:
        """Write a quantity; creates the record when there is none."""
        stamp = item_time(now)
        record = self.stock.get(key)
        if record is None:
            record = self.stock[key] = Stock(quantity, stamp, stamp)
        if not self.exists(key):
            self.phantoms.add(key)
        record.quantity, record.updated = quantity, stamp
        return record

    def move(self, sku: str, change: int, now: datetime) -> int:
        """Orders and cancels; never below zero. Returns what was really moved."""
        found = self.skus.get(sku)
        if found is None:
            return 0
        before = self.quantity(sku)
        after = min(max(before + change, 0), 99999)
        self.set_stock((found.manage_number, found.variant_id), after, now)
        return after - before

    def purge(self, now: datetime, age: float) -> None:
        """Stock of SKUs that do not exist vanishes after about 24 h (section 3)."""
        for key in list(self.phantoms):
            record = self.stock.get(key)
            if record is None or self.exists(key):
                self.phantoms.discard(key)
                continue
            updated = parse_item_time(record.updated)
            if updated and (now - updated).total_seconds() >= age:
                del self.stock[key]

    # -- search index ----------------------------------------------------------

    def touch(self, number: str, now: datetime, delay: float) -> None:
        """An item changed or vanished: the index learns it after ``delay`` seconds."""
        item = copy.deepcopy(self.items.get(number))
        if delay <= 0:
            self.pending_index.pop(number, None)
            self._apply_index(number, item)
            return
        due = item_time(now + timedelta(seconds=delay))
        self.pending_index.setdefault(number, []).append((due, item))

    def _apply_index(self, number: str, item: dict[str, Any] | None) -> None:
        if item is None:
            self.index.pop(number, None)
        else:
            self.index[number] = item

    def indexed(self, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
        """The index as it stands; an item deleted meanwhile shows its manageNumber only."""
        stamp = item_time(now)
        for number, changes in list(self.pending_index.items()):
            while changes and changes[0][0] <= stamp:
                self._apply_index(number, changes.pop(0)[1])
            if not changes:
                del self.pending_index[number]
        for number in sorted(self.index):
            item = self.index[number]
            if item is not None:
                yield number, item if number in self.items else {"manageNumber": number}

    # -- state file ------------------------------------------------------------

    def dump(self) -> dict[str, Any]:
        """JSON-able copy."""
        return {
            "items": self.items,
            "item_ids": self.item_ids,
            "stock": [[*key, asdict(record)] for key, record in self.stock.items()],
            "skus": [asdict(sku) for sku in self.skus.values()],
            "images": self.images,
            "extras": self.extras,
        }

    def load(self, data: dict[str, Any]) -> None:
        """Take over :meth:`dump`."""
        self.items, self.item_ids = data["items"], data["item_ids"]
        self.stock = {(a, b): Stock(**record) for a, b, record in data["stock"]}
        self.images, self.extras = data["images"], data["extras"]
        self.skus, self.by_key = {}, {}
        for entry in data["skus"]:
            self._index_sku(entry["sku"], entry["manage_number"], entry["variant_id"])
        self.index = {number: copy.deepcopy(item) for number, item in self.items.items()}
        self.phantoms = {key for key in self.stock if not self.exists(key)}


def rate_text(rate: float | str | None) -> str | None:
    """Item API spells the tax rate as a string: "0.1", "0.08", "0" (section 4)."""
    if rate is None:
        return None
    value = float(rate)
    value = value / 100 if value >= 1 else value
    return {0.0: "0", 0.08: "0.08", 0.1: "0.1"}[round(value, 4)]


def manage_number(code: str) -> str:
    """``a-z0-9-_``, at most 32 bytes (section 4.1)."""
    return re.sub(r"[^a-z0-9_-]", "-", code.lower())[:32]


def _variant_id(sku: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", sku)[:32]


def _variant(entry: dict[str, Any]) -> dict[str, Any]:
    barcode = entry.get("barcode")
    variant: dict[str, Any] = {
        "merchantDefinedSkuId": entry.get("merchant_sku", str(entry["sku"])),
        "restockOnCancel": bool(entry.get("restock_on_cancel", True)),
        "backOrderFlag": False,
        "normalDeliveryDateId": 1000,
        "orderQuantityLimit": 0,
        "features": {"restockNotification": False, "noshi": True},
        "hidden": False,
        "standardPrice": str(int(entry["price"])),
        "articleNumber": {"value": barcode} if barcode else {"exemptionReason": 3},
        "shipping": {
            "postageIncluded": bool(entry.get("postage_included", False)),
            "singleItemShipping": 0,
            "okihaiSetting": True,
        },
        "attributes": [{"name": "ブランド名", "values": ["見本"]}],
    }
    if variant["merchantDefinedSkuId"] is None:
        del variant["merchantDefinedSkuId"]
    return variant
