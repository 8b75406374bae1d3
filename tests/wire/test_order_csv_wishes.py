"""Order files: a wished day belongs to the destination of its row."""

import pytest
from ec_addons.ec_unified.lib import order_csv
from ec_addons.ec_unified.lib.order_json import order_from_json

HEAD = "受注番号 注文者名 送付先名 送付先住所 商品コード 数量 単価 お届け希望日".split()


def read(*rows):
    """One order: rows of (recipient, wished day)."""
    table = [
        HEAD,
        *(["1", "山田 花子", name, f"東京都千代田区{name}1-1", f"A{n}", "1", "100", wish]
          for n, (name, wish) in enumerate(rows)),
    ]  # fmt: skip
    (parsed,) = order_csv.parse(table, order_csv.guess(HEAD), {"東京都": "JP-13"})
    return parsed


def wishes(parsed):
    """(the order's day, days of its destinations)"""
    data = order_from_json(parsed.payload)
    text = [str(place.wish_date or "") for place in data.destinations]
    return str(data.wish_date or ""), text


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("甲", "2026-12-24"), ("乙", "2026/12/28")], ("", ["2026-12-24", "2026-12-28"])),
        ([("甲", "2026-12-24"), ("乙", "2026-12-24")], ("2026-12-24", ["", ""])),
        ([("甲", "2026-12-24"), ("乙", "")], ("2026-12-24", ["", ""])),
        ([("甲", ""), ("乙", "")], ("", ["", ""])),
        (
            [("甲", "2026-12-24"), ("乙", "2026-12-28"), ("丙", "")],
            ("", ["2026-12-24", "2026-12-28", ""]),
        ),
        ([("甲", "2026-12-24"), ("甲", ""), ("甲", "2026-12-24")], ("2026-12-24", [""])),
    ],
)
def test_a_day_per_destination(rows, found):
    parsed = read(*rows)
    assert not parsed.error
    assert wishes(parsed) == found


def test_two_days_for_one_destination_are_refused():
    parsed = read(("甲", "2026-12-24"), ("乙", "2026-12-28"), ("甲", "2026-12-25"))
    assert (parsed.error, parsed.differs) == ("wish_date", True)


def test_a_day_that_is_none_is_named():
    parsed = read(("甲", "2026-12-24"), ("乙", "13月"))
    assert (parsed.error, parsed.text, parsed.differs) == ("wish_date", "13月", False)
