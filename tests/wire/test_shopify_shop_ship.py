"""Parcels at the simulated shop: reported once, corrected, withdrawn, verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from ec_addons.ec_channel_shopify.lib.fulfilment import push_shipment
from ec_addons.ec_unified.lib.data import Parcel, ShipmentData
from ec_addons.ec_unified.lib.errors import ConflictError, DataError, TransientError

from tests.malls.shopify import figures
from tests.malls.shopify.checkout import hold
from tests.malls.shopify.model import Order
from tests.wire.fixtures.shopify_shop import (  # noqa: F401
    client_fixture,
    fetch,
    shop_fixture,
)


def parcel(number, lines=(), carrier="yamato", delivery=""):
    return Parcel(
        ref=number,
        destination_ref="shipping",
        tracking_number=number,
        carrier_code=carrier,
        shipped_on=date(2026, 11, 22),
        lines=tuple(lines),
        delivery_ref=delivery,
    )


def shipment(ref, *parcels, removed=()):
    rows = tuple(p if isinstance(p, Parcel) else parcel(p) for p in parcels)
    return ShipmentData(order_ref=ref, parcels=rows, removed=tuple(removed))


def shown(shop, ref):
    """Numbers per parcel report that was not cancelled."""
    rows = shop.order(ref)["shipments"]
    return [row["numbers"] for row in rows if row["status"] != "CANCELLED"]


def push(client, data, **options):
    result = push_shipment(client, data, **options)
    assert result.ok, result.error
    return result


# --- once ---


def test_shipment_is_reported_once(shop, client):
    ref = shop.place("two_rates")
    data = replace(shipment(ref, "123456789012"), notify_buyer=True)
    assert not push(client, data).already
    assert push(client, data).already
    [sent] = shop.order(ref)["shipments"]
    assert (sent["company"], sent["numbers"]) == ("Yamato (JA)", ["123456789012"])
    assert fetch(client, ref).shipments[0].tracking_number == "123456789012"


@pytest.mark.parametrize("kind", ["timeout_after", "reset", "500", "cut"])
def test_shipment_without_answer_is_read_before_it_is_sent_again(shop, client, kind):
    ref = shop.place("two_rates")
    shop.faults.add(kind, match="fulfillmentCreate", times=1, seconds=6)
    push(client, shipment(ref, "4444"))
    assert shown(shop, ref) == [["4444"]]


@pytest.mark.parametrize(
    ("scenario", "kind", "reason"),
    [("cancelled", DataError, "order_cancelled"), ("hold", ConflictError, "on_hold"),
     ("fulfilled", ConflictError, "nothing_to_ship")],
)  # fmt: skip
def test_shipment_that_is_not_possible(shop, client, scenario, kind, reason):
    result = push_shipment(client, shipment(shop.place(scenario), "5555"))
    assert not result.ok and isinstance(result.error, kind)
    assert result.error.reason == reason


def test_an_unknown_order(shop, client):
    result = push_shipment(client, shipment("gid://shopify/Order/99999999", "5555"))
    assert result.error.reason == "not_found"


# --- several parcels and deliveries ---


def test_several_parcels_are_one_report(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, "1111", "2222"))
    assert shown(shop, ref) == [["1111", "2222"]]
    push(client, shipment(ref, "1111", "2222", "3333"))
    assert shown(shop, ref) == [["1111", "2222", "3333"]]


def test_a_split_order_is_one_report_per_location(shop, client):
    ref = shop.place("split")
    push(client, shipment(ref, "3333"))
    assert shown(shop, ref) == [["3333"], ["3333"]]
    push(client, shipment(ref, "4444", removed=["3333"]))
    assert shown(shop, ref) == [["4444"], ["4444"]]
    assert shop.order(ref)["state"] == "fulfilled"


def partial(shop, ref, first, second):
    """Two deliveries of one order: the first line, and the rest."""
    rows = shop.order(ref)["lines"]
    one = [parcel(n, [(rows[0]["ref"], Decimal(1))], delivery="D1") for n in first]
    lines = [(rows[0]["ref"], Decimal(1)), (rows[1]["ref"], Decimal(1))]
    return [*one, *(parcel(n, lines, delivery="D2") for n in second)]


def test_partial_deliveries(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, *partial(shop, ref, ["1111"], [])))
    push(client, shipment(ref, *partial(shop, ref, ["1111"], ["2222"])))
    assert shown(shop, ref) == [["1111"], ["2222"]]
    assert shop.order(ref)["state"] == "fulfilled"


def test_several_parcels_of_a_partial_delivery(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, *partial(shop, ref, ["1111", "1112"], ["2222", "2223"])))
    assert shown(shop, ref) == [["1111", "1112"], ["2222", "2223"]]


def test_two_deliveries_with_one_number(shop, client):
    ref = shop.place("two_rates")
    data = shipment(ref, *partial(shop, ref, ["1111"], ["1111"]))
    push(client, data)
    assert shown(shop, ref) == [["1111"], ["1111"]]
    assert shop.order(ref)["state"] == "fulfilled"
    assert push(client, data).already


# --- several locations, and what is not ours ---


def places_of(shop, ref):
    """Locations of the order's fulfilment orders."""
    return [found.location for found in shop.store.get(ref, Order).fulfillment_orders]


def both_lines(shop, ref):
    """One delivery with all goods, as the second of two deliveries has it."""
    return [(row["ref"], Decimal(row["quantity"])) for row in shop.order(ref)["lines"]]


def test_the_second_location_is_reported_after_its_call_failed(shop, client, monkeypatch):
    ref = shop.place("split")
    data = shipment(ref, parcel("3333", both_lines(shop, ref), delivery="D1"))
    calls, execute = [], client.execute

    def second_fails(name, *args, **options):
        calls.append(name)
        if name == "fulfillment_create" and calls.count(name) == 2:
            raise TransientError("away", reason="unavailable")
        return execute(name, *args, **options)

    monkeypatch.setattr(client, "execute", second_fails)
    assert not push_shipment(client, data).ok
    assert shown(shop, ref) == [["3333"]]
    push(client, data)
    assert shown(shop, ref) == [["3333"], ["3333"]]
    assert shop.order(ref)["state"] == "fulfilled" and push(client, data).already


@pytest.mark.parametrize("lined", [True, False])
def test_goods_another_location_is_to_send_are_named(shop, client, lined):
    ref = shop.place("split")
    ours, other = places_of(shop, ref)
    data = shipment(ref, parcel("3333", both_lines(shop, ref) if lined else ()))
    for _again in range(2):
        result = push_shipment(client, data, locations={ours.gid})
        assert isinstance(result.error, DataError) and result.error.reason == "other_location"
        assert result.error.params == {"what": other.name}
        assert shown(shop, ref) == [["3333"]]
    push(client, data, locations={ours.gid, other.gid})
    assert shop.order(ref)["state"] == "fulfilled"


def test_goods_of_another_location_that_we_did_not_send_are_not_ours(shop, client):
    ref = shop.place("split")
    ours, other = places_of(shop, ref)
    [(line, _quantity), *_rest] = both_lines(shop, ref)
    shop.event(ref, "fulfill", location=other.gid)
    push(client, shipment(ref, parcel("3333", [(line, Decimal(1))])), locations={ours.gid})
    assert ["3333"] in shown(shop, ref)


@pytest.mark.parametrize("other", ["place", "later"])
def test_goods_that_leave_by_turns(shop, client, other):
    """Two pieces of one line: one is ours to send now, one another place's, or one for later."""
    ref = shop.place("split")
    ours, theirs = places_of(shop, ref)
    if other == "later":
        shop.store.get(ref, Order).fulfillment_orders[1].status = "SCHEDULED"
    options = {"locations": {ours.gid}} if other == "place" else {}
    [(line, quantity), *_rest] = both_lines(shop, ref)
    assert quantity == 2 and theirs is not ours
    first = parcel("3333", [(line, Decimal(1))], delivery="D1")
    push(client, shipment(ref, first), **options)
    second = parcel("4444", [(line, Decimal(1))], delivery="D2")
    result = push_shipment(client, shipment(ref, first, second), **options)
    assert result.error.reason == ("other_location" if other == "place" else "scheduled")


def test_a_part_on_hold_is_reported_when_it_is_released(shop, client):
    ref = shop.place("split")
    hold(shop.store, shop.store.get(ref, Order).fulfillment_orders[1], "INCORRECT_ADDRESS", None)
    result = push_shipment(client, shipment(ref, "3333"))
    assert isinstance(result.error, ConflictError) and result.error.reason == "on_hold"
    assert shown(shop, ref) == [["3333"]]
    shop.event(ref, "release")
    push(client, shipment(ref, "3333"))
    assert shown(shop, ref) == [["3333"], ["3333"]]


def test_a_part_planned_for_later_is_not_silently_told(shop, client):
    """Pre-order or subscription: the shop takes no report of it before it is opened there."""
    ref = shop.place("split")
    later = shop.store.get(ref, Order).fulfillment_orders[1]
    later.status = "SCHEDULED"
    for _again in range(2):
        result = push_shipment(client, shipment(ref, "3333"))
        assert isinstance(result.error, ConflictError) and result.error.reason == "scheduled"
        assert shown(shop, ref) == [["3333"]]
    later.status = "OPEN"
    push(client, shipment(ref, "3333"))
    assert shown(shop, ref) == [["3333"], ["3333"]]


def test_an_order_planned_for_later_is_not_called_shipped(shop, client):
    result = push_shipment(client, shipment(shop.place("scheduled"), "5555"))
    assert isinstance(result.error, ConflictError) and result.error.reason == "scheduled"


def test_fulfilment_orders_beyond_the_first_page(shop, client, monkeypatch):
    """Moves, splits and withdrawn parcels leave closed ones behind: the open one may be last."""
    ref = shop.place("split")
    execute = client.execute

    def small_pages(name, variables, **options):
        if name.startswith("order_shipping"):
            variables = {**variables, "first": 1}
        return execute(name, variables, **options)

    monkeypatch.setattr(client, "execute", small_pages)
    push(client, shipment(ref, "3333"))
    assert shown(shop, ref) == [["3333"], ["3333"]]
    assert shop.order(ref)["state"] == "fulfilled"


def test_more_parcels_than_a_short_list_holds(shop, client):
    ref = shop.place("two_rates")
    numbers = [f"{n:012d}" for n in range(1, 16)]
    push(client, shipment(ref, *numbers))
    assert shown(shop, ref) == [numbers]
    assert push(client, shipment(ref, *numbers)).already
    assert len(fetch(client, ref).shipments) == 15


def test_a_fee_leaves_with_the_last_goods(shop, client):
    """A line that is no goods stands in the fulfilment order as well: left there, the order would
    never be fulfilled."""
    ref = shop.place("cod_fee_line")
    goods = shop.order(ref)["lines"][0]
    push(client, shipment(ref, parcel("1111", [(goods["ref"], Decimal(goods["quantity"]))])))
    order = shop.store.get(ref, Order)
    assert shown(shop, ref) == [["1111"]]
    assert figures.fulfillment_status(order) == "FULFILLED"


# --- corrections ---


def test_tracking_number_is_replaced(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, "6666"))
    data = shipment(ref, parcel("7777", carrier="sagawa"), removed=["6666"])
    assert not push(client, data).already
    [row] = shop.order(ref)["shipments"]
    assert (row["numbers"], row["company"]) == (["7777"], "Sagawa (JA)")
    assert push(client, data).already


def test_another_carrier_for_the_same_number(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, "6666"))
    push(client, shipment(ref, parcel("6666", carrier="sagawa")))
    [row] = shop.order(ref)["shipments"]
    assert row["company"] == "Sagawa (JA)"


def test_one_of_two_parcels_is_withdrawn(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, "1111", "2222"))
    push(client, shipment(ref, "2222", removed=["1111"]))
    assert shown(shop, ref) == [["2222"]]


def test_a_withdrawn_delivery_opens_its_goods_again(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, "1111"))
    gone = shipment(ref, removed=["1111"])
    push(client, gone)
    assert shown(shop, ref) == [] and shop.order(ref)["state"] == "open"
    assert push(client, gone).already
    push(client, shipment(ref, "2222", removed=["1111"]))
    assert shown(shop, ref) == [["2222"]] and shop.order(ref)["state"] == "fulfilled"


def test_the_right_delivery_of_two_is_corrected(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, *partial(shop, ref, ["1111"], ["2222"])))
    push(client, shipment(ref, *partial(shop, ref, ["1111"], ["3333"]), removed=["2222"]))
    assert shown(shop, ref) == [["1111"], ["3333"]]
    push(client, shipment(ref, *partial(shop, ref, ["4444"], ["5555"]), removed=["1111", "3333"]))
    assert shown(shop, ref) == [["4444"], ["5555"]]


def test_a_withdrawn_delivery_and_another_one_are_not_mixed_up(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, *partial(shop, ref, [], ["2222"])))
    push(client, shipment(ref, *partial(shop, ref, ["1111"], []), removed=["2222"]))
    assert shown(shop, ref) == [["1111"]]
    assert shop.order(ref)["state"] == "open", "the other goods are still to be sent"


def test_what_a_person_entered_stays(shop, client):
    ref = shop.place("two_rates")
    push(client, shipment(ref, "1111", "HAND"))
    push(client, shipment(ref, "2222", removed=["1111"]))
    assert shown(shop, ref) == [["2222", "HAND"]]
    push(client, shipment(ref, removed=["2222"]))
    assert shown(shop, ref) == [["HAND"]]


@pytest.mark.parametrize("name", ["fulfillmentTrackingInfoUpdate", "fulfillmentCancel"])
def test_a_correction_without_answer(shop, client, name):
    ref = shop.place("two_rates")
    push(client, shipment(ref, "1111"))
    shop.faults.add("timeout_after", match=name, times=1, seconds=6)
    numbers = [] if name == "fulfillmentCancel" else ["2222"]
    push(client, shipment(ref, *numbers, removed=["1111"]))
    assert shown(shop, ref) == [numbers] * len(numbers)


# --- without number ---


def test_without_number_and_the_number_later(shop, client):
    ref = shop.place("two_rates")
    plain = shipment(ref, "")
    push(client, plain)
    assert shown(shop, ref) == [[]] and shop.order(ref)["state"] == "fulfilled"
    assert push(client, plain).already
    push(client, shipment(ref, "1111"))
    assert shown(shop, ref) == [["1111"]]


def test_a_gift_card_sent_by_the_shop_gets_no_tracking(shop, client):
    ref = shop.place("two_rates")
    rows = shop.order(ref)["lines"]
    push(client, shipment(ref, parcel("", [(rows[0]["ref"], Decimal(1))])))
    data = shipment(ref, "1111")
    push(client, data)
    assert shown(shop, ref) == [[], ["1111"]]
    assert push(client, data).already
