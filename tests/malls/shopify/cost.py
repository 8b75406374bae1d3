"""Query cost and the leaky bucket (reference section 4, the fitted model).

Scalars, ``pageInfo``, ``edges`` and ``nodes`` are free, an object costs 1, a plain list
of objects 1 whatever its length, a connection ``2 + f(n) * c`` with
``f(n) = max(1, floor(2 ln n))``, a mutation 10 with the objects directly below the
payload free. The actual cost is the same formula with the rows returned.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    value_from_ast,
)

FREE_TYPES = frozenset(
    "MoneyBag MoneyV2 SelectedOption Attribute Weight InventoryItemMeasurement "
    "LocationAddress ShopAddress PageInfo".split()
)
MUTATION_COST = 10
MAX_QUERY_COST = 1000
ROOTS = ("QueryRoot", "Mutation")
NO_FIRST_SURCHARGE = {"transactions": 35, "trackingInfo": 35}
EXTRA = {("OrderTransaction", "parentTransaction"): 10, ("Location", "hasUnfulfilledOrders"): 1}
PRODUCT_SET_INPUT = {"variant": 0.2, "file": 1.9, "variant_file": 0.6, "metafield": 0.4}


class PagingError(Exception):
    """``first``/``last`` used wrongly; the whole request is refused (section 6)."""

    def __init__(self, message: str, path: list[str], node: FieldNode) -> None:
        super().__init__(message)
        self.message, self.path, self.node = message, path, node


@dataclass
class FieldPlan:
    """One selected field, compiled once per document."""

    key: str
    name: str
    node: FieldNode
    own: float
    connection: bool
    is_list: bool
    takes_first: bool
    parent: str
    fielddef: Any
    conditions: list[tuple[bool, Any]] = field(default_factory=list)
    children: list[tuple[frozenset[str] | None, FieldPlan]] = field(default_factory=list)
    inert: bool = False


@dataclass
class Evaluation:
    """Settings and result of one walk."""

    variables: dict[str, Any]
    check_paging: bool = True
    surcharge: bool = True
    each_id: bool = False
    details: list[dict[str, Any]] | None = None


def rows_factor(count: int) -> int:
    """``f(n)`` of the reference: 1:1, 3:2, 5:3, 10:4, 20:5, 50:7, 100:9, 250:11."""
    return 0 if count <= 0 else max(1, math.floor(2 * math.log(count)))


class CostPlan:
    """The compiled selection tree of one operation."""

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: dict[str, Any]
    ) -> None:
        self.schema, self.fragments = schema, fragments
        self.mutation = operation.operation.value == "mutation"
        root = schema.mutation_type if self.mutation else schema.query_type
        assert root is not None
        self.fields = self._compile(root, [operation.selection_set], depth=0)

    # -- compilation -----------------------------------------------------------

    def _compile(
        self, parent: Any, sets: Iterable[SelectionSetNode], depth: int
    ) -> list[tuple[frozenset[str] | None, FieldPlan]]:
        """Group the selections by type condition and response key, then go down."""
        groups: dict[tuple[Any, str], list[tuple[Any, FieldNode, list[Any]]]] = {}
        for selection_set in sets:
            self._collect(parent, parent, selection_set, [], groups)
        compiled = []
        for (scope, _key), found in groups.items():
            plan = self._plan(found, depth)
            if plan is not None:
                compiled.append((scope, plan))
        return compiled

    def _collect(
        self,
        base: Any,
        scope: Any,
        selection_set: SelectionSetNode,
        conditions: list[Any],
        groups: dict[Any, Any],
    ) -> None:
        for node in selection_set.selections:
            here = conditions + _conditions(node)
            if isinstance(node, FieldNode):
                names = (
                    None if scope is base or not is_abstract_type(base) else self._possible(scope)
                )
                key = node.alias.value if node.alias else node.name.value
                groups.setdefault((names, key), []).append((scope, node, here))
                continue
            target = node
            if isinstance(node, FragmentSpreadNode):
                target = self.fragments[node.name.value]
            assert not isinstance(target, FragmentSpreadNode)
            condition = target.type_condition
            inner = self.schema.get_type(condition.name.value) if condition else scope
            if inner is not None and is_abstract_type(inner) and not is_abstract_type(base):
                inner = base
            self._collect(
                base, base if inner is base else inner, target.selection_set, here, groups
            )

    def _possible(self, scope: Any) -> frozenset[str]:
        if is_abstract_type(scope):
            return frozenset(t.name for t in self.schema.get_possible_types(scope))
        return frozenset([scope.name])

    def _plan(self, found: list[tuple[Any, FieldNode, list[Any]]], depth: int) -> FieldPlan | None:
        parent, node, conditions = found[0]
        name = node.name.value
        if name.startswith("__"):
            return None
        fielddef = getattr(parent, "fields", {}).get(name)
        if fielddef is None:
            return None
        named = get_named_type(fielddef.type)
        extra = EXTRA.get((parent.name, name), 0)
        if is_leaf_type(named) and not extra:
            return None
        plan = FieldPlan(
            key=node.alias.value if node.alias else name,
            name=name,
            node=node,
            own=_own_cost(parent.name, name, named, self.mutation, depth) + extra,
            connection=named.name.endswith("Connection"),
            is_list=is_list_type(get_nullable_type(fielddef.type)),
            takes_first="first" in fielddef.args,
            parent=parent.name,
            fielddef=fielddef,
            conditions=conditions if len(found) == 1 else [],
        )
        sets = [n.selection_set for _s, n, _c in found if n.selection_set]
        if sets:
            plan.children = self._compile(named, sets, depth + 1)
        plan.inert = (
            not plan.children and not plan.connection and not plan.own and not plan.takes_first
        )
        return plan

    # -- evaluation ------------------------------------------------------------

    def requested(self, evaluation: Evaluation) -> int:
        """The estimated cost; raises :class:`PagingError` on wrong paging arguments."""
        return math.ceil(self._sum(self.fields, evaluation, [], None) - 1e-9)

    def actual(self, evaluation: Evaluation, data: dict[str, Any] | None) -> int:
        """The same formula with what came back."""
        if data is None:
            return MUTATION_COST if self.mutation else 0
        return math.ceil(self._sum(self.fields, evaluation, [], data) - 1e-9)

    def _sum(
        self,
        plans: list[tuple[frozenset[str] | None, FieldPlan]],
        ev: Evaluation,
        path: list[str],
        data: Any,
    ) -> float:
        common = 0.0
        branches: dict[str, float] = {}
        for scope, plan in plans:
            if plan.inert or not _included(plan.conditions, ev.variables):
                continue
            if data is not None and plan.key not in data:
                continue
            value = self._field(plan, ev, path, data)
            if scope is None or data is not None:
                common += value
            else:
                for name in scope:
                    branches[name] = branches.get(name, 0.0) + value
        return common + max(branches.values(), default=0.0)

    def _field(self, plan: FieldPlan, ev: Evaluation, path: list[str], data: Any) -> float:
        here = path + [plan.key]
        value = data[plan.key] if data is not None else None
        if data is not None and value is None:
            return MUTATION_COST if plan.parent == "Mutation" else 0.0
        if plan.connection:
            return self._connection(plan, ev, here, value)
        cost = plan.own
        if data is None and plan.takes_first:
            if (_arg(plan, "first", ev) or 0) > 250 and ev.check_paging:
                raise PagingError("first cannot exceed 250", here, plan.node)
        if (
            plan.takes_first
            and ev.surcharge
            and plan.name in NO_FIRST_SURCHARGE
            and _arg(plan, "first", ev) is None
        ):
            cost += NO_FIRST_SURCHARGE[plan.name]
        if plan.parent == "Mutation" and plan.name == "productSet":
            cost += product_set_input_cost(_arg(plan, "input", ev) or {})
        children = self._children(plan, ev, here, value)
        if ev.each_id and "ids" in plan.fielddef.args:
            children *= len(_arg(plan, "ids", ev) or ()) if value is None else len(value)
        _note(ev, here, plan.own, cost + children, children)
        return cost + children

    def _children(self, plan: FieldPlan, ev: Evaluation, path: list[str], value: Any) -> float:
        if not plan.children:
            return 0.0
        if isinstance(value, list):
            costs = [self._sum(plan.children, ev, path, row) for row in value if row is not None]
            return max(costs, default=0.0)
        return self._sum(plan.children, ev, path, value)

    def _connection(self, plan: FieldPlan, ev: Evaluation, path: list[str], value: Any) -> float:
        count = _page_size(plan, ev, path) if value is None else 0
        total = 2.0
        for _scope, child in plan.children:
            if child.name not in ("nodes", "edges"):
                continue
            if value is None:
                total += rows_factor(count) * self._row(child, ev, path, None)
                continue
            rows = [r for r in value.get(child.key) or [] if r is not None]
            if rows:
                mean = sum(self._row(child, ev, path, r) for r in rows) / len(rows)
                total += rows_factor(len(rows)) * mean
        _note(ev, path, 2, total, total - 2)
        return round(total, 6)

    def _row(self, child: FieldPlan, ev: Evaluation, path: list[str], row: Any) -> float:
        """Cost of one row: the node itself is an object (1) with its children."""
        if child.name == "nodes":
            return 1.0 + self._sum(child.children, ev, path + ["nodes"], row)
        return self._sum(child.children, ev, path + ["edges"], row)


def _own_cost(parent: str, name: str, named: Any, mutation: bool, depth: int) -> float:
    """What the object itself costs before its children."""
    if mutation and depth == 0:
        return MUTATION_COST
    if named.name == "Count" and parent == "QueryRoot":
        return 10.0
    if named.name in FREE_TYPES or is_leaf_type(named):
        return 0.0
    if mutation and named.name.endswith("UserError"):
        return 0.0
    if name in ("nodes", "edges") and parent.endswith("Connection"):
        return 0.0
    if mutation and depth == 1:
        return 0.0
    return 1.0


def _conditions(node: Any) -> list[tuple[bool, Any]]:
    """``@include`` and ``@skip`` of one selection: (wanted, value node)."""
    found = []
    for directive in node.directives or ():
        if directive.name.value in ("include", "skip"):
            found.append((directive.name.value == "include", directive.arguments[0].value))
    return found


def _included(conditions: list[tuple[bool, Any]], variables: dict[str, Any]) -> bool:
    for wanted, node in conditions:
        value = variables.get(node.name.value) if node.kind == "variable" else node.value
        if bool(value) != wanted:
            return False
    return True


def _arg(plan: FieldPlan, name: str, ev: Evaluation) -> Any:
    for arg in plan.node.arguments or ():
        if arg.name.value == name:
            value = value_from_ast(arg.value, plan.fielddef.args[name].type, ev.variables)
            return None if isinstance(value, type(...)) or repr(value) == "Undefined" else value
    return None


def _page_size(plan: FieldPlan, ev: Evaluation, path: list[str]) -> int:
    """Section 6: exactly one of first/last, at most 250."""
    first, last = _arg(plan, "first", ev), _arg(plan, "last", ev)
    if not ev.check_paging:
        return first or last or 10
    if first is None and last is None:
        raise PagingError("you must provide one of first or last", path, plan.node)
    if first is not None and last is not None:
        raise PagingError("providing both first and last is not supported", path, plan.node)
    name, size = ("first", first) if first is not None else ("last", last)
    if size > 250:
        raise PagingError(f"{name} cannot exceed 250", path, plan.node)
    if size < 0:
        raise PagingError(f"{name} cannot be less than 0", path, plan.node)
    return size


def _note(ev: Evaluation, path: list[str], own: float, total: float, children: float) -> None:
    if ev.details is not None:
        ev.details.append(
            {
                "path": list(path),
                "definedCost": own,
                "requestedTotalCost": math.ceil(total),
                "requestedChildrenCost": math.ceil(children),
            }
        )


def product_set_input_cost(value: dict[str, Any]) -> float:
    """Section 4: 0.2 per variant, 1.9 per file, 0.6 per variant file, 0.4 per metafield."""
    variants = value.get("variants") or []
    metafields = len(value.get("metafields") or []) + sum(
        len(v.get("metafields") or []) for v in variants
    )
    return (
        PRODUCT_SET_INPUT["variant"] * len(variants)
        + PRODUCT_SET_INPUT["file"] * len(value.get("files") or [])
        + PRODUCT_SET_INPUT["variant_file"] * sum(1 for v in variants if v.get("file"))
        + PRODUCT_SET_INPUT["metafield"] * metafields
    )


class Bucket:
    """The leaky bucket of one app on one shop; times are seconds of the shop's clock."""

    def __init__(self, capacity: float = 2000, restore: float = 100) -> None:
        self.capacity, self.restore = capacity, restore
        self.level, self.stamp = capacity, 0.0

    def refill(self, now: float) -> None:
        """Give back what has leaked since the last request."""
        if self.stamp and now > self.stamp:
            self.level = min(self.capacity, self.level + (now - self.stamp) * self.restore)
        self.stamp = now

    def fits(self, requested: float) -> bool:
        """The *requested* cost must fit, whatever the actual cost will be."""
        return requested <= self.level

    def charge(self, actual: float) -> None:
        """Only the actual cost is kept."""
        self.level = max(0.0, self.level - actual)

    def status(self) -> dict[str, Any]:
        """``throttleStatus`` as printed in every answer."""
        return {
            "maximumAvailable": int(self.capacity),
            "currentlyAvailable": int(self.level),
            "restoreRate": int(self.restore),
        }
