"""Databases: create, copy with filestore, drop; templates that are built once."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from . import odoo_run
from .console import ToolError, say
from .environment import BASE_MODULES, Environment
from .locks import exclusive
from .paths import ADDONS, DATA, LOGS, RUN, checkout_id, our_modules

LANGUAGE = "ja_JP"
_COPY_TRIES = 60
_TEST_COPY = re.compile(r"_(?:t|install)(\d+)(?:-gw\d+)?$")


def template_name(env: Environment, name: str) -> str:
    """Return a template's real name: on a shared server it carries the checkout."""
    embedded = env.database.get("PGHOST", "").startswith("/")
    return name if embedded else f"{name}_{checkout_id()}"


def psql(env: Environment, query: str, database: str = "postgres") -> str:
    """Run one statement and return its output."""
    command = ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database]
    result = subprocess.run(
        [str(env.programs / command[0]), *command[1:], "-c", query],
        env=env.variables(),
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise ToolError(f"database error: {result.stderr.strip()}")
    return result.stdout.strip()


def exists(env: Environment, name: str) -> bool:
    """Tell whether a database of this name exists."""
    return psql(env, f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1"


def drop(env: Environment, name: str) -> None:
    """Drop a database and its filestore, if they exist."""
    psql(env, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(DATA / "filestore" / name, ignore_errors=True)


def rename(env: Environment, source: str, target: str) -> None:
    """Give a finished database its name."""
    psql(env, f'ALTER DATABASE "{source}" RENAME TO "{target}"')
    files = DATA / "filestore" / source
    if files.exists():
        files.rename(DATA / "filestore" / target)


def copy(env: Environment, source: str, target: str) -> None:
    """Copy a database and its filestore (hard links: Odoo never rewrites a file)."""
    for attempt in range(_COPY_TRIES):
        try:
            psql(env, f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
            break
        except ToolError as error:
            if "being accessed by other users" not in str(error):
                raise
            if attempt == _COPY_TRIES - 1:
                raise ToolError(
                    f"{source} is in use: stop the Odoo on it, or work on "
                    "a copy (`python3 -m tools devdb`)."
                ) from error
            time.sleep(1)
    files = DATA / "filestore" / source
    if files.exists():
        destination = DATA / "filestore" / target
        shutil.rmtree(destination, ignore_errors=True)
        shutil.copytree(files, destination, copy_function=os.link)


def list_databases(env: Environment) -> list[str]:
    """Return the names of all databases the role can see."""
    rows = psql(
        env,
        "SELECT datname FROM pg_database WHERE NOT datistemplate "
        "AND datname <> 'postgres' ORDER BY 1",
    )
    return rows.splitlines()


def drop_stale(env: Environment) -> None:
    """Drop the test copies of runs that were killed (their names end in a dead pid)."""
    for name in list_databases(env):
        match = _TEST_COPY.search(name)
        if match and not Path(f"/proc/{match[1]}").exists():
            drop(env, name)


def ensure_base(env: Environment) -> str:
    """Return the template with the standard addons only (in Japanese, no demo data)."""
    key = _digest([*BASE_MODULES, str(env.odoo.root), "1"])
    return _ensure_template(env, "ec_base", key, lambda name: _build_base(env, name))


def ensure_ours(env: Environment) -> str:
    """Return the template with all our addons, rebuilt when their files change."""
    base = ensure_base(env)
    key = addons_key(env)
    return _ensure_template(env, "ec_template", key, lambda name: _build_ours(env, base, name))


def addons_key(env: Environment) -> str:
    """Return a key of the template ec_base and the content of our addons."""
    return _digest([comment(env, ensure_base(env)), *_addon_state()])


def _ensure_template(env: Environment, name: str, key: str, build: Callable[[str], None]) -> str:
    """Return a template whose comment carries ``key``, building it if it does not."""
    name = template_name(env, name)
    with exclusive(RUN / f"{name}.lock", f"database {name} is built"):
        if not exists(env, name) or comment(env, name) != key:
            building = f"{name}_building"
            drop(env, building)
            build(building)
            set_comment(env, building, key)
            drop(env, name)
            rename(env, building, name)
    return name


def _build_base(env: Environment, name: str) -> None:
    say("building the database ec_base: standard addons, Japanese (about 2 minutes)")
    psql(env, f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    # As Odoo's own database manager does: searching for a part of a number needs it.
    psql(env, "CREATE EXTENSION IF NOT EXISTS pg_trgm", name)
    odoo_run.run_checked(
        env,
        name,
        "-i",
        ",".join(BASE_MODULES),
        f"--load-language={LANGUAGE}",
        log=LOGS / "ec_base.log",
    )
    odoo_run.shell(env, name, "from tools import odoo_scripts; odoo_scripts.prepare_base(env)")


def _build_ours(env: Environment, base: str, name: str) -> None:
    modules = our_modules()
    say(f"building the database ec_template: {', '.join(modules) or 'no addons yet'}")
    copy(env, base, name)
    if modules:
        odoo_run.run_checked(env, name, "-i", ",".join(modules), log=LOGS / "ec_template.log")
        # Once here instead of in every copy: a tour would wait for them longer than it may.
        odoo_run.shell(env, name, "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n")


def comment(env: Environment, name: str) -> str:
    """Return a database's comment: the key of what it was built from."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
    return psql(env, f"{query} WHERE datname = '{name}'")


def set_comment(env: Environment, name: str, text: str) -> None:
    """Note in a database what it was built from."""
    psql(env, f"COMMENT ON DATABASE \"{name}\" IS '{text}'")


def _addon_state() -> Iterable[str]:
    """Yield path and content hash of every file of ours that an install reads."""
    for path in sorted(ADDONS.rglob("*")):
        if path.is_file() and path.suffix in _INSTALLED_SUFFIXES and "tests" not in path.parts:
            yield f"{path.relative_to(ADDONS)} {_digest([path.read_bytes().hex()])}"


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


_INSTALLED_SUFFIXES = {".py", ".xml", ".csv", ".po", ".js", ".scss", ".sql", ".json"}
