"""The checks of XML, CSV, po files and manifests."""

from __future__ import annotations

import polib
import pytest

from tools.lint import data_files, translations


@pytest.fixture
def addons(tmp_path):
    """Return a function that writes files of an addon and runs the check."""

    def check(manifest: str = "{'data': []}", **files: str) -> list[str]:
        addon = tmp_path / "ec_x"
        addon.mkdir(exist_ok=True)
        (addon / "__manifest__.py").write_text(manifest)
        for name, content in files.items():
            path = addon / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return data_files.check(tmp_path)

    return check


def test_good_files_pass(addons):
    assert not addons(
        manifest="{'data': ['views/a.xml', 'security/a.csv']}",
        views__a_dot_xml='<odoo><record id="a" model="x"/></odoo>',
        security__a_dot_csv="id,name\na,b\n",
    )


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("static__a_dot_xml", "<odoo><record></odoo>", "not well formed"),
        ("static__a_dot_xml", '<odoo><record id="a"/><record id="a"/></odoo>', "2 times"),
        ("static__a_dot_csv", "id,name\na,b,c\n", "3 cells"),
        ("static__a_dot_csv", "id,name\na,b\na,c\n", "2 times"),
        ("i18n__ja_dot_po", 'msgid "a"\nnonsense\n', "not a valid po"),
        ("i18n__ja_dot_po", 'msgid "%(x)s"\nmsgstr "%(y)s"\n', "placeholders"),
        ("views__a_dot_xml", "<odoo/>", "not listed in the manifest"),
    ],
)
def test_a_broken_file_is_found(addons, name, content, word):
    problems = addons(**{name: content})
    assert len(problems) == 1 and word in problems[0]


def test_a_file_of_the_manifest_must_exist(addons):
    problems = addons(manifest="{'data': ['views/b.xml']}")
    assert len(problems) == 1 and "does not exist" in problems[0]


@pytest.fixture
def po_addon(tmp_path, monkeypatch):
    """Return an addon folder and the exported terms of it."""
    monkeypatch.setattr(translations, "ADDONS", tmp_path)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    (tmp_path / "ec_x").mkdir()
    exported = polib.POFile()
    for msgid, place in (
        ("Stage", "model:ir.model.fields,field_description:ec_x.field_ec_x__stage"),
        ("Created by", "model:ir.model.fields,field_description:ec_x.field_ec_x__create_uid"),
        ("Draft", "model:ir.model.fields.selection,name:ec_x.selection__ec_x__s__draft"),
    ):
        exported.append(
            polib.POEntry(msgid=msgid, occurrences=[(place, "0")], comment="module: ec_x")
        )
    terms = tmp_path / "terms.pot"
    exported.save(str(terms))
    return tmp_path / "ec_x", terms


def test_merge_fills_standard_fields_only_and_lists_gaps(po_addon):
    addon, terms = po_addon
    gaps = translations.merge("ec_x", terms, {"Created by": "作成者", "Draft": "ドラフト"})
    assert len(gaps) == 2 and "Stage" in gaps[0] and "Draft" in gaps[1]
    assert (addon / "i18n/ec_x.pot").exists()
    catalog = {e.msgid: e.msgstr for e in polib.pofile(str(addon / "i18n/ja.po"))}
    assert catalog == {"Stage": "", "Created by": "作成者", "Draft": ""}


def test_merge_keeps_translations_and_is_stable(po_addon):
    addon, terms = po_addon
    translations.merge("ec_x", terms, {})
    path = addon / "i18n/ja.po"
    catalog = polib.pofile(str(path))
    for entry in catalog:
        entry.msgstr = f"訳 {entry.msgid}"
    catalog.append(polib.POEntry(msgid="Gone", msgstr="消えた"))
    catalog.save()
    assert not translations.merge("ec_x", terms, {})
    first = path.read_text()
    assert "訳 Stage" in first and "Gone" not in first
    assert not translations.merge("ec_x", terms, {})
    assert path.read_text() == first


@pytest.mark.parametrize("flaw", ["fuzzy", "empty", "missing"])
def test_a_gap_fails(po_addon, flaw):
    addon, terms = po_addon
    translations.merge("ec_x", terms, {})
    path = addon / "i18n/ja.po"
    catalog = polib.pofile(str(path))
    for entry in catalog:
        entry.msgstr = "訳"
    entry = catalog.find("Draft")
    if flaw == "fuzzy":
        entry.flags.append("fuzzy")
    elif flaw == "empty":
        entry.msgstr = ""
    else:
        catalog.remove(entry)
    catalog.save()
    gaps = translations.check("ec_x", terms)
    assert len(gaps) == 1 and "Draft" in gaps[0]
