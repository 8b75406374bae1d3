"""Random OrderModels (sections 2.5 to 2.7 of the reference), their sums, and what is expected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .figures import ROUNDINGS, Expected, Maker, percent, pieces, price, spread, yen

UNDECIDED = -9999
RATES = (0.1, 0.08, 0.0)
CARD, COD, BANK, POINTS_ONLY, KONBINI, DEFERRED = 1, 2, 9, 8, 14, 21
_UNKNOWN_YET = (
    "goodsPrice", "postagePrice", "deliveryPrice", "paymentCharge", "totalPrice", "requestPrice",
    "couponAllTotalPrice", "couponShopPrice", "couponOtherPrice",
)  # fmt: skip
_ZERO_FLAGS = (
    "giftCheckFlag", "socialGiftFlag", "equalSenderFlag", "isolatedIslandFlag", "asurakuFlag",
    "drugFlag", "dealFlag", "cautionDisplayType", "rakutenConfirmFlag", "membershipType",
    "receiptIssueCount", "modifyFlag", "deliveryCertPrgFlag", "oneDayOperationFlag",
)  # fmt: skip

Model = dict[str, Any]


def expected(model: Model) -> Expected:
    """The figures of a decided order, read from the mall's own sums."""
    points = model["PointModel"]["usedPoint"]
    mall = model["couponOtherPrice"]
    rows = {
        percent(row["taxRate"]): (row["reqPrice"], row["reqPriceTax"])
        for row in model["TaxSummaryModelList"]
    }
    return Expected(
        earns=model["requestPrice"] + points + mall,
        buyer_pays=model["requestPrice"],
        points=points,
        mall_coupon=mall,
        taxes=rows,
    )


def undecided(model: Model) -> Model:
    """The same order before the shop has fixed the postage: nothing of its sums is known."""
    packages = [
        {**package, "postagePrice": UNDECIDED, "totalPrice": UNDECIDED}
        for package in model["PackageModelList"]
    ]
    rows = [
        {**row, **dict.fromkeys(("reqPrice", "reqPriceTax", "totalPrice"), UNDECIDED)}
        for row in model["TaxSummaryModelList"]
    ]
    unknown = dict.fromkeys(_UNKNOWN_YET, UNDECIDED)
    return {
        **model, **unknown, "orderProgress": 100, "PackageModelList": packages,
        "TaxSummaryModelList": rows,
    }  # fmt: skip


class RakutenOrders(Maker):
    """Makes orders of one shop."""

    def order(self) -> Model:
        """A decided order in 300."""
        self.count += 1
        rng = self.rng
        self.rounding = rng.choice(ROUNDINGS)  # of the shop's prices
        self.per_row = rng.random() < 0.3  # open question 5: tax on the row, or on the piece
        self.payment = rng.choice((CARD, CARD, COD, BANK, KONBINI, DEFERRED))
        packages = [self._package(n) for n in range(rng.choice((1, 1, 1, 2, 3)))]
        self._share_items(packages)
        model = self._head()
        model["PackageModelList"] = packages
        model["severalSenderFlag"] = int(len(live(packages)) > 1)
        model["WrappingModel1"] = self._wrapping(1)
        model["WrappingModel2"] = self._wrapping(2)
        self._sums(model)
        return model

    def changed(self, model: Model) -> Model:
        """The same order after a clerk at the mall changed goods, prices or postage."""
        rng = self.rng
        fresh = self.order()
        self.count -= 1
        packages = []
        for package in model["PackageModelList"]:
            items = [dict(item) for item in package["ItemModelList"]]
            for item in items:
                if rng.random() < 0.3:
                    item["units"] = pieces(rng)
                if rng.random() < 0.3:
                    item["price"] = price(rng)
                    item["priceTaxIncl"] = self._with_tax(item)
            if len(items) > 1 and rng.random() < 0.3:
                items[rng.randrange(len(items))]["deleteItemFlag"] = 1
            packages.append({**package, "ItemModelList": items, "postagePrice": self._postage()})
        if not any(item["deleteItemFlag"] == 0 for p in live(packages) for item in items_of(p)):
            live(packages)[0]["ItemModelList"][0]["deleteItemFlag"] = 0
        for package in packages:
            for item in package["ItemModelList"]:
                item["priceTaxIncl"] = self._with_tax(item)
        head = {name: model[name] for name in ("orderNumber", "orderDatetime", "OrdererModel")}
        result = {**fresh, **head, "PackageModelList": packages, "modifyFlag": 1}
        result["severalSenderFlag"] = int(len(live(packages)) > 1)
        if self.payment != COD:
            for package in packages:
                package["deliveryPrice"] = 0
        self._sums(result)
        return result

    # -- rows --------------------------------------------------------------------------------

    def _head(self) -> Model:
        number = f"999001-20261101-{self.count:010d}"
        paying = self.payment
        return {
            "orderNumber": number,
            "orderProgress": 300,
            "orderDatetime": "2026-11-01T10:00:00+0900",
            "shippingInstDatetime": "2026-11-01T11:00:00+0900",
            "shippingTerm": 0,
            "remarks": "[配送日時指定:]\n\n",
            "orderType": 1,
            "rakutenMemberFlag": 1,
            **dict.fromkeys(_ZERO_FLAGS, 0),
            "OrdererModel": self._person(0),
            "SettlementModel": {"settlementMethodCode": paying, "settlementMethod": f"方法{paying}",
                                "rpaySettlementFlag": 1},
            "DeliveryModel": {"deliveryName": "宅配便", "deliveryClass": None},
            "ChangeReasonModelList": None,
            "DueDateModelList": None,
        }  # fmt: skip

    def _person(self, place: int) -> Model:
        return {
            "zipCode1": "150", "zipCode2": "0001", "prefecture": "東京都", "city": "渋谷区",
            "subAddress": f"見本{self.count}-{place + 1}", "familyName": "見本",
            "firstName": f"{self.count}号", "familyNameKana": None, "firstNameKana": None,
            "phoneNumber1": "090", "phoneNumber2": f"{1000 + self.count % 9000}",
            "phoneNumber3": f"{self.count:04d}"[-4:], "isolatedIslandFlag": 0,
            "emailAddress": f"{self.count:08d}s1@pc.fw.rakuten.ne.jp",
        }  # fmt: skip

    def _package(self, place: int) -> Model:
        cod = self.rng.choice((0, 330, 440, 1)) if self.payment == COD else 0
        return {
            "basketId": self.count * 10 + place,
            "postagePrice": self._postage(),
            "postageTaxRate": self.rng.choice((0.1, 0.1, 0.1, 0.08, 0.0)),
            "deliveryPrice": cod,
            "deliveryTaxRate": self.rng.choice((0.1, 0.1, 0.08)),
            "noshi": None,
            "packageDeleteFlag": int(place > 0 and self.rng.random() < 0.2),
            "SenderModel": self._person(place),
            "ItemModelList": [],
            "ShippingModelList": [],
            "DeliveryCvsModel": None,
        }

    def _postage(self) -> int:
        return self.rng.choice((0, 0, 1, 7, 250, 660, 880, 1500, 3333))

    def _share_items(self, packages: list[Model]) -> None:
        """1 to 8 items; the first package has one that counts."""
        rng = self.rng
        for number in range(rng.randint(max(1, len(packages)), 8)):
            place = number if number < len(packages) else rng.randrange(len(packages))
            gone = number >= len(packages) and rng.random() < 0.15
            packages[place]["ItemModelList"].append(self._item(number, gone))

    def _item(self, number: int, gone: bool) -> Model:
        code = self.rng.choice(self.codes)
        item = {
            "itemDetailId": self.count * 100 + number,
            "itemName": f"商品 {code}",
            "itemId": 1000 + number,
            "itemNumber": code,
            "manageNumber": code.lower(),
            "price": price(self.rng),
            "units": pieces(self.rng),
            "includePostageFlag": 0,
            "includeTaxFlag": int(self.rng.random() < 0.6),
            "includeCashOnDeliveryPostageFlag": 0,
            "selectedChoice": None,
            "taxRate": self.rng.choice((0.1, 0.1, 0.08, 0.08, 0.0)),
            "deleteItemFlag": int(gone),
            "drugFlag": 0,
            "SkuModelList": [
                {"variantId": "normal-inventory", "merchantDefinedSkuId": code, "skuInfo": None}
            ],
        }
        return {**item, "priceTaxIncl": self._with_tax(item)}

    def _with_tax(self, row: Model) -> int:
        if row["includeTaxFlag"]:
            return row["price"]
        return yen(row["price"] * (1 + Decimal(str(row["taxRate"]))), self.rounding)

    def _wrapping(self, title: int) -> Model | None:
        if self.rng.random() < 0.7:
            return None
        row = {
            "title": title, "name": f"包装{title}", "price": self.rng.choice((0, 1, 19, 150, 330)),
            "includeTaxFlag": int(self.rng.random() < 0.6), "taxRate": 0.1,
            "deleteWrappingFlag": int(self.rng.random() < 0.2),
        }  # fmt: skip
        total = self._with_tax(row)
        # The tax as added, or as contained and rounded anew.
        contained = yen(total * Decimal("0.1") / Decimal("1.1"))
        added = total - row["price"]
        in_price = row["includeTaxFlag"] or self.rng.random() < 0.3
        return {**row, "taxPrice": contained if in_price else added}

    # -- sums --------------------------------------------------------------------------------

    def _row_amount(self, item: Model) -> int:
        if item["includeTaxFlag"] or not self.per_row:
            return item["priceTaxIncl"] * item["units"]
        net = item["price"] * item["units"]
        return yen(net * (1 + Decimal(str(item["taxRate"]))), self.rounding)

    def _sums(self, model: Model) -> None:
        goods = dict.fromkeys(RATES, 0)
        rows = [item for package in live(model["PackageModelList"]) for item in items_of(package)]
        for item in rows:
            goods[item["taxRate"]] += self._row_amount(item)
        for package in model["PackageModelList"]:
            package["goodsPrice"] = sum(self._row_amount(item) for item in items_of(package))
            package["totalPrice"] = package["goodsPrice"] + package["postagePrice"]
        for row in wrappings(model):
            goods[row["taxRate"]] += self._with_tax(row)
        packages = live(model["PackageModelList"])
        model["goodsPrice"] = sum(goods.values())
        model["postagePrice"] = sum(package["postagePrice"] for package in packages)
        model["deliveryPrice"] = sum(package["deliveryPrice"] for package in packages)
        model["totalPrice"] = model["goodsPrice"] + model["postagePrice"]
        charged = self.payment in (KONBINI, DEFERRED)
        model["paymentCharge"] = self.rng.choice((0, 220, 9)) if charged else 0
        model["paymentChargeTaxRate"] = self.rng.choice((0.1, 0.1, 0.08))
        deferred = self.payment == DEFERRED
        model["additionalFeeOccurAmountToUser"] = 250 if deferred else 0
        model["additionalFeeOccurAmountToShop"] = 0
        taken = self._coupons(model, rows, goods)
        self._pay(model, taken, goods)

    def _coupons(self, model: Model, rows: list[Model], goods: dict[float, int]) -> dict:
        """Add coupons of all kinds up to all of the goods; return what each rate loses."""
        rng = self.rng
        room, taken = dict(goods), dict.fromkeys(RATES, 0)
        coupons = []
        for _number in range(rng.choice((0, 0, 1, 1, 2, 3))):
            item = rng.choice([*rows, None])
            rates = [item["taxRate"]] if item else list(RATES)
            most = sum(room[rate] for rate in rates)
            if item:
                most = min(most, self._row_amount(item))
            value = rng.choice((most, rng.randint(0, most), min(most, rng.randint(1, 500))))
            if not value:
                continue
            for rate, part in zip(
                rates, spread(rng, value, [room[rate] for rate in rates]), strict=True
            ):
                room[rate] -= part
                taken[rate] += part
            coupons.append(self._coupon(item, value))
        model["CouponModelList"] = coupons or None
        for name, own in (("couponShopPrice", True), ("couponOtherPrice", False)):
            model[name] = sum(
                row["couponTotalPrice"] for row in coupons if (row["couponCapitalCode"] == 1) == own
            )
        model["couponAllTotalPrice"] = model["couponShopPrice"] + model["couponOtherPrice"]
        return taken

    def _coupon(self, item: Model | None, value: int) -> Model:
        code = self.rng.choice((1, 1, 2, 3))
        unit = self.rng.choice([n for n in (1, 2, 3) if value % n == 0])
        return {
            "couponCode": "AAAA-BBBB-CCCC-DDDD",
            "itemId": item["itemId"] if item else 0,
            "couponName": f"クーポン{code}",
            "couponCapital": {1: "ショップ", 2: "メーカー", 3: "サービス"}[code],
            "couponCapitalCode": code,
            "couponPrice": value // unit,
            "couponUnit": unit,
            "couponTotalPrice": value,
            "itemDetailId": item["itemDetailId"] if item else 0,
        }

    def _pay(self, model: Model, taken: dict[float, int], goods: dict[float, int]) -> None:
        """Tax summary, points, and what the buyer pays."""
        rng = self.rng
        summary = self._summary(model, taken, goods)
        due = sum(row["reqPrice"] for row in summary)
        whole = due + model["additionalFeeOccurAmountToUser"]
        points = rng.choice((0, 0, 0, rng.randint(0, due), min(due, rng.randint(1, 300)), whole))
        model["TaxSummaryModelList"] = summary
        model["PointModel"] = {"usedPoint": points}
        model["requestPrice"] = whole - points
        if not model["requestPrice"] and self.payment == CARD:
            model["SettlementModel"]["settlementMethodCode"] = POINTS_ONLY

    def _summary(self, model: Model, taken: dict, goods: dict) -> list[Model]:
        how = self.rng.choice(ROUNDINGS)
        told = self.rng.random() < 0.8  # some rows do not say which part of the coupon is theirs
        every = self.rng.random() < 0.2  # rows of rates that do not occur
        rows = []
        for rate in RATES:
            packages = live(model["PackageModelList"])
            postage = sum(p["postagePrice"] for p in packages if p["postageTaxRate"] == rate)
            fee = sum(p["deliveryPrice"] for p in packages if p["deliveryTaxRate"] == rate)
            if model["paymentChargeTaxRate"] == rate:
                fee += model["paymentCharge"]
            total = goods[rate] + postage
            if not (total or fee or every):
                continue
            base = total + fee - taken[rate]
            share = Decimal(str(rate))
            rows.append(
                {
                    "taxRate": rate,
                    "reqPrice": base,
                    "reqPriceTax": yen(base * share / (1 + share), how),
                    "totalPrice": total,
                    "paymentCharge": fee,
                    "couponPrice": taken[rate] if told else None,
                    "point": 0,
                }
            )
        return rows


def live(packages: list[Model]) -> list[Model]:
    """Packages that were not deleted."""
    return [package for package in packages if not package["packageDeleteFlag"]]


def items_of(package: Model) -> list[Model]:
    """Items that were not deleted."""
    return [item for item in package["ItemModelList"] if not item["deleteItemFlag"]]


def wrappings(model: Model) -> list[Model]:
    """Wrappings that were not deleted."""
    both = (model["WrappingModel1"], model["WrappingModel2"])
    return [row for row in both if row and not row["deleteWrappingFlag"]]


def pieces_of(model: Model) -> dict[str, int]:
    """{SKU code: pieces} that must leave the warehouse."""
    found: dict[str, int] = {}
    for package in live(model["PackageModelList"]):
        for item in items_of(package):
            found[item["itemNumber"]] = found.get(item["itemNumber"], 0) + item["units"]
    return found
