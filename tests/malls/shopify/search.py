"""Shopify's search language (section 6).

``field:value``, comparators, AND OR NOT, blank = AND, ``-field:``, quotes, prefix ``*``.
Unknown fields fail open: everything matches and a warning says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

JST = timezone(timedelta(hours=9))
RANGES = {">=": "range_gte", "<=": "range_lte", ">": "range_gt", "<": "range_lt", "": "match_all"}
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\()|(?P<close>\))|
      (?P<neg>-)?(?P<field>\w+):(?P<op>>=|<=|>|<|=)?(?P<fquote>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|
      (?P<neg2>-)?(?P<field2>\w+):(?P<op2>>=|<=|>|<|=)?(?P<value>[^\s()]*)|
      (?P<quote>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<word>[^\s()]+)
    )""",
    re.X,
)


@dataclass(frozen=True)
class Term:
    """One condition."""

    field: str | None
    op: str
    value: str
    quoted: bool


@dataclass
class Filter:
    """How one field of a resource is compared: type and value(s) of a row."""

    kind: str
    get: Callable[[Any], Any]


@dataclass
class Search:
    """A parsed query, ready to test rows."""

    test: Callable[[Any], bool]
    warnings: list[dict[str, str]] = field(default_factory=list)
    parsed: dict[str, Any] = field(default_factory=dict)


class Unsupported(Exception):
    """The schema knows the filter, the simulator does not: better loud than wrong."""


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


@lru_cache(maxsize=2048)
def parse(query: str) -> Any:
    """Syntax tree: ``("and", [...])``, ``("or", [...])``, ``("not", x)`` or a :class:`Term`."""
    tokens = list(_tokens(query))
    tree, rest = _or(tokens)
    return tree if not rest else ("and", [tree] + [t for t in rest if isinstance(t, Term)])


def _tokens(query: str) -> Any:
    position = 0
    query = query.strip()
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None or match.end() == position:
            break
        position = match.end()
        found = match.groupdict()
        if found["open"] or found["close"]:
            yield found["open"] or found["close"]
        elif found["field"] or found["field2"]:
            if found["neg"] or found["neg2"]:
                yield "NOT"
            quoted = found["fquote"] is not None
            value = _unquote(found["fquote"]) if quoted else found["value"]
            op = (found["op"] or found["op2"] or "").replace(":", "")
            yield Term(found["field"] or found["field2"], "" if op == "=" else op, value, quoted)
        elif found["quote"]:
            yield Term(None, "", _unquote(found["quote"]), True)
        elif found["word"] in ("AND", "OR", "NOT"):
            yield found["word"]
        else:
            yield Term(None, "", found["word"], False)


def _or(tokens: list[Any]) -> tuple[Any, list[Any]]:
    parts = []
    node, tokens = _and(tokens)
    parts.append(node)
    while tokens and tokens[0] == "OR":
        node, tokens = _and(tokens[1:])
        parts.append(node)
    return (parts[0] if len(parts) == 1 else ("or", parts)), tokens


def _and(tokens: list[Any]) -> tuple[Any, list[Any]]:
    parts: list[Any] = []
    while tokens and tokens[0] not in ("OR", ")"):
        if tokens[0] == "AND":
            tokens = tokens[1:]
            continue
        node, tokens = _unary(tokens)
        if node is not None:
            parts.append(node)
    return (parts[0] if len(parts) == 1 else ("and", parts)), tokens


def _unary(tokens: list[Any]) -> tuple[Any, list[Any]]:
    head, rest = tokens[0], tokens[1:]
    if head == "NOT":
        if not rest:
            return None, rest
        node, rest = _unary(rest)
        return ("not", node), rest
    if head == "(":
        node, rest = _or(rest)
        return node, rest[1:] if rest and rest[0] == ")" else rest
    return head, rest


# -- compilation ---------------------------------------------------------------


def compile_search(
    query: str | None, filters: dict[str, Filter], known: dict[str, str], now: datetime
) -> Search:
    """A row test. ``known`` are the filters of the schema, ``filters`` those modelled here."""
    search = Search(lambda row: True)
    if not query or not query.strip():
        return search
    tree = parse(query)
    search.parsed = _describe(tree)
    search.test = _build(tree, filters, known, now, search.warnings)
    return search


def _describe(tree: Any) -> dict[str, Any]:
    """The ``parsed`` part of ``extensions.search``."""
    if isinstance(tree, Term):
        name = {"field": tree.field} if tree.field else {"field": "default"}
        return {**name, RANGES[tree.op]: tree.value}
    if tree[0] == "not":
        return {"not": _describe(tree[1])}
    return {tree[0]: [_describe(x) for x in tree[1]]}


def _build(
    tree: Any,
    filters: dict[str, Filter],
    known: dict[str, str],
    now: datetime,
    warnings: list[dict[str, str]],
) -> Callable[[Any], bool]:
    if isinstance(tree, Term):
        return _term(tree, filters, known, now, warnings)
    if tree[0] == "not":
        before = len(warnings)
        inner = _build(tree[1], filters, known, now, warnings)
        return (lambda row: True) if len(warnings) > before else (lambda row: not inner(row))
    tests = [_build(x, filters, known, now, warnings) for x in tree[1]]
    if tree[0] == "or":
        return lambda row: any(t(row) for t in tests)
    return lambda row: all(t(row) for t in tests)


def _term(
    term: Term,
    filters: dict[str, Filter],
    known: dict[str, str],
    now: datetime,
    warnings: list[dict[str, str]],
) -> Callable[[Any], bool]:
    name = term.field or "default"
    if name not in known and name not in filters:
        code = "invalid_field" if term.field else "missing_named_field"
        message = (
            "Invalid search field for this query."
            if term.field
            else "Search term has no named field."
        )
        warnings.append({"field": name, "message": message, "code": code})
        return lambda row: True
    if name not in filters:
        raise Unsupported(f"the simulator does not model the search filter {name!r}")
    if term.value == "*":
        get_any = filters[name].get
        return lambda row: get_any(row) not in (None, "", [], False)
    try:
        return _compare(filters[name], term, now)
    except ValueError:
        warnings.append(
            {
                "field": name,
                "message": f"Input `{term.value}` is not an accepted value.",
                "code": "invalid_value",
            }
        )
        return lambda row: True


def _compare(row_filter: Filter, term: Term, now: datetime) -> Callable[[Any], bool]:
    get = row_filter.get
    if row_filter.kind == "time":
        low, high = moment(term, now)
        return _span(get, term.op, low, high)
    if row_filter.kind in ("id", "float", "int"):
        number = (
            float(term.value) if row_filter.kind == "float" else int(term.value.rsplit("/", 1)[-1])
        )
        return _span(get, term.op, number, number)
    if row_filter.kind == "boolean":
        if term.value.lower() not in ("true", "false"):
            raise ValueError(term.value)
        wanted = term.value.lower() == "true"
        return lambda row: bool(get(row)) is wanted
    if row_filter.kind == "text":
        return _text(get, term.value)
    return _exact(get, term.value)


def _span(get: Callable[[Any], Any], op: str, low: Any, high: Any) -> Callable[[Any], bool]:
    """``low`` to ``high`` is what the value covers (a day, a second, one number)."""
    if op == ">=":
        return lambda row: (v := get(row)) is not None and v >= low
    if op == ">":
        return lambda row: (v := get(row)) is not None and v > low
    if op == "<":
        return lambda row: (v := get(row)) is not None and v < low
    if op == "<=":
        return lambda row: (v := get(row)) is not None and v <= high
    return lambda row: (v := get(row)) is not None and low <= v <= high


def moment(term: Term, now: datetime) -> tuple[datetime, datetime]:
    """First and last instant of a time value. An unquoted time with ``:`` is not understood."""
    value = term.value
    if value == "now":
        return now, now
    if not term.quoted and ":" in value:
        raise ValueError(value)
    for pattern, step in (("%Y", 366), ("%Y-%m", 31), ("%Y-%m-%d", 1)):
        try:
            start = datetime.strptime(value, pattern).replace(tzinfo=JST)
        except ValueError:
            continue
        end = start + timedelta(days=step)
        if step > 1:
            end = end.replace(day=1) if step == 31 else end.replace(month=1, day=1)
        return start, end - timedelta(microseconds=1)
    start = datetime.fromisoformat(value.replace(" ", "T"))
    if start.tzinfo is None:
        start = start.replace(tzinfo=JST)
    return start, start


def words(text: Any) -> list[str]:
    """Tokens of a text: ``sku:`` and titles are tokenised, not exact (section 6)."""
    return re.findall(r"\w+", str(text or "").lower().replace("_", " "))


def _text(get: Callable[[Any], Any], value: str) -> Callable[[Any], bool]:
    prefix = value.endswith("*")
    wanted = words(value)

    def test(row: Any) -> bool:
        found = get(row)
        return any(
            _contains(words(x), wanted, prefix)
            for x in (found if isinstance(found, list) else [found])
        )

    return test


def _contains(have: list[str], wanted: list[str], prefix: bool) -> bool:
    if not wanted:
        return False
    size = len(wanted)
    for start in range(len(have) - size + 1):
        part = have[start : start + size]
        if part == wanted:
            return True
        if prefix and part[:-1] == wanted[:-1] and part[-1].startswith(wanted[-1]):
            return True
    return False


def _exact(get: Callable[[Any], Any], value: str) -> Callable[[Any], bool]:
    """Case-insensitive equality with ``*`` prefixes and comma lists."""
    wanted = [v.strip().lower() for v in value.split(",")] if "," in value else [value.lower()]

    def test(row: Any) -> bool:
        found = get(row)
        values = [
            str(x).lower()
            for x in (found if isinstance(found, (list, set, tuple)) else [found])
            if x is not None
        ]
        return any(
            v.startswith(w[:-1]) if w.endswith("*") else v == w for w in wanted for v in values
        )

    return test
