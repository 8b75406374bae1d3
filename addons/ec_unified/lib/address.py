"""Names, telephone numbers and addresses, folded so that equal ones compare equal.

The folded form is only for comparing; what a person typed is never rewritten.
"""

import re
import unicodedata

_HYPHENS = re.compile(r"(?<=\d)[-‐‑–—−－ーｰ](?=\d)")
_DIGITS = re.compile(r"\D+")
_HAS_NUMBER = re.compile(r"\d")
_SPACES = re.compile(r"\s+")
_VARIANTS = str.maketrans("髙﨑澤邊邉濵濱曾龍之ヶヵがガ", "高崎沢辺辺浜浜曽竜ノケカケケ")
_ORDINAL = re.compile(r"(\d)(?:丁目|番地の?|番|号)")
_KANJI_NUMBER = re.compile(
    r"([一二三四五六七八九]?十?[〇一二三四五六七八九]|[一二三四五六七八九]?十)(?=丁目|番|号)"
)
_LOOSE_HYPHEN = re.compile(r"(?<!\d)-|-(?!\d)")
_KANJI_DIGITS = "〇一二三四五六七八九"


def fold_text(text):
    """Return ``text`` without widths, spaces, case and common character variants."""
    text = unicodedata.normalize("NFKC", text or "").lower()
    return _SPACES.sub("", text).translate(_VARIANTS)


def fold_name(name):
    """Return the comparable form of a person's name."""
    return fold_text(name).removesuffix("様")


def fold_street(*parts):
    """Return the comparable form of an address below the prefecture."""
    # Between parts stands a hyphen: 1-2 and 3 are not 1-23.
    text = fold_text("-".join(part for part in parts if part))
    text = _KANJI_NUMBER.sub(lambda match: _read_number(match[1]), text)
    return _LOOSE_HYPHEN.sub("", _ORDINAL.sub(r"\1-", _HYPHENS.sub("-", text)))


def _read_number(text):
    """Return 一, 十, 二十三 … as digits."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return "".join(str(_KANJI_DIGITS.index(char)) for char in text)
    number = 10 * (_KANJI_DIGITS.index(tens) if tens else 1)
    return str(number + (_KANJI_DIGITS.index(ones) if ones else 0))


def fold_phone(phone):
    """Return the digits of a Japanese number in its national form, '' when there are too few."""
    text = unicodedata.normalize("NFKC", phone or "")
    digits = _DIGITS.sub("", text)
    if text.strip().startswith("+81") or (digits.startswith("81") and len(digits) > 10):
        digits = "0" + digits[2:].lstrip("0")
    # 000-0000-0000 and its like are what people enter who give no number.
    return digits if len(digits) >= 9 and len(set(digits.lstrip("0"))) > 1 else ""


def format_zip(code, country="JP"):
    """Return a Japanese postal code as ``100-0001``; others (and wrong ones) as they came."""
    text = unicodedata.normalize("NFKC", code or "").replace("〒", "").strip()
    digits = _DIGITS.sub("", text)
    if country == "JP" and len(digits) == 7:
        return f"{digits[:3]}-{digits[3:]}"
    return text


def match_keys(name, phone, code, *street):
    """Return (key by telephone, key by address); '' where a part is missing.

    :rtype: tuple[str, str]
    """
    name = fold_name(name)
    if not name:
        return "", ""
    phone, street = fold_phone(phone), fold_street(*street)
    digits = _DIGITS.sub("", unicodedata.normalize("NFKC", code or ""))
    by_phone = f"{name}|{phone}" if phone else ""
    # Without a house number it is a quarter, not a home: namesakes live in it.
    by_address = f"{name}|{digits}|{street}" if digits and _HAS_NUMBER.search(street) else ""
    return by_phone, by_address
