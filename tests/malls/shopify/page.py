"""The small shop page: items with stock and a buy button, the latest orders."""

from __future__ import annotations

from ..common import page as look
from ..common.clock import JST
from ..common.messages import Response
from . import figures
from .inventory import sellable
from .model import Order, Variant
from .store import Store

COLOR = "#5e8e3e"
LATEST, MAX_CARDS = 30, 200
STATES = {
    "PAID": ("支払い済み", "done"),
    "PENDING": ("支払い待ち", "wait"),
    "AUTHORIZED": ("与信済み", "wait"),
    "PARTIALLY_PAID": ("一部支払い済み", "wait"),
    "PARTIALLY_REFUNDED": ("一部返金済み", ""),
    "REFUNDED": ("返金済み", "off"),
    "VOIDED": ("無効", "off"),
    "EXPIRED": ("期限切れ", "off"),
}
FULFILLMENTS = {
    "UNFULFILLED": "未発送",
    "PARTIALLY_FULFILLED": "一部発送済み",
    "FULFILLED": "発送済み",
    "ON_HOLD": "保留中",
    "SCHEDULED": "予約",
    "FULFILLMENT_NOT_REQUIRED": "発送不要",
}


def home(store: Store, text: str = "", bad: bool = False) -> Response:
    """``/``: everything on one page."""
    cards = [_card(v) for v in list(store.variants.values())[:MAX_CARDS] if v.sku]
    newest = sorted(store.orders.values(), key=lambda o: o.id, reverse=True)[:LATEST]
    body = (
        (look.note(text, bad=bad) if text else "")
        + "<h2>商品</h2>"
        + f'<div class="grid">{"".join(cards) or "<p>商品はまだありません。</p>"}</div>'
        + f"<h2>最近の注文（全{len(store.orders):,}件）</h2>"
        + look.order_table([_row(o) for o in newest])
    )
    assert store.clock is not None
    page = look.frame(
        store.settings.shop_name,
        body,
        color=COLOR,
        now=f"{store.clock.now():%Y-%m-%d %H:%M:%S}",
        kind="模擬ショップ（Shopify型）",
    )
    return Response.html(page, 409 if bad else 200)


def _card(variant: Variant) -> str:
    option = "・".join(f"{n}：{v}" for n, v in variant.selected if v != "Default Title")
    picture = next((f"/cdn/{m.id}.png" for m in variant.product.media if m.data), None)
    committed = sum(x.get("committed") for x in variant.levels)
    note = f"税込 {int(variant.tax_rate * 100)}%" + (f"・引当済み {committed}" if committed else "")
    return look.item_card(
        sku=variant.sku or "",
        name=variant.product.title,
        option=option,
        price=variant.price,
        price_note=note,
        stock=sellable(variant),
        image=picture,
    )


def _row(order: Order) -> tuple[str, str, str, str, str, str]:
    status = figures.financial_status(order)
    text, css = STATES[status]
    text += "・" + FULFILLMENTS.get(figures.fulfillment_status(order), "")
    if order.cancelled_at:
        text, css = "キャンセル済み", "off"
    address = order.shipping_address
    buyer = (
        f"{address.last_name or ''} {address.first_name or ''}".strip()
        if address
        else "（購入者情報なし）"
    )
    return (
        order.name,
        f"{order.created_at.astimezone(JST):%Y-%m-%d %H:%M}",
        buyer,
        f"{figures.total_price(order).shop:,}円",
        text,
        css,
    )
