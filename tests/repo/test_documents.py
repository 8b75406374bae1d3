"""What documents refer to is there, modules are described in both languages, files say what for."""

from __future__ import annotations

import ast
import re

import polib
import pytest

from tools.commands import COMMANDS
from tools.paths import ROOT

MODULES = sorted(path.parent for path in (ROOT / "addons").glob("*/__manifest__.py"))
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "addons/*/*.md")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"  # speaks of the past, too
)
#: A path as documents write it: from the root, from ``addons``, or from a module.
PATH = re.compile(r"(?:addons|bench|demo|docs|models|tests|tools|ec_[a-z_]+)/[\w./*-]+")
#: Said of a module that is still to be written.
OF_ANY_MODULE = {"tests/test_contract.py", "tests/tours"}
MENU_PATH = re.compile(r"ショップ管理((?: [→>] [^\s→>」*,.、。（(|]+)+)")

each_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def text_of(path):
    return path.read_text(encoding="utf-8")


@each_document
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text_of(path))
    own = [link for link in links if "://" not in link]
    assert [link for link in own if not (path.parent / link).exists()] == []


@each_document
def test_files_that_are_named_exist(path):
    spans = re.findall(r"`([^`<\n]+)`", text_of(path))
    names = {name.rstrip("/.") for span in spans for name in PATH.findall(span)} - OF_ANY_MODULE
    bases = (ROOT, ROOT / "addons", ROOT / "addons/ec_unified", path.parent)
    assert [name for name in names if not any(any(base.glob(name)) for base in bases)] == []


@each_document
def test_commands_that_are_named_exist(path):
    assert set(re.findall(r"python3 -m tools ([a-z0-9]+)", text_of(path))) <= set(COMMANDS)


@pytest.fixture(scope="module")
def menus():
    """Names of our menus, as the screen shows them."""
    return {
        entry.msgstr
        for module in MODULES
        for entry in polib.pofile(str(module / "i18n/ja.po"))
        if any(place.startswith("model:ir.ui.menu") for place, _line in entry.occurrences)
    }


@each_document
def test_menus_are_named_as_on_the_screen(path, menus):
    paths = MENU_PATH.findall(text_of(path))
    named = {step for steps in paths for step in re.split(" [→>] ", steps) if step}
    assert named <= menus


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_module_is_described_in_both_languages(module):
    english, japanese = text_of(module / "README.md"), text_of(module / "README.ja.md")
    assert "](README.ja.md)" in english and "](README.md)" in japanese
    assert re.search(r"[ぁ-ん]", japanese)


def test_every_file_says_what_it_is_for():
    """In its own docstring, or in that of its class: the first lines are the index of a folder."""
    silent = []
    for folder in ("controllers", "lib", "models", "wizards"):
        for path in ROOT.glob(f"addons/*/{folder}/*.py"):
            tree = ast.parse(text_of(path))
            classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
            if path.name != "__init__.py" and not any(
                ast.get_docstring(node) for node in (tree, *classes[:1])
            ):
                silent.append(str(path.relative_to(ROOT)))
    assert silent == []


@pytest.mark.parametrize("mall", ["rakuten", "shopify"])
def test_numbers_quoted_of_a_mall_are_explained(mall):
    """Docstrings quote sections and traps of notes that are not here: the page says what of."""
    [part] = [
        part
        for part in re.split(r"^## ", text_of(ROOT / "docs/sources.md"), flags=re.M)
        if part.lower().startswith(mall)
    ]
    sections, traps = part.split("| trap |")
    explained = {
        "section": re.findall(r"\d+", " ".join(re.findall(r"^\| ([\d.,– ]+) \|", sections, re.M))),
        "trap": re.findall(r"^\| (\d+) \|", traps, re.M),
    }
    places = (
        f"addons/ec_channel_{mall}/**/*.py", f"tests/malls/{mall}/*.py", f"tests/*/test_{mall}*.py",
    )  # fmt: skip
    text = "\n".join(text_of(path) for place in places for path in ROOT.glob(place))
    for word, known in explained.items():
        groups = re.findall(rf"\b{word}s? ((?:\d+(?:, | and )?)+)", text, re.I)
        quoted = {number for group in groups for number in re.findall(r"\d+", group)}
        assert quoted and quoted <= set(known), word
