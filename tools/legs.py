"""The legs of `make test`: each runs its tools and returns how many tests passed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from . import database, i18n, odoo_run, odoo_tests, pure_tests
from .console import ToolError
from .environment import Environment
from .lint.main import command as lint_command
from .paths import LOGS, ROOT, our_modules, run_dir

_STRICT = ["-p", "tools.pytest_strict", "--continue-on-collection-errors"]
_ODOO_COUNTS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
_WORKERS = os.environ.get("EC_TEST_WORKERS", "2")
#: A leg that hangs is ended, so that the others are still reported.
_LEG_SECONDS = 3000
_LEFTOVERS = {
    "models": "SELECT model FROM ir_model WHERE model LIKE 'ec.%'",
    "xml ids": "SELECT module || '.' || name FROM ir_model_data WHERE module IN ({modules})",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns "
    "WHERE table_schema = 'public' "
    "AND (table_name LIKE 'ec\\_%' OR column_name LIKE 'ec\\_%')",
}


@dataclass
class Counts:
    """Numbers of tests, and what to print about them."""

    passed: int = 0
    failed: int = 0
    report: str = ""

    def __add__(self, other: Counts) -> Counts:
        report = "\n".join(text for text in (self.report, other.report) if text)
        return Counts(self.passed + other.passed, self.failed + other.failed, report)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def lint(python: Path) -> Counts:
    """Run the static checks; each is one test."""
    result_file = run_dir("log") / "lint.json"
    result_file.unlink(missing_ok=True)
    result = subprocess.run(
        lint_command(python, []),
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**pure_tests.variables(), "EC_LINT_RESULT": str(result_file)},
    )
    if not result_file.exists():
        raise ToolError(f"the checks crashed:\n{result.stdout}{result.stderr}")
    found = json.loads(result_file.read_text())
    failed = sum(1 for count in found.values() if count)
    return Counts(len(found) - failed, failed, result.stdout)


def pure(python: Path) -> Counts:
    """Run the tests that need no Odoo."""
    report = run_dir("log") / "pure.xml"
    command = pure_tests.command(python, [*_STRICT, "-q", f"--junitxml={report}"])
    return _pytest(command, pure_tests.variables(), report)


def system(python: Path) -> Counts:
    """Run the tests that drive Odoo processes from outside (kills, faults of the malls)."""
    if not (ROOT / "tests/system").is_dir():
        return Counts()
    report = run_dir("log") / "system.xml"
    command = pure_tests.command(python, [*_STRICT, "-q", f"--junitxml={report}", "tests/system"])
    return _pytest(command, pure_tests.variables(), report)


def odoo(env: Environment, template: str) -> Counts:
    """Run Odoo's post_install tests and tours on copies of the template."""
    report = run_dir("log") / "odoo.xml"
    name = f"{template}_t{os.getpid()}"
    database.copy(env, template, name)
    paths = [path for path in ("addons", "tests/odoo") if (ROOT / path).is_dir()]
    arguments = [*_STRICT, "-q", f"--junitxml={report}", *paths]
    if _WORKERS not in ("", "0", "1"):
        arguments += ["-n", _WORKERS]
    try:
        return _pytest(
            odoo_tests.command(env, name, arguments),
            env.variables(EC_POST_INSTALL_ONLY="1"),
            report,
        )
    finally:
        odoo_tests.drop_copies(env, name)


def _pytest(command: list[str], variables: dict[str, str], report: Path) -> Counts:
    """Run pytest and read its counts from the JUnit file it wrote."""
    report.unlink(missing_ok=True)
    log = report.with_suffix(".log")
    with log.open("w") as output:
        try:
            code = subprocess.run(
                command,
                cwd=ROOT,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_LEG_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            output.write(f"\nended after {_LEG_SECONDS} seconds\n")
    text = log.read_text(errors="replace")
    if not report.exists():
        return Counts(failed=1, report=f"pytest crashed:\n{text[-8000:]}")
    counts = Counts(report=_tail(text, code))
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        bad = sum(int(suite.get(key, 0)) for key in ("failures", "errors"))
        skipped = int(suite.get("skipped", 0))
        counts.failed += bad
        counts.passed += int(suite.get("tests", 0)) - bad - skipped
        if skipped:
            counts.report += f"\n{skipped} skipped or expected failures, all marked"
    if code and not counts.failed:
        counts.failed = 1
        counts.report += f"\npytest ended with exit code {code}"
    return counts


def _tail(output: str, code: int) -> str:
    """Return all of a failed run's output, the last lines of a good one's."""
    return output[-60000:] if code else "\n".join(output.splitlines()[-3:])


def translations(env: Environment, template: str) -> Counts:
    """Check that every term of every addon of ours is in its ja.po."""
    counts = Counts()
    for module, terms in i18n.export(env, template, our_modules()).items():
        result = subprocess.run(
            i18n.po_command(env, "check", {module: terms}),
            cwd=ROOT,
            env=env.variables(),
            capture_output=True,
            text=True,
        )
        text = (result.stdout + result.stderr).strip()
        ok = result.returncode == 0
        counts += Counts(passed=1, report=text) if ok else Counts(failed=1, report=text)
    return counts


def install(env: Environment) -> Counts:
    """Install, test, update and uninstall our addons on a database without them."""
    base = database.ensure_base(env)
    name = f"{base}_install{os.getpid()}"
    database.copy(env, base, name)
    try:
        return _install_steps(env, name, our_modules())
    finally:
        database.drop(env, name)


def _install_steps(env: Environment, name: str, modules: list[str]) -> Counts:
    names = ",".join(modules)
    tags = ",".join(f"at_install/{module}" for module in modules)
    counts = _odoo_step(env, name, "install", "-i", names, f"--test-tags={tags}")
    if counts.failed:
        counts.report += "\nupdate and uninstall were not tried"
        return counts
    counts += _odoo_step(env, name, "update", "-u", names)
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tools import lived_in
lived_in.settle(env)
lived_in.uninstall(env, {modules!r})
"""
    counts += _uninstall(env, name, script)
    counts += _odoo_step(env, name, "start")
    return counts + _leftovers(env, name, modules)


def _odoo_step(env: Environment, name: str, step: str, *arguments: str) -> Counts:
    """Run Odoo once: the step itself is one test, beside the tests it ran."""
    log = LOGS / f"install-leg-{step}.log"
    code, problems = odoo_run.run(env, name, *arguments, log=log)
    counts = Counts()
    for failures, errors, total in _ODOO_COUNTS.findall(log.read_text(errors="replace")):
        bad = int(failures) + int(errors)
        counts += Counts(int(total) - bad, bad)
    if code or problems:
        shown = "\n".join(problems[:40])
        return counts + Counts(
            failed=1,
            report=f"odoo, step {step}: exit code {code}, "
            f"{len(problems)} problems in {log}\n{shown}",
        )
    return counts + Counts(passed=1)


def _uninstall(env: Environment, name: str, script: str) -> Counts:
    log = LOGS / "install-leg-uninstall.log"
    result = subprocess.run(
        odoo_run.shell_command(env, name, "info"),
        input=script,
        env=env.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log.write_text(result.stdout)
    problems = odoo_run.problems(result.stdout)
    if result.returncode or problems:
        return Counts(failed=1, report="uninstall: " + "\n".join(problems[:40]) + f"\n{log}")
    return Counts(passed=1)


def _leftovers(env: Environment, name: str, modules: list[str]) -> Counts:
    """Check that an uninstall leaves nothing of ours in the database."""
    listed = ", ".join(f"'{module}'" for module in modules)
    found = []
    for what, query in _LEFTOVERS.items():
        rows = database.psql(env, query.format(modules=listed), name).splitlines()
        if rows:
            found.append(f"after the uninstall there are {what}: {', '.join(rows[:20])}")
    return Counts(failed=1, report="\n".join(found)) if found else Counts(passed=1)
