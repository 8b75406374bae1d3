"""A throw-away shop for system tests and benchmarks: own database, both malls, Odoo processes.

The malls run in this process (so their state can be read directly), Odoo runs beside it and is
started, killed and started again at will.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import database, environment, odoo_run
from .console import ToolError
from .paths import LOGS, ROOT

_MARK = "LAB-RESULT:"
_PREAMBLE = """
import json, sys
sys.path.insert(0, {root!r})
def answer(value):
    print({mark!r} + json.dumps(value, default=str))
"""


class Lab:
    """Context manager around one database copied from the template with all our addons.

    :param name: database name; dropped at the end
    :param malls: provider → running simulated mall (``MallServer``)
    """

    def __init__(self, name: str, malls: dict[str, Any]) -> None:
        self.env = environment.ensure()
        self.name = name
        self.malls = malls
        self._process: subprocess.Popen[bytes] | None = None
        self.port = odoo_run.free_port()

    def __enter__(self) -> Lab:
        template = database.ensure_ours(self.env)
        database.drop(self.env, self.name)
        database.copy(self.env, template, self.name)
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill_odoo()
        database.drop(self.env, self.name)

    def script(self, code: str) -> Any:
        """Run code in Odoo's shell; returns what it passed to ``answer()``.

        Nothing is committed unless the code does so.
        """
        preamble = _PREAMBLE.format(root=str(ROOT), mark=_MARK)
        body = preamble + textwrap.dedent(code)
        output = odoo_run.shell(self.env, self.name, f"exec({body!r})\n")
        for line in reversed(output.splitlines()):
            if _MARK in line:
                return json.loads(line.split(_MARK, 1)[1])
        return None

    def psql(self, query: str) -> str:
        """One SQL statement against the lab's database."""
        return database.psql(self.env, query, self.name)

    def wake_crons(self) -> None:
        """Have the running Odoo look at its crons now, as a committed trigger does."""
        database.psql(self.env, f"NOTIFY cron_trigger, '{self.name}'", "postgres")

    @property
    def log(self) -> Path:
        """The log of the Odoo processes of this lab, one after the other."""
        return LOGS / f"{self.name}.log"

    def start_odoo(self, *arguments: str) -> None:
        """Start Odoo with its crons; returns when the process runs, not when it is ready."""
        LOGS.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.env.odoo_command(
                    *odoo_run.database_arguments(self.name),
                    f"--http-port={self.port}",
                    "--max-cron-threads=2",
                    "--log-level=warn",
                    *arguments,
                ),
                env=self.env.variables(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill_odoo(self) -> None:
        """End Odoo the hard way (SIGKILL to its whole group), as a power cut would."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # noqa: S110 - it had ended by itself
        self._process.wait()
        self._process = None

    def wait_for(self, condition: Callable[[], bool], seconds: float, what: str) -> float:
        """Poll until ``condition`` holds; returns the seconds it took.

        :raise ToolError: when it does not hold in time, or Odoo ended by itself
        """
        started = time.monotonic()
        while not condition():
            if time.monotonic() - started > seconds:
                raise ToolError(f"not after {seconds:.0f} s: {what}; see {self.log}")
            if self._process is not None and self._process.poll() is not None:
                raise ToolError(f"Odoo ended with {self._process.returncode}; see {self.log}")
            time.sleep(0.2)
        return time.monotonic() - started
