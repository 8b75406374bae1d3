"""GraphQL documents, one file each; every one is valid against Admin 2026-10 by itself."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "documents"
_COMMENT = re.compile(r"^#.*\n", re.MULTILINE)


@cache
def document(name: str) -> str:
    """The text of document ``name``, without its comments.

    :raise FileNotFoundError: there is no such document
    """
    return _COMMENT.sub("", (FOLDER / f"{name}.graphql").read_text(encoding="utf-8"))


def names() -> list[str]:
    """Names of all documents."""
    return sorted(path.stem for path in FOLDER.glob("*.graphql"))


@cache
def is_mutation(name: str) -> bool:
    """Whether document ``name`` changes something at the mall."""
    return document(name).lstrip().startswith("mutation")
