"""Odoo's tests by pytest-odoo, on a copy of a database that is dropped afterwards."""

from __future__ import annotations

import os
import subprocess

from . import database
from .environment import CONFIG, Environment
from .paths import ROOT


def run_on_copy(env: Environment, source: str, arguments: list[str], **variables: str) -> int:
    """Run pytest-odoo on a copy of ``source``; return pytest's exit code."""
    name = f"{source}_t{os.getpid()}"
    database.copy(env, source, name)
    try:
        return subprocess.run(
            command(env, name, arguments), env=env.variables(**variables), cwd=ROOT
        ).returncode
    finally:
        drop_copies(env, name)


def command(env: Environment, name: str, arguments: list[str]) -> list[str]:
    """Return the command line of pytest-odoo on database ``name``."""
    return [
        str(env.python),
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--odoo-config={CONFIG}",
        f"--odoo-database={name}",
        "--odoo-http",
        "--odoo-log-level=error",
        "--odoo-extra",
        f"db-filter=^{name}$",
        *(arguments or ["addons"]),
    ]


def drop_copies(env: Environment, name: str) -> None:
    """Drop a test copy, and those of xdist's workers that a crash left behind."""
    for existing in database.list_databases(env):
        if existing == name or existing.startswith(f"{name}-"):
            database.drop(env, existing)
