"""updateOrderShipping, the asynchronous twin, the nightly batch (reference 2.8)."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.malls.rakuten.fixtures"]

ROW = {"deliveryCompany": "1001", "shippingNumber": "000022223333", "shippingDate": "2026-06-08"}
SHIPPING = "UPDATE_ORDERSHIPPING_"


@pytest.fixture
def ready(mall, client):
    return client.model(mall.place("several_destinations"))


def baskets(model):
    return [package["basketId"] for package in model["PackageModelList"]]


def body(model, *rows_per_basket):
    return {
        "orderNumber": model["orderNumber"],
        "BasketidModelList": [
            {"basketId": basket, "ShippingModelList": rows}
            for basket, rows in zip(baskets(model), rows_per_basket, strict=False)
        ],
    }


def update(client, *args):
    return client.order("updateOrderShipping", body(*args))


def rows(client, model, package=0):
    return client.model(model["orderNumber"])["PackageModelList"][package]["ShippingModelList"]


def test_add_change_delete(client, ready):
    added = update(client, ready, [ROW, ROW], [ROW])
    assert added.codes == [SHIPPING + "INFO_101"] * 3
    messages = added.data["MessageModelList"]
    assert [m["dataNumber"] for m in messages] == [1, 2, 3]
    first, second, third = (m["shippingDetailId"] for m in messages)
    changed = update(
        client,
        ready,
        [
            {"shippingDetailId": first, "shippingNumber": "9"},
            {"shippingDetailId": second, "shippingDeleteFlag": 1},
        ],
        [ROW],
    )
    assert changed.codes == [SHIPPING + c for c in ("INFO_102", "INFO_103", "INFO_101")]
    assert rows(client, ready) == [
        {
            "shippingDetailId": first,
            "shippingNumber": "9",
            "deliveryCompany": "1001",
            "deliveryCompanyName": "ヤマト運輸",
            "shippingDate": "2026-06-08",
        }
    ]
    assert len(rows(client, ready, 1)) == 2, "sent twice without an id: a duplicate"
    cleared = update(
        client, ready, [{"shippingDetailId": first, "shippingDate": "", "deliveryCompany": None}]
    )
    assert cleared.status == 200
    row = rows(client, ready)[0]
    assert (row["shippingDate"], row["deliveryCompanyName"], row["shippingNumber"]) == (
        None,
        None,
        "9",
    )
    assert third != first


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"shippingDate": "2026/06/08"}, "ERROR_011"),
        ({"shippingDate": "20260608"}, "ERROR_011"),
        ({"deliveryCompany": "9999"}, "ERROR_011"),
        ({"deliveryCompany": 1001}, "ERROR_011"),
        ({"shippingNumber": "1" * 121}, "ERROR_011"),
        ({"shippingDetailId": "x"}, "ERROR_011"),
        ({"shippingDeleteFlag": 1}, "ERROR_009"),
    ],
)
def test_bad_rows_write_nothing(client, ready, bad, code):
    answer = update(client, ready, [ROW, {**ROW, **bad}])
    assert (answer.status, answer.codes) == (400, [SHIPPING + code])
    assert answer.data["MessageModelList"][0]["dataNumber"] == 2
    assert rows(client, ready) == []


def test_two_errors_two_messages(client, ready):
    answer = update(
        client, ready, [{**ROW, "shippingDate": "x"}], [{**ROW, "deliveryCompany": "x"}]
    )
    assert [m["dataNumber"] for m in answer.data["MessageModelList"]] == [1, 2]


def test_wrong_spelling_of_the_key(client, ready):
    wrong = body(ready, [ROW])
    wrong["BasketIdModelList"] = wrong.pop("BasketidModelList")
    answer = client.order("updateOrderShipping", wrong)
    assert (answer.status, answer.codes) == (400, [SHIPPING + "ERROR_009"])


def test_unknown_targets(client, ready):
    answer = update(client, ready, [{**ROW, "shippingDetailId": 1}])
    assert answer.status == 400
    other = body(ready, [ROW])
    other["BasketidModelList"][0]["basketId"] = 1
    assert client.order("updateOrderShipping", other).status == 400
    assert client.order("updateOrderShipping", {**other, "orderNumber": "x"}).status == 400


def test_twenty_rows_per_basket(client, ready):
    assert update(client, ready, [ROW] * 20).status == 200
    assert update(client, ready, [ROW]).status == 400
    assert len(rows(client, ready)) == 20


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("ready", 200, "INFO_101"),
        ("shipped", 200, "INFO_101"),
        ("plain", 400, "ERROR_900"),
        ("paid_out", 400, "ERROR_900"),
        ("cancelled", 400, "ERROR_102"),
        ("cancel_pending", 400, "ERROR_102"),
        ("change_pending", 400, "ERROR_900"),
    ],
)
def test_states(mall, client, name, status, code):
    answer = update(client, client.model(mall.place(name)), [ROW])
    assert (answer.status, answer.codes) == (status, [SHIPPING + code])


def test_locked_in_rms(mall, client, ready):
    mall.event(ready["orderNumber"], "lock")
    assert update(client, ready, [ROW]).status == 400
    mall.event(ready["orderNumber"], "lock", locked=False)
    assert update(client, ready, [ROW]).status == 200


def test_shipped_at_night_when_complete(mall, client, ready):
    number = ready["orderNumber"]
    answer = client.order("updateOrderShipping", body(ready, [ROW], [{"deliveryCompany": "1002"}]))
    row = answer.data["MessageModelList"][1]["shippingDetailId"]
    assert mall.run_batch() == {"shipped": []}
    rest = {"shippingDetailId": row, "shippingNumber": "1", "shippingDate": "2026-06-08"}
    client.order(
        "updateOrderShipping",
        {
            "orderNumber": number,
            "BasketidModelList": [{"basketId": baskets(ready)[1], "ShippingModelList": [rest]}],
        },
    )
    assert client.model(number)["orderProgress"] == 300
    mall.clock.advance(86400)
    assert client.model(number)["orderProgress"] == 600


def send_async(client, *bodies):
    return client.order("updateOrderShippingAsync", {"OrderShippingModelList": list(bodies)})


def result(client, request_id):
    answer = client.order("getResultUpdateOrderShippingAsync", {"requestId": request_id})
    return answer.data["ResultShippingModelList"]


def test_async(mall, client, ready):
    cancelled = client.model(mall.place("cancelled"))
    answer = send_async(client, body(ready, [ROW], [ROW]), body(cancelled, [ROW]))
    message = answer.data["MessageModelList"][0]
    assert answer.codes == [SHIPPING + "ASYNC_INFO_101"]
    assert message["requestId"].endswith("_20260604101530")
    nothing = result(client, "unknown")
    assert result(client, message["requestId"]) == nothing
    assert list(nothing[0]) == ["MessageModelList"]
    code = nothing[0]["MessageModelList"][0]["messageCode"]
    assert code == "ORDER_EXT_API_GET_RESULT_UPDATEORDERSHIPPING_ASYNC_INFO_101"
    assert rows(client, ready) == []
    mall.clock.advance(5)
    done, refused = result(client, message["requestId"])
    assert [m["dataNumber"] for m in done["MessageModelList"]] == [1, 2]
    assert refused["MessageModelList"][0]["messageCode"].endswith("ERROR_102")
    assert len(rows(client, ready)) == 1
    mall.clock.advance(30 * 86400 + 1)
    assert result(client, message["requestId"]) == nothing


def test_async_errors_come_with_200(mall, client, ready):
    one = body(ready, [ROW])
    cases = [[one, one], [body(ready, [{**ROW, "shippingDate": "x"}])], [one] * 101]
    for bodies in cases:
        answer = send_async(client, *bodies)
        assert (answer.status, answer.codes) == (200, [SHIPPING + "ASYNC_ERROR_011"])
    assert send_async(client).codes == [SHIPPING + "ASYNC_ERROR_010"]
    mall.clock.advance(60)
    assert rows(client, ready) == []
