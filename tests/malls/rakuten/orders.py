"""Builds an OrderModel from a short description (reference section 2.5).

The description ("spec") is a dict; everything but ``lines`` or ``packages`` is optional::

    {"lines": [{"sku": "A", "quantity": 2, "choices": "のし:不要", "price": 1650}],
     "packages": [{"lines": [...], "recipient": Person, "postage": 660, "cod_fee": 330,
                   "noshi": "御中元", "drop_off": "玄関前", "store": {...}, "deleted": False}],
     "buyer": Person | {"family": ...}, "payment": 1 | "cod", "points": 100 | "all",
     "coupons": [{"by": "shop" | "maker" | "service", "amount": 500, "unit": 1, "sku": "A"}],
     "wrapping": {"paper": {"name": ..., "price": 0}, "ribbon": {...}},
     "delivery_name", "delivery_class", "delivery_date", "shipping_term", "comment",
     "gift", "social_gift", "undecided", "fraud_hold", "auth": "ok" | "fail", "extra_fee_user",
     "extra_fee_shop", "payment_charge", "order_type", "caution", "old_sku", "fields": {...}}
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from ..common.people import Person, person
from .amounts import live_items, live_packages, recompute
from .catalog import SINGLE, Catalog
from .codes import CARD, OWN_SETTLEMENT, PAYMENT_NAMES, PAYMENTS, UNDECIDED
from .shop import Shop
from .store import Order, Store
from .times import order_time

Spec = dict[str, Any]
Model = dict[str, Any]
CAPITALS = {"shop": ("ショップ", 1), "maker": ("メーカー", 2), "service": ("サービス", 3)}
FREE_POSTAGE_FROM = 3980
POSTAGE = 660
COD_FEE = 330


class OrderBuilder:
    """Makes orders of one shop; all random choices come from the generator given."""

    def __init__(self, shop: Shop, catalog: Catalog, store: Store) -> None:
        self.shop = shop
        self.catalog = catalog
        self.store = store

    def build(self, spec: Spec, now: datetime, rng: random.Random) -> Order:
        """A new order in 100, with all sums; stock is not touched here."""
        buyer = as_person(spec.get("buyer"), rng)
        payment = payment_code(spec.get("payment", 1))
        model = self._head(spec, now)
        meta: dict[str, Any] = {"sku": {}, "taken": {}, "auth": spec.get("auth", "ok")}
        meta.update(paid=False, hold=bool(spec.get("fraud_hold")), romaji=buyer.romaji)
        model["OrdererModel"] = orderer(buyer, rng)
        model["SettlementModel"] = settlement(payment, buyer, spec.get("payment_name"))
        model["DeliveryModel"] = {
            "deliveryName": spec.get("delivery_name", "宅配便"),
            "deliveryClass": spec.get("delivery_class"),
        }
        model["PointModel"] = {"usedPoint": 0}
        model["WrappingModel1"] = wrapping(spec, "paper", 1)
        model["WrappingModel2"] = wrapping(spec, "ribbon", 2)
        packages = spec.get("packages") or [{"lines": spec["lines"]}]
        model["PackageModelList"] = [
            self._package(spec, package, buyer, payment, meta, now) for package in packages
        ]
        self._flags(model, spec)
        model["CouponModelList"] = None
        model["ChangeReasonModelList"] = None
        model["TaxSummaryModelList"] = []
        model["DueDateModelList"] = None
        model.update(deliveryCertPrgFlag=0, oneDayOperationFlag=0)
        self._money(model, spec, now, meta)
        model.update(spec.get("fields") or {})
        return Order(model, meta)

    # -- head ------------------------------------------------------------------

    def _head(self, spec: Spec, now: datetime) -> Model:
        number = f"{self.shop.shop_id}-{now:%Y%m%d}-{self.store.count('order'):010d}"
        reserve = None
        if spec.get("order_type", 1) != 1:
            reserve = f"{self.shop.shop_id}-{now:%Y%m%d}-{self.store.count('reserve'):010d}-r"
        caution = spec.get("caution")
        empty = "shopOrderCfmDatetime orderFixDatetime shippingInstDatetime shippingCmplRptDatetime"
        return {
            "orderNumber": number,
            "orderProgress": 100,
            "subStatusId": None,
            "subStatusName": None,
            "orderDatetime": order_time(now),
            **dict.fromkeys(empty.split()),
            "cancelDueDate": None,
            "deliveryDate": _day(spec.get("delivery_date")),
            "shippingTerm": spec.get("shipping_term", 0),
            "remarks": remarks(spec),
            "giftCheckFlag": int(bool(spec.get("gift"))),
            "socialGiftFlag": int(bool(spec.get("social_gift"))),
            "severalSenderFlag": 0,
            "equalSenderFlag": 0,
            "isolatedIslandFlag": 0,
            "rakutenMemberFlag": 1,
            "carrierCode": spec.get("carrier_code", 11),
            "emailCarrierCode": 0,
            "orderType": spec.get("order_type", 1),
            "reserveNumber": reserve,
            "reserveDeliveryCount": spec.get("reserve_count", 1) if reserve else None,
            "cautionDisplayType": 1 if caution else 0,
            "cautionDisplayDetailType": caution,
            "rakutenConfirmFlag": int(bool(spec.get("fraud_hold"))),
            **self._head_money(spec),
            "asurakuFlag": int(bool(spec.get("asuraku"))),
            **dict.fromkeys(("drugFlag", "dealFlag", "membershipType"), 0),
            **dict.fromkeys(("memo", "operator", "mailPlugSentence")),
            **dict.fromkeys(("modifyFlag", "receiptIssueCount"), 0),
            "receiptIssueHistoryList": [],
        }

    @staticmethod
    def _head_money(spec: Spec) -> Model:
        return {
            "goodsPrice": 0,
            "postagePrice": 0,
            "deliveryPrice": 0,
            "paymentCharge": UNDECIDED if spec.get("undecided") else spec.get("payment_charge", 0),
            "paymentChargeTaxRate": 0.1,
            "totalPrice": 0,
            "requestPrice": 0,
            "couponAllTotalPrice": 0,
            "couponShopPrice": 0,
            "couponOtherPrice": 0,
            "additionalFeeOccurAmountToUser": spec.get("extra_fee_user", 0),
            "additionalFeeOccurAmountToShop": spec.get("extra_fee_shop", 0),
        }

    @staticmethod
    def _flags(model: Model, spec: Spec) -> None:
        packages = live_packages(model)
        items = [item for package in packages for item in live_items(package)]
        model["severalSenderFlag"] = int(len(packages) > 1)
        same = all(_same(model["OrdererModel"], p["SenderModel"]) for p in packages)
        model["equalSenderFlag"] = int(same and not spec.get("social_gift"))
        for flag, rows in (("dealFlag", items), ("drugFlag", items)):
            model[flag] = int(any(row[flag] for row in rows))
        islands = any(p["SenderModel"]["isolatedIslandFlag"] for p in packages)
        model["isolatedIslandFlag"] = int(islands)

    # -- packages and items ----------------------------------------------------

    def _package(
        self, spec: Spec, package: Spec, buyer: Person, payment: int, meta: Spec, now: datetime
    ) -> Model:
        recipient = package.get("recipient") or spec.get("recipient")
        receiver = as_person(recipient, None) if recipient else buyer
        items = [self._item(spec, line, meta) for line in package["lines"]]
        social = bool(spec.get("social_gift"))
        drop_off = package.get("drop_off")
        basket = self.store.count("basket")
        cod = package.get("cod_fee", spec.get("cod_fee", COD_FEE)) if payment == 2 else 0
        return {
            "basketId": basket,
            "postagePrice": self._postage(spec, package, items),
            "postageTaxRate": 0.1,
            "deliveryPrice": cod,
            "deliveryTaxRate": 0.1,
            "goodsPrice": 0,
            "totalPrice": 0,
            "noshi": package.get("noshi"),
            "packageDeleteFlag": int(bool(package.get("deleted"))),
            "SenderModel": placeholder() if social else sender(receiver),
            "ItemModelList": items,
            "ShippingModelList": [],
            "DeliveryCvsModel": package.get("store"),
            "defaultDeliveryCompanyCode": "1001",
            "dropOffFlag": int(bool(drop_off)),
            "dropOffLocation": drop_off,
            "SocialGiftModel": self._social(now) if social else None,
        }

    @staticmethod
    def _postage(spec: Spec, package: Spec, items: list[Model]) -> int:
        if spec.get("undecided"):
            return UNDECIDED
        given = package.get("postage", spec.get("postage"))
        if given is not None:
            return int(given)
        goods = sum(item["price"] * item["units"] for item in items)
        free = goods >= FREE_POSTAGE_FROM or any(item["includePostageFlag"] for item in items)
        return 0 if free else POSTAGE

    def _social(self, now: datetime) -> Model:
        due = now + timedelta(days=self.shop.waits.gift_days)
        number = f"{self.shop.shop_id}-{now:%Y%m%d}-{self.store.count('gift'):09d}-sg"
        return {
            "sgMngNumber": number,
            "inputDueDate": f"{due:%Y-%m-%d}",
            "inputFlag": 0,
            "inputCompDatetime": None,
            "receiverEmailAddress": None,
        }

    def _item(self, spec: Spec, line: Spec, meta: Spec) -> Model:
        item, variant, key = self.catalog.variant(line["sku"])
        extras = self.catalog.extras.get(line["sku"], {})
        number = self.store.count("basket")
        meta["sku"][str(number)] = line["sku"]
        included = bool(line.get("tax_included", item["payment"]["taxIncluded"]))
        shipping = variant.get("shipping") or {}
        several = bool(item.get("variantSelectors"))
        row = {
            "itemDetailId": number,
            "itemName": item["title"],
            "itemId": self.catalog.item_ids[key.manage_number],
            "itemNumber": item.get("itemNumber"),
            "manageNumber": key.manage_number,
            "price": int(line.get("price", variant["standardPrice"])),
            "units": int(line.get("quantity", 1)),
            "includePostageFlag": int(
                line.get("postage_included", shipping.get("postageIncluded", False))
            ),
            "includeTaxFlag": int(included),
            "includeCashOnDeliveryPostageFlag": int(extras.get("cod_included", False)),
            "selectedChoice": line.get("choices"),
            "pointRate": line.get("point_rate", 1),
            "pointType": line.get("point_type", 0),
            "inventoryType": 2 if several else 1,
            "delvdateInfo": self.shop.dispatch_text,
            "restoreInventoryFlag": 0,
            "dealFlag": int(line.get("deal", extras.get("deal", False))),
            "drugFlag": int(line.get("drug", extras.get("drug", False))),
            "deleteItemFlag": int(bool(line.get("deleted"))),
            "taxRate": float(line.get("tax_rate", item["payment"]["taxRate"] or 0.1)),
            "priceTaxIncl": 0,
            "isSingleItemShipping": int(bool(shipping.get("singleItemShipping"))),
            "SkuModelList": [sku_model(item, variant, key.variant_id)],
        }
        if spec.get("old_sku"):
            self._old_sku(row)
        return row

    @staticmethod
    def _old_sku(row: Model) -> None:
        """Orders before the shop's SKU change (section 9, trap 9): choices, no SKU."""
        info = row["SkuModelList"][0]["skuInfo"]
        variant = row["SkuModelList"][0]["variantId"]
        row["SkuModelList"] = []
        row["selectedChoice"] = "\n".join(filter(None, (info, row["selectedChoice"]))) or None
        if variant != SINGLE:
            row["itemNumber"] = f"{row['itemNumber']}{variant}"

    # -- money -----------------------------------------------------------------

    def _money(self, model: Model, spec: Spec, now: datetime, meta: Spec) -> None:
        args = (model, self.shop.price_rounding, self.shop.switches)
        recompute(*args)
        left = model["goodsPrice"]
        coupons = []
        for coupon in spec.get("coupons") or []:
            row = self._coupon(model, coupon, now, meta, left)
            left -= row["couponPrice"] * row["couponUnit"]
            coupons.append(row)
        model["CouponModelList"] = coupons or None
        recompute(*args)
        points = spec.get("points", 0)
        payable = model["requestPrice"]
        if points and payable != UNDECIDED:
            used = payable if points == "all" else min(int(points), payable)
            model["PointModel"]["usedPoint"] = used
            recompute(*args)

    def _coupon(self, model: Model, coupon: Spec, now: datetime, meta: Spec, left: int) -> Model:
        capital, code = CAPITALS[coupon.get("by", "shop")]
        item = None
        if coupon.get("sku"):
            rows = [i for p in live_packages(model) for i in live_items(p)]
            item = next(i for i in rows if meta["sku"][str(i["itemDetailId"])] == coupon["sku"])
            left = min(left, item["priceTaxIncl"] * item["units"])
        unit = int(coupon.get("unit", 1))
        if coupon.get("percent") and item:
            price = item["priceTaxIncl"] * int(coupon["percent"]) // 100
            summary = f"定率割引 {coupon['percent']}％"
        else:
            price = int(coupon["amount"])
            summary = f"定額割引 {price}円"
        price = min(price, left // unit)
        number = self.store.count("coupon")
        return {
            "couponCode": coupon.get("code", f"SIMU-LATE-COUP-{number:04d}"),
            "itemId": item["itemId"] if item else 0,
            "couponName": coupon.get("name", f"{capital}クーポン"),
            "couponSummary": summary,
            "couponCapital": capital,
            "couponCapitalCode": code,
            "expiryDate": f"{now + timedelta(days=30):%Y-%m-%d}",
            "couponPrice": price,
            "couponUnit": unit,
            "couponTotalPrice": price * unit,
            "itemDetailId": item["itemDetailId"] if item else 0,
        }


def payment_code(payment: int | str) -> int:
    """1, "card", "cod" …; unknown numbers are let through (section 9, trap 27)."""
    if isinstance(payment, str) and not payment.isdigit():
        return PAYMENT_NAMES[payment]
    return int(payment)


def as_person(value: Any, rng: random.Random | None) -> Person:
    """A Person, from a Person, from some of its values, or invented."""
    if isinstance(value, Person):
        return value
    base = person(rng or random.Random(str(value)))
    if isinstance(value, str):
        family, _, given = value.partition(" ")
        return base.but(family=family, given=given)
    if value and "phone" in value:
        value = {**value, "phone": tuple(value["phone"])}
    return base.but(**value) if value else base


def address(who: Person) -> Model:
    """What OrdererModel and SenderModel share."""
    return {
        "zipCode1": who.zip1,
        "zipCode2": who.zip2,
        "prefecture": who.prefecture,
        "city": who.city,
        "subAddress": f"{who.street} {who.building}".strip(),
        "familyName": who.family,
        "firstName": who.given or None,
        "familyNameKana": who.family_kana or None,
        "firstNameKana": who.given_kana or None,
        **{f"phoneNumber{i}": part or None for i, part in enumerate(who.phone, 1)},
    }


def orderer(who: Person, rng: random.Random) -> Model:
    """OrdererModel with a masked mail address."""
    mail = f"{rng.getrandbits(128):032x}s1@pc.fw.rakuten.ne.jp"
    birth = dict.fromkeys(("birthYear", "birthMonth", "birthDay"))
    return {**address(who), "emailAddress": mail, "sex": who.sex or None, **birth}


def sender(who: Person) -> Model:
    """SenderModel (the recipient)."""
    return {**address(who), "isolatedIslandFlag": int(who.island)}


def placeholder() -> Model:
    """SenderModel of a social gift nobody has accepted yet."""
    wait, kana = "入力待ち", "ニュウリョクマチ"
    texts = "prefecture city subAddress familyName firstName".split()
    return {
        "zipCode1": "999",
        "zipCode2": "9999",
        **dict.fromkeys(texts, wait),
        "familyNameKana": kana,
        "firstNameKana": kana,
        "phoneNumber1": "999",
        "phoneNumber2": "9999",
        "phoneNumber3": "9999",
        "isolatedIslandFlag": 0,
    }


def _same(one: Model, other: Model) -> bool:
    return all(one.get(name) == value for name, value in other.items() if name in one)


def settlement(code: int, buyer: Person | None, name: str | None = None) -> Model:
    """SettlementModel; card fields only for cards."""
    card = code in CARD and buyer is not None
    return {
        "settlementMethodCode": code,
        "settlementMethod": name or PAYMENTS.get(code, f"決済方法{code}"),
        "rpaySettlementFlag": int(code not in OWN_SETTLEMENT),
        "cardName": "VISA" if card else None,
        "cardNumber": "XXXX-XXXX-XXXX-0000" if card else None,
        "cardOwner": buyer.romaji if card and buyer else None,
        "cardYm": "2030-01" if card else None,
        "cardPayType": 0 if card else None,
        "cardInstallmentDesc": None,
    }


def wrapping(spec: Spec, kind: str, title: int) -> Model | None:
    """WrappingModel1 (paper) or 2 (ribbon)."""
    entry = (spec.get("wrapping") or {}).get(kind)
    if not entry:
        return None
    return {
        "title": title,
        "name": entry.get("name", "包装紙" if title == 1 else "リボン"),
        "price": int(entry.get("price", 0)),
        "includeTaxFlag": int(entry.get("tax_included", True)),
        "deleteWrappingFlag": int(bool(entry.get("deleted"))),
        "taxRate": float(entry.get("tax_rate", 0.1)),
        "taxPrice": 0,
    }


def sku_model(item: Model, variant: Model, variant_id: str) -> Model:
    """SkuModelList entry; skuInfo is null for single-SKU items."""
    names = {s["key"]: s["displayName"] for s in item.get("variantSelectors") or []}
    chosen = variant.get("selectorValues") or {}
    info = "\n".join(f"{names.get(key, key)}:{value}" for key, value in chosen.items())
    return {
        "variantId": variant_id,
        "merchantDefinedSkuId": variant.get("merchantDefinedSkuId"),
        "skuInfo": info or None,
    }


def _day(value: Any) -> str | None:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


def remarks(spec: Spec) -> str | None:
    """The buyer's comment with its bracketed blocks."""
    day, term = _day(spec.get("delivery_date")), spec.get("shipping_term", 0)
    text = "[配送日時指定:]\n"
    if day:
        text += f"{day}({'月火水木金土日'[date.fromisoformat(day).weekday()]})\n"
    if term == 1:
        text += "午前中\n"
    elif term == 2:
        text += "午後\n"
    elif term and term > 100:
        text += f"{term // 100:02d}:00〜{term % 100:02d}:00\n"
    if spec.get("comment"):
        text += f"\n[備考:]\n{spec['comment']}\n"
    elif not day and not term:
        text += "\n"
    return text
