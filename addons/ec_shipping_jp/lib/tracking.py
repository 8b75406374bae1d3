"""Tracking numbers: shape, check digit, address of the carrier's page. Pure."""

from __future__ import annotations

import re
import unicodedata

YAMATO, SAGAWA, JAPANPOST = "yamato", "sagawa", "japanpost"

#: Key, name as shown, address of the tracking page.
CARRIERS = {
    YAMATO: ("ヤマト運輸",
             "https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number00=1&number01={n}"),
    SAGAWA: ("佐川急便",
             "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={n}"),
    JAPANPOST: ("日本郵便",
                "https://trackings.post.japanpost.jp/services/srv/search/direct"
                "?reqCodeNo1={n}&searchKind=S002&locale=ja"),
    "seino": ("西濃運輸", "https://track.seino.co.jp/cgi-bin/gnpquery.pgm?GNPNO1={n}"),
    "fukuyama": ("福山通運", "https://corp.fukutsu.co.jp/situation/tracking_no_hunt/{n}"),
    "other": ("その他", ""),
}  # fmt: skip

OK, WARN, BAD = "ok", "warn", "bad"
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.I)
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
#: No carrier's number is shorter: Yamato, Sagawa and parcels have 12 digits, registered mail 11.
_SHORTEST = 8


def normalize(text: str) -> str:
    """The number without hyphens and spaces, half-width capitals."""
    text = unicodedata.normalize("NFKC", text or "").upper()
    return re.sub(r"[\s\-‐‑–—−ー]", "", text)


def split_numbers(text: str) -> list[str]:
    """The numbers a person typed into one field, normalized, each once.

    Printed slips show them in groups of four: a space parts two numbers only where each piece is
    long enough to be one.
    """
    found = []
    for part in re.split(r"[,、，;；/／\n\t]+", text or ""):
        pieces = part.split()
        whole = all(len(normalize(piece)) >= _SHORTEST for piece in pieces)
        found += pieces if whole else ["".join(pieces)]
    return list(dict.fromkeys(number for piece in found if (number := normalize(piece))))


def tracking_url(carrier: str, number: str) -> str | None:
    """The carrier's page for this parcel, or None."""
    template = CARRIERS.get(carrier, ("", ""))[1]
    return template.replace("{n}", number) if template and number else None


def check(carrier: str, number: str) -> tuple[str, str]:
    """Judge a normalized number.

    :return: (ok, warn or bad; code of the reason or "")
    """
    if not number:
        return BAD, "number_missing"
    if _SCIENTIFIC.fullmatch(number):
        return BAD, "number_spreadsheet"
    if not re.fullmatch(r"[0-9A-Z]{6,20}", number):
        return BAD, "number_shape"
    if carrier in (YAMATO, SAGAWA):
        return _check_twelve(number, BAD)
    if carrier == JAPANPOST:
        return _check_japanpost(number)
    return OK, ""


def seven_dr(digits: str) -> int:
    """Check digit of Yamato and Sagawa: the number modulo 7."""
    return int(digits) % 7


def _check_twelve(number: str, verdict: str) -> tuple[str, str]:
    if not re.fullmatch(r"\d{12}", number):
        return BAD, "number_shape"
    if seven_dr(number[:11]) != int(number[11]):
        return verdict, "number_check_digit"
    return OK, ""


def _check_japanpost(number: str) -> tuple[str, str]:
    """Sources differ on whether parcels have a check digit: warn only."""
    if re.fullmatch(r"\d{12}", number):
        return _check_twelve(number, WARN)
    if re.fullmatch(r"\d{11}", number):
        return OK, ""
    if re.fullmatch(r"[A-Z]{2}\d{9}[A-Z]{2}", number):
        valid = s10_digit(number[2:10]) == int(number[10])
        return (OK, "") if valid else (BAD, "number_check_digit")
    return BAD, "number_shape"


def s10_digit(eight: str) -> int:
    """Check digit of international post (UPU S10)."""
    total = sum(int(digit) * weight for digit, weight in zip(eight, _S10_WEIGHTS, strict=True))
    digit = 11 - total % 11
    return {10: 0, 11: 5}.get(digit, digit)


#: Status codes of Japan Post's history file: delivered, returned; all others are under way.
_DELIVERED = {("52", "01"), ("52", "31"), ("52", "32"), ("52", "35"), ("53", "37"), ("53", "38")}


def parcel_status(carrier: str, status: str, detail: str) -> str:
    """``delivered``, ``returned``, ``moving`` or "" (says nothing)."""
    if not status:
        return ""
    if carrier == JAPANPOST:
        if (status, detail) in _DELIVERED:
            return "delivered"
        if (status, detail) == ("52", "34") or status == "62":
            return "returned"
        return "moving"
    if "返" in status:
        return "returned"
    return "delivered" if "完了" in status else "moving"
