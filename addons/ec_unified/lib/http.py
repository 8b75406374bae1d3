"""One careful HTTP call: timeouts, masking, attempts recorded, failures sorted."""

import json
import logging
import random
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from .data import Attempt
from .errors import EcError, TransientError, UncertainWriteError
from .masking import excerpt, mask_secrets

_logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 30
# The read timeout counts from byte to byte: a body that drips in chunk by chunk must end as well.
WHOLE_TIMEOUT = 120
# A body larger than this is refused: no mall sends such answers, a broken proxy might.
MAX_BODY = 64 * 1024 * 1024


class Answer:
    """What the mall answered: ``status``, ``headers``, ``body`` (bytes), ``seconds`` and the
    mall's ``request_id``."""

    def __init__(self, status, headers, body, seconds, request_id):
        self.status = status
        self.headers = headers
        self.body = body
        self.seconds = seconds
        self.request_id = request_id

    def json(self):
        """The body as JSON.

        :raise TransientError: ``broken_answer``, when it is none (HTML of a proxy, cut body)
        """
        try:
            return json.loads(self.body.decode("utf-8-sig")) if self.body else None
        except (UnicodeDecodeError, ValueError) as error:
            raise TransientError(
                f"answer is not JSON (HTTP {self.status})",
                reason="broken_answer",
                request_id=self.request_id,
            ) from error


_SECONDS = re.compile(r"-?\d+(\.\d+)?")


def seconds_to_wait(headers, now=None):
    """What ``Retry-After`` asks for, in seconds: it is a number or a date (RFC 9110).

    :return: None when there is none, or none to be understood
    """
    value = (headers.get("Retry-After") or "").strip()
    if _SECONDS.fullmatch(value):
        return max(float(value), 0.0)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - (now or datetime.now(UTC))).total_seconds(), 0.0)


def _new_session():
    """A session whose calls carry our ``Authorization`` only: without this, an entry of the
    machine's ``.netrc`` for the mall's host would silently replace it."""
    session = requests.Session()
    session.auth = lambda request: request
    return session


class Transport:
    """Sends single requests of one channel.

    :param session: ``requests.Session``-like object
    :param secrets: values that must never appear in a log or error
    :param request_id_headers: answer headers that carry the mall's request id, in order
    :param observer: callable(Attempt), called once per HTTP exchange, failed ones included
    :param clock: callable, monotonic seconds
    """

    def __init__(
        self,
        session=None,
        *,
        secrets=(),
        request_id_headers=("X-Request-Id",),
        observer=None,
        clock=time.monotonic,
        timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
    ):
        self.session = session or _new_session()
        self.secrets = tuple(secrets)
        self._request_id_headers = request_id_headers
        self._observer = observer or (lambda attempt: None)
        self._clock = clock
        self._timeout = timeout

    def send(self, operation, method, url, *, write=False, headers=None, params=None, data=None):
        """Make one HTTP exchange; any HTTP status is an answer, only silence is an error.

        :param str operation: short name for logs, limits and attempts
        :param bool write: whether the call changes something at the mall
        :param bytes data: body
        :rtype: Answer
        :raise UncertainWriteError: a write went out and no whole answer came back
        :raise TransientError: no answer (``timeout``, ``unavailable``, ``broken_answer``)
        """
        started = self._clock()
        try:
            response = self.session.request(
                method,
                url,
                headers=headers,
                params=params,
                data=data,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            body = self._read(response, started)
        except (requests.exceptions.RequestException, OSError) as error:
            raise self._silence(operation, write, started, error) from None
        answer = Answer(
            response.status_code,
            response.headers,
            body,
            self._clock() - started,
            self._request_id(response.headers),
        )
        self._record(operation, answer)
        return answer

    def _read(self, response, started):
        with response:
            body = bytearray()
            for chunk in response.iter_content(65536):
                body += chunk
                if len(body) > MAX_BODY:
                    raise requests.exceptions.ContentDecodingError("answer too large")
                if self._clock() - started > WHOLE_TIMEOUT:
                    raise requests.exceptions.ReadTimeout("answer took too long")
            expected = response.headers.get("Content-Length") or ""
            raw_length = getattr(response.raw, "_fp_bytes_read", None)
            if expected.isdigit() and raw_length is not None and raw_length < int(expected):
                raise requests.exceptions.ChunkedEncodingError("answer cut short")
            return bytes(body)

    def _silence(self, operation, write, started, error):
        """Sort a call without an answer. A refused connection proves that nothing was written."""
        seconds = self._clock() - started
        text = mask_secrets(type(error).__name__, self.secrets)
        never_sent = isinstance(error, requests.exceptions.ConnectTimeout) or (
            isinstance(error, requests.exceptions.ConnectionError)
            and "NewConnectionError" in repr(error)
        )
        timed_out = isinstance(error, requests.exceptions.Timeout)
        cut = isinstance(
            error,
            requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError,
        )
        reason = "timeout" if timed_out else "broken_answer" if cut else "unavailable"
        if write and not never_sent:
            result = UncertainWriteError(f"{operation}: no answer to a write ({text})")
        else:
            result = TransientError(f"{operation}: no answer ({text})", reason=reason)
        self._observer(
            Attempt(
                operation=operation,
                status=None,
                seconds=seconds,
                excerpt=text,
                error_kind=result.kind,
            )
        )
        _logger.info("%s: no answer after %.2f s (%s)", operation, seconds, text)
        return result

    def _request_id(self, headers):
        for name in self._request_id_headers:
            if headers.get(name):
                return mask_secrets(headers[name], self.secrets)[:128]
        return None

    def _record(self, operation, answer):
        self._observer(
            Attempt(
                operation=operation,
                status=answer.status,
                seconds=answer.seconds,
                request_id=answer.request_id,
                excerpt=excerpt(answer.body, self.secrets) if answer.status >= 400 else "",
            )
        )
        _logger.debug("%s: HTTP %s in %.2f s", operation, answer.status, answer.seconds)


class Retry:
    """Repeats reads that failed for a passing reason, with growing, jittered waits.

    Writes never go through here: their client reads the mall's state first.

    :param float budget: seconds after which no further try begins; a scheduled run must end long
        before the server's own time limit
    """

    def __init__(
        self,
        *,
        attempts=4,
        first=0.5,
        cap=15.0,
        budget=40.0,
        sleep=time.sleep,
        jitter=random.random,
        clock=time.monotonic,
    ):
        self.attempts = attempts
        self._budget = budget
        self._clock = clock
        self._first = first
        self._cap = cap
        self._sleep = sleep
        self._jitter = jitter

    def read(self, call):  # pylint: disable=method-required-super
        """Return ``call()``; retry transient errors except maintenance and uncertain writes.

        :raise EcError: the last error
        """
        started = self._clock()
        for attempt in range(1, self.attempts + 1):
            try:
                return call()
            except TransientError as error:
                final = error.reason in ("maintenance", "uncertain_write")
                delay = self._delay(attempt, error)
                late = self._clock() - started + delay > self._budget
                if final or late or attempt == self.attempts:
                    raise
                self._sleep(delay)
        raise EcError("unreachable")

    def _delay(self, attempt, error):
        if error.retry_after is not None:
            return min(float(error.retry_after), 60.0) + self._jitter() * 0.2
        wait = min(self._first * 2 ** (attempt - 1), self._cap)
        return wait * (0.5 + self._jitter() / 2)
