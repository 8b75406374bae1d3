"""``productSet`` and ``productVariantsBulkUpdate`` (section 11)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import catalog, inventory
from .fulfil import Refusal
from .model import Location, Media, Product, Variant
from .money import half_up, parse_money
from .store import Store

MAX_VARIANTS, MAX_OPTIONS, MAX_TITLE = 2048, 3, 255


def find_product(store: Store, identifier: dict[str, Any] | None) -> Product | None:
    """By ``id``, ``handle`` or ``customId`` (a unique metafield of type ``id``)."""
    if not identifier:
        return None
    if identifier.get("id"):
        return store.get(identifier["id"], Product)
    if identifier.get("handle"):
        return store.product_of(identifier["handle"])
    custom = identifier.get("customId") or {}
    key = (custom.get("namespace") or "$app", custom.get("key", ""))
    for product in store.products.values():
        found = product.metafields.get(key)
        if found and found["value"] == custom.get("value"):
            return product
    return None


def yen_of(store: Store, value: Any, path: list[str]) -> int:
    """A yen price; a fraction is refused or rounded [?] (switch ``yen_fraction``)."""
    try:
        amount = parse_money(value)
    except ValueError as exc:
        raise Refusal("Price is not a number", path, "INVALID_INPUT") from exc
    if amount < 0:
        raise Refusal("Price must be greater than or equal to 0", path, "GREATER_THAN_OR_EQUAL_TO")
    if amount != amount.to_integral_value() and store.settings.yen_fraction == "refuse":
        raise Refusal("Price must be a whole number for JPY", path, "INVALID_INPUT")
    return half_up(amount)


def product_set(store: Store, identifier: dict[str, Any] | None, value: dict[str, Any]) -> Product:
    """Declarative upsert: lists given are complete, what is missing in them is deleted."""
    if identifier and value.get("id"):
        raise Refusal(
            "The id field is not allowed if identifier is provided.",
            ["input", "id"],
            "ID_NOT_ALLOWED",
        )
    known = identifier or ({"id": value["id"]} if value.get("id") else None)
    product = find_product(store, known)
    if product is None and known and known.get("id"):
        raise Refusal(
            "Product does not exist",
            ["identifier" if identifier else "input", "id"],
            "PRODUCT_DOES_NOT_EXIST",
        )
    check(store, product, value)
    fresh = product is None
    if product is None:
        handle = value.get("handle") or (identifier or {}).get("handle") or ""
        product = catalog.new_product(store, title=value["title"], handle=handle)
    _scalars(product, value)
    store.index_handle(product)
    _metafields(store, product, value, identifier)
    if value.get("files") is not None:
        _files(store, product, value["files"])
    if value.get("productOptions") is not None:
        _options(store, product, value["productOptions"])
    if value.get("variants") is not None:
        _variants(store, product, value["variants"])
    elif fresh:
        _default_variant(store, product)
    product.updated_at = store.now()
    store.emit("products/create" if fresh else "products/update", product)
    return product


def check(store: Store, product: Product | None, value: dict[str, Any]) -> None:
    """Rules known before anything is written."""
    if product is None and not (value.get("title") or "").strip():
        raise Refusal("Title can't be blank", ["input", "title"], "INVALID_INPUT")
    for name, label in (("title", "Title"), ("vendor", "Vendor"), ("productType", "Product type")):
        if len(value.get(name) or "") > MAX_TITLE:
            raise Refusal(
                f"{label} is too long (maximum is 255 characters)", ["input", name], "INVALID_INPUT"
            )
    handle = value.get("handle")
    if handle and store.product_of(handle) not in (None, product):
        raise Refusal(
            f"Handle '{handle}' already in use. Please provide a new handle.",
            ["input", "handle"],
            "HANDLE_NOT_UNIQUE",
        )
    options, variants = value.get("productOptions"), value.get("variants")
    if variants is not None and options is None:
        raise Refusal(
            "Must specify product options when updating variants.",
            ["input", "productOptions"],
            "PRODUCT_OPTIONS_INPUT_MISSING",
        )
    if options is not None and variants is None:
        raise Refusal(
            "Must specify variants when updating options.",
            ["input", "variants"],
            "VARIANTS_INPUT_MISSING",
        )
    if options is not None and len(options) > MAX_OPTIONS:
        raise Refusal(
            "Can only specify a maximum of 3 options",
            ["input", "productOptions"],
            "OPTIONS_OVER_LIMIT",
        )
    for index, row in enumerate(variants or []):
        _check_variant(store, product, value, row, ["input", "variants", str(index)])
    _check_doubles(variants or [])
    for index, row in enumerate(value.get("files") or []):
        _check_file(row, ["input", "files", str(index)])


def _check_variant(
    store: Store,
    product: Product | None,
    value: dict[str, Any],
    row: dict[str, Any],
    path: list[str],
) -> None:
    _check_option_values(value, row, path)
    if row.get("id") and (product is None or not any(v.gid == row["id"] for v in product.variants)):
        raise Refusal(
            "Product variant does not exist", path + ["id"], "PRODUCT_VARIANT_DOES_NOT_EXIST"
        )
    for name in ("price", "compareAtPrice"):
        if row.get(name) is not None:
            yen_of(store, row[name], path + [name])
    _check_levels(store, row.get("inventoryQuantities") or [], path + ["inventoryQuantities"])
    if row.get("file") and not _same_file(row["file"], value.get("files")):
        raise Refusal(
            "Variant file must be included in the product files", path + ["file"], "INVALID_INPUT"
        )


def _check_option_values(value: dict[str, Any], row: dict[str, Any], path: list[str]) -> None:
    """One existing value for every option."""
    names = {
        o.get("name"): {v.get("name") for v in o.get("values") or []}
        for o in value["productOptions"]
    }
    for index, chosen in enumerate(row["optionValues"]):
        here = path + ["optionValues", str(index)]
        if chosen.get("optionName") and chosen["optionName"] not in names:
            raise Refusal("Option does not exist", here, "OPTION_DOES_NOT_EXIST")
        wanted = names.get(chosen.get("optionName"))
        if wanted is not None and chosen.get("name") not in wanted:
            raise Refusal("Option value does not exist", here, "OPTION_VALUE_DOES_NOT_EXIST")
    if len(row["optionValues"]) != len(names):
        raise Refusal(
            "Variant must have one value for every option",
            path + ["optionValues"],
            "INVALID_VARIANT",
        )


def _check_levels(store: Store, levels: list[dict[str, Any]], path: list[str]) -> None:
    """At most 250 quantities, at existing places."""
    if len(levels) > 250:
        raise Refusal(
            "Inventory quantities limit exceeded", path, "INVENTORY_QUANTITIES_LIMIT_EXCEEDED"
        )
    for index, level in enumerate(levels):
        if store.get(level["locationId"], Location) is None:
            raise Refusal(
                "Location does not exist", path + [str(index), "locationId"], "INVALID_INPUT"
            )


def _same_file(wanted: dict[str, Any], files: list[dict[str, Any]] | None) -> bool:
    keys = ("id", "originalSource")
    return any(all(f.get(k) == wanted.get(k) for k in keys) for f in files or [])


def _check_doubles(variants: list[dict[str, Any]]) -> None:
    seen = set()
    for index, row in enumerate(variants):
        key = tuple(v.get("name") for v in row["optionValues"])
        if key in seen:
            raise Refusal(
                "The variant already exists. Please change at least one option value.",
                ["input", "variants", str(index)],
                "INVALID_VARIANT",
            )
        seen.add(key)


def _check_file(row: dict[str, Any], path: list[str]) -> None:
    """``originalSource`` must be a public https URL or a staged upload."""
    source = row.get("originalSource")
    if row.get("id"):
        return
    local = (source or "").startswith("http://127.0.0.1")
    if not source or not (source.startswith("https://") or local):
        raise Refusal("File URL is invalid", path + ["originalSource"], "INVALID_INPUT")


def _scalars(product: Product, value: dict[str, Any]) -> None:
    names = {
        "title": "title",
        "handle": "handle",
        "status": "status",
        "vendor": "vendor",
        "productType": "product_type",
        "descriptionHtml": "description_html",
    }
    for name, attribute in names.items():
        if value.get(name) is not None:
            setattr(product, attribute, value[name])
    if value.get("tags") is not None:
        product.tags = sorted(set(value["tags"]))


def _metafields(
    store: Store, product: Product, value: dict[str, Any], identifier: dict[str, Any] | None
) -> None:
    custom = (identifier or {}).get("customId")
    if value.get("metafields") is not None:
        product.metafields = {
            k: v
            for k, v in product.metafields.items()
            if custom and k == (custom.get("namespace") or "$app", custom["key"])
        }
        for row in value["metafields"]:
            set_metafield(store, product, row)
    if custom:
        set_metafield(store, product, {**custom, "type": "id"})


def set_metafield(store: Store, owner: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Write one metafield of a product or variant."""
    key = (row.get("namespace") or "$app", row["key"])
    old = owner.metafields.get(key, {})
    number = old.get("id") or f"gid://shopify/Metafield/{store.next_id('Metafield')}"
    owner.metafields[key] = {
        "id": number,
        "namespace": key[0],
        "key": key[1],
        "value": row["value"],
        "type": row.get("type") or old.get("type", "single_line_text_field"),
        "createdAt": old.get("createdAt") or store.now(),
        "updatedAt": store.now(),
    }
    return owner.metafields[key]


def _files(store: Store, product: Product, rows: list[dict[str, Any]]) -> None:
    """Re-sending a URL uploads again; a stored file is named by its id."""
    kept: list[Media] = []
    for index, row in enumerate(rows):
        if row.get("id"):
            media = store.get(row["id"], Media)
            if media is None:
                raise Refusal(
                    "File does not exist", ["input", "files", str(index), "id"], "NOT_FOUND"
                )
        else:
            media = catalog.add_media(store, product, source=row["originalSource"])
            if "missing" in row["originalSource"]:
                media.failed = "IMAGE_DOWNLOAD_FAILURE"
        media.alt = row.get("alt", media.alt)
        kept.append(media)
    product.media = kept


def _options(store: Store, product: Product, rows: list[dict[str, Any]]) -> None:
    old = {o.name: o for o in product.options}
    product.options = []
    for index, row in enumerate(rows):
        option = old.get(row.get("name", ""))
        if option is None:
            option = catalog.new_option(store, product, row["name"])
        else:
            product.options.append(option)
        option.position = row.get("position") or index + 1
        names = [v["name"] for v in row.get("values") or []]
        values = [catalog.option_value(store, option, name) for name in names]
        option.values = values
    product.options.sort(key=lambda o: o.position)


def _variants(store: Store, product: Product, rows: list[dict[str, Any]]) -> None:
    """Match by id, else by option values; those not named are deleted (trap 3)."""
    old = {tuple(v for _n, v in x.selected): x for x in product.variants}
    by_id = {x.gid: x for x in product.variants}
    kept: list[Variant] = []
    for position, row in enumerate(rows, 1):
        selected = [
            (c.get("optionName") or product.options[i].name, c["name"])
            for i, c in enumerate(row["optionValues"])
        ]
        variant = by_id.get(row.get("id")) or old.get(tuple(v for _n, v in selected))
        if variant is None:
            variant = catalog.new_variant(store, product, selected=selected, tracked=False)
        variant.selected, variant.position = selected, position
        write_variant(store, variant, row)
        for level in row.get("inventoryQuantities") or []:
            _write_level(store, variant, level)
        kept.append(variant)
    for variant in list(product.variants):
        if variant not in kept:
            catalog.drop_variant(store, variant)
    product.variants = kept


def _write_level(store: Store, variant: Variant, row: dict[str, Any]) -> None:
    place = store.get(row["locationId"], Location)
    assert place is not None
    level = store.level(variant, place, create=True)
    assert level is not None
    inventory.set_level(store, level, row["name"], row["quantity"])


def write_variant(store: Store, variant: Variant, row: dict[str, Any]) -> None:
    """Scalars of a variant, shared by both mutations."""
    old_sku = variant.sku
    item = row.get("inventoryItem") or {}
    if row.get("price") is not None:
        variant.price = yen_of(store, row["price"], ["price"])
    if "compareAtPrice" in row:
        value = row["compareAtPrice"]
        variant.compare_at_price = (
            None if value is None else yen_of(store, value, ["compareAtPrice"])
        )
    if "sku" in row or "sku" in item:
        variant.sku = row.get("sku", item.get("sku")) or ""
    plain = {"barcode": "barcode", "taxable": "taxable", "inventoryPolicy": "inventory_policy"}
    for name, attribute in plain.items():
        if name in row:
            setattr(variant, attribute, row[name])
    if item.get("tracked") is not None:
        variant.tracked = item["tracked"]
    if item.get("requiresShipping") is not None:
        variant.requires_shipping = item["requiresShipping"]
    if item.get("cost") is not None:
        variant.cost = Decimal(str(item["cost"]))
    weight = ((item.get("measurement") or {}).get("weight") or {}).get("value")
    if weight is not None:
        variant.weight = Decimal(str(weight))
    for row_field in row.get("metafields") or []:
        set_metafield(store, variant, row_field)
    store.index_sku(variant, old_sku)
    variant.updated_at = store.now()


def _default_variant(store: Store, product: Product) -> None:
    """A product without options: option ``Title`` with value ``Default Title``."""
    option = catalog.new_option(store, product, "Title")
    catalog.option_value(store, option, "Default Title")
    catalog.new_variant(store, product, selected=[("Title", "Default Title")], tracked=False)


# -- prices --------------------------------------------------------------------


def bulk_update(
    store: Store, gid: str, rows: list[dict[str, Any]], partial: bool
) -> tuple[Product, list[Variant], list[Refusal]]:
    """Good rows are written although others fail only with ``allowPartialUpdates``."""
    product = store.get(gid, Product)
    if product is None:
        raise Refusal("Product does not exist", ["productId"], "PRODUCT_DOES_NOT_EXIST")
    good, errors = [], []
    for index, row in enumerate(rows):
        try:
            good.append((_check_update(store, product, row, ["variants", str(index)]), row))
        except Refusal as exc:
            errors.append(exc)
    if errors and not partial:
        return product, [], errors
    for variant, row in good:
        write_variant(store, variant, row)
    if good:
        product.updated_at = store.now()
        store.emit("products/update", product)
    return product, [v for v, _row in good], errors


def _check_update(store: Store, product: Product, row: dict[str, Any], path: list[str]) -> Variant:
    if not row.get("id"):
        raise Refusal(
            "Product variant is missing ID attribute", path + ["id"], "PRODUCT_VARIANT_ID_MISSING"
        )
    variant = next((v for v in product.variants if v.gid == row["id"]), None)
    if variant is None:
        raise Refusal(
            "Product variant does not exist", path + ["id"], "PRODUCT_VARIANT_DOES_NOT_EXIST"
        )
    if row.get("inventoryQuantities"):
        raise Refusal(
            "Inventory quantities can only be provided during create. To update "
            "inventory for existing variants, use inventoryAdjustQuantities.",
            path + ["inventoryQuantities"],
            "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE",
        )
    for name in ("price", "compareAtPrice"):
        if row.get(name) is not None:
            yen_of(store, row[name], path + [name])
    return variant
