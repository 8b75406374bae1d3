"""Cancel, refund, edit, return (section 9)."""

from __future__ import annotations

from typing import Any

from .shopify import samples
from .shopify.client import Client
from .shopify.helpers import (
    after_of,
    open_fos,
    order_of,
    yen,
)
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]


def test_cancel_is_asynchronous(shop: ShopifyShop, api: Client) -> None:
    stock = shop.stock()["TEA-100"]
    ref = shop.place("standard")
    made = api.data(
        samples.CANCEL, {"id": ref, "m": {"originalPaymentMethodsRefund": True}, "note": "客都合"}
    )["orderCancel"]
    assert (
        made["jobResult"]["status"] == "STARTED"
        and not made["job"]["done"]
        and order_of(api, ref)["cancelledAt"] is None
    )
    first = api.data(samples.CANCEL_RESULT, {"id": made["jobResult"]["id"]})["node"]
    second = api.data(samples.CANCEL_RESULT, {"id": made["jobResult"]["id"]})["node"]
    assert (first["status"], second["status"]) == ("STARTED", "SUCCEEDED") and second["order"][
        "cancelReason"
    ] == "CUSTOMER"
    assert api.data("query J($id: ID!) { job(id: $id) { id done } }", {"id": made["job"]["id"]})[
        "job"
    ]["done"]
    order = order_of(api, ref)
    assert (
        order["cancelledAt"]
        and order["closed"]
        and order["cancellation"] == {"staffNote": "客都合"}
    )
    assert (
        order["displayFinancialStatus"] == "REFUNDED"
        and yen(order["currentTotalPriceSet"]) == 0
        and yen(order["totalPriceSet"]) == 1860
    )
    assert (
        order["lineItems"]["nodes"][0]["quantity"] == 1
        and order["lineItems"]["nodes"][0]["currentQuantity"] == 0
    )
    assert shop.stock()["TEA-100"] == stock
    refund = after_of(api, ref)["refunds"][0]
    assert (
        refund["refundLineItems"]["nodes"][0]["restockType"] == "CANCEL"
        and refund["orderAdjustments"]["nodes"] == []
    )
    again = api.data(samples.CANCEL, {"id": ref})["orderCancel"]
    assert again["orderCancelUserErrors"] == [
        {
            "code": "INVALID",
            "field": ["orderId"],
            "message": "Cannot cancel an order that has already been canceled",
        }
    ]


def test_cancel_without_restock_loses_the_goods(shop: ShopifyShop, api: Client) -> None:
    stock = shop.stock()["TEA-100"]
    ref = shop.place("standard")
    api.data(samples.CANCEL, {"id": ref, "restock": False})
    shop.clock.advance(30)
    order = order_of(api, ref)
    assert (
        order["cancelledAt"]
        and order["displayFinancialStatus"] == "PAID"
        and shop.stock()["TEA-100"] == stock - 1
    )


def test_cancel_is_refused(shop: ShopifyShop, api: Client) -> None:
    for name, words in (("fulfilled", "outstanding fulfillments"),):
        made = api.data(samples.CANCEL, {"id": shop.place(name)})["orderCancel"]
        assert made["job"] is None and words in made["orderCancelUserErrors"][0]["message"]
    missing = api.data(samples.CANCEL, {"id": "gid://shopify/Order/7"})["orderCancel"]
    assert missing["orderCancelUserErrors"][0]["code"] == "NOT_FOUND"
    body = api.gql(
        samples.CANCEL,
        {
            "id": shop.place("standard"),
            "m": {"originalPaymentMethodsRefund": True, "storeCreditRefund": {}},
        },
    )
    assert body["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"
    long = api.data(samples.CANCEL, {"id": shop.place("standard"), "note": "x" * 256})[
        "orderCancel"
    ]
    assert long["orderCancelUserErrors"][0]["field"] == ["staffNote"]


def test_a_job_that_fails(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    made = api.data(samples.CANCEL, {"id": ref})["orderCancel"]
    shop.event(ref, "fulfill")
    api.data(samples.CANCEL_RESULT, {"id": made["jobResult"]["id"]})
    node = api.data(samples.CANCEL_RESULT, {"id": made["jobResult"]["id"]})["node"]
    assert (
        node["status"] == "FAILED"
        and node["done"]
        and "fulfillments" in node["errors"][0]["message"]
    )


def _refund(api: Client, ref: str, key: str = "key-1", **more: Any) -> dict[str, Any]:
    value = {"orderId": ref, **more}
    return dict(api.data(samples.REFUND, {"i": value, "k": key})["refundCreate"])


def _moves(api: Client, ref: str, amount: str) -> list[dict[str, Any]]:
    parent = order_of(api, ref)["transactions"][0]
    return [
        {
            "orderId": ref,
            "parentId": parent["id"],
            "gateway": parent["gateway"],
            "kind": "REFUND",
            "amount": amount,
        }
    ]


def test_suggestion_then_refund(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("code_discount")
    line = order_of(api, ref)["lineItems"]["nodes"][1]
    rows = [{"lineItemId": line["id"], "quantity": 1, "restockType": "NO_RESTOCK"}]
    proposal = api.data(samples.SUGGEST, {"id": ref, "lines": rows})["order"]["suggestedRefund"]
    assert (
        yen(proposal["amountSet"]) == 1980
        and yen(proposal["totalTaxSet"]) == 180
        and yen(proposal["maximumRefundableSet"]) == 4800
    )
    assert yen(proposal["shipping"]["maximumRefundableSet"]) == 660
    move = proposal["suggestedTransactions"][0]
    assert move["kind"] == "SUGGESTED_REFUND" and move["gateway"] == "shopify_payments"
    shop.clock.advance(5)
    done = _refund(api, ref, refundLineItems=rows, transactions=_moves(api, ref, "1980"))
    assert (
        done["userErrors"] == [] and done["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    )
    order = order_of(api, ref)
    assert (
        yen(order["totalPriceSet"]) == 4800
        and yen(order["currentTotalPriceSet"]) == 2820
        and yen(order["currentTotalTaxSet"]) == 220
    )
    refund = after_of(api, ref)["refunds"][0]
    row = refund["refundLineItems"]["nodes"][0]
    assert (
        yen(row["subtotalSet"]),
        yen(row["totalTaxSet"]),
        row["restocked"],
        row["lineItem"]["id"],
    ) == (1980, 180, False, line["id"])
    assert row["id"] != line["id"] and refund["orderAdjustments"]["nodes"] == []


def test_full_suggestion(shop: ShopifyShop, api: Client) -> None:
    proposal = api.data(samples.SUGGEST, {"id": shop.place("two_rates"), "full": True})["order"][
        "suggestedRefund"
    ]
    assert yen(proposal["amountSet"]) == yen(proposal["maximumRefundableSet"]) == 5260


def test_refund_without_transactions_moves_no_money(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("two_rates")
    line = order_of(api, ref)["lineItems"]["nodes"][0]
    done = _refund(api, ref, refundLineItems=[{"lineItemId": line["id"], "quantity": 1}])
    assert (
        yen(done["refund"]["totalRefundedSet"]) == 0
        and done["order"]["displayFinancialStatus"] == "PAID"
    )
    assert order_of(api, ref)["lineItems"]["nodes"][0]["currentQuantity"] == 1


def test_refund_refusals(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("two_rates")
    line = order_of(api, ref)["lineItems"]["nodes"][0]["id"]
    cases: list[tuple[dict[str, Any], str]] = [
        (
            {"refundLineItems": [{"lineItemId": line, "quantity": 9}]},
            "Quantity cannot refund more items than were purchased",
        ),
        ({"transactions": _moves(api, ref, "9999")}, "is greater than net payment received"),
        (
            {
                "transactions": [
                    {**_moves(api, ref, "1")[0], "parentId": "gid://shopify/OrderTransaction/1"}
                ]
            },
            "Transactions require a parent_id associated with the order",
        ),
        (
            {"refundLineItems": [{"lineItemId": line, "quantity": 1, "restockType": "CANCEL"}]},
            "Location must be specified",
        ),
        ({}, "must contain at least one"),
    ]
    for index, (value, words) in enumerate(cases):
        done = _refund(api, ref, f"k{index}", **value)
        assert done["refund"] is None and words in done["userErrors"][0]["message"]


def test_refund_idempotency(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("two_rates")
    value = {"orderId": ref, "transactions": _moves(api, ref, "100")}
    first = api.data(samples.REFUND, {"i": value, "k": "same"})["refundCreate"]
    second = api.data(samples.REFUND, {"i": value, "k": "same"})["refundCreate"]
    assert (
        first["refund"]["id"] == second["refund"]["id"] and len(after_of(api, ref)["refunds"]) == 1
    )
    other = api.data(samples.REFUND, {"i": {**value, "note": "x"}, "k": "same"})["refundCreate"]
    assert (
        other["refund"] is None
        and "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" in other["userErrors"][0]["message"]
    )
    assert api.codes(
        samples.REFUND.replace("@idempotent(key: $k)", "").replace(", $k: String!", ""),
        {"i": value},
    ) == ["BAD_REQUEST"]


def test_refund_restocks(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("two_rates")
    stock = shop.stock()["TEA-100"]
    line = order_of(api, ref)["lineItems"]["nodes"][0]["id"]
    place = "gid://shopify/Location/9001"
    _refund(
        api,
        ref,
        refundLineItems=[
            {"lineItemId": line, "quantity": 1, "restockType": "CANCEL", "locationId": place}
        ],
    )
    assert (
        shop.stock()["TEA-100"] == stock + 1
        and open_fos(api, ref)[0]["lineItems"]["nodes"][0]["remainingQuantity"] == 1
    )
    shop.event(ref, "fulfill")
    _refund(
        api,
        ref,
        "k2",
        refundLineItems=[
            {"lineItemId": line, "quantity": 1, "restockType": "RETURN", "locationId": place}
        ],
    )
    assert shop.stock()["TEA-100"] == stock + 2


def test_goodwill_refund_has_an_adjustment(shop: ShopifyShop, api: Client) -> None:
    refund = after_of(api, shop.place("goodwill_refund"))["refunds"][0]
    assert refund["refundLineItems"]["nodes"] == [] and yen(refund["totalRefundedSet"]) == 300
    assert [yen(a["amountSet"]) for a in refund["orderAdjustments"]["nodes"]] == [-300]


def test_refund_in_presentment_currency(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("usd")
    assert _refund(api, ref, "a", transactions=_moves(api, ref, "6.70"))["userErrors"][0][
        "field"
    ] == ["currency"]
    done = _refund(api, ref, "b", currency="USD", transactions=_moves(api, ref, "6.70"))
    assert done["refund"]["totalRefundedSet"] == {
        "shopMoney": {"amount": "1000.0", "currencyCode": "JPY"},
        "presentmentMoney": {"amount": "6.7", "currencyCode": "USD"},
    }


def test_shipping_refund(shop: ShopifyShop, api: Client) -> None:
    refund = after_of(api, shop.place("shipping_refund"))["refunds"][0]
    row = refund["refundShippingLines"]["nodes"][0]
    assert yen(row["subtotalAmountSet"]) == 660 and yen(row["taxAmountSet"]) == 60


def test_edits(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("edited_add")
    order = order_of(api, ref)
    assert (
        order["edited"]
        and order["displayFinancialStatus"] == "PARTIALLY_PAID"
        and yen(order["totalOutstandingSet"]) == 330
    )
    ref = shop.place("two_rates")
    old = {f["id"] for f in open_fos(api, ref)}
    shop.event(ref, "edit", remove=[{"line": 0, "quantity": 1}])
    order = order_of(api, ref)
    assert (
        yen(order["totalPriceSet"]) == 5260
        and yen(order["currentTotalPriceSet"]) == 4060
        and yen(order["totalOutstandingSet"]) == -1200
    )
    assert (
        order["lineItems"]["nodes"][0]["quantity"] == 2
        and order["lineItems"]["nodes"][0]["currentQuantity"] == 1
    )
    refund = after_of(api, ref)["refunds"][0]
    assert (
        yen(refund["totalRefundedSet"]) == 0
        and refund["transactions"]["nodes"] == []
        and not old & {f["id"] for f in open_fos(api, ref)}
    )


def test_returns(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("return_requested")
    order = after_of(api, ref)
    assert (
        order["returnStatus"] == "RETURN_REQUESTED"
        and order["returns"]["nodes"][0]["status"] == "REQUESTED"
    )
    shop.event(ref, "return_open")
    assert after_of(api, ref)["returnStatus"] == "IN_PROGRESS"
    shop.event(ref, "return_close")
    done = after_of(api, ref)
    row = done["returns"]["nodes"][0]["returnLineItems"]["nodes"][0]
    assert (
        done["returnStatus"] == "RETURNED"
        and row["refundedQuantity"] == 1
        and row["returnReasonDefinition"]["handle"] == "defective"
    )
    assert done["refunds"][0]["return"]["id"] == done["returns"]["nodes"][0]["id"]
    declined = shop.place("return_requested")
    shop.event(declined, "return_decline")
    assert after_of(api, declined)["returnStatus"] == "NO_RETURN"


def test_exchange(shop: ShopifyShop, api: Client) -> None:
    order = after_of(api, shop.place("exchange"))
    made = order["returns"]["nodes"][0]
    line = made["exchangeLineItems"]["nodes"][0]["lineItems"][0]["id"]
    refunded = [x["lineItem"]["id"] for x in order["refunds"][0]["refundLineItems"]["nodes"]]
    assert line not in refunded and yen(order["refunds"][0]["totalRefundedSet"]) < yen(
        order["refunds"][0]["refundLineItems"]["nodes"][0]["subtotalSet"]
    )


def test_archive_delete_and_address(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("archived")
    order = order_of(api, ref)
    assert order["closedAt"] and order["cancelledAt"] is None
    shop.event(ref, "change_address", city="奈良市", province_code="JP-29")
    assert order_of(api, ref)["shippingAddress"]["city"] == "奈良市"
    shop.event(ref, "delete")
    assert (
        api.data(samples.ORDER, {"id": ref})["order"] is None
        and api.data(samples.COUNT, {"q": ""})["ordersCount"]["count"] == 0
    )
