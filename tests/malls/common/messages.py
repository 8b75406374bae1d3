"""Request and response as the malls see them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

JSON_TYPE = "application/json;charset=UTF-8"


class BadJson(ValueError):
    """The body is not JSON in UTF-8."""


@dataclass
class Request:
    """One HTTP request. Header names are lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """Parsed body; None when it is empty; :class:`BadJson` when it cannot be read."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body.decode("utf-8"))
        except (UnicodeDecodeError, ValueError) as error:
            raise BadJson(str(error)) from error

    def param(self, name: str, default: str | None = None) -> str | None:
        """First value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default


@dataclass
class Response:
    """One HTTP answer. ``content_type`` is left out of an empty body."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, data: Any, status: int = 200, **headers: str) -> Response:
        """A JSON answer (UTF-8, not escaped)."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return cls(status, text.encode(), JSON_TYPE, dict(headers))

    @classmethod
    def html(cls, text: str, status: int = 200) -> Response:
        """An HTML answer."""
        return cls(status, text.encode(), "text/html; charset=UTF-8")

    @classmethod
    def text(cls, text: str, status: int = 200) -> Response:
        """A plain-text answer."""
        return cls(status, text.encode(), "text/plain; charset=UTF-8")
