"""Faults on request (sections 5 and 19)."""

from __future__ import annotations

import http.client
import urllib.request

import pytest

from .shopify import samples
from .shopify.client import Client
from .shopify.helpers import (
    open_fos,
    until,
)
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("429", 429, "Exceeded"),
        ("500", 500, "Internal Server Error"),
        ("502_html", 502, "<html>"),
        ("503_html", 503, "<html>"),
        ("maintenance", 503, "<html>"),
        ("402", 402, "Unavailable Shop"),
        ("403", 403, "merchant approval"),
        ("404", 404, "Not Found"),
        ("423", 423, "Unavailable Shop"),
        ("430", 430, ""),
        ("504", 504, ""),
    ],
)
def test_http_faults(shop: ShopifyShop, api: Client, kind: str, status: int, words: str) -> None:
    api.sim("POST", "faults", {"kind": kind, "match": "^shop$"})
    got, headers, body = api.post("{ shop { id } }")
    assert got == status and words in (body if isinstance(body, str) else body["errors"])
    assert ("Retry-After" in headers) == (kind == "429")
    assert api.data("{ shop { id } }")


@pytest.mark.parametrize(
    ("kind", "code"), [("internal", "INTERNAL_SERVER_ERROR"), ("throttled", "THROTTLED")]
)
def test_graphql_faults(shop: ShopifyShop, api: Client, kind: str, code: str) -> None:
    shop.faults.add(kind)
    assert api.codes("{ shop { id } }") == [code] and api.data("{ shop { id } }")


def test_reset_and_cut(shop: ShopifyShop, api: Client) -> None:
    shop.faults.add("reset")
    with pytest.raises(
        (
            ConnectionError,
            urllib.request.URLError if hasattr(urllib.request, "URLError") else OSError,
        )
    ):  # type: ignore[attr-defined]
        api.gql("{ shop { id } }")
    shop.faults.add("cut")
    with pytest.raises(http.client.IncompleteRead):
        api.gql("{ shop { id } }")


def test_hang(shop: ShopifyShop, api: Client) -> None:
    shop.faults.add("hang", seconds=0.3)
    with pytest.raises(OSError):
        api.gql("{ shop { id } }", timeout=0.1)


def test_timeout_after_the_write_was_applied(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    found = open_fos(api, ref)[0]["id"]
    shop.faults.add("timeout_after", match="fulfillmentCreate", seconds=0.3)
    with pytest.raises(OSError):
        api.gql(
            samples.FULFILL,
            {"f": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": found}]}},
            timeout=0.15,
        )
    assert until(lambda: shop.order(ref)["shipments"])


def test_expired_credential(shop: ShopifyShop, api: Client) -> None:
    own = Client(shop, shop.tokens.issue())
    shop.faults.add("expired")
    assert own.post("{ shop { id } }")[0] == 401 and own.post("{ shop { id } }")[0] == 401
    assert Client(shop, shop.tokens.issue()).data("{ shop { id } }")


def test_faults_by_rate(shop: ShopifyShop, api: Client) -> None:
    shop.faults.add("500", rate=0.5, seed=3)
    statuses = [api.post("{ shop { id } }")[0] for _ in range(20)]
    assert 3 < statuses.count(500) < 17
