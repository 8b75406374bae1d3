"""Merge exported terms into i18n/ja.po, and check that none is left untranslated.

``python -m tools.lint.translations merge|check MEMORY module=terms.pot…``; MEMORY is a JSON
list of Odoo's own ja.po files, out of which the fields every model has are translated.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import polib

from tools.paths import ADDONS, ROOT

LANGUAGE = "ja"
#: Fields that Odoo's own modules put on our models: translated as Odoo does.
_STANDARD_FIELD = re.compile(
    r"field_\w+__(id|display_name|create_uid|create_date|write_uid|write_date|active|"
    r"(has_|my_)?(message|activity|rating|website_message|image|avatar)_\w+|has_message|"
    r"access_\w+)$"
)
_ODOO_MODEL = re.compile(r"^model:ir\.model,name:\w+\.model_(?!ec_)")


def merge(module: str, terms: Path, memory: dict[str, str]) -> list[str]:
    """Update a module's .pot and ja.po from its exported terms; return the gaps."""
    exported = polib.pofile(str(terms))
    folder = ADDONS / module / "i18n"
    folder.mkdir(exist_ok=True)
    _write(_catalog(exported, {}, f"{module}.pot"), folder / f"{module}.pot")
    target = folder / f"{LANGUAGE}.po"
    known = _translations(target) if target.exists() else {}
    for entry in exported:
        if entry.msgid not in known and _is_standard(entry) and entry.msgid in memory:
            known[entry.msgid] = memory[entry.msgid]
    _write(_catalog(exported, known, target.name), target)
    return check(module, terms)


def check(module: str, terms: Path) -> list[str]:
    """Return the module's terms without a finished translation."""
    target = ADDONS / module / "i18n" / f"{LANGUAGE}.po"
    if not target.exists():
        return [f"{_short(target)}: missing (run `python3 -m tools i18n`)"]
    catalog = {entry.msgid: entry for entry in polib.pofile(str(target)) if not entry.obsolete}
    problems = []
    for term in polib.pofile(str(terms)):
        entry = catalog.get(term.msgid)
        where = term.occurrences[0][0] if term.occurrences else ""
        shown = term.msgid if len(term.msgid) < 80 else term.msgid[:77] + "…"
        if entry is None:
            problems.append(f"{_short(target)}: not in the file: {shown!r} ({where})")
        elif entry.fuzzy:
            problems.append(f"{_short(target)}: fuzzy: {shown!r} ({where})")
        elif not entry.translated():
            problems.append(f"{_short(target)}: not translated: {shown!r} ({where})")
    return problems


def _is_standard(entry: polib.POEntry) -> bool:
    """Tell whether a term is Odoo's own: a standard field, the name of its model."""
    return any(
        _STANDARD_FIELD.search(place) or _ODOO_MODEL.search(place)
        for place, _line in entry.occurrences
    )


def _translations(path: Path) -> dict[str, str]:
    return {
        e.msgid: e.msgstr
        for e in polib.pofile(str(path))
        if e.msgstr and not e.fuzzy and not e.obsolete
    }


def _catalog(exported: polib.POFile, translations: dict[str, str], name: str) -> polib.POFile:
    """Return the terms in a stable order and without dates, so that diffs stay small."""
    catalog = polib.POFile(wrapwidth=78)
    catalog.metadata = {
        "Project-Id-Version": "EC Unified 19.0",
        "Language": "" if name.endswith(".pot") else LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for entry in sorted(exported, key=lambda e: e.msgid):
        catalog.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=translations.get(entry.msgid, ""),
                comment=entry.comment,
                occurrences=sorted((place, "0") for place, _line in entry.occurrences),
            )
        )
    return catalog


def _write(catalog: polib.POFile, path: Path) -> None:
    """Save the catalog unless the file says the same already."""
    content = str(catalog) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.write_text(content, encoding="utf-8")


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def main(arguments: list[str]) -> int:
    """Merge or check; print the gaps; 1 if there are any."""
    action, memory_files, *targets = arguments
    memory: dict[str, str] = {}
    if action == "merge":
        for name in json.loads(memory_files):
            if Path(name).exists():
                memory.update(_translations(Path(name)))
    gaps = 0
    for target in targets:
        module, _, terms = target.partition("=")
        found = (
            merge(module, Path(terms), memory)
            if action == "merge"
            else (check(module, Path(terms)))
        )
        gaps += len(found)
        print(f"translations {module}: {len(found) or 'no'} gaps", flush=True)
        for problem in found:
            print(f"  {problem}", flush=True)
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
