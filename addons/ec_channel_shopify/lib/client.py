"""One shop's Admin GraphQL endpoint: limits kept, four layers of errors sorted (sections 2-5)."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ...ec_unified.lib.errors import (
    DataError,
    EcError,
    SetupError,
    TransientError,
    UncertainWriteError,
)
from ...ec_unified.lib.http import Answer, Transport
from .budget import Budget, budget_of
from .const import API_VERSION
from .documents import document, is_mutation
from .domain import shop_address
from .failures import graphql_error, http_error, is_protected_data, user_error
from .token import TokenSource

_logger = logging.getLogger(__name__)

_TOO_LARGE = ("MAX_COST_EXCEEDED", "MAX_INPUT_SIZE_EXCEEDED")


@dataclass(slots=True)
class Reply:
    """What a document gave: ``data`` is complete unless ``withheld`` names paths."""

    data: dict[str, Any]
    request_id: str | None = None
    server_time: datetime | None = None
    cost: dict[str, Any] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()  # fields denied because they are personal data


class ShopifyClient:
    """Runs the connector's documents against one shop.

    :param base_url: ``https://<shop>.myshopify.com``, never the shop's own domain
    :param tokens: gives the access token, see ``token``
    :param transport: ``Transport`` with the channel's secrets and observer
    :param budget: bucket forecast; default is the one shared by this process for ``base_url``
    :param max_wait: seconds one call may wait for the bucket before it gives up as throttled
    """

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        *,
        transport: Transport,
        version: str = API_VERSION,
        budget: Budget | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        attempts: int = 4,
        max_wait: float = 45.0,
    ) -> None:
        if not base_url:
            raise SetupError("no server address", reason="credentials_missing")
        base_url = shop_address(base_url)
        self._url = f"{base_url}/admin/api/{version}/graphql.json"
        self._tokens = tokens
        self._transport = transport
        self._budget = budget or budget_of(base_url)
        self._sleep = sleep
        self._jitter = jitter
        self._attempts = attempts
        self._max_wait = max_wait
        self._costs: dict[str, float] = {}
        self._sizes: dict[str, int] = {}
        self.version = version
        self.answered_version: str | None = None

    # --- calls ---------------------------------------------------------------------------

    def execute(
        self,
        name: str,
        variables: dict[str, Any] | None = None,
        *,
        replayable: bool = False,
        allow_withheld: bool = False,
    ) -> Reply:
        """Run document ``name``.

        Reads are repeated when the failure passes by itself. Writes are repeated only when they
        were certainly not executed (throttled), or with ``replayable``, when they carry a stored
        idempotency key.

        :param allow_withheld: give partial data when only personal data is denied
        :raise EcError: sorted by kind; ``UncertainWriteError`` when a write may have happened
        """
        write = is_mutation(name)
        body = json.dumps({"query": document(name), "variables": variables or {}}).encode()
        waited, attempt = 0.0, 0
        while True:
            pause = self._budget.reserve(self._costs.get(name, 0.0))
            waited += self._pause(pause, waited)
            try:
                return self._once(name, body, write, allow_withheld)
            except TransientError as error:
                attempt += 1
                waited += self._pause(
                    self._delay(name, error, attempt, write and not replayable), waited, error
                )

    def rows(
        self,
        name: str,
        path: str,
        variables: dict[str, Any] | None = None,
        *,
        after: str | None = None,
        limit: int = 1000,
    ) -> Iterator[dict[str, Any]]:
        """Yield the nodes of all pages of the connection at ``path`` (``product.variants``).

        :raise DataError: more than ``limit`` pages
        """
        for _page in range(limit):
            reply = self.execute(name, {**(variables or {}), "after": after})
            connection = dig(reply.data, path)
            if not connection:
                return
            yield from connection["nodes"]
            if not connection["pageInfo"]["hasNextPage"]:
                return
            after = connection["pageInfo"]["endCursor"]
        raise DataError(f"{name}: more than {limit} pages", reason="too_many")

    def in_chunks(
        self,
        name: str,
        ids: list[str],
        size: int,
        variables: dict[str, Any] | None = None,
        *,
        allow_withheld: bool = False,
    ) -> Iterator[tuple[list[str], Reply]]:
        """Run a document that takes ``ids`` over all of them: (ids of the chunk, its reply).

        How a list of ids is priced is not documented: where a chunk is too dear or too long, the
        next ones are half as long.
        """
        start = 0
        while start < len(ids):
            chunk = ids[start : start + self._sizes.get(name, size)]
            try:
                reply = self.execute(
                    name, {**(variables or {}), "ids": chunk}, allow_withheld=allow_withheld
                )
            except DataError as error:
                if error.code not in _TOO_LARGE or len(chunk) == 1:
                    raise
                self._sizes[name] = max(1, len(chunk) // 2)
                continue
            start += len(chunk)
            yield chunk, reply

    def renew_token(self) -> None:
        """Fetch a token now: one that was fetched before a scope was granted lacks it, and one
        that is still good says nothing about the credentials (section 3).

        :raise SetupError: Shopify refuses the app
        """
        try:
            self._tokens.renew(None)
        except TransientError as error:
            _logger.info("token not renewed: %s", error.message)

    # --- one exchange --------------------------------------------------------------------

    def _once(self, name: str, body: bytes, write: bool, allow_withheld: bool) -> Reply:
        token = self._tokens.token()
        answer = self._post(name, body, write, token)
        if answer.status == 401:
            fresh = self._tokens.renew(token)
            if fresh:
                answer = self._post(name, body, write, fresh)
        if answer.status != 200:
            raise http_error(answer, write=write, secrets=self._transport.secrets)
        self._check_version(answer)
        return self._read(name, answer, write, allow_withheld)

    def _post(self, name: str, body: bytes, write: bool, token: str) -> Answer:
        if token not in self._transport.secrets:
            self._transport.secrets = (*self._transport.secrets, token)
        return self._transport.send(
            name,
            "POST",
            self._url,
            write=write,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "X-Shopify-Access-Token": token,
            },
            data=body,
        )

    def _read(self, name: str, answer: Answer, write: bool, allow_withheld: bool) -> Reply:
        content = self._json(name, answer, write)
        extensions = content.get("extensions") or {}
        cost = extensions.get("cost") or {}
        self._budget.update(cost.get("throttleStatus"))
        if cost.get("requestedQueryCost"):
            self._costs[name] = float(cost["requestedQueryCost"])
        data = content.get("data") or {}
        errors = content.get("errors") or []
        if not data and not errors:
            raise self._unreadable(name, answer, write, "neither data nor errors")
        withheld = tuple(_path(error) for error in errors if is_protected_data(error))
        tolerated = allow_withheld and bool(data) and len(withheld) == len(errors)
        if errors and not tolerated:
            first = next((e for e in errors if not is_protected_data(e)), errors[0])
            raise graphql_error(first, write=write, request_id=answer.request_id)
        if write and all(value is None for value in data.values()):
            # The schema lets a payload be null; without an error beside it, it says nothing.
            raise self._unreadable(name, answer, write, "no payload")
        self._check_search(name, extensions, answer)
        return Reply(
            data=data,
            request_id=answer.request_id,
            server_time=_server_time(answer),
            cost=cost,
            withheld=withheld,
        )

    def _json(self, name: str, answer: Answer, write: bool) -> dict[str, Any]:
        try:
            content = answer.json()
        except TransientError as error:
            raise self._unreadable(name, answer, write, error.message) from None
        if not isinstance(content, dict):
            raise self._unreadable(name, answer, write, "no object")
        errors = content.get("errors")
        if errors and not (isinstance(errors, list) and all(isinstance(e, dict) for e in errors)):
            # The plain HTTP shape inside a 200: nothing was executed.
            raise DataError(str(errors)[:200], reason="malformed", request_id=answer.request_id)
        return content

    def _unreadable(self, name: str, answer: Answer, write: bool, what: str) -> TransientError:
        """An answer of which nothing can be concluded."""
        if write:
            return UncertainWriteError(
                f"{name}: answer to a write unreadable ({what})", request_id=answer.request_id
            )
        return TransientError(
            f"{name}: {what}", reason="broken_answer", request_id=answer.request_id
        )

    # --- rules ---------------------------------------------------------------------------

    def _check_version(self, answer: Answer) -> None:
        """Section 2: an expired version is not refused, the oldest supported one answers."""
        found = answer.headers.get("X-Shopify-API-Version")
        if found and found != self.version and found != self.answered_version:
            _logger.warning("asked for API version %s, %s answered", self.version, found)
        self.answered_version = found or self.answered_version

    def _check_search(self, name: str, extensions: dict[str, Any], answer: Answer) -> None:
        """Section 6: an unknown search field matches everything, so a warning is a bug of ours."""
        for search in extensions.get("search") or []:
            for warning in search.get("warnings") or []:
                raise DataError(
                    f"{name}: search not understood: {warning.get('field')} "
                    f"({warning.get('message')})",
                    reason="malformed",
                    code=warning.get("code"),
                    request_id=answer.request_id,
                )

    def _delay(self, name: str, error: TransientError, attempt: int, unsafe: bool) -> float:
        """Seconds before the call is repeated; raises ``error`` when it must not be."""
        throttled = error.reason == "throttled"
        if error.reason == "maintenance" or (unsafe and not throttled):
            raise error
        if throttled and error.code == "THROTTLED":
            # Not executed. The bucket says when there is room; max_wait bounds the attempts.
            return self._budget.wait_for(self._costs.get(name, 100.0)) + self._jitter()
        if attempt >= self._attempts:
            raise error
        if error.retry_after is not None:
            return error.retry_after + self._jitter() * 0.2
        return min(0.5 * 2 ** (attempt - 1), 10.0) * (0.5 + self._jitter() / 2)

    def _pause(self, seconds: float, waited: float, error: TransientError | None = None) -> float:
        """Sleep, unless this call has waited too long already."""
        if seconds <= 0:
            return 0.0
        if waited + seconds > self._max_wait:
            if error is not None and error.code != "THROTTLED":
                raise error
            raise TransientError(
                "cost limit reached", reason="throttled", code="THROTTLED", retry_after=seconds
            )
        self._sleep(seconds)
        return seconds


# --- helpers -----------------------------------------------------------------------------


def raise_user_errors(payload: dict[str, Any], reply: Reply, key: str = "userErrors") -> None:
    """Raise the first user error of a mutation's payload (layer 3), if any.

    :raise EcError:
    """
    for error in payload.get(key) or []:
        raise user_error(error, request_id=reply.request_id)


def dig(data: Any, path: str) -> Any:
    """The value at a dotted path; None as soon as a part is missing."""
    for part in path.split("."):
        if not isinstance(data, dict):
            return None
        data = data.get(part)
    return data


def _path(error: dict[str, Any]) -> str:
    return ".".join(str(part) for part in error.get("path") or ())


def _server_time(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Date") or "")
    except (TypeError, ValueError):
        return None


__all__ = ["EcError", "Reply", "ShopifyClient", "dig", "raise_user_errors"]
