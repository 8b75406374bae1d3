"""The shop's products with their variants (section 11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...ec_unified.lib.data import ListingData, ListingPage, ListingSkuData
from ...ec_unified.lib.errors import DataError
from ...ec_unified.lib.money import to_decimal
from .client import ShopifyClient

PRODUCT_GID = "gid://shopify/Product/"
PAGE = 50
VARIANTS = 50
DEFAULT_VARIANT = "Default Title"


def read_listings(client: ShopifyClient, stored: dict[str, Any] | None) -> Iterator[ListingPage]:
    """Yield all products page by page, in the order of ids, which changes do not disturb.

    The cursor holds ``after`` while a reading is under way; None begins a new one.
    """
    after = (stored or {}).get("after")
    resumed = after is not None
    while True:
        try:
            reply = client.execute(
                "products_page", {"first": PAGE, "variants": VARIANTS, "after": after}
            )
        except DataError:
            if not resumed:
                raise
            # A cursor kept since an earlier run may be void (section 6): from the beginning then.
            after, resumed = None, False
            continue
        resumed = False
        products = reply.data["products"]
        after = products["pageInfo"]["endCursor"]
        more = bool(products["pageInfo"]["hasNextPage"])
        yield ListingPage(
            listings=tuple(_listing(client, node) for node in products["nodes"]),
            cursor={"after": after} if more else {},
            more=more,
        )
        if not more:
            return


def fetch_listings(client: ShopifyClient, refs: Iterable[str]) -> list[ListingData]:
    """The products with these global ids; those the shop no longer has are absent."""
    wanted = list(dict.fromkeys(ref for ref in refs if ref.startswith(PRODUCT_GID)))
    found = []
    for start in range(0, len(wanted), PAGE):
        ids = wanted[start : start + PAGE]
        reply = client.execute("products_by_id", {"ids": ids, "variants": VARIANTS})
        found += [_listing(client, node) for node in reply.data["nodes"] if node and node.get("id")]
    return found


def _listing(client: ShopifyClient, product: dict[str, Any]) -> ListingData:
    variants = product["variants"]
    nodes = list(variants["nodes"])
    if variants["pageInfo"]["hasNextPage"]:
        nodes += client.rows(
            "product_variants",
            "product.variants",
            {"id": product["id"]},
            after=variants["pageInfo"]["endCursor"],
        )
    return ListingData(
        ref=product["id"],
        code=product.get("handle"),
        title=product.get("title") or "",
        url=product.get("onlineStoreUrl"),
        published=product.get("status") in ("ACTIVE", "UNLISTED"),  # by link only, but sold
        skus=tuple(_sku(node) for node in nodes),
    )


def _sku(variant: dict[str, Any]) -> ListingSkuData:
    item = variant.get("inventoryItem") or {}
    title = variant.get("title") or ""
    tracked = bool(item.get("tracked"))
    return ListingSkuData(
        ref=variant["id"],
        sku_code=(variant.get("sku") or "").strip() or None,
        barcode=(variant.get("barcode") or "").strip() or None,
        name="" if title == DEFAULT_VARIANT else title,
        price=to_decimal(variant.get("price"), default="0"),
        # The sum over all places; what one place shows is read when stock is compared.
        quantity=variant.get("inventoryQuantity") if tracked else None,
        tracked=tracked,
        oversells=tracked and variant.get("inventoryPolicy") == "CONTINUE",
        extra={"inventory_item_id": item.get("id")},
    )
