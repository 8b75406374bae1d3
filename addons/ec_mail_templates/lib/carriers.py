"""Names and tracking pages of carriers, for deliveries without parcel records of their own."""

from __future__ import annotations

import re

#: key: (words in the carrier's name, name for the buyer, tracking page)
CARRIERS = {
    "yamato": (
        ("ヤマト", "クロネコ", "宅急便", "ネコポス", "yamato"),
        "ヤマト運輸",
        "https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number00=1&number01={n}",
    ),
    "sagawa": (
        ("佐川", "飛脚", "sagawa"),
        "佐川急便",
        "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={n}",
    ),
    "japanpost": (
        ("日本郵便", "ゆうパ", "クリックポスト", "レターパック", "郵便", "japan post"),
        "日本郵便",
        "https://trackings.post.japanpost.jp/services/srv/search/direct"
        "?reqCodeNo1={n}&searchKind=S002&locale=ja",
    ),
    "seino": (
        ("西濃", "カンガルー", "seino"),
        "西濃運輸",
        "https://track.seino.co.jp/cgi-bin/gnpquery.pgm?GNPNO1={n}",
    ),
    "fukuyama": (
        ("福山", "fukuyama"),
        "福山通運",
        "https://corp.fukutsu.co.jp/situation/tracking_no_hunt/{n}",
    ),
}


#: No carrier's number is shorter.
_SHORTEST = 8


def carrier_key(name: str | None) -> str | None:
    """The carrier a name speaks of, else None."""
    low = (name or "").lower()
    for key, (words, _label, _url) in CARRIERS.items():
        if any(word in low for word in words):
            return key
    return None


def carrier_label(key: str | None, fallback: str = "") -> str:
    """The carrier's name as buyers know it."""
    return CARRIERS[key][1] if key in CARRIERS else fallback


def tracking_url(key: str | None, number: str) -> str:
    """The carrier's page for a number, or an empty text."""
    digits = re.sub(r"[^0-9A-Za-z]", "", number or "")
    return CARRIERS[key][2].format(n=digits) if key in CARRIERS and digits else ""


def split_numbers(text: str | None) -> list[str]:
    """Tracking numbers of a field that may hold several; groups of four digits are one number."""
    found = []
    for part in re.split(r"[,、，;/+\n\t]+", text or ""):
        pieces = part.split()
        whole = all(len(re.sub(r"\W", "", piece)) >= _SHORTEST for piece in pieces)
        found += pieces if whole else ["-".join(pieces)]
    return list(dict.fromkeys(found))
