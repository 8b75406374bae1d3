"""Resolvers of products, variants, stock and places (sections 11 and 12)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import inventory
from .catalog import PUBLICATIONS
from .model import Item, Level, Location, Media, OptionValue, Product, Variant
from .resolve import Context, invalid_id, resolves

Args = dict[str, Any]


def _each(type_name: str, table: dict[str, Any]) -> None:
    for name, function in table.items():
        resolves(f"{type_name}.{name}")(lambda row, ctx, args, call=function: call(row))


def count(number: int) -> dict[str, Any]:
    """``Count`` with exact precision."""
    return {"count": number, "precision": "EXACT"}


_each(
    "Product",
    {
        "totalInventory": lambda p: sum(inventory.sellable(v) for v in p.variants),
        "tracksInventory": lambda p: any(v.tracked for v in p.variants),
        "hasOnlyDefaultVariant": lambda p: [v.title for v in p.variants] == ["Default Title"],
        "variantsCount": lambda p: count(len(p.variants)),
        "mediaCount": lambda p: count(len(p.media)),
        "totalVariants": lambda p: len(p.variants),
        "bodyHtml": lambda p: p.description_html,
        "resourcePublicationsCount": lambda p: count(len(p.published)),
        "availablePublicationsCount": lambda p: count(len(p.published)),
        "publicationCount": lambda p: len(p.published),
        "media": lambda p: list(p.media),
        "publishedAt": lambda p: p.created_at if p.published else None,
        "featuredMedia": lambda p: p.media[0] if p.media else None,
        "description": lambda p: p.description_html.replace("<p>", "").replace("</p>", ""),
        "hasOutOfStockVariants": lambda p: any(inventory.sellable(v) <= 0 for v in p.variants),
    },
)
_each(
    "ProductVariant",
    {
        "displayName": lambda v: f"{v.product.title} - {v.title}",
        "inventoryQuantity": inventory.sellable,
        "selectedOptions": lambda v: [{"name": n, "value": x} for n, x in v.selected],
        "inventoryItem": lambda v: v.item,
        "sellableOnlineQuantity": inventory.sellable,
        "availableForSale": lambda v: inventory.can_sell(v, 1),
        "requiresComponents": lambda v: bool(v.components),
    },
)
_each(
    "InventoryItem",
    {
        "sku": lambda i: i.variant.sku,
        "tracked": lambda i: i.variant.tracked,
        "requiresShipping": lambda i: i.variant.requires_shipping,
        "createdAt": lambda i: i.variant.created_at,
        "updatedAt": lambda i: i.variant.updated_at,
        "variant": lambda i: i.variant,
        "variants": lambda i: [i.variant],
        "unitCost": lambda i: (
            None if i.variant.cost is None else {"amount": i.variant.cost, "currencyCode": "JPY"}
        ),
        "measurement": lambda i: {
            "id": f"gid://shopify/InventoryItemMeasurement/{i.id}",
            "weight": {"unit": "GRAMS", "value": float(i.variant.weight)},
        },
        "locationsCount": lambda i: count(sum(1 for x in i.variant.levels if x.is_active)),
    },
)
_each(
    "InventoryLevel",
    {"item": lambda x: x.variant.item, "canDeactivate": lambda x: x.get("on_hand") == 0},
)
_each(
    "ProductOption",
    {"optionValues": lambda o: o.values, "values": lambda o: [v.name for v in o.values]},
)
_each(
    "Location",
    {
        "address": lambda p: {
            "address1": p.address1,
            "address2": p.address2,
            "city": p.city,
            "country": "Japan",
            "countryCode": "JP",
            "province": p.province,
            "provinceCode": p.province_code,
            "zip": p.zip,
            "phone": p.phone,
        },
        "hasActiveInventory": lambda p: True,
        "updatedAt": lambda p: p.created_at,
    },
)


@resolves("ProductOptionValue.hasVariants")
def _has_variants(row: OptionValue, ctx: Context, args: Args) -> Any:
    return row.has_variants


@resolves("ProductVariant.price")
def _price(row: Variant, ctx: Context, args: Args) -> Any:
    return yen(row.price, ctx)


@resolves("ProductVariant.compareAtPrice")
def _compare(row: Variant, ctx: Context, args: Args) -> Any:
    return None if row.compare_at_price is None else yen(row.compare_at_price, ctx)


def yen(amount: int, ctx: Context) -> str:
    """``Money`` of a yen shop: "1500" [?] (switch ``yen_money_decimals``)."""
    return f"{Decimal(amount):.{ctx.settings.yen_money_decimals}f}"


@resolves("InventoryItem.duplicateSkuCount")
def _duplicates(row: Item, ctx: Context, args: Args) -> Any:
    same = ctx.store.by_sku.get(row.variant.sku or "", [])
    return max(0, len(same) - 1)


@resolves("InventoryItem.inventoryLevels")
def _levels(row: Item, ctx: Context, args: Args) -> Any:
    """Items that are not tracked keep no level (section 12)."""
    if not row.variant.tracked:
        return []
    return [x for x in row.variant.levels if x.is_active or args.get("includeInactive")]


@resolves("InventoryItem.inventoryLevel")
def _level(row: Item, ctx: Context, args: Args) -> Any:
    for level in row.variant.levels:
        if level.location.gid == args["locationId"] and (
            level.is_active or args.get("includeInactive")
        ):
            return level
    return None


@resolves("InventoryLevel.quantities")
def _quantities(row: Level, ctx: Context, args: Args) -> Any:
    """One row per asked name, in the asked order."""
    rows = []
    for name in args["names"]:
        if name not in inventory.STATES:
            raise invalid_id()
        rows.append(
            {
                "id": f"gid://shopify/InventoryQuantity/{row.id}?inventory_item_id={row.variant.item_id}&name={name}",
                "name": name,
                "quantity": row.get(name),
                "updatedAt": row.changed.get(name) if name != "on_hand" else None,
            }
        )
    return rows


@resolves("Location.inventoryLevels")
def _location_levels(row: Location, ctx: Context, args: Args) -> Any:
    return [
        x
        for v in ctx.store.variants.values()
        for x in v.levels
        if x.location is row and x.is_active
    ]


@resolves("Product.options")
def _options(row: Product, ctx: Context, args: Args) -> Any:
    return row.options


@resolves("Product.metafield", "ProductVariant.metafield")
def _metafield(row: Any, ctx: Context, args: Args) -> Any:
    found = row.metafields.get((args.get("namespace") or "$app", args["key"]))
    return metafield_view(row, found) if found else None


@resolves("Product.metafields", "ProductVariant.metafields")
def _metafields(row: Any, ctx: Context, args: Args) -> Any:
    wanted = args.get("namespace")
    return [
        metafield_view(row, m)
        for (space, _k), m in row.metafields.items()
        if wanted in (None, space)
    ]


def metafield_view(row: Any, found: dict[str, Any]) -> dict[str, Any]:
    """A metafield as a node."""
    return {"__typename": "Metafield", "owner": row, "ownerType": "PRODUCT", **found}


@resolves("Media.preview", "MediaImage.preview")
def _preview(row: Media, ctx: Context, args: Args) -> Any:
    return {
        "image": _image_view(row, ctx) if _ready(row, ctx) else None,
        "status": "READY" if _ready(row, ctx) else "PROCESSING",
    }


@resolves("MediaImage.image")
def _image(row: Media, ctx: Context, args: Args) -> Any:
    return _image_view(row, ctx) if _ready(row, ctx) else None


def _image_view(row: Media, ctx: Context) -> dict[str, Any]:
    url = ctx.base_url + row.url if row.url.startswith("/") else row.url
    return {
        "id": f"gid://shopify/ImageSource/{row.id}",
        "url": url,
        "altText": row.alt,
        "width": 600,
        "height": 600,
    }


def _ready(row: Media, ctx: Context) -> bool:
    return media_status(row, ctx) == "READY"


def media_status(row: Media, ctx: Context) -> str:
    """UPLOADED -> PROCESSING -> READY or FAILED, one step per look (section 11)."""
    looks = ctx.store.counters.get(f"looks:{row.id}", 0)
    if looks < ctx.settings.media_polls:
        return "UPLOADED" if looks == 0 else "PROCESSING"
    return "FAILED" if row.failed else "READY"


@resolves("MediaImage.status", "MediaImage.fileStatus")
def _media_status(row: Media, ctx: Context, args: Args) -> Any:
    status = media_status(row, ctx)
    key = f"looks:{row.id}"
    ctx.store.counters[key] = ctx.store.counters.get(key, 0) + 1
    return status


@resolves("MediaImage.mediaErrors")
def _media_errors(row: Media, ctx: Context, args: Args) -> Any:
    if not row.failed or media_status(row, ctx) != "FAILED":
        return []
    return [{"code": row.failed, "message": "Could not download the file.", "details": None}]


@resolves("MediaImage.mediaContentType")
def _content_type(row: Media, ctx: Context, args: Args) -> Any:
    return "IMAGE"


def publication_view(number: int) -> dict[str, Any]:
    """A sales channel's publication."""
    name = PUBLICATIONS[number]
    handle = name.lower().replace(" ", "_")
    return {
        "__typename": "Publication",
        "id": f"gid://shopify/Publication/{number}",
        "name": name,
        "autoPublish": True,
        "supportsFuturePublishing": number == 2101,
        "catalog": {
            "__typename": "AppCatalog",
            "id": f"gid://shopify/AppCatalog/{number + 20}",
            "title": name,
            "status": "ACTIVE",
        },
        "channels": [
            {"id": f"gid://shopify/Channel/{number + 10}", "handle": handle, "name": name}
        ],
    }


__all__ = ["count", "metafield_view", "publication_view", "yen"]
