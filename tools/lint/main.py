"""Command `lint`: start the checks in the environment's Python (they need lxml, polib)."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .. import python_env
from ..paths import ROOT
from ..pure_tests import variables


def command(python: Path, arguments: list[str]) -> list[str]:
    """Return the command line of the checks."""
    return [str(python), "-m", "tools.lint", *arguments]


def main(arguments: list[str]) -> int:
    """Run the checks and return 0 if all pass."""
    python = python_env.ensure()
    return subprocess.run(command(python, arguments), cwd=ROOT, env=variables()).returncode
