"""Fetch Debian packages without touching the system's own apt state, root or not.

Lists and downloads lie in the cache. apt verifies signatures and hashes, resumes an
interrupted download, and knows the machine's mirror and proxy, so that none is named here.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .console import Progress, ToolError, say
from .paths import cache_dir

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_LISTS_FRESH_SECONDS = 6 * 3600
_SHOW_FROM = 5_000_000
_URI_LINE = re.compile(r"^'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+) ?(?P<hash>\S*)")


@dataclass(frozen=True)
class Package:
    """One downloadable package file as apt's index describes it."""

    file_name: str
    size: int
    sha256: str


class PrivateApt:
    """An apt state of our own: lists, cache and (optionally) source list."""

    def __init__(self, name: str, source_lines: Sequence[str] | None = None):
        """Use the machine's own sources unless ``source_lines`` are given."""
        self.name = name
        self.state = cache_dir("apt", name)
        self.archives = cache_dir("apt", "archives")
        self._options = self._base_options()
        if source_lines is not None:
            source_list = self.state / "sources.list"
            source_list.write_text("\n".join(source_lines) + "\n")
            self._options += [f"Dir::Etc::sourcelist={source_list}"]
            self._options += ["Dir::Etc::sourceparts=-"]

    def _base_options(self) -> list[str]:
        for folder in (self.state / "lists/partial", self.archives / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        return [
            f"Dir::State::lists={self.state / 'lists'}",
            f"Dir::Cache={self.state}",
            f"Dir::Cache::archives={self.archives}",
            "Acquire::Retries=3",
            "APT::Sandbox::User=" + ("root" if os.geteuid() == 0 else ""),
        ]

    def command(self, *arguments: str) -> list[str]:
        """Return an apt-get command line on this state."""
        options = [word for option in self._options for word in ("-o", option)]
        return ["apt-get", *options, *arguments]

    def update(self) -> None:
        """Fetch the package lists, unless they are recent."""
        stamp = self.state / "updated"
        fresh = time.time() - _LISTS_FRESH_SECONDS
        if stamp.exists() and stamp.stat().st_mtime > fresh:
            return
        say(f"apt: fetching the package lists ({self.name})")
        result = subprocess.run(self.command("-q", "update"), capture_output=True, text=True)
        if not self.site():
            raise ToolError(
                f"apt could not fetch its package lists:\n{result.stdout[-500:]}"
                f"{result.stderr[-500:]}\nCheck the network and apt's sources."
            )
        stamp.touch()

    def site(self) -> str | None:
        """Return the address of the Debian mirror that the lists came from."""
        output = subprocess.run(
            self.command("indextargets", "--format", "$(ORIGIN) $(SITE)"),
            capture_output=True,
            text=True,
        ).stdout
        sites = [
            line.split(" ", 1)[1]
            for line in output.splitlines()
            if line.startswith("Debian ") and "security" not in line
        ]
        return sites[0] if sites else None

    def describe(self, names: Sequence[str]) -> list[Package]:
        """Return what apt would download for these package names."""
        result = subprocess.run(
            self.command("download", "--print-uris", *names),
            capture_output=True,
            text=True,
        )
        if result.returncode:
            raise ToolError(
                f"apt ({self.name}) does not offer {' '.join(names)}:\n{result.stderr.strip()}"
            )
        found = (_URI_LINE.match(line) for line in result.stdout.splitlines())
        return [Package(m["file"], int(m["size"]), m["hash"].partition(":")[2]) for m in found if m]

    def download(self, names: Sequence[str]) -> list[Path]:
        """Fetch packages into the cache (resuming), and return their files."""
        offered = {p.file_name.split("_")[0]: p for p in self.describe(names)}
        files = []
        for name in names:
            package = offered[name]
            target = cache_dir("debs") / package.file_name
            if not target.exists():
                self._download_one(name, package, target)
            files.append(target)
        return files

    def _download_one(self, name: str, package: Package, target: Path) -> None:
        """Let apt-get fetch a file; a part of it that is there already is kept."""
        say(f"downloading {name} ({package.size / 1e6:.1f} MB)")
        partial = cache_dir("debs", "partial") / target.name
        process = subprocess.Popen(
            self.command("-q", "download", name),
            cwd=partial.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        progress = Progress(name, package.size)
        while process.poll() is None:
            if package.size > _SHOW_FROM and partial.exists():
                progress.update(partial.stat().st_size)
            time.sleep(0.2)
        progress.finish()
        if process.returncode or not partial.exists():
            detail = process.stderr.read() if process.stderr else ""
            raise ToolError(
                f"Download of {name} failed; run the command again to resume it.\n{detail.strip()}"
            )
        if package.sha256 and sha256(partial) != package.sha256:
            partial.unlink()
            raise ToolError(f"{name} has a wrong SHA-256; deleted. Run the command again.")
        partial.rename(target)


def sha256(path: Path) -> str:
    """Return the hash of a file's content."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def native() -> PrivateApt:
    """Return a private state that reads the machine's own sources."""
    if not shutil.which("apt-get"):
        raise ToolError("apt-get is missing: set ODOO_DIR to an Odoo 19 checkout.")
    apt = PrivateApt("native")
    apt.update()
    return apt


def suite(name: str) -> PrivateApt:
    """Return a private state for another suite of the machine's own mirror."""
    site = native().site()
    option = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    apt = PrivateApt(name, [f"deb {option}{site} {name} main"])
    apt.update()
    return apt


def extract(package: Path, target: Path) -> None:
    """Unpack a package's files into a folder."""
    subprocess.run(["dpkg-deb", "-x", str(package), str(target)], check=True)
