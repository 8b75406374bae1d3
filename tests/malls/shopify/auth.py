"""Tokens (section 3)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from ..common.clock import SimClock
from ..common.messages import Request, Response
from .settings import Settings

REFUSALS = {
    "shop_not_permitted": "Client credentials cannot be performed on this shop.",
    "app_not_installed": "The app is not installed on this shop.",
}
BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"


class Tokens:
    """Client credentials grant (24 h) and the permanent ``shpat_`` token."""

    def __init__(self, clock: SimClock, settings: Settings) -> None:
        self.clock, self.settings = clock, settings
        self.client_id = "0123456789abcdef0123456789abcdef"
        self.client_secret = "shpss_simulated-not-a-secret"
        self.permanent = "shpat_simulated-permanent-not-a-secret"
        self.issued: dict[str, datetime] = {}
        self.count = 0

    def answer(self, request: Request) -> Response:
        """``POST /admin/oauth/access_token``, form or JSON."""
        values = self._values(request)
        if request.method != "POST":
            return Response.json({"errors": "Not Found"}, 404)
        if values is None:
            return Response.json({"error": "invalid_request"}, 400)
        mode = self.settings.token_mode
        if mode in REFUSALS:
            return Response.json({"error": mode, "error_description": REFUSALS[mode]}, 400)
        if values.get("grant_type") != "client_credentials":
            return Response.json({"error": "unsupported_grant_type"}, 400)
        good = (
            values.get("client_id") == self.client_id
            and values.get("client_secret") == self.client_secret
        )
        if not good or mode == "invalid_client":
            return Response.json({"error": "invalid_client"}, 400)
        return Response.json(
            {
                "access_token": self.issue(),
                "scope": ",".join(self.settings.scopes),
                "expires_in": self.settings.token_seconds,
            }
        )

    def _values(self, request: Request) -> dict[str, Any] | None:
        if "json" in request.headers.get("content-type", ""):
            try:
                found = json.loads(request.body or b"{}")
            except ValueError:
                return None
            return found if isinstance(found, dict) else None
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))

    def issue(self) -> str:
        """A new token; whether the old one dies at once is a switch [?]."""
        if self.settings.revoke_previous_token:
            self.issued.clear()
        self.count += 1
        token = (
            "shpat_"
            + hashlib.sha256(f"{self.client_secret}:{self.count}".encode()).hexdigest()[:32]
        )
        self.issued[token] = self.clock.now() + timedelta(seconds=self.settings.token_seconds)
        return token

    def valid(self, token: str | None) -> bool:
        """Known and not expired."""
        if token is None:
            return False
        if token == self.permanent:
            return self.settings.permanent_token_valid
        ends = self.issued.get(token)
        return ends is not None and self.clock.now() < ends

    def expire(self, token: str | None) -> None:
        """Make an issued token useless (the permanent one stays)."""
        self.issued.pop(token or "", None)
