"""One GraphQL request: check, price, throttle, execute, answer (sections 2 to 6 and 19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    execute,
    parse,
)
from graphql.execution.values import get_variable_values

from . import (
    idempotency,
    mutations,
    mutations_stock,
    types_fulfil,
    types_misc,
    types_order,
    types_product,
    types_refund,
    types_root,
)
from .cost import MAX_QUERY_COST, Bucket, Evaluation, PagingError
from .documents import Prepared, check_sizes, check_variables, prepare
from .fast import EXECUTION
from .resolve import RESOLVERS, Context, resolve_field, resolve_type
from .schema import ShopifySchema
from .settings import PLANS, Settings
from .store import Store

RATE_URL = "https://shopify.dev/api/usage/rate-limits"
MODULES = (
    idempotency,
    mutations,
    mutations_stock,
    types_fulfil,
    types_misc,
    types_order,
    types_product,
    types_refund,
    types_root,
)


@dataclass
class GraphQLRequest:
    """The JSON body."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None = None
    debug: bool = False
    scopes: frozenset[str] = frozenset()


class Executor:
    """Runs documents against the store; one per shop."""

    def __init__(self, loaded: ShopifySchema, store: Store, settings: Settings) -> None:
        self.loaded, self.store, self.settings = loaded, store, settings
        _name, capacity, restore = PLANS[settings.plan]
        self.bucket = Bucket(capacity, restore)
        self.base_url = ""
        self._plans: dict[tuple[str, str], Any] = {}

    def plan_changed(self) -> None:
        """The shop's plan decides on the bucket."""
        _name, capacity, restore = PLANS[self.settings.plan]
        self.bucket = Bucket(capacity, restore)

    def run(self, request: GraphQLRequest) -> dict[str, Any]:
        """The answer's JSON; always with HTTP status 200."""
        prepared = prepare(self.loaded.version, request.query)
        if prepared.errors:
            return {"errors": prepared.errors}
        operation = prepared.operation(request.operation_name)
        if operation is None:
            return {
                "errors": [
                    {
                        "message": "An operation name is required",
                        "extensions": {"code": "BAD_REQUEST"},
                    }
                ]
            }
        problems = check_variables(self.loaded, operation, request.variables)
        problems = problems or check_sizes(operation, request.variables)
        if problems:
            return {"errors": problems}
        values = get_variable_values(
            self.loaded.schema, operation.variable_definitions or (), request.variables
        )
        if isinstance(values, list):
            return {
                "errors": [
                    {"message": e.message, "extensions": {"code": "INVALID_VARIABLE"}}
                    for e in values
                ]
            }
        return self._priced(prepared, operation, request, values)

    def _priced(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        values: dict[str, Any],
    ) -> dict[str, Any]:
        """Paging rules, maximum cost, bucket; then execution."""
        plan = prepared.plan(self.loaded, operation)
        details: list[dict[str, Any]] | None = [] if request.debug else None
        evaluation = Evaluation(
            values,
            surcharge=self.settings.list_without_first_surcharge,
            each_id=self.settings.price_each_id,
            details=details,
        )
        try:
            requested = plan.requested(evaluation)
        except PagingError as exc:
            return {"errors": [_paging_error(exc)]}
        if requested > MAX_QUERY_COST:
            return {"errors": [_too_dear(requested)]}
        assert self.store.clock is not None
        self.bucket.refill(self.store.clock.now().timestamp())
        if self.settings.throttle and not self.bucket.fits(requested):
            error = {
                "message": "Throttled",
                "extensions": {"code": "THROTTLED", "documentation": RATE_URL},
            }
            return {"errors": [error], "extensions": {"cost": self._cost(requested, None, None)}}
        result, context = self.execute(prepared, operation, request, request.variables)
        evaluation.details = None
        actual = plan.actual(evaluation, result.data)
        if self.settings.throttle:
            self.bucket.charge(actual)
        return self._answer(result, context, self._cost(requested, actual, details))

    def _cost(
        self, requested: int, actual: int | None, details: list[dict[str, Any]] | None
    ) -> dict[str, Any]:
        cost: dict[str, Any] = {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": self.bucket.status(),
        }
        if details is not None:
            cost["fields"] = details
        return cost

    def _answer(
        self, result: ExecutionResult, context: Context, cost: dict[str, Any]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [_format(e) for e in result.errors]
        answer["extensions"] = {"cost": cost}
        if context.searches:
            answer["extensions"]["search"] = context.searches
        return answer

    def execute(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        values: dict[str, Any],
        bulk: bool = False,
    ) -> tuple[ExecutionResult, Context]:
        """graphql-core against the store."""
        context = Context(
            self.store,
            self.loaded,
            self.settings,
            self.base_url,
            request.scopes,
            bulk,
            prepared.text,
            plans=self._plans,
            execute_bulk=self.execute_bulk,
        )
        unknown = _unmodelled(operation)
        if unknown:
            return ExecutionResult(None, [unknown]), context
        assert prepared.document is not None
        result = execute(
            self.loaded.schema,
            prepared.document,
            {"__typename": "root"},
            context,
            values,
            request.operation_name,
            field_resolver=resolve_field,
            type_resolver=resolve_type,
            **EXECUTION,
        )
        assert isinstance(result, ExecutionResult)
        return result, context

    def execute_bulk(
        self, text: str, scopes: frozenset[str]
    ) -> tuple[dict[str, Any] | None, list[Any]]:
        """A bulk query: all rows of every connection."""
        document = parse(text)
        prepared = Prepared(text, document)
        operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
        result, _context = self.execute(
            prepared, operation, GraphQLRequest(text, {}, scopes=scopes), {}, bulk=True
        )
        return result.data, list(result.errors or ())


def _unmodelled(operation: OperationDefinitionNode) -> GraphQLError | None:
    """A mutation without resolver must not look as if it had worked."""
    if operation.operation.value != "mutation":
        return None
    for node in operation.selection_set.selections:
        if isinstance(node, FieldNode) and not node.name.value.startswith("__"):
            if ("Mutation", node.name.value) not in RESOLVERS:
                return GraphQLError(
                    f"the simulator does not model the mutation {node.name.value}",
                    extensions={"code": "INTERNAL_SERVER_ERROR"},
                )
    return None


def _format(error: GraphQLError) -> dict[str, Any]:
    """Top-level errors as recorded; a bug of ours is shown as what it is."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        import traceback

        traceback.print_exception(error.original_error)
    row: dict[str, Any] = {"message": error.message}
    if error.locations:
        row["locations"] = [{"line": x.line, "column": x.column} for x in error.locations]
    row["extensions"] = dict(error.extensions or {}) or {"code": "INTERNAL_SERVER_ERROR"}
    if error.path:
        row["path"] = list(error.path)
    return row


def _paging_error(exc: PagingError) -> dict[str, Any]:
    token = exc.node.loc.start_token if exc.node.loc else None
    return {
        "message": exc.message,
        "locations": [{"line": token.line, "column": token.column}] if token else [],
        "extensions": {"code": "BAD_REQUEST"},
        "path": exc.path,
    }


def _too_dear(cost: int) -> dict[str, Any]:
    return {
        "message": f"Query cost is {cost}, which exceeds the single "
        f"query max cost limit ({MAX_QUERY_COST}).",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": MAX_QUERY_COST,
            "documentation": RATE_URL,
        },
    }
