"""Checks of XML, CSV and po files: well formed, no id twice, every data file loaded."""

from __future__ import annotations

import ast
import csv
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib

from tools.paths import ADDONS, ROOT

#: Folders whose XML and CSV files Odoo loads only if the manifest names them.
DATA_FOLDERS = {"data", "security", "views", "wizards", "wizard", "report", "reports"}


def check(addons: Path = ADDONS) -> list[str]:
    """Return the problems of all data files of our addons."""
    problems: list[str] = []
    for manifest in sorted(addons.glob("*/__manifest__.py")):
        addon = manifest.parent
        for path in sorted(addon.rglob("*")):
            reader = _READERS.get(path.suffix)
            if reader and path.is_file():
                problems += [f"{_short(path)}: {text}" for text in reader(path)]
        problems += _manifest(addon, manifest)
    return problems


def _xml(path: Path) -> Iterator[str]:
    try:
        tree = ElementTree.parse(path)
    except ElementTree.ParseError as error:
        yield f"not well formed: {error}"
        return
    if tree.getroot().tag != "odoo":
        return
    ids = Counter(
        node.get("id")
        for node in tree.iter()
        if node.tag in ("record", "template", "menuitem", "report") and node.get("id")
    )
    for name, count in ids.items():
        # noupdate data may be split, but one file never needs the same id twice.
        if count > 1:
            yield f"id {name} appears {count} times"


def _csv(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    if not rows:
        yield "empty file"
        return
    header, *lines = rows
    for number, row in enumerate(lines, 2):
        if row and len(row) != len(header):
            yield f"line {number} has {len(row)} cells, the header {len(header)}"
    if header[0] == "id":
        for name, count in Counter(row[0] for row in lines if row).items():
            if count > 1:
                yield f"id {name} appears {count} times"


def _po(path: Path) -> Iterator[str]:
    try:
        catalog = polib.pofile(str(path), check_for_duplicates=True)
    except (OSError, ValueError) as error:
        yield f"not a valid po file: {error}"
        return
    for entry in catalog:
        if entry.msgstr and _placeholders(entry.msgid) != _placeholders(entry.msgstr):
            yield f"line {entry.linenum}: other placeholders than in {entry.msgid[:60]!r}"


def _placeholders(text: str) -> Counter[str]:
    """Return the named and positional %-placeholders of a text."""
    import re

    return Counter(re.findall(r"%\(\w+\)[sdrf]|%[sdrf]", text.replace("%%", "")))


def _manifest(addon: Path, manifest: Path) -> Iterator[str]:
    """Yield data files that the manifest forgot, and files it names in vain."""
    content = ast.literal_eval(manifest.read_text(encoding="utf-8"))
    listed = set(content.get("data", [])) | set(content.get("demo", []))
    for name in sorted(listed):
        if not (addon / name).is_file():
            yield f"{_short(manifest)}: {name} does not exist"
    for path in sorted(addon.rglob("*")):
        name = str(path.relative_to(addon))
        if (
            path.suffix in (".xml", ".csv")
            and path.relative_to(addon).parts[0] in DATA_FOLDERS
            and name not in listed
        ):
            yield f"{_short(path)}: not listed in the manifest"


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


_READERS = {".xml": _xml, ".csv": _csv, ".po": _po, ".pot": _po}
