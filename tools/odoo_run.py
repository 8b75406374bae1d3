"""Run Odoo: to install or update modules, as a shell, as a server; judge its log."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from pathlib import Path

from .console import ToolError
from .environment import CONFIG, Environment
from .paths import LOGS

_PROBLEM = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (WARNING|ERROR|CRITICAL) ")
_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ [A-Z]+ ")
#: Records that say nothing about our addons: of the environment, or of Odoo when a module
#: has no test for the phase.
_HARMLESS = (
    "unable to find wkhtmltopdf",
    "Missing or invalid wkhtmltopdf",
    "0 failed, 0 error(s) of 0 tests",
)


def free_port() -> int:
    """Return a TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether nobody listens on this port of the loopback address."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def database_arguments(database: str) -> list[str]:
    """Return the arguments that tie Odoo to this checkout and one database."""
    return ["-c", str(CONFIG), "-d", database, f"--db-filter=^{database}$"]


def run(
    env: Environment, database: str, *arguments: str, log: Path | None = None
) -> tuple[int, list[str]]:
    """Run Odoo once (``--stop-after-init``); return its code and the log's problems."""
    log = log or LOGS / f"{database}-{int(time.time())}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        code = subprocess.run(
            env.odoo_command(
                *database_arguments(database),
                "--stop-after-init",
                f"--http-port={free_port()}",
                "--max-cron-threads=0",
                *arguments,
            ),
            env=env.variables(),
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode
    return code, problems(log.read_text(errors="replace"))


def run_checked(env: Environment, database: str, *arguments: str, log: Path | None = None) -> None:
    """Run Odoo once; a failure or a problem in its log raises."""
    code, found = run(env, database, *arguments, log=log)
    if code or found:
        shown = "\n".join(found[:20])
        raise ToolError(
            f"odoo {' '.join(arguments)} on {database}: exit code {code}, "
            f"{len(found)} problems in the log\n{shown}" + (f"\nWhole log: {log}" if log else "")
        )


def problems(log: str) -> list[str]:
    """Return the log's WARNING, ERROR and CRITICAL records, tracebacks included."""
    found: list[str] = []
    inside = False
    for line in log.splitlines():
        if _RECORD.match(line):
            inside = bool(_PROBLEM.match(line)) and not any(text in line for text in _HARMLESS)
            if inside:
                found.append(line)
        elif inside:
            found[-1] += f"\n{line}"
        elif line.startswith("Traceback "):
            found.append(line)
            inside = True
    return found


def shell_command(env: Environment, database: str, log_level: str) -> list[str]:
    """Return the command line of Odoo's shell, which reads a script from its input."""
    return env.odoo_command(
        "shell",
        *database_arguments(database),
        "--no-http",
        f"--log-level={log_level}",
        "--shell-interface=python",
    )


def shell(env: Environment, database: str, script: str) -> str:
    """Run a script in Odoo's shell (``env`` is there) and return what it printed."""
    result = subprocess.run(
        shell_command(env, database, "warn"),
        env=env.variables(),
        input=script,
        capture_output=True,
        text=True,
    )
    if result.returncode or "Traceback (most recent" in result.stderr:
        raise ToolError(f"script in odoo shell on {database} failed:\n{result.stderr[-4000:]}")
    return result.stdout
