"""The four layers of errors and the limits, over real HTTP (reference sections 2 to 6)."""

from __future__ import annotations

import pytest
from ec_addons.ec_channel_shopify.lib.budget import Budget
from ec_addons.ec_channel_shopify.lib.client import raise_user_errors
from ec_addons.ec_unified.lib.errors import (
    ConflictError,
    DataError,
    SetupError,
    TransientError,
    UncertainWriteError,
)

from tests.wire.fixtures.shopify_wire import (  # noqa: F401
    READ,
    SHOP,
    TOKEN,
    WRITE,
    attempts_fixture,
    client_fixture,
    make,
    server_fixture,
    waits_fixture,
)


def graphql_error(code, message="refused", data=None, **extensions):
    body = {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}
    if data is not None:
        body["data"] = data
    return body


def throttled(requested=302, available=87, rate=100):
    body = graphql_error("THROTTLED", "Throttled")
    body["extensions"] = cost(requested, available, rate)
    return body


def cost(requested, available, rate=100, maximum=2000):
    return {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": None,
            "throttleStatus": {
                "maximumAvailable": maximum,
                "currentlyAvailable": available,
                "restoreRate": rate,
            },
        }
    }


# --- the request ---------------------------------------------------------------------------


def test_request(server, client):
    server.answer(200, SHOP, X_Request_Id="req-1")
    reply = client.execute(READ)
    assert reply.data["shop"]["name"] == "見本商店" and reply.request_id == "req-1"
    call = server.calls[0]
    assert call.path == "/admin/api/2026-10/graphql.json"
    assert call.headers["X-Shopify-Access-Token"] == TOKEN
    assert call.headers["Content-Type"] == "application/json"
    assert call.json["query"].startswith("query ShopInfo") and "#" not in call.json["query"]


def test_another_version_answers(server, client, caplog):
    server.answer(200, SHOP, X_Shopify_API_Version="2026-07")
    client.execute(READ)
    client.execute(READ)
    assert client.answered_version == "2026-07"
    assert caplog.text.count("asked for API version") == 1


# --- layer 1: HTTP -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (400, {"errors": "bad json"}, DataError, "malformed"),
        (401, {"errors": "[API] Invalid API key or access token"}, SetupError, "unauthorised"),
        (402, {"errors": "Unavailable Shop"}, SetupError, "shop_frozen"),
        (403, {"errors": "[API] This action requires merchant approval for read_orders scope."},
         SetupError, "scope_missing"),
        (404, {"errors": "Not Found"}, SetupError, "wrong_host"),
        (301, "", SetupError, "wrong_host"),
        (406, "", DataError, "malformed"),
        (423, {"errors": "Unavailable Shop"}, SetupError, "shop_frozen"),
        (430, "", TransientError, "maintenance"),
    ],
)  # fmt: skip
def test_final_statuses_are_not_repeated(server, client, waits, status, body, kind, reason):
    server.answer(status, body, X_Request_Id="req-9")
    with pytest.raises(kind) as caught:
        client.execute(READ)
    assert (caught.value.reason, caught.value.request_id) == (reason, "req-9")
    assert len(server.calls) == 1 and not waits


def test_missing_scope_is_named(server, client):
    server.answer(403, {"errors": "requires merchant approval for read_orders scope."})
    with pytest.raises(SetupError) as caught:
        client.execute(READ)
    assert caught.value.params["what"] == "read_orders"


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, {"errors": "Exceeded 2 calls per second"}), (500, {"errors": "Internal"}),
     (502, "<html>Bad Gateway</html>"), (503, ""), (504, "")],
)  # fmt: skip
def test_passing_statuses_are_repeated_for_reads(server, client, waits, status, body):
    server.answer(status, body, Retry_After="2.0")
    server.answer(200, SHOP)
    assert client.execute(READ).data == SHOP["data"]
    assert len(server.calls) == 2 and len(waits) == 1


def test_retry_after_is_kept(server, client, waits):
    server.answer(429, "", Retry_After="2.5")
    server.answer(200, SHOP)
    client.execute(READ)
    assert waits == [2.5]


def test_repeats_end(server, client):
    server.answer(502, "<html>Bad Gateway</html>")
    with pytest.raises(TransientError) as caught:
        client.execute(READ)
    assert len(server.calls) == 4
    assert "<html>" not in caught.value.message


def test_silence(server, client):
    server.hang_up()
    server.answer(200, SHOP)
    assert client.execute(READ).data == SHOP["data"]


def test_html_with_status_200(server, client):
    server.answer(200, "<html>Password</html>")
    with pytest.raises(TransientError) as caught:
        client.execute(READ)
    assert caught.value.reason == "broken_answer"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_that_may_have_happened_is_not_repeated(server, client, status):
    server.answer(status, "")
    with pytest.raises(UncertainWriteError):
        client.execute(WRITE, {"fulfillment": {}})
    assert len(server.calls) == 1


def test_a_write_without_answer_is_uncertain(server, client):
    server.hang_up()
    with pytest.raises(UncertainWriteError):
        client.execute(WRITE, {"fulfillment": {}})
    assert len(server.calls) == 1


def test_a_write_with_unreadable_answer_is_uncertain(server, client):
    server.answer(200, '{"data": {"fulfil')
    with pytest.raises(UncertainWriteError):
        client.execute(WRITE, {"fulfillment": {}})


def test_a_write_that_was_throttled_is_repeated(server, client):
    server.answer(429, "")
    server.answer(200, {"data": {"fulfillmentCreate": {}}})
    client.execute(WRITE, {"fulfillment": {}})
    assert len(server.calls) == 2


def test_a_write_with_stored_key_is_repeated_unchanged(server, client):
    server.hang_up()
    server.answer(500, "")
    server.answer(200, {"data": {"inventorySetQuantities": {"userErrors": []}}})
    client.execute("inventory_set_quantities", {"key": "k1", "input": {}}, replayable=True)
    assert len({call.body for call in server.calls}) == 1 and len(server.calls) == 3


# --- layer 2: top-level errors -------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("MAX_COST_EXCEEDED", DataError, "too_many"),
        ("MAX_INPUT_SIZE_EXCEEDED", DataError, "too_many"),
        ("RESOURCE_NOT_FOUND", DataError, "not_found"),
        ("NOT_FOUND", DataError, "not_found"),
        ("PARSE_ERROR", DataError, "malformed"),
        ("undefinedField", DataError, "malformed"),
        ("INVALID_VARIABLE", DataError, "malformed"),
        ("variableNotUsed", DataError, "malformed"),
        ("BAD_REQUEST", DataError, "malformed"),
        ("INVALID_FIELD_ARGUMENTS", DataError, "malformed"),
        ("SOMETHING_NEW", DataError, "malformed"),
    ],
)
def test_codes(server, client, waits, code, kind, reason):
    server.answer(200, graphql_error(code), X_Request_Id="req-2")
    with pytest.raises(kind) as caught:
        client.execute(READ)
    error = caught.value
    assert (error.reason, error.code, error.request_id) == (reason, code, "req-2")
    assert not waits


def test_access_denied_names_the_scopes(server, client):
    server.answer(
        200,
        graphql_error(
            "ACCESS_DENIED",
            "Access denied for locations field.",
            data={"locations": None},
            requiredAccess="`read_locations` access scope or `read_inventory` access scope.",
        ),
    )
    with pytest.raises(SetupError) as caught:
        client.execute("locations")
    assert caught.value.reason == "scope_missing"
    assert caught.value.params["what"] == "read_locations, read_inventory"


def test_withheld_personal_data(server, client):
    body = {
        "data": {"orders": {"nodes": [{"id": "gid://shopify/Order/1", "customer": None}]}},
        "errors": [
            {
                "message": "This app is not approved to access the Customer object.",
                "path": ["orders", "nodes", 0, "customer"],
                "extensions": {"code": "ACCESS_DENIED"},
            }
        ],
    }
    server.answer(200, body)
    with pytest.raises(SetupError) as caught:
        client.execute("order_probe")
    assert caught.value.reason == "protected_data"
    reply = client.execute("order_probe", allow_withheld=True)
    assert reply.withheld == ("orders.nodes.0.customer",) and reply.data["orders"]["nodes"]


def test_withheld_data_does_not_hide_a_missing_scope(server, client):
    body = graphql_error("ACCESS_DENIED", "not approved to access the Customer object",
                         data={"orders": {"nodes": []}})  # fmt: skip
    denied = graphql_error("ACCESS_DENIED", requiredAccess="`read_x` access scope.")
    body["errors"] += denied["errors"]
    server.answer(200, body)
    with pytest.raises(SetupError) as caught:
        client.execute("order_probe", allow_withheld=True)
    assert caught.value.params["what"] == "read_x"


def test_internal_error(server, client):
    server.answer(200, graphql_error("INTERNAL_SERVER_ERROR"))
    server.answer(200, SHOP)
    assert client.execute(READ).data == SHOP["data"]
    server.script = []
    server.answer(200, graphql_error("INTERNAL_SERVER_ERROR"))
    with pytest.raises(UncertainWriteError):
        client.execute(WRITE, {"fulfillment": {}})


def test_search_warning_is_a_bug(server, client):
    warning = {"field": "updatedat", "message": "Invalid search field", "code": "invalid_field"}
    server.answer(
        200,
        {
            "data": {"orders": {"nodes": [], "pageInfo": {"hasNextPage": False}}},
            "extensions": {"search": [{"path": ["orders"], "warnings": [warning]}]},
        },
    )
    with pytest.raises(DataError) as caught:
        client.execute("orders_changed", {"query": "updatedat:>=1"})
    assert caught.value.code == "invalid_field"


# --- layer 3: user errors ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        ({"code": "CHANGE_FROM_QUANTITY_STALE", "message": "stale"}, ConflictError, "stale"),
        ({"code": "IDEMPOTENCY_CONCURRENT_REQUEST", "message": "x"}, ConflictError, "in_progress"),
        ({"message": "IDEMPOTENCY_CONCURRENT_REQUEST: still running"}, ConflictError,
         "in_progress"),
        ({"code": "INVALID_LOCATION", "message": "x"}, SetupError, "location_unknown"),
        ({"code": "NON_MUTABLE_INVENTORY_ITEM", "message": "x"}, DataError, "refused"),
        ({"message": "Order cannot be marked as paid."}, ConflictError, "wrong_state"),
        ({"message": "Fulfillment order 1 has an unfulfillable status= closed."},
         ConflictError, "wrong_state"),
        ({"message": "Fulfillment order does not exist."}, DataError, "not_found"),
        ({"message": "You are not approved to subscribe to webhook topics containing protected "
          "customer data."}, SetupError, "protected_data"),
    ],
)  # fmt: skip
def test_user_errors(server, client, error, kind, reason):
    server.answer(200, {"data": {"thing": {"userErrors": [error]}}}, X_Request_Id="req-3")
    reply = client.execute(WRITE, {"fulfillment": {}})
    with pytest.raises(kind) as caught:
        raise_user_errors(reply.data["thing"], reply)
    assert (caught.value.reason, caught.value.request_id) == (reason, "req-3")


# --- limits --------------------------------------------------------------------------------


class SleepingClock(list):
    """Notes the waits and lets the time pass."""

    now = 0.0

    def append(self, seconds):
        super().append(seconds)
        self.now += seconds


def test_throttled_waits_for_the_missing_points(server, attempts):
    # (302 − 87) / 100 = 2.15 s
    waits = SleepingClock()
    client = make(server, waits, attempts, budget=Budget(clock=lambda: waits.now))
    server.answer(200, throttled())
    server.answer(200, SHOP)
    client.execute(READ)
    assert waits == [pytest.approx(2.15)]


def test_throttled_without_end(server, client):
    server.answer(200, throttled(requested=900, available=0, rate=50))
    with pytest.raises(TransientError) as caught:
        client.execute(READ)
    assert caught.value.reason == "throttled" and caught.value.retry_after > 0
    assert len(server.calls) < 5


def test_budget_waits_before_it_is_refused(server, waits, attempts):
    now = [0.0]
    budget = Budget(clock=lambda: now[0])
    client = make(server, waits, attempts, budget=budget)
    server.answer(200, {**SHOP, "extensions": cost(500, 100)})
    client.execute(READ)  # teaches: this document costs 500, 100 are left
    client.execute(READ)
    assert waits == [pytest.approx(4.0)]


def test_budget_refills():
    now = [0.0]
    budget = Budget(clock=lambda: now[0])
    assert budget.reserve(5000) == 0  # nothing known yet
    budget.update({"maximumAvailable": 2000, "currentlyAvailable": 100, "restoreRate": 50})
    assert budget.reserve(150) == pytest.approx(1.0)
    now[0] = 1000.0
    assert budget.reserve(2000) == 0
