"""Every document the connector sends is valid against the official schema of its version."""

from __future__ import annotations

import re

import pytest
from ec_addons.ec_channel_shopify.lib import documents
from ec_addons.ec_channel_shopify.lib.const import API_VERSION

from tests.malls.shopify.schema import deprecated_fields, validate_document

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
        "order_cancel", "order_mark_as_paid", "order_tags_add", "webhook_create", "webhook_delete",
    }  # fmt: skip


def test_stock_is_written_with_an_idempotency_key():
    assert "@idempotent(key: $key)" in documents.document("inventory_set_quantities")
