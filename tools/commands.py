"""The commands of ``python3 -m tools``; each is a function of its arguments."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

from . import database, environment, odoo_run, postgres, python_env
from .console import ToolError, say
from .paths import ROOT, RUN, shopify_schema_dir

Command = Callable[[list[str]], int]


def run_command(arguments: list[str]) -> int:
    """Find the command by name and run it."""
    name = arguments[0] if arguments else "help"
    command = COMMANDS.get(name)
    if command is None or name in ("help", "-h", "--help"):
        for key, function in COMMANDS.items():
            print(f"  {key:9} {(function.__doc__ or '').splitlines()[0]}")
        return 0 if name in ("help", "-h", "--help") else 2
    return command(arguments[1:])


def _env(arguments: list[str]) -> int:
    """Prepare Odoo, Python, PostgreSQL and the database ec_base."""
    env = environment.ensure()
    database.ensure_base(env)
    say(f"Odoo {env.odoo.root}")
    say(f"Python {env.python}")
    return 0


def _devdb(arguments: list[str]) -> int:
    """NAME [module,…]: make database NAME afresh from ec_base, install modules."""
    name, modules = _name_and_modules(arguments)
    env = environment.ensure()
    base = database.ensure_base(env)
    database.drop(env, name)
    database.copy(env, base, name)
    return _apply(env, name, "-i", modules) if modules else 0


def _update(arguments: list[str]) -> int:
    """NAME module,…: odoo -u; prints only warnings and errors."""
    name, modules = _name_and_modules(arguments)
    if not modules:
        raise ToolError("usage: python3 -m tools update NAME module[,module]")
    return _apply(environment.ensure(), name, "-u", modules)


def _apply(env: environment.Environment, name: str, option: str, modules: str) -> int:
    code, found = odoo_run.run(env, name, option, modules)
    for record in found:
        print(record)
    say(f"odoo {option} {modules} on {name}: exit code {code}, {len(found)} problems")
    return 1 if code or found else 0


def _pytest(arguments: list[str]) -> int:
    """NAME [pytest args]: pytest-odoo on a copy of database NAME, dropped afterwards."""
    from . import odoo_tests

    name, rest = arguments[0], arguments[1:]
    return odoo_tests.run_on_copy(environment.ensure(), name, rest)


def _odoo(arguments: list[str]) -> int:
    """NAME [args]: Odoo's server (free port) or `shell` on database NAME."""
    env = environment.ensure()
    name, rest = arguments[0], arguments[1:]
    subcommand = [rest.pop(0)] if rest and not rest[0].startswith("-") else []
    if not subcommand and not any(a.startswith(("-p", "--http-port")) for a in rest):
        port = odoo_run.free_port()
        rest.append(f"--http-port={port}")
        say(f"http://127.0.0.1:{port}  login admin / admin")
    command = env.odoo_command(*subcommand, *odoo_run.database_arguments(name), *rest)
    os.execve(command[0], command, env.variables())


def _py(arguments: list[str]) -> int:
    """[args]: the Python of the environment, with Odoo importable."""
    env = environment.ensure()
    os.execve(env.python, [str(env.python), *arguments], env.variables())


def _wire(arguments: list[str]) -> int:
    """[pytest args]: the tests that need no Odoo (wire, contract, malls, repo)."""
    from . import pure_tests

    return pure_tests.run(python_env.ensure(), arguments)


def _schema(arguments: list[str]) -> int:
    """Fetch Shopify's schema; print its folder."""
    print(shopify_schema_dir())
    return 0


def _dropdb(arguments: list[str]) -> int:
    """NAME…: drop databases and their filestores."""
    env = environment.ensure()
    for name in arguments:
        database.drop(env, name)
    return 0


def _psql(arguments: list[str]) -> int:
    """NAME [psql args]: psql on database NAME."""
    env = environment.ensure()
    command = [str(env.programs / "psql"), "-d", *(arguments or ["postgres"])]
    return subprocess.run(command, env=env.variables()).returncode


def _stop(arguments: list[str]) -> int:
    """Stop the embedded PostgreSQL of this checkout."""
    postgres.Cluster(postgres.binaries(python_env.ensure())).stop()
    return 0


def _clean(arguments: list[str]) -> int:
    """Stop PostgreSQL and delete this checkout's databases, logs and filestores."""
    if postgres.is_running() and not postgres.external_settings():
        _stop([])
    shutil.rmtree(RUN, ignore_errors=True)
    return 0


def _name_and_modules(arguments: list[str]) -> tuple[str, str]:
    if not arguments:
        raise ToolError("name a database")
    return arguments[0], ",".join(arguments[1:])


def _later(module: str) -> Command:
    """Return a command that lives in its own module's ``main``."""

    def command(arguments: list[str]) -> int:
        from importlib import import_module

        os.chdir(ROOT)
        return int(import_module(f"tools.{module}").main(arguments))

    return command


def _described(module: str, text: str) -> Command:
    command = _later(module)
    command.__doc__ = text
    return command


COMMANDS: dict[str, Command] = {
    "env": _env,
    "devdb": _devdb,
    "update": _update,
    "pytest": _pytest,
    "odoo": _odoo,
    "py": _py,
    "wire": _wire,
    "schema": _schema,
    "dropdb": _dropdb,
    "psql": _psql,
    "stop": _stop,
    "clean": _clean,
    "lint": _described("lint.main", "[addon…]: all checks that need no database."),
    "i18n": _described("i18n", "[NAME] [module,…]: export terms, merge into i18n/ja.po."),
    "system": _described("system", "Install or name the missing system packages."),
    "test": _described("test_runner", "[leg…]: all legs, as `make test` does."),
    "demo": _described("demo", "The whole demo, as `make demo` does."),
    "bench": _described("bench", "The benchmarks, as `make bench` does."),
}
