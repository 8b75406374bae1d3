"""What a shop may show: the arithmetic of the stock rules."""

import pytest
from ec_addons.ec_unified.lib.stock_math import (
    Policy,
    classify_difference,
    guarded,
    offered,
    pick_match,
    spread,
    whole_units,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("quantity", "units"),
    [(0, 0), (None, 0), (-3, 0), (2.7, 2), (sum([0.1] * 10), 1), (2.9999999, 3), (2.99, 2)],
)
def test_whole_units(quantity, units):
    assert whole_units(quantity) == units


@pytest.mark.parametrize(
    ("free", "policy", "shown"),
    [
        (10, Policy(), 10),
        (10, Policy(buffer=3), 7),
        (2, Policy(buffer=3), 0),
        (11, Policy(share=50), 5),
        (11, Policy(buffer=1, share=50), 5),
        (100, Policy(cap=20), 20),
        (100, Policy(share=10, cap=20), 10),
        (100, Policy(fixed=7), 7),
        (5, Policy(fixed=7), 5),
        (5, Policy(fixed=0), 0),
        (5, Policy(share=0), 0),
        (5, Policy(cap=0), 0),
        (-5, Policy(), 0),
    ],
)
def test_offered(free, policy, shown):
    assert offered(free, policy) == shown


def test_last_unit_guard():
    policy = Policy(guard=2)
    assert guarded(2, policy) and guarded(1, policy)
    assert not guarded(3, policy) and not guarded(0, policy)
    assert offered(2, policy, holds_last=False) == 0
    assert offered(2, policy, holds_last=True) == 2
    assert offered(3, policy, holds_last=False) == 3


numbers = st.integers(-50, 500)
policies = st.builds(
    Policy,
    buffer=numbers,
    share=numbers,
    cap=st.none() | numbers,
    fixed=st.none() | numbers,
    guard=numbers,
)


@given(free=st.floats(-100, 1000), policy=policies, holds=st.booleans())
def test_never_more_than_free_and_never_negative(free, policy, holds):
    assert 0 <= offered(free, policy, holds_last=holds) <= max(free + 1e-6, 0)


@given(less=st.integers(0, 300), more=st.integers(0, 300), policy=policies)
def test_more_stock_never_shows_less(less, more, policy):
    less, more = sorted((less, more))
    assert offered(less, policy) <= offered(more, policy)


@pytest.mark.parametrize(
    ("exact", "loose", "barcode", "result"),
    [
        ((1,), (), (), (1, set())),
        ((1,), (2, 3), (4,), (1, set())),
        ((1, 2), (), (2,), (2, set())),
        ((1, 2), (), (3,), (None, {1, 2})),
        ((), (5,), (), (5, set())),
        ((), (5, 6), (), (None, {5, 6})),
        ((), (), (7,), (7, set())),
        ((), (), (7, 8), (None, {7, 8})),
        ((), (), (), (None, set())),
    ],
)
def test_pick_match(exact, loose, barcode, result):
    assert pick_match(exact, loose, barcode) == result


@pytest.mark.parametrize(
    ("mall", "sent", "expected", "moving", "rejected", "cause"),
    [
        (5, 5, 5, False, False, None),
        (5, 4, 5, True, True, None),
        (None, 5, 5, False, False, "unknown_sku"),
        (4, 5, 5, False, True, "rejected"),
        (4, 5, 5, True, False, "in_flight"),
        (4, None, 5, False, False, "in_flight"),
        (4, 5, 5, False, False, "changed_at_mall"),
        (4, 4, 5, False, False, "missed"),
    ],
)
def test_classify_difference(mall, sent, expected, moving, rejected, cause):
    found = classify_difference(
        mall=mall, sent=sent, expected=expected, tracked_by_signal=moving, rejected=rejected
    )
    assert found == cause


@pytest.mark.parametrize(
    ("quantity", "free", "shares"),
    [
        (15, (10, 5), (10, 5)),
        (12, (10, 5), (10, 2)),
        (3, (10, 5), (3, 0)),
        (0, (10, 5), (0, 0)),
        (5, (-2, 5.0), (0, 5)),
        (4, (2.7, 2.2999), (2, 2)),
        (20, (10, 5), (15, 5)),
        (4, (), ()),
    ],
)
def test_spread_over_places(quantity, free, shares):
    places = {f"P{number}": units for number, units in enumerate(free)}
    assert tuple(spread(quantity, places).values()) == shares


@given(st.integers(0, 500), st.lists(st.floats(-5, 200), min_size=1, max_size=6))
def test_spread_is_the_whole_and_no_place_gets_more_than_it_has(quantity, free):
    places = dict(enumerate(free))
    shares = spread(quantity, places)
    assert sum(shares.values()) == quantity
    assert all(share >= 0 for share in shares.values())
    if quantity <= sum(map(whole_units, free)):
        assert all(shares[place] <= whole_units(units) for place, units in places.items())
