"""Parsing, validating and checking variables, with Shopify's error codes (section 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    is_list_type,
    is_non_null_type,
    parse,
    type_from_ast,
    validate,
)

from .cost import CostPlan
from .schema import ShopifySchema

#: (pattern of graphql-core's message, Shopify's message, code, names of extra keys)
_RULES: list[tuple[str, str, str, tuple[str, ...]]] = [
    (
        r"Cannot query field '(\w+)' on type '(\w+)'",
        "Field '{0}' doesn't exist on type '{1}'",
        "undefinedField",
        ("fieldName", "typeName"),
    ),
    (
        r"Unknown argument '(\w+)' on field '(?:\w+\.)?(\w+)'",
        "Field '{1}' doesn't accept argument '{0}'",
        "argumentNotAccepted",
        ("argumentName", "name"),
    ),
    (
        r"Unknown argument '(\w+)' on directive '@(\w+)'",
        "Directive '{1}' doesn't accept argument '{0}'",
        "argumentNotAccepted",
        ("argumentName", "name"),
    ),
    (
        r"Field '(\w+)' argument '(\w+)' of type '(.+?)' is required",
        "Field '{0}' is missing required arguments: {1}",
        "missingRequiredArguments",
        ("name", "arguments"),
    ),
    (
        r"Directive '@(\w+)' argument '(\w+)' of type '(.+?)' is required",
        "Directive '{0}' is missing required arguments: {1}",
        "missingRequiredArguments",
        ("name", "arguments"),
    ),
    (
        r"Field '(\w+)\.(\w+)' of required type '(.+?)' was not provided",
        "Argument '{1}' on InputObject '{0}' is required. Expected type {2}",
        "missingRequiredInputObjectAttribute",
        ("inputObjectType", "argumentName", "argumentType"),
    ),
    (
        r"Field '(\w+)' is not defined by type '(\w+)'",
        "InputObject '{1}' doesn't accept argument '{0}'",
        "argumentNotAccepted",
        ("argumentName", "name"),
    ),
    (
        r"Variable '\$(\w+)' is never used(?: in operation '(\w+)')?",
        "Variable ${0} is declared by {1} but not used",
        "variableNotUsed",
        ("variableName",),
    ),
    (
        r"Variable '\$(\w+)' is not defined(?: by operation '(\w+)')?",
        "Variable ${0} is used by {1} but not declared",
        "variableNotDefined",
        ("variableName",),
    ),
    (
        r"Unknown directive '@(\w+)'",
        "Directive @{0} is not defined",
        "undefinedDirective",
        ("directiveName",),
    ),
    (
        r"Variable '\$(\w+)' of type '(.+?)' used in position expecting type '(.+?)'",
        "Type mismatch on variable ${0} ({1} / {2})",
        "variableMismatch",
        ("variableName", "typeName"),
    ),
    (
        r"Field '(\w+)' of type '(.+?)' must have a selection",
        "Field must have selections (field '{0}' returns {1} but "
        "has no selections. Did you mean '{0} {{ ... }}'?)",
        "selectionMismatch",
        ("nodeName", "typeName"),
    ),
    (
        r"Field '(\w+)' must not have a selection since type '(.+?)'",
        "Selections can't be made on scalars (field '{0}' returns {1})",
        "selectionMismatch",
        ("nodeName", "typeName"),
    ),
    (
        r"Fragment '(\w+)' is never used",
        "Fragment {0} was defined, but not used",
        "useAndDefineFragment",
        ("fragmentName",),
    ),
    (
        r"Unknown fragment '(\w+)'",
        "Fragment {0} was used, but not defined",
        "useAndDefineFragment",
        ("fragmentName",),
    ),
    (r"Unknown type '(\w+)'", "No such type {0}", "undefinedType", ("typeName",)),
    (
        r"OneOf Input Object '(\w+)' must specify exactly one key",
        "InputObject '{0}' requires exactly one argument",
        "invalidOneOfInputObject",
        ("inputObjectType",),
    ),
    (
        r"Value '(\w+)' does not exist in '(\w+)' enum",
        "Argument has an invalid value ({0}). Expected type '{1}'.",
        "argumentLiteralsIncompatible",
        ("value", "typeName"),
    ),
    (
        r"(?:Expected value of type|Enum '|String cannot|Int "
        r"cannot|Float cannot|Boolean cannot|ID cannot)",
        "",
        "argumentLiteralsIncompatible",
        (),
    ),
    (
        r"Fields '(\w+)' conflict",
        "Field '{0}' has a field conflict",
        "fieldConflict",
        ("fieldName",),
    ),
    (r"cannot be spread", "", "cannotSpreadFragment", ()),
]


@dataclass
class Prepared:
    """A parsed and validated document."""

    text: str
    document: DocumentNode | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    operations: list[OperationDefinitionNode] = field(default_factory=list)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    plans: dict[str | None, CostPlan] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation to run."""
        if name:
            return next((o for o in self.operations if o.name and o.name.value == name), None)
        return self.operations[0] if len(self.operations) == 1 else None

    def plan(self, loaded: ShopifySchema, operation: OperationDefinitionNode) -> CostPlan:
        """The cost plan, compiled once."""
        key = operation.name.value if operation.name else None
        if key not in self.plans:
            self.plans[key] = CostPlan(loaded.schema, operation, self.fragments)
        return self.plans[key]


@lru_cache(maxsize=512)
def prepare(loaded_version: str, text: str) -> Prepared:
    """Parse and validate; cached by text."""
    from .schema import load_schema

    loaded = load_schema(loaded_version)
    made = Prepared(text)
    try:
        made.document = parse(text)
    except GraphQLSyntaxError as exc:
        made.errors = [_syntax(exc)]
        return made
    for node in made.document.definitions:
        if isinstance(node, OperationDefinitionNode):
            made.operations.append(node)
        elif isinstance(node, FragmentDefinitionNode):
            made.fragments[node.name.value] = node
    found = validate(loaded.schema, made.document)
    made.errors = [translate(error, made.document) for error in found]
    return made


def _syntax(exc: GraphQLSyntaxError) -> dict[str, Any]:
    place = exc.locations[0] if exc.locations else None
    line, column = (place.line, place.column) if place else (1, 1)
    what = (
        "unexpected end of file"
        if "<EOF>" in exc.message
        else exc.message.removeprefix("Syntax Error: ").rstrip(".")
    )
    if not what.startswith("unexpected"):
        what = what[0].lower() + what[1:]
    return {
        "message": f"syntax error, {what} at [{line}, {column}]",
        "locations": [{"line": line, "column": column}],
        "extensions": {"code": "PARSE_ERROR"},
    }


def translate(error: GraphQLError, document: DocumentNode) -> dict[str, Any]:
    """One validation error in Shopify's words."""
    message, code, extra = error.message, "graphqlValidation", {}
    for pattern, text, rule_code, names in _RULES:
        match = re.search(pattern, error.message)
        if match is None:
            continue
        values = [v if v is not None else "anonymous operation" for v in match.groups()]
        if rule_code.startswith("variableNot") and len(values) < 2:
            values.append("anonymous operation")
        message, code = (text.format(*values) if text else error.message), rule_code
        extra = {name: values[i] for i, name in enumerate(names)}
        break
    node = error.nodes[0] if error.nodes else None
    if code in ("variableNotUsed", "variableNotDefined") and node is not None:
        node = _owner(document, node)
    result: dict[str, Any] = {"message": message}
    if node is not None and node.loc is not None:
        token = node.loc.start_token
        result["locations"] = [{"line": token.line, "column": token.column}]
        result["path"] = path_of(document, node)
    result["extensions"] = {"code": code, **extra}
    return result


def _owner(document: DocumentNode, wanted: Node) -> Node:
    for definition in document.definitions:
        if (
            wanted.loc
            and definition.loc
            and definition.loc.start <= wanted.loc.start <= definition.loc.end
        ):
            return definition
    return wanted


def path_of(document: DocumentNode, wanted: Node) -> list[str]:
    """``["mutation RefundCreate", "refundCreate", "userErrors", "code"]``."""
    for definition in document.definitions:
        found = _find(definition, wanted, [])
        if found is not None:
            return found
    return []


def _label(node: Node) -> str | None:
    if isinstance(node, OperationDefinitionNode):
        return f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
    if isinstance(node, FragmentDefinitionNode):
        return f"fragment {node.name.value}"
    if isinstance(node, InlineFragmentNode):
        return f"... on {node.type_condition.name.value}" if node.type_condition else "..."
    if isinstance(node, FieldNode):
        return node.alias.value if node.alias else node.name.value
    return node.name.value if node.kind in ("argument", "object_field") else None  # type: ignore[attr-defined]


def _find(node: Node, wanted: Node, above: list[str]) -> list[str] | None:
    label = _label(node)
    here = above + [label] if label else above
    if node is wanted:
        return here
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(child, Node):
                found = _find(child, wanted, here)
                if found is not None:
                    return found
    return None


# -- variables -----------------------------------------------------------------


def check_variables(
    loaded: ShopifySchema, operation: OperationDefinitionNode, values: dict[str, Any]
) -> list[dict[str, Any]]:
    """``INVALID_VARIABLE`` with ``problems[]``; array sizes are checked elsewhere."""
    errors = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        kind = type_from_ast(loaded.schema, definition.type)
        if kind is None:
            continue
        if name not in values:
            if is_non_null_type(kind) and definition.default_value is None:
                errors.append(
                    _invalid(definition, kind, None, [([], "Expected value to not be null")])
                )
            continue
        problems = list(_problems(loaded, kind, values[name], []))
        if problems:
            errors.append(_invalid(definition, kind, values[name], problems))
    return errors


def _invalid(
    definition: Any, kind: Any, value: Any, problems: list[tuple[list[Any], str]]
) -> dict[str, Any]:
    name = definition.variable.name.value
    parts = ", ".join(
        f"{'.'.join(map(str, path))} ({text})" if path else f"({text})" for path, text in problems
    )
    words = (
        f"was provided invalid value for {parts}"
        if problems[0][0]
        else "was provided invalid value"
    )
    token = definition.loc.start_token
    return {
        "message": f"Variable ${name} of type {kind} {words}",
        "locations": [{"line": token.line, "column": token.column}],
        "extensions": {
            "code": "INVALID_VARIABLE",
            "value": value,
            "problems": [{"path": path, "explanation": text} for path, text in problems],
        },
    }


def _problems(loaded: ShopifySchema, kind: Any, value: Any, path: list[Any]) -> Any:
    if is_non_null_type(kind):
        if value is None:
            yield path, "Expected value to not be null"
            return
        kind = kind.of_type
    if value is None:
        return
    if is_list_type(kind):
        rows = value if isinstance(value, list) else [value]
        for index, row in enumerate(rows):
            yield from _problems(loaded, kind.of_type, row, path + [index])
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _object_problems(loaded, kind, value, path)
    elif isinstance(kind, GraphQLEnumType):
        if not isinstance(value, str) or value not in kind.values:
            yield path, f'Expected "{value}" to be one of: {", ".join(kind.values)}'
    else:
        text = scalar_problem(kind.name, value)
        if text:
            yield path, text


def _object_problems(
    loaded: ShopifySchema, kind: GraphQLInputObjectType, value: Any, path: list[Any]
) -> Any:
    if not isinstance(value, dict):
        yield path, f'Expected "{value}" to be a key-value object'
        return
    for name, child in kind.fields.items():
        if name in value:
            yield from _problems(loaded, child.type, value[name], path + [name])
        elif (
            is_non_null_type(child.type)
            and child.default_value is child.default_value
            and not _has_default(child)
        ):
            yield path + [name], "Expected value to not be null"
    for name in value:
        if name not in kind.fields:
            yield path + [name], f"Field is not defined on {kind.name}"
    if kind.name in loaded.one_of and sum(1 for v in value.values() if v is not None) != 1:
        yield path, f"'{kind.name}' requires exactly one argument, but {len(value)} were provided."


def _has_default(child: Any) -> bool:
    return repr(child.default_value) != "Undefined"


_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_GID = re.compile(r"^gid://[\w-]+/\w+/.+$")


def scalar_problem(name: str, value: Any) -> str | None:
    """Why a scalar is refused."""
    good = True
    if name == "Int":
        good = isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31
    elif name == "Float":
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif name == "Boolean":
        good = isinstance(value, bool)
    elif name in ("String", "URL", "HTML"):
        good = isinstance(value, str)
    elif name == "ID":
        if isinstance(value, str) and _GID.match(value):
            return None
        return f"Invalid global id '{value}'"
    elif name in ("Money", "Decimal", "UnsignedInt64", "BigInt"):
        good = not isinstance(value, bool) and bool(_NUMBER.match(str(value)))
    elif name == "DateTime":
        good = isinstance(value, str) and bool(re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d", value))
    return None if good else f"Could not coerce value {value!r} to {name}".replace("'", '"')


# -- array sizes ---------------------------------------------------------------

MAX_ARRAY, MAX_SET_VARIANTS = 250, 2048


def check_sizes(operation: OperationDefinitionNode, values: dict[str, Any]) -> list[dict[str, Any]]:
    """``MAX_INPUT_SIZE_EXCEEDED``: arrays of more than 250 items (section 5)."""
    errors = []
    for selected in operation.selection_set.selections:
        if not isinstance(selected, FieldNode):
            continue
        for arg in selected.arguments or ():
            value = values.get(arg.value.name.value) if arg.value.kind == "variable" else None  # type: ignore[attr-defined]
            for path, size, limit in _too_long(value, [selected.name.value, arg.name.value]):
                token = selected.loc.start_token  # type: ignore[union-attr]
                errors.append(
                    {
                        "message": f"The input array size of {size} is greater than "
                        f"the maximum allowed of {limit}.",
                        "locations": [{"line": token.line, "column": token.column}],
                        "path": path,
                        "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"},
                    }
                )
    return errors


def _too_long(value: Any, path: list[str]) -> Any:
    if isinstance(value, list):
        limit = (
            MAX_SET_VARIANTS if path[0] == "productSet" and path[-1] == "variants" else MAX_ARRAY
        )
        if len(value) > limit:
            yield path, len(value), limit
        for row in value:
            if isinstance(row, dict):
                yield from _too_long(row, path)
    elif isinstance(value, dict):
        for name, child in value.items():
            yield from _too_long(child, path + [name])
