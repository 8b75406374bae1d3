"""The simulated shop as server and as in-process object (section 19)."""

from __future__ import annotations

import base64
import pickle
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from ..common.clock import SimClock
from ..common.control import Refused
from ..common.faults import Fault
from ..common.messages import BadJson, Request, Response
from ..common.server import MallServer
from . import aftersale, bulk, catalog, events, expected, generate, inventory, jobs, page, payouts
from .auth import BAD_TOKEN, Tokens
from .checkout import place_order
from .demo_items import DEMO_ITEMS
from .documents import prepare
from .executor import Executor, GraphQLRequest
from .model import Media
from .scenarios import SCENARIOS, Picker
from .schema import load_schema
from .settings import Settings
from .store import Store
from .webhooks import Dispatcher

STATUS_TEXTS = {
    401: BAD_TOKEN,
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval for read_orders scope.",
    404: "Not Found",
    423: "Unavailable Shop",
    406: "Not Acceptable",
    415: "Unsupported Media Type",
    429: "Exceeded 2 calls per second for api client. Reduce "
    "request rates to resume uninterrupted service.",
    500: "Internal Server Error",
}


class ShopifyShop(MallServer):
    """One shop. ``with ShopifyShop() as shop: shop.base_url`` serves it."""

    name = "shopify"
    extra_faults = ("402", "403", "404", "423", "430", "504", "internal", "throttled")

    def __init__(self, clock: SimClock | None = None, **settings: Any) -> None:
        super().__init__(clock)
        self.settings = Settings()
        self.settings.change(settings)
        self.tokens = Tokens(self.clock, self.settings)
        self.dispatcher = Dispatcher(self.clock, self.settings, lambda: self.tokens.client_secret)
        self.dispatcher.on_idle = self._idle
        self._fresh_store()

    def _fresh_store(self, store: Store | None = None) -> None:
        self.store = store or Store(self.clock, self.settings)
        self.store.clock, self.store.settings = self.clock, self.settings
        if store is None:
            catalog.seed_locations(self.store)
        self.store.listeners = [self.dispatcher.listen]
        self.dispatcher.store = self.store
        self.executor = Executor(load_schema(), self.store, self.settings)
        self._ticked: datetime | None = None

    # -- credentials -----------------------------------------------------------

    @property
    def client_id(self) -> str:
        """Of the Dev Dashboard app."""
        return self.tokens.client_id

    @property
    def client_secret(self) -> str:
        """Also the HMAC key of webhooks."""
        return self.tokens.client_secret

    @property
    def access_token(self) -> str:
        """The permanent token of an admin-made custom app."""
        return self.tokens.permanent

    @property
    def shop_domain(self) -> str:
        """``*.myshopify.com``."""
        return self.settings.shop_domain

    @property
    def api_url(self) -> str:
        """What the connector calls instead of ``https://{shop_domain}``."""
        return self.base_url

    def start(self, port: int = 0) -> str:
        """Serve, and let the background thread post and work."""
        url = super().start(port)
        self.dispatcher.start()
        return url

    def stop(self) -> None:
        """Stop serving and posting."""
        self.dispatcher.stop()
        super().stop()

    # -- wire ------------------------------------------------------------------

    def operation_of(self, request: Request) -> str | None:
        """Root fields (``orders`` …), ``oauth.access_token``, ``bulk.download``."""
        if request.path == "/admin/oauth/access_token":
            return "oauth.access_token"
        if request.path.startswith("/bulk/"):
            return "bulk.download"
        if request.path.startswith("/stage/"):
            return "stage.upload"
        if not request.path.startswith("/admin/api/"):
            return None
        try:
            body = request.json() or {}
            prepared = prepare(self.executor.loaded.version, str(body.get("query", "")))
            operation = prepared.operation(body.get("operationName"))
        except (BadJson, AttributeError):
            return "graphql"
        if operation is None:
            return "graphql"
        names = [s.name.value for s in operation.selection_set.selections if hasattr(s, "name")]
        return "+".join(dict.fromkeys(names)) or "graphql"

    def handle(self, request: Request, operation: str | None) -> Response:
        """Route one request."""
        self.tick()
        if operation == "oauth.access_token":
            return self.tokens.answer(request)
        if operation == "bulk.download":
            return self._bulk_file(request)
        if operation == "stage.upload":
            return Response.text("", 201)
        if operation is not None:
            return self._graphql(request)
        return self._web(request)

    def _graphql(self, request: Request) -> Response:
        """``POST /admin/api/<version>/graphql.json``."""
        version = self._version(request.path)
        if version is None or request.method != "POST":
            return self.plain(404)
        headers = {"X-Shopify-API-Version": version, "X-Request-Id": str(uuid.uuid4())}
        if self.settings.http_status:
            return self.plain(self.settings.http_status)
        if not self.tokens.valid(request.headers.get("x-shopify-access-token")):
            return self.plain(401)
        if not request.headers.get("content-type", "").startswith("application/json"):
            return self.plain(415)
        try:
            body = request.json()
        except BadJson:
            return Response.json({"errors": "Bad Request"}, 400, **headers)
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return Response.json(
                {"errors": {"query": "Required parameter missing or invalid"}}, 400, **headers
            )
        self.executor.base_url = self._own_url(request)
        answer = self.executor.run(
            GraphQLRequest(
                body["query"],
                body.get("variables") or {},
                body.get("operationName"),
                request.headers.get("shopify-graphql-cost-debug") == "1",
                self.settings.granted(),
            )
        )
        return Response.json(answer, **headers)

    def _own_url(self, request: Request) -> str:
        return f"http://{request.headers['host']}" if "host" in request.headers else self.base_url

    def _version(self, path: str) -> str | None:
        """An expired version is answered by the oldest supported one (section 2)."""
        parts = path.split("/")
        if len(parts) != 5 or parts[4] != "graphql.json":
            return None
        asked, known = parts[3], self.settings.supported_versions
        if asked in known or asked == "unstable":
            return asked
        return known[0] if asked[:4].isdigit() and asked < known[0] else None

    def plain(self, status: int) -> Response:
        """HTTP errors: ``errors`` is a string here (section 5)."""
        if status == 430 or status in (503, 504):
            return Response(status)
        headers = {"Retry-After": "2.0"} if status == 429 else {}
        return Response.json({"errors": STATUS_TEXTS.get(status, "Error")}, status, **headers)

    def render_fault(self, fault: Fault, request: Request, operation: str) -> Response | None:
        """Shopify's way to say it."""
        kind = fault.kind
        if kind == "expired":
            with self.lock:
                self.tokens.expire(request.headers.get("x-shopify-access-token"))
            return self.plain(401)
        if kind == "maintenance":
            return Response.html("<html><body><h1>503 Service Unavailable</h1></body></html>", 503)
        if kind == "502_html":
            return Response.html("<html>Bad Gateway</html>", 502)
        if kind == "internal":
            number = str(uuid.uuid4())
            text = (
                f"Internal error. Looks like something went wrong on our end.\nRequest "
                f"ID: {number} (include this in support requests)."
            )
            return Response.json(
                {
                    "errors": [
                        {
                            "message": text,
                            "extensions": {"requestId": number, "code": "INTERNAL_SERVER_ERROR"},
                        }
                    ]
                }
            )
        if kind == "throttled":
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            cost = {
                "requestedQueryCost": 302,
                "actualQueryCost": None,
                "throttleStatus": {**self.executor.bucket.status(), "currentlyAvailable": 87},
            }
            return Response.json({"errors": [error], "extensions": {"cost": cost}})
        return self.plain(int(kind)) if kind.isdigit() else None

    def _bulk_file(self, request: Request) -> Response:
        """The JSONL; no token, a wrong signature or an old URL is refused."""
        number = request.path.rsplit("/", 1)[-1].removesuffix(".jsonl")
        found = self.store.bulk.get(int(number)) if number.isdigit() else None
        expires = int(request.param("Expires", "0") or 0)
        if (
            found is None
            or request.param("Signature") != found.key
            or self.clock.now().timestamp() > expires
        ):
            return Response(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        if "x-shopify-access-token" in request.headers:
            return Response(400, b"<Error><Code>InvalidArgument</Code></Error>", "application/xml")
        return Response(200, found.rows, "application/jsonl")

    def _web(self, request: Request) -> Response:
        if request.path == "/" and request.method == "GET":
            return page.home(self.store)
        if request.path == "/buy" and request.method == "POST":
            values = {k: v[0] for k, v in parse_qs(request.body.decode()).items()}
            try:
                ref = self.buy(sku=values.get("sku", ""), quantity=int(values.get("quantity", "1")))
            except (Refused, KeyError, ValueError) as exc:
                return page.home(self.store, f"購入できませんでした：{exc}", bad=True)
            return page.home(
                self.store,
                f"ご注文ありがとうございます。注文番号 {events.order_of(self.store, ref).name}",
            )
        if request.path.startswith("/cdn/"):
            media = self.store.get(
                "gid://shopify/MediaImage/" + request.path[5:].split(".")[0], Media
            )
            if media is not None and media.data:
                return Response(200, media.data, "image/png")
        return Response.text("Not Found", 404)

    # -- time ------------------------------------------------------------------

    def tick(self) -> None:
        """Work that the clock starts: expiry, cancel jobs, bulk operations."""
        now = self.clock.now()
        if self._ticked is not None and abs((now - self._ticked).total_seconds()) < 1:
            return
        self._ticked = now
        aftersale.expire_due(self.store)
        jobs.due_cancels(self.store)
        for operation in bulk.running(self.store):
            bulk.advance(self.store, operation, self.executor.execute_bulk, polled=False)

    def _idle(self) -> None:
        if self.lock.acquire(blocking=False):
            try:
                self.tick()
            finally:
                self.lock.release()

    # -- control API and in-process API ----------------------------------------

    def respond(self, request: Request, operation: str | None, fault: Fault | None) -> Response:
        """The control calls that only this mall has; all others are common."""
        path = unquote(request.path)
        if path == "/_sim/webhooks":
            return self._webhook_control(request)
        if path == "/_sim/stock" and request.param("by") == "location":
            with self.lock:
                return Response.json(inventory.stock_by_location(self.store))
        if path == "/_sim/credentials":
            return Response.json(self.credentials())
        if path == "/_sim/scenarios":
            return Response.json(sorted(SCENARIOS))
        response = super().respond(request, operation, fault)
        if path == "/_sim/buy" and response.status == 200:
            import json

            ref = json.loads(response.body)["order_ref"]
            return Response.json({"order_ref": ref, "name": events.order_of(self.store, ref).name})
        return response

    def _webhook_control(self, request: Request) -> Response:
        """Fields of :class:`.webhooks.Options`, and ``flush``: wait until all due was tried."""
        body = request.json() or {}
        if request.method == "POST" and isinstance(body, dict):
            flush = body.pop("flush", None)
            unknown = [k for k in body if not hasattr(self.dispatcher.options, k)]
            if unknown:
                return Response.json({"error": f"unknown: {unknown}"}, 400)
            for name, value in body.items():
                setattr(self.dispatcher.options, name, value)
            if flush:
                self.dispatcher.start()
                self.dispatcher.flush()
        return Response.json(self.dispatcher.overview())

    def webhooks(self, **options: Any) -> dict[str, Any]:
        """In-process form of ``POST /_sim/webhooks``."""
        for name, value in options.items():
            if not hasattr(self.dispatcher.options, name):
                raise ValueError(f"unknown option {name!r}")
            setattr(self.dispatcher.options, name, value)
        return self.dispatcher.overview()

    def credentials(self) -> dict[str, str]:
        """What a user would type into the connector."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "access_token": self.access_token,
            "shop_domain": self.shop_domain,
        }

    def add_items(self, items: list[dict[str, Any]] | None = None) -> list[str]:
        """``POST /_sim/items``; without a list the built-in items."""
        with self.lock:
            return catalog.add_items(self.store, DEMO_ITEMS if items is None else items)

    def buy(self, sku: str | None = None, quantity: int = 1, **order: Any) -> str:
        """A buyer orders; ``lines`` instead of ``sku`` for several. Returns the gid."""
        with self.lock:
            if sku is not None:
                order["lines"] = [{"sku": sku, "quantity": int(quantity)}]
            if not order.get("lines"):
                raise ValueError("sku or lines is missing")
            return place_order(self.store, order).gid

    def place(self, scenario: str, **changes: Any) -> str:
        """Order and events of a named situation."""
        with self.lock:
            if scenario not in SCENARIOS:
                raise KeyError(f"scenario {scenario}")
            found = SCENARIOS[scenario]
            spec = {**found.make(Picker(self.store)), "scenario": scenario, **changes}
            if spec.pop("sku", None):
                spec["lines"][0]["sku"] = changes["sku"]
            order = place_order(self.store, spec)
            for name, values in found.after:
                events.run(self.store, order, name, dict(values))
            return order.gid

    def generate(
        self,
        count: int,
        seed: int = 1,
        since: datetime | str | None = None,
        mix: str = "ordinary",
        **more: Any,
    ) -> list[str]:
        """Many random orders; see :mod:`.generate`."""
        with self.lock:
            return generate.generate(self.store, count, seed, since, mix, **more)

    def orders(self) -> list[dict[str, Any]]:
        """Expected figures, oldest first."""
        with self.lock:
            return [expected.expected_order(o) for o in self.store.orders.values()]

    def order(self, ref: str) -> dict[str, Any]:
        """Expected figures of one order."""
        with self.lock:
            return expected.expected_order(events.order_of(self.store, ref))

    def stock(self) -> dict[str, int]:
        """``available`` per SKU over all places."""
        with self.lock:
            return inventory.stock_table(self.store)

    def stock_by_location(self) -> dict[str, dict[str, dict[str, int]]]:
        """SKU -> place -> state -> quantity."""
        with self.lock:
            return inventory.stock_by_location(self.store)

    def event(self, ref: str, event: str, **values: Any) -> dict[str, Any]:
        """Something happens to an order; see :mod:`.events`."""
        with self.lock:
            return events.run(self.store, events.order_of(self.store, ref), event, values)

    def run_batch(self) -> dict[str, Any]:
        """Pay out what is three days old (section 15)."""
        with self.lock:
            made = payouts.pay_out(self.store)
            return {"payout": made.gid if made else None, "net": made.net if made else 0}

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change switches; see :mod:`.settings`."""
        with self.lock:
            plan = self.settings.plan
            self.settings.change(settings)
            if self.settings.plan != plan:
                self.executor.plan_changed()
            return self.settings.as_dict()

    def reset(self) -> None:
        """Forget everything but settings and credentials."""
        with self.lock:
            self.dispatcher.queue.clear()
            self.dispatcher.log.clear()
            self.dispatcher.options.__init__()  # type: ignore[misc]
            self._fresh_store()

    def state(self) -> dict[str, Any]:
        """Overview."""
        found = super().state()
        found.update(
            shop=self.shop_domain,
            products=len(self.store.products),
            variants=len(self.store.variants),
            orders=len(self.store.orders),
            webhooks=len(self.store.webhooks),
            bucket=self.executor.bucket.status(),
        )
        return found

    def dump_state(self) -> dict[str, Any]:
        """State for the CLI's file (a pickle of this program inside JSON)."""
        data = pickle.dumps(
            {"store": self.store, "issued": self.tokens.issued, "count": self.tokens.count}
        )
        return {"format": 1, "pickle": base64.b64encode(data).decode()}

    def load_state(self, data: dict[str, Any]) -> None:
        """Take over :meth:`dump_state`; only for files this program wrote."""
        found = pickle.loads(base64.b64decode(data["pickle"]))
        kept = found["store"].settings.as_dict()
        self.settings.change(kept)
        self.tokens.issued, self.tokens.count = found["issued"], found["count"]
        self._fresh_store(found["store"])
