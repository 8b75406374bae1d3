"""A mall that refuses what the connector asks for rightly: a wrong address, a retired version."""

from __future__ import annotations

import pytest
from ec_addons.ec_channel_rakuten.lib.checks import ConnectionCheck
from ec_addons.ec_channel_rakuten.lib.client import RmsClient
from ec_addons.ec_channel_rakuten.lib.orders import OrderService
from ec_addons.ec_unified.lib.errors import DataError, EcError, TransientError
from ec_addons.ec_unified.lib.http import Retry

from tests.wire.fixtures.rakuten_server import ScriptedServer

NO_ORDERS = {"MessageModelList": [], "OrderModelList": []}
GOOD = {
    "MessageModelList": [], "inventories": [], "results": [], "expiryDate": "2030-01-31",
}  # fmt: skip


def client(url, **options):
    return RmsClient(
        "SP888001_x", "SL888001_y", base_url=url, rates={}, retry=Retry(attempts=1), **options
    )


def refusal(code):
    message = {"messageType": "ERROR", "messageCode": code, "message": "x"}
    return 400, {"MessageModelList": [message]}


def only(*versions):
    """A mall whose getOrder knows these versions."""

    def answer(request):
        *_line, body = request.owner.requests[-1]
        if body["version"] in versions:
            return 200, NO_ORDERS
        return refusal("ORDER_EXT_API_GET_ORDER_ERROR_011")

    return answer


@pytest.mark.parametrize(
    ("setting", "known", "asked"),
    [
        (10, (9, 10), [10, 10]),
        (10, (8, 9), [10, 9, 9]),
        (7, (9, 10), [7, 10, 10]),  # retired by the mall
        (9, (10, 11), [9, 10, 10]),
    ],
)
def test_a_refused_version_is_replaced(setting, known, asked):
    with ScriptedServer(only(*known)) as server:
        rms = client(server.url, version=setting)
        rms.get_order(["1"])
        rms.get_order(["2"])
    assert [request[3]["version"] for request in server.requests] == asked


def test_the_setting_is_named_when_no_version_is_taken():
    with ScriptedServer(only(11)) as server, pytest.raises(DataError):
        client(server.url, version=10).get_order(["1"])


def test_check_names_an_order_function_that_refuses():
    def answer(request):
        return only(11)(request) if "getOrder" in request.path else (200, GOOD)

    with ScriptedServer(answer) as server:
        report = ConnectionCheck(client(server.url)).run()
    (problem,) = report.problems
    assert report.ok, "perhaps it was the number we made up"
    assert (problem.reason, problem.params["function"]) == (
        "read_refused", "rpay.order.getOrder",
    )  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        (404, {"errors": [{"code": "GE0014", "message": "x"}]}),
        refusal("ORDER_EXT_API_SEARCH_ORDER_ERROR_009"),
    ],
)
def test_a_server_that_knows_no_search_is_not_connected(answer):
    with ScriptedServer(lambda request: answer) as server:
        report = ConnectionCheck(client(server.url)).run()
    assert not report.ok
    assert [p.params["function"] for p in report.problems if p.blocking] == [
        "rpay.order.searchOrder"
    ]


def stumbling(failure, *poison):
    """A mall that fails the call when it has to read one of these orders."""

    def answer(request):
        numbers = request.owner.requests[-1][3]["orderNumberList"]
        if set(numbers) & set(poison):
            return failure
        return 200, {
            "MessageModelList": [],
            "OrderModelList": [{"orderNumber": n} for n in numbers],
        }

    return answer


NUMBERS = [str(number) for number in range(23)]
FAILURES = [
    (500, "<html>Internal Server Error</html>"),
    refusal("ORDER_EXT_API_GET_ORDER_ERROR_008"),
]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("poison", [("0",), ("11",), ("5", "6", "17"), ("21", "22"), ("1",)])
def test_an_order_the_mall_stumbles_over_does_not_hold_up_the_others(failure, poison):
    with ScriptedServer(stumbling(failure, *poison)) as server:
        found = OrderService(client(server.url)).get(NUMBERS)
    assert found.keys() == set(NUMBERS) - set(poison)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_mall_that_reads_nothing_is_asked_three_times(failure):
    with ScriptedServer(stumbling(failure, *NUMBERS)) as server, pytest.raises(EcError):
        OrderService(client(server.url)).get(NUMBERS)
    assert len({tuple(body["orderNumberList"]) for *_line, body in server.requests}) == 3


def test_maintenance_is_no_order_s_fault():
    failure = 503, "<html>ただいまメンテナンス中です</html>"
    with ScriptedServer(stumbling(failure, "11")) as server, pytest.raises(TransientError):
        OrderService(client(server.url)).get(NUMBERS)
    assert len(server.requests) == 1
