"""System packages that no registry of Python has: browser, PDF renderer, Japanese font.

As root they are installed; an ordinary user is told the command. Tests that need one of
them then fail with that text (``tools.pytest_strict``).
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .console import ToolError, say
from .locks import exclusive
from .paths import cache_dir


@dataclass(frozen=True)
class SystemPackage:
    """A Debian package, what needs it, and how to see that it is there."""

    name: str
    purpose: str
    is_there: Callable[[], bool]


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _font() -> bool:
    patterns = (
        "/usr/share/fonts/**/*CJK*",
        "/usr/share/fonts/**/*apanese*",
        "/usr/share/fonts/**/*gothic*",
        os.path.expanduser("~/.fonts/*CJK*"),
        os.path.expanduser("~/.local/share/fonts/**/*CJK*"),
    )
    return any(glob.glob(pattern, recursive=True) for pattern in patterns)


PACKAGES = (
    # The names Odoo's tests look for.
    SystemPackage(
        "chromium",
        "browser tours",
        _program("google-chrome", "chromium", "chromium-browser", "google-chrome-stable"),
    ),
    SystemPackage("wkhtmltopdf", "PDF reports", _program("wkhtmltopdf")),
    SystemPackage("fonts-noto-cjk", "Japanese text in PDF and browser", _font),
)


def missing() -> list[SystemPackage]:
    """Return the packages that are not on this machine."""
    return [package for package in PACKAGES if not package.is_there()]


def install_command(packages: Sequence[SystemPackage]) -> str:
    """Return the command that installs these packages."""
    names = " ".join(package.name for package in packages)
    return f"sudo apt-get install -y --no-install-recommends {names}"


def missing_text() -> str:
    """Return one sentence on what is missing and how to install it, or nothing."""
    packages = missing()
    if not packages:
        return ""
    names = ", ".join(f"{p.name} ({p.purpose})" for p in packages)
    return f"Missing on this system: {names}. Install: {install_command(packages)}"


def ensure() -> None:
    """Install what is missing when root; else say what to install, and go on."""
    if not missing():
        return
    if os.geteuid() != 0:
        say(missing_text())
        return
    with exclusive(cache_dir("locks") / "apt-install", "system packages are installed"):
        packages = missing()
        if packages:
            _install([package.name for package in packages])


def _install(names: Sequence[str]) -> None:
    say(f"apt: installing {' '.join(names)}")
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    if _run(command).returncode == 0:
        return
    # The lists are missing or too old.
    _run(["apt-get", "update"])
    result = _run(command)
    if result.returncode:
        raise ToolError(f"{' '.join(command)} failed:\n{result.stdout[-2000:]}")


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main(arguments: list[str]) -> int:
    """Command `system`: 0 if nothing is missing afterwards."""
    ensure()
    return 1 if missing() else 0
