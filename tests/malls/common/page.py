"""Look of the small shop pages: one style sheet, one frame."""

from __future__ import annotations

from html import escape

_STYLE = """
:root{--brand:%(color)s;--ink:#222;--soft:#667;--line:#e3e5ea;--back:#f6f7f9}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);
font:15px/1.6 "Hiragino Sans","Noto Sans JP","Yu Gothic",Meiryo,sans-serif}
header{background:#fff;border-bottom:3px solid var(--brand)}
.in{max-width:1080px;margin:0 auto;padding:14px 20px}
header .in{display:flex;align-items:center;gap:14px;flex-wrap:wrap}
h1{font-size:21px;margin:0}h1 a{color:inherit;text-decoration:none}
h2{font-size:16px;margin:26px 0 10px;padding-left:10px;border-left:4px solid var(--brand)}
.sim{background:#fff3cd;color:#7a5b00;border:1px solid #f0d98c;border-radius:99px;
padding:2px 12px;font-size:12px;font-weight:700}
.now{margin-left:auto;color:var(--soft);font-size:13px}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:14px}
.card{background:#fff;border:1px solid var(--line);border-radius:8px;overflow:hidden;display:flex;
flex-direction:column}.card .pic{aspect-ratio:4/3;background:#eef0f4;display:flex;
align-items:center;justify-content:center;color:#aab;font-size:40px}
.card .pic img{width:100%%;height:100%%;object-fit:cover}
.card .txt{padding:12px 14px 14px;display:flex;flex-direction:column;gap:4px;flex:1}
.name{font-weight:600;line-height:1.45}.code,.opt{color:var(--soft);font-size:12px}
.price{font-size:19px;font-weight:700;color:#b00020}.price small{font-size:12px;color:var(--soft);
font-weight:400}.stock{font-size:13px}.stock.low{color:#c25100}.stock.out{color:#888}
form{margin:auto 0 0;display:flex;gap:8px;padding-top:8px}input[type=number]{width:62px;padding:6px;
border:1px solid #ccd;border-radius:6px;font:inherit}button{flex:1;border:0;border-radius:6px;
padding:8px 12px;background:var(--brand);color:#fff;font:inherit;font-weight:700;cursor:pointer}
button:hover{filter:brightness(1.08)}button:disabled{background:#c6c9d0;cursor:not-allowed}
.table{overflow-x:auto;background:#fff;border:1px solid var(--line);border-radius:8px}
table{width:100%%;border-collapse:collapse;font-size:14px}th,td{padding:8px 12px;text-align:left;
border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:600;
font-size:12px}tr:last-child td{border-bottom:0}td.n,th.n{text-align:right}
.state{display:inline-block;border-radius:99px;padding:1px 10px;font-size:12px;background:#e8eef9}
.state.done{background:#e3f4e6}.state.off{background:#f0f0f0;color:#777}.state.wait{background:#fff0d6}
.note{background:#e6f5ea;border:1px solid #b8e0c2;border-radius:8px;padding:10px 16px;margin:16px 0}
.note.bad{background:#fdeaea;border-color:#f2bcbc}
footer{color:var(--soft);font-size:12px;text-align:center;padding:28px}
"""


def frame(title: str, body: str, *, color: str, now: str, kind: str) -> str:
    """A whole page around ``body``; always labelled 模擬モール."""
    return (
        '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}（模擬モール）</title>"
        f"<style>{_STYLE % {'color': color}}</style></head>"
        f'<body><header><div class="in"><h1><a href="/">{escape(title)}</a></h1>'
        f'<span class="sim">模擬モール・{escape(kind)}</span>'
        f'<span class="now">モール時刻 {escape(now)}</span></div></header>'
        f'<main class="in">{body}</main><footer>これは試験用の模擬モールです。'
        "商品・注文・購入者はすべて架空で、実際の取引は行われません。</footer></body></html>"
    )


def note(text: str, *, bad: bool = False) -> str:
    """A message line above the items."""
    return f'<div class="note{" bad" if bad else ""}" role="status">{escape(text)}</div>'


def item_card(
    *,
    sku: str,
    name: str,
    option: str,
    price: int,
    price_note: str,
    stock: int,
    image: str | None,
    action: str = "/buy",
) -> str:
    """One SKU with picture, price, stock and buy button."""
    if stock <= 0:
        level, words = "out", "在庫切れ"
    elif stock <= 5:
        level, words = "low", f"残りわずか：{stock}"
    else:
        level, words = "", f"在庫 {stock}"
    picture = f'<img src="{escape(image)}" alt="{escape(name)}">' if image else "<span>商品</span>"
    off = " disabled" if stock <= 0 else ""
    key = escape(sku)
    return (
        f'<div class="card" data-sku="{key}"><div class="pic">{picture}</div><div class="txt">'
        f'<div class="name">{escape(name)}</div><div class="opt">{escape(option)}</div>'
        f'<div class="code">{key}</div><div class="price">{price:,}円 '
        f'<small>{escape(price_note)}</small></div><div class="stock {level}">{words}</div>'
        f'<form method="post" action="{action}"><input type="hidden" name="sku" value="{key}">'
        f'<input type="number" name="quantity" value="1" min="1" max="{max(stock, 1)}" '
        f'aria-label="数量"><button{off}>購入する</button></form></div></div>'
    )


def order_table(rows: list[tuple[str, str, str, str, str, str]]) -> str:
    """Latest orders: (reference, time, buyer, amount, state text, state class)."""
    head = (
        "<tr><th>注文番号</th><th>注文日時</th><th>購入者</th>"
        '<th class="n">請求金額</th><th>状態</th></tr>'
    )
    lines = [
        f"<tr><td>{escape(ref)}</td><td>{escape(when)}</td><td>{escape(buyer)}</td>"
        f'<td class="n">{escape(amount)}</td>'
        f'<td><span class="state {css}">{escape(state)}</span></td></tr>'
        for ref, when, buyer, amount, state, css in rows
    ]
    if not lines:
        lines = ['<tr><td colspan="5">まだ注文はありません。</td></tr>']
    return f'<div class="table"><table>{head}{"".join(lines)}</table></div>'
