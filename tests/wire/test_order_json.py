"""Orders without a mall are stored as JSON and read back whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from ec_addons.ec_unified.lib import data
from ec_addons.ec_unified.lib.errors import DataError
from ec_addons.ec_unified.lib.order_json import order_from_json, record_from_json

WHEN = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
HOME = data.Address(name="見本 花子", zip="1000001", state_code="JP-13", city="千代田区")
ORDER = data.OrderData(
    ref="R-1",
    number="1001",
    ordered_at=WHEN,
    confirm_by=WHEN,
    buyer=HOME,
    destinations=(
        data.Destination(ref="1", address=HOME, wish_date=date(2026, 11, 5), wish_time_from=14),
    ),
    lines=(data.OrderLine(ref="1", amount=Decimal("1100"), tax_rate=None, quantity=Decimal(2)),),
    tax_summary=(data.TaxSummary(rate=Decimal("0.10"), total=Decimal(1100), tax=Decimal(100)),),
    total=Decimal("1100"),
    refunded=Decimal("0.5"),
    payment_due_on=date(2026, 11, 9),
    flags=(data.OrderFlag(code="gift"),),
    shipments=(data.ShipmentState(ref="9", shipped_on=date(2026, 11, 3)),),
    is_gift=True,
)


def as_json(record):
    """As the database keeps it."""
    return json.loads(
        json.dumps(
            asdict(record), default=lambda v: v.isoformat() if hasattr(v, "year") else str(v)
        )
    )


def test_an_order_comes_back_as_it_was():
    assert order_from_json(as_json(ORDER)) == ORDER


def test_a_listing_comes_back_as_it_was():
    sku = data.ListingSkuData(
        ref="1", price=Decimal("1080"), available_on=date(2026, 12, 1), extra={"item": "5"}
    )
    listing = data.ListingData(ref="A", tax_rate=Decimal("0.08"), skus=(sku,))
    assert record_from_json(data.ListingData, as_json(listing)) == listing


@pytest.mark.parametrize(
    "change",
    [
        {"ordered_at": "2026-11-01T10:00:00"},
        {"ordered_at": "yesterday"},
        {"total": "a lot"},
        {"unheard_of": 1},
        {"lines": "1 × tea"},
        {"lines": [{"ref": "1", "unheard_of": 1}]},
        {"destinations": [{"ref": "1"}]},
    ],
    ids=str,
)
def test_what_is_no_order_is_refused(change):
    with pytest.raises(DataError) as caught:
        order_from_json({**as_json(ORDER), **change})
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("missing", ["ref", "number", "ordered_at", "lines"])
def test_what_every_order_has_must_be_there(missing):
    with pytest.raises(DataError):
        order_from_json({name: value for name, value in as_json(ORDER).items() if name != missing})
