"""The whole environment in one object: Python, Odoo and PostgreSQL, ready to use."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import odoo_source, postgres, python_env
from .odoo_source import OdooSource
from .paths import (
    ADDONS,
    DATA,
    ROOT,
    RUN,
    SCREENSHOTS,
    cache_dir,
    run_dir,
    shopify_schema_dir,
)

CONFIG = RUN / "odoo.conf"
#: Standard addons every database of ours needs.
BASE_MODULES = (
    "web",
    "mail",
    "account",
    "sale_management",
    "sale_stock",
    "purchase_stock",
    "stock_delivery",
    "stock_picking_batch",
    "l10n_jp",
)


@dataclass(frozen=True)
class Environment:
    """Paths and variables with which Odoo and its tools run."""

    python: Path
    odoo: OdooSource
    database: dict[str, str] = field(repr=False)

    @property
    def programs(self) -> Path:
        """Return the folder of PostgreSQL's programs."""
        return postgres.binaries(self.python)

    @property
    def addons_path(self) -> str:
        """Return Odoo's addons path: its own addons, then ours."""
        return f"{self.odoo.addons},{ADDONS}"

    def variables(self, **extra: str) -> dict[str, str]:
        """Return the environment variables of a child process."""
        dropped = (
            "PYTHONDONTWRITEBYTECODE",
            "PGDATABASE",
            "DATABASE_URL",
            "ODOO_RC",
            "OPENERP_SERVER",
        )
        kept = {k: v for k, v in os.environ.items() if k not in dropped}
        path = [str(self.python.parent), str(self.programs), kept.get("PATH", "")]
        return {
            **kept,
            **self.database,
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(self.odoo.root)]),
            "PYTHONPYCACHEPREFIX": str(cache_dir("pycache")),
            "PYTHONUNBUFFERED": "1",
            "EC_PYTHON": str(self.python),
            "EC_SHOPIFY_SCHEMA_DIR": str(shopify_schema_dir()),
            **extra,
        }

    def odoo_command(self, *arguments: str) -> list[str]:
        """Return a command line of Odoo on this checkout's configuration."""
        return [str(self.python), "-m", "odoo", *arguments]


@cache
def ensure() -> Environment:
    """Prepare everything that Odoo needs, and return it."""
    with ThreadPoolExecutor() as pool:
        fetching = pool.submit(odoo_source.ensure)
        schema = pool.submit(shopify_schema_dir)
        python = python_env.ensure()
        odoo = fetching.result()
        schema.result()
    environment = Environment(python, odoo, postgres.ensure(python))
    _write_config(environment)
    return environment


def _write_config(environment: Environment) -> None:
    run_dir("log")
    run_dir("data")
    ADDONS.mkdir(exist_ok=True)
    content = "\n".join(
        [
            "[options]",
            f"addons_path = {environment.addons_path}",
            f"data_dir = {DATA}",
            f"screenshots = {SCREENSHOTS}",
            "admin_passwd = admin",
            "list_db = False",
            "http_interface = 127.0.0.1",
            "",
        ]
    )
    if not CONFIG.exists() or CONFIG.read_text() != content:
        staging = CONFIG.with_suffix(f".{os.getpid()}")
        staging.write_text(content)
        staging.replace(CONFIG)
