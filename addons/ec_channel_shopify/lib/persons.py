"""Names and addresses in Japanese order (section 16)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from ...ec_unified.lib.data import Address

_HYPHENS = re.compile(r"(?<=\d)[‐‑–—−ー－](?=\d)")


def read_address(source: dict[str, Any]) -> Address:
    """A ``MailingAddress``; every personal field may be withheld.

    The prefecture comes from its code only: ``province`` is a romanised name that varies.
    """
    country = source.get("countryCodeV2") or "JP"
    return Address(
        name=family_first(source),
        company=_text(source.get("company")),
        zip=read_zip(source.get("zip"), country),
        country=country,
        state_code=_state(source.get("provinceCode"), country),
        city=_text(source.get("city")),
        street=_text(source.get("address1")),
        street2=_text(source.get("address2")),
        phone=read_phone(source.get("phone")),
    )


def family_first(source: dict[str, Any]) -> str | None:
    """``lastName firstName``; Shopify's own ``name`` has the given name first."""
    parts = [_text(source.get("lastName")), _text(source.get("firstName"))]
    if any(parts):
        # Some buyers put the whole name into both fields.
        return " ".join(dict.fromkeys(part for part in parts if part))
    return _text(source.get("name"))


def read_zip(value: str | None, country: str = "JP") -> str | None:
    """``150-0001``; codes of other countries, and wrong ones, as they came."""
    text = unicodedata.normalize("NFKC", value or "").replace("〒", "").strip()
    digits = re.sub(r"\D", "", text)
    if country == "JP" and len(digits) == 7:
        return f"{digits[:3]}-{digits[3:]}"
    return text or None


def read_phone(value: str | None) -> str | None:
    """Japanese numbers in their national form; the buyer's own hyphens are kept."""
    text = unicodedata.normalize("NFKC", value or "").strip()
    text = _HYPHENS.sub("-", text)
    if text.startswith("+81"):
        rest = text[3:].lstrip(" -").removeprefix("(0)")
        text = rest if rest.startswith("0") else f"0{rest}"
    return text or None


def _state(code: str | None, country: str) -> str | None:
    """ISO 3166-2: Japan's codes come complete, most others without their country."""
    if not code:
        return None
    return code if code.startswith(f"{country}-") else f"{country}-{code}"


def _text(value: Any) -> str | None:
    text = " ".join(str(value or "").replace("　", " ").split())
    return text or None
