"""Loads the official Shopify Admin schema and validates documents against it.

Section 1 of ``docs/sources.md``. The schema is not vendored: it is read at
test time from the npm package ``@shopify/dev-mcp`` (ISC), whose unpacked
``dist/data`` folder is named by the environment variable ``EC_SHOPIFY_SCHEMA_DIR``
(it holds ``admin_2026-10.json.gz``).
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    build_client_schema,
    parse,
    specified_rules,
    validate,
)

DEFAULT_VERSION = "2026-10"
ENV_DIR = "EC_SHOPIFY_SCHEMA_DIR"


class SchemaMissing(RuntimeError):
    """The schema file is not on this machine."""


@dataclass(frozen=True)
class Access:
    """Scopes (any of them is enough) and the sentence Shopify prints."""

    scopes: tuple[str, ...]
    sentence: str


@dataclass
class ShopifySchema:
    """The executable schema plus Shopify's extra keys (scopes, protected data, filters)."""

    version: str
    schema: GraphQLSchema
    types: dict[str, Access] = field(default_factory=dict)
    fields: dict[tuple[str, str], Access] = field(default_factory=dict)
    protected: dict[tuple[str, str], str] = field(default_factory=dict)
    one_of: frozenset[str] = frozenset()
    filters: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)


def schema_path(version: str = DEFAULT_VERSION) -> Path:
    """The file of that version, or :class:`SchemaMissing` with the way to get it."""
    name = f"admin_{version}.json.gz"
    for folder in _folders():
        if (folder / name).is_file():
            return folder / name
    raise SchemaMissing(
        f"{name} not found: set {ENV_DIR} to the folder dist/data of the npm package "
        "@shopify/dev-mcp 1.16.0 (npm pack @shopify/dev-mcp@1.16.0)"
    )


def _folders() -> Iterator[Path]:
    """The environment's folder, else the one the repository's tools keep in the cache."""
    if os.environ.get(ENV_DIR):
        yield Path(os.environ[ENV_DIR]).expanduser()
        return
    try:
        from tools.paths import shopify_schema_dir
    except ImportError:
        return
    yield shopify_schema_dir()


def load_schema(version: str = DEFAULT_VERSION) -> ShopifySchema:
    """Read, build and index one version (about one second, then cached)."""
    return _load(version)


@lru_cache(maxsize=4)
def _load(version: str) -> ShopifySchema:
    with gzip.open(schema_path(version), "rt", encoding="utf-8") as handle:
        raw = json.load(handle)
    built = build_client_schema(raw["data"], assume_valid=True)
    loaded = ShopifySchema(version=version, schema=built)
    _index_access(loaded, raw)
    _index_types(loaded, raw["data"]["__schema"]["types"])
    return loaded


def _index_access(loaded: ShopifySchema, raw: dict[str, Any]) -> None:
    """The ``offline_scopes`` table: type or field -> scopes of which one is enough."""
    for row in raw.get("offline_scopes", {}).get("items", []):
        if not row.get("offlineScopes"):
            continue
        access = Access(tuple(row["offlineScopes"]), row.get("requiredAccess") or "")
        if row["type"] == "type":
            loaded.types[row["typeName"]] = access
        else:
            loaded.fields[(row["typeName"], row["fieldName"])] = access


_FILTER = re.compile(r"^\| (\w+) \| (\w+)", re.M)


def _index_types(loaded: ShopifySchema, types: list[dict[str, Any]]) -> None:
    """Protected fields, ``@oneOf`` inputs and the search filters named in descriptions."""
    one_of = set()
    for row in types:
        if row.get("isOneOf"):
            one_of.add(row["name"])
        for item in row.get("fields") or []:
            key = (row["name"], item["name"])
            if item.get("isProtected"):
                loaded.protected[key] = item.get("protectedContent") or "customer"
            for arg in item["args"]:
                if arg["name"] == "query" and arg.get("description"):
                    found = dict(_FILTER.findall(arg["description"]))
                    found.pop("name", None) if found.get("name") == "type" else None
                    loaded.filters[key] = found
    loaded.one_of = frozenset(one_of)
    for key, table in loaded.filters.items():
        if key[1] in ("orders", "locations", "products"):
            table.setdefault("name" if key[1] != "products" else "title", "string")


@lru_cache(maxsize=512)
def validate_document(text: str, version: str = DEFAULT_VERSION) -> list[str]:
    """Messages for one GraphQL document; an empty list means it is valid.

    Includes Shopify's own refusal of unused variables and fragments, which the
    standard rules cover too.
    """
    loaded = load_schema(version)
    try:
        document = parse(text)
    except GraphQLError as exc:
        return [f"syntax: {exc.message}"]
    return [e.message for e in validate(loaded.schema, document, specified_rules)]


def deprecated_fields(text: str, version: str = DEFAULT_VERSION) -> list[str]:
    """Deprecated fields a document selects (a document of ours should have none)."""
    from graphql import NoDeprecatedCustomRule

    loaded = load_schema(version)
    errors = validate(loaded.schema, parse(text), [NoDeprecatedCustomRule])
    return [e.message for e in errors]
