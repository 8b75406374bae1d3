"""Rows of a file a carrier's tool or a warehouse gives back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from ...ec_unified.lib.errors import DataError
from . import tracking
from .profile import Column, Profile
from .table_reader import read_table

_VOID_WORDS = ("1", "取消", "キャンセル", "無効", "削除", "void", "cancelled")


@dataclass(slots=True, kw_only=True)
class IssuedRow:
    """One row, read. ``problems`` are codes; ``warnings`` do not stop anything."""

    line: int
    key: str = ""
    number: str = ""
    ship_date: date | None = None
    voided: bool = False
    #: Rows of one shipment in several parcels share it, where the tool says so.
    group: str = ""
    status: str = ""
    phone: str = ""
    zip: str = ""
    name: str = ""
    product_code: str = ""
    quantity: Decimal | None = None
    lot: str = ""
    place: str = ""
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_issued(profile: Profile, content: bytes) -> list[IssuedRow]:
    """The rows of an issued or result file; a row that stands twice comes once.

    :raise DataError: the file cannot be read, or is not of this profile
    """
    rows = read_table(content)
    places, rows = _find_columns(profile, rows)
    found: dict[tuple, IssuedRow] = {}
    for line, cells in rows:
        row = _read_row(profile, places, line, cells)
        if row is None:
            continue
        same = found.get(_identity(row))
        if same is None:
            found[_identity(row)] = row
        elif row.voided:
            same.voided = True
    if not found:
        raise DataError("no row with a number", reason="file_no_rows")
    return list(found.values())


def _identity(row: IssuedRow) -> tuple:
    return (row.key, row.number, row.product_code, row.lot, row.zip if not row.key else "")


def _find_columns(profile: Profile, rows):
    """Where each source stands: by heading when there is one, else by position."""
    columns = [column for column in profile.columns if column.source]
    first = rows[0][1]
    if profile.header == "no" or not _is_heading(profile, first):
        if profile.header == "yes":
            raise DataError("no heading", reason="file_wrong_profile", params=_wanted(columns))
        places = {column.source: (column, column.index - 1) for column in columns}
        _check_width(profile, columns, rows)
        return places, rows
    titles = {_fold(title): number for number, title in reversed(list(enumerate(first)))}
    places = {}
    for column in columns:
        place = next(
            (titles[_fold(t)] for t in (column.name, *column.header) if _fold(t) in titles), None
        )
        if place is None and column.index - 1 < len(first) and profile.header == "auto":
            place = column.index - 1
        if place is not None:
            places[column.source] = (column, place)
        elif column.required:
            wanted = _wanted([column])
            raise DataError("heading missing", reason="file_wrong_profile", params=wanted)
    return places, rows[1:]


def _is_heading(profile: Profile, cells: list[str]) -> bool:
    """A first row that names a known column, or has no number where the number belongs."""
    titles = {_fold(cell) for cell in cells}
    for column in profile.columns:
        if column.source and titles & {_fold(t) for t in (column.name, *column.header)}:
            return True
    column = profile.by_source("tracking") or profile.by_source("stock_quantity")
    if column is None or column.index > len(cells):
        return False
    cell = tracking.normalize(cells[column.index - 1])
    return bool(cell) and not any(char.isdigit() for char in cell)


def _check_width(profile: Profile, columns: list[Column], rows) -> None:
    needed = max((c.index for c in columns if c.required), default=0)
    if max(len(cells) for _line, cells in rows) < needed:
        raise DataError("too few columns", reason="file_wrong_profile", params=_wanted(columns))


def _wanted(columns) -> dict:
    return {"column": "、".join(column.name for column in columns if column.required)}


def _fold(title: str) -> str:
    return re.sub(r"[\s　．.]", "", title).lower()


def _read_row(profile, places, line, cells) -> IssuedRow | None:
    def cell(source):
        column, place = places.get(source, (None, 0))
        text = cells[place] if column is not None and place < len(cells) else ""
        return (column.codes.get(text, text) if column is not None and column.codes else text) or ""

    number = tracking.normalize(cell("tracking"))
    row = IssuedRow(
        line=line,
        key=cell("key"),
        number=number,
        phone=cell("to_phone"),
        zip=re.sub(r"\D", "", cell("to_zip")),
        name=cell("to_name"),
        product_code=cell("line_code") or cell("stock_code"),
        lot=cell("line_lot") or cell("stock_lot"),
        place=cell("stock_place"),
        voided=cell("voided").strip().lower() in _VOID_WORDS,
        group=cell("parcel_group").strip(),
    )
    if profile.kind == "stock":
        return _with_quantity(row, cell("stock_quantity"))
    if not number and not row.key:
        return None
    row.status = tracking.parcel_status(profile.carrier, cell("status"), cell("status_detail"))
    _set_date(row, cell("ship_date"))
    if cell("line_quantity"):
        _with_quantity(row, cell("line_quantity"))
    verdict, reason = tracking.check(profile.carrier, number)
    if verdict == tracking.BAD:
        row.problems.append(reason)
    elif verdict == tracking.WARN:
        row.warnings.append(reason)
    if not row.key and profile.match == "key":
        row.problems.append("key_missing")
    return row


def _with_quantity(row: IssuedRow, text: str) -> IssuedRow:
    try:
        row.quantity = Decimal(text.replace(",", ""))
        if not row.quantity.is_finite() or row.quantity < 0:
            raise InvalidOperation
    except InvalidOperation:
        row.quantity = None
        row.problems.append("bad_quantity")
    return row


def _set_date(row: IssuedRow, text: str) -> None:
    digits = re.sub(r"\D", "", text)[:8]
    if not digits:
        return
    if re.fullmatch(r"\d{4}[/-]\d{1,2}[/-]\d{1,2}.*", text):
        year, month, day = (int(part) for part in re.findall(r"\d+", text)[:3])
        digits = f"{year:04d}{month:02d}{day:02d}"
    try:
        row.ship_date = datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        row.warnings.append("bad_date")
