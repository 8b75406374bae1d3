"""Clock, faults on real sockets, control API, CLI of the simulator base."""

from __future__ import annotations

import http.client
import json
import random
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.malls.common.clock import JST, SimClock
from tests.malls.common.faults import FaultPlan
from tests.malls.common.limits import RateLimiter
from tests.malls.common.people import person
from tests.malls.rakuten import RakutenMall
from tests.malls.rakuten.client import Client

NOON = datetime(2026, 6, 4, 12, 0, tzinfo=JST)


@pytest.fixture
def mall():
    found = RakutenMall(SimClock(NOON, frozen=True))
    found.add_items()
    with found:
        yield found


@pytest.fixture
def client(mall):
    return Client(mall)


def control(mall, method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{mall.base_url}/_sim/{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def test_clock_frozen_and_running():
    clock = SimClock(NOON, frozen=True)
    assert clock.now() == NOON
    clock.advance(90)
    assert clock.now() == NOON.replace(minute=1, second=30)
    clock.unfreeze()
    assert 0 <= (clock.now() - NOON).total_seconds() - 90 < 1
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now().utcoffset() == JST.utcoffset(None)
    assert clock.now().hour == 9


def test_fault_plan_counts_matches_and_draws():
    plan = FaultPlan(lambda: NOON)
    plan.add("429", match="^get", times=2)
    assert plan.take("searchOrder") is None
    assert [bool(plan.take("getOrder")) for _ in range(3)] == [True, True, False]
    plan.add("500", rate=0.3, seed=7)
    drawn = [plan.take("x") is not None for _ in range(200)]
    rng = random.Random(7)
    assert drawn == [rng.random() < 0.3 for _ in range(200)]
    plan.clear()
    assert plan.take("x") is None
    with pytest.raises(ValueError):
        plan.add("nonsense")


def test_limiter_window():
    now = [0.0]
    limiter = RateLimiter(lambda: now[0])
    assert all(limiter.allow("a", 1) for _ in range(5)), "off by default"
    limiter.enabled = True
    assert limiter.allow("a", 2) and limiter.allow("a", 2) and not limiter.allow("a", 2)
    assert limiter.allow("b", 2), "keys are apart"
    now[0] = 1.0
    assert limiter.allow("a", 2)


def test_people_are_deterministic():
    assert person(random.Random(3)) == person(random.Random(3))
    assert person(random.Random(3), island=True).island


def test_reset_is_rst(mall):
    mall.faults.add("reset")
    port = int(mall.base_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(
            b"POST /es/2.0/order/getOrder/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        )
        with pytest.raises(ConnectionResetError):
            raw.recv(100)


def test_cut_body(mall, client):
    mall.faults.add("cut")
    with pytest.raises(http.client.IncompleteRead):
        client.get_order(mall.buy("AR-KZ01"))


def test_hang_and_stop(mall, client):
    mall.faults.add("hang", seconds=0.3, match="getOrder")
    client.timeout = 0.15
    with pytest.raises(TimeoutError):
        client.get_order("x")
    mall.faults.add("hang")
    started = time.monotonic()
    mall.stop()
    assert time.monotonic() - started < 2, "stop does not wait for hanging answers"


def test_timeout_after_the_write(mall, client):
    mall.faults.add("timeout_after", match="bulk-upsert", seconds=0.4)
    client.timeout = 0.2
    row = {
        "manageNumber": "arita-kozara",
        "variantId": "normal-inventory",
        "mode": "ABSOLUTE",
        "quantity": 7,
    }
    with pytest.raises(TimeoutError):
        client.call("POST", "/es/2.0/inventories/bulk-upsert", {"inventories": [row]})
    assert mall.stock()["AR-KZ01"] == 7


@pytest.mark.parametrize(
    ("kind", "status", "html"),
    [("429", 429, False), ("500", 500, False), ("502_html", 502, True), ("503_html", 503, True)],
)
def test_status_faults_apply_nothing(mall, client, kind, status, html):
    mall.faults.add(kind)
    number = mall.buy("AR-KZ01")
    answer = client.order("confirmOrder", {"orderNumberList": [number]})
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/html") is html
    assert mall.order(number)["state"] == 100
    assert client.order("confirmOrder", {"orderNumberList": [number]}).status == 200


def test_keep_alive(mall):
    port = int(mall.base_url.rsplit(":", 1)[1])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/_sim/state")
        assert connection.getresponse().read()
    connection.close()


def test_control_api(mall, client):
    assert control(mall, "GET", "state")["skus"] == 10
    assert control(mall, "POST", "clock", {"advance_seconds": 60})["now"].startswith(
        "2026-06-04T12:01:00"
    )
    assert control(mall, "POST", "clock", {"now": "2026-06-05T09:00:00"})["frozen"]
    ref = control(mall, "POST", "buy", {"sku": "AR-KZ01", "quantity": 2})["order_ref"]
    gift = control(mall, "POST", "buy", {"scenario": "social_gift"})["order_ref"]
    assert control(mall, "POST", f"orders/{ref}/buyer_cancel")["state"] == 900
    assert control(mall, "POST", f"orders/{gift}/accept_gift", {})["state"] == 100
    assert control(mall, "POST", "generate", {"count": 20, "seed": 4, "mix": "all"})["count"] == 20
    assert len(control(mall, "GET", "orders")) == 22
    assert control(mall, "GET", "stock")["AR-KZ01"] <= 30
    control(mall, "POST", "faults", {"kind": "429", "match": "getOrder"})
    assert client.get_order(ref).status == 429
    control(mall, "POST", "faults", {"kind": "429"})
    assert control(mall, "DELETE", "faults") == {"faults": []}
    assert control(mall, "GET", "calls") == {"getOrder": 1}
    assert control(mall, "GET", "log")[-1]["fault"] == "429"
    assert control(mall, "POST", "run_batch") == {"shipped": []}
    assert control(mall, "POST", "reset")["orders"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "buy", {"sku": "none"}, 404),
        ("POST", "buy", {"sku": "AR-KZ01", "quantity": 999}, 409),
        ("POST", "buy", {"scenario": "none"}, 404),
        ("POST", "faults", {"kind": "none"}, 400),
        ("GET", "nothing", None, 404),
        ("POST", "settings", {"none": 1}, 400),
    ],
)
def test_control_errors(mall, method, path, body, status):
    with pytest.raises(urllib.error.HTTPError) as caught:
        control(mall, method, path, body)
    with caught.value as error:
        assert error.code == status
        assert "error" in json.load(error)


def test_log_has_no_secrets(mall, client):
    key = mall.license_key
    client.call("GET", f"/es/1.0/license-management/license-key/expiry-date?licenseKey={key}")
    assert key not in json.dumps(list(mall.log))


def test_cli_keeps_its_state(tmp_path: Path):
    catalog = tmp_path / "catalog.json"
    item = {"sku": "A", "name": "品", "price": 100, "stock": 5, "tax_rate": 0.1, "barcode": "1"}
    catalog.write_text(json.dumps([item]), encoding="utf-8")
    state = tmp_path / "state.json"
    command = [sys.executable, "-m", "tests.malls.rakuten", "--state-file", str(state)]
    root = Path(__file__).parents[2]
    seen = []
    for _ in range(2):
        more = ["--catalog", str(catalog), "--orders", "3"]
        with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, cwd=root) as process:
            ready = json.loads(process.stdout.readline())
            with urllib.request.urlopen(ready["url"] + "/_sim/orders", timeout=5) as answer:
                seen.append([order["ref"] for order in json.load(answer)])
            process.terminate()
            assert process.wait(timeout=10) == 0
    assert len(seen[0]) == 3 and seen[0] == seen[1]
