"""Five simultaneous buyers of the last piece on two malls, two hundred times."""

import pytest

from tools.lab import Lab

from . import last_piece, shops

PIECES, BUYERS = 200, 5


@pytest.fixture
def lab():
    rows = last_piece.items("OPEN", PIECES) + last_piece.items("GUARD", PIECES)
    with (
        shops.stopped(last_piece.start_malls(rows)) as malls,
        Lab("ec_last_piece", malls) as laboratory,
    ):
        last_piece.connect(laboratory, rows)
        yield laboratory


def test_one_buyer_gets_every_last_piece(lab):
    """Guarded: nobody else can even order. Unguarded: the earlier keeps it, the other is named."""
    shown = [mall.stock() for mall in lab.malls.values()]
    skus = sorted(shown[0])
    guarded = [sku for sku in skus if sku.startswith("GUARD")]
    assert [sorted(stock[sku] for stock in shown) for sku in guarded] == [[0, 1]] * PIECES

    sold = last_piece.rush(lab.malls, skus, BUYERS, seed=9)
    assert [sold[sku] for sku in guarded] == [1] * PIECES, "only one shop showed it"
    met = [sku for sku in skus if sold[sku] > 1]
    assert len(met) == PIECES, "without the guard every mall sold its own last piece"

    last_piece.import_at_once(lab)
    orders = last_piece.orders(lab)
    assert len(orders) == sum(sold.values())
    for sku in skus:
        buyers = sorted((o for o in orders if o["sku"] == sku), key=lambda o: o["at"])
        assert len(buyers) == sold[sku]
        keeps = [order for order in buyers if order["moves"] == ["assigned"]]
        goes_without = [order for order in buyers if order not in keeps]
        assert len(keeps) == 1, buyers
        assert keeps[0]["at"] == buyers[0]["at"], buyers  # malls tell the second only
        assert not keeps[0]["short"]
        assert all(o["moves"] == ["confirmed"] and o["short"] for o in goes_without), buyers
