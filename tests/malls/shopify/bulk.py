"""Bulk operations (section 13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)

from .model import Node
from .schema import ShopifySchema
from .store import Store

MAX_RUNNING, MAX_CONNECTIONS, MAX_DEPTH, MAX_BYTES = 5, 5, 2, 65_535
URL_DAYS, RUN_DAYS = 7, 10
DONE = ("COMPLETED", "FAILED", "CANCELED", "EXPIRED")


@dataclass(eq=False)
class BulkOperation(Node):
    """``BulkOperation``: CREATED, RUNNING, then the result."""

    typename: ClassVar[str] = "BulkOperation"
    query: str = ""
    status: str = "CREATED"
    type: str = "QUERY"
    created_at: datetime = None  # type: ignore[assignment]
    completed_at: datetime | None = None
    error_code: str | None = None
    grouped: bool = False
    polls: int = 0
    object_count: int = 0
    root_object_count: int = 0
    rows: bytes = b""
    scopes: frozenset[str] = frozenset()
    key: str = ""

    @property
    def file_size(self) -> int | None:
        """Bytes of the file."""
        return len(self.rows) if self.status == "COMPLETED" else None

    def webhook_body(self) -> dict[str, Any]:
        """``bulk_operations/finish``."""
        shape = "%Y-%m-%dT%H:%M:%SZ"
        return {
            "admin_graphql_api_id": self.gid,
            "error_code": self.error_code.lower() if self.error_code else None,
            "completed_at": self.completed_at.strftime(shape) if self.completed_at else None,
            "created_at": self.created_at.strftime(shape),
            "status": self.status.lower(),
            "type": "query",
        }


Execute = Callable[[str, frozenset[str]], tuple[dict[str, Any] | None, list[Any]]]


def check(loaded: ShopifySchema, text: str) -> list[str]:
    """The rules of bulk queries [R]; an empty list means it may run."""
    if len(text.encode()) > MAX_BYTES:
        return [f"Query size exceeds the limit of {MAX_BYTES} bytes."]
    try:
        document = parse(text)
    except GraphQLError as exc:
        return [f"Invalid bulk query: {exc.message}"]
    problems = [f"Invalid bulk query: {e.message}" for e in validate(loaded.schema, document)]
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if problems or len(operations) != 1 or operations[0].operation.value != "query":
        return problems or ["Bulk operations allow exactly one query operation."]
    fragments = {
        d.name.value: d for d in document.definitions if not isinstance(d, OperationDefinitionNode)
    }
    walk = _Walk(loaded, fragments)
    walk.visit(loaded.schema.query_type, operations[0].selection_set, [], False)
    if operations[0].variable_definitions:
        walk.problems.append("Bulk queries cannot contain variables.")
    if not walk.connections:
        walk.problems.append("Bulk queries must contain at least one connection.")
    if walk.connections > MAX_CONNECTIONS:
        walk.problems.append("Bulk queries cannot contain more than 5 connections.")
    return walk.problems


@dataclass
class _Walk:
    """Looks for what bulk queries must not contain."""

    loaded: ShopifySchema
    fragments: dict[str, Any]
    connections: int = 0
    problems: list[str] = field(default_factory=list)

    def visit(self, parent: Any, selection_set: Any, above: list[str], in_list: bool) -> None:
        """Walk one selection set; ``above`` are the connections around it."""
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, (InlineFragmentNode, FragmentSpreadNode)):
                target = (
                    self.fragments[node.name.value]
                    if isinstance(node, FragmentSpreadNode)
                    else node
                )
                inner = (
                    self.loaded.schema.get_type(target.type_condition.name.value)
                    if target.type_condition
                    else parent
                )
                self.visit(inner, target.selection_set, above, in_list)
            elif isinstance(node, FieldNode) and node.name.value in getattr(parent, "fields", {}):
                self._field(parent, node, above, in_list)

    def _field(self, parent: Any, node: FieldNode, above: list[str], in_list: bool) -> None:
        fielddef = parent.fields[node.name.value]
        named = get_named_type(fielddef.type)
        inner = fielddef.type.of_type if is_non_null_type(fielddef.type) else fielddef.type
        if parent is self.loaded.schema.query_type and node.name.value in ("node", "nodes"):
            self.problems.append("Bulk queries cannot contain a top level `node` field.")
        if named.name.endswith("Connection"):
            self._connection(named, node, above, in_list)
            return
        listed = in_list or (is_list_type(inner) and not parent.name.endswith("Connection"))
        self.visit(named, node.selection_set, above, listed)

    def _connection(self, named: Any, node: FieldNode, above: list[str], in_list: bool) -> None:
        self.connections += 1
        if in_list:
            self.problems.append(
                "Queries that contain a connection field within a "
                "list field are not currently supported."
            )
        if len(above) >= MAX_DEPTH:
            self.problems.append(
                f"Bulk queries cannot contain connections with a "
                f"nesting depth greater than {MAX_DEPTH}."
            )
        names = [
            s.name.value
            for s in (node.selection_set.selections if node.selection_set else ())
            if isinstance(s, FieldNode)
        ]
        if names != ["edges"]:
            self.problems.append(
                f"The connection `{node.name.value}` must select `edges {{ node }}` only."
            )
            return
        edge = named.fields["edges"].type
        for selected in node.selection_set.selections:  # type: ignore[union-attr]
            body = selected.selection_set  # type: ignore[union-attr]
            inner = [
                s for s in body.selections if isinstance(s, FieldNode) and s.name.value == "node"
            ]
            for row in inner:
                row_type = get_named_type(get_named_type(edge).fields["node"].type)
                self._needs_id(row_type, row.selection_set, node.name.value)
                self.visit(row_type, row.selection_set, above + [node.name.value], False)

    def _needs_id(self, row_type: Any, selection_set: Any, name: str) -> None:
        nested = any(
            isinstance(s, FieldNode)
            and s.name.value in getattr(row_type, "fields", {})
            and get_named_type(row_type.fields[s.name.value].type).name.endswith("Connection")
            for s in selection_set.selections
        )
        has_id = any(
            isinstance(s, FieldNode) and s.name.value == "id" and s.alias is None
            for s in selection_set.selections
        )
        if nested and not has_id:
            self.problems.append(
                f"The parent 'node' field for a nested connection must "
                f"select the 'id' field without an alias ({name})."
            )


# -- running -------------------------------------------------------------------


def start(store: Store, text: str, grouped: bool, scopes: frozenset[str]) -> BulkOperation:
    """Queue an operation."""
    made = BulkOperation(
        store.next_id("BulkOperation"), text, created_at=store.now(), grouped=grouped, scopes=scopes
    )
    made.key = f"{made.id:x}{abs(hash(made.query)) % 10**8:08d}"
    store.bulk[made.id] = made
    return store.add(made)


def running(store: Store) -> list[BulkOperation]:
    """Operations that are not finished."""
    return [b for b in store.bulk.values() if b.status not in DONE]


def advance(store: Store, made: BulkOperation, execute: Execute, polled: bool) -> None:
    """One step: by looks (``bulk_polls``) or by time (``bulk_seconds``)."""
    if made.status in DONE:
        return
    if made.status == "CANCELING":
        made.status, made.completed_at = "CANCELED", store.now()
        return
    made.polls += 1 if polled else 0
    waited = (store.now() - made.created_at).total_seconds()
    if made.polls > store.settings.bulk_polls or waited >= store.settings.bulk_seconds:
        finish(store, made, execute)
    elif made.polls > 1:
        made.status = "RUNNING"


def finish(store: Store, made: BulkOperation, execute: Execute) -> None:
    """Run the query and keep the JSONL file."""
    made.completed_at = store.now()
    error = store.settings.bulk_error
    data, errors = (None, [error]) if error else execute(made.query, made.scopes)
    store.settings.bulk_error = ""
    if errors or data is None:
        codes = {e if isinstance(e, str) else (e.extensions or {}).get("code") for e in errors}
        made.status, made.error_code = (
            "FAILED",
            "ACCESS_DENIED" if "ACCESS_DENIED" in codes else error or "INTERNAL_SERVER_ERROR",
        )
        made.completed_at = None
    else:
        lines: list[str] = []
        made.root_object_count = flatten(data, None, lines, made.grouped)
        made.object_count = len(lines)
        made.rows = "".join(line + "\n" for line in lines).encode()
        made.status = "COMPLETED"
    store.emit("bulk_operations/finish", made)


def _dump(row: dict[str, Any]) -> str:
    """One line; slashes are escaped [R]."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def flatten(data: Any, parent: str | None, lines: list[str], grouped: bool) -> int:
    """Rows of connections become lines with ``__parentId``; returns the root rows."""
    roots = 0
    later: list[tuple[list[dict[str, Any]], str | None]] = []
    for value in list(data.values()) if isinstance(data, dict) else []:
        if isinstance(value, dict) and set(value) == {"edges"}:
            later.append(([e["node"] for e in value["edges"]], parent))
        elif isinstance(value, dict):
            roots += flatten(value, parent, lines, grouped)
    for nodes, owner in later:
        for node in nodes:
            roots += 1
            plain, nested = _split(node)
            lines.append(_dump({**plain, **({"__parentId": owner} if owner else {})}))
            for rows in nested:
                flatten({"rows": rows}, node.get("id"), lines, grouped)
    return roots


def _split(node: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Plain values of a row and its nested connections."""
    plain, nested = {}, []
    for name, value in node.items():
        if isinstance(value, dict) and set(value) == {"edges"}:
            nested.append(value)
        else:
            plain[name] = value
    return plain, nested


def url_of(store: Store, made: BulkOperation, base_url: str) -> str | None:
    """Signed URL, valid 7 days; null without rows."""
    if made.status != "COMPLETED" or not made.rows or made.completed_at is None:
        return None
    expires = int((made.completed_at + timedelta(days=URL_DAYS)).timestamp())
    return f"{base_url}/bulk/{made.id}.jsonl?Expires={expires}&Signature={made.key}"
