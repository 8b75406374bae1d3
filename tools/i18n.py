"""Translations: export our terms, merge them into i18n/ja.po, find the gaps.

``python3 -m tools i18n [NAME] [module,…]`` exports each module's terms from database
NAME (by default ``ec_template``, rebuilt at need) to ``i18n/<module>.pot`` and merges
them into ``i18n/ja.po``: translations stay, new terms come in empty, terms that are gone
go. Then it lists the gaps, which ``make test`` fails on.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from . import database, environment, odoo_run
from .console import ToolError, say
from .environment import Environment
from .paths import ROOT, our_modules, run_dir

#: Odoo's own translations of models and fields that ours inherit.
_MEMORY_MODULES = (
    "mail", "portal", "rating", "product", "account", "delivery", "purchase", "sale",
    "sale_stock", "stock", "stock_account", "stock_delivery", "stock_picking_batch",
)  # fmt: skip
_EXPORT = """
from odoo.tools.translate import trans_export
import json
for module, path in json.loads({targets!r}).items():
    with open(path, "wb") as output:
        trans_export(None, [module], output, "po", env)
"""


def export(env: Environment, name: str, modules: list[str]) -> dict[str, Path]:
    """Export the terms of modules from a database; return one .pot file per module."""
    folder = run_dir("i18n", name)
    targets = {module: folder / f"{module}.pot" for module in modules}
    script = _EXPORT.format(targets=json.dumps({m: str(p) for m, p in targets.items()}))
    odoo_run.shell(env, name, script)
    return targets


def po_command(env: Environment, action: str, targets: dict[str, Path]) -> list[str]:
    """Return a command line of ``tools.lint.translations`` (it needs polib)."""
    files = [env.odoo.root / "odoo/addons/base/i18n/ja.po"]
    files += [env.odoo.addons / module / "i18n/ja.po" for module in _MEMORY_MODULES]
    command = [
        str(env.python),
        "-m",
        "tools.lint.translations",
        action,
        json.dumps([str(path) for path in files]),
    ]
    return command + [f"{module}={path}" for module, path in targets.items()]


def main(arguments: list[str]) -> int:
    """Command `i18n`."""
    env = environment.ensure()
    name = arguments[0] if arguments else database.ensure_ours(env)
    modules = ",".join(arguments[1:]).split(",") if arguments[1:] else our_modules()
    unknown = set(modules) - set(our_modules())
    if unknown:
        raise ToolError(f"no such addon: {', '.join(sorted(unknown))}")
    installed = database.psql(
        env, "SELECT name FROM ir_module_module WHERE state = 'installed'", name
    ).splitlines()
    for module in sorted(set(modules) - set(installed)):
        say(f"{module} is not installed in {name}: left out")
    targets = export(env, name, [m for m in modules if m in installed])
    return subprocess.run(
        po_command(env, "merge", targets), cwd=ROOT, env=env.variables()
    ).returncode
