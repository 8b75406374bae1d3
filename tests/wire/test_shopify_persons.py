"""People, addresses and wishes of an order document (reference sections 7 and 16)."""

from __future__ import annotations

from datetime import date

import pytest
from ec_addons.ec_channel_shopify.lib.order_parse import ParseSettings, parse_order
from ec_addons.ec_channel_shopify.lib.persons import read_address, read_phone, read_zip
from ec_addons.ec_channel_shopify.lib.wishes import WishKeys, read_date, read_hours

from tests.wire.fixtures.shopify_orders import address, line, order


def flags(data):
    return {flag.code for flag in data.flags}


# --- people --------------------------------------------------------------------------------


def test_address_in_japanese_order():
    data = parse_order(order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}))
    person = data.destinations[0].address
    assert person.name == "見本 花子"
    assert (person.zip, person.state_code, person.phone) == ("150-0001", "JP-13", "0312345678")
    assert (person.city, person.street, person.street2) == ("渋谷区", "神宮前1-2-3", "例示ビル405")
    assert data.buyer.email == "hanako@example.com"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"lastName": "見本", "firstName": "花子"}, "見本 花子"),
        ({"lastName": "見本 花子", "firstName": None}, "見本 花子"),
        ({"lastName": "見本　花子", "firstName": ""}, "見本 花子"),
        ({"lastName": "見本花子", "firstName": "見本花子"}, "見本花子"),
        ({"lastName": None, "firstName": None, "name": "花子 見本"}, "花子 見本"),
        ({"lastName": None, "firstName": None, "name": None}, None),
    ],
)
def test_names(given, name):
    assert read_address(given).name == name


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("〒150-0001", "150-0001"), ("1500001", "150-0001"), ("１５０－０００１", "150-0001"),
     ("150", "150"), (None, None)],
)  # fmt: skip
def test_zip(raw, clean):
    assert read_zip(raw) == clean


def test_zip_and_state_of_another_country():
    person = read_address(address(countryCodeV2="US", provinceCode="CA", zip="94016"))
    assert (person.zip, person.state_code, person.country) == ("94016", "US-CA", "US")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("+819011112222", "09011112222"), ("+81 90-1111-2222", "090-1111-2222"),
     ("０３ー１２３４ー５６７８", "03-1234-5678"), ("+1 415 555 0100", "+1 415 555 0100"),
     ("", None)],
)  # fmt: skip
def test_phone(raw, clean):
    assert read_phone(raw) == clean


def test_protected_data_withheld():
    nothing = address(firstName=None, lastName=None, name=None, address1=None, address2=None,
                      zip=None, phone=None)  # fmt: skip
    data = parse_order(order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100}, shippingAddress=nothing,
                      billingAddress=None, customer=None, email=None))  # fmt: skip
    assert flags(data) == {"personal_data_missing"}
    assert data.buyer.name is None and data.destinations[0].address.city == "渋谷区"


def test_digital_order_needs_no_address():
    card = line(5000, 1, None, isGiftCard=True, requiresShipping=False)
    data = parse_order(order([card], 5000, {}, shippingAddress=None, requiresShipping=False))
    assert data.destinations == () and not data.flags
    assert data.lines[0].kind == "product"


# --- wishes --------------------------------------------------------------------------------


def test_wishes_note_and_gift():
    data = parse_order(
        order(
            [line(1100, 1, 0.1, 100, customAttributes=[{"key": "のし", "value": "御祝"}])],
            1100,
            {0.1: 100},
            note="留守の場合は電話ください\n",
            customAttributes=[
                {"key": "配送希望日", "value": "2026年11月25日(水)"},
                {"key": "配送希望時間帯", "value": "14:00-16:00"},
                {"key": "メッセージカード", "value": "おめでとう"},
                {"key": "ラッピング", "value": "なし"},
            ],
        )
    )
    assert data.wish_date == date(2026, 11, 25)
    assert (data.wish_time_from, data.wish_time_to) == (14, 16)
    assert data.wish_text == "2026年11月25日(水) / 14:00-16:00"
    assert data.remarks == "留守の場合は電話ください"
    assert data.is_gift and data.wrapping_text is None
    assert (data.destinations[0].noshi, data.destinations[0].message) == ("御祝", "おめでとう")


def test_keys_of_the_shop():
    document = order([line(1100, 1, 0.1, 100)], 1100, {0.1: 100},
                     customAttributes=[{"key": "Ｄａｙ ", "value": "11/25"}])  # fmt: skip
    settings = ParseSettings(wish_keys=WishKeys(date=("day",)))
    assert parse_order(document, settings).wish_date == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "found"),
    [("2026-11-25", date(2026, 11, 25)), ("2026/11/5", date(2026, 11, 5)),
     ("２０２６年１１月２５日（水）", date(2026, 11, 25)), ("20261125", date(2026, 11, 25)),
     ("12月1日", date(2026, 12, 1)), ("1/5", date(2027, 1, 5)), ("2026-13-45", None),
     ("最短でお届け", None)],
)  # fmt: skip
def test_dates(text, found):
    assert read_date(text, date(2026, 11, 20)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("14:00-16:00", (14, 16)), ("14:00〜16:00", (14, 16)), ("14時～16時", (14, 16)),
     ("１４時から１６時", (14, 16)), ("1416", (14, 16)), ("午前中", (8, 12)),
     ("午前中(8時-12時)", (8, 12)), ("午後2時〜4時", (14, 16)), ("18時以降", (18, None)),
     ("12時まで", (None, 12)), ("指定なし", None), ("25:00-26:00", None), ("いつでも", None)],
)  # fmt: skip
def test_hours(text, found):
    assert read_hours(text) == found
