"""Pytest plugin of `make test`: a skipped test is a failed test.

A test that cannot run proves nothing, so it must not look green. Exceptions carry the
mark ``allow_skip(reason)``. Loaded with ``-p tools.pytest_strict``.

With ``EC_POST_INSTALL_ONLY=1`` it also leaves out the tests of Odoo's at_install phase:
the install leg has run them, in the phase they are written for.
"""

from __future__ import annotations

import os

import pytest

from tools import system


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure that says why."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        if not item.get_closest_marker("allow_skip"):
            _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """The same for a module that skips itself while it is collected."""
    report = yield
    if report.skipped:
        _fail(report)
    return report


def pytest_collection_modifyitems(config, items):
    """Leave out at_install tests where the install leg has run them."""
    if not os.environ.get("EC_POST_INSTALL_ONLY"):
        return
    at_install = [i for i in items if "at_install" in _odoo_tags(i)]
    if at_install:
        config.hook.pytest_deselected(items=at_install)
        items[:] = [i for i in items if "at_install" not in _odoo_tags(i)]


def _odoo_tags(item) -> set[str]:
    return getattr(getattr(item, "cls", None), "test_tags", None) or set()


def _fail(report) -> None:
    reason = report.longrepr
    if isinstance(reason, tuple):
        reason = reason[-1]
    report.outcome = "failed"
    report.longrepr = f"{reason}\n(a skip counts as a failure)\n{system.missing_text()}"
