"""The shop's items by items/search (4.2), which needs no paid option."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from ...ec_unified.lib.data import ListingData, ListingSkuData
from ...ec_unified.lib.errors import DataError
from . import const
from .stock import sku_ref
from .times import parse_time

FIRST_MARK = "*"
_ITEM_PAGE_URL = "https://item.rakuten.co.jp/{shop}/{item}/"


def sku_code(merchant_sku, variant_id, item_number, manage_number, single):
    """The shop's own code of a SKU, as far as it gave one; the same rule for orders and items.

    A single-SKU item usually carries it as item number; other SKUs in ``merchantDefinedSkuId``,
    or, if that is empty, in a variantId of the shop's own making.
    """
    if merchant_sku:
        return str(merchant_sku)
    if single:
        return str(item_number or manage_number or "") or None
    return variant_id if variant_id and variant_id != const.SINGLE_SKU else None


class ItemService:
    """Pages through the shop's items.

    :param client: ``RmsClient``
    :param str shop_url: the shop's name in item page addresses, if known
    """

    def __init__(self, client, shop_url=None):
        self.client = client
        self.shop_url = shop_url

    def pages(self, cursor=None):
        """Yield ``(listings, cursor, more)``.

        Pages by ``cursorMark``, which has no end; a mall that gives no mark back is paged by
        offset, up to its 10,000.

        :param dict cursor: ``{"mark": …}`` or ``{"offset": …}``, None = from the beginning
        """
        first = {"mark": FIRST_MARK}
        cursor = dict(cursor or first)
        resumed = cursor != first
        seen = set()
        while True:
            try:
                answer = self.client.search_items(hits=const.ITEM_PAGE, **_paging(cursor))
            except DataError:
                if not resumed:
                    raise
                # A mark kept since an earlier run may be void: from the beginning then.
                cursor, resumed = first, False
                continue
            resumed = False
            results = answer.get("results") or []
            following = _next(cursor, answer, len(results))
            listings = [listing for row in results if (listing := self._listing(row))]
            fresh = [listing for listing in listings if listing.ref not in seen]
            seen.update(listing.ref for listing in fresh)
            yield fresh, following or {"mark": FIRST_MARK}, following is not None
            if following is None:
                return
            cursor = following

    @staticmethod
    def with_stock(listing, shown):
        """``listing`` with the quantities of ``shown`` (by SKU ref); no record = sold out (4.1)."""
        skus = tuple(replace(sku, quantity=shown.get(sku.ref, 0)) for sku in listing.skus)
        return replace(listing, skus=skus)

    def _listing(self, row):
        item = row.get("item") or {}
        if item.get("manageNumber") and item.get("variants"):
            return parse_item(item, self.shop_url)
        return None  # a deleted item may still be found, with its manageNumber only


def _paging(cursor):
    return {"cursorMark": cursor["mark"]} if "mark" in cursor else {"offset": cursor["offset"]}


def _next(cursor, answer, count):
    """Where to go on, None at the end (the mark repeats, or the page is empty)."""
    if not count:
        return None
    mark = answer.get("nextCursorMark")
    if "mark" in cursor and mark:
        return {"mark": mark} if mark != cursor["mark"] else None
    if cursor.get("mark", FIRST_MARK) != FIRST_MARK:
        return None  # it gave marks so far, and has no further one
    offset = cursor.get("offset", 0) + count
    if offset >= int(answer.get("numFound") or 0):
        return None
    if offset > const.ITEM_MAX_OFFSET:
        raise DataError("more items than the offset reaches", reason="too_many")
    return {"offset": offset}


def parse_item(item, shop_url=None):
    """``ListingData`` of an item (4.1). Numbers come as strings or numbers: read leniently."""
    variants = item["variants"]
    single = len(variants) == 1 and not item.get("variantSelectors")
    manage_number = str(item["manageNumber"])
    url = _ITEM_PAGE_URL.format(shop=shop_url, item=manage_number) if shop_url else None
    return ListingData(
        ref=manage_number.lower(),
        code=str(item.get("itemNumber") or "") or None,
        title=item.get("title") or "",
        url=url,
        published=not item.get("hideItem"),
        tax_rate=_number((item.get("payment") or {}).get("taxRate")),
        skus=tuple(
            _parse_sku(item, manage_number, variant_id, variant or {}, single)
            for variant_id, variant in variants.items()
        ),
    )


def _parse_sku(item, manage_number, variant_id, variant, single):
    article = (variant.get("articleNumber") or {}).get("value")
    return ListingSkuData(
        ref=sku_ref(manage_number, variant_id),
        sku_code=sku_code(
            variant.get("merchantDefinedSkuId"), variant_id, item.get("itemNumber"),
            manage_number, single,
        ),
        barcode=str(article) if article else None,
        name=_variant_name(item, variant),
        price=_number(variant.get("standardPrice")),
        tracked=not item.get("unlimitedInventoryFlag"),
        available_on=_release_day(item),
        # 在庫切れ時の注文受付: the mall takes orders whatever the quantity is.
        oversells=bool(variant.get("backOrderFlag")),
        extra={"manageNumber": manage_number.lower(), "variantId": variant_id},
    )  # fmt: skip


def _release_day(item):
    """The day an item that is sold ahead (PRE_ORDER, 4.1) comes out, in Japan; None for others."""
    if item.get("itemType") != "PRE_ORDER":
        return None
    try:
        moment = parse_time(item.get("releaseDate"))
    except DataError:
        return None
    return moment and moment.astimezone(const.JST).date()


def _variant_name(item, variant):
    """``個数:6個入 味:抹茶``, in the order of the item's selectors."""
    values = variant.get("selectorValues") or {}
    titles = {row.get("key"): row.get("displayName") for row in item.get("variantSelectors") or []}
    keys = [key for key in titles if key in values] + [key for key in values if key not in titles]
    return " ".join(f"{titles.get(key) or key}:{values[key]}" for key in keys)


def _number(value):
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
