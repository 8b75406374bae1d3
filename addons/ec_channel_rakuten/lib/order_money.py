"""Money of an OrderModel (2.5, 2.6): lines, coupons per rate, tax summary. Exact, in yen."""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import product

from ...ec_unified.lib import data as d
from ...ec_unified.lib.money import split_exact, to_decimal
from . import const
from .items import sku_code
from .shipping_rows import is_set, live_packages
from .stock import sku_ref

ZERO = Decimal(0)
# The whole order is undecided as soon as one of these is (2.5).
_HEADER_AMOUNTS = (
    "goodsPrice", "postagePrice", "deliveryPrice", "paymentCharge", "totalPrice", "requestPrice",
    "couponAllTotalPrice", "couponShopPrice", "couponOtherPrice",
)  # fmt: skip
# A shop rounds tax by its own rule (2.5, priceTaxIncl).
_ROUNDINGS = (ROUND_FLOOR, ROUND_HALF_UP, ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts of one order; all zero while ``undecided``."""

    lines: tuple
    tax_summary: tuple
    buyer_total: Decimal
    points: Decimal
    shop_coupon: Decimal
    mall_coupon: Decimal
    undecided: bool

    @property
    def total(self):
        """What the shop earns."""
        return self.buyer_total + self.points + self.mall_coupon


def amount(value):
    """A known amount; None when it is missing or not decided yet."""
    number = to_decimal(value, default=const.UNDECIDED)
    return None if number == const.UNDECIDED else number


def rate(value):
    """Tax rate as a fraction, from ``0.1`` or ``"0.1"``."""
    return to_decimal(value, default=0)


def is_undecided(model):
    """Whether any amount of the order is -9999; such figures are never booked."""
    values = [model.get(name) for name in _HEADER_AMOUNTS]
    for row in model.get("TaxSummaryModelList") or []:
        values += [row.get("reqPrice"), row.get("reqPriceTax")]
    return any(value is not None and to_decimal(value) == const.UNDECIDED for value in values)


def parse_money(model):
    """``Money`` of an OrderModel."""
    undecided = is_undecided(model)
    goods, papers = _read_amounts(model)
    lines = _goods(model, goods) + _wrapping(model, papers) + _postage(model) + _fees(model)
    if undecided:
        return Money(tuple(lines), (), ZERO, ZERO, ZERO, ZERO, True)
    shop = amount(model.get("couponShopPrice")) or ZERO
    mall = amount(model.get("couponOtherPrice")) or ZERO
    lines += _coupons(model, lines, shop, mall)
    points = amount((model.get("PointModel") or {}).get("usedPoint")) or ZERO
    buyer_total = amount(model.get("requestPrice")) or ZERO
    return Money(tuple(lines), _tax_summary(model), buyer_total, points, shop, mall, False)


# --- Goods -------------------------------------------------------------------------------------


def live_items(package):
    """Items that were not deleted (trap 12)."""
    items = package.get("ItemModelList") or []
    return [item for item in items if not is_set(item.get("deleteItemFlag"))]


def _goods(model, amounts):
    refs = set()
    lines = []
    for (index, package, item), value in zip(_rows(model), amounts, strict=True):
        ref = str(item.get("itemDetailId"))
        ref = ref if ref not in refs else f"{package.get('basketId')}-{ref}"
        refs.add(ref)
        lines.append(_goods_line(ref, index, item, value))
    return lines


def _rows(model):
    """``(destination, package, item)`` of what was not deleted."""
    return [
        (index, package, item)
        for index, package in enumerate(live_packages(model))
        for item in live_items(package)
    ]


def _read_amounts(model):
    """``(amount per item, amount per wrapping)``, tax included.

    Usually priceTaxIncl × units, and price + taxPrice. Where something has prices without tax the
    mall may round otherwise (open question 5): the sum of a row instead of its pieces, a wrapping's
    tax anew. Then that reading is taken that gives the mall's own sums.
    """
    items = [item for _index, _package, item in _rows(model)]
    papers = [row for _number, row in wrappings(model)]
    plain = [_unit_price(item) * _units(item) for item in items]
    paper = [_paper_amounts(row)[0] for row in papers]
    goods = amount(model.get("goodsPrice"))
    if goods is None or all(_with_tax(row) for row in (*items, *papers)):
        return plain, paper
    per_rate = _goods_per_rate(model)
    found = None
    for rows in (plain, *([_row_amount(item, how) for item in items] for how in _ROUNDINGS)):
        for choice in product(*map(_paper_amounts, papers)):
            if sum(rows) + sum(choice) != goods:
                continue
            sums = defaultdict(lambda: ZERO)
            for row, value in zip((*items, *papers), (*rows, *choice), strict=True):
                sums[rate(row.get("taxRate"))] += value
            if all(sums[r] == value for r, value in per_rate.items()):
                return rows, list(choice)
            found = found or (rows, list(choice))
    return found or (plain, paper)


def _goods_per_rate(model):
    """Goods and wrapping per rate: the tax summary's total without the postage in it."""
    found = {}
    for row in model.get("TaxSummaryModelList") or []:
        total = amount(row.get("totalPrice"))
        if total is not None:
            found[rate(row.get("taxRate"))] = total
    for line in _postage(model):
        if line.tax_rate in found:
            found[line.tax_rate] -= line.amount
    return found


def _units(item):
    return to_decimal(item.get("units"), default=1)


def _with_tax(item):
    return item.get("includeTaxFlag") != 0


def _unit_price(item):
    price = amount(item.get("priceTaxIncl"))
    if price is None:
        price = amount(item.get("price")) or ZERO
        if not _with_tax(item):
            price = (price * (1 + rate(item.get("taxRate")))).quantize(Decimal(1), ROUND_FLOOR)
    return price


def _row_amount(item, rounding):
    if _with_tax(item):
        return _unit_price(item) * _units(item)
    net = to_decimal(item.get("price"), default=0) * _units(item)
    return (net * (1 + rate(item.get("taxRate")))).quantize(Decimal(1), rounding)


def _goods_line(ref, destination, item, value):
    sku = (item.get("SkuModelList") or [{}])[0] or {}
    manage_number = item.get("manageNumber")
    variant_id = sku.get("variantId")
    single = not sku.get("skuInfo")
    texts = [sku.get("skuInfo"), item.get("selectedChoice")]
    return d.OrderLine(
        ref=ref,
        name=item.get("itemName") or "",
        # Orders from before the shop's SKU change name no variant: matched by code (trap 9).
        sku_ref=sku_ref(manage_number, variant_id) if manage_number and variant_id else None,
        item_ref=str(manage_number).lower() if manage_number else None,
        sku_code=sku_code(
            sku.get("merchantDefinedSkuId"), variant_id, item.get("itemNumber"), manage_number,
            single,
        ),
        quantity=_units(item),
        price_unit=_unit_price(item),
        amount=value,
        tax_rate=rate(item.get("taxRate")),
        options="\n".join(text.strip() for text in texts if text and text.strip()) or None,
        destination=destination,
    )  # fmt: skip


# --- Wrapping, postage, fees -------------------------------------------------------------------


def wrappings(model):
    """The wrappings that were not deleted, as ``(number, row)``."""
    rows = ((n, model.get(f"WrappingModel{n}")) for n in (1, 2))
    return [(n, row) for n, row in rows if row and row.get("deleteWrappingFlag") != 1]


def _wrapping(model, amounts):
    """Wrapping belongs to the order; it travels with the first destination."""
    lines = []
    for (number, row), price in zip(wrappings(model), amounts, strict=True):
        if price:
            name = row.get("name") or const.WRAPPING_TITLES.get(row.get("title"), "")
            lines.append(_fee(f"wrapping-{number}", d.WRAPPING, name, price, row.get("taxRate")))
    return lines


def _paper_amounts(row):
    """What a wrapping may cost with its tax, the likeliest first."""
    price = amount(row.get("price")) or ZERO
    if _with_tax(row):
        return [price]
    gross = price * (1 + rate(row.get("taxRate")))
    found = [price + (amount(row.get("taxPrice")) or ZERO)]
    found += [gross.quantize(Decimal(1), how) for how in _ROUNDINGS]
    return list(dict.fromkeys(found))


def _fee(ref, kind, name, value, tax_rate, destination=0):
    return d.OrderLine(
        ref=ref, kind=kind, name=name, price_unit=value, amount=value, tax_rate=rate(tax_rate),
        destination=destination,
    )  # fmt: skip


def _postage(model):
    return _per_package(model, "postagePrice", "postageTaxRate", d.SHIPPING, "postage", "送料")


def _per_package(model, field, rate_field, kind, prefix, name):
    """One line per destination, if they add up to the order's figure; else that figure as one."""
    packages = live_packages(model)
    values = [amount(package.get(field)) for package in packages]
    header = amount(model.get(field))
    if None not in values and (header is None or sum(values) == header):
        return [
            _fee(f"{prefix}-{p.get('basketId')}", kind, name, value, p.get(rate_field), index)
            for index, (p, value) in enumerate(zip(packages, values, strict=True))
            if value
        ]
    if not header:
        return []
    rates = [package.get(rate_field) for package in packages if package.get(rate_field) is not None]
    return [_fee(prefix, kind, name, header, rates[0] if rates else "0.1")]


def _fees(model):
    """COD fee (per destination), other payment fee, and the extra fee of deferred payment."""
    lines = _per_package(model, "deliveryPrice", "deliveryTaxRate", d.COD_FEE, "cod", "代引料")
    charge = amount(model.get("paymentCharge"))
    if charge:
        lines.append(
            _fee("payment", d.PAYMENT_FEE, "決済手数料", charge, model.get("paymentChargeTaxRate"))
        )
    extra = amount(model.get("additionalFeeOccurAmountToUser"))
    if extra:
        # Since 2023-09-14 it stands outside the tax summary (2.5): outside the shop's tax, which
        # is not the same as a rate of 0 %.
        fee = _fee("additional", d.OTHER_FEE, "後払い手数料", extra, 0)
        lines.append(replace(fee, tax_rate=None))
    return lines


# --- Coupons -----------------------------------------------------------------------------------


def _tax_summary(model):
    rows = []
    for row in model.get("TaxSummaryModelList") or []:
        total, tax = amount(row.get("reqPrice")) or ZERO, amount(row.get("reqPriceTax")) or ZERO
        if total or tax or row.get("totalPrice"):
            rows.append(d.TaxSummary(rate=rate(row.get("taxRate")), total=total, tax=tax))
    return tuple(rows)


def _coupons(model, lines, shop, mall):
    """Discount lines per rate. The split over the rates is the mall's (TaxSummary.couponPrice);
    which part of a rate is the shop's own follows from the coupons bound to items, the rest by
    share."""
    if not shop and not mall:
        return []
    per_rate = _coupon_per_rate(model, lines, shop + mall)
    bound = _bound_coupons(model, lines)
    fits = all(sum(parts.values()) <= per_rate.get(r, ZERO) for r, parts in bound.items())
    taken_shop = sum((parts["shop"] for parts in bound.values()), ZERO)
    taken_mall = sum((parts["mall"] for parts in bound.values()), ZERO)
    if not fits or taken_shop > shop or taken_mall > mall:
        bound, taken_shop = {}, ZERO
    empty = {"shop": ZERO, "mall": ZERO}
    left = {r: value - sum(bound.get(r, empty).values()) for r, value in per_rate.items()}
    rates = sorted(per_rate, reverse=True)
    shares = split_exact(shop - taken_shop, [left[r] for r in rates])
    result = []
    for tax_rate, share in zip(rates, shares, strict=True):
        own = bound.get(tax_rate, empty)["shop"] + share
        others = per_rate[tax_rate] - own
        names = _coupon_names(model)
        for kind, value in ((d.SHOP_DISCOUNT, own), (d.MALL_DISCOUNT, others)):
            if value:
                ref = f"{kind}-{tax_rate.normalize()}"
                result.append(_fee(ref, kind, names[kind], -value, tax_rate))
    return result


def _coupon_per_rate(model, lines, total):
    """Coupons per rate as the mall split them; by the amounts of the lines if it did not."""
    shares = defaultdict(lambda: ZERO)
    for row in model.get("TaxSummaryModelList") or []:
        shares[rate(row.get("taxRate"))] += amount(row.get("couponPrice")) or ZERO
    if sum(shares.values()) == total:
        return dict(shares)
    weights = defaultdict(lambda: ZERO)
    for line in lines:
        if line.kind == d.PRODUCT:
            weights[line.tax_rate] += line.amount
    rates = sorted(weights, reverse=True) or [Decimal("0.1")]
    parts = split_exact(total, [weights[r] for r in rates])
    return dict(zip(rates, parts, strict=True))


def _bound_coupons(model, lines):
    """Item-bound coupons per rate: ``{rate: {"shop": …, "mall": …}}``."""
    rates = {line.ref: line.tax_rate for line in lines if line.kind == d.PRODUCT}
    found = defaultdict(lambda: {"shop": ZERO, "mall": ZERO})
    for coupon in model.get("CouponModelList") or []:
        tax_rate = rates.get(str(coupon.get("itemDetailId") or ""))
        if tax_rate is None:
            continue
        value = amount(coupon.get("couponTotalPrice")) or ZERO
        found[tax_rate]["shop" if _is_shops(coupon) else "mall"] += value
    return dict(found)


def _is_shops(coupon):
    return coupon.get("couponCapitalCode") == const.SHOP_COUPON_CODE


def _coupon_names(model):
    names = {d.SHOP_DISCOUNT: [], d.MALL_DISCOUNT: []}
    for coupon in model.get("CouponModelList") or []:
        kind = d.SHOP_DISCOUNT if _is_shops(coupon) else d.MALL_DISCOUNT
        names[kind].append(coupon.get("couponName") or "")
    fallback = {d.SHOP_DISCOUNT: "店舗クーポン", d.MALL_DISCOUNT: "楽天クーポン"}
    return {
        kind: "、".join(dict.fromkeys(filter(None, found))) or fallback[kind]
        for kind, found in names.items()
    }
