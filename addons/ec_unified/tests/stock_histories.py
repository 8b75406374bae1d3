"""Random histories for ``stock_world``.

``EC_PROPERTY_EXAMPLES=500`` tries that many instead of a few that are always the same.
"""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .stock_world import FAULTS

_NUMBER = st.integers(0, 7)
_SHOP = st.integers(0, 3)
_CRASH = st.none() | st.integers(0, 12)
STEP = st.one_of(
    st.tuples(st.just("sell"), _NUMBER, st.integers(1, 3)),
    st.tuples(st.just("receive"), _NUMBER, st.sampled_from([1, 2, 3, -1])),
    st.tuples(st.just("cancel"), _NUMBER),
    st.tuples(st.just("buy"), _SHOP, _NUMBER, st.integers(1, 2)),
    st.tuples(st.just("buy"), _SHOP, _NUMBER, st.just(1)),
    st.tuples(st.just("buyer_cancels"), _SHOP, _NUMBER),
    st.tuples(
        st.just("rule"),
        st.sampled_from(["buffer", "share", "cap", "fixed", "none", "free", "drop"]),
        _SHOP,
        _NUMBER,
    ),
    st.tuples(st.just("deliver"), _NUMBER),
    st.tuples(st.just("order_of_shops"), _SHOP, st.integers(1, 30)),
    st.tuples(st.just("sale_time"), _SHOP, st.booleans()),
    st.tuples(st.just("pause"), _SHOP),
    st.tuples(st.just("sync"), _SHOP, _NUMBER),
    st.tuples(st.just("wait")),
    st.tuples(st.just("pull"), _SHOP, _CRASH),
    st.tuples(st.just("blind_push"), _SHOP, st.sampled_from(FAULTS), _CRASH),
    st.tuples(st.just("push"), _SHOP, st.sampled_from(FAULTS), _CRASH),
    st.tuples(st.just("push"), _SHOP, st.sampled_from(FAULTS), _CRASH),
    st.tuples(st.just("swing"), _NUMBER, st.integers(1, 3), _SHOP, st.sampled_from(FAULTS), _CRASH),
)


def try_histories(world, examples, length):
    """Run random histories in ``world``; the same ones every time unless more are asked for."""
    asked = int(os.environ.get("EC_PROPERTY_EXAMPLES", "0"))

    @settings(
        max_examples=asked or examples,
        derandomize=not asked,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, min_size=length // 2, max_size=length))
    def run(steps):
        world.run_steps(steps)

    run()
