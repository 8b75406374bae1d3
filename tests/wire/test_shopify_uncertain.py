"""Where the reference is not sure, the client takes the shop either way; and odd answers."""

from __future__ import annotations

import pytest
from ec_addons.ec_channel_shopify.lib import orders, stock, webhooks
from ec_addons.ec_channel_shopify.lib.client import Reply
from ec_addons.ec_channel_shopify.lib.connection import Expectations, check_connection
from ec_addons.ec_channel_shopify.lib.domain import shop_address
from ec_addons.ec_channel_shopify.lib.listings import read_listings
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order
from ec_addons.ec_channel_shopify.lib.orders import OrderReader
from ec_addons.ec_channel_shopify.lib.token import MemoryStore
from ec_addons.ec_unified.lib.errors import (
    DataError,
    SetupError,
    TransientError,
    UncertainWriteError,
)

from tests.wire.fixtures.shopify_orders import line, money, order, parcel
from tests.wire.fixtures.shopify_shop import client_fixture, connect, shop_fixture  # noqa: F401
from tests.wire.fixtures.shopify_wire import (  # noqa: F401
    READ,
    SHOP,
    WRITE,
    attempts_fixture,
    make,
    server_fixture,
    waits_fixture,
)

ORDER = "gid://shopify/Order/"


def pull(client, cursor=None):
    pages = list(OrderReader(client).changed(cursor))
    return [doc for page in pages for doc in page.documents]


def skus_of(client):
    pages = read_listings(client, None)
    return [sku for page in pages for listing in page.listings for sku in listing.skus]


@pytest.fixture(name="scripted")
def _scripted(server, waits, attempts):
    return make(server, waits, attempts)


# --- switches of the simulated shop ------------------------------------------------------------

SWITCHES = [
    {"revoke_previous_token": True},
    {"token_seconds": 300},
    {"price_each_id": True},
    {"list_without_first_surcharge": False},
    {"index_lag_seconds": 2.0},
    {"product_updated_by_stock": True},
    {"yen_money_decimals": 2},
    {"fulfillment_not_required": False},
    {"atomic_inventory": False},
    {"idempotency_seconds": 1},
    {"hold_unpaid": True},
    {"card_authorize_only": True},
    {"order_prefix": "EC-", "order_suffix": "/JP"},
]


@pytest.mark.parametrize("switches", SWITCHES, ids=lambda s: "-".join(s))
def test_a_day_at_either_shop(shop, switches):
    """Connect, read orders and items, write stock, read it back: the same result every time."""
    shop.configure(**switches)
    client = connect(shop)
    assert check_connection(client, Expectations()).ok
    refs = [shop.place(name) for name in ("standard", "cod", "konbini", "many_lines")]
    shop.clock.advance(5)
    found = {doc.ref: parse_order(doc.payload) for doc in pull(client)}
    assert set(found) == set(refs)
    for ref, data in found.items():
        assert data.total == shop.order(ref)["buyer_total"]
    skus = skus_of(client)
    assert all(sku.price == int(sku.price) for sku in skus)
    item = next(sku.extra["inventory_item_id"] for sku in skus if sku.tracked)
    [place, *_others] = [row["id"] for row in client.rows("locations", "locations")]
    for number in (7, 3):
        rows = [stock.StockRow(item=item, location=place, quantity=number)]
        levels = stock.read_levels(client, [item], [place])
        plan, refused = stock.plan_rows(rows, levels)
        assert stock.set_available(client, plan, f"job-{number}") == [None] and not refused
        assert stock.read_levels(client, [item], [place])[item, place].available == number


def test_levels_of_many_items_where_every_id_costs(shop, client):
    shop.configure(price_each_id=True)
    shop.add_items([{"sku": f"N{n}", "name": f"N{n}", "price": 1, "stock": n} for n in range(300)])
    skus = skus_of(client)
    items = [sku.extra["inventory_item_id"] for sku in skus]
    [place, *_others] = [row["id"] for row in client.rows("locations", "locations")]
    found = stock.read_levels(client, items, [place])
    assert {item for item, _place in found} == set(items)


class Levels:
    """Answers inventory_levels with one page, and the further page of an item."""

    def __init__(self):
        self.asked = []

    def in_chunks(self, name, ids, size, variables=None):
        page = {"nodes": [level("L1", 4)], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}
        node = {"__typename": "InventoryItem", "id": ids[0], "tracked": True}
        yield ids, type("Reply", (), {"data": {"nodes": [{**node, "inventoryLevels": page}, None]}})

    def rows(self, name, path, variables, after):
        self.asked.append((name, variables["id"], after))
        yield level("L2", 0)


def level(place, number):
    return {"location": {"id": place}, "quantities": [{"name": "available", "quantity": number}]}


def test_an_item_at_more_locations_than_a_page_holds():
    shop = Levels()
    found = stock.read_levels(shop, ["I1", "I2"], ["L1"])
    assert found["I1", "L1"].available == 4 and not shop.asked and ("I2", "L1") not in found
    found = stock.read_levels(shop, ["I1"], ["L1", "L2", "L3"])
    assert [found["I1", place].available for place in ("L1", "L2", "L3")] == [4, 0, None]
    assert shop.asked == [("inventory_item_levels", "I1", "c")]


@pytest.mark.parametrize("refused", [True, False])
def test_taxes_of_a_changed_order_are_asked_apart(shop, client, refused, monkeypatch):
    """In a document of its own: a shop that refuses it still gives its orders."""
    if refused:
        execute = client.execute

        def refusing(name, *args, **options):
            if name == "order_taxes_now":
                raise DataError("no", reason="malformed")
            return execute(name, *args, **options)

        monkeypatch.setattr(client, "execute", refusing)
    plain, changed = shop.place("standard"), shop.place("partial_refund")
    found = {doc.ref: doc.payload for doc in OrderReader(client).fetch([plain, changed])}
    assert "currentTaxLines" not in found[plain]
    assert ("currentTaxLines" in found[changed]) == (not refused)
    assert parse_order(found[changed]).tax_summary


def test_one_token_for_many_calls_though_it_lives_shortly(shop):
    shop.configure(token_seconds=300)
    store = MemoryStore()
    for _client in range(3):
        client = connect(shop, store=store)
        client.execute("shop_info")
        client.execute("locations")
    assert shop.tokens.count == 1


# --- scopes and personal data (sections 5 and 7) -----------------------------------------------


def test_orders_arrive_without_the_scope_of_the_customer(shop):
    shop.configure(scopes=[s for s in shop.settings.scopes if s != "read_customers"])
    ref = shop.place("standard")
    client = connect(shop)
    [document] = pull(client)
    order = parse_order(document.payload)
    assert (order.ref, document.payload["customer"]) == (ref, None)
    assert order.destinations[0].address.name
    problems = check_connection(client, Expectations()).problems
    assert [p.params["what"] for p in problems if p.reason == "scope_missing"] == ["read_customers"]


def test_a_scope_that_is_no_persons_matter_still_stops(scripted, server):
    server.answer(
        200,
        {
            "data": {"nodes": [{"id": f"{ORDER}1", "transactions": None}]},
            "errors": [denied(["nodes", 0, "transactions"], "Access denied for transactions")],
        },
    )
    with pytest.raises(SetupError) as caught:
        OrderReader(scripted).fetch([f"{ORDER}1"])
    assert caught.value.reason == "scope_missing"


def denied(path, message="not approved to access the Order object"):
    return {
        "message": message,
        "path": path,
        "extensions": {"code": "ACCESS_DENIED", "requiredAccess": "`read_x` access scope."},
    }


@pytest.mark.parametrize("path", [["nodes", 0], ["nodes", 0, "customer", "emailAddress"]])
def test_a_withheld_order_is_never_taken_for_a_deleted_one(scripted, server, path):
    server.answer(200, {"data": {"nodes": [None]}, "errors": [denied(path)]})
    with pytest.raises(SetupError) as caught:
        OrderReader(scripted).fetch([f"{ORDER}1"])
    assert caught.value.reason == "protected_data"


def test_a_refusal_that_does_not_say_of_what_hides_no_order(scripted, server):
    server.answer(200, {"data": {"nodes": [None]}, "errors": [denied(None)]})
    with pytest.raises(SetupError) as caught:
        OrderReader(scripted).fetch([f"{ORDER}1"])
    assert caught.value.reason == "protected_data"


def test_units_beyond_the_first_page_of_a_parcel_were_sent():
    """One of them came back: it left the house, so it stays sold."""
    rows = [line(1100, 1, 0.1, 100, current=0), line(2200, 1, 0.1, 200)]
    first, second = ({"quantity": 1, "lineItem": {"id": row["id"]}} for row in reversed(rows))
    sent = parcel("1", [])
    sent["fulfillmentLineItems"] = {
        "nodes": [first], "pageInfo": {"hasNextPage": True, "endCursor": "c"}
    }  # fmt: skip
    document = order(rows, 3300, {0.1: 300}, fulfillments=[sent],
                     currentTotalPriceSet=money(2200))  # fmt: skip

    class Shop:
        def in_chunks(self, name, ids, size, variables=None, *, allow_withheld=False):
            nodes = [document] if name == "orders_by_id" else []
            yield ids, Reply(data={"nodes": nodes})

        def rows(self, name, path, variables, after):
            assert (name, variables["id"], after) == ("fulfillment_lines", sent["id"], "c")
            yield second

    [found] = OrderReader(Shop()).fetch([document["id"]])
    assert parse_order(found.payload).total == 3300
    assert "pageInfo" not in found.payload["fulfillments"][0]["fulfillmentLineItems"]


# --- one order that cannot be read (trap 11) ---------------------------------------------------


class Shop:
    """Answers ``in_chunks`` of some ids; others fail."""

    def __init__(self, error, broken):
        self.error, self.broken = error, broken

    def in_chunks(self, name, ids, size, variables=None, *, allow_withheld=False):
        if self.broken & set(ids):
            raise self.error
        lines = {"nodes": [], "pageInfo": {"hasNextPage": False}}
        nodes = [{"id": ref, "lineItems": dict(lines)} for ref in ids]
        yield ids, type("Reply", (), {"data": {"nodes": nodes}, "withheld": ()})


REFS = [f"{ORDER}{number}" for number in range(1, 5)]
ERRORS = [
    TransientError("x", code="INTERNAL_SERVER_ERROR"),
    DataError("x", reason="malformed"),
]


@pytest.mark.parametrize("error", ERRORS)
def test_one_unreadable_order_stops_nobody_and_is_not_lost(error):
    found = {doc.ref: doc for doc in OrderReader(Shop(error, {REFS[2]})).fetch(REFS)}
    assert set(found) == set(REFS)
    with pytest.raises(DataError):
        parse_order(found[REFS[2]].payload)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("others", [0, 1])
def test_one_unreadable_order_is_known_by_its_neighbour(error, others, monkeypatch):
    """It is the only one that changed, with more pages behind it: whether it is the order or the
    shop, one that was read before tells."""
    monkeypatch.setattr(orders, "LIGHT_PAGE", 1 + others)
    nodes = [{"id": ref, "updatedAt": f"2026-11-20T01:15:0{n}Z"} for n, ref in enumerate(REFS)]
    known = {ref.rsplit("/", 1)[-1]: orders._fingerprint(node)
             for ref, node in zip(REFS[:others], nodes, strict=False)}  # fmt: skip

    class Pages(Shop):
        def execute(self, name, variables):
            start, size = int(variables["after"] or 0), variables["first"]
            info = {"hasNextPage": start + size < len(nodes), "endCursor": str(start + size)}
            page = {"nodes": nodes[start : start + size], "pageInfo": info}
            return Reply(data={"orders": page})

    reader = OrderReader(Pages(error, {REFS[others]}))
    cursor = {"mark": "2026-11-20T01:15:00Z", "seen": known}
    if not others:
        with pytest.raises(type(error)):
            list(reader.changed(cursor))
        return
    found = [doc.ref for page in reader.changed(cursor) for doc in page.documents]
    assert found == REFS[1:]


@pytest.mark.parametrize("error", [*ERRORS, TransientError("x", reason="timeout")])
def test_a_shop_that_is_away_makes_no_order_unreadable(error):
    with pytest.raises(type(error)):
        OrderReader(Shop(error, set(REFS))).fetch(REFS)


def test_a_busy_shop_makes_no_order_unreadable():
    error = TransientError("x", reason="throttled", code="THROTTLED")
    with pytest.raises(TransientError):
        OrderReader(Shop(error, {REFS[0]})).fetch(REFS)


# --- odd answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, TransientError),
        ({"data": None}, TransientError),
        ({"data": {}}, TransientError),
        ("[]", TransientError),
        ("null", TransientError),
        ({"errors": "Not Found"}, DataError),
        ({"errors": {"query": "is required"}}, DataError),
        ({"errors": ["text"]}, DataError),
        ({"errors": [{"message": "Throttled"}]}, TransientError),
        ({"errors": [{"message": "Internal error. Looks like something went wrong"}]},
         TransientError),
        ({"errors": [{"message": "what?", "extensions": None}], "data": None}, DataError),
    ],
)  # fmt: skip
def test_answers_without_data(scripted, server, body, kind):
    server.answer(200, body)
    with pytest.raises(kind):
        scripted.execute(READ)


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, "[]", {"errors": [{"message": "Internal error. Looks like"}]}]
)
def test_a_write_of_which_nothing_is_known(scripted, server, body):
    server.answer(200, body)
    with pytest.raises(UncertainWriteError):
        scripted.execute(WRITE)
    assert len(server.calls) == 1


def test_retry_after_of_a_busy_server(scripted, server, waits):
    server.answer(503, "", Retry_After="7")
    server.answer(200, SHOP)
    scripted.execute(READ)
    assert waits[0] == 7.0


def test_scopes_that_are_not_told_are_not_missing(scripted, server):
    shop = {"name": "x", "myshopifyDomain": "x.myshopify.com", "currencyCode": "JPY"}
    info = {"shop": {**shop, "taxesIncluded": True}, "currentAppInstallation": None}
    place = {"id": "gid://shopify/Location/1", "name": "x", "isActive": True}
    nodes = [{**place, "isFulfillmentService": False}]
    server.answer(200, {"data": info})
    server.answer(
        200, {"data": {"locations": {"nodes": nodes, "pageInfo": {"hasNextPage": False}}}}
    )
    server.answer(200, {"data": {"orders": {"nodes": []}}})
    report = check_connection(scripted, Expectations())
    assert report.ok and not report.problems and report.places == ((place["id"], "x"),)


@pytest.mark.parametrize("end", ["", "/", "/admin", "/admin/", "/admin/api/2026-10/graphql.json"])
def test_addresses_pasted_with_more_than_the_host(end):
    assert shop_address(f" http://127.0.0.1:80/shop{end} ") == "http://127.0.0.1:80/shop"


# --- items and notifications -------------------------------------------------------------------


def test_a_void_cursor_begins_the_list_again(shop, client):
    first = [row.ref for page in read_listings(client, None) for row in page.listings]
    again = [row.ref for page in read_listings(client, {"after": "void"}) for row in page.listings]
    assert again == first and first


def test_a_topic_without_scope_does_not_stop_the_others(shop):
    shop.configure(scopes=[s for s in shop.settings.scopes if "fulfillments" not in s])
    uri = "http://127.0.0.1:1/ec_unified/shopify/webhook/abc"
    made, _dropped, refused = webhooks.repair_subscriptions(connect(shop), uri)
    assert set(refused) == {"FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE"}
    assert set(made) | set(refused) == set(webhooks.WEBHOOK_TOPICS)
