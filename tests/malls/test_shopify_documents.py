"""The simulated shop answers whatever the connector asks; tests/wire checks the documents."""

from __future__ import annotations

from ec_addons.ec_channel_shopify.lib import documents

from .shopify import executor
from .shopify.documents import prepare
from .shopify.resolve import RESOLVERS


def test_the_simulator_models_what_the_connector_asks_for() -> None:
    assert executor.MODULES, "importing the executor registers the resolvers"
    missing = set()
    for name in documents.names():
        for operation in prepare("2026-10", documents.document(name)).operations:
            root = "Mutation" if operation.operation.value == "mutation" else "QueryRoot"
            for node in operation.selection_set.selections:
                field = getattr(node, "name").value  # noqa: B009
                if (root, field) not in RESOLVERS:
                    missing.add((name, root, field))
    assert missing == set()
