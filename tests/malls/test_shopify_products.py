"""Products, prices, media, publications (section 11)."""

from __future__ import annotations

from typing import Any

import pytest

from .shopify import samples
from .shopify.client import Client
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]

TOKYO, OSAKA = "gid://shopify/Location/9001", "gid://shopify/Location/9002"


def product_value(**more: Any) -> dict[str, Any]:
    def variant(name: str, sku: str) -> dict[str, Any]:
        return {
            "optionValues": [{"optionName": "色", "name": name}],
            "sku": sku,
            "price": "2200",
            "inventoryItem": {"tracked": True, "cost": "900"},
            "inventoryQuantities": [{"locationId": TOKYO, "name": "available", "quantity": 12}],
        }

    return {
        "title": "急須",
        "status": "ACTIVE",
        "productOptions": [
            {"name": "色", "position": 1, "values": [{"name": "藍"}, {"name": "朱"}]}
        ],
        "variants": [variant("藍", "K-BL"), variant("朱", "K-RD")],
        **more,
    }


def test_product_set_creates_and_deletes(shop: ShopifyShop, api: Client) -> None:
    identifier = {"customId": {"namespace": "$app", "key": "odoo_id", "value": "42"}}
    done = api.data(samples.PRODUCT_SET, {"identifier": identifier, "input": product_value()})[
        "productSet"
    ]
    first = done["product"]
    assert (
        done["userErrors"] == []
        and first["handle"] == "急須"
        and [v["sku"] for v in first["variants"]["nodes"]] == ["K-BL", "K-RD"]
    )
    assert shop.stock()["K-BL"] == 12
    value = product_value(title="急須 改")
    value["variants"] = value["variants"][:1]
    value["productOptions"][0]["values"] = [{"name": "藍"}]
    again = api.data(samples.PRODUCT_SET, {"identifier": identifier, "input": value})["productSet"][
        "product"
    ]
    assert again["id"] == first["id"] and [v["id"] for v in again["variants"]["nodes"]] == [
        first["variants"]["nodes"][0]["id"]
    ]
    assert "K-RD" not in shop.stock()


def test_default_variant_and_handles(shop: ShopifyShop, api: Client) -> None:
    one = api.data(samples.PRODUCT_SET, {"input": {"title": "湯のみ A_b!"}})["productSet"][
        "product"
    ]
    two = api.data(samples.PRODUCT_SET, {"input": {"title": "湯のみ A_b!"}})["productSet"][
        "product"
    ]
    assert (one["handle"], two["handle"]) == ("湯のみ-a-b", "湯のみ-a-b-1")
    assert (
        one["options"][0]["name"] == "Title"
        and one["options"][0]["optionValues"][0]["name"] == "Default Title"
    )


@pytest.mark.parametrize(
    ("identifier", "value", "code"),
    [
        (None, {"title": ""}, "INVALID_INPUT"),
        (None, {"title": "x" * 256}, "INVALID_INPUT"),
        (None, product_value(productOptions=None), "PRODUCT_OPTIONS_INPUT_MISSING"),
        (
            None,
            {"title": "x", "productOptions": [{"name": "a", "values": []}]},
            "VARIANTS_INPUT_MISSING",
        ),
        (None, {"title": "x", "handle": "yunomi-taken"}, "HANDLE_NOT_UNIQUE"),
        ({"id": "gid://shopify/Product/9"}, {"title": "x"}, "PRODUCT_DOES_NOT_EXIST"),
        ({"handle": "a"}, {"id": "gid://shopify/Product/401", "title": "x"}, "ID_NOT_ALLOWED"),
        (
            None,
            {"title": "x", "files": [{"originalSource": "http://example.com/a.png"}]},
            "INVALID_INPUT",
        ),
        (
            None,
            product_value(productOptions=[{"name": "色", "values": [{"name": "藍"}]}]),
            "OPTION_VALUE_DOES_NOT_EXIST",
        ),
    ],
)
def test_product_set_refusals(
    shop: ShopifyShop, api: Client, identifier: Any, value: dict[str, Any], code: str
) -> None:
    api.data(samples.PRODUCT_SET, {"input": {"title": "t", "handle": "yunomi-taken"}})
    value = {k: v for k, v in value.items() if v is not None}
    done = api.data(samples.PRODUCT_SET, {"identifier": identifier, "input": value})["productSet"]
    assert done["product"] is None and done["userErrors"][0]["code"] == code


def test_product_set_async(shop: ShopifyShop, api: Client) -> None:
    made = api.data(samples.PRODUCT_SET, {"input": product_value(), "sync": False})["productSet"]
    assert (
        made["product"] is None
        and made["productSetOperation"]["status"] == "CREATED"
        and "K-BL" not in shop.stock()
    )
    states = [
        api.data(samples.OPERATION, {"id": made["productSetOperation"]["id"]})["productOperation"]
        for _ in range(2)
    ]
    assert (
        [s["status"] for s in states] == ["ACTIVE", "COMPLETE"]
        and states[1]["product"]["id"]
        and states[1]["userErrors"] == []
    )


def test_media_is_asynchronous(shop: ShopifyShop, api: Client) -> None:
    shop.configure(media_polls=2)
    value = {
        "title": "x",
        "files": [
            {"originalSource": "https://example.com/a.png", "alt": "画像"},
            {"originalSource": "https://example.com/missing.png"},
        ],
    }
    ref = api.data(samples.PRODUCT_SET, {"input": value})["productSet"]["product"]["id"]
    looks = [
        [m["status"] for m in api.data(samples.PRODUCT, {"id": ref})["product"]["media"]["nodes"]]
        for _ in range(3)
    ]
    assert looks == [["UPLOADED", "UPLOADED"], ["PROCESSING", "PROCESSING"], ["READY", "FAILED"]]


def test_prices(shop: ShopifyShop, api: Client) -> None:
    node = api.data(samples.VARIANTS, {"query": "sku:'CUP-BL' OR sku:'CUP-RD'"})["productVariants"][
        "nodes"
    ]
    product, (a, b) = node[0]["product"]["id"], [v["id"] for v in node]
    done = api.data(
        samples.PRICES,
        {
            "id": product,
            "v": [{"id": a, "price": "2400", "compareAtPrice": "3000"}, {"id": b, "price": "-1"}],
        },
    )["productVariantsBulkUpdate"]
    assert done["productVariants"] == [{"id": a, "price": "2400", "compareAtPrice": "3000"}]
    assert (
        done["userErrors"][0]["field"] == ["variants", "1", "price"]
        and done["userErrors"][0]["code"] == "GREATER_THAN_OR_EQUAL_TO"
    )
    none = api.data(
        samples.PRICES,
        {"id": product, "v": [{"id": a, "price": "1"}, {"id": b, "price": "1.5"}], "p": False},
    )["productVariantsBulkUpdate"]
    assert none["productVariants"] is None and shop.store.variant_of("CUP-BL").price == 2400
    stock = api.data(
        samples.PRICES,
        {
            "id": product,
            "v": [
                {"id": a, "inventoryQuantities": [{"availableQuantity": 1, "locationId": TOKYO}]}
            ],
        },
    )
    assert (
        stock["productVariantsBulkUpdate"]["userErrors"][0]["code"]
        == "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"
    )
    foreign = api.data(
        samples.PRICES,
        {"id": product, "v": [{"id": "gid://shopify/ProductVariant/9", "price": "1"}]},
    )
    assert (
        foreign["productVariantsBulkUpdate"]["userErrors"][0]["code"]
        == "PRODUCT_VARIANT_DOES_NOT_EXIST"
    )
    shop.configure(yen_fraction="round", yen_money_decimals=2)
    done = api.data(samples.PRICES, {"id": product, "v": [{"id": b, "price": "1500.5"}]})[
        "productVariantsBulkUpdate"
    ]
    assert done["productVariants"][0]["price"] == "1501.00"


def test_publishing(shop: ShopifyShop, api: Client) -> None:
    names = api.data(samples.PUBLICATIONS)["publications"]["nodes"]
    assert (
        names[0]["catalog"]["title"] == "Online Store"
        and names[0]["channels"]["nodes"][0]["handle"] == "online_store"
    )
    ref = api.data(samples.PRODUCT_SET, {"input": {"title": "x", "status": "ACTIVE"}})[
        "productSet"
    ]["product"]["id"]
    assert (
        api.data(samples.PRODUCT, {"id": ref})["product"]["resourcePublicationsCount"]["count"] == 0
    )
    done = api.data(samples.PUBLISH, {"id": ref, "i": [{"publicationId": names[0]["id"]}]})[
        "publishablePublish"
    ]
    assert done["publishable"]["resourcePublicationsCount"]["count"] == 1
    assert api.data(
        samples.PUBLISH, {"id": ref, "i": [{"publicationId": "gid://shopify/Publication/1"}]}
    )["publishablePublish"]["userErrors"]


def test_same_sku_twice(shop: ShopifyShop, api: Client) -> None:
    shop.add_items(
        [{"sku": "TEA-100", "item_code": "copy", "name": "煎茶 別", "price": 1, "stock": 1}]
    )
    found = api.data(samples.VARIANTS, {"query": "sku:'TEA-100'"})["productVariants"]["nodes"]
    assert len(found) == 2
    text = "query Q($id: ID!) { inventoryItem(id: $id) { duplicateSkuCount } }"
    assert (
        api.data(text, {"id": found[0]["inventoryItem"]["id"]})["inventoryItem"][
            "duplicateSkuCount"
        ]
        == 1
    )
