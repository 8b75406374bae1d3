"""A small client for tests: GraphQL, raw HTTP, control API, webhook receiver."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .shop import ShopifyShop

VERSION = "2026-10"


class Client:
    """Talks to a running shop over real HTTP."""

    def __init__(self, shop: ShopifyShop, token: str | None = None) -> None:
        self.shop, self.token = shop, token or shop.access_token

    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> tuple[int, dict[str, str], bytes]:
        """One request; errors of HTTP are answers."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.shop.base_url + path, data, headers or {}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as exc:
            return exc.code, dict(exc.headers), exc.read()

    def post(
        self, query: str, variables: dict[str, Any] | None = None, **options: Any
    ) -> tuple[int, dict[str, str], Any]:
        """One GraphQL call: status, headers, JSON (or text)."""
        headers = {"Content-Type": "application/json", "X-Shopify-Access-Token": self.token}
        headers.update(options.pop("headers", {}))
        version = options.pop("version", VERSION)
        body = {"query": query, "variables": variables or {}}
        if "operation" in options:
            body["operationName"] = options.pop("operation")
        status, found, raw = self.http(
            "POST", f"/admin/api/{version}/graphql.json", body, headers, **options
        )
        try:
            return status, found, json.loads(raw)
        except ValueError:
            return status, found, raw.decode()

    def gql(
        self, query: str, variables: dict[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        """The whole answer of a call that must be HTTP 200."""
        status, _headers, body = self.post(query, variables, **options)
        assert status == 200, (status, body)
        return dict(body)

    def data(
        self, query: str, variables: dict[str, Any] | None = None, **options: Any
    ) -> dict[str, Any]:
        """``data`` of an answer without errors."""
        body = self.gql(query, variables, **options)
        assert not body.get("errors"), body["errors"]
        return dict(body["data"])

    def codes(self, query: str, variables: dict[str, Any] | None = None) -> list[str]:
        """Codes of the top-level errors."""
        return [e["extensions"]["code"] for e in self.gql(query, variables).get("errors", [])]

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """The control API."""
        status, _headers, raw = self.http(method, "/_sim/" + path, body)
        assert status == 200, (status, raw)
        return json.loads(raw)


class Receiver:
    """Receives webhooks; ``answer`` decides on the status."""

    def __init__(self, answer: Callable[[dict[str, str]], int] = lambda headers: 200) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {k.lower(): v for k, v in self.headers.items()}
                outer.calls.append((headers, body))
                self.send_response(answer(headers))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
