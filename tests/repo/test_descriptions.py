"""What Odoo's Apps screen shows of a module: a page of its own, in Japanese and English."""

from __future__ import annotations

import re

import pytest
from lxml import html

from tools.paths import ROOT

MODULES = sorted(path.parent for path in (ROOT / "addons").glob("*/__manifest__.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_module_has_a_page(module):
    """Without it Odoo reads README.md as reStructuredText and warns at every install."""
    folder = module / "static/description"
    assert (folder / "icon.png").read_bytes().startswith(b"\x89PNG")
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = html.document_fromstring(text)
    parts = {part.get("lang"): part.text_content() for part in page.iter("section")}
    assert set(parts) == {"ja", "en"}
    assert re.search(r"[ぁ-ん]", parts["ja"]) and not re.search(r"[ぁ-んァ-ヶ一-龠]", parts["en"])
    for element, attribute, link, _position in page.iterlinks():
        assert (element.tag, attribute) == ("img", "src"), link  # nothing from elsewhere
        assert (folder / link).is_file(), link
