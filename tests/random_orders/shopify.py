"""Random order documents of Shopify (sections 8, 9 and 16), their sums, and what is expected."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.wire.fixtures import shopify_orders as made

from .figures import ROUNDINGS, Expected, Maker, percent, pieces, price, spread, yen

Model = dict[str, Any]
RATES = (0.1, 0.1, 0.08, 0.08, None)
GATEWAYS = ("shopify_payments", "paypal", "komoju-konbini", "銀行振込", "代金引換", "Amazon Pay")


def amount(bag: Model | None) -> int:
    """The shop's side of an amount."""
    return int(Decimal(bag["shopMoney"]["amount"])) if bag else 0


def expected(model: Model) -> Expected:
    """The figures of an order: as sold, or as they are now where units were taken off unshipped.

    What came back after it left, and postage or goodwill paid back, is no other sale.
    """
    facts = model["_facts"]
    total = amount(model["totalPriceSet"])
    rows = model["taxLines"]
    if facts["removed"]:
        total = amount(model["currentTotalPriceSet"]) + facts["given_back"]
        rows = facts["taxes_now"]
    tax = {percent(row["rate"]): amount(row["priceSet"]) for row in rows}
    taxes = {rate: (facts["bases"][rate], tax.get(rate, 0)) for rate in facts["bases"]}
    prepaid = sum(amount(t["amountSet"]) for t in model["transactions"]
                  if t["gateway"] == "gift_card")  # fmt: skip
    prepaid = min(prepaid, total)
    return Expected(earns=total, buyer_pays=total - prepaid, points=prepaid, taxes=taxes)


class ShopifyOrders(Maker):
    """Makes orders of one shop."""

    def order(self) -> Model:
        """A paid or unpaid order; some were changed or partly paid back since."""
        self.count += 1
        rng = self.rng
        self.included = rng.random() < 0.65
        self.rounding = rng.choice(ROUNDINGS)
        lines = [self._line() for _ in range(rng.randint(1, 8))]
        freight = [self._shipping() for _ in range(rng.choice((0, 1, 1, 1, 2)))]
        self._discounts(lines, freight)
        for row in (*lines, *freight):
            self._tax(row)
        fees = [self._fee()] if rng.random() < 0.1 else []
        model = self._document(lines, freight, fees)
        self._afterwards(model)
        return model

    def changed(self, model: Model) -> Model:
        """The same order edited at the mall: other quantities, another line, other postage."""
        for _try in range(20):
            fresh = self.order()
            self.count -= 1
            if not fresh["fulfillments"]:
                break
        kept = ("id", "name", "legacyResourceId", "createdAt", "processedAt")
        return {
            **fresh,
            **{name: model[name] for name in kept},
            "edited": True,
            "updatedAt": "2026-11-20T05:00:00Z",
        }

    # -- rows --------------------------------------------------------------------------------

    def _line(self) -> Model:
        rng = self.rng
        rate, kind = rng.choice(RATES), rng.random()
        if kind < 0.1:
            row = made.custom_line("カスタム", price(rng), rate)
        elif kind < 0.15:
            row = made.line(5000, 1, None, isGiftCard=True, requiresShipping=False)
        else:
            code = rng.choice(self.codes)
            row = made.line(price(rng), pieces(rng), rate, sku=code)
            row["variant"] = {**row["variant"], "sku": code, "barcode": None}
        row["_rate"] = rate if kind >= 0.15 or kind < 0.1 else None
        row["_gross"] = amount(row["originalUnitPriceSet"]) * row["quantity"]
        return row

    def _shipping(self) -> Model:
        row = made.shipping(self.rng.choice((0, 1, 7, 330, 660, 1500)), 0)
        row["_rate"] = self.rng.choice((0.1, 0.1, 0.1, 0.08, None))
        row["_gross"] = amount(row["originalPriceSet"])
        return row

    def _fee(self) -> Model:
        value = self.rng.choice((100, 333))
        return {
            "id": f"gid://shopify/AdditionalFee/{self.count}",
            "name": "追加料金",
            "price": made.money(value),
            "taxLines": [],
            "_gross": value,
        }

    def _discounts(self, lines: list[Model], freight: list[Model]) -> None:
        """Line, order and postage discounts in every mix; gift cards take none."""
        rng = self.rng
        room = {id(row): row["_gross"] for row in (*lines, *freight)}
        allowed = [row for row in lines if not row["isGiftCard"]]
        for index in range(rng.choice((0, 0, 1, 1, 2, 3))):
            kind = rng.random()
            if kind < 0.25:
                targets = freight
            elif kind < 0.5:
                targets = allowed[:1]
            else:
                targets = allowed
            rooms = [room[id(row)] for row in targets]
            most = sum(rooms)
            third = yen(Decimal(most) * 33 / 100)
            value = rng.choice((most, third, third, min(most, rng.randint(1, 700))))
            for row, part in zip(targets, spread(rng, value, rooms), strict=True):
                if part:
                    room[id(row)] -= part
                    target = "SHIPPING_LINE" if targets is freight else "LINE_ITEM"
                    row["discountAllocations"].append(made.off(part, index, target))

    def _tax(self, row: Model) -> None:
        off = sum(amount(part["allocatedAmountSet"]) for part in row["discountAllocations"])
        row["_net"] = row["_gross"] - off
        row["_tax"] = 0
        row["taxLines"] = []
        if row["_rate"] is not None:
            rate = Decimal(str(row["_rate"]))
            share = rate / (1 + rate) if self.included else rate
            row["_tax"] = yen(row["_net"] * share, self.rounding)
            row["taxLines"] = [made.tax(row["_rate"], row["_tax"])]

    # -- the document ------------------------------------------------------------------------

    def _document(self, lines: list[Model], freight: list[Model], fees: list[Model]) -> Model:
        rng = self.rng
        tip = rng.choice((0, 0, 0, 1, 300))
        rows = [*lines, *freight]
        total = sum(row["_net"] + (0 if self.included else row["_tax"]) for row in rows)
        total += tip + sum(fee["_gross"] for fee in fees)
        taxes = sums(rows, "_tax")
        abroad = rng.random() < 0.1
        number = f"{9000000 + self.count}"
        model = made.order(
            lines,
            total,
            taxes,
            transactions=self._payments(total),
            shipping=freight,
            id=f"gid://shopify/Order/{number}",
            legacyResourceId=number,
            name=f"#R{self.count}",
            taxesIncluded=self.included,
            totalTipReceivedSet=made.money(tip),
            additionalFees=fees,
            presentmentCurrencyCode="USD" if abroad else "JPY",
            **self._people(),
        )
        bases: dict[str, int] = {}
        for row in rows:
            add(bases, row["_rate"], row["_net"] + (0 if self.included else row["_tax"]))
        for extra in (tip, *(fee["_gross"] for fee in fees)):
            add(bases, None, extra)
        model["_facts"] = {
            "removed": False, "given_back": 0, "bases": bases, "taxes_now": model["taxLines"],
            "untaxed": tip + sum(fee["_gross"] for fee in fees),
        }  # fmt: skip
        if abroad:
            in_dollars(model)
        return model

    def _payments(self, total: int) -> list[Model]:
        rng = self.rng
        gateway = rng.choice(GATEWAYS)
        if not total:
            return []
        first = rng.randint(1, total) if rng.random() < 0.2 else 0
        rows = [made.paid("gift_card", first)] if first else []
        if total - first:
            kind = rng.choice(("SALE", "SALE", "AUTHORIZATION"))
            status = rng.choice(("SUCCESS", "SUCCESS", "PENDING"))
            rows.append(made.paid(gateway, total - first, status, kind))
        return rows

    def _people(self) -> Model:
        place = made.address(
            lastName="見本", firstName=f"{self.count}号", address1=f"見本{self.count}-1",
            phone=f"+8190{10000000 + self.count}",
        )  # fmt: skip
        return {"billingAddress": place, "shippingAddress": place, "customer": None}

    # -- edits and refunds -------------------------------------------------------------------

    def _afterwards(self, model: Model) -> None:
        """What happened since: nothing, units taken off, goods or money given back."""
        kind = self.rng.random()
        lines = model["lineItems"]["nodes"]
        many = [row for row in lines if row["quantity"] > 1 and not row["isGiftCard"]]
        if kind < 0.2 and many:
            money = self.rng.random() < 0.3
            rows = self.rng.sample(many, self.rng.randint(1, len(many)))
            self._take_off(model, rows, () if money else ROUNDINGS)
            if money:
                self._give_back_money(model)
        elif kind < 0.3:
            self._give_back_money(model)
        elif kind < 0.4:
            self._send_back(model)

    def _take_off(self, model: Model, rows: list[Model], ways: tuple[str, ...]) -> None:
        """Units removed before they left (edit, or refund with removal). Each row keeps its share
        of discount and tax, rounded as the mall likes. Half up where its figures do not tell:
        ``ways`` empty, and discounts of several rates."""
        facts = model["_facts"]
        one_rate = len({row["_rate"] for row in rows}) == 1
        for row in rows:
            kept = self.rng.randint(1, row["quantity"] - 1)
            how = self.rng.choice(ways or (ROUND_HALF_UP,))
            share = Decimal(kept) / row["quantity"]
            unit = amount(row["originalUnitPriceSet"])
            off = (row["_gross"] - row["_net"]) * share
            row["_net"] = unit * kept - yen(off, how if one_rate else ROUND_HALF_UP)
            row["_tax"] = yen(row["_tax"] * share, how)
            row["currentQuantity"] = row["unfulfilledQuantity"] = kept
        every = [*model["lineItems"]["nodes"], *model["shippingLines"]["nodes"]]
        bases: dict[str, int] = {}
        total = facts["untaxed"]
        add(bases, None, total)
        for row in every:
            due = row["_net"] + (0 if self.included else row["_tax"])
            add(bases, row["_rate"], due)
            total += due
        facts.update(removed=True, bases=bases)
        taxes = sums(every, "_tax")
        facts["taxes_now"] = model["currentTaxLines"] = [
            made.tax(rate, value) for rate, value in taxes.items()
        ]
        model["currentTotalPriceSet"] = made.money(total)
        model["edited"] = self.rng.random() < 0.5

    def _give_back_money(self, model: Model) -> None:
        """Postage or goodwill paid back: the sale stays as it is."""
        rows = [row for row in model["shippingLines"]["nodes"] if row["_net"] > 99]
        back = rows[0]["_net"] + (0 if self.included else rows[0]["_tax"]) if rows else 0
        if not back:
            return
        facts = model["_facts"]
        facts["given_back"] = back
        now = amount(model["currentTotalPriceSet"]) - back
        model["currentTotalPriceSet"] = made.money(now)
        taxes = {row["rate"]: amount(row["priceSet"]) for row in model["currentTaxLines"]}
        if rows[0]["_rate"] is not None:
            taxes[rows[0]["_rate"]] -= rows[0]["_tax"]
        model["currentTaxLines"] = [made.tax(rate, value) for rate, value in taxes.items()]
        model["totalRefundedSet"] = made.money(back)

    def _send_back(self, model: Model) -> None:
        """All left, some came back."""
        rows = [row for row in model["lineItems"]["nodes"] if row["requiresShipping"]]
        if not rows:
            return
        parts = [(row["id"], row["quantity"]) for row in rows]
        model["fulfillments"] = [made.parcel("400000000001", parts)]
        model["displayFulfillmentStatus"] = "FULFILLED"
        row = self.rng.choice(rows)
        row["currentQuantity"] = self.rng.randint(0, row["quantity"] - 1)
        row["unfulfilledQuantity"] = 0
        back = row["_net"] * (row["quantity"] - row["currentQuantity"]) // row["quantity"]
        now = amount(model["currentTotalPriceSet"]) - back
        model["currentTotalPriceSet"] = made.money(now)
        model["totalRefundedSet"] = made.money(back)


def add(bases: dict[str, int], rate: float | None, value: int) -> None:
    """What has no tax line stands outside of the tax, at 0."""
    key = percent(rate or 0)
    if value or rate:
        bases[key] = bases.get(key, 0) + value


def sums(rows: list[Model], name: str) -> dict[float, int]:
    """Per rate."""
    found: dict[float, int] = {}
    for row in rows:
        if row["_rate"] is not None:
            found[row["_rate"]] = found.get(row["_rate"], 0) + row[name]
    return found


def in_dollars(value: Any) -> None:
    """Give every amount another side, in the buyer's currency."""
    if isinstance(value, list):
        for entry in value:
            in_dollars(entry)
    elif isinstance(value, dict):
        if "presentmentMoney" in value:
            shown = Decimal(value["shopMoney"]["amount"]) * Decimal("0.0067")
            value["presentmentMoney"] = {"amount": f"{shown:.2f}", "currencyCode": "USD"}
        for entry in value.values():
            in_dollars(entry)


def document(model: Model) -> Model:
    """The model as the mall sends it: without our own notes."""
    if isinstance(model, list):
        return [document(entry) for entry in model]
    if isinstance(model, dict):
        return {
            k: document(v) for k, v in model.items() if not k.startswith("_") or k == "__typename"
        }
    return model


def pieces_of(model: Model) -> dict[str, int]:
    """{SKU code: pieces} that must leave the warehouse, or have left it."""
    found: dict[str, int] = {}
    for row in model["lineItems"]["nodes"]:
        if row["requiresShipping"]:
            sent = bool(model["fulfillments"])
            count = row["quantity"] if sent else row["currentQuantity"]
            found[row["sku"]] = found.get(row["sku"], 0) + count
    return found
