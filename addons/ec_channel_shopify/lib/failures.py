"""Sorts what Shopify answers into the core's error kinds (section 5: four layers)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    EcError,
    SetupError,
    TransientError,
    UncertainWriteError,
)
from ...ec_unified.lib.http import Answer, seconds_to_wait
from ...ec_unified.lib.masking import mask_secrets

_SCOPE = re.compile(r"\b((?:read|write)_[a-z_]+)\b")
_TAG = re.compile(r"<[^>]*>")
#: How a failure inside of Shopify reads when it comes without a code.
_INTERNAL = re.compile(r"internal error|something went wrong|timed? ?out", re.IGNORECASE)
#: Fields that hold a person's data: an order without them is still an order (section 7).
_PERSONAL = frozenset("customer email phone billingAddress shippingAddress".split())

#: HTTP statuses that only a person can mend -> reason.
_SETUP_STATUS = {401: "unauthorised", 402: "shop_frozen", 404: "wrong_host", 423: "shop_frozen"}

#: Top-level codes that say something about one document, not about our query.
_DATA_CODES = {
    "MAX_COST_EXCEEDED": "too_many",
    "MAX_INPUT_SIZE_EXCEEDED": "too_many",
    "RESOURCE_NOT_FOUND": "not_found",
    "NOT_FOUND": "not_found",
}

#: ``userErrors`` codes -> (class, reason); all others are refusals of the one document.
_USER_CODES: dict[str, tuple[type[EcError], str]] = {
    "CHANGE_FROM_QUANTITY_STALE": (ConflictError, "stale"),
    "COMPARE_QUANTITY_STALE": (ConflictError, "stale"),
    "IDEMPOTENCY_CONCURRENT_REQUEST": (ConflictError, "in_progress"),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": (ConflictError, "wrong_state"),
    "INVALID_INVENTORY_ITEM": (DataError, "not_found"),
    "NOT_FOUND": (DataError, "not_found"),
    "INVALID_LOCATION": (SetupError, "location_unknown"),
    "INTERNAL_ERROR": (TransientError, "unavailable"),
    "THROTTLED": (TransientError, "throttled"),
}

#: Plain user errors carry no code: the sentence is all there is (sections 9 and 10).
_USER_SENTENCES: tuple[tuple[str, type[EcError], str], ...] = (
    ("not approved to subscribe", SetupError, "protected_data"),
    ("protected customer data", SetupError, "protected_data"),
    ("already been canceled", ConflictError, "wrong_state"),
    ("already been cancelled", ConflictError, "wrong_state"),
    ("unfulfillable status", ConflictError, "wrong_state"),
    ("idempotency_concurrent_request", ConflictError, "in_progress"),
    ("cannot be marked as paid", ConflictError, "wrong_state"),
    ("does not exist", DataError, "not_found"),
)


def http_error(answer: Answer, *, write: bool, secrets: Iterable[str] = ()) -> EcError:
    """The error of an HTTP status other than 200, layer 1. ``secrets`` are masked in its text."""
    status, headers, request_id = answer.status, answer.headers, answer.request_id
    text = mask_secrets(_plain(answer.body), secrets)
    common = {"code": str(status), "request_id": request_id}
    if status in _SETUP_STATUS:
        return SetupError(f"HTTP {status}: {text}", reason=_SETUP_STATUS[status], **common)
    if status == 403:
        scopes = sorted(set(_SCOPE.findall(text)))
        return SetupError(
            f"HTTP 403: {text}",
            reason="scope_missing" if scopes else "unauthorised",
            params={"what": ", ".join(scopes)},
            **common,
        )
    if 300 <= status < 400:
        # The shop's own domain answers with a redirect that would drop the POST (section 2).
        return SetupError("answered with a redirect", reason="wrong_host", **common)
    if status == 429:
        return TransientError(
            f"HTTP 429: {text}",
            reason="throttled",
            retry_after=seconds_to_wait(headers),
            **common,
        )
    if status == 430:
        # Refused as suspicious: hammering makes it worse, so no retry inside this call.
        return TransientError(
            "HTTP 430: refused as suspicious", reason="maintenance", retry_after=600.0, **common
        )
    if status >= 500:
        kind = UncertainWriteError if write else TransientError
        wait = seconds_to_wait(headers)
        return kind(f"HTTP {status}: {text}", retry_after=wait, **common)
    return DataError(f"HTTP {status}: {text}", reason="malformed", **common)


def graphql_error(error: dict[str, Any], *, write: bool, request_id: str | None) -> EcError:
    """The error of one entry of the top-level ``errors``, layer 2."""
    extensions = error.get("extensions") or {}
    message = str(error.get("message") or "")[:300]
    code = extensions.get("code") or _code_of(message)
    common = {"code": code, "request_id": request_id}
    if code == "THROTTLED":
        return TransientError("throttled", reason="throttled", **common)
    if code == "ACCESS_DENIED":
        return _access_denied(message, extensions, common)
    if code == "INTERNAL_SERVER_ERROR":
        kind = UncertainWriteError if write else TransientError
        return kind(f"internal error: {message}", **common)
    if code in _DATA_CODES:
        return DataError(message, reason=_DATA_CODES[code], **common)
    if code.startswith("IDEMPOTENCY_"):
        # Which layer tells of a spent key, where user errors have no codes, is not written down.
        kind, reason = _USER_CODES.get(code, (DataError, "refused"))
        return kind(message, reason=reason, **common)
    return DataError(f"{code}: {message}", reason="malformed", **common)


def _code_of(message: str) -> str:
    if message.strip().lower() == "throttled":
        return "THROTTLED"
    return "INTERNAL_SERVER_ERROR" if _INTERNAL.search(message) else "UNKNOWN"


def is_protected_data(error: dict[str, Any]) -> bool:
    """Whether a top-level error only says that personal data is withheld (section 7): the app is
    not approved for it, or lacks the scope of the field that holds it."""
    if (error.get("extensions") or {}).get("code") != "ACCESS_DENIED":
        return False
    path = error.get("path") or ()
    return "not approved" in str(error.get("message") or "") or not _PERSONAL.isdisjoint(
        part for part in path if isinstance(part, str)
    )


def _access_denied(message: str, extensions: dict[str, Any], common: dict[str, Any]) -> SetupError:
    if "not approved" in message:
        return SetupError(message, reason="protected_data", params={"what": message}, **common)
    scopes = _SCOPE.findall(str(extensions.get("requiredAccess") or message))
    what = ", ".join(dict.fromkeys(scopes)) or message
    return SetupError(message, reason="scope_missing", params={"what": what}, **common)


def user_error(error: dict[str, Any], *, request_id: str | None = None) -> EcError:
    """The error of one entry of ``userErrors``, layer 3."""
    code = error.get("code")
    message = str(error.get("message") or "")[:300]
    kind, reason = _USER_CODES.get(code or "", (None, ""))
    if kind is None:
        low = message.lower()
        for words, found, found_reason in _USER_SENTENCES:
            if words in low:
                kind, reason = found, found_reason
                break
        else:
            kind, reason = DataError, "refused"
    params = {"what": message}
    return kind(message, reason=reason, code=code, request_id=request_id, params=params)


def token_error(answer: Answer, *, secrets: Iterable[str] = ()) -> EcError:
    """The refusal of a token request (section 3)."""
    status = answer.status
    try:
        content = json.loads(answer.body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError):
        content = {}
    code = content.get("error") if isinstance(content, dict) else None
    reason = {
        "shop_not_permitted": "shop_not_permitted",
        "app_not_installed": "not_installed",
        "application_cannot_be_found": "unauthorised",
        "invalid_client": "unauthorised",
        "invalid_request": "unauthorised",
    }.get(str(code))
    if status in (400, 401, 403) or reason:
        return SetupError(
            f"token refused: HTTP {status} {str(code or '')[:60]}".strip(),
            reason=reason or "unauthorised",
            code=str(code or status),
            request_id=answer.request_id,
        )
    return http_error(answer, write=False, secrets=secrets)


def index_of(error: dict[str, Any], key: str) -> int | None:
    """Position of the row a user error speaks of, by its ``field`` path (indexes are strings)."""
    field = [str(part) for part in error.get("field") or []]
    if key in field:
        rest = field[field.index(key) + 1 :]
        if rest and rest[0].isdigit():
            return int(rest[0])
    return None


def _plain(body: bytes) -> str:
    """A short readable piece of an error body: JSON's ``errors`` or a page without its tags."""
    text = body[:2000].decode("utf-8", "replace")
    try:
        found = json.loads(text)
        if isinstance(found, dict) and "errors" in found:
            text = str(found["errors"])
    except ValueError:
        text = _TAG.sub(" ", text)
    return " ".join(text.split())[:200]
