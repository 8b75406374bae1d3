"""Cells of order files that are easily misread: here what says that the money is there."""

import pytest
from ec_addons.ec_unified.lib import order_csv

MAPPING = {"number": "番号", "name": "氏名", "sku": "商品", "quantity": "数", "price": "単価",
           "paid": "入金"}  # fmt: skip


def state(cell):
    """The state of payment of an order with this cell."""
    rows = [list(MAPPING.values()), ["N-1", "山田 花", "TEA", "1", "100", cell]]
    [order] = order_csv.parse(rows, MAPPING, {})
    assert not order.error
    return order.payload["payment_state"]


@pytest.mark.parametrize(
    "cell",
    [
        "2026/11/01",
        "2026-11-01 10:20",
        "20261101",
        "済",
        "入金済み",
        "○",
        "1",
        "yes",
        "前払い済",
        "TRUE",
    ],
)
def test_money_that_is_there(cell):
    assert state(cell) == "paid"


@pytest.mark.parametrize(
    "cell",
    ["", "0", "０", "-", "ー", "×", "✕", "未", "未入金", "未払い", "入金待ち", "一部入金", "入金前",
     "なし", "無", "No", "FALSE", "0000-00-00 00:00:00", "0000/00/00", "unpaid"],
)  # fmt: skip
def test_money_that_is_not(cell):
    assert state(cell) == "unpaid"
