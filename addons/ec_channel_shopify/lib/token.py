"""Access tokens: a permanent one, or the client credentials grant (section 3)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple, Protocol, TypeGuard
from urllib.parse import urlencode

from ...ec_unified.lib.errors import SetupError, TransientError
from ...ec_unified.lib.http import Retry, Transport
from .domain import shop_address
from .failures import http_error, token_error

#: A token is renewed this long before it ends (24 h tokens at about 23 h); one that lives shorter,
#: when a tenth of its life is left.
RENEW_BEFORE = 3600.0


class Kept(NamedTuple):
    """A token, when it ends, and when it has to be renewed."""

    token: str
    expires_at: float
    renew_at: float


class TokenSource(Protocol):
    """Where the client gets its token from."""

    def token(self) -> str:
        """The token to send now."""

    def renew(self, refused: str | None) -> str | None:
        """Another token than ``refused``, whatever is kept where that is None; None when there is
        none to be had."""


class TokenStore(Protocol):
    """Keeps the token for all processes. Times are seconds since the epoch."""

    def get(self) -> Kept | None:
        """The token kept."""

    def save(self, kept: Kept) -> None:
        """Keep a token."""

    def lock(self) -> AbstractContextManager[Any]:
        """Held while a token is fetched, so that only one process asks."""


class MemoryStore:
    """A store of one process."""

    def __init__(self) -> None:
        self._kept: Kept | None = None

    def get(self) -> Kept | None:
        return self._kept

    def save(self, kept: Kept) -> None:
        self._kept = kept

    def lock(self) -> AbstractContextManager[Any]:
        return nullcontext()


class PermanentToken:
    """The token of an app created in the shop's own admin before 2026: never renewed."""

    def __init__(self, token: str) -> None:
        if not token:
            raise SetupError("no access token", reason="credentials_missing")
        self._token = token

    def token(self) -> str:
        return self._token

    def renew(self, refused: str | None) -> str | None:
        return None


class ClientCredentials:
    """Fetches a token with id and secret of a Dev Dashboard app; there is no refresh token.

    Whether fetching a new token ends the old one at once is not documented, so only one process
    fetches and all share what the store keeps.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        transport: Transport,
        store: TokenStore | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        renew_before: float = RENEW_BEFORE,
    ) -> None:
        if not (base_url and client_id and client_secret):
            raise SetupError("client id or secret missing", reason="credentials_missing")
        self._url = f"{shop_address(base_url)}/admin/oauth/access_token"
        self._client_id = client_id
        self._client_secret = client_secret
        self._transport = transport
        self._store = store or MemoryStore()
        self._clock = clock
        self._renew_before = renew_before
        self._retry = Retry(attempts=3, sleep=sleep)
        self._current: Kept | None = None

    def token(self) -> str:
        """The shared token, renewed early.

        :raise SetupError: Shopify refuses the app (reason says why)
        """
        if self._is_fresh(self._current):
            return self._current.token
        self._current = self._store.get()
        if self._is_fresh(self._current):
            return self._current.token
        with self._store.lock():
            self._current = kept = self._store.get()
            if self._is_fresh(kept):
                return kept.token  # another process was quicker
            try:
                return self._fetch()
            except TransientError:
                if kept and kept.expires_at > self._clock():
                    return kept.token  # still good for a while
                raise

    def renew(self, refused: str | None) -> str | None:
        """After a 401: the token another process fetched meanwhile, or a fresh one."""
        with self._store.lock():
            self._current = kept = self._store.get()
            other = kept and refused and kept.token != refused
            if other and kept.expires_at > self._clock():
                return kept.token
            return self._fetch()

    def _is_fresh(self, kept: Kept | None) -> TypeGuard[Kept]:
        return kept is not None and kept.renew_at > self._clock()

    def _fetch(self) -> str:
        kept = self._retry.read(self._request)
        self._transport.secrets = (*self._transport.secrets, kept.token)
        self._store.save(kept)
        self._current = kept
        return kept.token

    def _request(self) -> Kept:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        started = self._clock()
        answer = self._transport.send(
            "token",
            "POST",
            self._url,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            data=urlencode(form).encode(),
        )
        if answer.status == 429 or answer.status >= 500:
            raise http_error(answer, write=False, secrets=self._transport.secrets)
        if answer.status != 200:
            raise token_error(answer, secrets=self._transport.secrets)
        return self._read(answer.body, started)

    def _read(self, body: bytes, started: float) -> Kept:
        try:
            content = json.loads(body.decode("utf-8-sig"))
            token = content["access_token"]
            seconds = float(content.get("expires_in") or 86399)
        except (UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError):
            token = None
        if not token or not isinstance(token, str):
            raise TransientError("token answer unreadable", reason="broken_answer")
        ends = started + seconds
        return Kept(token, ends, ends - min(self._renew_before, seconds / 10))
