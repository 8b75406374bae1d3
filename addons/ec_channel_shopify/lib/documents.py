"""GraphQL documents, one file each; what several of them select is a fragment, written once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "documents"
FRAGMENTS = FOLDER / "fragments"
_COMMENT = re.compile(r"^#.*\n", re.MULTILINE)
_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")
_DEFINED = re.compile(r"^fragment (\w+) on", re.MULTILINE)


@cache
def document(name: str) -> str:
    """The text of document ``name``, without its comments, with the fragments it needs.

    :raise FileNotFoundError: there is no such document, or no such fragment
    """
    text = _read(FOLDER / f"{name}.graphql")
    known = set(_DEFINED.findall(text))
    wanted = _SPREAD.findall(text)
    while wanted:
        fragment = wanted.pop(0)
        if fragment not in known:
            known.add(fragment)
            added = _read(FRAGMENTS / f"{fragment}.graphql")
            wanted += _SPREAD.findall(added)
            text = f"{text.rstrip()}\n\n{added}"
    return text


def names() -> list[str]:
    """Names of all documents."""
    return sorted(path.stem for path in FOLDER.glob("*.graphql"))


@cache
def is_mutation(name: str) -> bool:
    """Whether document ``name`` changes something at the mall."""
    return document(name).lstrip().startswith("mutation")


def _read(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))
