"""Fit a text into several fields of a label without ever losing a character. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

#: Kept whole wherever possible: block numbers such as 1-23-4, words of Latin letters.
_ATOM = re.compile(
    r"[0-9０-９]+(?:[-－‐−ー][0-9０-９]+)*[-－]?"
    r"|[A-Za-zＡ-Ｚａ-ｚ&'’.]+"
    r"|."
    r"[\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f]*",
    re.S,
)
_SPACES = " 　"


def split_text(
    parts: Sequence[str],
    capacities: Sequence[int],
    width: Callable[[str], int],
    apart: int | None = None,
) -> tuple[list[str], int]:
    """Spread ``parts`` over fields.

    Breaks are looked for at part borders first, then at spaces, then before numbers and where the
    script changes, last between any two characters; never inside a block number or a Latin word.

    :param parts: the text in meaningful pieces (prefecture, city, street, building)
    :param capacities: length of each field, 0 = unlimited
    :param width: length of a text as the tool counts
    :param apart: index of a part that begins a field of its own where there is room (the building)
    :return: (fields, excess): as many fields as capacities; excess 0 when all fitted
    """
    parts = [part.strip() for part in parts]
    for units_of in (_whole, _words, _scripts, _atoms):
        for own_field in (True, False) if apart is not None else (False,):
            units = _units(parts, units_of, apart if own_field else None, apart)
            fields = _fill(units, capacities, width)
            if fields is not None:
                return fields, 0
    return [], _excess(parts, capacities, width)


def _units(parts, units_of, own_field, spaced):
    """(text, starts a new field, joined with a space) in order."""
    units = []
    for number, part in enumerate(parts):
        for position, text in enumerate(units_of(part)):
            first = position == 0
            new_field = first and number == own_field and bool(units)
            with_space = first and number == spaced and bool(units)
            units.append((text, new_field, with_space))
    return units


def _fill(units, capacities, width):
    """Greedy: each field takes as much as it holds. None when the rest is too long."""
    fields = [""] * len(capacities)
    at = 0
    for text, new_field, with_space in units:
        if new_field and fields[at]:
            at += 1
        placed = False
        while at < len(capacities):
            joined = _join(fields[at], text, with_space)
            if not capacities[at] or width(joined.rstrip(_SPACES)) <= capacities[at]:
                fields[at] = joined
                placed = True
                break
            at += 1
        if not placed:
            return None
    return [field.strip(_SPACES) for field in fields]


def _join(field, text, with_space):
    if not field:
        return text.lstrip(_SPACES)
    return f"{field} {text}" if with_space else field + text


def _excess(parts, capacities, width):
    needed = sum(width(part) for part in parts)
    return max(1, needed - sum(capacities))


def _whole(part):
    return [part] if part else []


def _words(part):
    """Words with the spaces before them."""
    return re.findall(rf"[{_SPACES}]*[^{_SPACES}]+", part)


def _scripts(part):
    """Pieces that begin with a number or where the script changes."""
    pieces, last = [], None
    for atom in _ATOM.findall(part):
        script = _script(atom)
        if pieces and (script == last or (script == "other") or last == "space"):
            pieces[-1] += atom
        else:
            pieces.append(atom)
        last = script if script != "other" else last
    return pieces


def _atoms(part):
    return _ATOM.findall(part)


def _script(atom):
    char = atom[0]
    if char in _SPACES:
        return "space"
    if char.isdigit():
        return "digit"
    if "\u30a1" <= char <= "\u30ff" or "\uff66" <= char <= "\uff9f":
        return "katakana"
    if "\u3041" <= char <= "\u3096":
        return "hiragana"
    if char.isascii() or "Ａ" <= char <= "ｚ":
        return "latin" if char.isalpha() else "other"
    return "kanji" if char.isalpha() else "other"
