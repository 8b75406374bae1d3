"""updateOrderSender and updateOrderSenderAfterShipping (reference 2.9)."""

from __future__ import annotations

import copy
from typing import Any

from ..common.messages import Response
from .amounts import live_items, live_packages, recompute
from .codes import CHANGE_REASONS, DROP_OFF, PAYMENT_CHANGES, UNDECIDED, UNKNOWN_ERROR
from .context import (
    Body,
    Context,
    bad_format,
    check_text,
    fail,
    flag,
    in_state,
    is_int,
    order_of,
    required,
)
from .order_write import AFTER_SHIPPING, check_address, done
from .orders import settlement
from .store import Order

ITEM_NUMBERS = "price units".split()
ITEM_FLAGS = "includePostageFlag includeTaxFlag includeCashOnDeliveryPostageFlag".split()
PACKAGE_MONEY = "postagePrice postageTaxRate".split()
RATES = (0, 0.08, 0.1)


def update_sender(ctx: Context, body: Body) -> Response:
    """POST updateOrderSender: 100, 200, 300; the payment may change."""
    return _update(ctx, "updateOrderSender", body, (100, 200, 300))


def update_sender_after_shipping(ctx: Context, body: Body) -> Response:
    """POST updateOrderSenderAfterShipping: 500, 600, 700; no payment change."""
    return _update(ctx, "updateOrderSenderAfterShipping", body, AFTER_SHIPPING)


def _update(ctx: Context, operation: str, body: Body, states: tuple[int, ...]) -> Response:
    order = order_of(ctx, operation, body)
    in_state(ctx, operation, order, states)
    model = copy.deepcopy(order.model)
    before = model["requestPrice"]
    _payment(ctx, operation, order, model, body)
    _packages(ctx, operation, model, body)
    for name in ("WrappingModel1", "WrappingModel2"):
        if name in body:
            model[name] = _wrapping(operation, body[name], name)
    _coupons(operation, model, body)
    if model["paymentCharge"] == UNDECIDED:
        model["paymentCharge"] = 0
    recompute(model, ctx.shop.price_rounding, ctx.shop.switches)
    if model["requestPrice"] < 0:
        raise bad_format(operation, "requestPrice")
    _reason(operation, body, before, model["requestPrice"])
    _commit(ctx, order, model, before, body.get("reductionReason"))
    return done(operation, "送付先情報の更新設定が完了しました。", order.number)


def _reason(operation: str, body: Body, before: int, after: int) -> None:
    given = body.get("reductionReason")
    if given is not None and given not in CHANGE_REASONS:
        raise bad_format(operation, "reductionReason")
    if before != UNDECIDED and after < before:
        required(operation, body, "reductionReason")


def _payment(ctx: Context, operation: str, order: Order, model: Body, body: Body) -> None:
    code = body.get("afterSettlementMethodCode")
    if code is None:
        return
    allowed = order.progress == 100 or order.meta.get("payment_status") == 30400
    if operation != "updateOrderSender" or code not in PAYMENT_CHANGES:
        raise bad_format(operation, "afterSettlementMethodCode")
    if not allowed:
        status = ctx.shop.switches.business_error_status
        text = "支払方法を変更できません。"
        raise fail(operation, UNKNOWN_ERROR, text, status, orderNumber=order.number)
    model["SettlementModel"] = settlement(code, None)


def _packages(ctx: Context, operation: str, model: Body, body: Body) -> None:
    given = required(operation, body, "PackageModelList")
    if not isinstance(given, list) or not all(isinstance(p, dict) for p in given):
        raise bad_format(operation, "PackageModelList")
    by_id = {required(operation, p, "basketId", "PackageModelList.basketId"): p for p in given}
    packages = {p["basketId"]: p for p in live_packages(model)}
    if set(by_id) - set(packages):
        raise bad_format(operation, "PackageModelList.basketId")
    if set(packages) - set(by_id):
        raise fail(operation, "ERROR_009", "PackageModelListの項目を全て指定して下さい。")
    for key, package in packages.items():
        _package(ctx, operation, model, package, by_id[key])
    if not live_packages(model):
        raise bad_format(operation, "PackageModelList.packageDeleteFlag")
    model["severalSenderFlag"] = int(len(live_packages(model)) > 1)


def _package(ctx: Context, operation: str, model: Body, package: Body, given: Body) -> None:
    for name in PACKAGE_MONEY:
        package[name] = _number(operation, given, name, "PackageModelList")
    if package["postageTaxRate"] not in RATES:
        raise bad_format(operation, "PackageModelList.postageTaxRate")
    if model["SettlementModel"]["settlementMethodCode"] == 2:
        fee = given.get("deliveryPrice")
        if fee is None or fee == UNDECIDED:
            raise fail(operation, "ERROR_136", "代引料を指定して下さい。")
        package["deliveryPrice"] = _number(operation, given, "deliveryPrice", "PackageModelList")
        package["deliveryTaxRate"] = given.get("deliveryTaxRate", 0.1)
    else:
        package["deliveryPrice"] = 0
    package["packageDeleteFlag"] = flag(operation, given, "packageDeleteFlag")
    check_text(ctx, operation, "noshi", given.get("noshi"))
    package["noshi"] = given.get("noshi")
    place = given.get("dropOffLocation")
    if place is not None and place not in DROP_OFF:
        raise bad_format(operation, "dropOffLocation")
    package.update(dropOffLocation=place, dropOffFlag=int(place is not None))
    person = required(operation, given, "SenderModel", "PackageModelList.SenderModel")
    package["SenderModel"].update(check_address(ctx, operation, person, "SenderModel"))
    _items(ctx, operation, package, given)


def _number(operation: str, given: Body, name: str, path: str) -> Any:
    """A required number; -9999 counts as null."""
    value = required(operation, given, name, f"{path}.{name}")
    if value == UNDECIDED:
        raise fail(operation, "ERROR_010", f"{path}.{name}の値を指定して下さい。")
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise bad_format(operation, f"{path}.{name}")
    return value


def _items(ctx: Context, operation: str, package: Body, given: Body) -> None:
    rows = required(operation, given, "ItemModelList", "PackageModelList.ItemModelList")
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise bad_format(operation, "ItemModelList")
    by_id = {required(operation, r, "itemDetailId", "ItemModelList.itemDetailId"): r for r in rows}
    items = {item["itemDetailId"]: item for item in live_items(package)}
    if set(by_id) - set(items):
        raise bad_format(operation, "ItemModelList.itemDetailId")
    if set(items) - set(by_id):
        raise fail(operation, "ERROR_009", "ItemModelListの項目を全て指定して下さい。")
    for key, item in items.items():
        _item(ctx, operation, item, by_id[key])


def _item(ctx: Context, operation: str, item: Body, given: Body) -> None:
    path = "ItemModelList"
    name = required(operation, given, "itemName", f"{path}.itemName")
    check_text(ctx, operation, f"{path}.itemName", name)
    item["itemName"] = name
    for key in ITEM_NUMBERS:
        value = _number(operation, given, key, path)
        if not is_int(value) or (key == "units" and value < 1):
            raise bad_format(operation, f"{path}.{key}")
        item[key] = value
    rate = _number(operation, given, "taxRate", path)
    if rate not in RATES:
        raise bad_format(operation, f"{path}.taxRate")
    item["taxRate"] = float(rate)
    for key in ITEM_FLAGS:
        required(operation, given, key, f"{path}.{key}")
        item[key] = flag(operation, given, key)
    skus = given.get("SkuModelList") or []
    if item["inventoryType"] == 2 and not (skus and skus[0].get("skuInfo")):
        raise fail(operation, "ERROR_139", "skuInfoを指定して下さい。")
    check_text(ctx, operation, f"{path}.selectedChoice", given.get("selectedChoice"))
    item["selectedChoice"] = given.get("selectedChoice", item["selectedChoice"])
    item["deleteItemFlag"] = flag(operation, given, "deleteItemFlag")
    restore = given.get("restoreInventoryFlag", 0)
    if restore not in (0, 1, 2):
        raise bad_format(operation, f"{path}.restoreInventoryFlag")
    item["restoreInventoryFlag"] = restore


def _wrapping(operation: str, given: Any, name: str) -> Body | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise bad_format(operation, name)
    for key in ("title", "name", "price", "includeTaxFlag", "deleteWrappingFlag", "taxRate"):
        required(operation, given, key, f"{name}.{key}")
    if given["title"] not in (1, 2) or given["taxRate"] not in RATES:
        raise bad_format(operation, name)
    price = _number(operation, given, "price", name)
    keys = ("title", "name", "includeTaxFlag", "deleteWrappingFlag")
    rate = float(given["taxRate"])
    return {**{k: given[k] for k in keys}, "price": price, "taxRate": rate, "taxPrice": 0}


def _coupons(operation: str, model: Body, body: Body) -> None:
    """Coupons must be sent again; their unit cannot grow."""
    if not model["CouponModelList"]:
        return
    given = required(operation, body, "CouponModelList")
    by_key = {(c.get("couponCode"), c.get("itemId")): c for c in given}
    for coupon in model["CouponModelList"]:
        sent = by_key.pop((coupon["couponCode"], coupon["itemId"]), None)
        if sent is None:
            raise fail(operation, "ERROR_009", "CouponModelListの項目を全て指定して下さい。")
        unit = _number(operation, sent, "couponUnit", "CouponModelList")
        price = _number(operation, sent, "couponPrice", "CouponModelList")
        if not is_int(unit) or not is_int(price) or unit > coupon["couponUnit"]:
            raise bad_format(operation, "CouponModelList.couponUnit")
        coupon.update(couponUnit=unit, couponPrice=price)
    if by_key:
        raise bad_format(operation, "CouponModelList.couponCode")
    coupons = [c for c in model["CouponModelList"] if c["couponUnit"] and c["couponPrice"]]
    model["CouponModelList"] = coupons or None


def _commit(ctx: Context, order: Order, model: Body, before: int, reason: int | None) -> None:
    _move_stock(ctx, order, model)
    model["modifyFlag"] = 1
    order.model.clear()
    order.model.update(model)
    after = model["requestPrice"]
    if after != before and order.progress >= 200 and ctx.shop.switches.change_waits:
        detail = 0 if after < before else 1
        ctx.life.ask_change(order, ctx.now, detail, reason or 10)
    elif order.meta.get("payment_status") == 30400 and order.meta["auth"] == "fail":
        order.meta.update(auth="ok", payment_status=None)
        ctx.life.after(ctx.now, ctx.shop.waits.after_confirm, "authorise", order)


def _move_stock(ctx: Context, order: Order, model: Body) -> None:
    """More units take stock, fewer give it back as restoreInventoryFlag says."""
    taken: dict[str, int] = order.meta["taken"]
    units: dict[str, int] = {}
    restore: dict[str, int] = {}
    for package in model["PackageModelList"]:
        for item in package["ItemModelList"]:
            gone = package["packageDeleteFlag"] or item["deleteItemFlag"]
            key = str(item["itemDetailId"])
            units[key] = 0 if gone else item["units"]
            restore[key] = item["restoreInventoryFlag"]
    for key, count in units.items():
        had = taken.get(key, 0)
        sku = order.meta["sku"].get(key)
        if sku is None or count == had:
            continue
        if count > had:
            taken[key] = had - ctx.catalog.move(sku, had - count, ctx.now)
        else:
            ctx.life.restock(sku, had - count, restore[key], ctx.now)
            taken[key] = count
