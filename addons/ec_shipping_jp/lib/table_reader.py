"""Read a file somebody hands us: whatever is wrong with it is said, nothing is guessed. Pure."""

from __future__ import annotations

import csv
import io
import re

from ...ec_unified.lib.errors import DataError

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 300
MAX_CELL = 5_000

_TEXT_WRAPPER = re.compile(r'=\s*"([^"]*)"')
#: A spreadsheet's mark for "this is text", before a number or a key.
_APOSTROPHE = re.compile(r"['’][0-9A-Za-z][0-9A-Za-z/#-]*")
#: What cp932 makes of bytes that are no text at all.
_GARBAGE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\uf8f0-\uf8f3\ufffd]")
_FORMULA = re.compile(r"^[=@]|^[+\-].*[(|!]")


def read_table(content: bytes, *, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """The rows of a CSV file, with their line numbers; empty rows are left out.

    :raise DataError: the file is no table we can read; ``reason`` says why
    """
    text = _decode(_check_size(content))
    if delimiter == "," and "\t" in text.partition("\n")[0] and "," not in text.partition("\n")[0]:
        delimiter = "\t"
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, _check_row(cells, reader.line_num)))
            if len(rows) > MAX_ROWS:
                raise _refused("file_too_many_rows", limit=MAX_ROWS)
    except csv.Error as error:
        raise _refused("file_broken_quotes", line=reader.line_num) from error
    if not rows:
        raise _refused("file_empty")
    return rows


def _check_size(content: bytes) -> bytes:
    if not content:
        raise _refused("file_empty")
    if len(content) > MAX_BYTES:
        raise _refused(
            "file_too_big", megabytes=len(content) // 1048576, limit=MAX_BYTES // 1048576
        )
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise _refused("file_is_excel")
    if content[:4] == b"%PDF":
        raise _refused("file_is_pdf")
    return content


def _decode(content: bytes) -> str:
    """BOM, then strict UTF-8, then cp932; anything else is refused."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _GARBAGE.search(text):
            break
        return text
    raise _refused("file_encoding")


def _check_row(cells: list[str], line: int) -> list[str]:
    if len(cells) > MAX_COLUMNS:
        raise _refused("file_too_many_columns", line=line, limit=MAX_COLUMNS)
    return [_check_cell(cell.strip(), line, place) for place, cell in enumerate(cells, 1)]


def _check_cell(cell: str, line: int, place: int) -> str:
    if len(cell) > MAX_CELL:
        raise _refused("file_cell_too_long", line=line, column=place)
    wrapped = _TEXT_WRAPPER.fullmatch(cell)
    if wrapped:
        cell = wrapped[1].strip()
    if _APOSTROPHE.fullmatch(cell):
        cell = cell[1:]
    if _FORMULA.match(cell):
        raise _refused("file_formula", line=line, column=place)
    return cell


def _refused(reason: str, **params) -> DataError:
    return DataError(f"{reason} {params}", reason=reason, params=params)
