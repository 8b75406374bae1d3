"""Fulfilment orders and parcels (section 10)."""

from __future__ import annotations

from typing import Any

from .shopify import samples
from .shopify.client import Client
from .shopify.helpers import (
    after_of,
    level,
    open_fos,
    order_of,
)
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]

TOKYO, OSAKA = "gid://shopify/Location/9001", "gid://shopify/Location/9002"


def fulfill(
    api: Client, *groups: dict[str, Any], tracking: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    value = {
        "lineItemsByFulfillmentOrder": list(groups),
        "trackingInfo": tracking or {"company": "Yamato (JA)", "number": "1234"},
        **more,
    }
    return dict(api.data(samples.FULFILL, {"f": value})["fulfillmentCreate"])


def message(payload: dict[str, Any]) -> str:
    return str(payload["userErrors"][0]["message"])


def test_ship_everything(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("two_rates")
    found = open_fos(api, ref)[0]
    assert (
        found["status"] == "OPEN" and {"action": "CREATE_FULFILLMENT"} in found["supportedActions"]
    )
    done = fulfill(api, {"fulfillmentOrderId": found["id"]}, notifyCustomer=True)
    parcel = done["fulfillment"]
    assert (
        done["userErrors"] == [] and parcel["name"] == "#1001-F1" and parcel["status"] == "SUCCESS"
    )
    assert parcel["trackingInfo"][0]["url"].endswith("no=1234")
    assert (
        order_of(api, ref)["displayFulfillmentStatus"] == "FULFILLED" and open_fos(api, ref) == []
    )
    sent = shop.order(ref)["shipments"][0]
    assert (
        sent["numbers"] == ["1234"]
        and sent["notified"] == 1
        and sent["lines"] == [{"sku": "TEA-100", "quantity": 2}, {"sku": "CUP-BL", "quantity": 1}]
    )
    again = fulfill(api, {"fulfillmentOrderId": found["id"]})
    number = found["id"].rsplit("/", 1)[1]
    assert (
        again["fulfillment"] is None
        and message(again) == f"Fulfillment order {number} has an unfulfillable status= closed."
    )


def test_ship_a_part_then_the_rest(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("two_rates")
    found = open_fos(api, ref)[0]
    line = found["lineItems"]["nodes"][0]
    fulfill(
        api,
        {
            "fulfillmentOrderId": found["id"],
            "fulfillmentOrderLineItems": [{"id": line["id"], "quantity": 1}],
        },
    )
    assert order_of(api, ref)["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    rest = open_fos(api, ref)[0]
    assert rest["status"] == "IN_PROGRESS" and [
        x["remainingQuantity"] for x in rest["lineItems"]["nodes"]
    ] == [1, 1]
    assert order_of(api, ref)["lineItems"]["nodes"][0]["unfulfilledQuantity"] == 1
    assert fulfill(api, {"fulfillmentOrderId": rest["id"]})["fulfillment"]["name"] == "#1001-F2"


def test_fulfilment_refusals(shop: ShopifyShop, api: Client) -> None:
    one, two, split = shop.place("two_rates"), shop.place("two_rates"), shop.place("split")
    a, b = open_fos(api, one)[0], open_fos(api, two)[0]
    both = open_fos(api, split)
    line = a["lineItems"]["nodes"][0]["id"]
    assert (
        message(fulfill(api, {"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/77"}))
        == "Fulfillment order does not exist."
    )
    bad = fulfill(
        api,
        {"fulfillmentOrderId": a["id"], "fulfillmentOrderLineItems": [{"id": line, "quantity": 3}]},
    )
    assert bad["userErrors"] == [
        {
            "field": ["fulfillment"],
            "message": "Invalid fulfillment order line item quantity requested.",
        }
    ]
    assert message(
        fulfill(
            api,
            {
                "fulfillmentOrderId": a["id"],
                "fulfillmentOrderLineItems": [{"id": line, "quantity": 0}],
            },
        )
    ).startswith("Invalid fulfillment order line item")
    assert message(
        fulfill(api, {"fulfillmentOrderId": a["id"]}, {"fulfillmentOrderId": b["id"]})
    ).startswith("All fulfillment orders must belong to the same order")
    assert "single location" in message(
        fulfill(api, *[{"fulfillmentOrderId": f["id"]} for f in both])
    )
    assert message(
        fulfill(api, {"fulfillmentOrderId": a["id"]}, tracking={"number": "1", "numbers": ["2"]})
    )
    value = {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/0"}]
    }
    body = api.gql(samples.FULFILL, {"f": value})
    assert (
        body["data"] == {"fulfillmentCreate": None}
        and body["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"
    )


def test_split_over_two_places(shop: ShopifyShop, api: Client) -> None:
    shop.add_items(
        [
            {"sku": "S1", "item_code": "s1", "name": "甲", "price": 100, "stock": {"本社倉庫": 5}},
            {"sku": "S2", "item_code": "s2", "name": "乙", "price": 100, "stock": {"大阪倉庫": 5}},
        ]
    )
    ref = shop.buy(lines=[{"sku": "S1"}, {"sku": "S2"}])
    places = [f["assignedLocation"]["location"]["id"] for f in open_fos(api, ref)]
    assert places == [TOKYO, OSAKA]
    one = shop.buy(sku="S2")
    assert [f["assignedLocation"]["name"] for f in open_fos(api, one)] == ["大阪倉庫"]


def test_tracking_update_and_carriers(shop: ShopifyShop, api: Client) -> None:
    parcel = fulfill(
        api,
        {"fulfillmentOrderId": open_fos(api, shop.place("standard"))[0]["id"]},
        tracking={"company": "謎の運送", "number": "9"},
    )["fulfillment"]
    assert parcel["trackingInfo"] == [{"company": "謎の運送", "number": "9", "url": None}]
    done = api.data(
        samples.TRACKING,
        {"id": parcel["id"], "t": {"company": "Sagawa (JA)", "numbers": ["1", "2"]}, "n": True},
    )["fulfillmentTrackingInfoUpdate"]
    assert [t["number"] for t in done["fulfillment"]["trackingInfo"]] == ["1", "2"] and all(
        t["url"] for t in done["fulfillment"]["trackingInfo"]
    )
    assert shop.orders()[0]["shipments"][0]["notified"] == 1
    api.data(samples.FULFILL_CANCEL, {"id": parcel["id"]})
    assert api.data(samples.TRACKING, {"id": parcel["id"], "t": {"number": "3"}})[
        "fulfillmentTrackingInfoUpdate"
    ]["userErrors"]


def test_cancel_reopens_with_new_ids(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("two_rates")
    old = open_fos(api, ref)[0]["id"]
    parcel = fulfill(api, {"fulfillmentOrderId": old})["fulfillment"]
    committed = level(api, "TEA-100")["committed"]
    for _ in range(2):  # a second call succeeds silently
        assert api.data(samples.FULFILL_CANCEL, {"id": parcel["id"]})["fulfillmentCancel"] == {
            "fulfillment": {"id": parcel["id"], "status": "CANCELLED"},
            "userErrors": [],
        }
    new = open_fos(api, ref)
    assert (
        len(new) == 1
        and new[0]["id"] != old
        and [x["remainingQuantity"] for x in new[0]["lineItems"]["nodes"]] == [2, 1]
    )
    assert (
        level(api, "TEA-100")["committed"] == committed + 2
        and order_of(api, ref)["displayFulfillmentStatus"] == "UNFULFILLED"
    )


def test_holds_and_schedules(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("hold")
    found = open_fos(api, ref)[0]
    assert (
        found["status"] == "ON_HOLD"
        and found["fulfillmentHolds"][0]["reason"] == "INCORRECT_ADDRESS"
    )
    assert "unfulfillable status= on_hold" in message(
        fulfill(api, {"fulfillmentOrderId": found["id"]})
    )
    assert order_of(api, ref)["displayFulfillmentStatus"] == "ON_HOLD"
    done = api.data(samples.RELEASE, {"id": found["id"], "h": None})["fulfillmentOrderReleaseHold"]
    assert done["fulfillmentOrder"]["status"] == "OPEN"
    missing = api.data(samples.RELEASE, {"id": "gid://shopify/FulfillmentOrder/9", "h": None})[
        "fulfillmentOrderReleaseHold"
    ]
    assert missing["userErrors"][0]["code"] == "FULFILLMENT_ORDER_NOT_FOUND"
    assert open_fos(api, shop.place("scheduled"))[0]["status"] == "SCHEDULED"


def test_move_changes_ids_and_stock(shop: ShopifyShop, api: Client) -> None:
    ref = shop.buy(sku="TEA-100")
    old = open_fos(api, ref)[0]["id"]
    shop.event(ref, "move", location=OSAKA)
    new = open_fos(api, ref)[0]
    assert new["id"] != old and new["assignedLocation"]["location"]["id"] == OSAKA
    assert (
        level(api, "TEA-100")["committed"] == 0 and level(api, "TEA-100", OSAKA)["committed"] == 1
    )


def test_delivered(shop: ShopifyShop, api: Client) -> None:
    assert after_of(api, shop.place("delivered"))["fulfillments"][0]["displayStatus"] == "DELIVERED"
