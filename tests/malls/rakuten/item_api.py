"""Item API 2.0 (reference section 4)."""

from __future__ import annotations

import base64
import binascii
import copy
from typing import Any

from ..common.messages import Request, Response
from .catalog import item_defaults
from .context import Context
from .item_check import check_item, check_number
from .rest import Body, Checker, body_of, empty, not_found, refuse
from .times import item_time

BULK_GET = 50
#: PUT resets everything but these (section 4): where they live in the item.
READ_ONLY = ("manageNumber", "created", "updated")
STOCK_SETTINGS = (
    "restockOnCancel",
    "backOrderFlag",
    "normalDeliveryDateId",
    "backOrderDeliveryDateId",
)


def get_item(ctx: Context, request: Request, number: str) -> Response:
    """GET: 200 or 404 GE0014."""
    item = ctx.catalog.items.get(number.lower())
    if item is None:
        raise not_found(manageNumber=number)
    return Response.json(item)


def put_item(ctx: Context, request: Request, number: str) -> Response:
    """PUT: replaces everything; 201 when new, 204 when replaced."""
    number = number.lower()
    body = body_of(request)
    check = Checker()
    check_number(check, number)
    old = ctx.catalog.items.get(number)
    item = _with_defaults(body)
    if old is not None:
        _keep(old, item, body)
    _check(ctx, check, item, old, body)
    now = item_time(ctx.now)
    for name in READ_ONLY:
        item.pop(name, None)
    created = old["created"] if old else now
    _save(ctx, number, {"manageNumber": number, **item, "created": created, "updated": now})
    if old is None:
        return Response.json({"manageNumber": number}, 201)
    return empty()


def _with_defaults(body: Body) -> Body:
    item = copy.deepcopy(body)
    for name, value in item_defaults().items():
        if name == "itemType":
            continue
        if isinstance(value, dict):
            item[name] = {**value, **(item.get(name) or {})}
        else:
            item.setdefault(name, value)
    for variant in (item.get("variants") or {}).values():
        if isinstance(variant, dict):
            variant.setdefault("restockOnCancel", False)
            variant.setdefault("backOrderFlag", False)
            variant.setdefault("hidden", False)
    return item


def _keep(old: Body, item: Body, body: Body) -> None:
    """The exceptions of PUT: okihaiSetting and socialGiftFlag stay when left out."""
    if "socialGiftFlag" not in (body.get("features") or {}):
        item["features"]["socialGiftFlag"] = old["features"].get("socialGiftFlag", False)
    for key, variant in (item.get("variants") or {}).items():
        was = (old["variants"].get(key) or {}).get("shipping") or {}
        if "okihaiSetting" in was and isinstance(variant, dict):
            variant.setdefault("shipping", {}).setdefault("okihaiSetting", was["okihaiSetting"])


def patch_item(ctx: Context, request: Request, number: str) -> Response:
    """PATCH: objects merge, lists are replaced as a whole; 204."""
    number = number.lower()
    old = ctx.catalog.items.get(number)
    if old is None:
        raise not_found(manageNumber=number)
    body = {k: v for k, v in body_of(request).items() if k not in READ_ONLY}
    item = merge(old, body)
    _check(ctx, Checker(), item, old, body)
    item["updated"] = item_time(ctx.now)
    _save(ctx, number, item)
    return empty()


def merge(old: Any, new: Any) -> Any:
    """PATCH merge; null clears a member (not in the reference ?)."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return copy.deepcopy(new)
    merged = copy.deepcopy(old)
    for name, value in new.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def _check(ctx: Context, check: Checker, item: Body, old: Body | None, body: Body) -> None:
    found = check_item(ctx, item)
    check.errors += found.errors
    if old is not None and isinstance(body.get("variants"), dict):
        for key, variant in body["variants"].items():
            was = (old["variants"].get(key) or {}).get("selectorValues")
            given = variant.get("selectorValues") if isinstance(variant, dict) else None
            if was and given and was != {**was, **given}:
                text = "selectorValues of an existing variant cannot be changed."
                check.add("IE0416", text, f"variants.{key}.selectorValues")
    check.done()


def _save(ctx: Context, number: str, item: Body) -> None:
    ctx.catalog.items[number] = item
    ctx.catalog.reindex(number)
    ctx.catalog.touch(number, ctx.now, ctx.shop.switches.search_delay_seconds)


def delete_item(ctx: Context, request: Request, number: str) -> Response:
    """DELETE: 204 or 404; its stock becomes a record without an item."""
    number = number.lower()
    if ctx.catalog.items.pop(number, None) is None:
        raise not_found(manageNumber=number)
    ctx.catalog.reindex(number)
    ctx.catalog.touch(number, ctx.now, ctx.shop.switches.search_delay_seconds)
    return empty()


def bulk_get(ctx: Context, request: Request) -> Response:
    """POST bulk-get: 1 … 50 manageNumbers; unknown ones are left out (?)."""
    numbers: Any = body_of(request).get("manageNumbers")
    check = Checker()
    if check.need(numbers, "manageNumbers") and check.count(numbers, "manageNumbers", BULK_GET):
        for index, number in enumerate(numbers):
            check.text(number, f"manageNumbers[{index}]", 32)
    check.done()
    found = [ctx.catalog.items.get(number.lower()) for number in numbers]
    return Response.json({"results": [item for item in found if item is not None]})


# -- search ------------------------------------------------------------------------------------


def search(ctx: Context, request: Request) -> Response:
    """GET items/search, by offset or by cursor (4.2)."""
    hits = _number(request, "hits", 10, 1, 100)
    offset = _number(request, "offset", 0, 0, 10000)
    items = [item for _, item in ctx.catalog.indexed(ctx.now) if _matches(item, request)]
    _sort(items, request)
    answer: Body = {"numFound": len(items), "offset": offset}
    cursor = request.param("cursorMark")
    if cursor is not None:
        if request.param("offset") is not None:
            raise refuse("IE0002", "offset and cursorMark exclude each other.", "cursorMark")
        offset = _cursor_start(cursor)
        answer["offset"] = 0
    page = items[offset : offset + hits]
    if cursor is not None:
        answer["nextCursorMark"] = _cursor(offset + len(page)) if page else cursor
    answer["results"] = [_result(ctx, item, request) for item in page]
    return Response.json(answer)


def _number(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.param(name)
    if text is None:
        return default
    if not text.lstrip("-").isdigit():
        raise refuse("IE0002", f"{name} must be an integer.", name)
    if not low <= int(text) <= high:
        raise refuse("IE0003", f"{name} must be between {low} to {high}.", name)
    return int(text)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"sim:{place}".encode()).decode()


def _cursor_start(cursor: str) -> int:
    if cursor == "*":
        return 0
    try:
        kind, _, place = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if kind == "sim":
            return int(place)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise refuse("IE0002", "cursorMark is invalid.", "cursorMark")


def _matches(item: Body, request: Request) -> bool:
    for name in ("title", "itemNumber", "manageNumber"):
        wanted = request.param(name)
        if wanted and wanted not in (item.get(name) or ""):
            return False
    genre = request.param("genreId")
    if genre and item.get("genreId") != genre:
        return False
    variants = item.get("variants") or {}
    wanted = request.param("variantId")
    if wanted and not any(wanted in key for key in variants):
        return False
    wanted = request.param("merchantDefinedSkuId")
    skus = [variant.get("merchantDefinedSkuId") or "" for variant in variants.values()]
    return not wanted or any(wanted in sku for sku in skus)


def _sort(items: list[Body], request: Request) -> None:
    key = request.param("sortKey")
    if key in ("manageNumber", "title", "itemNumber", "created", "updated"):
        items.sort(key=lambda item: (str(item.get(key) or ""), item["manageNumber"]))
    if request.param("sortOrder") == "desc":
        items.reverse()


def _result(ctx: Context, item: Body, request: Request) -> Body:
    result: Body = {"item": item}
    if "title" not in item:  # deleted meanwhile
        return result
    if request.param("isCategoryIncluded") == "true":
        result["category"] = {"categoryIds": []}
    if request.param("isReviewIncluded") == "true":
        result["review"] = {"count": 0, "averageRating": 0}
    if request.param("isInventoryIncluded") == "true":
        # The shape of this member is not in the reference (?).
        stock = {
            key: ctx.catalog.stock.get((item["manageNumber"], key)) for key in item["variants"]
        }
        quantities = {key: {"quantity": r.quantity if r else 0} for key, r in stock.items()}
        result["inventory"] = {"variants": quantities}
    return result


# -- inventory-related settings ----------------------------------------------------------------


def get_settings(ctx: Context, request: Request, number: str) -> Response:
    """GET inventory-related-settings."""
    item = ctx.catalog.items.get(number.lower())
    if item is None:
        raise not_found(manageNumber=number)
    names = ("inventoryDisplay", "lowStockThreshold")
    return Response.json(
        {
            "unlimitedInventoryFlag": item["unlimitedInventoryFlag"],
            "features": {k: item["features"][k] for k in names if k in item["features"]},
            "variants": {
                key: {name: variant[name] for name in STOCK_SETTINGS if name in variant}
                for key, variant in item["variants"].items()
            },
        }
    )


def put_settings(ctx: Context, request: Request, number: str) -> Response:
    """PUT inventory-related-settings: only these switches; 204."""
    number = number.lower()
    old = ctx.catalog.items.get(number)
    if old is None:
        raise not_found(manageNumber=number)
    body = body_of(request)
    check = Checker()
    item = copy.deepcopy(old)
    if "unlimitedInventoryFlag" in body:
        item["unlimitedInventoryFlag"] = body["unlimitedInventoryFlag"]
    for name in ("inventoryDisplay", "lowStockThreshold"):
        if name in (body.get("features") or {}):
            item["features"][name] = body["features"][name]
    for key, given in (body.get("variants") or {}).items():
        if key not in item["variants"]:
            check.add("IE0002", f"Unknown variant {key}.", f"variants.{key}")
            continue
        known = {name: given[name] for name in STOCK_SETTINGS if name in given}
        item["variants"][key].update(known)
    _check(ctx, check, item, None, {})
    item["updated"] = item_time(ctx.now)
    _save(ctx, number, item)
    return empty()
