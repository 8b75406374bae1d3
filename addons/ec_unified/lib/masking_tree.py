"""Hides personal data in a whole document, whatever mall it came from.

An allow-list: only values under keys that are known to be harmless are shown. A key nobody thought
of stays hidden.
"""

import re

HIDDEN = "•••"
_LONGEST = 64
# Words a key is made of ("orderNumber" = order, number). The last word decides, unless an earlier
# one names a person, a place or a secret.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HARMLESS = frozenset(
    """id ids ref code number sku status state progress quantity units count price total subtotal
    amount tax fee rate date time datetime at currency flag type version kind gateway title
    inventory points point coupon discount shipping weight cancelled confirmed test currencycode
    key""".split()
)
_PERSONAL = frozenset(
    """name kana mail email phone tel fax zip postal address addresses street city prefecture
    province country company first last family nick birth birthday sex gender card cvv iban account
    token secret password credential license licence auth authorization cookie ip browser user agent
    latitude longitude customer buyer orderer sender note memo remarks remark message comment
    url""".split()
)


def mask_personal(value, key="", inherited=False):
    """A copy of a JSON value in which everything that may be personal is replaced.

    :param value: JSON-able document
    :rtype: same shape
    """
    if isinstance(value, dict):
        return {k: mask_personal(v, k, inherited or _names_person(key)) for k, v in value.items()}
    if isinstance(value, list):
        return [mask_personal(item, key, inherited) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if not inherited and _is_harmless(key) and _is_plain(value):
        return value
    return HIDDEN


def _words(key):
    return [word.lower() for word in _WORD.findall(str(key))]


def _names_person(key):
    return any(word in _PERSONAL for word in _words(key))


def _is_harmless(key):
    words = [word for word in _words(key) if not word.isdigit()]
    return bool(words) and words[-1] in _HARMLESS and not _names_person(key)


def _is_plain(value):
    if isinstance(value, int | float):
        return True
    return len(value) <= _LONGEST and "@" not in value and "://" not in value
