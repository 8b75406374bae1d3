"""``bench/results.md``: one section per part, each with the run it comes from.

A run of some parts renews their sections and leaves the others as they are.
"""

from __future__ import annotations

import platform
import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.md"
_HEAD = """# Results of `make bench`

Only ratios inside one section mean anything; times of different runs or machines are not to be
compared. `python3 -m tools bench PART` renews one section.
"""
_MARK = "<!-- part: {} -->"


def read(path: Path = RESULTS) -> dict[str, str]:
    """Return the text of each section by its part."""
    if not path.exists():
        return {}
    pieces = re.split(r"^<!-- part: (\S+) -->\n", path.read_text(encoding="utf-8"), flags=re.M)
    return {name: text.strip() for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def write(name: str, lines: list[str], order: list[str], path: Path = RESULTS) -> None:
    """Renew the section of part ``name``; parts that are no longer in ``order`` go."""
    sections = read(path)
    sections[name] = "\n".join([*lines, "", f"({_run()})"])
    parts = [f"{_MARK.format(part)}\n{sections[part]}" for part in order if part in sections]
    path.write_text("\n\n".join([_HEAD.strip(), *parts]) + "\n", encoding="utf-8")


def _run() -> str:
    """Say which run a section comes from."""
    answer = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    return (
        f"{time.strftime('%Y-%m-%d')}, revision {answer.stdout.strip() or 'unknown'}, "
        f"Python {platform.python_version()}"
    )
