"""From a mall's order to lines that add up to the mall's own figures, to the yen.

Three sums must hold at once: the total the shop earns, the taxable amount per rate and the tax per
rate. The mall's figures are the truth; what does not fit becomes a line of its own that says so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from .data import MALL_DISCOUNT, PRODUCT, SHOP_DISCOUNT, OrderData, OrderLine
from .money import split_exact, to_unit, unit_of

#: Line kinds that only exist in the books, beside those of ``data.LINE_KINDS``.
MALL_PAID = "mall_paid"  # what the mall pays in place of the buyer: coupons it bears itself
DIFFERENCE = "difference"

DISCOUNTS = (SHOP_DISCOUNT, MALL_DISCOUNT)
ZERO = Decimal(0)
_PRICE_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedLine:
    """A line as it goes into the books.

    ``rate`` None: outside of the consumption tax. ``tax`` None: the mall gives no figure, the
    books compute it. ``source`` is the mall's line, None for lines that are ours.
    """

    ref: str
    kind: str
    name: str = ""
    quantity: Decimal = Decimal(1)
    price_unit: Decimal = ZERO
    amount: Decimal = ZERO
    rate: Decimal | None = None
    tax: Decimal | None = None
    source: OrderLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """The lines of one order; ``differences`` are (rate or None, amount) that had to be added."""

    lines: tuple[BookedLine, ...]
    differences: tuple[tuple[Decimal | None, Decimal], ...] = ()

    @property
    def total(self) -> Decimal:
        """Return the sum of all lines."""
        return sum((line.amount for line in self.lines), ZERO)


def book_order(data: OrderData) -> Booking:
    """Return the lines of ``data`` with every sum of the mall met exactly."""
    summary = None if data.undecided else tax_figures(data)
    fixed = summary is not None
    lines = [_booked(line, fixed) for line in data.lines if line.kind not in DISCOUNTS]
    discounts = [line for line in data.lines if line.kind in DISCOUNTS]
    if data.undecided:
        return Booking(lines=tuple(lines))
    lines += _book_discounts(lines, discounts, data.mall_coupon, summary)
    if summary is not None and data.mall_coupon:
        lines.append(_extra(MALL_PAID, data.mall_coupon, None))
    differences = _gaps(lines, summary, data.buyer_total + data.points + data.mall_coupon)
    lines += [_extra(DIFFERENCE, amount, rate) for rate, amount in differences]
    if summary is not None:
        lines = _with_taxes(lines, summary)
    return Booking(lines=tuple(lines), differences=tuple(differences))


def tax_figures(data: OrderData) -> dict[Decimal, tuple[Decimal, Decimal]] | None:
    """Return the mall's (amount incl. tax, tax) per rate, or None when it gives no figures.

    Without a summary the taxes of the lines are added up, if every taxed line has one.
    """
    figures: dict[Decimal, tuple[Decimal, Decimal]] = {}
    rows = [(row.rate, row.total, row.tax) for row in data.tax_summary]
    if not rows:
        taxed = [line for line in data.lines if line.tax_rate and line.amount]
        if not taxed or any(line.tax_amount is None for line in taxed):
            return None
        rows = [(line.tax_rate, line.amount, line.tax_amount) for line in taxed]
    for rate, total, tax in rows:
        old_total, old_tax = figures.get(rate, (ZERO, ZERO))
        figures[rate] = (old_total + total, old_tax + tax)
    return figures


def partial_share(whole_amount: Decimal, quantity: Decimal, done: Decimal) -> Decimal:
    """Return what belongs to the first ``done`` of ``quantity`` pieces; all of them give all.

    Cumulated, so that several partial invoices add up to the whole whatever their number.
    """
    if not quantity or done == quantity:
        return whole_amount
    return to_unit(whole_amount * done / quantity, unit_of(whole_amount))


def _booked(line: OrderLine, fixed: bool = False) -> BookedLine:
    """Return the line of the books. ``fixed``: base and tax of taxed lines are written down as
    amounts, so that price times quantity need not give them to the yen."""
    quantity, price, amount = line.quantity, line.price_unit, line.amount
    if price * quantity != amount:
        # A price per piece that is no whole number: 3 pieces for 1,000 yen.
        price = amount
        if quantity:
            price = (amount / quantity).quantize(_PRICE_STEP, rounding=ROUND_HALF_UP)
        near = to_unit(quantity * price, unit_of(amount))
        if near != amount and not (fixed and line.tax_rate is not None):
            if line.kind == PRODUCT:
                amount = near  # the rest shows as a difference
            else:
                quantity, price = Decimal(1), amount
    return BookedLine(
        ref=line.ref,
        kind=line.kind,
        name=line.name,
        quantity=quantity,
        price_unit=price,
        amount=amount,
        rate=line.tax_rate,
        source=line,
    )


def _extra(kind: str, amount: Decimal, rate: Decimal | None, name: str = "") -> BookedLine:
    suffix = "" if rate is None else f"{rate * 100:f}".rstrip("0").rstrip(".") or "0"
    return BookedLine(
        ref=f"{kind}:{suffix}", kind=kind, name=name, price_unit=amount, amount=amount, rate=rate
    )


def _per_rate(lines) -> dict[Decimal, Decimal]:
    sums: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if line.rate is not None:
            sums[line.rate] += line.amount
    return dict(sums)


def _book_discounts(goods, discounts, mall_coupon, summary) -> list[BookedLine]:
    """Return the discount lines at the rates whose amounts they lower."""
    shop = -sum((line.amount for line in discounts if line.kind == SHOP_DISCOUNT), ZERO)
    mall = -sum((line.amount for line in discounts if line.kind == MALL_DISCOUNT), ZERO)
    if summary is None:
        # No figure of the mall: the full price is taxed, whoever pays it.
        discounts, mall, mall_coupon = (
            [line for line in discounts if line.kind == SHOP_DISCOUNT],
            ZERO,
            ZERO,
        )
    mall = mall or mall_coupon
    if not shop and not mall:
        return []
    given = [_booked(line) for line in discounts if line.amount]
    gross = _per_rate(goods)
    if _fits(gross, given, mall, summary):
        return given
    needs = _needs(gross, summary)
    unit = unit_of(shop, mall)
    shop_parts = split_exact(shop, list(needs.values()), unit)
    mall_parts = split_exact(mall, list(needs.values()), unit)
    if sum(needs.values()) == shop + mall and summary is not None:
        mall_parts = [need - part for need, part in zip(needs.values(), shop_parts, strict=True)]
    return _discount_lines(SHOP_DISCOUNT, discounts, needs, shop_parts) + _discount_lines(
        MALL_DISCOUNT, discounts, needs, mall_parts
    )


def _fits(gross, given, mall, summary) -> bool:
    """Say whether the discounts already stand at the right rates."""
    lowered = _per_rate(given)
    if summary is None:
        return all(rate in gross and gross[rate] + amount >= 0 for rate, amount in lowered.items())
    if -sum((line.amount for line in given if line.kind == MALL_DISCOUNT), ZERO) != mall:
        return False
    rates = {rate for rate in gross | lowered if rate or rate in summary}
    return all(
        gross.get(rate, ZERO) + lowered.get(rate, ZERO) == summary.get(rate, (ZERO, ZERO))[0]
        for rate in rates
    )


def _needs(gross, summary) -> dict[Decimal, Decimal]:
    """Return by how much the mall lowered each rate (or the weights, without its figures)."""
    needs = dict(gross)
    if summary is not None:
        needs = {
            rate: max(amount - summary.get(rate, (amount if not rate else ZERO, ZERO))[0], ZERO)
            for rate, amount in gross.items()
        }
    if not any(needs.values()):
        needs = gross or {Decimal("0.10"): Decimal(1)}
    return {rate: max(needs[rate], ZERO) for rate in sorted(needs, reverse=True)}


def _discount_lines(kind, discounts, needs, parts) -> list[BookedLine]:
    names = dict.fromkeys(line.name for line in discounts if line.kind == kind and line.name)
    return [
        _extra(kind, -part, rate, "、".join(names))
        for rate, part in zip(needs, parts, strict=True)
        if part
    ]


def _gaps(lines, summary, total) -> list[tuple[Decimal | None, Decimal]]:
    """Return what is missing per rate, then in the total, as (rate or None, amount)."""
    gaps = []
    booked = _per_rate(lines)
    for rate in sorted(set(booked) | set(summary or ()), reverse=True):
        if summary is None or (not rate and rate not in summary):
            continue  # untaxed amounts need not be in the mall's tax summary
        gap = summary.get(rate, (ZERO, ZERO))[0] - booked.get(rate, ZERO)
        if gap:
            gaps.append((rate, gap))
    rest = total - sum((line.amount for line in lines), ZERO) - sum((g for _r, g in gaps), ZERO)
    if rest:
        gaps.append((None, rest))
    return gaps


def _with_taxes(lines, summary) -> list[BookedLine]:
    """Return ``lines`` with the mall's tax of each rate shared out among them exactly."""
    result = list(lines)
    for rate in {line.rate for line in lines if line.rate is not None}:
        figure = summary.get(rate, (ZERO, ZERO))[1]
        indexes = [i for i, line in enumerate(result) if line.rate == rate]
        taxes = _share_tax([result[i] for i in indexes], rate, figure)
        for index, tax in zip(indexes, taxes, strict=True):
            result[index] = replace(result[index], tax=tax)
    return result


def _share_tax(lines, rate, figure) -> list[Decimal]:
    own = [line.source.tax_amount if line.source else None for line in lines]
    if None not in own and sum(own) == figure:
        return own
    unit = unit_of(figure, *(line.amount for line in lines))
    taxes = [to_unit(line.amount * rate / (1 + rate), unit) for line in lines]
    rest = figure - sum(taxes)
    shares = split_exact(rest, [abs(line.amount) for line in lines], unit)
    return [tax + share for tax, share in zip(taxes, shares, strict=True)]
