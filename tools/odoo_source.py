"""Odoo 19: from ``ODOO_DIR`` if set, else from Debian's package, kept in the cache."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import apt
from .console import ToolError, say
from .locks import exclusive
from .paths import cache_dir

ODOO_PACKAGE = "odoo-19"
ODOO_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"
#: The package's scripts and fonts are links to files of these packages.
LINKED_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
)
LINKED_FROM_SID = ("fonts-montserrat",)
#: Left out by Debian's repack; without a file there every tour fails on a 404.
MISSING_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooSource:
    """An Odoo 19 tree: a checkout, or what Debian's package unpacks to."""

    root: Path

    @property
    def addons(self) -> Path:
        """Return the folder of the standard addons.

        In Debian's package all are in ``odoo/addons`` (its folder ``addons`` is a copy of
        their Python files only); a checkout has just `base` and test modules there.
        """
        inside = self.root / "odoo/addons"
        return inside if (inside / "web").exists() else self.root / "addons"


def ensure() -> OdooSource:
    """Return Odoo's sources, downloading them the first time."""
    given = os.environ.get("ODOO_DIR")
    if given:
        return _check(Path(given).expanduser().absolute())
    target = cache_dir("odoo") / ODOO_SHA256[:16]
    if not target.exists():
        with exclusive(cache_dir("locks") / "odoo", "Odoo is being fetched"):
            if not target.exists():
                _build(target)
    return OdooSource(target / "usr/lib/python3/dist-packages")


def _check(root: Path) -> OdooSource:
    release = root / "odoo/release.py"
    if not release.exists() or "19" not in release.read_text():
        raise ToolError(f"ODOO_DIR={root} is not an Odoo 19 source tree.")
    return OdooSource(root)


def _build(target: Path) -> None:
    """Download and unpack everything next to ``target``, then move it there."""
    sid = apt.suite("sid")
    _check_offer(sid)
    packages = sid.download([ODOO_PACKAGE, *LINKED_FROM_SID])
    _check_hash(packages[0])
    packages += apt.native().download(LINKED_PACKAGES)
    building = target.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    say("unpacking Odoo (1.2 GB)")
    for package in packages:
        apt.extract(package, building)
    odoo = OdooSource(building / "usr/lib/python3/dist-packages")
    script = odoo.addons / MISSING_SCRIPT
    script.parent.mkdir(parents=True, exist_ok=True)
    script.touch()
    building.rename(target)


def _check_offer(sid: apt.PrivateApt) -> None:
    offered = sid.describe([ODOO_PACKAGE])[0]
    if offered.sha256 and offered.sha256 != ODOO_SHA256:
        raise ToolError(
            f"Debian now offers {offered.file_name}, another release than the one this "
            "repository is pinned to. Set ODOO_DIR to an Odoo 19 checkout, or update "
            "ODOO_SHA256 in tools/odoo_source.py."
        )


def _check_hash(package: Path) -> None:
    if apt.sha256(package) != ODOO_SHA256:
        package.unlink()
        raise ToolError(f"{package.name} has a wrong SHA-256; deleted. Run again.")
