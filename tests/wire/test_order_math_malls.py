"""Orders of the simulated Rakuten mall come out at its own figures, without any difference line."""

from datetime import datetime

from ec_addons.ec_channel_rakuten.lib.order_parse import parse_order
from ec_addons.ec_unified.lib.order_math import book_order

from tests.malls.common.clock import JST, SimClock
from tests.malls.rakuten import RakutenMall, Shop


def test_random_orders_of_every_situation():
    clock = SimClock(datetime(2026, 6, 4, 10, 15, 30, tzinfo=JST), frozen=True)
    mall = RakutenMall(clock, Shop())
    mall.add_items()
    decided = 0
    for ref in mall.generate(300, seed=5, mix="all"):
        data = parse_order(mall.store.orders[ref].model)
        if data.undecided:
            continue
        decided += 1
        booking, expected = book_order(data), mall.order(ref)
        assert not booking.differences, ref
        assert booking.total == expected["shop_earns"], ref
        figures = {
            str(round(rate * 100)): {
                "base_incl": sum(row.amount for row in booking.lines if row.rate == rate),
                "tax": sum(row.tax for row in booking.lines if row.rate == rate),
            }
            for rate in {row.rate for row in booking.lines if row.rate is not None}
        }
        assert _nonzero(figures) == _nonzero(expected["tax"]), ref
    assert decided > 250


def _nonzero(figures):
    return {rate: row for rate, row in figures.items() if any(row.values())}
