"""Stock: sales, set, adjust, idempotency (section 12)."""

from __future__ import annotations

from typing import Any

import pytest

from .shopify import samples
from .shopify.client import Client
from .shopify.helpers import (
    item_id,
    level,
)
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]

TOKYO, OSAKA = "gid://shopify/Location/9001", "gid://shopify/Location/9002"


def test_a_sale_moves_available_to_committed(shop: ShopifyShop, api: Client) -> None:
    before = level(api, "TEA-100")
    ref = shop.buy(sku="TEA-100", quantity=3)
    after = level(api, "TEA-100")
    assert (
        after["available"] == before["available"] - 3
        and after["committed"] == 3
        and after["on_hand"] == before["on_hand"]
    )
    shop.event(ref, "fulfill")
    sent = level(api, "TEA-100")
    assert sent["committed"] == 0 and sent["on_hand"] == before["on_hand"] - 3


def rows(api: Client, *values: tuple[str, int, Any], place: str = TOKYO) -> list[dict[str, Any]]:
    return [
        {
            "inventoryItemId": item_id(api, s),
            "locationId": place,
            "quantity": q,
            "changeFromQuantity": f,
        }
        for s, q, f in values
    ]


def put(api: Client, quantities: list[dict[str, Any]], key: str, **more: Any) -> dict[str, Any]:
    value = {"name": "available", "reason": "correction", "quantities": quantities, **more}
    return dict(api.data(samples.SET, {"i": value, "k": key})["inventorySetQuantities"])


def test_set_quantities(shop: ShopifyShop, api: Client) -> None:
    done = put(
        api,
        rows(api, ("TEA-100", 10, 60)),
        "k",
        referenceDocumentUri="gid://odoo-connector/StockPush/1",
    )
    assert [(c["name"], c["delta"]) for c in done["inventoryAdjustmentGroup"]["changes"]] == [
        ("available", -50),
        ("on_hand", -50),
    ]
    assert level(api, "TEA-100")["available"] == 10 and shop.stock()["TEA-100"] == 25
    shop.buy(sku="TEA-100", quantity=4)
    put(api, rows(api, ("TEA-100", 20, None)), "k2", name="on_hand")
    assert level(api, "TEA-100") == {
        "available": 16,
        "on_hand": 20,
        "committed": 4,
        "incoming": 0,
        "reserved": 0,
    }


def test_set_at_a_new_place(shop: ShopifyShop, api: Client) -> None:
    assert put(api, rows(api, ("TENUGUI-01", 5, None), place=OSAKA), "k")["userErrors"] == []
    assert level(api, "TENUGUI-01", OSAKA)["available"] == 5


def test_compare_and_set(shop: ShopifyShop, api: Client) -> None:
    done = put(api, rows(api, ("TEA-100", 1, 59), ("CUP-BL", 1, 12)), "k")
    assert done["inventoryAdjustmentGroup"] is None
    assert done["userErrors"] == [
        {
            "code": "CHANGE_FROM_QUANTITY_STALE",
            "field": ["input", "quantities", "0", "changeFromQuantity"],
            "message": "The changeFromQuantity value does not match persisted value.",
        }
    ]
    assert level(api, "CUP-BL")["available"] == 12
    again = put(api, rows(api, ("TEA-100", 1, 59), ("CUP-BL", 1, 12)), "k")
    assert again["userErrors"][0]["code"] == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
    shop.configure(atomic_inventory=False)
    put(api, rows(api, ("TEA-100", 1, 59), ("CUP-BL", 1, 12)), "k3")
    assert level(api, "CUP-BL")["available"] == 1


def test_idempotency(shop: ShopifyShop, api: Client) -> None:
    value = rows(api, ("TEA-100", 10, None))
    first = put(api, value, "same")
    put(api, rows(api, ("TEA-100", 33, None)), "other")
    second = put(api, value, "same")
    assert first == second and level(api, "TEA-100")["available"] == 33
    assert (
        put(api, rows(api, ("TEA-100", 11, None)), "same")["userErrors"][0]["code"]
        == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    )
    shop.clock.advance(86401)
    put(api, value, "same")
    assert level(api, "TEA-100")["available"] == 10


def test_a_key_still_running(shop: ShopifyShop, api: Client) -> None:
    value = {
        "name": "available",
        "reason": "correction",
        "quantities": rows(api, ("TEA-100", 10, None)),
    }
    import json

    entry = {
        "body": json.dumps({"input": value}, sort_keys=True),
        "at": shop.store.now(),
        "state": "running",
        "result": None,
    }
    shop.store.idempotency[("inventorySetQuantities", "busy")] = entry
    done = api.data(samples.SET, {"i": value, "k": "busy"})["inventorySetQuantities"]
    assert done["userErrors"][0]["code"] == "IDEMPOTENCY_CONCURRENT_REQUEST"


def test_rules_the_schema_does_not_show(shop: ShopifyShop, api: Client) -> None:
    value = {
        "name": "available",
        "reason": "correction",
        "quantities": rows(api, ("TEA-100", 1, None)),
    }
    body = api.gql(samples.SET_PLAIN, {"i": value})
    assert (
        body["data"] == {"inventorySetQuantities": None}
        and body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    )
    assert (
        body["errors"][0]["message"]
        == "The @idempotent directive is required for this mutation but was not provided."
    )
    del value["quantities"][0]["changeFromQuantity"]  # type: ignore[attr-defined]
    body = api.gql(samples.SET, {"i": value, "k": "k"})
    assert (
        body["errors"][0]["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
        and body["extensions"]["cost"]["actualQueryCost"] == 10
    )
    assert (
        body["errors"][0]["message"]
        == "InventoryQuantityInput must include the following argument: changeFromQuantity."
    )
    assert api.codes(
        samples.SET, {"i": {**value, "quantities": rows(api, ("TEA-100", 1, None))}, "k": " "}
    ) == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    ("changes", "row", "code"),
    [
        ({"reason": "weather"}, {}, "INVALID_REASON"),
        ({"name": "committed"}, {}, "INVALID_NAME"),
        ({"referenceDocumentUri": "nonsense"}, {}, "INVALID_REFERENCE_DOCUMENT"),
        ({}, {"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH"),
        ({}, {"quantity": -1_000_000_001}, "INVALID_QUANTITY_TOO_LOW"),
        ({"name": "on_hand"}, {"quantity": -1}, "INVALID_QUANTITY_NEGATIVE"),
        ({}, {"inventoryItemId": "gid://shopify/InventoryItem/9"}, "INVALID_INVENTORY_ITEM"),
        ({}, {"locationId": "gid://shopify/Location/9"}, "INVALID_LOCATION"),
    ],
)
def test_set_refusals(
    shop: ShopifyShop, api: Client, changes: dict[str, Any], row: dict[str, Any], code: str
) -> None:
    value = [{**rows(api, ("TEA-100", 1, None))[0], **row}]
    done = put(api, value, "k", **changes)
    assert done["inventoryAdjustmentGroup"] is None and done["userErrors"][0]["code"] == code


def test_duplicate_pairs_and_negative_available(shop: ShopifyShop, api: Client) -> None:
    done = put(api, rows(api, ("TEA-100", 1, None), ("TEA-100", 2, None)), "k")
    assert done["userErrors"][0]["code"] == "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
    assert put(api, rows(api, ("TEA-100", -3, None)), "k2")["userErrors"] == []


def test_adjust(shop: ShopifyShop, api: Client) -> None:
    row = {
        "inventoryItemId": item_id(api, "TEA-100"),
        "locationId": TOKYO,
        "delta": 5,
        "changeFromQuantity": None,
    }
    value = {"name": "available", "reason": "received", "changes": [row]}
    done = api.data(samples.ADJUST, {"i": value, "k": "a"})["inventoryAdjustQuantities"]
    assert done["userErrors"] == [] and level(api, "TEA-100")["available"] == 65
    value["name"] = "damaged"
    assert (
        api.data(samples.ADJUST, {"i": value, "k": "b"})["inventoryAdjustQuantities"]["userErrors"][
            0
        ]["code"]
        == "INVALID_QUANTITY_DOCUMENT"
    )
    value["changes"] = [{**row, "ledgerDocumentUri": "gid://odoo-connector/Ledger/1"}]
    api.data(samples.ADJUST, {"i": value, "k": "c"})
    assert level(api, "TEA-100")["on_hand"] == 70


def test_activate_and_untracked(shop: ShopifyShop, api: Client) -> None:
    item = item_id(api, "TENUGUI-01")
    done = api.data(samples.ACTIVATE, {"item": item, "place": OSAKA, "n": 4, "k": "a"})[
        "inventoryActivate"
    ]
    assert (
        done["inventoryLevel"]["isActive"]
        and {"name": "on_hand", "quantity": 4} in done["inventoryLevel"]["quantities"]
    )
    shop.add_items(
        [{"sku": "FREE", "item_code": "free", "name": "無限", "price": 10, "tracked": False}]
    )
    node = api.data(
        samples.LEVELS, {"ids": [item_id(api, "FREE"), "gid://shopify/InventoryItem/99"]}
    )["nodes"]
    assert (
        node[0]["tracked"] is False
        and node[0]["inventoryLevels"]["nodes"] == []
        and node[1] is None
    )
    assert (
        put(api, rows(api, ("FREE", 1, None)), "k")["userErrors"][0]["code"]
        == "INVALID_INVENTORY_ITEM"
    )
    shop.buy(sku="FREE", quantity=99)
