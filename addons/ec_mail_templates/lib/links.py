"""Which links and phrases a mall allows in mails to its buyers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .plain_text import find_links

_IMAGE = re.compile(r"<img\b", re.I)


def domain_allowed(link: str, allowed: list[str]) -> bool:
    """Whether the host of ``link`` is one of ``allowed`` or below it."""
    host = (urlsplit(link if "://" in link else f"//{link}").hostname or "").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in allowed)


def findings(
    body: str, *, links: bool = True, allowed: list[str] = (), phrases: list[str] = ()
) -> list[tuple[str, str]]:
    """What in ``body`` breaks the rules.

    :param bool links: False when only links to ``allowed`` domains may be there
    :param phrases: words that invite buyers elsewhere
    :return: (reason, the thing found); reasons: link, image, phrase
    """
    found = []
    if not links:
        found += [("link", link) for link in find_links(body) if not domain_allowed(link, allowed)]
        if _IMAGE.search(body or ""):
            found.append(("image", "<img>"))
    found += [("phrase", phrase) for phrase in phrases if phrase and phrase in (body or "")]
    return found


def split_list(text: str | None) -> list[str]:
    """Entries of a field with one entry per line (or comma)."""
    return [part.strip() for part in re.split(r"[\n,、]+", text or "") if part.strip()]


def address_in(address: str, domains: list[str]) -> bool:
    """Whether a mail address is in one of the domains or below it."""
    host = (address or "").rpartition("@")[2].lower().rstrip(">")
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
