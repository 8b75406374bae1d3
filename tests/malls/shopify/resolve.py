"""How any field of the official schema gets a value.

Order: a registered resolver, the attribute (snake case) or dict key of the source, else a
default of the right type (null when nullable, else empty or zero), so that any valid
document executes. Scopes and protected fields are checked on the way (section 7).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLResolveInfo,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from .model import Node
from .money import Bag, decimal_text
from .paging import Keyed, connection
from .schema import ShopifySchema
from .settings import Settings
from .store import Store

ROOTS = frozenset(["QueryRoot", "Mutation", "ShopifyPaymentsAccount"])
MISSING: Any = object()
Resolver = Callable[[Any, "Context", dict[str, Any]], Any]
RESOLVERS: dict[tuple[str, str], Resolver] = {}
SCOPES_URL = "https://shopify.dev/api/usage/access-scopes"
PROTECTED_URL = "https://shopify.dev/docs/apps/launch/protected-customer-data"


def resolves(*names: str) -> Callable[[Resolver], Resolver]:
    """Register a resolver for ``Type.field`` (several names share one function)."""

    def register(function: Resolver) -> Resolver:
        for name in names:
            type_name, field_name = name.split(".")
            RESOLVERS[(type_name, field_name)] = function
        return function

    return register


@dataclass
class Context:
    """What a resolver may use during one request."""

    store: Store
    loaded: ShopifySchema
    settings: Settings
    base_url: str = ""
    scopes: frozenset[str] = frozenset()
    bulk: bool = False
    document: str = ""
    searches: list[dict[str, Any]] = field(default_factory=list)
    plans: dict[tuple[str, str], Plan] = field(default_factory=dict)
    info: GraphQLResolveInfo | None = None
    execute_bulk: Any = None


class Plan:
    """How one field of one type is read; built at its first use."""

    __slots__ = (
        "attr",
        "fn",
        "scopes",
        "sentence",
        "protected",
        "non_null",
        "default",
        "connection",
        "listed",
        "convert",
        "object_name",
        "name",
        "type",
        "leaf",
        "fielddef",
        "root",
    )

    def __init__(self, loaded: ShopifySchema, parent: Any, name: str) -> None:
        fielddef = parent.fields[name]
        named = get_named_type(fielddef.type)
        self.name = name
        self.attr = snake(name)
        self.fn = RESOLVERS.get((parent.name, name))
        access = loaded.fields.get((parent.name, name)) or loaded.types.get(
            named.name.removesuffix("Connection")
        )
        self.scopes = frozenset(access.scopes) if access else frozenset()
        self.sentence = access.sentence if access else ""
        self.protected = (parent.name, name) in loaded.protected
        self.non_null = is_non_null_type(fielddef.type)
        inner = fielddef.type.of_type if self.non_null else fielddef.type
        self.connection = named.name.endswith("Connection")
        self.listed = is_list_type(inner) and "first" in fielddef.args
        self.default = default_of(loaded, inner, named, self.connection) if self.non_null else None
        self.convert = (
            CONVERT.get(named.name) if is_leaf_type(named) and not is_list_type(inner) else None
        )
        self.object_name = named.name
        self.fielddef, self.type = fielddef, fielddef.type
        self.leaf = named if is_leaf_type(named) and not is_list_type(inner) else None
        self.root = parent.name in ROOTS


def snake(name: str) -> str:
    """``countryCodeV2`` -> ``country_code_v2``."""
    return re.sub(r"(?<!^)([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def default_of(loaded: ShopifySchema, inner: Any, named: Any, connected: bool) -> Any:
    """A value of the right type for a non-null field that is not modelled."""
    if is_list_type(inner):
        return []
    if connected:
        return connection([], {})
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if is_leaf_type(named):
        return LEAF_DEFAULTS.get(named.name, "")
    if named.name == "MoneyBag":
        return Bag()
    if is_abstract_type(named):
        named = loaded.schema.get_possible_types(named)[0]
    return {"__typename": named.name}


LEAF_DEFAULTS: dict[str, Any] = {
    "Int": 0,
    "Float": 0.0,
    "Boolean": False,
    "String": "",
    "ID": "gid://shopify/Unknown/0",
    "DateTime": "2026-01-01T00:00:00Z",
    "Date": "2026-01-01",
    "Decimal": "0.0",
    "Money": "0",
    "URL": "https://example.com/",
    "UnsignedInt64": "0",
    "BigInt": "0",
    "JSON": {},
    "HTML": "",
}


def iso(value: Any) -> Any:
    """``DateTime``: UTC with Z, seconds precision [R]."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _money(value: Any) -> Any:
    return value if isinstance(value, str) else f"{Decimal(value):f}"


CONVERT: dict[str, Callable[[Any], Any]] = {
    "DateTime": iso,
    "Decimal": lambda v: v if isinstance(v, str) else decimal_text(v),
    "Money": _money,
    "Date": lambda v: v.isoformat() if isinstance(v, date) else v,
    "UnsignedInt64": str,
    "BigInt": str,
    "Float": float,
}


def plan_of(context: Context, parent: Any, name: str) -> Plan:
    """The plan of a field, built once per shop."""
    key = (parent.name, name)
    plan = context.plans.get(key)
    if plan is None:
        plan = context.plans[key] = Plan(context.loaded, parent, name)
    return plan


def resolve_field(source: Any, info: GraphQLResolveInfo, **args: Any) -> Any:
    """The field resolver given to graphql-core."""
    context: Context = info.context
    context.info = info
    return value_of(plan_of(context, info.parent_type, info.field_name), source, context, args)


def value_of(plan: Plan, source: Any, context: Context, args: dict[str, Any]) -> Any:
    """Check access, read, default, page and convert."""
    if plan.scopes or plan.protected or context.settings.protected_data != "full":
        if guard(plan, context):
            return None
    value = read(source, plan) if plan.fn is None else plan.fn(source, context, args)
    if value is MISSING or value is None:
        return plan.default
    if plan.connection:
        return (
            value
            if isinstance(value, dict)
            else connection(value, args, context.bulk and args.get("first") is None)
        )
    if plan.listed and args.get("first") is not None and isinstance(value, list):
        return value[: args["first"]]
    return plan.convert(value) if plan.convert is not None else value


def read(source: Any, plan: Plan) -> Any:
    """Attribute or dict key of the same name."""
    if isinstance(source, dict):
        return source.get(plan.name, MISSING)
    if isinstance(source, Node):
        if plan.name == "id":
            return source.gid
        if plan.name == "legacyResourceId":
            return str(source.id)
    return getattr(source, plan.attr, MISSING)


def guard(plan: Plan, context: Context) -> bool:
    """Raise ACCESS_DENIED; True when a protected field must read as null (section 7)."""
    if plan.scopes and not plan.scopes & context.scopes:
        raise access_denied(plan.name, plan.sentence)
    mode = context.settings.protected_data
    if mode == "full":
        return False
    refused = (
        {"Customer"}
        if mode == "customer_refused"
        else {"Customer", "Order"}
        if mode == "none"
        else set()
    )
    name = plan.object_name.removesuffix("Connection")
    if name in refused:
        raise GraphQLError(
            f"This app is not approved to access the {name} object. "
            f"See {PROTECTED_URL} for more details.",
            extensions={"code": "ACCESS_DENIED", "documentation": PROTECTED_URL},
        )
    if not plan.protected:
        return False
    if plan.non_null:
        raise GraphQLError(
            f"This app is not approved to use the {plan.name} field. "
            f"See {PROTECTED_URL} for more details.",
            extensions={"code": "ACCESS_DENIED", "documentation": PROTECTED_URL},
        )
    return True


def access_denied(name: str, sentence: str) -> GraphQLError:
    """The recorded shape of a missing scope."""
    return GraphQLError(
        f"Access denied for {name} field. Required access: {sentence}",
        extensions={
            "code": "ACCESS_DENIED",
            "documentation": SCOPES_URL,
            "requiredAccess": sentence,
        },
    )


def need(context: Context, name: str, *scopes: str) -> None:
    """Scopes that the schema's table does not name (tags, fulfilment cancel …)."""
    if not set(scopes) & context.scopes:
        raise access_denied(name, " or ".join(f"`{s}` access scope" for s in scopes) + ".")


def resolve_type(source: Any, info: GraphQLResolveInfo, abstract: Any) -> str | None:
    """Concrete type of an interface or union value."""
    if isinstance(source, dict):
        return source.get("__typename")
    return getattr(source, "typename", None)


def bad_request(message: str, code: str = "BAD_REQUEST") -> GraphQLError:
    """A top-level error at the running field."""
    return GraphQLError(message, extensions={"code": code})


def invalid_id() -> GraphQLError:
    """Recorded: an id that cannot exist."""
    return GraphQLError("invalid id", extensions={"code": "RESOURCE_NOT_FOUND"})


def user_error(message: str, path: list[str] | None, code: str | None = None) -> dict[str, Any]:
    """One row of ``userErrors``; array indexes in ``field`` are strings."""
    return {"field": path, "message": message, "code": code}


__all__ = ["Keyed", "Context", "resolve_field", "resolve_type", "resolves"]
