"""Promises of the repository itself: commands, pins, no host of a registry in a file."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tools import paths, postgres
from tools.commands import COMMANDS
from tools.paths import ROOT

#: Hosts that must come from the machine's own set-up.
REGISTRIES = re.compile(
    r"(deb\.debian|pypi|npmjs|pythonhosted|snapshot\.debian)\.(org|com)", re.IGNORECASE
)


def tracked_files():
    """Return the files that are (or would be) committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_host_in_any_file():
    this = os.path.basename(__file__)
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.name != this and REGISTRIES.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_every_package_is_pinned_with_hashes():
    for name in ("lock.txt", "nodeps.txt", "node.txt"):
        text = (ROOT / "requirements" / name).read_text()
        packages = [line for line in text.splitlines() if re.match(r"[A-Za-z]", line)]
        assert packages
        for line in packages:
            assert re.match(r"[\w.-]+==\S+ ", line), line
        assert text.count("--hash=sha256:") >= len(packages)


def test_make_targets_are_commands():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^(demo [\w ]+):$", makefile, re.M).group(1).split()
    assert {"demo", "test", "bench"} <= set(targets)
    assert set(targets) <= set(COMMANDS)


def test_ci_calls_make_test():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert "make" in text and "test" in text and "set -e" in text


def test_bootstrap_needs_only_the_standard_library():
    """The commands import on a Python without any package (as on a bare Debian)."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import tools.commands, tools.demo, tools.bench, tools.i18n, tools.test_runner\n"
        "import tools.system, tools.shopify_schema, tools.lint.main, tools.odoo_scripts\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code, str(ROOT)], check=True)


def test_help_names_every_command():
    shown = subprocess.run(
        [sys.executable, "-m", "tools", "help"], cwd=ROOT, capture_output=True, text=True
    )
    assert shown.returncode == 0
    for name in COMMANDS:
        assert f"  {name}" in shown.stdout


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://o%40x:p%2Fw@db.example:5433/x",
            {
                "PGHOST": "db.example",
                "PGPORT": "5433",
                "PGUSER": "o@x",
                "PGPASSWORD": "p/w",
            },
        ),
        ("postgres://db.example", {"PGHOST": "db.example"}),
    ],
)
def test_database_url_is_understood(monkeypatch, url, expected):
    monkeypatch.setenv("DATABASE_URL", url)
    assert postgres.external_settings() == expected


def test_pghost_is_respected(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "someone")
    settings = postgres.external_settings()
    assert settings["PGHOST"] == "db.example" and settings["PGUSER"] == "someone"


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("EC_CACHE_DIR", str(tmp_path / "a"))
    assert paths.cache_dir("x") == tmp_path / "a/x"
    monkeypatch.delenv("EC_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "b"))
    assert paths.cache_dir() == tmp_path / "b/ec-unified"
