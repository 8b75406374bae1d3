"""Bulk operations and payouts (sections 13 and 15)."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from .shopify import samples
from .shopify.client import Client, Receiver
from .shopify.helpers import (
    order_of,
    subscribe,
    until,
)
from .shopify.shop import ShopifyShop

pytest_plugins = ["tests.malls.shopify.fixtures"]


def run_bulk(api: Client, text: str) -> dict[str, Any]:
    return dict(api.data(samples.BULK_RUN, {"q": text})["bulkOperationRunQuery"])


def test_bulk_file(shop: ShopifyShop, api: Client) -> None:
    refs = [shop.place("two_rates"), shop.place("standard")]
    ref = run_bulk(api, samples.BULK_INNER)["bulkOperation"]["id"]
    looks = [api.data(samples.BULK_GET, {"id": ref})["bulkOperation"] for _ in range(3)]
    assert [x["status"] for x in looks] == ["CREATED", "RUNNING", "COMPLETED"]
    done = looks[-1]
    raw = urllib.request.urlopen(done["url"]).read()
    assert (
        b"gid:\\/\\/shopify\\/Order" in raw
        and done["fileSize"] == str(len(raw))
        and done["rootObjectCount"] == "2"
    )
    rows = [json.loads(line) for line in raw.splitlines()]
    assert len(rows) == int(done["objectCount"]) == 2 + 3 + 2
    assert [r["id"] for r in rows if "__parentId" not in r] == refs
    assert {r["__parentId"] for r in rows if "LineItem" in r["id"]} == set(
        refs
    ) and "transactions" in rows[0]
    path = done["url"].removeprefix(shop.base_url)
    assert api.http("GET", path.replace("Signature=", "Signature=x"))[0] == 403
    assert api.http("GET", path, headers={"X-Shopify-Access-Token": "t"})[0] == 400
    shop.clock.advance(7 * 86400 + 1)
    assert api.http("GET", path)[0] == 403


def test_bulk_limits_and_end(shop: ShopifyShop, api: Client) -> None:
    made = [run_bulk(api, samples.BULK_INNER)["bulkOperation"]["id"] for _ in range(5)]
    sixth = run_bulk(api, samples.BULK_INNER)
    assert (
        sixth["bulkOperation"] is None
        and sixth["userErrors"][0]["code"] == "OPERATION_IN_PROGRESS"
        and made[0] in sixth["userErrors"][0]["message"]
    )
    stopped = api.data(samples.BULK_CANCEL, {"id": made[0]})["bulkOperationCancel"]["bulkOperation"]
    assert (
        stopped["status"] == "CANCELING"
        and api.data(samples.BULK_GET, {"id": made[0]})["bulkOperation"]["status"] == "CANCELED"
    )
    shop.clock.advance(60)
    with Receiver() as receiver:
        subscribe(api, "BULK_OPERATIONS_FINISH", receiver.url)
        again = run_bulk(api, samples.BULK_INNER)["bulkOperation"]["id"]
        shop.clock.advance(60)
        _headers, body = until(lambda: receiver.calls)[0]
    assert (
        json.loads(body)["admin_graphql_api_id"] == again
        and json.loads(body)["status"] == "completed"
    )
    empty = api.data(samples.BULK_GET, {"id": again})["bulkOperation"]
    assert (empty["status"], empty["url"], empty["objectCount"]) == ("COMPLETED", None, "0")


def test_bulk_failures(shop: ShopifyShop, api: Client) -> None:
    shop.configure(bulk_error="TIMEOUT", bulk_polls=0)
    ref = run_bulk(api, samples.BULK_INNER)["bulkOperation"]["id"]
    failed = api.data(samples.BULK_GET, {"id": ref})["bulkOperation"]
    assert (failed["status"], failed["errorCode"], failed["url"]) == ("FAILED", "TIMEOUT", None)
    shop.configure(scopes=["read_products"])
    ref = run_bulk(api, samples.BULK_INNER)["bulkOperation"]["id"]
    assert api.data(samples.BULK_GET, {"id": ref})["bulkOperation"]["errorCode"] == "ACCESS_DENIED"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{ shop { id } }", "at least one connection"),
        ("{ orders { nodes { id } } }", "edges"),
        (
            "{ orders { edges { node { name lineItems { edges { node { id } } } } } } }",
            "must select the 'id' field",
        ),
        (
            "{ orders { edges { node { id refunds { refundLineItems "
            "{ edges { node { id } } } } } } } }",
            "within a list field",
        ),
        (
            '{ node(id: "gid://shopify/Order/1") { ... on Order { '
            "lineItems { edges { node { id } } } } } }",
            "top level `node`",
        ),
        ("query Q($f: Int) { orders(first: $f) { edges { node { id } } } }", "variables"),
        ("{ orders { edges { node { nope } } } }", "nope"),
        ("{ orders {", "Syntax"),
        (
            "{ products { edges { node { id variants { edges { node { id product { "
            "id variants { edges { node { id media { edges { node { id } } } } } } } } } } } } } }",
            "nesting depth",
        ),
        (
            "{ "
            + " ".join(f"a{i}: orders {{ edges {{ node {{ id }} }} }}" for i in range(6))
            + " }",
            "more than 5 connections",
        ),
    ],
)
def test_bulk_rules(api: Client, text: str, words: str) -> None:
    made = run_bulk(api, text)
    assert made["bulkOperation"] is None and words in " ".join(
        e["message"] for e in made["userErrors"]
    )


def test_payouts(shop: ShopifyShop, api: Client) -> None:
    ref = shop.place("standard")
    shop.place("paypay")
    shop.event(shop.place("two_rates"), "refund", amount=300)
    shop.clock.advance(4 * 86400)
    assert api.sim("POST", "run_batch")["net"] == 1860 - 73 + 5260 - 205 - 300
    account = api.data(samples.PAYOUTS)["shopifyPaymentsAccount"]
    payout = account["payouts"]["nodes"][0]
    assert (payout["status"], payout["transactionType"], payout["net"]["amount"]) == (
        "PAID",
        "DEPOSIT",
        "6542.0",
    )
    assert payout["summary"] == {
        "chargesGross": {"amount": "7120.0"},
        "chargesFee": {"amount": "278.0"},
        "refundsFeeGross": {"amount": "-300.0"},
    }
    rows = api.data(
        samples.BALANCE, {"query": f"payments_transfer_id:{payout['legacyResourceId']}"}
    )["shopifyPaymentsAccount"]["balanceTransactions"]["nodes"]
    assert sorted(r["type"] for r in rows) == ["CHARGE", "CHARGE", "REFUND", "TRANSFER"]
    assert sum(float(r["net"]["amount"]) for r in rows) == 0
    own = next(r for r in rows if (r["associatedOrder"] or {}).get("id") == ref)
    assert (
        own["sourceOrderTransactionId"]
        == order_of(api, ref)["transactions"][0]["id"].rsplit("/", 1)[1]
    )
    assert (
        api.data(samples.PAYOUTS, {"query": "issued_at:>='2027-01-01'"})["shopifyPaymentsAccount"][
            "payouts"
        ]["nodes"]
        == []
    )
    shop.configure(payments_account=False)
    assert api.data(samples.PAYOUTS) == {"shopifyPaymentsAccount": None}
