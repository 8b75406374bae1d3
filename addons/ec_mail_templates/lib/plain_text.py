"""From the HTML of a mail to a plain text that old mail programs and relays show well."""

from __future__ import annotations

import re
import unicodedata

from lxml import html

#: Half-width columns of a line: 35 full-width characters, the custom of Japanese business mail.
WIDTH = 70
#: Characters that must not begin or end a line (kinsoku).
_NOT_FIRST = "、。，．・：；？！゛゜ヽヾゝゞ々ー）］｝」』】〉》〕)]},.:;?!"
_NOT_LAST = "（［｛「『【〈《〔([{"
_BLOCKS = {"p", "div", "table", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "section", "blockquote"}
#: With or without "https://": mail programs make a link of "www." as well.
_URL = re.compile(r"(?:https?://|(?<![A-Za-z0-9_./@-])www\.)[^\s<>\"'）」]+", re.I)
#: Not part of JIS X 0208, though everybody has them: spelled out for old receivers.
_SPELLED = {"㈱": "(株)", "㈲": "(有)", "㈹": "(代)", "№": "No.", "℡": "TEL", "〜": "～", "−": "－"}
_TOKEN = re.compile(r"https?://\S+|[!-~]+|\s|.", re.S)


def char_width(char: str) -> int:
    """Columns a character takes: 2 for full-width ones."""
    return 2 if unicodedata.east_asian_width(char) in "FWA" else 1


def text_width(text: str) -> int:
    """Columns of a text."""
    return sum(map(char_width, text))


def safe_chars(text: str) -> str:
    """Replace what relays and old programs show as garbage; names keep their kanji.

    Half-width kana become full-width, circled numbers and abbreviations are spelled out, control
    characters and pictures (beyond the basic plane, save for kanji) are dropped.
    """
    out = []
    for char in re.sub(r"[｡-ﾟ]+", lambda m: unicodedata.normalize("NFKC", m[0]), text):
        if char in _SPELLED:
            out.append(_SPELLED[char])
        elif "①" <= char <= "⑳":
            out.append(f"({ord(char) - 0x245F})")
        elif _is_shown(char):
            out.append(char)
    return "".join(out)


def _is_shown(char: str) -> bool:
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return char in "\n\t"
    return ord(char) <= 0xFFFF or category == "Lo"


def one_line(text: str) -> str:
    """A header value: one line, safe characters, no way to smuggle in a header."""
    return " ".join(safe_chars(re.sub(r"[\r\n\t]+", " ", text or "")).split())


def wrap(line: str, width: int = WIDTH) -> list[str]:
    """Break a line after ``width`` columns; links and ASCII words stay whole."""
    indent = re.match(r"[ 　]*", line)[0]
    rows, row = [], ""
    for token in _TOKEN.findall(line):
        if row.strip() and text_width(row) + text_width(token) > width:
            if token[0] in _NOT_FIRST and len(token) == 1:
                row += token
                continue
            row, carry = _natural_break(row, width)
            while row and row[-1] in _NOT_LAST:
                row, carry = row[:-1], row[-1] + carry
            rows.append(row.rstrip())
            row = indent + carry
            if token.isspace():
                continue
        row += token
    rows.append(row.rstrip())
    return rows


#: After these a phrase may end, if a new word (kanji, katakana, polite お/ご) begins.
_PARTICLES = "はがをにのとでもへやうえてくら"
_BREAK = re.compile(rf"(?<=[{_PARTICLES}])(?=[一-鿿々ァ-ヶ]|[おご][一-鿿])")
#: Kanji that go on with the word before them: 申し上げます, 取り消し, 打ち合わせ.
_GOES_ON = "上合消込直付出入切替扱組"


def _natural_break(row: str, width: int) -> tuple[str, str]:
    """Break after a comma or full stop, else between two phrases, rather than within a word; in
    any case late enough in the line."""
    at = max(row.rfind("、"), row.rfind("。")) + 1
    if at and at < len(row) and text_width(row[:at]) >= width * 0.55:
        return row[:at], row[at:]
    places = [
        match.start()
        for match in _BREAK.finditer(row)
        if row[match.start()] not in _GOES_ON and text_width(row[: match.start()]) >= width * 0.6
    ]
    return (row[: places[-1]], row[places[-1] :]) if places else (row, "")


def html_to_text(source: str, width: int = WIDTH) -> str:
    """The text of a mail body: paragraphs, ``<pre>`` as it is, links written out.

    ``<t data-text>``-like helpers are not needed: blocks of the order come as ``<pre>`` already.
    """
    root = html.fragment_fromstring(source or "", create_parent="div")
    parts: list[str] = []
    _walk(root, parts, False)
    text = safe_chars("".join(parts))
    rows = [row for line in text.split("\n") for row in wrap(line.rstrip(), width)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip("\n") + "\n"


def _walk(node, parts, pre):
    if not isinstance(node.tag, str):
        _add(parts, node.tail, pre)
        return
    tag = node.tag
    pre_inside = pre or tag == "pre"
    if tag in _BLOCKS or tag == "pre":
        _break(parts)
    if tag == "hr":
        _break(parts)
        parts.append("-" * WIDTH + "\n")
    elif tag == "br":
        parts.append("\n")
    elif tag == "li":
        _break(parts)
        parts.append("・")
    _add(parts, node.text, pre_inside)
    for child in node:
        _walk(child, parts, pre_inside)
    href = node.get("href") if tag == "a" else None
    if href and href not in (node.text_content() or ""):
        parts.append(f"\n{href}\n")
    if tag in _BLOCKS or tag == "pre":
        _break(parts)
    if tag in ("p", "pre", "table", "h2", "h3"):
        parts.append("\n")
    _add(parts, node.tail, pre)


def _add(parts, text, pre):
    if not text:
        return
    if not pre:
        text = re.sub(r"[ \t\r\n]+", " ", text)
        if not parts or parts[-1].endswith("\n"):
            text = text.lstrip(" ")
    parts.append(text)


def _break(parts):
    if parts and not parts[-1].endswith("\n"):
        parts.append("\n")


def find_links(*texts: str) -> list[str]:
    """All web addresses in bodies or texts, in order, each once."""
    found = {}
    for text in texts:
        for link in _URL.findall(text or ""):
            found.setdefault(link.rstrip("。、,.;"), None)
    return list(found)
