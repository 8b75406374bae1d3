"""Lines, fees, discounts and taxes of an order, exact to the yen (section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

from ...ec_unified.lib import data as d
from ...ec_unified.lib.money import to_decimal
from . import const

ZERO = Decimal(0)
#: Currencies without a minor unit; others have cents (section 16: parse, then quantise).
_WHOLE = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "XPF"})
_RATES = (Decimal("0.1"), Decimal("0.08"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """All that is charged. ``total`` is the mall's own figure."""

    lines: tuple[d.OrderLine, ...]
    tax_summary: tuple[d.TaxSummary, ...]
    total: Decimal
    discount: Decimal
    flags: tuple[tuple[str, str], ...] = ()
    nothing_left: bool = False  # every unit was taken off, though the order is not cancelled


@dataclass(frozen=True, slots=True)
class _Piece:
    """One position with its price before discounts, its discounts and its taxes."""

    line: d.OrderLine
    gross: Decimal
    discount: Decimal
    taxes: tuple[tuple[Decimal, Decimal], ...]  # (rate, tax)


def step_of(currency: str) -> Decimal:
    """The smallest amount of a currency."""
    return Decimal(1) if currency in _WHOLE else Decimal("0.01")


def shop_amount(bag: dict[str, Any] | None) -> Decimal:
    """The shop's side of a ``MoneyBag``, quantised to its currency; missing is 0.

    :raise DataError: not an amount
    """
    if not bag:
        return ZERO
    money = bag["shopMoney"]
    amount = to_decimal(money["amount"])
    return amount.quantize(step_of(money["currencyCode"]), rounding=ROUND_HALF_UP)


def read_lines(payload: dict[str, Any]) -> Money:
    """Everything the buyer is charged, as lines that add up."""
    counts = kept_quantities(payload)
    included = bool(payload.get("taxesIncluded", True))
    names = _discount_names(payload)
    sold = list(_goods(payload, {}))
    rest = list(_shipping(payload))
    rest += _fees(payload, _charged([*sold, *rest], included))
    goods = _goods_now(payload, counts, rest) if counts else sold
    lines: list[d.OrderLine] = []
    for piece in [*goods, *rest]:
        lines += _with_discount(piece, included, names.get(piece.line.ref, ""))
    # What a refund gave back (postage, goodwill) is no change of the sale; units taken off are.
    removed = _charged(sold, included) - _charged(goods, included)
    total = as_sold = shop_amount(payload["totalPriceSet"]) - removed
    now = shop_amount(payload.get("currentTotalPriceSet"))
    if _charged([*goods, *rest], included) == now:
        total = now  # postage taken off by an edit is in the total as sold, but in no list
    own = payload.get("taxLines")
    if counts or total != as_sold:
        own = payload.get("currentTaxLines") if total == now else ()
    return Money(
        lines=tuple(lines),
        tax_summary=_tax_summary([*goods, *rest], included, own or ()),
        total=total,
        discount=sum((piece.discount for piece in [*goods, *rest]), ZERO),
        flags=tuple(_tax_flags([*goods, *rest])),
        nothing_left=_nothing_left(payload),
    )


def kept_quantities(payload: dict[str, Any]) -> dict[str, int]:
    """Units per line that were sold for good, where that differs from what was ordered; else {}.

    Units taken off before shipping (edit, refund with removal) must not leave the warehouse. Units
    that came back after shipping did leave it: they stay sold. A cancelled order, and one with
    nothing left, keeps what was ordered, for its current figures are all zero.
    """
    lines = payload["lineItems"]["nodes"]
    if payload.get("cancelledAt") or _nothing_left(payload):
        return {}
    sent = _sent_quantities(payload)
    counts = {line["id"]: max(_current(line), sent.get(line["id"], 0)) for line in lines}
    same = all(counts[line["id"]] == line["quantity"] for line in lines)
    return {} if same else counts


def _nothing_left(payload: dict[str, Any]) -> bool:
    lines = payload["lineItems"]["nodes"]
    return bool(lines) and not _sent_quantities(payload) and not any(map(_current, lines))


def _sent_quantities(payload: dict[str, Any]) -> dict[str, int]:
    """Units per line in parcels that were not cancelled."""
    sent: dict[str, int] = {}
    for parcel in payload.get("fulfillments") or ():
        if parcel.get("status") != "SUCCESS":
            continue
        for row in (parcel.get("fulfillmentLineItems") or {}).get("nodes", ()):
            ref = row["lineItem"]["id"]
            sent[ref] = sent.get(ref, 0) + (row.get("quantity") or 0)
    return sent


# --- what was kept -----------------------------------------------------------------------


def _goods_now(payload: dict[str, Any], counts: dict[str, int], rest: list[_Piece]) -> list[_Piece]:
    """The kept units, their shares of discount and tax rounded as the mall's current total shows.

    Where that total says something else as well (postage or goodwill given back), the shares stay
    rounded half up.
    """
    included = bool(payload.get("taxesIncluded", True))
    goods = list(_goods(payload, counts))
    sold = {line["id"]: line["quantity"] for line in payload["lineItems"]["nodes"]}
    touched = {ref for ref, count in counts.items() if count != sold[ref]}
    now = shop_amount(payload.get("currentTotalPriceSet"))
    step = step_of(payload["currencyCode"])
    fitted = goods if included else _fit_taxes(payload, goods, rest, touched, step)
    fitted = _fit_discounts(fitted, touched, _charged([*fitted, *rest], included) - now, step)
    return fitted if _charged([*fitted, *rest], included) == now else goods


def _fit_taxes(
    payload: dict[str, Any],
    goods: list[_Piece],
    rest: list[_Piece],
    touched: set[str],
    step: Decimal,
) -> list[_Piece]:
    """Taxes as the order's current ones, a yen more or less on lines that were changed."""
    gaps: dict[Decimal, Decimal] = {}
    for row in payload.get("currentTaxLines") or ():
        gaps[_fraction(row)] = gaps.get(_fraction(row), ZERO) + shop_amount(row["priceSet"])
    for rate in gaps:
        pieces = (*goods, *rest)
        gaps[rate] -= sum((tax for p in pieces for r, tax in p.taxes if r == rate), ZERO)
    result = []
    for piece in goods:
        if piece.line.ref in touched and len(piece.taxes) == 1:
            [(rate, tax)] = piece.taxes
            more = max(min(gaps.get(rate, ZERO), step), -step)
            gaps[rate] = gaps.get(rate, ZERO) - more
            piece = replace(piece, taxes=((rate, tax + more),))
        result.append(piece)
    return result


def _fit_discounts(
    goods: list[_Piece], touched: set[str], gap: Decimal, step: Decimal
) -> list[_Piece]:
    """Discounts of changed lines a yen higher or lower, until ``gap`` is closed."""
    result = []
    for piece in goods:
        if piece.line.ref in touched and piece.discount:
            more = max(min(gap, step), -step)
            gap -= more
            piece = replace(piece, discount=piece.discount + more)
        result.append(piece)
    return result


# --- positions ---------------------------------------------------------------------------


def _goods(payload: dict[str, Any], counts: dict[str, int]) -> Iterator[_Piece]:
    """The lines in the quantities of ``counts``; without it, as sold."""
    step = step_of(payload["currencyCode"])
    included = bool(payload.get("taxesIncluded", True))
    for line in payload["lineItems"]["nodes"]:
        sold = line["quantity"]
        quantity = counts.get(line["id"], sold)
        if quantity <= 0:
            continue
        unit = shop_amount(line["originalUnitPriceSet"])
        discount = _allocated(line)
        taxes = _taxes(line, unit * sold - discount, included)
        if quantity != sold:
            # After an edit the allocations and taxes still cover the pieces as sold (trap 7).
            discount = _share(discount, quantity, sold, step)
            taxes = tuple((rate, _share(tax, quantity, sold, step)) for rate, tax in taxes)
        variant = line.get("variant") or {}
        yield _Piece(
            d.OrderLine(
                ref=line["id"],
                kind=_kind(line),
                name=line.get("name") or line.get("title") or "",
                sku_ref=variant.get("id"),
                item_ref=(line.get("product") or {}).get("id"),
                sku_code=(line.get("sku") or variant.get("sku") or "").strip() or None,
                barcode=(variant.get("barcode") or "").strip() or None,
                quantity=Decimal(quantity),
                price_unit=unit,
                tax_rate=_rate(taxes),
                options=_options(line),
            ),
            unit * quantity,
            discount,
            taxes,
        )


def shipping_lines(payload: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(key, postage line). Its id may be null; without a key the books would add the line anew
    with every reading."""
    rows = payload["shippingLines"]["nodes"]
    return [(row.get("id") or f"shipping{number}", row) for number, row in enumerate(rows, 1)]


def is_cod_fee(line: dict[str, Any]) -> bool:
    """Whether a postage line is the fee for cash on delivery (section 16)."""
    return _names_fee(line.get("title") or line.get("code") or "", const.COD_FEE_WORDS)


def _shipping(payload: dict[str, Any]) -> Iterator[_Piece]:
    included = bool(payload.get("taxesIncluded", True))
    for ref, line in shipping_lines(payload):
        gross, discount = shop_amount(line["originalPriceSet"]), _allocated(line)
        taxes = _taxes(line, gross - discount, included)
        title = line.get("title") or line.get("code") or ""
        if not gross and not taxes:
            continue  # free postage is no position; its name is the delivery method's
        kind = d.COD_FEE if is_cod_fee(line) else d.SHIPPING
        yield _Piece(_fee(ref, kind, title, taxes), gross, discount, taxes)


def _fees(payload: dict[str, Any], charged: Decimal) -> list[_Piece]:
    """Tips, duties and additional fees that come on top of what the lines charge.

    A tip can be a line as well, and duties can be inside of the prices: only those of them count
    that lead to the order's total.
    """
    pieces = []
    if tip := shop_amount(payload.get("totalTipReceivedSet")):
        pieces.append(_Piece(_fee("tip", d.TIP, "Tip", ()), tip, ZERO, ()))
    if duties := shop_amount(payload.get("originalTotalDutiesSet")):
        pieces.append(_Piece(_fee("duties", d.OTHER_FEE, "Duties", ()), duties, ZERO, ()))
    included = bool(payload.get("taxesIncluded", True))
    for row in payload.get("additionalFees") or ():
        gross = shop_amount(row["price"])
        taxes = _taxes(row, gross, included)
        pieces.append(_Piece(_fee(row["id"], d.OTHER_FEE, row["name"], taxes), gross, ZERO, taxes))
    open_amount = shop_amount(payload["totalPriceSet"]) - charged
    for count in range(len(pieces), -1, -1):
        for some in combinations(pieces, count):
            if _charged(some, included) == open_amount:
                return list(some)
    return pieces


def _fee(ref: str, kind: str, name: str, taxes: tuple[tuple[Decimal, Decimal], ...]):
    return d.OrderLine(ref=ref, kind=kind, name=name, tax_rate=_rate(taxes))


def _with_discount(piece: _Piece, included: bool, name: str) -> list[d.OrderLine]:
    """The position net of its discounts; beside it the discount, where it does not divide."""
    line, tax = piece.line, _tax(piece)
    net = piece.gross - piece.discount
    if not included:
        # The contract speaks tax-included: prices of such a shop get their tax on top.
        amount = net + tax
        return [_line(line, amount, tax, amount / line.quantity)]
    price = net / line.quantity
    if price == price.to_integral_value() or not piece.discount:
        return [_line(line, net, tax, price)]
    off = d.OrderLine(
        ref=f"{line.ref}#discount",
        kind=d.SHOP_DISCOUNT,
        name=name,
        price_unit=-piece.discount,
        amount=-piece.discount,
        tax_rate=line.tax_rate,
    )
    return [_line(line, piece.gross, None, line.price_unit), off]


def _line(line: d.OrderLine, amount: Decimal, tax: Decimal | None, price: Decimal) -> d.OrderLine:
    return replace(line, amount=amount, tax_amount=tax, price_unit=price)


# --- taxes -------------------------------------------------------------------------------


def _tax_summary(
    pieces: list[_Piece], included: bool, own: Iterable[dict[str, Any]]
) -> tuple[d.TaxSummary, ...]:
    """Total and tax per rate. Tax is the order's own sum per rate where it names the same rates.

    Untaxed positions (tips, gift cards) are in no row: Shopify gives no tax line for them.
    """
    totals: dict[Decimal, Decimal] = {}
    taxes: dict[Decimal, Decimal] = {}
    for piece in pieces:
        if not piece.taxes:
            continue
        rate = piece.line.tax_rate
        totals[rate] = totals.get(rate, ZERO) + _charged([piece], included)
        taxes[rate] = taxes.get(rate, ZERO) + _tax(piece)
    figures: dict[Decimal, Decimal] = {}
    for row in own:
        rate = _fraction(row)
        figures[rate] = figures.get(rate, ZERO) + shop_amount(row["priceSet"])
    if set(figures) == set(taxes):
        taxes = figures
    return tuple(
        d.TaxSummary(rate=rate, total=totals[rate], tax=taxes[rate]) for rate in sorted(totals)
    )


def _charged(pieces: Iterable[_Piece], included: bool) -> Decimal:
    """What the buyer pays for these, tax included."""
    return sum(
        (piece.gross - piece.discount + (ZERO if included else _tax(piece)) for piece in pieces),
        ZERO,
    )


def _tax(piece: _Piece) -> Decimal:
    return sum((tax for _rate_, tax in piece.taxes), ZERO)


def _tax_flags(pieces: list[_Piece]) -> list[tuple[str, str]]:
    """Japan has one tax per position; more of them cannot be booked by rate."""
    return [
        ("other", f"several taxes on one line: {piece.line.name[:40]}")
        for piece in pieces
        if len({rate for rate, _tax_ in piece.taxes}) > 1
    ]


def _taxes(
    row: dict[str, Any], net: Decimal, included: bool
) -> tuple[tuple[Decimal, Decimal], ...]:
    """(rate, tax) of a position that costs ``net``."""
    taxes = []
    for line in row["taxLines"]:
        tax = shop_amount(line["priceSet"])
        rate = _fraction(line)
        if not rate and tax:
            rate = _rate_of(tax, net - tax if included else net)
        taxes.append((rate, tax))
    return tuple(taxes)


def _fraction(tax: dict[str, Any]) -> Decimal:
    """``rate`` as an exact fraction: 0.08, never 0.08000000000000002."""
    rate = Decimal(str(tax.get("rate") or 0)).quantize(Decimal("0.00001"))
    return rate.normalize() if rate else ZERO


def _rate_of(tax: Decimal, base: Decimal) -> Decimal:
    """The rate of a tax that does not say its own, as the schema allows: the one of Japan's rates
    that comes closest; where none comes within a yen, what the amounts say."""
    gaps = {rate: abs(base * rate - tax) for rate in _RATES}
    best = min(gaps, key=lambda rate: gaps[rate])
    if gaps[best] <= 1 or base <= 0:
        return best
    return (tax / base).quantize(Decimal("0.001")).normalize()


def _rate(taxes: tuple[tuple[Decimal, Decimal], ...]) -> Decimal:
    return sum((rate for rate, _tax in taxes), ZERO)


# --- small facts -------------------------------------------------------------------------


def _current(line: dict[str, Any]) -> int:
    current = line.get("currentQuantity")
    return line["quantity"] if current is None else current


def _allocated(row: dict[str, Any]) -> Decimal:
    rows = row.get("discountAllocations") or ()
    return sum((shop_amount(part["allocatedAmountSet"]) for part in rows), ZERO)


def _share(amount: Decimal, quantity: int, sold: int, step: Decimal) -> Decimal:
    return (amount * quantity / sold).quantize(step, rounding=ROUND_HALF_UP)


def _kind(line: dict[str, Any]) -> str:
    """Goods, unless the line is a fee that an app or a clerk added as a line (section 16)."""
    if line.get("requiresShipping"):
        return d.PRODUCT
    title = line.get("title") or ""
    if _names_fee(title, const.COD_FEE_WORDS):
        return d.COD_FEE
    if line.get("product") is None and _names_fee(title, const.WRAPPING_WORDS):
        return d.WRAPPING
    if line.get("product") is None and title.strip().lower() in const.TIP_TITLES:
        return d.TIP
    # A deleted product has no product either, but it still has its SKU.
    known = line.get("product") or line.get("variant") or line.get("sku")
    return d.PRODUCT if known or line.get("isGiftCard") else d.OTHER_FEE


def _names_fee(title: str, words: tuple[str, ...]) -> bool:
    text = title.lower().replace("税込", "")
    if any(word in text for word in const.INCLUDED_WORDS):
        return False
    return any(word in text for word in words)


def _options(line: dict[str, Any]) -> str | None:
    """What the buyer chose on the line, and the bundle it belongs to."""
    group = line.get("lineItemGroup")
    rows = [f"{row['key']}: {row['value']}" for row in line.get("customAttributes") or ()
            if row.get("value") and not row["key"].startswith("_")]  # fmt: skip
    if group:
        rows.insert(0, f"{group['title']} × {group['quantity']}")
    return "\n".join(rows) or None


def _discount_names(payload: dict[str, Any]) -> dict[str, str]:
    """Name of the discounts per line: the code the buyer typed, or the title."""
    titles = {
        row["index"]: row.get("code") or row.get("title") or ""
        for row in (payload.get("discountApplications") or {}).get("nodes", ())
    }
    names = {}
    rows = [(row["id"], row) for row in payload["lineItems"]["nodes"]]
    for ref, row in [*rows, *shipping_lines(payload)]:
        parts = row.get("discountAllocations") or ()
        found = (titles.get(part["discountApplication"]["index"]) for part in parts)
        names[ref] = " / ".join(filter(None, dict.fromkeys(found)))
    return names
