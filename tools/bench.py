"""``make bench``: the benchmarks of ``bench/run.py`` in the environment's Python.

The script gets ``EC_BENCH_TEMPLATE`` (a database with all our addons, to be copied with
``tools.database.copy``) and may use every function of ``tools``.
"""

from __future__ import annotations

import subprocess

from . import database, environment, postgres
from .console import ToolError
from .paths import ROOT


def main(arguments: list[str]) -> int:
    """Command `bench`."""
    script = ROOT / "bench/run.py"
    if not script.exists():
        raise ToolError("bench/run.py does not exist yet")
    was_running = postgres.is_running()
    env = environment.ensure()
    template = database.ensure_ours(env)
    try:
        return subprocess.run(
            [str(env.python), str(script), *arguments],
            cwd=ROOT,
            env=env.variables(EC_BENCH_TEMPLATE=template),
        ).returncode
    finally:
        if not was_running:
            postgres.stop_if_unused()
