"""Checks of the layers (CONTRIBUTING.md, "Layers") and of the size of files and functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.paths import ADDONS, ROOT

CORE = "ec_unified"
MALL_NAMES = re.compile("rakuten|shopify|楽天", re.IGNORECASE)
#: In these folders of the core a mall may be named.
MALLS_ALLOWED = {"i18n", "readme", "tests"}
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
SIZED_SUFFIXES = {".py", ".js", ".scss"}
OUR_FOLDERS = ("addons", "tests", "tools", "demo", "bench")
#: The one library of another addon that may be imported: the contract's.
_CONTRACT_LIB = re.compile(r"^ec_unified\.lib(\.|$)")


def check(root: Path = ROOT) -> list[str]:
    """Return all problems of the repository's structure."""
    addons = root / ADDONS.name
    problems: list[str] = []
    for path in sorted(addons.glob("*/lib/**/*.py")):
        problems += _lib_imports(path, root)
    problems += _mall_names(addons / CORE, root)
    for path in _source_files(root):
        problems += _sizes(path, root)
    return problems


def _lib_imports(path: Path, root: Path) -> Iterator[str]:
    """Yield imports that tie wire or contract code to Odoo or to upper layers."""
    depth = len(path.relative_to(root).parts) - 3  # addons/<name>/lib/file.py -> 1
    for node in ast.walk(_parse(path)):
        place = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "odoo":
                    yield f"{place}: lib must not import odoo"
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level == 0 and module.split(".")[0] in ("odoo", "ec_addons"):
                yield f"{place}: lib must not import {module}"
            elif node.level > depth and not (
                node.level == depth + 2 and _CONTRACT_LIB.match(module)
            ):
                yield f"{place}: lib may import only its own lib and `from ...ec_unified.lib`"


def _mall_names(core: Path, root: Path) -> Iterator[str]:
    """Yield the lines of the core that name a mall."""
    for path in sorted(core.rglob("*")):
        parts = path.relative_to(core).parts
        if not path.is_file() or parts[0] in MALLS_ALLOWED or "__pycache__" in parts:
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        if MALL_NAMES.search(path.name):
            yield f"{path.relative_to(root)}: the core must not name a mall"
        for number, line in enumerate(lines, 1):
            if MALL_NAMES.search(line):
                yield f"{path.relative_to(root)}:{number}: the core must not name a mall"


def _source_files(root: Path) -> Iterator[Path]:
    for folder in OUR_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SIZED_SUFFIXES and "__pycache__" not in path.parts:
                yield path


def _sizes(path: Path, root: Path) -> Iterator[str]:
    """Yield a file that is too long, and its functions that are."""
    place = path.relative_to(root)
    count = len(path.read_text(encoding="utf-8").splitlines())
    if count > MAX_FILE_LINES:
        yield f"{place}: {count} lines (at most {MAX_FILE_LINES})"
    if path.suffix != ".py":
        return
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield (
                    f"{place}:{node.lineno}: {node.name} has {length} lines "
                    f"(at most {MAX_FUNCTION_LINES})"
                )


def _parse(path: Path) -> ast.AST:
    """Return a file's syntax tree; a broken file is ruff's to report."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])
