"""Routing and what stands before the APIs (reference sections 1.1-1.4, 10)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from ..common.messages import Request, Response
from .codes import ORDER_CODES
from .context import Context
from .rest import refuse
from .shop import function_id
from .times import item_time, order_time

_ORDER = re.compile(r"/es/2\.0/order/(\w+)/?")
_ITEMS = "/es/2.0/items/"
_INVENTORY = re.compile(r"/es/(2\.[01])/inventories/(.+?)/?")
_VARIANT = re.compile(r"manage-numbers/([^/]+)/variants/([^/]+)")
LICENSE = "/es/1.0/license-management/license-key/expiry-date"

#: Calls per second (section 1.4).
LIMITS: dict[str, float] = {
    **dict.fromkeys(ORDER_CODES, 1),
    "items.get": 5,
    "items.delete": 5,
    "items.search": 5,
    "items.put": 20,
    "items.patch": 20,
    "items.bulk-get": 1,
    "items.inventory-related-settings.get": 1,
    "items.inventory-related-settings.put": 1,
    "inventory.bulk-get": 5,
    "inventory.range": 5,
    "inventory.get": 1,
    "inventory.put": 1,
    "inventory.delete": 1,
    "inventory.bulk-upsert": 1,
}
#: Functions behind the paid option 商品一括編集 (section 4).
BULK_OPTION = {"items.get", "items.put", "items.patch", "items.delete", "items.bulk-get"}
Route = tuple[str, tuple[str, ...]]


def route(request: Request) -> Route | None:
    """(operation, path values); None when the path is no API. Methods are checked later."""
    path = request.path
    found = _ORDER.fullmatch(path)
    if found:
        return (found[1], ()) if found[1] in ORDER_CODES else None
    if path == LICENSE:
        return "license.expiryDate.get", ()
    if path.startswith(_ITEMS):
        return _item_route(request.method, path[len(_ITEMS) :].rstrip("/"))
    found = _INVENTORY.fullmatch(path)
    if found:
        return _inventory_route(request.method, found[1], found[2])
    return None


def _item_route(method: str, rest: str) -> Route | None:
    if (method, rest) == ("GET", "search"):
        return "items.search", ()
    if (method, rest) == ("POST", "bulk-get"):
        return "items.bulk-get", ()
    settings = "inventory-related-settings/"
    kind = "items."
    if rest.startswith(settings):
        rest, kind = rest[len(settings) :], f"items.{settings[:-1]}."
    if not rest.startswith("manage-numbers/"):
        return None
    number = rest[len("manage-numbers/") :]
    verbs = {"GET": "get", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}
    if "/" in number or method not in verbs:
        return None
    if kind != "items." and method not in ("GET", "PUT"):
        return None
    return kind + verbs[method], (number,)


def _inventory_route(method: str, version: str, rest: str) -> Route | None:
    known = {
        ("POST", "bulk-get"): "inventory.bulk-get",
        ("GET", "bulk-get/range"): "inventory.range",
        ("POST", "bulk-upsert"): "inventory.bulk-upsert",
    }
    if (method, rest) in known:
        return known[method, rest], (version,)
    found = _VARIANT.fullmatch(rest)
    verbs = {"GET": "get", "PUT": "put", "DELETE": "delete"}
    if found and method in verbs:
        return f"inventory.{verbs[method]}", (version, found[1], found[2])
    lists = "variant-lists/manage-numbers/"
    if method == "GET" and version == "2.1" and rest.startswith(lists):
        return "inventory.variant-lists", (version, rest[len(lists) :])
    return None


def es_error(ctx: Context, code: str, text: str, status: int) -> Response:
    """The gateway's envelope; switchable to HTTP 200."""
    if ctx.shop.switches.es_error_status_200:
        status = 200
    return Response.json({"Results": {"errorCode": code, "message": text}}, status)


def unauthorised(ctx: Context) -> Response:
    """Key wrong or expired."""
    return es_error(ctx, "ES01-01", "Un-Authorised", 401)


def not_enabled(ctx: Context) -> Response:
    """Function not ticked, key not active yet."""
    return es_error(ctx, "ES04-01", "Bad Request", ctx.shop.switches.es_not_enabled_status)


def credentials(request: Request) -> tuple[str, str] | None:
    """serviceSecret and licenseKey of ``Authorization: ESA <base64>``."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind != "ESA":
        return None
    try:
        text = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    secret, colon, key = text.partition(":")
    return (secret, key) if colon else None


def admit(
    ctx: Context, request: Request, operation: str, enabled: set[str], expiry: Any
) -> Response | None:
    """The gateway's checks in order; None lets the call through."""
    given = credentials(request)
    if given != (ctx.shop.service_secret, ctx.shop.license_key) or ctx.now > expiry:
        return unauthorised(ctx)
    active = ctx.shop.key_active_from
    if (active is not None and ctx.now < active) or function_id(operation) not in enabled:
        return not_enabled(ctx)
    if operation in BULK_OPTION and not ctx.shop.switches.bulk_item_option:
        # "HTTP 401/AuthError-like answer" (1.3)
        return refuse("GE0011", "AuthError", status=401).response()
    return _content_type(ctx, request, operation)


def _content_type(ctx: Context, request: Request, operation: str) -> Response | None:
    if not request.body:
        return None
    kind = request.headers.get("content-type", "")
    strict = ctx.shop.switches.strict_content_type
    good = (
        kind == "application/json;charset=utf-8"
        if strict
        else (kind.split(";")[0].strip().lower() == "application/json")
    )
    if good:
        return None
    if operation in ORDER_CODES:
        return es_error(ctx, "ES04-03", "Unsupported Media Type", 415)
    return refuse("GE0012", "Unsupported Media Type.", status=415).response()


def expiry_date(ctx: Context, request: Request, expiry: Any) -> Response:
    """GET expiry-date; three formats, the reference does not know which (1.2)."""
    key = request.param("licenseKey")
    if key != ctx.shop.license_key:  # the answer to a wrong parameter is not in the reference
        return es_error(ctx, "ES04-01", "Bad Request", 400)
    style = ctx.shop.switches.expiry_format
    shown = {
        "datetime": item_time(expiry),
        "datetime_basic": order_time(expiry),
        "date": f"{expiry:%Y-%m-%d}",
    }
    return Response.json({"expiryDate": shown[style]})
