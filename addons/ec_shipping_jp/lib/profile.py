"""The layout of a file of a carrier's tool, as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What a file is for.
LABEL = "label"
INSTRUCTION = "instruction"
ISSUED = "issued"
RESULT = "result"
STOCK = "stock"
OUTGOING = (LABEL, INSTRUCTION)

ON_LONG_ERROR = "error"
ON_LONG_CUT = "cut"
ON_LONG_EMPTY = "empty"

#: In a code table: the value of every key that is not named.
ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    ``source``: where the value comes from (see ``sources``); columns of the same address or name
    source are filled one after the other. ``value``: constant, or what stands where the source is
    empty. ``max_bytes``: in half-width bytes, 0 = no limit. ``codes``: the tool's code per key of
    ours, ``service:key`` for a service with codes of its own; for amounts the largest amount per
    service. ``only``: services for which the column is
    filled, empty = all. ``layout``: format of dates. ``header``: other texts of the heading.
    """

    index: int
    name: str
    source: str = ""
    value: str = ""
    kind: str = "text"
    required: bool = False
    max_bytes: int = 0
    codes: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    layout: str = ""
    on_long: str = ON_LONG_ERROR
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A file layout. ``header``: yes, no or auto (only for files that come in)."""

    code: str
    name: str
    kind: str = LABEL
    carrier: str = ""
    encoding: str = "cp932"
    charset: str = "encoding"
    header: str = "yes"
    newline: str = "\r\n"
    quote_all: bool = False
    max_rows: int = 0
    row_per: str = "delivery"
    match: str = "key"
    key_bytes: int = 0
    columns: tuple[Column, ...] = ()

    @property
    def count(self) -> int:
        """Number of columns of a row, unlisted ones between included."""
        return max((column.index for column in self.columns), default=0)

    def by_source(self, source: str) -> Column | None:
        """The first column of this source."""
        return next((column for column in self.columns if column.source == source), None)


def parse_codes(text: str | None) -> dict[str, str]:
    """``key=value`` pairs, one a line or separated by ``|``."""
    codes = {}
    for pair in (text or "").replace("\n", "|").split("|"):
        key, equals, value = pair.partition("=")
        if key.strip() and equals:
            codes[key.strip()] = value.strip()
    return codes
