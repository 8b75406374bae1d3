"""Characters a carrier's tool takes: what is folded, what is refused. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

#: Any character the encoding has.
CHARSET_ENCODING = "encoding"
#: Only JIS X 0208 (level 1 and 2 kanji): cp932 without the vendors' additions.
CHARSET_JIS = "jis0208"

#: Lead bytes of NEC special characters and of NEC/IBM selected kanji in cp932.
_VENDOR_LEADS = frozenset((0x87, 0xED, 0xEE, 0xFA, 0xFB, 0xFC))
_BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: A cell that a spreadsheet would run as a formula.
_FORMULA_START = {"=": "＝", "+": "＋", "@": "＠", "-": "－"}


def is_accepted(char: str, encoding: str = "cp932", charset: str = CHARSET_ENCODING) -> bool:
    """Whether the tool takes this character."""
    try:
        raw = char.encode(encoding)
    except UnicodeEncodeError:
        return False
    if charset != CHARSET_JIS:
        return True
    try:
        raw = char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return len(raw) == 1 or raw[0] not in _VENDOR_LEADS


def width(text: str, encoding: str = "cp932") -> int:
    """Length in half-width bytes, as the carriers count: a full-width character is two."""
    if encoding.lower().startswith("utf"):
        encoding = "cp932"
    return len(text.encode(encoding, "backslashreplace"))


class Folder:
    """Replaces what a tool refuses by a table; notes what it did, reports what it cannot fold.

    :param table: character -> replacement (may be empty: the character is left out)
    """

    def __init__(self, table: Mapping[str, str], encoding: str, charset: str):
        self.table = table
        self.encoding = encoding
        self.charset = charset

    def fold(self, text: str) -> tuple[str, list[tuple[str, str]], list[str]]:
        """Return (text, [(character, replacement)], [refused characters])."""
        text = clean(text)
        if self._all_accepted(text):
            return text, [], []
        done, refused, out = [], [], []
        for char in unicodedata.normalize("NFC", text):
            if is_accepted(char, self.encoding, self.charset):
                out.append(char)
                continue
            replacement = self.table.get(char)
            if replacement is None and _is_decoration(char):
                replacement = ""
            if replacement is None or not self._all_accepted(replacement):
                refused.append(char)
                out.append(char)
            else:
                done.append((char, replacement))
                out.append(replacement)
        return "".join(out), done, refused

    def _all_accepted(self, text: str) -> bool:
        return all(is_accepted(char, self.encoding, self.charset) for char in text)


def _is_decoration(char: str) -> bool:
    """Variation selectors, joiners and emoji: nothing of a name or an address."""
    code = ord(char)
    return (
        0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or code in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)
        or 0x1F000 <= code <= 0x1FAFF
        or 0x2600 <= code <= 0x27BF
    )


def clean(text: str) -> str:
    """One line: line breaks and tabs become a space, other control characters go."""
    return _CONTROLS.sub("", _BREAKS.sub(" ", text)).strip()


def defuse(text: str) -> str:
    """The text in a shape no spreadsheet takes for a formula; nothing is lost."""
    if text[:1] in _FORMULA_START and not re.fullmatch(r"-?\d[\d,.\-]*", text):
        return _FORMULA_START[text[0]] + text[1:]
    return text


def ascii_digits(text: str) -> str:
    """Digits and letters half-width; hyphens between digits unified."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"(?<=\d)[‐‑‒–—―−ーｰ-](?=\d)", "-", text)


def half_kana(text: str) -> str:
    """Half-width katakana of a reading in hiragana or katakana."""
    text = unicodedata.normalize("NFKC", text)
    out = []
    for char in text:
        if "ぁ" <= char <= "ゖ":
            char = chr(ord(char) + 0x60)
        out.append(_half(char))
    return "".join(out)


_FULL = (
    "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソ"
    "タチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
)
_HALF = {full: chr(0xFF61 + number) for number, full in enumerate(_FULL)}


def _half(char: str) -> str:
    if char in _HALF:
        return _HALF[char]
    parts = unicodedata.normalize("NFD", char)
    if len(parts) == 2 and parts[0] in _HALF and parts[1] in "\u3099\u309a":
        return _HALF[parts[0]] + ("ﾞ" if parts[1] == "\u3099" else "ﾟ")
    return " " if char == "　" else char
