"""The one HTTP call all clients make: what malls, proxies and machines can do to it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ec_addons.ec_unified.lib import http
from ec_addons.ec_unified.lib.errors import TransientError

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@contextmanager
def serving(respond):
    """A server whose GET is ``respond(handler)``; gives its address and the headers it got."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format, *args):
            pass

        def do_GET(self):
            seen.append(dict(self.headers))
            self.close_connection = True
            respond(self)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", seen
    finally:
        server.shutdown()
        server.server_close()


def plain(body, **headers):
    def respond(handler):
        handler.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return respond


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("2.0", 2.0),
        ("-1", 0.0),
        ("Sun, 22 Nov 2026 06:01:30 GMT", 90.0),
        ("Sun, 22 Nov 2026 05:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 06:00:10 -0000", 10.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value, seconds):
    assert http.seconds_to_wait({"Retry-After": value}, NOW) == seconds


def test_netrc_of_the_machine_never_replaces_our_key(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(plain(b"{}")) as (url, seen):
        http.Transport().send("op", "GET", url, headers={"Authorization": "ESA abc"})
    assert seen[0]["Authorization"] == "ESA abc"


def test_a_byte_order_mark_is_no_reason_to_fail():
    with serving(plain(b'\xef\xbb\xbf{"a": 1}')) as (url, _seen):
        assert http.Transport().send("op", "GET", url).json() == {"a": 1}


def test_a_body_that_drips_in_ends(monkeypatch):
    monkeypatch.setattr(http, "WHOLE_TIMEOUT", 0.3)
    stop = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while not stop.wait(0.05):
                handler.wfile.write(b"1\r\n \r\n")
                handler.wfile.flush()
        except OSError:
            return

    with serving(drip) as (url, _seen), pytest.raises(TransientError) as caught:
        http.Transport(timeout=(1, 1)).send("op", "GET", url)
    stop.set()
    assert caught.value.reason == "timeout"


def test_redirects_are_answers_not_followed():
    def away(handler):
        handler.send_response(302)
        handler.send_header("Location", "http://127.0.0.1:9/")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(away) as (url, _seen):
        assert http.Transport().send("op", "GET", url).status == 302
