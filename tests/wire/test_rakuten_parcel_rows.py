"""Parcel rows the mall writes otherwise than we did, and what it says against them."""

from __future__ import annotations

from datetime import date

import pytest
from ec_addons.ec_channel_rakuten.lib.shipping import ShippingService
from ec_addons.ec_channel_rakuten.lib.shipping_rows import plan_rows, same_number
from ec_addons.ec_unified.lib.data import Parcel, ShipmentData
from ec_addons.ec_unified.lib.errors import ConflictError, DataError

from tests.wire.fixtures.rakuten_models import item, order, package, plain_order

DAY = date(2026, 7, 15)
PREFIX = "ORDER_EXT_API_UPDATE_ORDERSHIPPING_"


@pytest.fixture
def service(mall, rms, orders):
    return ShippingService(rms, orders, sleep=mall.clock.advance)


def parcel(number, basket=None):
    return Parcel(
        ref=number, destination_ref=basket, tracking_number=number, carrier_code="yamato",
        shipped_on=DAY,
    )  # fmt: skip


def shipment(ref, *numbers, removed=()):
    return ShipmentData(order_ref=ref, parcels=tuple(map(parcel, numbers)), removed=removed)


def row(ref, number=None, company=None, day=None):
    return {
        "shippingDetailId": ref, "shippingNumber": number, "deliveryCompany": company,
        "deliveryCompanyName": None, "shippingDate": day,
    }  # fmt: skip


def rows_of(mall, ref):
    (only,) = mall.store.orders[ref].model["PackageModelList"]
    return only["ShippingModelList"]


def planned(model, *numbers, removed=()):
    return [
        changed
        for basket in plan_rows(model, [parcel(n) for n in numbers], removed)
        for changed in basket["ShippingModelList"]
    ]


# === The same row, written otherwise ===

ECHOES = [
    {"shippingNumber": "1234-5678-9012"},
    {"shippingNumber": "１２３４５６７８９０１２"},
    {"shippingNumber": " 123456789012 "},
    {"shippingNumber": 123456789012},
    {"deliveryCompany": 1001},
    {"shippingDate": "2026-07-15T00:00:00+0900"},
    {"shippingDate": "2026/07/15"},
    {"shippingDate": "20260715"},
]


@pytest.mark.parametrize("echo", ECHOES, ids=str)
def test_a_row_is_known_again_however_the_mall_writes_it(mall, service, echo):
    """Otherwise every retry would add the same parcel once more."""
    ref = mall.place("ready")
    parcels = shipment(ref, "123456789012")
    assert service.push(parcels).ok
    rows_of(mall, ref)[0].update(echo)
    assert service.push(parcels).already
    assert len(rows_of(mall, ref)) == 1
    assert mall.calls["updateOrderShipping"] == 1


def test_a_withdrawn_number_is_found_with_hyphens(mall, service):
    ref = mall.place("ready")
    service.push(shipment(ref, "123456789012"))
    rows_of(mall, ref)[0]["shippingNumber"] = "1234-5678-9012"
    assert service.push(shipment(ref, removed=("123456789012",))).ok
    assert rows_of(mall, ref) == []


def test_different_numbers_stay_different():
    assert same_number("1234-5678-9012") == same_number("１２３４５６７８９０１２")
    assert same_number("RR123456785JP") == same_number("rr 123 456 785 jp")
    assert len({same_number(n) for n in ("1", "10", "01", "", "A1")}) == 5
    assert same_number(None) == ""


# === Rows that say nothing (2.2: the mall waits for each row to be filled) ===


def model_with(*rows):
    return order(package(501, [item(11, 2200)], ShippingModelList=list(rows)))


def test_empty_rows_beside_a_parcel_go():
    model = model_with(row(1), row(2), row(3, company="1001"))
    changed = planned(model, "A1")
    assert changed[0]["shippingDetailId"] == 1 and changed[0]["shippingNumber"] == "A1"
    assert changed[1:] == [{"shippingDetailId": n, "shippingDeleteFlag": 1} for n in (2, 3)]


def test_rows_somebody_dated_stay():
    assert planned(model_with(row(1), row(2, day="2026-07-14")), "A1") == [
        {"shippingDetailId": 1, "deliveryCompany": "1001", "shippingDate": "2026-07-15",
         "shippingNumber": "A1"},
    ]  # fmt: skip


def test_empty_rows_alone_are_no_reason_to_write():
    done = row(1, "A1", "1001", "2026-07-15")
    assert planned(model_with(done, row(2)), "A1") == []
    assert planned(model_with(row(2))) == []


# === What the mall says against it ===


class _Mall:
    """One order, and one answer to everything that is written."""

    def __init__(self, progress, *messages, error=None):
        self.model = plain_order(progress=progress)
        self.answer, self.error, self.written = {"MessageModelList": list(messages)}, error, []

    def get(self, numbers):
        return {number: self.model for number in numbers}

    def update_order_shipping(self, number, baskets):
        self.written.append(baskets)
        if self.error:
            raise self.error
        return self.answer

    def push(self, *numbers):
        ref = self.model["orderNumber"]
        return ShippingService(self, self).push(shipment(ref, *numbers)).error


def said(code, text, place):
    return {
        "messageType": "ERROR", "messageCode": PREFIX + code, "message": text,
        "dataNumber": place, "shippingDetailId": None,
    }  # fmt: skip


def test_every_row_that_is_refused_is_named():
    mall = _Mall(
        300,
        said("ERROR_011", "shippingDateの書式が不正です。", 1),
        {"messageType": "INFO", "messageCode": PREFIX + "INFO_101", "dataNumber": 2},
        said("ERROR_011", "shippingNumberの書式が不正です。", 3),
    )
    error = mall.push("A1", "A2", "A3")
    assert type(error) is DataError and error.reason == "parcel_refused"
    assert error.params["says"] == (
        "A1: shippingDateの書式が不正です。／A3: shippingNumberの書式が不正です。"
    )


def test_one_parcel_needs_no_name():
    error = _Mall(300, said("ERROR_011", "shippingDateの書式が不正です。", 1)).push("A1")
    assert error.params["says"] == "shippingDateの書式が不正です。"


def test_a_refusal_for_an_unknown_reason_is_tried_again():
    """2.9: also while somebody edits the order in RMS."""
    error = _Mall(300, said("ERROR_777", "編集中です。", None)).push("A1")
    assert type(error) is ConflictError
    assert (error.reason, error.params["says"]) == ("parcel_refused", "編集中です。")


@pytest.mark.parametrize("progress", [600, 700])
def test_corrections_after_500_are_for_the_mall_to_refuse(progress):
    """2.1: whether it takes them is not known."""
    mall = _Mall(progress, said("ERROR_777", "更新できません。", None))
    error = mall.push("A1")
    assert mall.written
    assert type(error) is DataError and error.reason == "wrong_state"
    assert error.params["state"].startswith("支払手続き")


@pytest.mark.parametrize(
    ("progress", "kind"),
    [(100, ConflictError), (200, ConflictError), (400, ConflictError), (800, DataError),
     (900, DataError)],
)  # fmt: skip
def test_what_is_sure_to_be_refused_is_not_asked(progress, kind):
    mall = _Mall(progress)
    error = mall.push("A1")
    assert type(error) is kind and error.reason == "wrong_state"
    assert not mall.written


def test_cancelled_meanwhile():
    error = _Mall(300, said("ERROR_102", "キャンセル済み", None)).push("A1")
    assert (error.reason, error.params["state"]) == ("wrong_state", "キャンセル確定")


def test_the_whole_call_refused():
    refused = DataError("x", code=f"{PREFIX}ERROR_009", params={"says": "basketIdの項目を指定"})
    error = _Mall(300, error=refused).push("A1", "A2")
    assert (error.reason, error.params["says"]) == ("parcel_refused", "basketIdの項目を指定")


def test_a_destination_the_mall_has_no_more():
    with pytest.raises(DataError) as caught:
        plan_rows(plain_order(), [parcel("A1", basket="999")])
    assert caught.value.reason == "destination_gone"


def test_more_parcels_than_a_destination_takes():
    with pytest.raises(DataError) as caught:
        plan_rows(plain_order(), [parcel(f"A{n}") for n in range(21)])
    assert (caught.value.reason, caught.value.params["limit"]) == ("too_many_parcels", 20)
