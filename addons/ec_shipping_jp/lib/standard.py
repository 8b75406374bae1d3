"""The layouts we ship: read from ``lib/layouts``. Pure."""

from __future__ import annotations

import csv
from pathlib import Path

from .profile import Column, Profile, parse_codes

FOLDER = Path(__file__).resolve().parent / "layouts"


def profile_rows() -> list[dict[str, str]]:
    """One dict per layout: the columns of ``profiles.csv``."""
    return _rows("profiles.csv")


def column_rows(code: str) -> list[dict[str, str]]:
    """One dict per column of a layout."""
    return _rows(f"{code}.csv")


def fold_rows() -> list[dict[str, str]]:
    """Characters a tool may refuse and what stands for them."""
    return _rows("folds.csv")


def transit_rows() -> list[dict[str, str]]:
    """Days under way per prefecture, from the Kanto area."""
    return _rows("transit_days.csv")


def folds() -> dict[str, str]:
    """The table for ``Folder``."""
    return {row["char"]: row["replacement"] for row in fold_rows()}


def load(code: str) -> Profile:
    """A layout as data, without any database."""
    values = next(row for row in profile_rows() if row["code"] == code)
    return make_profile(values, column_rows(code))


def make_profile(values: dict, columns: list[dict]) -> Profile:
    """A ``Profile`` of texts, as CSV files and records hold them."""
    return Profile(
        code=values["code"],
        name=values["name"],
        kind=values["kind"],
        carrier=values["carrier"] or "",
        encoding=values["encoding"],
        charset=values["charset"],
        header=values["header"],
        max_rows=int(values["max_rows"] or 0),
        key_bytes=int(values["key_bytes"] or 0),
        row_per=values["row_per"] or "delivery",
        match=values["match"] or "key",
        quote_all=str(values.get("quote_all") or "") in ("1", "True"),
        columns=tuple(make_column(row) for row in columns),
    )


def make_column(row: dict) -> Column:
    """A ``Column`` of texts."""
    return Column(
        index=int(row["index"]),
        name=row["name"] or "",
        source=row["source"] or "",
        value=row["value"] or "",
        kind=row["kind"] or "text",
        required=str(row["required"]) in ("1", "True"),
        max_bytes=int(row["max_bytes"] or 0),
        codes=parse_codes(row["codes"]),
        only=frozenset(filter(None, (row["only"] or "").replace(" ", "").split(","))),
        layout=row["layout"] or "",
        on_long=row["on_long"] or "error",
        header=tuple(filter(None, (row["header"] or "").split("|"))),
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
