"""Control API of every mall: ``/_sim/…``, JSON, no authentication, never struck by faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .messages import BadJson, Request, Response

if TYPE_CHECKING:
    from .server import MallServer

Control = Callable[["MallServer", Any], Any]


class Refused(Exception):
    """The mall does not do what was asked (out of stock, wrong state, unknown name)."""


def handle_control(mall: MallServer, request: Request) -> Response:
    """Answer one control request; errors are ``{"error": text}``."""
    path = unquote(request.path)[len("/_sim/") :].strip("/")
    try:
        body = request.json()
        data = _route(mall, request.method, path, body)
    except KeyError as error:
        return Response.json({"error": f"unknown or missing: {error}"}, 404)
    except (BadJson, TypeError, ValueError) as error:
        return Response.json({"error": str(error)}, 400)
    except Refused as error:
        return Response.json({"error": str(error)}, 409)
    return Response.json(data)


def _route(mall: MallServer, method: str, path: str, body: Any) -> Any:
    control = _CONTROLS.get((method, path))
    if control is not None:
        return control(mall, body)
    parts = path.split("/")
    if parts[0] == "orders" and len(parts) >= 3 and method == "POST":
        ref, event = "/".join(parts[1:-1]), parts[-1]
        return mall.event(ref, event, **(body or {}))
    raise KeyError(f"{method} /_sim/{path}")


def _add_faults(mall: MallServer, body: Any) -> Any:
    for fault in body if isinstance(body, list) else [body]:
        mall.faults.add(**fault)
    return {"faults": mall.faults.as_list()}


def _clear_faults(mall: MallServer, body: Any) -> Any:
    mall.faults.clear((body or {}).get("kind"))
    return {"faults": mall.faults.as_list()}


def _clock(mall: MallServer, body: Any) -> Any:
    if "freeze" in body:
        if body["freeze"]:
            mall.clock.freeze()
        else:
            mall.clock.unfreeze()
    if "now" in body:
        mall.clock.set(datetime.fromisoformat(body["now"]))
    if "advance_seconds" in body:
        mall.clock.advance(float(body["advance_seconds"]))
    return mall.state()


def _buy(mall: MallServer, body: Any) -> Any:
    order = dict(body)
    scenario = order.pop("scenario", None)
    ref = mall.place(scenario, **order) if scenario else mall.buy(**order)
    return {"order_ref": ref}


def _generate(mall: MallServer, body: Any) -> Any:
    refs = mall.generate(**body)
    return {"count": len(refs), "order_refs": refs}


def _reset(mall: MallServer, body: Any) -> Any:
    mall.reset()
    mall.faults.clear()
    mall.limiter.reset()
    mall.calls.clear()
    mall.log.clear()
    return mall.state()


def _limits(mall: MallServer, body: Any) -> Any:
    mall.limiter.enabled = bool(body["enabled"])
    return {"enabled": mall.limiter.enabled}


_CONTROLS: dict[tuple[str, str], Control] = {
    ("GET", "state"): lambda mall, body: mall.state(),
    ("GET", "faults"): lambda mall, body: mall.faults.as_list(),
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "clock"): _clock,
    ("POST", "items"): lambda mall, body: {"skus": mall.add_items(body)},
    ("POST", "buy"): _buy,
    ("POST", "generate"): _generate,
    ("GET", "orders"): lambda mall, body: mall.orders(),
    ("GET", "stock"): lambda mall, body: mall.stock(),
    ("GET", "calls"): lambda mall, body: dict(mall.calls),
    ("GET", "log"): lambda mall, body: list(mall.log),
    ("POST", "limits"): _limits,
    ("POST", "settings"): lambda mall, body: mall.configure(**(body or {})),
    ("POST", "reset"): _reset,
    ("POST", "run_batch"): lambda mall, body: mall.run_batch(),
}
