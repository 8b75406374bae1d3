"""Removes secrets and personal data from anything that is logged or shown."""

import logging
import re
import threading
import traceback
from contextlib import contextmanager

MASK = "***"
_PERSONAL_KEYS = re.compile(
    r'("(?:[A-Za-z]*(?:[Nn]ame(?:Kana)?|[Mm]ail(?:Address)?|[Pp]hone(?:Number)?\d?|zip(?:Code)?\d?|'
    r"address\d?|subAddress|city|remarks|note|memo|message|firstName|lastName|company|card[A-Z]\w*|"
    r'birth\w*|access_token|client_secret))"\s*:\s*)("(?:[^"\\]|\\.)*"|[\d.]+)'
)


def mask_secrets(text, secrets=()):
    """Replace every given secret (longest first) in ``text``.

    :param str text: anything about to be logged
    :param secrets: the channel's own secrets; empty ones and ones under 4 characters are ignored
    :rtype: str
    """
    text = str(text)
    for secret in sorted({s for s in secrets if s and len(s) >= 4}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def excerpt(body, secrets=(), limit=400):
    """A short piece of an answer that is safe to keep: no secrets, no personal values.

    :param body: bytes or str
    :rtype: str
    """
    if isinstance(body, bytes):
        body = body[: limit * 20].decode("utf-8", "replace")
    text = _PERSONAL_KEYS.sub(rf'\1"{MASK}"', body[: limit * 20])
    return mask_secrets(text, secrets)[:limit]


def bare_trace(error):
    """Where an error comes from, for the log: the places in the code and the kinds of the errors.

    Their messages are left out: a database's or a parser's may quote a buyer's data.

    :rtype: str
    """
    parts = []
    while error is not None:
        places = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{places}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(parts))


_STATEMENT = re.compile(r'\s*(\w+)(?:\s+(?:INTO|FROM))?\s+"?(\w+)"?')
_quiet = threading.local()


class _BareQuery(logging.Filter):
    """The server logs a refused statement with all its values: a buyer's data, when two processes
    meet on one order. What is done meanwhile, to which table and what went wrong is enough."""

    def filter(self, record):
        if getattr(_quiet, "on", False) and isinstance(record.args, tuple) and record.args:
            query, error = record.args[0], record.args[-1]
            if isinstance(query, bytes):
                query = query.decode("utf-8", "replace")
            found = _STATEMENT.match(str(query))
            code = getattr(error, "pgcode", None) or ""
            record.msg = "refused: %s (%s %s)"
            record.args = (" ".join(found.groups()) if found else "", type(error).__name__, code)
        return True


_BARE_QUERY = _BareQuery()


@contextmanager
def quiet_queries():
    """Keep the values of refused statements out of the server's log meanwhile, in this thread."""
    logging.getLogger("odoo.sql_db").addFilter(_BARE_QUERY)
    before, _quiet.on = getattr(_quiet, "on", False), True
    try:
        yield
    finally:
        _quiet.on = before
