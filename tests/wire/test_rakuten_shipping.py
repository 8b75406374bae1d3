"""Parcels at the simulated mall: corrections, deletions, no number, hundreds at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from ec_addons.ec_channel_rakuten.lib import shipping as module
from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_channel_rakuten.lib.shipping import ShippingService
from ec_addons.ec_channel_rakuten.lib.shipping_rows import plan_rows
from ec_addons.ec_unified.lib.data import Parcel, ShipmentData
from ec_addons.ec_unified.lib.errors import ConflictError, DataError


@pytest.fixture
def service(mall, rms, orders):
    return ShippingService(rms, orders, sleep=mall.clock.advance)


def shipment(ref, *numbers, removed=(), basket=None, carrier="yamato"):
    parcels = tuple(
        Parcel(ref=n, destination_ref=basket, tracking_number=n, carrier_code=carrier,
               shipped_on=date(2026, 7, 15))
        for n in numbers
    )  # fmt: skip
    return ShipmentData(order_ref=ref, parcels=parcels, removed=tuple(removed))


def rows(mall, ref):
    return [row["shippingNumber"] for row in mall.order(ref)["shipments"]]


def detail_ids(mall, ref):
    packages = mall.store.orders[ref].model["PackageModelList"]
    return [row["shippingDetailId"] for p in packages for row in p["ShippingModelList"]]


def calls(mall, name):
    return mall.calls.get(name, 0)


# === Corrections ===


def test_a_corrected_number_keeps_its_row(mall, service):
    ref = mall.place("ready")
    service.push(shipment(ref, "A1"))
    ids = detail_ids(mall, ref)
    corrected = shipment(ref, "B1", removed=("A1",))
    assert service.push(corrected).ok
    assert (rows(mall, ref), detail_ids(mall, ref)) == (["B1"], ids)
    assert service.push(corrected).already


def test_a_withdrawn_number_is_deleted(mall, service):
    ref = mall.place("ready")
    service.push(shipment(ref, "A1", "A2"))
    assert service.push(shipment(ref, "A2", removed=("A1",))).ok
    assert rows(mall, ref) == ["A2"]
    gone = shipment(ref, removed=("A1", "A2"))
    assert service.push(gone).ok
    assert rows(mall, ref) == []
    assert service.push(gone).already


def test_rows_of_other_people_stay(mall, service):
    ref = mall.place("ready")
    service.push(shipment(ref, "TYPED-IN-RMS"))
    service.push(shipment(ref, "A1"))
    assert service.push(shipment(ref, "B1", removed=("A1",))).ok
    assert sorted(rows(mall, ref)) == ["B1", "TYPED-IN-RMS"]


def test_a_number_moves_to_another_destination(mall, service):
    ref = mall.place("several_destinations")
    order = parse_order(service.orders.get([ref])[ref])
    first, second = (d.ref for d in order.destinations[:2])
    service.push(shipment(ref, "A1", basket=first))
    assert service.push(shipment(ref, "A2", removed=("A1",), basket=second)).ok
    found = [(str(r["basket"]), r["shippingNumber"]) for r in mall.order(ref)["shipments"]]
    assert found == [(second, "A2")]


def test_doubled_rows_heal(mall, service):
    ref = mall.place("ready")
    plan = plan_rows(service.orders.get([ref])[ref], shipment(ref, "A1").parcels)
    for _time in range(2):  # what two writers do that do not read
        service.client.update_order_shipping(ref, plan)
    assert rows(mall, ref) == ["A1", "A1"]
    assert service.push(shipment(ref, "A1")).ok
    assert rows(mall, ref) == ["A1"]


def test_without_number_only_the_day_and_the_carrier(mall, service):
    ref = mall.place("ready")
    plain = shipment(ref, "", carrier="japanpost")
    assert service.push(plain).ok
    [row] = mall.order(ref)["shipments"]
    assert (row["shippingNumber"], row["deliveryCompany"]) == (None, "1003")
    assert service.push(plain).already
    assert service.push(shipment(ref, "A1")).ok, "the number comes later"
    assert rows(mall, ref) == ["A1"]


def test_a_number_that_is_taken_back(mall, service):
    ref = mall.place("ready")
    service.push(shipment(ref, "A1"))
    bare = shipment(ref, "", removed=("A1",))
    assert service.push(bare).ok, "left out means unchanged: the row must be told to lose it"
    assert rows(mall, ref) == [None]
    assert service.push(bare).already


def test_too_many_parcels(mall, service):
    result = service.push(shipment(mall.place("ready"), *(f"N{n}" for n in range(21))))
    assert not result.ok and result.error.reason == "too_many_parcels"


# === Hundreds ===


@pytest.fixture
def many(mall):
    return [mall.place("ready") for _number in range(120)]


def test_hundreds_go_asynchronously(mall, service, many):
    results = service.push_many([shipment(ref, f"N{n}") for n, ref in enumerate(many)])
    assert [r.ref for r in results] == many and all(r.ok for r in results)
    assert [rows(mall, ref) for ref in many] == [[f"N{n}"] for n in range(120)]
    assert (calls(mall, "updateOrderShippingAsync"), calls(mall, "updateOrderShipping")) == (2, 0)
    again = service.push_many([shipment(ref, f"N{n}") for n, ref in enumerate(many)])
    assert all(r.already for r in again)
    assert calls(mall, "updateOrderShippingAsync") == 2


def test_what_the_mall_refuses_comes_back_with_its_reason(mall, service, many):
    late = many[3]
    cancelled = mall.place("buyer_cancelled")
    early, unknown = mall.place("plain"), "999001-20260101-0000000000"
    shipments = [shipment(ref, f"N{n}") for n, ref in enumerate(many[:20])]
    shipments += [shipment(ref, "X1") for ref in (cancelled, early, unknown)]
    write = service.client.update_order_shipping_async

    def cancel_meanwhile(body):
        answer = write(body)
        mall.store.orders[late].progress = 900
        return answer

    service.client.update_order_shipping_async = cancel_meanwhile
    results = {r.ref: r for r in service.push_many(shipments)}
    assert sum(r.ok for r in results.values()) == 19
    for ref in (late, cancelled):
        assert isinstance(results[ref].error, DataError), "no use in trying again"
        assert results[ref].error.reason == "wrong_state"
    assert isinstance(results[early].error, ConflictError)
    assert results[unknown].error.reason == "not_found"


def test_one_bad_row_does_not_stop_the_others(mall, service, many):
    shipments = [shipment(ref, f"N{n}") for n, ref in enumerate(many[:12])]
    shipments[5] = shipment(many[5], "9" * 121)
    results = service.push_many(shipments)
    assert [r.ok for r in results] == [n != 5 for n in range(12)]
    assert results[5].error.reason == "parcel_refused"
    assert "shippingNumber" in results[5].error.params["says"]


def test_a_shop_without_the_asynchronous_function(mall, service, many):
    mall.enabled_functions -= {"rpay.order.updateOrderShippingAsync"}
    shipments = [shipment(ref, f"N{n}") for n, ref in enumerate(many[:12])]
    assert all(r.ok for r in service.push_many(shipments))
    assert calls(mall, "updateOrderShipping") == 12


@pytest.mark.parametrize("trouble", ["not ticked", "502_html"])
def test_a_result_that_cannot_be_fetched(mall, service, many, trouble):
    if trouble == "not ticked":
        mall.enabled_functions -= {"rpay.order.getResultUpdateOrderShippingAsync"}
    else:
        mall.faults.add(trouble, match="getResultUpdateOrderShippingAsync", times=4)
    shipments = [shipment(ref, f"N{n}") for n, ref in enumerate(many[:12])]
    assert all(r.ok for r in service.push_many(shipments))
    assert [rows(mall, ref) for ref in many[:12]] == [[f"N{n}"] for n in range(12)]


@pytest.mark.parametrize("kind", ["timeout_after", "cut"])
def test_a_lost_answer_doubles_nothing(mall, service, many, kind):
    mall.faults.add(kind, match="updateOrderShippingAsync", times=1, seconds=3)
    shipments = [shipment(ref, f"N{n}") for n, ref in enumerate(many[:12])]
    assert all(r.ok for r in service.push_many(shipments))
    assert [rows(mall, ref) for ref in many[:12]] == [[f"N{n}"] for n in range(12)]


def test_a_mall_that_takes_too_long(mall, service, many):
    mall.shop.waits.async_result = sum(module.ASYNC_WAITS) + 60
    shipments = [shipment(ref, f"N{n}") for n, ref in enumerate(many[:12])]
    results = service.push_many(shipments)
    assert {r.error.reason for r in results} == {"in_progress"}
    mall.clock.advance(120)
    assert all(r.already for r in service.push_many(shipments))
    assert [rows(mall, ref) for ref in many[:12]] == [[f"N{n}"] for n in range(12)]


def test_corrections_in_hundreds(mall, service, many):
    service.push_many([shipment(ref, f"A{n}") for n, ref in enumerate(many)])
    changed = [replace(shipment(ref, f"B{n}"), removed=(f"A{n}",)) for n, ref in enumerate(many)]
    assert all(r.ok for r in service.push_many(changed))
    assert [rows(mall, ref) for ref in many] == [[f"B{n}"] for n in range(120)]
