"""Every document the connector sends is valid against the official schema of its version."""

from __future__ import annotations

import re

import pytest
from ec_addons.ec_channel_shopify.lib import documents
from ec_addons.ec_channel_shopify.lib.const import API_VERSION

from tests.malls.shopify.schema import deprecated_fields, validate_document

_FRAGMENT = re.compile(r"^fragment (\w+) on .*?^}", re.MULTILINE | re.DOTALL)
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


def test_equal_fragments_are_equal():
    """Documents stand alone, so they repeat fragments: a change must reach all of them."""
    found: dict[str, str] = {}
    for name in documents.names():
        text = documents.document(name)
        for match in _FRAGMENT.finditer(text):
            assert found.setdefault(match[1], match[0]) == match[0], f"{match[1]} in {name}"
    assert "Line" in found


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
