"""Where things lie: the checkout, its run state, and the cache shared by checkouts."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
REQUIREMENTS = ROOT / "requirements"
#: Run state of this checkout: PostgreSQL data, logs, filestores, screenshots.
RUN = ROOT / ".run"
LOGS = RUN / "log"
DATA = RUN / "data"
SCREENSHOTS = RUN / "screenshots"


def cache_dir(*parts: str) -> Path:
    """Return (and create) a folder of the download cache, shared by all checkouts."""
    base = os.environ.get("EC_CACHE_DIR")
    if not base:
        xdg = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        base = Path(xdg) / "ec-unified"
    path = Path(base).expanduser().absolute().joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def run_dir(*parts: str) -> Path:
    """Return (and create) a folder of this checkout's run state."""
    path = RUN.joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def checkout_id() -> str:
    """Return a short name that is unique to this checkout on this machine."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def our_modules(for_tests: bool = True) -> list[str]:
    """Return the names of our addons, with those that only tests need or without."""
    names = sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))
    return names if for_tests else [name for name in names if not name.endswith("_fake")]


def shopify_schema_dir() -> Path:
    """Return the folder with Shopify's schemas (``admin_<version>.json.gz``).

    They are fetched at need; ``EC_SHOPIFY_SCHEMA_DIR`` names another folder.
    """
    from . import shopify_schema

    return shopify_schema.ensure()


def shopify_schema_file(version: str = "2026-10") -> Path:
    """Return the introspection result of the Admin API as one JSON file.

    Its content is ``{"__schema": …}``: what graphql-core's ``build_client_schema`` takes.
    """
    from . import shopify_schema

    return shopify_schema.schema_file(version)
