"""Every document the connector sends is valid against the official schema of its version."""

from __future__ import annotations

import re

import pytest
from ec_addons.ec_channel_shopify.lib import documents
from ec_addons.ec_channel_shopify.lib.const import API_VERSION
from graphql import GraphQLNonNull, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from tests.malls.shopify.schema import deprecated_fields, load_schema, validate_document

_FRAGMENT = re.compile(r"^fragment (\w+) on .*?^}", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^fragment (\w+) on", re.MULTILINE)
#: Needs no release yet: tells early what the next quarter breaks.
NEXT_VERSION = "unstable"


@pytest.mark.parametrize("name", documents.names())
def test_valid(name):
    assert validate_document(documents.document(name), API_VERSION) == []


@pytest.mark.parametrize("name", documents.names())
def test_uses_nothing_deprecated(name):
    assert deprecated_fields(documents.document(name), API_VERSION) == []


@pytest.mark.parametrize("name", documents.names())
def test_valid_in_the_next_version(name):
    assert validate_document(documents.document(name), NEXT_VERSION) == []


def test_what_documents_share_is_written_once():
    """A field added to a fragment reaches every document that selects it."""
    found: dict[str, str] = {}
    for path in sorted(documents.FOLDER.rglob("*.graphql")):
        for match in _FRAGMENT.finditer(path.read_text(encoding="utf-8")):
            assert match[1] not in found, f"{match[1]} in {path.name} and {found[match[1]]}"
            found[match[1]] = path.name
    shared = {path.stem for path in documents.FRAGMENTS.glob("*.graphql")}
    assert shared <= found.keys() and "Line" in shared
    used = "".join(documents.document(name) for name in documents.names())
    assert all(f"...{name}" in used for name in found)


def test_a_document_holds_what_it_spreads_and_no_more():
    for name in documents.names():
        text = documents.document(name)
        spread = set(re.findall(r"\.\.\.(\w+)", text))
        assert set(_NAME.findall(text)) == spread, name


def test_connections_are_paged():
    """Section 4: a list that takes ``first`` is dearer without it; lists end at 250."""
    for name in documents.names():
        text = documents.document(name)
        for field in ("lineItems", "transactions", "fulfillments", "trackingInfo", "locations"):
            assert not re.search(rf"\b{field} \{{", text), f"{field} without first in {name}"


def test_mutations_are_known():
    writes = {name for name in documents.names() if documents.is_mutation(name)}
    assert writes == {
        "fulfillment_cancel", "fulfillment_create", "fulfillment_tracking_update",
        "inventory_set_quantities",
        "order_cancel", "order_mark_as_paid", "order_tags_add", "order_update", "refund_create",
        "webhook_create", "webhook_delete",
    }  # fmt: skip


def test_stock_is_written_with_an_idempotency_key():
    for name in ("inventory_set_quantities", "refund_create"):
        assert "@idempotent(key: $key)" in documents.document(name)


def test_no_personal_or_scoped_field_can_take_an_order_with_it():
    """Section 5: null on a non-null field climbs, and the whole order is gone. So what may be
    refused (own scope, protected) is selected where it may be null."""
    loaded = load_schema(API_VERSION)
    free = {"read_orders", "write_orders", "read_marketplace_orders", "read_products"}
    for name in ("orders_changed", "orders_by_id", "order_lines", "order_taxes_now"):
        for parent, field, non_null in _selected(name, loaded.schema):
            access = loaded.fields.get((parent, field))
            refusable = access is not None and not free & set(access.scopes)
            personal = (parent, field) in loaded.protected
            if parent in ("Order", "LineItem") and non_null:
                assert not (refusable or personal), (name, parent, field)


def _selected(name, schema):
    """(type, field, whether it is never null) of all a document selects."""
    types, found = TypeInfo(schema), []

    class Collect(Visitor):
        def enter_field(self, node, *_args):
            kind = types.get_type()
            if kind is not None:
                non_null = isinstance(kind, GraphQLNonNull)
                found.append((types.get_parent_type().name, node.name.value, non_null))

    visit(parse(documents.document(name)), TypeInfoVisitor(types, Collect()))
    return found
