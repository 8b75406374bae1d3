"""Inventory API 2.0 and 2.1 (reference section 3)."""

from __future__ import annotations

from typing import Any

from ..common.messages import Request, Response
from .catalog import Key, Stock
from .context import Context
from .rest import Body, Checker, RestError, body_of, empty, entry, not_found, refuse
from .times import item_time

MAX_QUANTITY = 99999
BULK_GET = 1000
BULK_UPSERT = 400
Write = tuple[Key, Body]


def _shown(key: Key, record: Stock, version: str) -> Body:
    body: Body = {"manageNumber": key[0], "variantId": key[1], "quantity": record.quantity}
    if version == "2.1":
        if record.lead is not None:
            body["operationLeadTime"] = record.lead
        if record.ship_from is not None:
            body["shipFromIds"] = record.ship_from
    return {**body, "created": record.created, "updated": record.updated}


def get_one(ctx: Context, request: Request, version: str, number: str, variant: str) -> Response:
    """GET of one SKU: 200 or 404 GE0014."""
    key = (number.lower(), variant)
    record = ctx.catalog.stock.get(key)
    if record is None:
        raise not_found(manageNumber=number, variantId=variant)
    return Response.json(_shown(key, record, version))


def put_one(ctx: Context, request: Request, version: str, number: str, variant: str) -> Response:
    """PUT of one SKU: 204."""
    check = Checker()
    body = body_of(request)
    write = {**body, "manageNumber": number, "variantId": variant}
    _check_write(ctx, check, write, "", version, {})
    check.done()
    _write(ctx, write, version)
    return empty()


def delete_one(ctx: Context, request: Request, version: str, number: str, variant: str) -> Response:
    """DELETE of one SKU: 204, 404 when there is no record."""
    if ctx.catalog.stock.pop((number.lower(), variant), None) is None:
        raise not_found(manageNumber=number, variantId=variant)
    return empty()


def variant_lists(ctx: Context, request: Request, version: str, number: str) -> Response:
    """GET variant-lists (2.1 only): the variants with a stock record."""
    found = {k: r for k, r in ctx.catalog.stock.items() if k[0] == number.lower()}
    if not found:
        raise not_found(manageNumber=number)
    return Response.json(
        {
            "manageNumber": number.lower(),
            "variantList": [variant for _, variant in found],
            "created": min(record.created for record in found.values()),
            "updated": max(record.updated for record in found.values()),
        }
    )


def _entries(body: Body, limit: int, code: str) -> list[Any]:
    entries = body.get("inventories")
    if entries is None or entries == []:
        raise refuse("IE0001", "inventories is required.", "inventories")
    if not isinstance(entries, list):
        raise refuse("IE0002", "inventories must be an array.", "inventories")
    if len(entries) > limit:
        raise refuse(code, f"Size of inventories must be between 1 to {limit}.", "inventories")
    return entries


def _check_key(check: Checker, given: Body, path: str) -> bool:
    good = True
    for name in ("manageNumber", "variantId"):
        value = given.get(name)
        here = f"{path}{name}"
        good = check.need(value, here) and check.text(value, here, 32) and good
    return good


def bulk_get(ctx: Context, request: Request, version: str) -> Response:
    """POST bulk-get: unknown SKUs are left out."""
    entries = _entries(body_of(request), BULK_GET, "IE0003")
    check = Checker()
    found = []
    for index, given in enumerate(entries):
        path = f"inventories[{index}]."
        if not isinstance(given, dict):
            check.add("IE0002", "must be an object.", path[:-1])
        elif _check_key(check, given, path):
            key = (given["manageNumber"].lower(), given["variantId"])
            record = ctx.catalog.stock.get(key)
            if record is not None:
                found.append(_shown(key, record, version))
    check.done()
    return Response.json({"inventories": found})


def bulk_range(ctx: Context, request: Request, version: str) -> Response:
    """GET bulk-get/range: one bound at least, 1,000 hits at most (IE0116)."""
    bounds: dict[str, int] = {}
    for name in ("minQuantity", "maxQuantity"):
        text = request.param(name)
        if text is None:
            continue
        if not text.isdigit():
            raise refuse("IE0002", f"{name} must be an integer.", name)
        bounds[name] = int(text)
        if bounds[name] > MAX_QUANTITY:
            raise refuse("IE0003", f"{name} must be between 0 to {MAX_QUANTITY}.", name)
    if not bounds:
        raise refuse("IE0001", "minQuantity or maxQuantity is required.", "minQuantity")
    low, high = bounds.get("minQuantity", 0), bounds.get("maxQuantity", MAX_QUANTITY)
    found = [
        _shown(k, r, version) for k, r in ctx.catalog.stock.items() if low <= r.quantity <= high
    ]
    if len(found) > BULK_GET:
        raise refuse("IE0116", "Quantity range is too wide.", "minQuantity")
    return Response.json({"inventories": found})


def bulk_upsert(ctx: Context, request: Request, version: str) -> Response:
    """POST bulk-upsert: 204, or 400 and nothing written (switchable: good rows written)."""
    entries = _entries(body_of(request), BULK_UPSERT, "IE0121")
    check = Checker()
    seen: set[Key] = set()
    pending: dict[Key, int] = {}
    good: list[Body] = []
    for index, given in enumerate(entries):
        path = f"inventories[{index}]."
        before = len(check.errors)
        if not isinstance(given, dict):
            check.add("IE0002", "must be an object.", path[:-1])
            continue
        _check_write(ctx, check, given, path, version, pending)
        if len(check.errors) == before:
            key = (given["manageNumber"].lower(), given["variantId"])
            if key in seen:
                check.add("IE1102", "Duplicate key.", path[:-1])
                continue
            seen.add(key)
            good.append(given)
    if check.errors and not ctx.shop.switches.bulk_upsert_partial:
        check.done()
    for given in good:
        _write(ctx, given, version)
    check.done()
    return empty()


def _check_write(
    ctx: Context, check: Checker, given: Body, path: str, version: str, pending: dict[Key, int]
) -> None:
    keyed = _check_key(check, given, path)
    mode, quantity = given.get("mode"), given.get("quantity")
    moded = check.need(mode, f"{path}mode")
    moded = moded and check.choice(mode, f"{path}mode", ("ABSOLUTE", "RELATIVE"))
    if quantity is None:
        check.need(None, f"{path}quantity")
        return
    low = -MAX_QUANTITY if mode == "RELATIVE" else 0
    if not check.integer(quantity, f"{path}quantity", low, MAX_QUANTITY):
        return
    if version == "2.1":
        _check_21(ctx, check, given, path)
    if keyed and moded and mode == "RELATIVE":
        record = ctx.catalog.stock.get((given["manageNumber"].lower(), given["variantId"]))
        if record is None:
            check.add("IE0500", "No inventory record for RELATIVE.", path.rstrip("."))
        elif not 0 <= record.quantity + quantity <= MAX_QUANTITY:
            check.add("IE0117", "Result of RELATIVE is out of range.", f"{path}quantity")


def _check_21(ctx: Context, check: Checker, given: Body, path: str) -> None:
    lead = given.get("operationLeadTime")
    if lead is not None:
        if not isinstance(lead, dict):
            check.add("IE0002", "operationLeadTime must be an object.", f"{path}operationLeadTime")
        else:
            for name in ("normalDeliveryTimeId", "backOrderDeliveryTimeId"):
                here = f"{path}operationLeadTime.{name}"
                value = lead.get(name)
                if value is not None and value not in ctx.shop.lead_time_ids:
                    check.add("IE0118", f"Unknown {name}.", here)
    ids = given.get("shipFromIds")
    if ids is not None:
        known = isinstance(ids, list) and set(ids) <= ctx.shop.ship_from_ids
        if not known:  # the code for an unknown shipFromId is not in the reference
            check.add("IE0002", "Unknown shipFromIds.", f"{path}shipFromIds")


def _write(ctx: Context, given: Body, version: str) -> None:
    key = (given["manageNumber"].lower(), given["variantId"])
    quantity = int(given["quantity"])
    old = ctx.catalog.stock.get(key)
    if given["mode"] == "RELATIVE" and old is not None:
        quantity += old.quantity
    record = ctx.catalog.set_stock(key, quantity, ctx.now)
    record.updated = item_time(ctx.now)
    if version == "2.1":  # what is left out is deleted
        record.lead = given.get("operationLeadTime")
        record.ship_from = given.get("shipFromIds")
    elif not ctx.shop.switches.inventory_20_keeps_21:
        record.lead = record.ship_from = None


def conflict() -> RestError:
    """409 CE0001, for the fault of that name."""
    return RestError([entry("CE0001", "Conflict. Please retry.")], 409)
