"""The small shop page: items with stock and a buy button, the latest orders."""

from __future__ import annotations

import base64

from ..common import page as look
from ..common.messages import Response
from .codes import PROGRESS, UNDECIDED
from .context import Context
from .store import Order

COLOR = "#bf0000"
LATEST = 30
MAX_CARDS = 200


def home(ctx: Context, text: str = "", bad: bool = False) -> Response:
    """``/``: everything on one page."""
    cards = [_card(ctx, sku) for sku in list(ctx.catalog.skus)[:MAX_CARDS]]
    body = (
        (look.note(text, bad=bad) if text else "")
        + "<h2>商品</h2>"
        + f'<div class="grid">{"".join(cards) or "<p>商品はまだありません。</p>"}</div>'
        + f"<h2>最近の注文（全{len(ctx.store.orders):,}件）</h2>"
        + look.order_table([_row(order) for order in ctx.store.newest(LATEST)])
    )
    now = f"{ctx.now:%Y-%m-%d %H:%M:%S}"
    page = look.frame(ctx.shop.name, body, color=COLOR, now=now, kind="楽天市場型")
    return Response.html(page, 409 if bad else 200)


def _card(ctx: Context, sku: str) -> str:
    item, variant, key = ctx.catalog.variant(sku)
    names = {s["key"]: s["displayName"] for s in item.get("variantSelectors") or []}
    chosen = variant.get("selectorValues") or {}
    payment = item.get("payment") or {}
    rate = round(float(payment.get("taxRate") or 0) * 100)
    kind = "税込" if payment.get("taxIncluded", True) else "税別"
    if (variant.get("shipping") or {}).get("postageIncluded"):
        kind += "・送料込"
    return look.item_card(
        sku=sku,
        name=item["title"],
        option="・".join(f"{names.get(k, k)}：{v}" for k, v in chosen.items()),
        price=int(variant.get("standardPrice") or 0),
        price_note=f"{kind} {rate}%",
        stock=ctx.catalog.quantity(sku),
        image=f"/img/{sku}" if sku in ctx.catalog.images else None,
    )


def _row(order: Order) -> tuple[str, str, str, str, str, str]:
    model = order.model
    person = model["OrdererModel"]
    total = model["requestPrice"]
    css = {700: "done", 600: "done", 500: "done", 900: "off", 800: "off", 300: ""}
    return (
        order.number,
        model["orderDatetime"][:16].replace("T", " "),
        f"{person['familyName']} {person['firstName'] or ''}",
        "未確定" if total == UNDECIDED else f"{total:,}円",
        f"{order.progress} {PROGRESS[order.progress]}",
        css.get(order.progress, "wait"),
    )


def image(ctx: Context, sku: str) -> Response:
    """``/img/<sku>``: the PNG given with the item."""
    data = ctx.catalog.images.get(sku)
    if data is None:
        return Response.text("no image", 404)
    return Response(200, base64.b64decode(data), "image/png")
