"""What a shop may show: the arithmetic of the stock rules."""

from datetime import datetime

import pytest
from ec_addons.ec_unified.lib.stock_math import (
    Policy,
    Told,
    classify_difference,
    decide,
    explained,
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


def test_of_two_listings_only_one_shows_the_last_units():
    for free, shown, cause in ((2, 0, "twin"), (3, 3, "free"), (0, 0, "sold_out")):
        decision = decide(free, Policy(guard=2), twin=True)
        assert (decision.quantity, decision.cause) == (shown, cause)


@pytest.mark.parametrize(
    ("free", "policy", "shown", "ahead", "cause"),
    [
        (0, Policy(backorder=10), 10, 10, "backorder"),
        (3, Policy(backorder=10), 13, 10, "backorder"),
        (3, Policy(backorder=10, cap=5), 5, 2, "backorder"),
        (9, Policy(backorder=10, cap=5), 5, 0, "cap"),
        (0, Policy(backorder=10, cap=0), 0, 0, "sold_out"),
        (3, Policy(backorder=10, fixed=7), 7, 4, "backorder"),
        (0, Policy(backorder=2, fixed=7), 2, 2, "backorder"),
        (9, Policy(backorder=2, fixed=7), 7, 0, "fixed"),
        (3, Policy(backorder=2, buffer=3), 2, 2, "backorder"),
    ],
)
def test_limits_hold_for_what_is_promised_too(free, policy, shown, ahead, cause):
    decision = decide(free, policy)
    assert (decision.quantity, decision.ahead, decision.cause) == (shown, ahead, cause)


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


def test_difference_a_sale_explains_is_our_omission():
    found = classify_difference(
        mall=4, sent=5, expected=5, tracked_by_signal=False, rejected=False, sold=True
    )
    assert found == "missed"


@pytest.mark.parametrize(
    ("shown", "numbers", "changes", "answer"),
    [
        (10, (10,), (), True),
        (9, (10,), (), False),
        (11, (10,), (), False),
        (9, (10,), (-1,), True),
        (10, (10,), (-1,), True),  # sold before the number was written
        (8, (10,), (-1,), False),
        (7, (10,), (-1, -2), True),
        (8, (10,), (-1, -2), True),
        (6, (10,), (-1, -2), False),
        (8, (10,), (-1, -3), False),
        (11, (10,), (1,), True),  # a cancellation gave it back
        (10, (10,), (-1, 1), True),
        (7, (10, 7), (), True),  # a write without an answer
        (6, (10, 7), (-1,), True),
        (5, (10, 7), (-1,), False),
        (99, (10,), (-1,) * 500, False),
        (-490, (10,), (-1,) * 500, True),
        (3, (10,), (-1,) * 500, True),
    ],
)
def test_what_sales_explain(shown, numbers, changes, answer):
    assert explained(shown, numbers, changes) is answer


def test_what_the_mall_should_show():
    told = Told(sent=10, since=datetime(2026, 11, 1), tried=(7,), changes=(-2, 1))
    assert told.least == 5
    assert told.explains(8) and told.explains(5) and not told.explains(4)
    assert told.explains(8, {"A": (3, 5, 4)}) and not told.explains(8, {"A": (9, 5, 4)})


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
