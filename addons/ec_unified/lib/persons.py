"""Who is the same person: carefully, because two customers made one cannot be told apart again.

Equal name and telephone number, or equal name and address, is the same person, unless both told a
reading (kana) and the readings differ. A name written in kana alone is the same person as a name
with that reading, if the telephone number is equal as well. A mail address says nothing: malls hand
out forwarding addresses. A household shares telephone and address, but not the name. A family name
alone is many people's, also at one company's number: telephone and address must both be equal.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from .address import fold_name, fold_phone, fold_street, format_zip, match_keys

_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_KANA_ONLY = re.compile(r"[ァ-ヶー・]{3,}")


def fold_kana(text):
    """Return a reading as full-width katakana without spaces; '' when it is none."""
    folded = fold_name(unicodedata.normalize("NFKC", text or "").translate(_HIRAGANA))
    folded = folded.translate(_HIRAGANA)
    return folded if _KANA_ONLY.fullmatch(folded) else ""


def is_family_name(name):
    """Whether a name has no given name in it, as far as it shows: 山田, ヤマダ, 長谷川様.

    Up to three characters: hardly a family name has more, and who writes name and family name as
    one word in three (森進一) is found again all the same, by telephone and address together.
    """
    text = unicodedata.normalize("NFKC", name or "").strip().removesuffix("様").rstrip()
    return not re.search(r"\s", text) and len(text) <= (4 if fold_kana(text) else 3)


@dataclass(frozen=True, slots=True)
class Person:
    """What one mall, or the contact in Odoo, says of a person; '' where a part is missing."""

    by_phone: str = ""
    by_address: str = ""
    by_kana: str = ""
    kana: str = ""
    kana_only: bool = False

    def contradicts(self, other: Person) -> bool:
        """Both told their reading, and the readings differ."""
        return bool(self.kana and other.kana and self.kana != other.kana)


def person(name, kana, phone, code, *street) -> Person:
    """Return how a person is recognised.

    :param code: postcode
    :param street: the address below the prefecture in reading order
    """
    by_phone, by_address = match_keys(name, phone, code, *street)
    own = fold_kana(name)
    reading = fold_kana(kana) or own
    digits = fold_phone(phone)
    if is_family_name(name):
        by_address = f"{by_address}|{digits}" if by_address and digits else ""
        return Person("", by_address, "", reading, bool(own))
    by_kana = f"{reading}|{digits}" if reading and digits else ""
    return Person(by_phone, by_address, by_kana, reading, bool(own))


def place(name, phone, code, *street):
    """Return what makes two addresses the same: who, where, and the number to call.

    :rtype: tuple[tuple[str, str, str], str]
    """
    return (fold_name(name), format_zip(code or ""), fold_street(*street)), fold_phone(phone)


@dataclass(slots=True)
class PersonIndex:
    """Persons that can be found again; of several that fit, the one added first."""

    known: dict[tuple[str, str], list[tuple[Person, Any]]] = field(default_factory=dict)

    def add(self, who: Person, value: Any) -> None:
        """Remember ``value`` under all keys of ``who``."""
        for kind in ("by_address", "by_phone", "by_kana"):
            key = getattr(who, kind)
            if key:
                self.known.setdefault((kind, key), []).append((who, value))

    def find(self, who: Person) -> Any:
        """Return the value of the same person, None for a stranger."""
        for kind in ("by_address", "by_phone", "by_kana"):
            for other, value in self.known.get((kind, getattr(who, kind)), ()):
                if who.contradicts(other):
                    continue
                if kind == "by_kana" and not (who.kana_only or other.kana_only):
                    continue  # the same reading, but other characters: somebody else
                return value
        return None
