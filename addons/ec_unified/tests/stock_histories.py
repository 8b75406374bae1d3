"""Random histories for ``stock_world``.

``EC_PROPERTY_EXAMPLES=500`` tries that many instead of a few that are always the same.
"""

import os

from hypothesis import HealthCheck, example, given, settings
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
_ALL_SHOW = [("push", shop, "ok", None) for shop in (0, 1, 2)]
#: One history per precaution of the product: without it, this one ends wrong.
DIRECTED = {
    # A write before a kill, then the old number again: not unchanged for the mall.
    "killed": [*_ALL_SHOW, ("swing", 0, 1, 0, "killed", None)],
    # A write without an answer is not believed, read back or not.
    "lost": [("push", 0, "lost", None)],
    "silent": [("push", 0, "silent", None)],
    # A buyer takes one off, one comes in: the same number as sent last is not what the mall shows.
    "sold": [*_ALL_SHOW, ("buy", 0, 0, 1), ("pull", 0, None), ("receive", 0, 1)],
    # An order that is received and not booked has taken its goods in all shops.
    "waits": [
        *_ALL_SHOW, ("buy", 0, 0, 1), ("pull", 0, 1), ("receive", 0, 1), _ALL_SHOW[1],
        ("buy", 0, 0, 1), ("pull", 0, 2), ("receive", 0, 1), _ALL_SHOW[1],
        ("buy", 0, 0, 1), ("pull", 0, 3), ("receive", 0, 1), _ALL_SHOW[1],
    ],
    # Where the mall's orders cannot be read, no number overwrites what it sold.
    "blind": [
        *_ALL_SHOW, ("buy", 0, 0, 1), ("wait",), ("receive", 0, 1), ("blind_push", 0, "ok", None),
    ],
    # The last units: in one shop, handed over after a zero, left to the next by a rule.
    "last": [("sell", 0, 3), *_ALL_SHOW],
    "hand_over": [("sell", 0, 3), *_ALL_SHOW, ("order_of_shops", 0, 30), ("push", 1, "ok", None)],
    # (Twice, so that no signal is left that would have the next shop look by chance.)
    "no_rule": [("sell", 0, 3), *_ALL_SHOW, *_ALL_SHOW, ("rule", "none", 0, 0)],
    "buffer": [("sell", 0, 3), *_ALL_SHOW, ("rule", "buffer", 0, 0)],
    "off": [("sell", 0, 3), *_ALL_SHOW, ("sync", 0, 0)],
}  # fmt: skip


def try_histories(world, examples, length):
    """Run the directed histories and random ones in ``world``.

    The random ones are the same every time unless more are asked for.
    """
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

    for history in DIRECTED.values():
        run = example(history)(run)
    run()
