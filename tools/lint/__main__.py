"""Run all static checks: ``python -m tools.lint [check…]`` in the environment's Python."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools.lint import architecture, data_files, programs

Check = Callable[[], list[str]]

CHECKS: dict[str, Check] = {
    "ruff": programs.ruff,
    "ruff-format": programs.ruff_format,
    "pylint-odoo": programs.pylint_odoo,
    "data-files": data_files.check,
    "architecture": architecture.check,
}


def main(names: list[str]) -> int:
    """Run the named checks (all by default); print problems; 1 if there are any."""
    results = {}
    for name in names or CHECKS:
        start = time.monotonic()
        problems = CHECKS[name]()
        seconds = time.monotonic() - start
        results[name] = len(problems)
        state = f"{len(problems)} problems" if problems else "passed"
        print(f"lint {name}: {state} ({seconds:.1f} s)", flush=True)
        for problem in problems:
            print(f"  {problem}", flush=True)
    target = os.environ.get("EC_LINT_RESULT")
    if target:
        Path(target).write_text(json.dumps(results))
    return 1 if any(results.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
