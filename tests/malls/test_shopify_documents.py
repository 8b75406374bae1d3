"""Every GraphQL document of the connector is valid on the official schema."""

from __future__ import annotations

from pathlib import Path

from .shopify import executor
from .shopify.documents import prepare
from .shopify.resolve import RESOLVERS
from .shopify.schema import deprecated_fields, validate_document

FOLDER = Path(__file__).resolve().parents[2] / "addons/ec_channel_shopify/lib/documents"


def documents() -> dict[str, str]:
    """Name -> text; files that begin with ``_`` are fragments for others."""
    found = sorted(FOLDER.glob("*.graphql"))
    return {p.stem: p.read_text(encoding="utf-8") for p in found if not p.stem.startswith("_")}


def test_documents_of_the_connector_are_valid() -> None:
    problems = {name: validate_document(text) for name, text in documents().items()}
    assert {name: found for name, found in problems.items() if found} == {}


def test_documents_of_the_connector_use_nothing_deprecated() -> None:
    problems = {name: deprecated_fields(text) for name, text in documents().items()}
    assert {name: found for name, found in problems.items() if found} == {}


def test_the_simulator_models_what_the_connector_asks_for() -> None:
    assert executor.MODULES, "importing the executor registers the resolvers"
    missing = set()
    for name, text in documents().items():
        for operation in prepare("2026-10", text).operations:
            root = "Mutation" if operation.operation.value == "mutation" else "QueryRoot"
            for node in operation.selection_set.selections:
                field = getattr(node, "name").value  # noqa: B009
                if (root, field) not in RESOLVERS:
                    missing.add((name, root, field))
    assert missing == set()
