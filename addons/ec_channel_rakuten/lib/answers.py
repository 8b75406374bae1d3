"""Sorts every answer of the mall (1.3) into a body or an error of the contract."""

import json
import re

from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    EcError,
    SetupError,
    TransientError,
    UncertainWriteError,
)
from ...ec_unified.lib.http import seconds_to_wait
from . import const

_MAINTENANCE = re.compile("メンテナンス|maintenance", re.IGNORECASE)
_AUTH_STATUS = (401, 403)
# Functions of many orders or rows: a message that names one speaks of that part only. Everywhere
# else any error means that the whole call was refused, even if it repeats the order's number.
_PARTIAL = (
    "confirmOrder", "updateOrderSubStatus", "updateOrderShipping", "updateOrderShippingAsync",
    "getResultUpdateOrderShippingAsync",
)  # fmt: skip


class MediaTypeError(EcError):
    """The gateway dislikes how the Content-Type is written (1.1); nothing was done."""


class Sorter:
    """Judges one answer.

    :param str operation: the client's name of the call
    :param str function: the function to tick in RMS for it
    :param bool write: whether the call may have changed something
    :param answer: ``ec_unified.lib.http.Answer``
    """

    def __init__(self, operation, function, write, answer):
        self.operation = operation
        self.function = function
        self.write = write
        self.answer = answer
        self.status = answer.status

    def body(self):
        """Parsed JSON of a good answer (None when empty).

        :raise EcError: sorted by who has to act
        """
        data, is_json = self._parse()
        if not is_json:
            raise self._not_json()
        error = self._gateway(data) or self._messages(data)
        if not error and self._speaks_of_parts(data):
            return data
        error = error or self._errors(data) or self._inquiry(data) or self._status_only()
        if error:
            raise error
        return data

    def _parse(self):
        raw = self.answer.body
        if not raw.strip():
            return None, True
        try:
            return json.loads(raw.decode("utf-8-sig")), True
        except (UnicodeDecodeError, ValueError):
            return None, False

    def _make(self, kind, text, reason, code=None, **params):
        return kind(
            f"{self.operation}: {text} (HTTP {self.status})",
            reason=reason,
            code=code,
            request_id=self.answer.request_id,
            params={"operation": self.operation, "function": self.function, **params},
        )

    # --- passing troubles ----------------------------------------------------------------------

    def _passing(self, text, code=None, maintenance=False):
        """5xx and 429: refused before it was done (429, maintenance), or unknown (other 5xx)."""
        if self.status == 429:
            error = self._make(TransientError, "too many calls", "throttled", code)
        elif maintenance:
            error = self._make(TransientError, "maintenance", "maintenance", code)
        elif self.write:
            return self._make(UncertainWriteError, text, "uncertain_write", code)
        else:
            error = self._make(TransientError, text, "unavailable", code, status=self.status)
        error.retry_after = seconds_to_wait(self.answer.headers)
        return error

    def _not_json(self):
        """HTML of a proxy, a cut body, or a host that is not the mall's."""
        text = self.answer.body[:20000].decode("utf-8", "replace")
        if self.status == 429 or self.status >= 500:
            return self._passing("no JSON", maintenance=bool(_MAINTENANCE.search(text)))
        if self.status in (200, 201, 204):
            if _MAINTENANCE.search(text):
                return self._passing("a page", maintenance=True)
            if self.write:
                return self._make(UncertainWriteError, "unreadable answer", "uncertain_write")
            if text.lstrip()[:1] == "<":
                return self._make(SetupError, "a page instead of data", "wrong_host")
            return self._make(TransientError, "unreadable answer", "broken_answer")
        if self.status in _AUTH_STATUS:
            return self._make(SetupError, "refused by a page", "unauthorised")
        if self.status == 415:
            return self._make(MediaTypeError, "media type refused", "unexpected")
        return self._make(SetupError, "a page instead of data", "wrong_host")

    def _status_only(self):
        """An error status whose body has no known shape."""
        if self.status == 429 or self.status >= 500:
            return self._passing("failed")
        if self.status in _AUTH_STATUS:
            return self._make(SetupError, "refused", "unauthorised")
        if 300 <= self.status < 400 or self.status in (404, 405):
            return self._make(SetupError, "not the mall's address", "wrong_host")
        if self.status == 415:
            return self._make(MediaTypeError, "media type refused", "unexpected")
        if self.status >= 400:
            return self._make(DataError, "refused", "refused")
        return None

    # --- shapes --------------------------------------------------------------------------------

    def _gateway(self, data):
        """``{"Results": {"errorCode": "ES01-01", …}}``, with any HTTP status, also 200."""
        results = data.get("Results") if isinstance(data, dict) else None
        if not isinstance(results, dict) or not results.get("errorCode"):
            return None
        code = str(results["errorCode"])
        if code.startswith("ES01"):
            return self._make(SetupError, f"key refused, {code}", "unauthorised", code)
        if code == "ES04-03":
            return self._make(MediaTypeError, f"media type refused, {code}", "unexpected", code)
        if code.startswith("ES04"):
            return self._make(SetupError, f"function refused, {code}", "function_missing", code)
        if self.status == 429 or self.status >= 500:
            maintenance = bool(_MAINTENANCE.search(str(results.get("message", ""))))
            return self._passing(f"gateway {code}", code, maintenance)
        return self._make(SetupError, f"gateway refused, {code}", "unauthorised", code)

    def _messages(self, data):
        """``{"MessageModelList": […]}`` of the order functions.

        In functions of many orders, messages that name an order or a row speak of that part only
        and are left to the caller.
        """
        found = data.get("MessageModelList") if isinstance(data, dict) else None
        if not isinstance(found, list):
            return None
        errors = [m for m in found if isinstance(m, dict) and m.get("messageType") == "ERROR"]
        whole = errors
        if self.operation in _PARTIAL:
            whole = [m for m in errors if not m.get("orderNumber") and m.get("dataNumber") is None]
        code = _short((whole or errors or [{}])[0].get("messageCode"))
        if self.status == 429 or self.status >= 500:
            text = " ".join(str(m.get("message", "")) for m in found if isinstance(m, dict))
            return self._passing("order function failed", code, bool(_MAINTENANCE.search(text)))
        if errors and self.status in _AUTH_STATUS:
            return self._make(SetupError, f"refused, {code}", "unauthorised", code)
        if whole:
            # These messages come from the mall itself: 404 is about the order, not the address.
            reason = "not_found" if self.status == 404 else "refused"
            says = str(whole[0].get("message") or "")[:200]
            return self._make(DataError, f"refused, {code}", reason, code, says=says)
        return None

    def _speaks_of_parts(self, data):
        """An error status whose errors are all about single orders or rows (2.8, 2.9)."""
        found = data.get("MessageModelList") if isinstance(data, dict) else None
        return self.operation in _PARTIAL and any(
            isinstance(m, dict) and m.get("messageType") == "ERROR" for m in found or []
        )

    def _errors(self, data):
        """``{"errors": [{code, message, metadata}]}`` of item, inventory and category."""
        rows = data.get("errors") if isinstance(data, dict) else None
        if not isinstance(rows, list) or not rows:
            return None
        rows = [row for row in rows if isinstance(row, dict)] or [{}]
        code = _short(rows[0].get("code"))
        if code == const.ERR_READ_ONLY:
            return self._make(TransientError, "read only", "maintenance", code)
        if code == const.ERR_MEDIA_TYPE or self.status == 415:
            return self._make(MediaTypeError, "media type refused", "unexpected", code)
        if code == const.ERR_CONFLICT or self.status == 409:
            return self._make(ConflictError, "somebody else writes", "in_progress", code)
        if self.status == 429 or self.status >= 500 or code in const.ERR_SERVER:
            return self._passing("function failed", code)
        if code == const.ERR_AUTH:
            return self._make(SetupError, "key refused", "unauthorised", code)
        if self.status in _AUTH_STATUS:
            # Without the paid option of a function the answer looks like this (1.3).
            return self._make(SetupError, "function refused", "function_missing", code)
        if code == const.ERR_NOT_FOUND or self.status == 404:
            return self._make(DataError, "not found", "not_found", code)
        paths = [(row.get("metadata") or {}).get("propertyPath") for row in rows]
        return self._make(
            DataError, f"refused, {code}", "refused", code,
            paths=[str(path) for path in paths if path],
            codes=[_short(row.get("code")) for row in rows],
        )  # fmt: skip

    def _inquiry(self, data):
        """``{"error": {code, message, targets}}`` of the inquiry functions."""
        error = data.get("error") if isinstance(data, dict) else None
        if not isinstance(error, dict):
            return None
        code = _short(error.get("code"))
        if self.status == 429 or self.status >= 500:
            return self._passing("inquiry function failed", code)
        if self.status == 409:
            return self._make(ConflictError, "repeated", "wrong_state", code)
        reason = "not_found" if self.status == 404 else "refused"
        return self._make(
            DataError, f"refused, {code}", reason, code, fields=sorted(error.get("targets") or {})
        )


def _short(code):
    return str(code)[:80] if code else None
