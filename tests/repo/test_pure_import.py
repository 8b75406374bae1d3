"""`lib` of an addon is importable without Odoo, and reaches another addon's `lib`."""

from __future__ import annotations

import subprocess
import sys

from tools.paths import ROOT

CODE = """
import sys
from pathlib import Path
from tools import pure_import
pure_import.install(Path(sys.argv[1]))
from ec_addons.ec_b.lib.client import EcError
from ec_addons.ec_a.lib import errors
assert EcError is errors.EcError
assert "odoo" not in sys.modules
"""


def test_relative_import_between_addons(tmp_path):
    for addon in ("ec_a", "ec_b"):
        lib = tmp_path / addon / "lib"
        lib.mkdir(parents=True)
        (lib / "__init__.py").touch()
        (tmp_path / addon / "__manifest__.py").write_text("{}")
        (tmp_path / addon / "__init__.py").write_text("raise RuntimeError('needs Odoo')")
    (tmp_path / "ec_a/lib/errors.py").write_text("class EcError(Exception):\n    pass\n")
    (tmp_path / "ec_b/lib/client.py").write_text("from ...ec_a.lib.errors import EcError\n")
    subprocess.run([sys.executable, "-c", CODE, str(tmp_path)], cwd=ROOT, check=True)
