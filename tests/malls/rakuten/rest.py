"""Errors of the item and inventory APIs (reference sections 1.3, 3, 4.3)."""

from __future__ import annotations

from typing import Any

from ..common.messages import BadJson, Request, Response

Body = dict[str, Any]
NO_CONTENT = 204


class RestError(Exception):
    """A refused call: HTTP status and a list of errors."""

    def __init__(self, errors: list[Body], status: int = 400) -> None:
        super().__init__(errors)
        self.errors = errors
        self.status = status

    def response(self) -> Response:
        """``{"errors": [...]}``."""
        return Response.json({"errors": self.errors}, self.status)


def entry(code: str, text: str, path: str | None = None) -> Body:
    """One error; ``metadata`` only with a property path."""
    found: Body = {"code": code, "message": text}
    if path is not None:
        found["metadata"] = {"propertyPath": path}
    return found


def refuse(code: str, text: str, path: str | None = None, status: int = 400) -> RestError:
    """A RestError with one entry, to be raised."""
    return RestError([entry(code, text, path)], status)


def not_found(**inputs: str) -> RestError:
    """404 GE0014."""
    named = ", ".join(f"{name}={value}" for name, value in inputs.items())
    return refuse("GE0014", f"Not found for inputs; {named}", status=404)


def empty() -> Response:
    """204 without a body."""
    return Response(NO_CONTENT)


def body_of(request: Request) -> Body:
    """The JSON object of a request; GE0007 when it is none."""
    try:
        body = request.json()
    except BadJson as error:
        raise refuse("GE0007", "Bad request.") from error
    if not isinstance(body, dict):
        raise refuse("GE0007", "Bad request.")
    return body


class Checker:
    """Collects errors with their property paths."""

    def __init__(self) -> None:
        self.errors: list[Body] = []

    def add(self, code: str, text: str, path: str) -> None:
        """Note an error."""
        self.errors.append(entry(code, text, path))

    def done(self) -> None:
        """Refuse when something was noted."""
        if self.errors:
            raise RestError(self.errors)

    def need(self, value: Any, path: str) -> bool:
        """IE0001 when a required value is missing; True when it is there."""
        if value is None or value == "" or value == [] or value == {}:
            self.add("IE0001", f"{path} is required.", path)
            return False
        return True

    def text(
        self, value: Any, path: str, limit: int | None = None, encoding: str = "utf-8"
    ) -> bool:
        """IE0002 for another type, IE0004 for too many bytes."""
        if value is None:
            return True
        if not isinstance(value, str):
            self.add("IE0002", f"{path} must be a string.", path)
            return False
        if limit is not None and len(value.encode(encoding, "replace")) > limit:
            name = path.rsplit(".", 1)[-1]
            self.add("IE0004", f"Max length of {name} must be within {limit} bytes.", path)
            return False
        return True

    def integer(self, value: Any, path: str, low: int, high: int) -> bool:
        """IE0002 for another type, IE0003 outside the range."""
        if value is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int):
            self.add("IE0002", f"{path} must be an integer.", path)
            return False
        if not low <= value <= high:
            self.add("IE0003", f"{path} must be between {low} to {high}.", path)
            return False
        return True

    def choice(self, value: Any, path: str, known: tuple[Any, ...]) -> bool:
        """IE0002 when a value is none of the known ones."""
        if value is None or value in known:
            return True
        self.add("IE0002", f"{path} must be one of {', '.join(map(str, known))}.", path)
        return False

    def boolean(self, value: Any, path: str) -> bool:
        """IE0002 when it is no boolean."""
        if value is None or isinstance(value, bool):
            return True
        self.add("IE0002", f"{path} must be a boolean.", path)
        return False

    def count(self, value: Any, path: str, high: int) -> bool:
        """A list of at most ``high`` entries."""
        if value is None:
            return True
        if not isinstance(value, list):
            self.add("IE0002", f"{path} must be an array.", path)
            return False
        if len(value) > high:
            self.add("IE0003", f"Size of {path} must be between 0 to {high}.", path)
            return False
        return True
