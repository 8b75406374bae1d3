"""The HTTP server under every simulated mall."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections import Counter, deque
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from .clock import SimClock
from .control import handle_control
from .faults import Fault, FaultPlan
from .limits import RateLimiter
from .messages import Request, Response

#: How long ``hang`` and ``timeout_after`` last when no time is given.
DEFAULT_HANG_SECONDS = 600.0


class MallServer:
    """Base of a simulated mall: sockets, lock, counters, faults, control API.

    A mall overrides :meth:`operation_of`, :meth:`handle` and :meth:`render_fault`, and the
    methods of the control API below them. All of them run under ``self.lock``.
    """

    #: Short name, shown in the state and on the page.
    name = "mall"
    #: Kinds of faults that only this mall knows.
    extra_faults: tuple[str, ...] = ()

    def __init__(self, clock: SimClock | None = None) -> None:
        self.clock = clock or SimClock()
        self.lock = threading.RLock()
        self.faults: FaultPlan = FaultPlan(lambda: self.clock.now(), self.extra_faults)
        self.limiter = RateLimiter()
        self.calls: Counter[str] = Counter()
        self.log: deque[dict[str, Any]] = deque(maxlen=5000)
        #: Grows with every change made through HTTP; tells the CLI when to save.
        self.revision = 0
        self._stopping = threading.Event()
        self._httpd: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    # -- running ---------------------------------------------------------------

    def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1 in a thread; returns the base URL."""
        if self._httpd is not None:
            return self.base_url
        self._stopping.clear()
        handler = type("Handler", (_Handler,), {"mall": self})
        self._httpd = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(
            target=self._httpd.serve_forever,
            kwargs={"poll_interval": 0.05},
            name=f"{self.name}-server",
            daemon=True,
        )
        self._thread.start()
        return self.base_url

    def stop(self) -> None:
        """Stop serving and wake every hanging answer."""
        self._stopping.set()
        if self._httpd is None:
            return
        self._httpd.shutdown()
        self._httpd.server_close()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._httpd = self._thread = None

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:<port>`` of the running server."""
        if self._httpd is None:
            raise RuntimeError("the mall is not running")
        return f"http://127.0.0.1:{self._httpd.server_address[1]}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    # -- hooks of the wire -----------------------------------------------------

    def operation_of(self, request: Request) -> str | None:
        """Name of the API operation (counted, struck by faults); None for the web page."""
        raise NotImplementedError

    def handle(self, request: Request, operation: str | None) -> Response:
        """Answer a request. Called under the lock."""
        raise NotImplementedError

    def render_fault(self, fault: Fault, request: Request, operation: str) -> Response | None:
        """The mall's way to answer ``429``, ``500``, ``expired``, ``maintenance`` …

        None: use the common rendering of :meth:`default_fault`.
        """
        return None

    def default_fault(self, fault: Fault) -> Response:
        """Plain rendering for faults that the mall does not render itself."""
        status = int(fault.kind[:3]) if fault.kind[:3].isdigit() else 503
        page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
        return Response.html(page, status)

    # -- hooks of the control API (also the in-process API) --------------------

    def add_items(self, items: list[dict[str, Any]]) -> list[str]:
        """Create or change sellable SKUs; returns the SKUs."""
        raise NotImplementedError

    def buy(self, **order: Any) -> str:
        """A buyer places an order; returns its reference."""
        raise NotImplementedError

    def place(self, scenario: str, **changes: Any) -> str:
        """Place the order of a named situation; returns its reference."""
        raise NotImplementedError

    def generate(
        self,
        count: int,
        seed: int = 1,
        since: datetime | str | None = None,
        mix: str = "ordinary",
    ) -> list[str]:
        """Many random, valid orders; returns their references."""
        raise NotImplementedError

    def orders(self) -> list[dict[str, Any]]:
        """Expected figures of all orders."""
        raise NotImplementedError

    def stock(self) -> dict[str, int]:
        """Sellable quantity per SKU."""
        raise NotImplementedError

    def event(self, ref: str, event: str, **values: Any) -> dict[str, Any]:
        """Something happens to an order (buyer cancels, pays, …)."""
        raise NotImplementedError

    def run_batch(self) -> dict[str, Any]:
        """Run the mall's nightly work now."""
        return {}

    def reset(self) -> None:
        """Forget all items and orders."""
        raise NotImplementedError

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change switches of the mall (names are the mall's own)."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Short overview: clock and counts."""
        return {
            "mall": self.name,
            "now": self.clock.now().isoformat(),
            "frozen": self.clock.frozen,
            "calls": sum(self.calls.values()),
        }

    def dump_state(self) -> dict[str, Any]:
        """All state as JSON-able data, for the CLI's state file."""
        raise NotImplementedError

    def load_state(self, data: dict[str, Any]) -> None:
        """Take over what :meth:`dump_state` wrote."""
        raise NotImplementedError

    # -- one exchange ----------------------------------------------------------

    def respond(self, request: Request, operation: str | None, fault: Fault | None) -> Response:
        """The answer before sockets play tricks: control API, rendered fault, or the mall."""
        if request.path.startswith("/_sim/"):
            with self.lock:
                self.revision += request.method != "GET"
                return handle_control(self, request)
        if (
            fault is not None
            and operation is not None
            and fault.kind not in ("cut", "timeout_after")
        ):
            rendered = self.render_fault(fault, request, operation)
            return rendered or self.default_fault(fault)
        with self.lock:
            self.revision += request.method != "GET"
            return self.handle(request, operation)

    def record(
        self,
        request: Request,
        operation: str | None,
        status: int | None,
        fault: Fault | None,
        started: float,
    ) -> None:
        """Note a call, without headers, query or body: no secrets, no buyers."""
        self.log.append(
            {
                "at": self.clock.now().isoformat(),
                "method": request.method,
                "path": request.path,
                "operation": operation,
                "status": status,
                "fault": fault.kind if fault else None,
                "ms": round((time.monotonic() - started) * 1000, 1),
            }
        )

    def wait_hanging(self, fault: Fault) -> None:
        """Keep the caller waiting until the time is over or the mall stops."""
        self._stopping.wait(DEFAULT_HANG_SECONDS if fault.seconds is None else fault.seconds)


class _Server(ThreadingHTTPServer):
    """Threads per connection; a restart may take the port at once."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the mall; everything else is shown."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Socket side of one connection."""

    mall: MallServer
    protocol_version = "HTTP/1.1"
    server_version = "SimulatedMall"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the mall keeps a log of its own."""

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
        )

    def _serve(self) -> None:
        started = time.monotonic()
        mall = self.mall
        request = self._read()
        control = request.path.startswith("/_sim/")
        operation = None if control else mall.operation_of(request)
        fault = None
        if operation is not None:
            with mall.lock:
                mall.calls[operation] += 1
            fault = mall.faults.take(operation)
        response = self._exchange(request, operation, fault)
        if not control:
            status = response.status if response else None
            mall.record(request, operation, status, fault, started)

    def _exchange(
        self, request: Request, operation: str | None, fault: Fault | None
    ) -> Response | None:
        kind = fault.kind if fault else None
        if kind == "reset":
            self._reset()
            return None
        if fault is not None and kind == "hang":
            self._hang(fault)
            return None
        response = self._safe_respond(request, operation, fault)
        if fault is not None and kind == "timeout_after":
            self._hang(fault)
            return None
        self._send(response, cut=kind == "cut")
        return response

    def _safe_respond(
        self, request: Request, operation: str | None, fault: Fault | None
    ) -> Response:
        try:
            return self.mall.respond(request, operation, fault)
        except Exception:  # a bug of the simulator: visible, and no hanging client
            import traceback

            traceback.print_exc()
            return Response.text("simulator bug:\n" + traceback.format_exc(), 500)

    def _hang(self, fault: Fault) -> None:
        self.mall.wait_hanging(fault)
        self.close_connection = True

    def _reset(self) -> None:
        """Close with RST instead of FIN."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        os.close(self.connection.detach())

    def _send(self, response: Response, *, cut: bool = False) -> None:
        body = response.body
        status = 200 if cut and response.status == 204 else response.status
        self.send_response(status)
        if body or cut:
            self.send_header("Content-Type", response.content_type)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if cut:
            self.send_header("Content-Length", str(len(body) + 64))
            body = body[: len(body) // 2]
        elif status != 204:
            self.send_header("Content-Length", str(len(body)))
        if cut or self._stopping():
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stopping(self) -> bool:
        return self.mall._stopping.is_set()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve
