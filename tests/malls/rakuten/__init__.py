"""The simulated Rakuten RMS mall.

In process::

    mall = RakutenMall(SimClock(start, frozen=True))
    mall.add_items()                       # built-in items; or a list as in POST /_sim/items
    with mall:                             # serves on 127.0.0.1
        ref = mall.buy("AR-KZ01", 2)       # or mall.place("several_destinations")
        mall.faults.add("429", match="getOrder")
        mall.clock.advance(31 * 60)

Served: ``python3 -m tests.malls.rakuten --port 8801``.
"""

from .demo_items import DEMO_ITEMS
from .mall import RakutenMall
from .situations import SCENARIOS
from .shop import Shop, Switches, Waits

__all__ = ["DEMO_ITEMS", "SCENARIOS", "RakutenMall", "Shop", "Switches", "Waits"]
