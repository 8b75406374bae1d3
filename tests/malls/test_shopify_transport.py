"""Tokens, transport, cost and faults of the protocol (sections 2, 3, 4, 5)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from .shopify import samples
from .shopify.client import Client
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]

NAMES = "{ shop { id } }"


def token(api: Client, **changes: str) -> tuple[int, dict[str, Any]]:
    values = {
        "grant_type": "client_credentials",
        "client_id": api.shop.client_id,
        "client_secret": api.shop.client_secret,
        **changes,
    }
    status, _h, raw = api.http(
        "POST",
        "/admin/oauth/access_token",
        urlencode(values).encode(),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    return status, json.loads(raw)


def test_client_credentials(shop: ShopifyShop, api: Client) -> None:
    status, body = token(api)
    assert status == 200 and body["expires_in"] == 86399 and "read_orders" in body["scope"]
    own = Client(shop, body["access_token"])
    assert own.data(NAMES)
    shop.clock.advance(86398)
    assert own.data(NAMES)
    shop.clock.advance(2)
    status, _headers, answer = own.post(NAMES)
    assert (
        status == 401
        and isinstance(answer["errors"], str)
        and "Invalid API key" in answer["errors"]
    )
    assert token(api)[0] == 200


def test_token_by_json_and_second_token(shop: ShopifyShop, api: Client) -> None:
    values = {
        "grant_type": "client_credentials",
        "client_id": shop.client_id,
        "client_secret": shop.client_secret,
    }
    status, _h, raw = api.http(
        "POST", "/admin/oauth/access_token", values, {"Content-Type": "application/json"}
    )
    first = json.loads(raw)["access_token"]
    assert status == 200 and first != token(api)[1]["access_token"]
    assert Client(shop, first).data(NAMES)
    shop.configure(revoke_previous_token=True)
    token(api)
    assert Client(shop, first).post(NAMES)[0] == 401


@pytest.mark.parametrize("mode", ["shop_not_permitted", "app_not_installed", "invalid_client"])
def test_token_refusals(shop: ShopifyShop, api: Client, mode: str) -> None:
    shop.configure(token_mode=mode)
    status, body = token(api)
    assert status == 400 and body["error"] == mode


def test_wrong_secret_and_grant(api: Client) -> None:
    assert token(api, client_secret="no") == (400, {"error": "invalid_client"})
    assert token(api, grant_type="password")[1]["error"] == "unsupported_grant_type"


def test_version_header_and_expired_version(api: Client) -> None:
    assert api.post(NAMES)[1]["X-Shopify-API-Version"] == "2026-10"
    assert api.post(NAMES, version="2024-01")[1]["X-Shopify-API-Version"] == "2025-10"
    assert api.post(NAMES, version="2030-01")[0] == 404
    assert api.post(NAMES)[1]["X-Request-Id"]


def test_bad_json_and_content_type(shop: ShopifyShop, api: Client) -> None:
    headers = {"Content-Type": "application/json", "X-Shopify-Access-Token": shop.access_token}
    assert api.http("POST", "/admin/api/2026-10/graphql.json", b"{", headers)[0] == 400
    assert (
        api.http(
            "POST",
            "/admin/api/2026-10/graphql.json",
            b"{}",
            {**headers, "Content-Type": "text/plain"},
        )[0]
        == 415
    )
    assert api.http("GET", "/admin/api/2026-10/graphql.json", None, headers)[0] == 404
    assert api.http("POST", "/admin/api/2026-10/orders.json", {}, headers)[0] == 404
    assert Client(shop, "shpat_wrong").post(NAMES)[0] == 401


@pytest.mark.parametrize("status", [402, 403, 404, 423, 430])
def test_shop_wide_refusals(shop: ShopifyShop, api: Client, status: int) -> None:
    shop.configure(http_status=status)
    assert api.post(NAMES)[0] == status


def test_cost_debug(api: Client) -> None:
    body = api.gql(samples.SHOP, headers={"Shopify-GraphQL-Cost-Debug": "1"})
    assert {
        "path": ["shop", "plan"],
        "definedCost": 1.0,
        "requestedTotalCost": 1,
        "requestedChildrenCost": 0,
    } in body["extensions"]["cost"]["fields"]


def test_throttled(shop: ShopifyShop, api: Client) -> None:
    shop.configure(throttle=True)
    for _ in range(4):
        shop.place("standard")
    variables = {"query": "", "first": 50, "lines": 50}
    shop.executor.bucket.level, shop.executor.bucket.stamp = 700, shop.clock.now().timestamp()
    body = api.gql(samples.ORDERS, variables)
    cost = body["extensions"]["cost"]
    assert "data" not in body and body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert cost["actualQueryCost"] is None and cost["throttleStatus"] == {
        "maximumAvailable": 2000,
        "currentlyAvailable": 700,
        "restoreRate": 100,
    }
    shop.clock.advance((cost["requestedQueryCost"] - 700) / 100)
    body = api.gql(samples.ORDERS, variables)
    cost = body["extensions"]["cost"]
    assert cost["actualQueryCost"] < cost["requestedQueryCost"] == 765
    assert cost["throttleStatus"]["currentlyAvailable"] == 765 - cost["actualQueryCost"]


def test_plus_plan_has_a_larger_bucket(shop: ShopifyShop, api: Client) -> None:
    shop.configure(plan="plus")
    body = api.gql(samples.SHOP)
    assert body["extensions"]["cost"]["throttleStatus"]["maximumAvailable"] == 20000
    assert body["data"]["shop"]["plan"] == {
        "publicDisplayName": "Shopify Plus",
        "shopifyPlus": True,
    }


@pytest.mark.parametrize(
    ("text", "variables", "code"),
    [
        ("{ shop {", None, "PARSE_ERROR"),
        ("{ shop { nope } }", None, "undefinedField"),
        ("{ shop(x: 1) { id } }", None, "argumentNotAccepted"),
        ("{ order { id } }", None, "missingRequiredArguments"),
        ('{ orders(first: "x") { nodes { id } } }', None, "argumentLiteralsIncompatible"),
        ("query Q($k: String!) { shop { id } }", {"k": "x"}, "variableNotUsed"),
        ("{ shop @nope { id } }", None, "undefinedDirective"),
        (
            'mutation { inventorySetQuantities(input: {name: "available", '
            'reason: "x"}) { userErrors { message } } }',
            None,
            "missingRequiredInputObjectAttribute",
        ),
        (
            'mutation { orderUpdate(input: {id: "gid://shopify/Order/1", '
            "nope: 1}) { userErrors { message } } }",
            None,
            "argumentNotAccepted",
        ),
        (
            "mutation M($i: RefundInput!) { refundCreate(input: $i) "
            '@idempotent(key: "a") { userErrors { code } } }',
            {"i": {"orderId": "gid://shopify/Order/1"}},
            "undefinedField",
        ),
        ("query Q($id: ID!) { order(id: $id) { id } }", {"id": 5}, "INVALID_VARIABLE"),
        ("query Q($id: ID!) { order(id: $id) { id } }", {}, "INVALID_VARIABLE"),
        ("{ orders { nodes { id } } }", None, "BAD_REQUEST"),
        (samples.ORDERS, {"first": 250, "lines": 20}, "MAX_COST_EXCEEDED"),
        ('{ product(id: "gid://shopify/Order/1") { id } }', None, "RESOURCE_NOT_FOUND"),
        (
            "mutation { abandonmentUpdateActivitiesDeliveryStatuses(abandonmentId: "
            '"gid://shopify/A/1", marketingActivityId: "gid://shopify/M/1", '
            "deliveryStatus: SENT) { userErrors { message } } }",
            None,
            "INTERNAL_SERVER_ERROR",
        ),
    ],
)
def test_error_codes(api: Client, text: str, variables: Any, code: str) -> None:
    assert api.codes(text, variables)[0] == code


def test_undefined_field_as_recorded(api: Client) -> None:
    error = api.gql(
        "mutation RefundCreate($i: RefundInput!) {\n refundCreate(input: "
        '$i) @idempotent(key: "k") {\n  userErrors { code } } }',
        {"i": {"orderId": "gid://shopify/Order/1"}},
    )["errors"][0]
    assert error["message"] == "Field 'code' doesn't exist on type 'UserError'"
    assert error["path"] == ["mutation RefundCreate", "refundCreate", "userErrors", "code"]
    assert error["extensions"] == {
        "code": "undefinedField",
        "typeName": "UserError",
        "fieldName": "code",
    }
    assert error["locations"] == [{"line": 3, "column": 16}]


def test_unused_variable_as_recorded(api: Client) -> None:
    error = api.gql("query InventorySet($key: String!) { shop { id } }", {"key": "a"})["errors"][0]
    assert error["message"] == "Variable $key is declared by InventorySet but not used"
    assert error["path"] == ["query InventorySet"] and error["extensions"]["variableName"] == "key"


def test_invalid_variable_as_recorded(api: Client) -> None:
    value = {
        "name": "available",
        "reason": "correction",
        "ignoreCompareQuantity": True,
        "quantities": [],
    }
    error = api.gql(samples.SET, {"i": value, "k": "k"})["errors"][0]
    assert error["message"].endswith(
        "was provided invalid value for ignoreCompareQuantity (Field "
        "is not defined on InventorySetQuantitiesInput)"
    )
    assert error["extensions"]["problems"] == [
        {
            "path": ["ignoreCompareQuantity"],
            "explanation": "Field is not defined on InventorySetQuantitiesInput",
        }
    ]


def test_arrays_of_251_rows(api: Client) -> None:
    row = {
        "inventoryItemId": "gid://shopify/InventoryItem/13001",
        "locationId": "gid://shopify/Location/9001",
        "quantity": 1,
        "changeFromQuantity": None,
    }
    value = {"name": "available", "reason": "correction", "quantities": [row] * 251}
    error = api.gql(samples.SET, {"i": value, "k": "k"})["errors"][0]
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED" and error["path"] == [
        "inventorySetQuantities",
        "input",
        "quantities",
    ]
    assert (
        error["message"]
        == "The input array size of 251 is greater than the maximum allowed of 250."
    )


def test_unknown_ids_are_null(api: Client) -> None:
    assert api.data(
        '{ order(id: "gid://shopify/Order/99") { id } node(id: "gid://shopify/Product/99") { id } }'
    ) == {"order": None, "node": None}


def test_unmodelled_fields_get_defaults(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    text = (
        "query Q($id: ID!) { order(id: $id) { riskLevel risk { recommendation } "
        "events(first: 5) { nodes { id } } merchantBusinessEntity { id address "
        "{ countryCode } } totalCashRoundingAdjustment { paymentSet { shopMoney "
        '{ amount } } } metafield(key: "a", namespace: "b") { value } '
        "localizedFields(first: 2) { nodes { title } } } giftCards(first: 3) { nodes { id } } }"
    )
    shop.configure(scopes=[*shop.settings.scopes, "read_gift_cards"])
    order = api.data(text, {"id": ref})["order"]
    assert order["events"] == {"nodes": []} and order["metafield"] is None
    assert order["totalCashRoundingAdjustment"]["paymentSet"]["shopMoney"]["amount"] == "0.0"
