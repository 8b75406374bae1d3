"""Make a carrier's file from deliveries: every cell checked before anything is written. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .chars import Folder, defuse, width
from .profile import ANY, LABEL, ON_LONG_CUT, ON_LONG_EMPTY, Column, Profile
from .sources import LISTS, NONE, SIMPLE, SPREAD, LabelData
from .splitting import split_text

_PHONE = re.compile(r"[^0-9\-]")
_EMPTY = ("", NONE, None)
#: Sources whose value is a promise: heading to name them by where the layout has no such column.
_PROMISES = {
    "wish_date": "お届け日",
    "window": "時間帯",
    "cool": "クール",
    "parcels": "個数",
    "cod_amount": "代引金額",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about one cell. ``code`` is translated by the caller, ``params`` fill the text."""

    row: int
    key: str
    column: str
    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class LabelFile:
    """``contents``: one or more files (tools with a row limit), empty when a row has an error."""

    contents: list[bytes]
    errors: list[Finding]
    notes: list[Finding]
    rows: list[list[str]]


def build(
    profile: Profile, rows: Sequence[LabelData], folds: Mapping[str, str] | None = None
) -> LabelFile:
    """The file of ``profile`` with one row per entry of ``rows``."""
    maker = _Maker(profile, folds or {})
    cells = [maker.row(number, data) for number, data in enumerate(rows, 1)]
    maker.check_keys(rows)
    contents = [] if maker.errors or not cells else _write(profile, cells)
    return LabelFile(contents=contents, errors=maker.errors, notes=maker.notes, rows=cells)


def _write(profile: Profile, cells: list[list[str]]) -> list[bytes]:
    size = profile.max_rows or len(cells)
    heading = [""] * profile.count
    for column in profile.columns:
        heading[column.index - 1] = column.name
    contents = []
    for start in range(0, len(cells), size):
        buffer = io.StringIO(newline="")
        quoting = csv.QUOTE_ALL if profile.quote_all else csv.QUOTE_MINIMAL
        writer = csv.writer(buffer, lineterminator=profile.newline, quoting=quoting)
        if profile.header == "yes":
            writer.writerow(heading)
        writer.writerows(cells[start : start + size])
        contents.append(buffer.getvalue().encode(profile.encoding))
    return contents


class _Maker:
    """Fills rows and collects what is wrong with them."""

    def __init__(self, profile: Profile, folds: Mapping[str, str]):
        self.profile = profile
        self.folder = Folder(folds, profile.encoding, profile.charset)
        self.errors: list[Finding] = []
        self.notes: list[Finding] = []
        self.groups: dict[str, list[Column]] = {}
        for column in sorted(profile.columns, key=lambda column: column.index):
            self.groups.setdefault(column.source, []).append(column)
        self.number, self.data = 0, None

    def row(self, number: int, data: LabelData) -> list[str]:
        """The cells of one row."""
        self.number, self.data = number, data
        cells = [""] * self.profile.count
        kept = set()
        for source, columns in self.groups.items():
            used = [c for c in columns if not c.only or data.service in c.only]
            if used:
                kept.add(source)
            for column, value in self._values(source, used):
                cells[column.index - 1] = value
        for source in _PROMISES:
            if source not in kept and (self.profile.kind == LABEL or source in self.groups):
                self._judge_unkept(source)
        return cells

    def check_keys(self, rows: Sequence[LabelData]) -> None:
        """A key that stands twice could not be told apart when it comes back."""
        if self.profile.row_per == "line" or not self.profile.by_source("key"):
            return
        seen: dict[str, int] = {}
        for number, data in enumerate(rows, 1):
            if data.key in seen and self.profile.row_per == "delivery":
                self.errors.append(Finding(row=number, key=data.key, column="", code="key_twice"))
            seen[data.key] = number

    # --- values ---

    def _values(self, source: str, columns: list[Column]):
        if not columns:
            return
        if source in SPREAD:
            yield from self._spread(source, columns)
            return
        if source in LISTS:
            texts = LISTS[source](self.data)
            for position, column in enumerate(columns):
                text = texts[position] if position < len(texts) else ""
                yield column, self._finish(column, text or column.value)
            return
        for column in columns:
            yield column, self._single(column)

    def _single(self, column: Column) -> str:
        raw = SIMPLE[column.source](self.data) if column.source in SIMPLE else ""
        if column.kind == "amount":
            if raw == "":
                return self._finish(column, column.value)
            return self._amount(column, str(raw))
        if column.codes and raw not in ("", None):
            return self._code(column, str(raw))
        if isinstance(raw, date):
            ship_date = self.data.ship_date
            if column.source == "wish_date" and ship_date and raw < ship_date:
                self._error(column, "wish_past", value=raw.strftime("%Y/%m/%d"))
            return raw.strftime(column.layout or "%Y/%m/%d")
        text = column.value if raw in _EMPTY else str(raw)
        return self._finish(column, text)

    def _code(self, column: Column, key: str) -> str:
        """The tool's code for a key of ours; one without a code is never passed over silently.

        ``service:key`` are the codes of one service: it takes those and no others.
        """
        codes, own = column.codes, f"{self.data.service}:"
        if any(name.startswith(own) for name in codes):
            if key == NONE:
                self._error(column, "missing")
            key, codes = own + key, {k: v for k, v in codes.items() if k.startswith(own)}
        for name in (key, ANY):
            if name in codes:
                return codes[name]
        key = key.removeprefix(own)
        if key != NONE:
            self._error(column, "no_code", value=key)
        return column.value

    def _amount(self, column: Column, text: str) -> str:
        if not text:
            return self._finish(column, text)
        most = column.codes.get(self.data.service) or column.codes.get(ANY)
        if most and int(text) > int(most):
            self._error(column, "amount_too_big", value=text, limit=most)
        nothing = int(text) == 0 and column.source == "cod_amount" and self.data.is_cod
        if int(text) < 0 or nothing:
            self._error(column, "amount_too_small", value=text)
        return self._finish(column, text)

    def _spread(self, source: str, columns: list[Column]):
        parts, apart = SPREAD[source](self.data)
        texts = [self._folded(columns[0], part) for part in parts]
        start = next((number for number, text in enumerate(texts) if text), 0)
        texts[start] = defuse(texts[start])  # before it is cut to length: it grows
        if apart is not None and not any(texts[:apart]):
            apart = None
        capacities = [column.max_bytes for column in columns]
        fields, excess = split_text(texts, capacities, self._width, apart)
        if excess:
            self._error(columns[-1], "too_long", name=columns[0].name, excess=excess)
            fields = [""] * len(columns)
        for column, text in zip(columns, fields, strict=True):
            text = defuse(text or column.value)
            if column.required and not text and not excess:
                self._error(column, "missing")
            if column.max_bytes and (more := self._width(text) - column.max_bytes) > 0:
                self._error(column, "too_long", name=column.name, excess=more)
            yield column, text

    # --- checks of one cell ---

    def _finish(self, column: Column, text: str) -> str:
        """The text as it may stand in the cell."""
        text = self._folded(column, text)
        check = getattr(self, f"_check_{column.kind}", None)
        if text and check:
            text = check(column, text)
        if column.required and not text:
            self._error(column, "missing")
        if column.kind == "text":
            text = defuse(text)
        elif defuse(text) != text:  # half-width only: there is no harmless way to write it
            text = self._refuse_formula(column, text)
        if column.max_bytes and self._width(text) > column.max_bytes:
            text = self._shorten(column, text)
        return text

    def _refuse_formula(self, column: Column, text: str) -> str:
        if column.on_long == ON_LONG_EMPTY:
            self._note(column, "left_empty", value=text)
            return ""
        self._error(column, "formula", value=text)
        return text

    def _shorten(self, column: Column, text: str) -> str:
        excess = self._width(text) - column.max_bytes
        if column.on_long == ON_LONG_EMPTY:
            self._note(column, "left_empty", value=text)
            return ""
        if column.on_long != ON_LONG_CUT:
            self._error(column, "too_long", name=column.name, excess=excess)
            return text
        while self._width(text) > column.max_bytes:
            text = text[:-1]
        self._note(column, "cut", excess=excess)
        return text

    def _check_zip(self, column: Column, text: str) -> str:
        digits = re.sub(r"\D", "", text)
        if len(digits) != 7:
            self._error(column, "bad_zip", value=text)
            return text
        return f"{digits[:3]}-{digits[3:]}"

    def _check_phone(self, column: Column, text: str) -> str:
        text = re.sub(r"^\+?81[\s\-(]*0?\)?", "0", text) if text.startswith("+") else text
        text = _PHONE.sub("", re.sub(r"[()\s.]+", "-", text)).strip("-")
        text = re.sub(r"-{2,}", "-", text)
        digits = text.replace("-", "")
        if not 9 < len(digits) < 12 or not digits.startswith("0"):
            self._error(column, "bad_phone", value=text)
        return digits if column.max_bytes and len(text) > column.max_bytes else text

    def _check_ascii(self, column: Column, text: str) -> str:
        if not text.isascii():
            self._error(column, "not_ascii", value=text)
        return text

    def _check_digits(self, column: Column, text: str) -> str:
        if not (text.isascii() and text.isdigit()):
            self._error(column, "not_digits", value=text)
        return text

    def _folded(self, column: Column, text: str) -> str:
        text, done, refused = self.folder.fold(text)
        for char, replacement in done:
            self._note(column, "folded", char=char, replacement=replacement)
        if refused:
            self._error(column, "refused_characters", chars=" ".join(dict.fromkeys(refused)))
        return text

    def _judge_unkept(self, source: str) -> None:
        """A promise this tool or service cannot print: a wish is noted, all else is refused.

        Money nobody collects, frozen goods in a letter box and too few labels are no trifle.
        """
        value = SIMPLE[source](self.data)
        columns = self.groups.get(source)
        column = columns[0] if columns else Column(index=0, name=_PROMISES[source])
        service = self.data.service
        if source == "parcels":
            if self.data.parcels > 1 and self.profile.row_per != "parcel":
                self._error(column, "one_parcel_only", service=service)
        elif source == "cod_amount":
            if self.data.is_cod:
                self._error(column, "no_cod")
        elif value in _EMPTY:
            return
        elif source == "cool":
            self._error(column, "no_code", value=value)
        else:
            self._note(column, "not_for_service", service=service)

    def _width(self, text: str) -> int:
        return width(text, self.profile.encoding)

    def _error(self, column: Column, code: str, **params) -> None:
        self.errors.append(self._finding(column, code, params))

    def _note(self, column: Column, code: str, **params) -> None:
        self.notes.append(self._finding(column, code, params))

    def _finding(self, column: Column, code: str, params: dict) -> Finding:
        return Finding(
            row=self.number, key=self.data.key, column=column.name, code=code, params=params
        )
