"""Orders: money, taxes, discounts, payments, update (sections 8 and 16)."""

from __future__ import annotations

import pytest

from .shopify import samples
from .shopify.client import Client
from .shopify.helpers import (
    after_of,
    order_of,
    yen,
)
from .shopify.money import allocate, decimal_text, included_tax
from .shopify.scenarios import SCENARIOS
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]


def test_arithmetic() -> None:
    from decimal import Decimal

    assert [included_tax(x, Decimal("0.08")) for x in (1200, 2160, 0)] == [89, 160, 0]
    assert allocate(460, [2400, 2200]) == [240, 220] and sum(allocate(100, [1, 1, 1])) == 100
    assert [decimal_text(x) for x in ("1500", "12.50", "0")] == ["1500.0", "12.5", "0.0"]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_agrees_with_the_expected_figures(
    shop: ShopifyShop, api: Client, name: str
) -> None:
    ref = shop.place(name)
    wanted, order = shop.order(ref), order_of(api, ref)
    assert yen(order["totalPriceSet"]) == wanted["buyer_total"]
    taxes = {str(round(t["rate"] * 100)): yen(t["priceSet"]) for t in order["taxLines"]}
    assert taxes == {rate: row["tax"] for rate, row in wanted["tax"].items()}
    assert yen(order["totalTaxSet"]) == sum(taxes.values())
    for side in ("shopMoney", "presentmentMoney"):
        lines = sum(
            yen(x["originalTotalSet"], side)
            - sum(yen(a["allocatedAmountSet"], side) for a in x["discountAllocations"])
            for x in order["lineItems"]["nodes"]
        )
        freight = sum(yen(s["discountedPriceSet"], side) for s in order["shippingLines"]["nodes"])
        assert lines == pytest.approx(yen(order["subtotalPriceSet"], side))
        # A tip may be among the lines as well.
        apart = name != "tip_line" and yen(order["totalTipReceivedSet"], side)
        assert lines + freight + apart == pytest.approx(yen(order["totalPriceSet"], side))
    assert (
        yen(order["totalReceivedSet"]) == wanted["paid"]
        and yen(order["totalRefundedSet"]) == wanted["refunded"]
    )
    assert yen(order["netPaymentSet"]) == wanted["paid"] - wanted["refunded"]
    assert [
        (x["sku"], x["quantity"], x["currentQuantity"]) for x in order["lineItems"]["nodes"]
    ] == [(x["sku"], x["quantity"], x["current_quantity"]) for x in wanted["lines"]]
    for refund in after_of(api, ref)["refunds"]:
        paid = sum(yen(t["amountSet"]) for t in refund["transactions"]["nodes"])
        assert paid == yen(refund["totalRefundedSet"])


def test_the_order_of_the_reference(shop: ShopifyShop, api: Client) -> None:
    """#1001 of the reference: 2 tea at 8 %, 1 cup at 10 %, 10 % code, postage 660."""
    ref = shop.buy(
        lines=[{"sku": "TEA-100", "quantity": 2}, {"sku": "CUP-BL", "quantity": 1}],
        discounts=[{"kind": "code", "title": "AKI10", "percent": 10}],
    )
    order = order_of(api, ref)
    assert order["totalPriceSet"] == {
        "shopMoney": {"amount": "4800.0", "currencyCode": "JPY"},
        "presentmentMoney": {"amount": "4800.0", "currencyCode": "JPY"},
    }
    assert [(t["rate"], t["priceSet"]["shopMoney"]["amount"]) for t in order["taxLines"]] == [
        (0.08, "160.0"),
        (0.1, "240.0"),
    ]
    tea = order["lineItems"]["nodes"][0]
    assert (
        yen(tea["discountedUnitPriceAfterAllDiscountsSet"]) == 1080
        and yen(tea["withCodes"]) == 2160
        and yen(tea["plain"]) == 2400
    )
    assert order["discountApplications"]["nodes"][0] == {
        "__typename": "DiscountCodeApplication",
        "index": 0,
        "targetType": "LINE_ITEM",
        "code": "AKI10",
        "value": {"__typename": "PricingPercentageValue", "percentage": 10.0},
    }
    assert order["transactions"][0]["paymentDetails"] == {
        "__typename": "CardPaymentDetails",
        "paymentMethodName": "visa",
    }
    assert shop.order(ref)["tax"] == {
        "8": {"base_incl": 2160, "tax": 160},
        "10": {"base_incl": 2640, "tax": 240},
    }


def test_order_level_automatic_discount_is_not_in_discounted_total(
    shop: ShopifyShop, api: Client
) -> None:
    line = order_of(api, shop.place("automatic_discount"))["lineItems"]["nodes"][0]
    assert yen(line["withCodes"]) == yen(line["originalTotalSet"])
    line = order_of(api, shop.place("line_discount"))["lineItems"]["nodes"][0]
    assert yen(line["plain"]) == yen(line["originalTotalSet"]) - 100


def test_shipping_discount_sits_in_the_shipping_line(shop: ShopifyShop, api: Client) -> None:
    order = order_of(api, shop.place("free_shipping"))
    line = order["shippingLines"]["nodes"][0]
    assert yen(line["originalPriceSet"]) == 660 and yen(line["discountedPriceSet"]) == 0
    assert yen(line["discountAllocations"][0]["allocatedAmountSet"]) == 660
    assert order["discountApplications"]["nodes"][0]["targetType"] == "SHIPPING_LINE"


def test_presentment_currency(shop: ShopifyShop, api: Client) -> None:
    order = order_of(api, shop.place("usd"))
    both = order["totalPriceSet"]
    assert order["presentmentCurrencyCode"] == "USD" and order["currencyCode"] == "JPY"
    assert (
        both["shopMoney"] == {"amount": "4800.0", "currencyCode": "JPY"}
        and both["presentmentMoney"]["currencyCode"] == "USD"
    )
    assert order["transactions"][0]["amountSet"] == both


def test_special_lines(shop: ShopifyShop, api: Client) -> None:
    custom = order_of(api, shop.place("custom_line"))["lineItems"]["nodes"][1]
    assert custom["variant"] is None and custom["product"] is None and custom["sku"] is None
    assert [x["sku"] for x in order_of(api, shop.place("null_sku"))["lineItems"]["nodes"]][1:] == [
        None,
        "",
    ]
    bundle = order_of(api, shop.place("bundle"))["lineItems"]["nodes"]
    assert {x["lineItemGroup"]["title"] for x in bundle} == {"お茶セット"} and len(
        {x["lineItemGroup"]["id"] for x in bundle}
    ) == 1
    gift = order_of(api, shop.place("gift_card_sold"))
    assert (
        gift["lineItems"]["nodes"][0]["isGiftCard"]
        and gift["taxLines"] == []
        and gift["displayFulfillmentStatus"] == "FULFILLED"
    )
    ref = shop.place("standard")
    shop.event(ref, "delete_product")
    line = order_of(api, ref)["lineItems"]["nodes"][0]
    assert line["variant"] is None and line["product"] is None and line["sku"] == "TEA-100"


def test_buyers(shop: ShopifyShop, api: Client) -> None:
    assert order_of(api, shop.place("guest"))["customer"] is None
    nobody = order_of(api, shop.place("anonymous"))
    assert (
        nobody["shippingAddress"] is None
        and nobody["email"] is None
        and nobody["sourceName"] == "pos"
    )
    strange = order_of(api, shop.place("strange_address"))["shippingAddress"]
    assert (
        strange["zip"] == "〒１５００００１"
        and strange["lastName"] == "山田 太郎"
        and strange["firstName"] is None
    )
    assert not order_of(api, shop.place("other_billing"))["billingAddressMatchesShippingAddress"]
    wishes = order_of(api, shop.place("wishes"))
    assert [a["key"] for a in wishes["customAttributes"]].count("のし") == 2 and wishes[
        "note"
    ] == "のし希望"


def test_konbini_expires_and_is_paid_late(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("konbini")
    before = shop.stock()["TEA-100"]
    order = order_of(api, ref)
    assert (
        order["displayFinancialStatus"] == "PENDING"
        and order["transactions"][0]["status"] == "PENDING"
        and order["unpaid"]
    )
    shop.clock.advance(72 * 3600 + 5)
    assert order_of(api, ref)["displayFinancialStatus"] == "EXPIRED"
    assert shop.stock()["TEA-100"] == before
    shop.event(ref, "pay")
    paid = order_of(api, ref)
    assert paid["displayFinancialStatus"] == "PAID" and paid["updatedAt"] > order["updatedAt"]


def test_mark_as_paid(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("cod")
    order = order_of(api, ref)
    assert order["transactions"][0]["manualPaymentGateway"] and order["paymentGatewayNames"] == [
        "Cash on Delivery (COD)"
    ]
    done = api.data(samples.PAID, {"id": ref})["orderMarkAsPaid"]
    assert (
        done["userErrors"] == []
        and done["order"]["displayFinancialStatus"] == "PAID"
        and done["order"]["canMarkAsPaid"] is False
    )
    assert ("SALE", "SUCCESS", "manual") in [
        (t["kind"], t["status"], t["gateway"]) for t in order_of(api, ref)["transactions"]
    ]
    again = api.data(samples.PAID, {"id": ref})["orderMarkAsPaid"]
    assert (
        again["userErrors"] == [{"field": ["id"], "message": "Order cannot be marked as paid."}]
        and again["order"]["id"] == ref
    )


def test_capture(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("card_authorized")
    order = order_of(api, ref)
    assert order["displayFinancialStatus"] == "AUTHORIZED"
    parent = order["transactions"][0]["id"]
    value = {"id": ref, "parentTransactionId": parent, "amount": "99999"}
    assert api.data(samples.CAPTURE, {"i": value})["orderCapture"]["userErrors"][0]["field"] == [
        "amount"
    ]
    done = api.data(samples.CAPTURE, {"i": {**value, "amount": "1860"}})["orderCapture"]
    assert (
        done["transaction"]["kind"] == "CAPTURE"
        and order_of(api, ref)["displayFinancialStatus"] == "PAID"
    )
    assert api.data(samples.CAPTURE, {"i": {**value, "amount": "1"}})["orderCapture"]["userErrors"]


def test_several_gateways(shop: ShopifyShop, api: Client) -> None:
    order = order_of(api, shop.place("gift_card_and_card"))
    assert (
        order["paymentGatewayNames"] == ["gift_card", "shopify_payments"]
        and order["displayFinancialStatus"] == "PAID"
    )
    assert [yen(t["amountSet"]) for t in order["transactions"]] == [500, 1360]


def test_update_overwrites(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("wishes")
    done = api.data(
        samples.UPDATE,
        {
            "i": {
                "id": ref,
                "note": "Odoo S1",
                "tags": ["b", "a,c"],
                "customAttributes": [{"key": "k", "value": "v"}],
            }
        },
    )
    order = done["orderUpdate"]["order"]
    assert (
        order["tags"] == ["a", "b", "c"]
        and order["note"] == "Odoo S1"
        and order["customAttributes"] == [{"key": "k", "value": "v"}]
    )
    empty = api.data(samples.UPDATE, {"i": {"id": ref}})["orderUpdate"]
    assert empty["userErrors"][0]["message"] == "No valid update parameters have been provided"
    assert api.data(samples.UPDATE, {"i": {"id": ref, "tags": ["x" * 41]}})["orderUpdate"][
        "userErrors"
    ]
    moved = api.data(
        samples.UPDATE,
        {"i": {"id": ref, "shippingAddress": {"city": "京都市", "provinceCode": "JP-26"}}},
    )["orderUpdate"]["order"]
    assert (
        moved["shippingAddress"]["city"] == "京都市"
        and moved["shippingAddress"]["province"] == "Kyōto"
        and moved["shippingAddress"]["lastName"]
    )
    assert (
        api.data(samples.UPDATE, {"i": {"id": "gid://shopify/Order/5", "note": "x"}})[
            "orderUpdate"
        ]["userErrors"][0]["message"]
        == "Order does not exist"
    )


def test_tags(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    before = order_of(api, ref)["updatedAt"]
    shop.clock.advance(10)
    assert (
        api.data(samples.TAGS_ADD, {"id": ref, "t": ["odoo", "済"]})["tagsAdd"]["userErrors"] == []
    )
    api.data(samples.TAGS_ADD, {"id": ref, "t": ["ODOO"]})
    order = order_of(api, ref)
    assert order["tags"] == ["odoo", "済"] and order["updatedAt"] > before
    api.data(samples.TAGS_REMOVE, {"id": ref, "t": ["Odoo"]})
    assert order_of(api, ref)["tags"] == ["済"]
    assert api.data(samples.TAGS_ADD, {"id": ref, "t": [f"t{i}" for i in range(250)]})["tagsAdd"][
        "userErrors"
    ]
