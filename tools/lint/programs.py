"""The linters of others: ruff and pylint-odoo, both configured at the root."""

from __future__ import annotations

import subprocess
import sys

from tools.paths import ADDONS, ROOT


def ruff() -> list[str]:
    """Run ruff on everything of ours."""
    return _run("ruff", "check", "--quiet", "--no-cache", "--output-format=concise", ".")


def ruff_format() -> list[str]:
    """List the files that `ruff format .` would write differently."""
    return _run("ruff", "format", "--check", "--no-cache", "--output-format=concise", ".")


def pylint_odoo() -> list[str]:
    """Run pylint-odoo on every addon."""
    addons = sorted(str(p.parent.relative_to(ROOT)) for p in ADDONS.glob("*/__manifest__.py"))
    if not addons:
        return []
    return _run("pylint", f"--rcfile={ROOT / '.pylintrc'}", "--persistent=n", *addons)


def _run(module: str, *arguments: str) -> list[str]:
    """Return a linter's lines; a crash without output is a problem too."""
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    lines = [
        line for line in result.stdout.splitlines() if line.strip() and not line.startswith("*****")
    ]
    if result.returncode and not lines:
        return [f"{module} failed: {result.stderr.strip()[-2000:]}"]
    return lines if result.returncode else []
