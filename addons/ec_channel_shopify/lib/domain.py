"""The name a shop has at Shopify; the API answers nowhere else (section 2)."""

import re

SHOP_HOST = ".myshopify.com"
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
#: What somebody pastes behind the address: the admin's path, or the API's.
_ADMIN_PATH = re.compile(r"(/admin(/.*)?)?/*$")
_ADMIN = re.compile(r"admin\.shopify\.com/store/([a-z0-9-]+)")


def clean_domain(text: str) -> str:
    """``my-shop.myshopify.com`` out of what people paste: address, bare name, admin link."""
    text = text.strip().lower()
    match = _ADMIN.search(text)
    name = match[1] if match else re.sub(r"^https?://", "", text).split("/")[0]
    return name if not name or "." in name else f"{name}{SHOP_HOST}"


def shop_address(url: str | None) -> str:
    """The address our paths are put behind."""
    return _ADMIN_PATH.sub("", (url or "").strip())


def is_domain(text: str) -> bool:
    """Whether ``text`` is such a name."""
    return bool(_DOMAIN.fullmatch(text))
