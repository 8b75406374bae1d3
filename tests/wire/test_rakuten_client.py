"""RmsClient over real HTTP: address, key, limits, retries, and how each answer is sorted."""

from __future__ import annotations

import base64
import logging
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from ec_addons.ec_channel_rakuten.lib import client as client_module
from ec_addons.ec_channel_rakuten.lib import const
from ec_addons.ec_channel_rakuten.lib.answers import MediaTypeError
from ec_addons.ec_channel_rakuten.lib.client import RmsClient
from ec_addons.ec_unified.lib.errors import (
    ConflictError,
    DataError,
    EcError,
    SetupError,
    TransientError,
    UncertainWriteError,
)
from ec_addons.ec_unified.lib.http import Retry
from ec_addons.ec_unified.lib.ratelimit import MemorySlots

from tests.wire.fixtures.rakuten_server import ScriptedServer

SECRET, KEY = "SP888001_wire-test-secret", "SL888001_wire+test/key"
WEDNESDAY = datetime(2026, 7, 15, 3, 0, tzinfo=UTC)
SUNDAY_3_JST = datetime(2026, 7, 18, 18, 0, tzinfo=UTC)
GATEWAY = {
    code: {"Results": {"errorCode": code, "message": "x"}}
    for code in ("ES01-01", "ES04-01", "ES04-03", "ES99-99")
}
HTML = "<html><body><h1>Service Unavailable</h1></body></html>"
OK_SEARCH = {"orderNumberList": [], "MessageModelList": [{"messageType": "INFO"}]}
NO_WAIT = Retry(attempts=1)


def client(url, **options):
    options.setdefault("retry", NO_WAIT)
    options.setdefault("now", lambda: WEDNESDAY)
    options.setdefault("rates", {})
    return RmsClient(SECRET, KEY, base_url=url, **options)


def messages(kind, code, **extra):
    row = {"messageType": kind, "messageCode": code, "message": "x", **extra}
    return {"MessageModelList": [row]}


def errors(code, path=None):
    row = {"code": code, "message": "x"}
    return {"errors": [row | ({"metadata": {"propertyPath": path}} if path else {})]}


@pytest.fixture(autouse=True)
def _forget_content_types():
    client_module._accepted_types.clear()


def read(server, **options):
    return client(server.url, **options).search_order({})


def write(server, **options):
    return client(server.url, **options).inventory_upsert([])


# name -> (status, body, error class, reason) for a read
READS = {
    "key refused": (401, GATEWAY["ES01-01"], SetupError, "unauthorised"),
    "key refused, HTTP 200": (200, GATEWAY["ES01-01"], SetupError, "unauthorised"),
    "function not ticked": (400, GATEWAY["ES04-01"], SetupError, "function_missing"),
    "function not ticked, 200": (200, GATEWAY["ES04-01"], SetupError, "function_missing"),
    "media type": (415, GATEWAY["ES04-03"], MediaTypeError, "unexpected"),
    "media type, item": (415, errors("GE0012"), MediaTypeError, "unexpected"),
    "media type, bare": (415, HTML, MediaTypeError, "unexpected"),
    "order function, 401": (401, messages("ERROR", "A_ERROR_001"), SetupError, "unauthorised"),
    "order not found, 404": (404, messages("ERROR", "A_ERROR_001"), DataError, "not_found"),
    "error naming an order": (
        400, messages("ERROR", "A_ERROR_011", orderNumber="1"), DataError, "refused",
    ),
    "maintenance page, HTTP 200": (
        200, "<html>メンテナンス中です</html>", TransientError, "maintenance",
    ),
    "unknown gateway code": (403, GATEWAY["ES99-99"], SetupError, "unauthorised"),
    "gateway overloaded": (503, GATEWAY["ES99-99"], TransientError, "unavailable"),
    "order field missing": (400, messages("ERROR", "A_ERROR_009"), DataError, "refused"),
    "error with HTTP 200": (200, messages("ERROR", "A_ERROR_011"), DataError, "refused"),
    "order system error": (500, messages("ERROR", "A_ERROR_900"), TransientError, "unavailable"),
    "order maintenance": (
        503, {"MessageModelList": [{"messageType": "ERROR", "message": "メンテナンス中です"}]},
        TransientError, "maintenance",
    ),
    "item not found": (404, errors("GE0014"), DataError, "not_found"),
    "item refused": (400, errors("IE0003", "inventories[0].quantity"), DataError, "refused"),
    "item conflict": (409, errors("CE0001"), ConflictError, "in_progress"),
    "item read only": (503, errors("GE0017"), TransientError, "maintenance"),
    "item key": (401, errors("GE0011"), SetupError, "unauthorised"),
    "paid option missing": (401, errors("AuthError"), SetupError, "function_missing"),
    "item server error": (500, errors("GE0019"), TransientError, "unavailable"),
    "inquiry refused": (
        400, {"error": {"code": "IE001", "targets": {"a": "b"}}}, DataError, "refused",
    ),
    "inquiry repeated": (409, {"error": {"code": "IE000"}}, ConflictError, "wrong_state"),
    "too fast": (429, {}, TransientError, "throttled"),
    "too fast, HTML": (429, HTML, TransientError, "throttled"),
    "proxy page": (503, HTML, TransientError, "unavailable"),
    "bad gateway page": (502, HTML, TransientError, "unavailable"),
    "maintenance page": (503, "<p>システムメンテナンス</p>", TransientError, "maintenance"),
    "page instead of data": (200, HTML, SetupError, "wrong_host"),
    "cut JSON": (200, '{"orderNumberList": [', TransientError, "broken_answer"),
    "foreign 404": (404, HTML, SetupError, "wrong_host"),
    "redirect": (301, "", SetupError, "wrong_host"),
    "refused by a page": (403, HTML, SetupError, "unauthorised"),
    "bare 400": (400, {"what": 1}, DataError, "refused"),
    "empty 200": (200, None, TransientError, "broken_answer"),
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_read_answers(name):
    status, body, kind, reason = READS[name]
    with ScriptedServer((status, body, {"X-Request-Id": "req-77"})) as server:
        with pytest.raises(EcError) as caught:
            read(server)
    error = caught.value
    assert (type(error), error.reason) == (kind, reason)
    if name != "empty 200":
        assert error.request_id == "req-77"
    assert SECRET not in str(error) and KEY not in str(error)


WRITES = {
    "429 was not done": (429, {}, TransientError, "throttled"),
    "maintenance was not done": (503, "<p>メンテナンス</p>", TransientError, "maintenance"),
    "5xx leaves doubt": (500, HTML, UncertainWriteError, "uncertain_write"),
    "JSON 5xx leaves doubt": (500, errors("GE0019"), UncertainWriteError, "uncertain_write"),
    "unreadable OK leaves doubt": (200, "{", UncertainWriteError, "uncertain_write"),
    "refusal is sure": (400, errors("IE0121"), DataError, "refused"),
}


@pytest.mark.parametrize("name", WRITES)
def test_write_answers(name):
    status, body, kind, reason = WRITES[name]
    with ScriptedServer((status, body)) as server:
        with pytest.raises(EcError) as caught:
            write(server)
        assert len(server.requests) == 1
    assert (type(caught.value), caught.value.reason) == (kind, reason)


def test_silence_after_a_write_is_uncertain_and_not_repeated():
    with ScriptedServer(None) as server:
        with pytest.raises(UncertainWriteError):
            write(server, retry=Retry(attempts=4, sleep=lambda seconds: None))
        assert len(server.requests) == 1


def test_refused_connection_proves_that_nothing_was_written():
    with pytest.raises(TransientError) as caught:
        client("http://127.0.0.1:9").inventory_upsert([])
    assert not isinstance(caught.value, UncertainWriteError)


def test_reads_are_repeated_with_growing_waits():
    waits = []
    retry = Retry(attempts=4, sleep=waits.append, jitter=lambda: 1.0)
    throttled = (429, {}, {"Retry-After": "3"})
    with ScriptedServer((503, HTML), None, throttled, (200, OK_SEARCH)) as srv:
        assert read(srv, retry=retry) == OK_SEARCH
        assert len(srv.requests) == 4
    assert waits[0] < waits[1] and waits[2] >= 3


def test_throttled_write_is_repeated_because_it_was_not_done():
    retry = Retry(attempts=3, sleep=lambda seconds: None)
    with ScriptedServer((429, {}), (204, None)) as server:
        assert write(server, retry=retry) is None
        assert len(server.requests) == 2


@pytest.mark.parametrize("answer", [(401, GATEWAY["ES01-01"]), (400, messages("ERROR", "E_009"))])
def test_what_a_person_must_mend_is_not_repeated(answer):
    with ScriptedServer(answer) as server:
        with pytest.raises(EcError):
            read(server, retry=Retry(attempts=4, sleep=lambda seconds: None))
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("now", "reason"), [(WEDNESDAY, "unavailable"), (SUNDAY_3_JST, "maintenance")]
)
def test_weekly_window(now, reason):
    """The same silence is a failure on Wednesday and maintenance early on Sunday in Japan."""
    with ScriptedServer((503, HTML)) as server, pytest.raises(TransientError) as caught:
        read(server, now=lambda: now)
    assert caught.value.reason == reason


def test_request_as_the_mall_wants_it():
    with ScriptedServer((200, OK_SEARCH)) as server:
        client(server.url + "/").search_order({"dateType": 1, "注": "日本語"})
    method, path, headers, body = server.requests[0]
    assert (method, path) == ("POST", "/es/2.0/order/searchOrder/")
    token = base64.b64encode(f"{SECRET}:{KEY}".encode()).decode()
    assert headers["Authorization"] == f"ESA {token}"
    assert headers["Content-Type"] == "application/json;charset=utf-8"
    assert body == {"dateType": 1, "注": "日本語"}


@pytest.mark.parametrize("good", const.CONTENT_TYPES)
@pytest.mark.parametrize("refusal", [GATEWAY["ES04-03"], errors("GE0012"), HTML])
def test_any_strictness_about_the_content_type(good, refusal):
    """How strict the gateway is about the blank is open (1.1): each spelling is found, and kept."""

    def judge(request):
        return (204, None) if request.headers.get("Content-Type") == good else (415, refusal)

    with ScriptedServer(judge) as server:
        rms = client(server.url)
        assert rms.inventory_upsert([]) is None  # a write: the refusal proves it was not done
        before = len(server.requests)
        client(server.url).inventory_upsert([])
    assert before == const.CONTENT_TYPES.index(good) + 1
    assert len(server.requests) == before + 1


def test_no_content_type_will_do():
    with ScriptedServer((415, GATEWAY["ES04-03"])) as server, pytest.raises(MediaTypeError):
        write(server)
    assert len(server.requests) == len(const.CONTENT_TYPES)


def test_a_call_without_body_says_what_it_would_hold():
    with ScriptedServer((200, {"StatusModelList": []})) as server:
        client(server.url).sub_statuses()
    _method, _path, headers, body = server.requests[0]
    assert body is None and headers["Content-Type"] == "application/json;charset=utf-8"
    assert headers["Content-Length"] == "0"


@pytest.mark.parametrize("end", ["", "/", "/es", "/es/", "/es/2.0/"])
def test_addresses_pasted_with_more_than_the_host(end):
    with ScriptedServer((200, OK_SEARCH)) as server:
        client(f" {server.url}/rms{end} ").search_order({})
    assert server.requests[0][1] == "/rms/es/2.0/order/searchOrder/"


def test_keys_pasted_with_blanks():
    with ScriptedServer((200, OK_SEARCH)) as server:
        RmsClient(f" {SECRET}\n", f"{KEY} ", base_url=server.url, rates={}).search_order({})
    pair = base64.b64decode(server.requests[0][2]["Authorization"].removeprefix("ESA ")).decode()
    assert pair == f"{SECRET}:{KEY}"


@pytest.mark.parametrize("body", [None, [], "null", "[]"])
def test_an_ok_without_content_leaves_a_write_in_doubt(body):
    with ScriptedServer((200, body)) as server, pytest.raises(UncertainWriteError):
        client(server.url).confirm_order(["1"])


@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_refused_cancel_is_refused_although_it_names_the_order(status):
    refused = messages("ERROR", "ORDER_EXT_API_CANCEL_ORDER_ERROR_108", orderNumber="1")
    with ScriptedServer((status, refused)) as server, pytest.raises(DataError):
        client(server.url).cancel_order("1", 8, 1)


def test_secrets_stay_out_of_logs_and_attempts(caplog):
    seen = []
    token = base64.b64encode(f"{SECRET}:{KEY}".encode()).decode()
    leak = {"Results": {"errorCode": "ES01-01", "message": f"{token} {KEY} {SECRET}"}}
    with caplog.at_level(logging.DEBUG), ScriptedServer((401, leak)) as server:
        with pytest.raises(SetupError):
            client(server.url, observer=seen.append).license_expiry()
    text = caplog.text + repr(seen)
    assert seen[0].status == 401 and "***" in seen[0].excerpt
    for secret in (SECRET, token, KEY, quote(KEY, safe="")):
        assert secret not in text


@pytest.mark.parametrize("url", ["", None, "api.rms.rakuten.co.jp", "ftp://x", "https://"])
def test_addresses(url):
    if not url:
        assert client(url).host == "api.rms.rakuten.co.jp"
        return
    with pytest.raises(SetupError) as caught:
        client(url)
    assert caught.value.reason == "wrong_host"


@pytest.mark.parametrize("pair", [("", KEY), (SECRET, None)])
def test_missing_key(pair):
    with pytest.raises(SetupError) as caught:
        RmsClient(*pair)
    assert caught.value.reason == "credentials_missing"


def test_one_bucket_for_all_order_functions():
    """1 call a second over searchOrder and getOrder together; other functions have their own."""
    waits = []
    with ScriptedServer((200, OK_SEARCH)) as server:
        rms = client(server.url, rates=const.RATES, slots=MemorySlots(), sleep=waits.append)
        rms.search_order({})
        rms.get_order(["1"])
        rms.search_items(hits=1)
        rms.search_order({})
    assert [round(wait) for wait in waits] == [1, 2]


def test_version_falls_back_once():
    refused = (400, messages("ERROR", "ORDER_EXT_API_GET_ORDER_ERROR_010"))
    good = (200, {"MessageModelList": [], "OrderModelList": []})
    with ScriptedServer(refused, good) as server:
        rms = client(server.url)
        rms.get_order(["1"])
        rms.get_order(["2"])
    assert [request[3]["version"] for request in server.requests] == [10, 9, 9]


def test_errors_about_single_orders_are_left_to_the_caller():
    body = messages("ERROR", "ORDER_EXT_API_CONFIRM_ORDER_ERROR_105", orderNumber="1")
    with ScriptedServer((400, body)) as server:
        assert client(server.url).confirm_order(["1"]) == body


def test_shop_number_of_the_secret():
    assert client("http://127.0.0.1:1").shop_ref == "888001"
    assert RmsClient("other-shape", KEY).shop_ref is None
