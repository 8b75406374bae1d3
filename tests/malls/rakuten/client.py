"""A plain client for the tests of the simulator: real HTTP, no retries, nothing clever."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from .mall import RakutenMall


@dataclass
class Answer:
    """Status, headers, raw body, parsed JSON (None when it is none)."""

    status: int
    headers: dict[str, str]
    text: str
    data: Any = field(default=None)

    @property
    def codes(self) -> list[str]:
        """Message codes (order API, without the common start) or error codes (item, inventory)."""
        if not isinstance(self.data, dict):
            return []
        if "errors" in self.data:
            return [error["code"] for error in self.data["errors"]]
        if "Results" in self.data:
            return [self.data["Results"]["errorCode"]]
        rows = self.data.get("MessageModelList", [])
        return [(row["messageCode"] or "").replace("ORDER_EXT_API_", "") for row in rows]

    @property
    def paths(self) -> list[str | None]:
        """Property paths of item and inventory errors."""
        return [e.get("metadata", {}).get("propertyPath") for e in self.data["errors"]]


class Client:
    """Calls a running mall with its credentials."""

    def __init__(self, mall: RakutenMall, timeout: float = 5) -> None:
        self.mall = mall
        self.timeout = timeout
        pair = f"{mall.service_secret}:{mall.license_key}"
        self.authorization: str | None = "ESA " + base64.b64encode(pair.encode()).decode()
        self.content_type: str | None = "application/json; charset=utf-8"

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> Answer:
        """One request."""
        data = raw if raw is not None or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.mall.base_url + path, data, method=method)
        if self.authorization:
            request.add_header("Authorization", self.authorization)
        if data is not None and self.content_type:
            request.add_header("Content-Type", self.content_type)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return _answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.headers, error.read())

    def order(self, name: str, body: Any = None, *, slash: bool = True) -> Answer:
        """One order endpoint."""
        return self.call("POST", f"/es/2.0/order/{name}{'/' if slash else ''}", body)

    def get_order(self, *numbers: str, version: Any = 10) -> Answer:
        """getOrder."""
        return self.order("getOrder", {"orderNumberList": list(numbers), "version": version})

    def model(self, number: str) -> dict[str, Any]:
        """The OrderModel of one order."""
        model: dict[str, Any] = self.get_order(number).data["OrderModelList"][0]
        return model


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    text = body.decode("utf-8")
    try:
        data = json.loads(text) if text else None
    except ValueError:
        data = None
    return Answer(status, {k.lower(): v for k, v in headers.items()}, text, data)
