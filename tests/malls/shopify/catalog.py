"""Products from the control API, handles, locations, publications (section 11)."""

from __future__ import annotations

import base64
import re
import unicodedata
from decimal import Decimal
from typing import Any

from . import inventory
from .model import Location, Media, Option, OptionValue, Product, Variant
from .money import half_up
from .store import Store

PUBLICATIONS = {2101: "Online Store", 2102: "Point of Sale"}


def seed_locations(store: Store) -> None:
    """Two own warehouses, as in the reference's example answer."""
    rows = [
        ("本社倉庫", "JP-13", "Tōkyō", "千代田区", "神田1-1-1", "101-0001", "0312345678"),
        ("大阪倉庫", "JP-27", "Ōsaka", "大阪市中央区", "本町2-2", "541-0001", None),
    ]
    for name, code, province, city, address1, postcode, phone in rows:
        number = store.next_id("Location")
        place = Location(
            number,
            name,
            code,
            province,
            city,
            address1,
            "",
            postcode,
            phone,
            created_at=store.now(),
        )
        store.locations[number] = store.add(place)


def handle_of(title: str) -> str:
    """Lower case, everything that is no letter or digit becomes "-", Japanese is kept."""
    text = unicodedata.normalize("NFKC", title).lower()
    text = re.sub(r"[^\w]+", "-", text.replace("_", "-"))
    return text.strip("-") or "product"


def free_handle(store: Store, wanted: str) -> str:
    """A derived handle that is taken gets "-1", "-2" … [R]."""
    handle, count = wanted, 0
    while store.product_of(handle):
        count += 1
        handle = f"{wanted}-{count}"
    return handle


def new_product(store: Store, **values: Any) -> Product:
    """Create a product record."""
    now = store.now()
    number = store.next_id("Product")
    product = Product(number, created_at=now, updated_at=now, **values)
    if not product.handle:
        product.handle = free_handle(store, handle_of(product.title))
    store.products[number] = store.add(product)
    store.index_handle(product)
    return product


def new_variant(store: Store, product: Product, **values: Any) -> Variant:
    """Create a variant with its inventory item."""
    now = store.now()
    variant = Variant(
        store.next_id("ProductVariant"),
        store.next_id("InventoryItem"),
        product,
        position=len(product.variants) + 1,
        created_at=now,
        updated_at=now,
        **values,
    )
    product.variants.append(variant)
    store.variants[variant.id] = store.add(variant)
    store.items[variant.item_id] = variant
    store.nodes[variant.item_gid] = variant.item
    store.index_sku(variant)
    return variant


def drop_variant(store: Store, variant: Variant) -> None:
    """Delete a variant; old order lines lose it (section 8, lines without product)."""
    variant.deleted = True
    if variant in variant.product.variants:
        variant.product.variants.remove(variant)
    for gid in (variant.gid, variant.item_gid):
        store.nodes.pop(gid, None)
    store.variants.pop(variant.id, None)
    store.items.pop(variant.item_id, None)
    if variant.sku and variant in store.by_sku.get(variant.sku, []):
        store.by_sku[variant.sku].remove(variant)


def drop_product(store: Store, product: Product) -> None:
    """Delete a product with its variants."""
    for variant in list(product.variants):
        drop_variant(store, variant)
    store.products.pop(product.id, None)
    store.nodes.pop(product.gid, None)
    store.emit("products/delete", product)


def option_value(store: Store, option: Option, name: str) -> OptionValue:
    """The value of an option, created when it is new."""
    for value in option.values:
        if value.name == name:
            return value
    value = store.add(OptionValue(store.next_id("ProductOptionValue"), name))
    option.values.append(value)
    return value


def new_option(store: Store, product: Product, name: str) -> Option:
    """Add an option to a product."""
    option = store.add(Option(store.next_id("ProductOption"), name, len(product.options) + 1))
    product.options.append(option)
    return option


# -- items of the control API --------------------------------------------------


def tax_rate(value: Any) -> Decimal:
    """0.08, 8 and "8%" all mean 8 %."""
    rate = Decimal(str(value).rstrip("%"))
    return rate / 100 if rate >= 1 else rate


def add_items(store: Store, items: list[dict[str, Any]]) -> list[str]:
    """``POST /_sim/items``: SKUs with one ``item_code`` are variants of one product."""
    touched: dict[int, Product] = {}
    known = {p.item_code: p for p in store.products.values() if p.item_code}
    fresh: set[int] = set()
    for item in items:
        code = str(item.get("item_code") or item["sku"])
        product = known.get(code)
        if product is None:
            product = known[code] = new_product(
                store,
                title=str(item.get("item_name") or item["name"]),
                vendor=item.get("vendor", "例示商店"),
                product_type=item.get("product_type", ""),
                item_code=code,
                published=set(PUBLICATIONS),
            )
            fresh.add(product.id)
        _add_item(store, product, item)
        touched[product.id] = product
    for product in touched.values():
        product.updated_at = store.now()
        store.emit("products/create" if product.id in fresh else "products/update", product)
    return [str(item["sku"]) for item in items]


def _add_item(store: Store, product: Product, item: dict[str, Any]) -> None:
    sku = str(item["sku"])
    variant = next((v for v in product.variants if v.sku == sku), None)
    rate = tax_rate(item.get("tax_rate", "0.1"))
    price = Decimal(str(item.get("price", 0)))
    if item.get("tax_included") is False:
        price = price * (1 + rate)
    if variant is None:
        chosen = dict(item.get("option") or {}) or {"Title": "Default Title"}
        variant = new_variant(store, product, sku=sku, selected=_select(store, product, chosen))
    variant.price, variant.tax_rate = half_up(price), rate
    variant.taxable = bool(rate)
    variant.barcode = item.get("barcode", variant.barcode)
    for name in ("tracked", "taxable", "requires_shipping", "inventory_policy"):
        if name in item:
            setattr(variant, name, item[name])
    variant.updated_at = store.now()
    if item.get("image_png_base64"):
        add_media(
            store, product, data=base64.b64decode(item["image_png_base64"]), alt=product.title
        )
    _stock(store, variant, item.get("stock"))


def _select(store: Store, product: Product, chosen: dict[str, str]) -> list[tuple[str, str]]:
    selected = []
    for name, value in chosen.items():
        option = next((o for o in product.options if o.name == name), None)
        option = option or new_option(store, product, name)
        option_value(store, option, str(value))
        selected.append((name, str(value)))
    return selected


def _stock(store: Store, variant: Variant, stock: Any) -> None:
    """A number goes to the first place; a dict names places by gid, id or name."""
    if stock is None:
        return
    places = list(store.locations.values())
    rows = stock if isinstance(stock, dict) else {places[0].gid: stock}
    for key, quantity in rows.items():
        place = next((p for p in places if str(key) in (p.gid, str(p.id), p.name)), None)
        if place is None:
            raise KeyError(f"location {key}")
        level = store.level(variant, place, create=True)
        assert level is not None
        inventory.set_level(store, level, "available", int(quantity))


def add_media(
    store: Store, product: Product, *, data: bytes = b"", source: str = "", alt: str | None = None
) -> Media:
    """Attach an image; what is sent is served again under ``/cdn/<id>``."""
    media = store.add(
        Media(store.next_id("MediaImage"), alt, source, source, created_at=store.now(), data=data)
    )
    media.url = f"/cdn/{media.id}.png" if data else source
    product.media.append(media)
    return media
