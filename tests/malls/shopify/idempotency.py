"""``@idempotent(key:)`` (section 12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from graphql import GraphQLResolveInfo, get_directive_values

from .resolve import Context, bad_request

WITH_CODES = frozenset(["inventorySetQuantities", "inventoryAdjustQuantities"])


def key_of(info: GraphQLResolveInfo) -> str | None:
    """The key on the running field."""
    directive = info.schema.get_directive("idempotent")
    assert directive is not None
    values = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    return None if values is None else str(values.get("key"))


def once(
    ctx: Context, name: str, args: dict[str, Any], run: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run a mutation at most once per key; the first result is repeated for the same input.

    Only a successful result is kept for replay; after ``userErrors`` the key answers
    IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED and a new key is needed.
    """
    assert ctx.info is not None
    key = key_of(ctx.info)
    if key is None:
        raise bad_request(
            "The @idempotent directive is required for this mutation but was not provided."
        )
    if not key.strip():
        raise bad_request("The idempotency key can't be blank.")
    store = ctx.store
    body = json.dumps(args, sort_keys=True, default=str)
    known = store.idempotency.get((name, key))
    if known and store.now() - known["at"] < timedelta(seconds=ctx.settings.idempotency_seconds):
        return _repeat(name, known, body)
    entry: dict[str, Any] = {"body": body, "at": store.now(), "state": "running", "result": None}
    store.idempotency[(name, key)] = entry
    try:
        entry["result"] = run()
    finally:
        if entry["result"] is None:  # it raised: nothing was done, the key is free again
            store.idempotency.pop((name, key), None)
    result: dict[str, Any] = entry["result"]
    entry["state"] = "failed" if result.get("userErrors") else "done"
    return result


def _repeat(name: str, known: dict[str, Any], body: str) -> dict[str, Any]:
    if known["body"] != body:
        return _error(
            name,
            "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
            "The idempotency key was already used with different parameters.",
        )
    if known["state"] == "running":
        return _error(
            name,
            "IDEMPOTENCY_CONCURRENT_REQUEST",
            "A request with the same idempotency key is still being processed.",
        )
    if known["state"] == "failed":
        return _error(
            name,
            "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
            "The previous attempt with this idempotency key failed. Use a new key.",
        )
    return dict(known["result"])


def _error(name: str, code: str, message: str) -> dict[str, Any]:
    """A userErrors row; plain ``UserError`` types carry no code, then it leads the message."""
    text = message if name in WITH_CODES else f"{code}: {message}"
    return {"userErrors": [{"field": None, "message": text, "code": code}]}
