"""Whatever the schema lets be null may be null: the order arrives (section 7, trap 11)."""

from __future__ import annotations

from collections import Counter

import pytest
from ec_addons.ec_channel_shopify.lib import documents
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order
from ec_addons.ec_channel_shopify.lib.orders import OrderReader
from ec_addons.ec_unified.lib.errors import DataError
from ec_addons.ec_unified.lib.order_math import book_order
from graphql import GraphQLNonNull, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from graphql.utilities import separate_operations

from tests.malls.shopify.schema import load_schema
from tests.wire.fixtures import edits
from tests.wire.fixtures.shopify_shop import client_fixture, shop_fixture  # noqa: F401

SITUATIONS = (
    "standard", "two_rates", "konbini_paid", "gift_card_and_card", "stacked_discounts", "usd",
    "bundle", "tip", "partial_refund", "other_billing", "wishes", "split",
)  # fmt: skip


@pytest.fixture(name="payloads")
def _payloads(shop, client):
    refs = [shop.place(name) for name in SITUATIONS]
    return [document.payload for document in OrderReader(client).fetch(refs)]


def nullable_fields() -> set[tuple[str, str]]:
    """(type, field) of everything the order document selects that may be null."""
    schema = load_schema().schema
    document = separate_operations(parse(documents.document("orders_by_id")))["OrdersById"]
    types, found = TypeInfo(schema), set()

    class Collect(Visitor):
        def enter_field(self, node, *_args):
            if types.get_type() and not isinstance(types.get_type(), GraphQLNonNull):
                found.add((types.get_parent_type().name, node.name.value))

    visit(document, TypeInfoVisitor(types, Collect()))
    return found


def test_any_nullable_field_may_be_null(payloads):
    names = {field for _type, field in nullable_fields()}
    # Null on one type, never on those that matter here.
    never = {"id", "name", "amount", "currencyCode", "quantity", "shopMoney", "nodes", "index"}
    failed, tried = set(), Counter()
    for payload in payloads:
        for path, changed in edits.edits(payload, edits.null, tried):
            leaf = path.rpartition(".")[2]
            if leaf not in names or leaf in never:
                continue
            try:
                book_order(parse_order(changed))
            except DataError:
                failed.add(path)
    assert failed == set()
    assert len(tried) > 100


@pytest.mark.parametrize("change", [edits.unknown, edits.extra])
def test_words_and_fields_of_the_future(payloads, change):
    """New enum values and fields come with every version (section 17)."""
    tried = Counter()
    for payload in payloads:
        for path, changed in edits.edits(payload, change, tried):
            if path.endswith(("amount", "currencyCode")):
                continue
            order = parse_order(changed)
            assert order.ref and order.total == parse_order(payload).total, path
