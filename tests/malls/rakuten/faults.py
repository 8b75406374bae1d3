"""How Rakuten's faults look (reference sections 1.3, 1.4, 10)."""

from __future__ import annotations

from ..common.faults import Fault
from ..common.messages import Response
from .codes import ORDER_CODES
from .context import Context
from .gateway import es_error, not_enabled, unauthorised
from .inventory_api import conflict
from .rest import refuse

#: Kinds beyond the common ones.
EXTRA = ("503_json", "409", "not_enabled", "media_type")
_MAINTENANCE = (
    "<!DOCTYPE html><html lang='ja'><head><title>メンテナンス中</title></head>"
    "<body><h1>ただいまメンテナンス中です</h1><p>しばらくお待ちください。</p></body></html>"
)


def render(ctx: Context, fault: Fault, operation: str) -> Response | None:
    """The answer of a fault; None = the common HTML page."""
    kind = fault.kind
    if kind == "expired":
        return unauthorised(ctx)
    if kind == "not_enabled":
        return not_enabled(ctx)
    if kind == "media_type":
        return es_error(ctx, "ES04-03", "Unsupported Media Type", 415)
    if kind == "429":
        return Response.text("Too Many Requests", ctx.shop.switches.too_fast_status)
    if kind == "409":
        return conflict().response()
    if kind in ("500", "503_json"):
        return server_error(operation, int(kind[:3]))
    if kind == "maintenance":
        return maintenance(ctx, operation)
    return None


def server_error(operation: str, status: int) -> Response:
    """500 and 503 in the shape of the API. The order API's code for it is not known."""
    if operation in ORDER_CODES:
        text = "システムエラーが発生しました。"
        error = {"messageType": "ERROR", "messageCode": None, "message": text}
        return Response.json({"MessageModelList": [error]}, status)
    return refuse("GE0019", "System error.", status=status).response()


def maintenance(ctx: Context, operation: str) -> Response:
    """503 as HTML, as JSON, or GE0017 read-only for item and inventory."""
    style = ctx.shop.switches.maintenance_style
    if style == "read_only" and operation not in ORDER_CODES:
        return refuse("GE0017", "Read only.", status=503).response()
    if style == "json":
        return server_error(operation, 503)
    return Response.html(_MAINTENANCE, 503)
