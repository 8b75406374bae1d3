"""The tests that need no Odoo, by plain pytest: simulators, wire clients, repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .paths import ROOT, cache_dir, shopify_schema_dir

#: Folders of `tests/` that need Odoo: `odoo` runs in it (pytest-odoo), `system` beside it.
NEEDING_ODOO = {"odoo", "system"}


def folders() -> list[str]:
    """Return the folders with pure tests."""
    return sorted(
        f"tests/{path.name}"
        for path in (ROOT / "tests").iterdir()
        if path.name not in NEEDING_ODOO and any(path.rglob("test_*.py"))
    )


def variables() -> dict[str, str]:
    """Return the environment variables of pure tests (no Odoo on the path)."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "EC_SHOPIFY_SCHEMA_DIR": str(shopify_schema_dir()),
        "PYTHONPYCACHEPREFIX": str(cache_dir("pycache")),
    }


def command(python: Path, arguments: list[str]) -> list[str]:
    """Return pytest's command line; without a path, all pure tests."""
    has_path = any((ROOT / a.split("::")[0]).exists() for a in arguments if not a.startswith("-"))
    paths = [] if has_path else folders()
    return [
        str(python),
        "-m",
        "pytest",
        "-p",
        "no:odoo",
        "-p",
        "no:cacheprovider",
        *paths,
        *arguments,
    ]


def run(python: Path, arguments: list[str]) -> int:
    """Run pytest and return its exit code."""
    return subprocess.run(command(python, arguments), env=variables(), cwd=ROOT).returncode
