"""A quicker field loop for graphql-core 3.2.

graphql-core spends most of its time on resolve infos, awaitable checks and argument
parsing per field. This context keeps its algorithm (collection of fields, null
propagation, located errors) and leaves that work out where nothing needs it. Other
versions of graphql-core run with their own context.
"""

from __future__ import annotations

import inspect
from typing import Any

import graphql
from graphql import ExecutionContext, located_error
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path

from .money import Bag
from .resolve import plan_of, value_of

#: Later versions of 3.2 also want the path.
WITH_PATH = "path" in inspect.signature(ExecutionContext.handle_field_error).parameters


class FastContext(ExecutionContext):
    """Executes fields with the plans of :mod:`.resolve`."""

    is_awaitable = staticmethod(lambda value: False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arguments: dict[int, dict[str, Any]] = {}
        self._money: dict[int, Any] = {}

    def execute_fields(self, parent_type: Any, source_value: Any, path: Any, fields: Any) -> Any:
        """All fields of one object."""
        name, run = parent_type.name, self.execute_field
        results = {}
        for key, nodes in fields.items():
            if nodes[0].name.value == "__typename":
                results[key] = name
            else:
                results[key] = run(parent_type, source_value, nodes, Path(path, key, name))
        return results

    def execute_field(self, parent_type: Any, source: Any, field_nodes: Any, path: Any) -> Any:
        """One field: arguments, value, completion; errors climb by the rules of GraphQL."""
        node = field_nodes[0]
        if node.name.value.startswith("__"):
            return super().execute_field(parent_type, source, field_nodes, path)
        context = self.context_value
        plan = plan_of(context, parent_type, node.name.value)
        try:
            args = self._arguments.get(id(node))
            if args is None:
                args = self._arguments[id(node)] = get_argument_values(
                    plan.fielddef, node, self.variable_values
                )
            if plan.root:
                context.info = self.build_resolve_info(
                    plan.fielddef, field_nodes, parent_type, path
                )
            value = value_of(plan, source, context, args)
            if value is not None and plan.leaf is not None:
                return plan.leaf.serialize(value)
            if type(value) is Bag:
                return self._bag(field_nodes, value)
            return self.complete_value(plan.type, field_nodes, context.info, path, value)
        except Exception as raw:
            error = located_error(raw, field_nodes, path.as_list())
            self.handle_field_error(error, plan.type, *([path] if WITH_PATH else []))
            return None

    def _bag(self, field_nodes: Any, bag: Bag) -> dict[str, Any]:
        """``MoneyBag`` at once: two sides with amount and currency."""
        shape = self._money.get(id(field_nodes[0]))
        if shape is None:
            shape = self._money[id(field_nodes[0])] = self._shape(field_nodes)
        result: dict[str, Any] = {}
        for key, name, inner in shape:
            if name == "__typename":
                result[key] = "MoneyBag"
                continue
            amount, currency = f"{bag.shop}.0", "JPY"
            if name == "presentmentMoney" and bag.pres is not None:
                amount, currency = _text(bag.pres), bag.cur
            known = {"amount": amount, "currencyCode": currency, "__typename": "MoneyV2"}
            result[key] = {k: known[n] for k, n in inner}
        return result

    def _shape(self, field_nodes: Any) -> list[tuple[str, str, list[tuple[str, str]]]]:
        bag_type: Any = self.schema.get_type("MoneyBag")
        side_type: Any = self.schema.get_type("MoneyV2")
        shape = []
        for key, nodes in self.collect_subfields(bag_type, field_nodes).items():
            name = nodes[0].name.value
            inner = self.collect_subfields(side_type, nodes).items() if name != "__typename" else ()
            shape.append((key, name, [(k, n[0].name.value) for k, n in inner]))
        return shape


def _text(value: Any) -> str:
    from .money import decimal_text

    return decimal_text(value)


#: Keyword arguments for ``graphql.execute``.
EXECUTION: dict[str, Any] = (
    {"execution_context_class": FastContext} if graphql.version_info[:2] == (3, 2) else {}
)
