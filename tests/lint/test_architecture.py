"""The layer checks find what they are for, and nothing else."""

from __future__ import annotations

import pytest

from tools.lint import architecture


@pytest.fixture
def repository(tmp_path):
    """Return a function that writes a file and runs the check."""
    (tmp_path / "addons/ec_unified").mkdir(parents=True)

    def check(name: str, content: str) -> list[str]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return architecture.check(tmp_path)

    return check


@pytest.mark.parametrize(
    "line",
    [
        "import odoo",
        "from odoo import fields",
        "from odoo.tools import float_compare",
        "from ..models import sale_order",
        "from ...ec_unified.models import sale_order",
        "from ec_addons.ec_unified.lib import errors",
        "from ...ec_channel_y.lib import client",
    ],
)
def test_lib_must_not_import_upper_layers(repository, line):
    problems = repository("addons/ec_channel_x/lib/client.py", line + "\n")
    assert len(problems) == 1 and "client.py:1" in problems[0]


@pytest.mark.parametrize(
    "line",
    [
        "import requests",
        "from . import errors",
        "from .errors import EcError",
        "from ...ec_unified.lib import errors",
        "from ...ec_unified.lib.errors import EcError",
    ],
)
def test_lib_may_import_lib(repository, line):
    assert not repository("addons/ec_channel_x/lib/client.py", line + "\n")


@pytest.mark.parametrize("name", ["models/a.py", "views/a.xml", "static/src/a.js"])
@pytest.mark.parametrize("text", ["Rakuten", "shopify_id", "楽天"])
def test_core_must_not_name_a_mall(repository, name, text):
    assert len(repository(f"addons/ec_unified/{name}", f"// {text}\n")) >= 1


@pytest.mark.parametrize("name", ["i18n/ja.po", "readme/USAGE.md", "tests/test_a.py"])
def test_core_may_name_a_mall_in_texts_and_tests(repository, name):
    assert not repository(f"addons/ec_unified/{name}", "# Rakuten\n")


def test_long_files_and_functions(repository):
    body = "".join(f"    x = {number}\n" for number in range(61))
    problems = repository("addons/ec_unified/models/a.py", f"def long():\n{body}")
    assert len(problems) == 1 and "long has 62 lines" in problems[0]
    problems = repository("addons/ec_unified/models/a.py", "x = 1\n" * 501)
    assert len(problems) == 1 and "501 lines" in problems[0]
