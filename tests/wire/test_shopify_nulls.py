"""Null wherever the schema allows it, document by document: nothing breaks, no money changes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ec_addons.ec_channel_shopify.lib import documents, stock, webhooks
from ec_addons.ec_channel_shopify.lib.connection import Expectations, check_connection
from ec_addons.ec_channel_shopify.lib.fulfilment import push_shipment
from ec_addons.ec_channel_shopify.lib.listings import fetch_listings, read_listings
from ec_addons.ec_channel_shopify.lib.order_change import change_address, pay_back
from ec_addons.ec_channel_shopify.lib.order_parse import parse_order
from ec_addons.ec_channel_shopify.lib.order_places import add_places, flag_elsewhere, gone_orders
from ec_addons.ec_channel_shopify.lib.order_write import add_tag, cancel_order, mark_as_paid
from ec_addons.ec_channel_shopify.lib.orders import OrderReader
from ec_addons.ec_unified.lib.data import Address, Parcel, ShipmentData
from ec_addons.ec_unified.lib.data_change import OrderChange, Refund, RefundLine
from ec_addons.ec_unified.lib.errors import EcError, UncertainWriteError
from ec_addons.ec_unified.lib.order_math import book_order
from graphql import FieldNode, FragmentSpreadNode, GraphQLNonNull, get_named_type, parse

from tests.malls.shopify.schema import load_schema
from tests.wire.fixtures.shopify_orders import line, money, off, order, paid, shipping
from tests.wire.fixtures.shopify_shop import client_fixture, shop_fixture  # noqa: F401
from tests.wire.fixtures.shopify_wire import (  # noqa: F401
    WRITE,
    attempts_fixture,
    make,
    server_fixture,
    waits_fixture,
)

R10, R8 = Decimal("0.1"), Decimal("0.08")


# --- every document --------------------------------------------------------------------------


def nullable_paths(name: str) -> list[tuple[str, ...]]:
    """Paths of all a document selects that may be null, lists left out."""
    schema = load_schema().schema
    parts = {part.name.value: part for part in parse(documents.document(name)).definitions}
    operation = next(part for part in parts.values() if part.kind == "operation_definition")
    write = operation.operation.value == "mutation"
    found: dict[tuple[str, ...], None] = {}

    def walk(selections: Any, parent: Any, path: tuple[str, ...]) -> None:
        for node in selections:
            if isinstance(node, FragmentSpreadNode):
                part = parts[node.name.value]
                walk(part.selection_set.selections, parent, path)
            elif not isinstance(node, FieldNode):
                kind = schema.type_map[node.type_condition.name.value]
                walk(node.selection_set.selections, kind, path)
            elif node.name.value != "__typename":
                kind = parent.fields[node.name.value].type
                here = (*path, (node.alias or node.name).value)
                if not isinstance(kind, GraphQLNonNull):
                    found[here] = None
                if node.selection_set:
                    walk(node.selection_set.selections, get_named_type(kind), here)

    root = schema.mutation_type if write else schema.query_type
    walk(operation.selection_set.selections, root, ())
    return list(found)


def nulled(data: Any, path: tuple[str, ...]) -> Any:
    """A copy of ``data`` with null at ``path``, in every entry of the lists on the way."""

    def change(value: Any, rest: tuple[str, ...]) -> None:
        if isinstance(value, list):
            for entry in value:
                change(entry, rest)
        elif isinstance(value, dict) and rest[0] in value:
            if len(rest) == 1:
                value[rest[0]] = None
            else:
                change(value[rest[0]], rest[1:])

    copy = deepcopy(data)
    change(copy, path)
    return copy


class Watched:
    """Notes the documents a client runs, some pages of one row; one may answer with a null."""

    def __init__(self, client: Any, pages: tuple[str, ...]) -> None:
        self.pages = pages
        self.seen: dict[str, None] = {}
        self.name: str | None = None
        self.path: tuple[str, ...] = ()
        self._answer, self._execute = client._json, client.execute
        client._json, client.execute = self.answer, self.execute

    def execute(self, name: str, variables: Any = None, **options: Any) -> Any:
        text = documents.document(name)
        small = {key: 1 for key in self.pages if f"${key}:" in text}
        return self._execute(name, {**(variables or {}), **small}, **options)

    def answer(self, name: str, *args: Any) -> dict[str, Any]:
        content = self._answer(name, *args)
        self.seen[name] = None
        if name == self.name and "data" in content:
            content["data"] = nulled(content["data"], self.path)
        return content


def _orders(shop, client):
    for name in () if shop.store.orders else ("split", "partial_refund"):
        shop.place(name, topup=True)
    now = datetime.now(UTC)
    reader = OrderReader(client)
    gone_orders(client, reader.placed(now - timedelta(days=1), now + timedelta(days=1)))
    for page in reader.changed(None):
        add_places(client, page.documents)
        for document in page.documents:
            flag_elsewhere(parse_order(document.payload), document.payload, ["elsewhere"])


def _items(shop, client):
    refs = [row.ref for page in read_listings(client, None) for row in page.listings]
    fetch_listings(client, refs[:2])


def _stock(shop, client):
    items = [variant.item_gid for variant in list(shop.store.variants.values())[:2]]
    places = [place.gid for place in shop.store.locations.values()]
    levels = stock.read_levels(client, items, places)
    number = sum(level.available or 0 for level in levels.values()) + 1
    rows = [stock.StockRow(item=item, location=places[0], quantity=number) for item in items]
    stock.set_available(client, stock.plan_rows(rows, levels)[0], "job")


def _parcels(shop, client):
    ref = shop.place("split", topup=True)
    lines = tuple((row["ref"], Decimal(row["quantity"])) for row in shop.order(ref)["lines"])
    for number, gone in (("1", ()), ("2", ("1",)), ("", ("1", "2"))):
        parcel = Parcel(ref="p", destination_ref=None, tracking_number=number,
                        carrier_code="yamato", shipped_on=date(2026, 11, 22),
                        lines=lines)  # fmt: skip
        parcels = (parcel,) if number else ()
        yield push_shipment(client, ShipmentData(order_ref=ref, parcels=parcels, removed=gone))


def _writes(shop, client):
    yield cancel_order(
        client, shop.place("standard", topup=True), "OTHER", restock=True, sleep=lambda s: None
    )
    yield mark_as_paid(client, shop.place("bank", topup=True))
    ref = shop.place("two_rates", topup=True)
    lines = tuple(RefundLine(ref=row["ref"], quantity=1) for row in shop.order(ref)["lines"][:1])
    key = str(uuid.uuid4())
    yield pay_back(client, Refund(order_ref=ref, key=key, amount=Decimal(9), lines=lines), None)
    address = Address(name="例示 次郎", zip="5300001", state_code="JP-27", city="大阪市北区",
                      street="梅田1-1-1")  # fmt: skip
    yield change_address(client, OrderChange(order_ref=ref, address=address))
    yield add_tag(client, ref, "電話済み")


def _connect(shop, client):
    if not shop.store.orders:
        shop.place("standard")
    check_connection(client, Expectations())
    webhooks.repair_subscriptions(client, "http://127.0.0.1:1/hook", ["ORDERS_UPDATED"])
    webhooks.drop_subscriptions(client, "http://127.0.0.1:1/hook")


WORK = (_orders, _items, _stock, _parcels, _writes, _connect)


def test_every_document_is_tried(shop, client):
    watched = Watched(client, ("first", "lines", "levels", "variants"))
    for work in WORK:
        assert all(result.ok for result in work(shop, client) or ())
    assert set(documents.names()) - watched.seen.keys() == set()


@pytest.mark.parametrize("work", WORK)
def test_null_wherever_the_schema_allows_it(shop, client, work):
    watched = Watched(client, ("lines", "levels"))
    assert all(result.ok for result in work(shop, client) or ())
    tried = 0
    for name, path in [(n, path) for n in watched.seen for path in nullable_paths(n)]:
        watched.name, watched.path = name, path
        _bear(work, shop, client, f"{name}: {'.'.join(path)}")
        tried += 1
    assert tried


def _bear(work: Callable[..., Iterator[Any] | None], shop, client, what: str) -> None:
    try:
        for result in work(shop, client) or ():
            assert result.ok or isinstance(result.error, EcError), what
    except EcError:
        pass
    except Exception as error:
        raise AssertionError(f"{what} → {type(error).__name__} {error}") from error


def test_a_write_that_answers_with_nothing_is_uncertain(server, waits, attempts):
    server.answer(200, {"data": {"fulfillmentCreate": None}})
    with pytest.raises(UncertainWriteError):
        make(server, waits, attempts).execute(WRITE, {"fulfillment": {}})


# --- what a null means ------------------------------------------------------------------------


def read(document):
    data = parse_order(document)
    assert book_order(data).differences == ()
    return data


def test_postage_without_an_id_has_a_key_of_its_own():
    """The books know a line by its key: without one every change would add the postage anew."""
    rows = [
        shipping(660, 60, id=None, discounts=[off(330, 0, "SHIPPING_LINE")]),
        shipping(330, 30, "クール便", id=None),
    ]
    document = order([line(1100, 1, 0.1, 100)], 1760, {0.1: 190}, shipping=rows)
    refs = [row.ref for row in read(document).lines if row.kind == "shipping"]
    assert len(set(refs)) == 2 and all(refs)
    assert [row.ref for row in read(document).lines if row.kind == "shipping"] == refs


@pytest.mark.parametrize(
    ("price", "quantity", "tax", "included", "rate"),
    [
        (1080, 2, 160, True, R8),
        (1100, 1, 100, True, R10),
        (105, 1, 8, True, R8),
        (1000, 3, 240, False, R8),
        (1000, 3, 300, False, R10),
        (1050, 1, 50, True, Decimal("0.05")),
        (10, 1, 0, True, Decimal(0)),
    ],
)
def test_a_tax_that_does_not_say_its_rate(price, quantity, tax, included, rate):
    row = line(price, quantity, 0.1, tax)
    row["taxLines"][0]["rate"] = None
    total = price * quantity + (0 if included else tax)
    document = order([row], total, {0.1: tax}, taxesIncluded=included)
    document["taxLines"][0]["rate"] = None
    data = read(document)
    assert data.lines[0].tax_rate == rate
    assert [(r.rate, r.total, r.tax) for r in data.tax_summary] == [(rate, total, tax)]


@pytest.mark.parametrize(
    ("gateway", "status", "paid_in_full", "state"),
    [
        ("代金引換", "PENDING", False, "cod"),
        ("銀行振込", "PENDING", False, "unpaid"),
        ("shopify_payments", "SUCCESS", True, "paid"),
    ],
)
def test_an_order_without_financial_status(gateway, status, paid_in_full, state):
    data = read(
        order(
            [line(1100, 1, 0.1, 100)],
            1100,
            {0.1: 100},
            displayFinancialStatus=None,
            fullyPaid=paid_in_full,
            transactions=[paid(gateway, 1100, status)],
        )
    )
    assert data.payment_state == state


# --- neighbours of these facts ------------------------------------------------------------------


def test_a_fee_among_the_postage_is_not_the_delivery_method():
    rows = [shipping(330, 30, "代引手数料"), shipping(660, 60, "ゆうパック")]
    data = read(order([line(1100, 1, 0.1, 100)], 2090, {0.1: 190}, shipping=rows))
    assert (data.delivery_code, data.delivery_label) == ("ゆうパック", "ゆうパック")


def test_an_attempt_that_is_still_pending_is_not_how_it_was_paid():
    """Only what succeeded counts (section 8): the slip was never taken to the till."""
    rows = [paid("KOMOJU - コンビニ", 1100, "PENDING"), paid("shopify_payments", 1100)]
    data = read(order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}, transactions=rows))
    assert (data.payment_code, data.payment_state) == ("shopify_payments", "paid")


def test_a_shop_with_cents_shares_cents():
    """3 × 20.00 − 10.00, one taken off: 2 × 20.00 − 6.67."""
    row = line(20, 3, 0.1, 0, current=2, discounts=[off(10)])
    row["taxLines"] = []
    document = order([row], 50, {}, edited=True, currencyCode="USD")
    for holder, key, amount in (
        (row, "originalUnitPriceSet", "20.00"), (document, "totalPriceSet", "50.00"),
        (document, "currentTotalPriceSet", "33.33"),
        (row["discountAllocations"][0], "allocatedAmountSet", "10.00"),
    ):  # fmt: skip
        holder[key] = money(amount, "USD")
    document["currentTaxLines"] = []
    data = read(document)
    assert data.total == Decimal("33.33") and data.shop_coupon == Decimal("6.67")
