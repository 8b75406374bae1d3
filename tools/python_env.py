"""The Python environment: a venv in the cache, keyed by the pinned requirements."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt
from .console import ToolError, say
from .locks import exclusive
from .paths import REQUIREMENTS, cache_dir

LOCK_FILES = (REQUIREMENTS / "lock.txt", REQUIREMENTS / "nodeps.txt")
#: Debian's package with the wheel of pip, for machines without python3-venv.
PIP_WHEEL_PACKAGE = "python3-pip-whl"
_SUPPORTED = ((3, 11), (3, 13))


def ensure() -> Path:
    """Return the environment's Python, installing the pinned packages the first time."""
    _check_version()
    target = cache_dir("venv") / _key()
    if not target.exists():
        with exclusive(cache_dir("locks") / "venv", "Python packages are installed"):
            if not target.exists():
                _build(target)
    return target / "bin/python"


def _check_version() -> None:
    if not _SUPPORTED[0] <= sys.version_info[:2] <= _SUPPORTED[1]:
        raise ToolError(
            f"Python {sys.version.split()[0]} does not run Odoo 19: use 3.11, 3.12 or "
            "3.13 (Debian 12: apt-get install python3)."
        )


def _key() -> str:
    digest = hashlib.sha256(sys.version.encode() + sys.base_prefix.encode())
    for path in LOCK_FILES:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _build(target: Path) -> None:
    """Make the venv under its final path, and mark it complete by a rename."""
    say("installing the Python packages (about a minute)")
    staging = target.with_suffix(".building")
    shutil.rmtree(staging, ignore_errors=True)
    subprocess.run([_base_python(), "-m", "venv", "--without-pip", str(staging)], check=True)
    install(staging / "bin/python", LOCK_FILES)
    _relocate(staging, target)
    staging.rename(target)


def install(python: Path, lock_files: tuple[Path, ...], target: Path | None = None) -> None:
    """Install pinned, hashed wheels into a venv (that needs no pip), or a folder."""
    requirements = [word for path in lock_files for word in ("-r", str(path))]
    if target:
        requirements += ["--target", str(target)]
    result = subprocess.run(
        [
            sys.executable if _has_pip() else str(python),
            *_pip_command(python),
            "install",
            "--quiet",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--only-binary=:all:",
            *requirements,
        ],
    )
    if result.returncode:
        raise ToolError(
            "pip could not install the packages (see above). Downloads are "
            "cached: run the command again."
        )


def _has_pip() -> bool:
    return importlib.util.find_spec("pip") is not None


def _pip_command(python: Path) -> list[str]:
    """Return how to call pip for the venv: this Python's own, or Debian's wheel."""
    if _has_pip():
        return ["-m", "pip", "--python", str(python)]
    wheel = _bundled_wheel() or _debian_wheel()
    return [f"{wheel}/pip"]


def _bundled_wheel() -> Path | None:
    """Return ensurepip's own wheel of pip, where this Python has it."""
    spec = importlib.util.find_spec("ensurepip")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "_bundled"
    return next(iter(folder.glob("pip-*.whl")), None)


def _debian_wheel() -> Path:
    folder = cache_dir("pip-wheel")
    if not list(folder.rglob("pip-*.whl")):
        [package] = apt.native().download([PIP_WHEEL_PACKAGE])
        apt.extract(package, folder)
    return next(iter(folder.rglob("pip-*.whl")))


def _base_python() -> str:
    """Return the interpreter that is not itself a venv's."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _relocate(staging: Path, target: Path) -> None:
    """Let the scripts of the venv name its final path."""
    for path in (staging / "bin").iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if str(staging).encode() in content[:4096]:
            path.write_bytes(content.replace(bytes(staging), bytes(target)))
