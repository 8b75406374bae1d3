"""Schema, validation and the cost model (reference sections 1, 4 and 20)."""

from __future__ import annotations

from typing import Any

import graphql
import pytest

from .shopify import samples
from .shopify.cost import (
    Bucket,
    CostPlan,
    Evaluation,
    PagingError,
    product_set_input_cost,
    rows_factor,
)
from .shopify.documents import prepare
from .shopify.schema import load_schema, validate_document

REQUIRED: dict[str, Any] = {"String": "x", "ID": "gid://shopify/Order/1", "Boolean": True, "Int": 1}


def cost(text: str, **variables: Any) -> int:
    prepared = prepare("2026-10", text)
    assert not prepared.errors, prepared.errors
    operation = prepared.operations[0]
    loaded = load_schema()
    values = graphql.execution.values.get_variable_values(
        loaded.schema, operation.variable_definitions, {**_dummies(operation), **variables}
    )
    assert isinstance(values, dict), values
    return prepared.plan(loaded, operation).requested(Evaluation(values))


def _dummies(operation: Any) -> dict[str, Any]:
    """Values for required variables, good enough to price a document."""
    known = {
        "FulfillmentInput": {"lineItemsByFulfillmentOrder": []},
        "FulfillmentTrackingInput": {},
        "InventorySetQuantitiesInput": {
            "name": "available",
            "reason": "correction",
            "quantities": [],
        },
        "InventoryAdjustQuantitiesInput": {
            "name": "available",
            "reason": "correction",
            "changes": [],
        },
        "OrderCaptureInput": {
            "id": "gid://shopify/Order/1",
            "parentTransactionId": "gid://shopify/OrderTransaction/1",
            "amount": "1",
        },
        "RefundInput": {"orderId": "gid://shopify/Order/1"},
        "WebhookSubscriptionTopic": "ORDERS_UPDATED",
        "WebhookSubscriptionInput": {},
        "ProductSetInput": {},
        "OrderInput": {"id": "gid://shopify/Order/1"},
    }
    found = {}
    for definition in operation.variable_definitions:
        kind = definition.type
        if kind.kind == "non_null_type" and definition.default_value is None:
            inner = kind.type
            name = inner.name.value if inner.kind == "named_type" else None
            found[definition.variable.name.value] = (
                [] if name is None else known.get(name, REQUIRED.get(name))
            )
    return found


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in vars(samples)
        if n.isupper() and n not in ("MONEY", "LINE", "HEADER", "COSTS", "DOCUMENTS", "PRODUCT_SET")
    ],
)
def test_sample_documents_are_valid(name: str) -> None:
    assert validate_document(getattr(samples, name)) == []


def test_invalid_documents_are_named() -> None:
    assert validate_document("{ shop { nonsense } }") == [
        "Cannot query field 'nonsense' on type 'Shop'."
    ]
    assert validate_document("query Q($a: Int) { shop { id } }") == [
        "Variable '$a' is never used in operation 'Q'."
    ]
    assert validate_document("{ shop {")[0].startswith("syntax:")
    assert "inventoryAdjustmentGroup" in samples.SET and validate_document(samples.SET) == []


@pytest.mark.parametrize("name", sorted(samples.COSTS))
def test_estimates_of_the_reference(name: str) -> None:
    text, expected = samples.COSTS[name]
    assert cost(text) == expected


@pytest.mark.parametrize(
    ("orders", "lines", "expected"),
    [
        (5, 25, 302),
        (10, 25, 402),
        (25, 25, 602),
        (50, 25, 702),
        (50, 50, 765),
        (100, 50, 983),
        (250, 20, 1003),
    ],
)
def test_orders_times_lines(orders: int, lines: int, expected: int) -> None:
    assert cost(samples.ORDERS, first=orders, lines=lines) == expected


def test_light_list_with_250_rows() -> None:
    assert cost(samples.CHANGED, first=250) == 13


def test_rows_factor() -> None:
    table = {0: 0, 1: 1, 3: 2, 5: 3, 10: 4, 20: 5, 50: 7, 100: 9, 250: 11}
    assert {n: rows_factor(n) for n in table} == table


def test_dearer_fields() -> None:
    parents = (
        '{ order(id: "gid://shopify/Order/1") { transactions(first: '
        "5) { id parentTransaction { id } } } }"
    )
    assert cost(parents) == 13
    assert cost('{ order(id: "gid://shopify/Order/1") { transactions { id } } }') == 37
    assert cost("{ a: orders(first: 1) { nodes { id } edges { node { id } } } }") == 4


def test_product_set_input_cost() -> None:
    value = {
        "variants": [{"file": {"id": "x"}, "metafields": [{}]}, {}],
        "files": [{}, {}],
        "metafields": [{}],
    }
    assert product_set_input_cost(value) == pytest.approx(0.4 + 3.8 + 0.6 + 0.8)


def test_abstract_types_cost_their_dearest_branch() -> None:
    text = (
        '{ node(id: "gid://shopify/Order/1") { ... on Order { id customer { id '
        "} } ... on Product { id options(first: 1) { id optionValues { id } } } } }"
    )
    assert cost(text) == 3


def test_include_and_skip_are_priced() -> None:
    text = "query Q($yes: Boolean!) { shop { id plan @include(if: $yes) { publicDisplayName } } }"
    assert (cost(text, yes=True), cost(text, yes=False)) == (2, 1)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("", "you must provide one of first or last"),
        ("(first: 1, last: 1)", "providing both first and last is not supported"),
        ("(first: 251)", "first cannot exceed 250"),
    ],
)
def test_paging_arguments(args: str, message: str) -> None:
    with pytest.raises(PagingError) as caught:
        cost(f"{{ orders{args} {{ nodes {{ id }} }} }}")
    assert caught.value.message == message


def test_bucket_leaks() -> None:
    bucket = Bucket(2000, 100)
    bucket.refill(1000.0)
    bucket.charge(700)
    assert not bucket.fits(1301) and bucket.fits(1300)
    bucket.refill(1002.0)
    assert bucket.level == 1500
    bucket.refill(2000.0)
    assert bucket.level == 2000


def test_plans_count_what_came_back() -> None:
    prepared = prepare("2026-10", samples.CHANGED)
    plan = CostPlan(load_schema().schema, prepared.operations[0], prepared.fragments)
    assert plan.actual(Evaluation({}), {"orders": {"nodes": [{}, {}, {}], "pageInfo": {}}}) == 4
