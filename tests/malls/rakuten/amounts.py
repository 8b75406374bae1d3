"""The amount engine: sums, coupons, tax (reference sections 2.5, 2.6)."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from .codes import UNDECIDED
from .shop import Switches

Model = dict[str, Any]
_ROUNDING = {
    "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
    "round": ROUND_HALF_UP,
    "half_up": ROUND_HALF_UP,
}
RATES = (0.1, 0.08, 0.0)


def rounded(value: Decimal, how: str) -> int:
    """Whole yen; floor, ceil, round (half up)."""
    return int(value.quantize(Decimal(1), rounding=_ROUNDING[how]))


def with_tax(price: int, rate: float, how: str) -> int:
    """Tax-included price of a tax-excluded one."""
    return rounded(price * (1 + Decimal(str(rate))), how)


def tax_in(amount: int, rate: float, how: str = "half_up") -> int:
    """Tax contained in a tax-included amount."""
    share = Decimal(str(rate))
    return rounded(amount * share / (1 + share), how)


def split(amount: int, weights: dict[float, int]) -> dict[float, int]:
    """Share an amount by weight; whole yen, largest remainders first, sum kept."""
    total = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    exact = {key: Decimal(amount) * weight / total for key, weight in weights.items()}
    shares = {key: int(value) for key, value in exact.items()}
    rest = amount - sum(shares.values())
    for key in sorted(exact, key=lambda k: exact[k] - shares[k], reverse=True)[:rest]:
        shares[key] += 1
    return shares


def live_packages(model: Model) -> list[Model]:
    """Packages that are not deleted."""
    return [p for p in model["PackageModelList"] if not p["packageDeleteFlag"]]


def live_items(package: Model) -> list[Model]:
    """Items that are not deleted."""
    return [item for item in package["ItemModelList"] if not item["deleteItemFlag"]]


def live_wrappings(model: Model) -> list[Model]:
    """Wrappings that are not deleted."""
    both = (model.get("WrappingModel1"), model.get("WrappingModel2"))
    return [w for w in both if w and not w["deleteWrappingFlag"]]


def item_amount(item: Model, rounding: str, switches: Switches) -> int:
    """Tax-included amount of an item row (open question 5: per unit or per row)."""
    if switches.excluded_tax_sum == "line" and not item["includeTaxFlag"]:
        return with_tax(item["price"] * item["units"], item["taxRate"], rounding)
    return int(item["priceTaxIncl"] * item["units"])


def recompute(model: Model, rounding: str, switches: Switches) -> None:
    """Fill every sum of an order from its rows."""
    goods: dict[float, int] = {}
    for package in live_packages(model):
        package["goodsPrice"] = 0
        for item in live_items(package):
            rate = item["taxRate"]
            item["priceTaxIncl"] = (
                item["price"] if item["includeTaxFlag"] else with_tax(item["price"], rate, rounding)
            )
            amount = item_amount(item, rounding, switches)
            package["goodsPrice"] += amount
            goods[rate] = goods.get(rate, 0) + amount
    wrapping = _wrapping(model, rounding)
    _spread_wrapping(model, sum(wrapping.values()), switches)
    _sums(model, sum(goods.values()) + sum(wrapping.values()), switches)
    model["TaxSummaryModelList"] = _tax_summary(model, goods, wrapping, switches)


def _wrapping(model: Model, rounding: str) -> dict[float, int]:
    found: dict[float, int] = {}
    for row in live_wrappings(model):
        rate = row["taxRate"]
        amount = row["price"] if row["includeTaxFlag"] else with_tax(row["price"], rate, rounding)
        row["taxPrice"] = tax_in(amount, rate)
        found[rate] = found.get(rate, 0) + amount
    return found


def _spread_wrapping(model: Model, amount: int, switches: Switches) -> None:
    packages = live_packages(model)
    for index, package in enumerate(packages):
        if switches.wrapping_in_package == "each" or (
            switches.wrapping_in_package == "first" and index == 0
        ):
            package["goodsPrice"] += amount
        known = package["postagePrice"] != UNDECIDED
        package["totalPrice"] = (
            package["goodsPrice"] + package["postagePrice"] if known else UNDECIDED
        )


def _sum(values: list[int]) -> int:
    return UNDECIDED if UNDECIDED in values else sum(values)


def _sums(model: Model, goods: int, switches: Switches) -> None:
    packages = live_packages(model)
    model["goodsPrice"] = goods
    model["postagePrice"] = _sum([p["postagePrice"] for p in packages])
    model["deliveryPrice"] = _sum([p["deliveryPrice"] for p in packages])
    coupons = model["CouponModelList"] or []
    for coupon in coupons:
        coupon["couponTotalPrice"] = coupon["couponPrice"] * coupon["couponUnit"]
    shop = sum(c["couponTotalPrice"] for c in coupons if c["couponCapitalCode"] == 1)
    other = sum(c["couponTotalPrice"] for c in coupons if c["couponCapitalCode"] != 1)
    model["couponShopPrice"], model["couponOtherPrice"] = shop, other
    model["couponAllTotalPrice"] = shop + other
    model["totalPrice"] = _sum([goods, model["postagePrice"]])
    fees = [model["deliveryPrice"]] if switches.cod_in_request else []
    parts = [model["totalPrice"], *fees, model["paymentCharge"]]
    if UNDECIDED in parts:
        model["requestPrice"] = UNDECIDED
        return
    model["requestPrice"] = (
        sum(parts)
        + model["additionalFeeOccurAmountToUser"]
        - model["couponAllTotalPrice"]
        - model["PointModel"]["usedPoint"]
    )


def coupon_shares(model: Model, goods: dict[float, int]) -> dict[float, int]:
    """Coupons per rate: bound ones to the rate of their item, the rest by what is left."""
    rates = {i["itemDetailId"]: i["taxRate"] for p in live_packages(model) for i in live_items(p)}
    shares = dict.fromkeys(goods, 0)
    coupons = model["CouponModelList"] or []
    for coupon in coupons:
        rate = rates.get(coupon["itemDetailId"])
        if rate is not None:
            shares[rate] += coupon["couponTotalPrice"]
    for coupon in coupons:
        if coupon["itemDetailId"] in rates:
            continue
        left = {rate: max(amount - shares[rate], 0) for rate, amount in goods.items()}
        for rate, amount in split(coupon["couponTotalPrice"], left).items():
            shares[rate] += amount
    return shares


def _tax_summary(
    model: Model, goods: dict[float, int], wrapping: dict[float, int], switches: Switches
) -> list[Model]:
    shares = coupon_shares(model, goods)
    undecided = model["requestPrice"] == UNDECIDED
    rows = []
    for rate in RATES:
        packages = live_packages(model)
        postage = sum(p["postagePrice"] for p in packages if p["postageTaxRate"] == rate)
        fee = sum(p["deliveryPrice"] for p in packages if p["deliveryTaxRate"] == rate)
        charge = fee if switches.cod_in_tax_summary else 0
        if model["paymentChargeTaxRate"] == rate:
            charge = _sum([charge, model["paymentCharge"]])
        total = goods.get(rate, 0) + wrapping.get(rate, 0) + postage
        if not (total or charge) and rate not in goods:
            continue
        coupon = shares.get(rate, 0)
        base = total + charge - coupon
        rows.append(
            {
                "taxRate": rate,
                "reqPrice": UNDECIDED if undecided else base,
                "reqPriceTax": UNDECIDED
                if undecided
                else tax_in(base, rate, switches.tax_rounding),
                "totalPrice": UNDECIDED if undecided else total,
                "paymentCharge": charge,
                "couponPrice": coupon,
                "point": 0,
            }
        )
    return rows
