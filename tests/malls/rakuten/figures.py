"""Expected figures of an order, for tests to compare with (``GET /_sim/orders``)."""

from __future__ import annotations

from typing import Any

from .amounts import item_amount, live_items, live_packages, live_wrappings, with_tax
from .codes import PROGRESS, UNDECIDED
from .shop import Shop
from .store import Order


def _known(amount: int) -> int | None:
    return None if amount == UNDECIDED else amount


def expected(order: Order, shop: Shop) -> dict[str, Any]:
    """One order; amounts that are not decided are None."""
    model = order.model
    points = model["PointModel"]["usedPoint"]
    mall, total = model["couponOtherPrice"], model["requestPrice"]
    return {
        "ref": order.number,
        "state": order.progress,
        "state_name": PROGRESS[order.progress],
        "created": model["orderDatetime"],
        "buyer": _name(model["OrdererModel"]),
        "payment": model["SettlementModel"]["settlementMethodCode"],
        "buyer_total": _known(total),
        "shop_earns": None if total == UNDECIDED else total + points + mall,
        "points": points,
        "mall_coupon": mall,
        "shop_coupon": model["couponShopPrice"],
        "goods": _known(model["goodsPrice"]),
        "wrapping": sum(_wrapping(w, shop) for w in live_wrappings(model)),
        "postage": _known(model["postagePrice"]),
        "cod_fee": _known(model["deliveryPrice"]),
        "payment_charge": _known(model["paymentCharge"]),
        "extra_fee": model["additionalFeeOccurAmountToUser"],
        "tax": dict(_tax(row) for row in model["TaxSummaryModelList"]),
        "lines": [_line(order, item, shop) for p in live_packages(model) for item in live_items(p)],
        "shipments": [
            {"basket": package["basketId"], **row}
            for package in live_packages(model)
            for row in package["ShippingModelList"]
        ],
    }


def _wrapping(row: dict[str, Any], shop: Shop) -> int:
    if row["includeTaxFlag"]:
        return int(row["price"])
    return with_tax(row["price"], row["taxRate"], shop.price_rounding)


def _tax(row: dict[str, Any]) -> tuple[str, dict[str, int | None]]:
    figures = {"base_incl": _known(row["reqPrice"]), "tax": _known(row["reqPriceTax"])}
    return str(round(row["taxRate"] * 100)), figures


def _line(order: Order, item: dict[str, Any], shop: Shop) -> dict[str, Any]:
    return {
        "sku": order.meta["sku"].get(str(item["itemDetailId"])),
        "quantity": item["units"],
        "price_incl": item["priceTaxIncl"],
        "amount": item_amount(item, shop.price_rounding, shop.switches),
        "tax_rate": item["taxRate"],
    }


def _name(person: dict[str, Any]) -> str:
    return " ".join(filter(None, (person["familyName"], person["firstName"])))
