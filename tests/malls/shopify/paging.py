"""Connections: opaque cursors, at most 250 rows a page (section 6)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLError

DEEP_LIMIT = 25_000


class Keyed:
    """A sorted list of rows with the sort value of each row."""

    __slots__ = ("rows", "values", "signature")

    def __init__(self, rows: Sequence[Any], values: Sequence[Any], signature: str) -> None:
        self.rows, self.values, self.signature = rows, values, signature


def _number(row: Any, index: int) -> Any:
    return getattr(row, "id", None) or (row.get("id") if isinstance(row, dict) else None) or index


def encode(row: Any, value: Any, signature: str, index: int) -> str:
    """``{"last_id": …, "last_value": …}`` in base64, as Shopify does [R]."""
    data = {"last_id": _number(row, index), "last_value": _plain(value)}
    if signature:
        data["sort"] = signature
    return base64.b64encode(json.dumps(data).encode()).decode()


def decode(cursor: str) -> dict[str, Any]:
    """Read a cursor; a broken one is an error of the caller."""
    try:
        data = json.loads(base64.b64decode(cursor, validate=True))
        if isinstance(data, dict) and "last_id" in data:
            return data
    except ValueError:
        pass
    raise GraphQLError(f"Invalid cursor '{cursor}'", extensions={"code": "BAD_REQUEST"})


def _position(keyed: Keyed, cursor: str) -> int:
    """Index of the row of a cursor; of its place when the row is gone."""
    data = decode(cursor)
    if data.get("sort", "") != keyed.signature:
        raise GraphQLError(
            "Invalid cursor for current pagination sort.", extensions={"code": "BAD_REQUEST"}
        )
    value, number = data["last_value"], data["last_id"]
    backwards = keyed.signature.endswith("-")
    for index, row in enumerate(keyed.rows):
        mine, wanted = (_plain(keyed.values[index]), _number(row, index)), (value, number)
        if mine == wanted:
            return index
        if type(mine[0]) is not type(value) or type(mine[1]) is not type(number):
            mine, wanted = (str(mine[0]), str(mine[1])), (str(value), str(number))
        if (mine < wanted) if backwards else (mine > wanted):
            return index - 1
    return len(keyed.rows) - 1


def _plain(value: Any) -> Any:
    """A sort value as it stands in a cursor."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value if isinstance(value, (int, str)) else str(value)


def connection(source: Any, args: dict[str, Any], whole: bool = False) -> dict[str, Any]:
    """Cut one page out of a list (or :class:`Keyed`) and describe it."""
    keyed = source if isinstance(source, Keyed) else Keyed(source, range(len(source)), "")
    if args.get("reverse") and not isinstance(source, Keyed):
        keyed = Keyed(list(reversed(source)), list(reversed(keyed.values)), "-")
    start, end = 0, len(keyed.rows)
    if args.get("after"):
        start = _position(keyed, args["after"]) + 1
    if args.get("before"):
        end = _position(keyed, args["before"])
    first, last = args.get("first"), args.get("last")
    low, high = start, end
    if not whole:
        if first is not None:
            high = min(end, start + first)
        elif last is not None:
            low = max(start, end - last)
    if low >= DEEP_LIMIT and isinstance(source, Keyed):
        raise GraphQLError("Cannot paginate beyond 25000 rows.", extensions={"code": "BAD_REQUEST"})
    return _Page(keyed, low, high)


class _Page(dict):  # type: ignore[type-arg]
    """Built lazily: ``edges`` and cursors cost nothing when they are not selected."""

    def __init__(self, keyed: Keyed, low: int, high: int) -> None:
        super().__init__(nodes=keyed.rows[low:high], pageInfo=self)
        self.keyed, self.low, self.high = keyed, low, high

    def cursor(self, index: int) -> str:
        """Cursor of the row at that index."""
        keyed = self.keyed
        return encode(keyed.rows[index], keyed.values[index], keyed.signature, index)

    def get(self, name: str, default: Any = None) -> Any:
        """Fields of the connection and of ``PageInfo``."""
        if name == "edges":
            return [
                {"node": self.keyed.rows[i], "cursor": self.cursor(i)}
                for i in range(self.low, self.high)
            ]
        empty = self.low >= self.high
        if name == "hasNextPage":
            return self.high < len(self.keyed.rows)
        if name == "hasPreviousPage":
            return self.low > 0
        if name == "startCursor":
            return None if empty else self.cursor(self.low)
        if name == "endCursor":
            return None if empty else self.cursor(self.high - 1)
        return super().get(name, default)


def sort_rows(rows: list[Any], key: Any, reverse: bool, signature: str) -> Keyed:
    """Sort by value and then by id, as the cursors need it."""
    pairs = sorted(
        ((key(row), row.id, row) for row in rows), key=lambda x: (x[0], x[1]), reverse=reverse
    )
    return Keyed([p[2] for p in pairs], [p[0] for p in pairs], signature + ("-" if reverse else ""))
