"""Facts of orders that no search lists: which were deleted, and which place sends the goods.

Both are asked for apart from the orders: they are needed rarely, and a shop that refuses them must
not withhold the orders.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ...ec_unified.lib.data import OrderData, OrderFlag, SourceDocument
from ...ec_unified.lib.errors import DataError, SetupError
from .client import ShopifyClient
from .const import MAX_ARRAY
from .orders import FULL_PAGE, ORDER_GID

_logger = logging.getLogger(__name__)

#: Fulfilment orders with goods that have not left.
_WAITING = ("OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED")
#: Our key in the stored document: [id, name] of the places that send what is left.
PLACES = "shipsFrom"


def gone_orders(client: ShopifyClient, refs: Iterable[str]) -> list[str]:
    """Those of these orders the shop does not have any more.

    Orders outside of the time an app may see look the same: do not ask for them.
    """
    wanted = [ref for ref in refs if ref.startswith(ORDER_GID)]
    found: list[str] = []
    for chunk, reply in client.in_chunks("orders_alive", wanted, MAX_ARRAY):
        nodes = reply.data["nodes"]
        found += [ref for ref, node in zip(chunk, nodes, strict=True) if not node]
    return found


def add_places(client: ShopifyClient, documents: Iterable[SourceDocument]) -> None:
    """Write into orders which places send what is left of them. Without an answer they say nothing.

    By the cost model of section 4 a page of 25 costs 15 points, the orders themselves 600.
    """
    waiting = {doc.ref: doc.payload for doc in documents if _is_waiting(doc.payload)}
    try:
        for _chunk, reply in client.in_chunks("order_places", list(waiting), FULL_PAGE):
            for node in filter(None, reply.data["nodes"]):
                waiting[node["id"]][PLACES] = _places(node["fulfillmentOrders"]["nodes"])
    except (DataError, SetupError) as error:
        _logger.warning("places that send orders not told: %s", error)


def flag_elsewhere(order: OrderData, payload: dict[str, Any], ours: Iterable[str]) -> OrderData:
    """``order`` with a flag when a place that is not ours is to send goods of it."""
    own = set(ours)
    names = [name for place, name in payload.get(PLACES) or () if place not in own]
    if not own or not names:
        return order
    flag = OrderFlag(code="shipped_elsewhere", detail=", ".join(dict.fromkeys(names)))
    return replace(order, flags=(*order.flags, flag))


def _is_waiting(order: dict[str, Any]) -> bool:
    """Whether goods of an order may still have to be sent."""
    over = order.get("cancelledAt") or order.get("displayFulfillmentStatus") == "FULFILLED"
    return bool(order.get("requiresShipping", True)) and not over and "unreadable" not in order


def _places(rows: list[dict[str, Any]]) -> list[list[str]]:
    """[id, name] of the places of what is left, in a fixed order: equal orders stay equal."""
    places = {}
    for row in rows:
        assigned = row["assignedLocation"]
        if row["status"] in _WAITING:
            location = assigned.get("location") or {}
            places[location.get("id") or "", assigned["name"]] = None
    return [list(place) for place in sorted(places)]
