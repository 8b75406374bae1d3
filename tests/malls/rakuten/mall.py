"""The simulated Rakuten RMS."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from ..common.clock import SimClock
from ..common.control import Refused
from ..common.faults import Fault
from ..common.messages import BadJson, Request, Response
from ..common.server import MallServer
from . import (
    events,
    faults,
    gateway,
    inventory_api,
    item_api,
    order_read,
    order_write,
    page,
    sender,
    shipping,
)
from .catalog import Catalog
from .codes import ORDER_CODES
from .context import Context, OrderError, bad_format, error_response
from .demo_items import DEMO_ITEMS
from .figures import expected
from .generate import generate
from .lifecycle import Lifecycle
from .orders import OrderBuilder, Spec
from .rest import RestError
from .scenarios import Picker
from .shop import Shop, Waits, all_functions
from .situations import SCENARIOS
from .store import Order, Store

ORDERS: dict[str, Callable[[Context, dict[str, Any]], Response]] = {
    "searchOrder": order_read.search_order,
    "getOrder": order_read.get_order,
    "confirmOrder": order_write.confirm_order,
    "updateOrderShipping": shipping.update_shipping,
    "updateOrderShippingAsync": shipping.update_shipping_async,
    "getResultUpdateOrderShippingAsync": shipping.get_shipping_result,
    "updateOrderMemo": order_write.update_memo,
    "updateOrderRemarks": order_write.update_remarks,
    "updateOrderDelivery": order_write.update_delivery,
    "updateOrderOrderer": order_write.update_orderer,
    "updateOrderSender": sender.update_sender,
    "updateOrderSenderAfterShipping": sender.update_sender_after_shipping,
    "cancelOrder": order_write.cancel_order,
    "cancelOrderAfterShipping": order_write.cancel_after_shipping,
    "getSubStatusList": order_read.get_sub_status_list,
    "updateOrderSubStatus": order_write.update_sub_status,
    "getPayment": order_read.get_payment,
}
REST: dict[str, Callable[..., Response]] = {
    "items.get": item_api.get_item,
    "items.put": item_api.put_item,
    "items.patch": item_api.patch_item,
    "items.delete": item_api.delete_item,
    "items.search": item_api.search,
    "items.bulk-get": item_api.bulk_get,
    "items.inventory-related-settings.get": item_api.get_settings,
    "items.inventory-related-settings.put": item_api.put_settings,
    "inventory.get": inventory_api.get_one,
    "inventory.put": inventory_api.put_one,
    "inventory.delete": inventory_api.delete_one,
    "inventory.bulk-get": inventory_api.bulk_get,
    "inventory.range": inventory_api.bulk_range,
    "inventory.bulk-upsert": inventory_api.bulk_upsert,
    "inventory.variant-lists": inventory_api.variant_lists,
}


class RakutenMall(MallServer):
    """One shop on the simulated RMS. See the package's docstring for an example."""

    name = "rakuten"
    extra_faults = faults.EXTRA

    def __init__(
        self,
        clock: SimClock | None = None,
        shop: Shop | None = None,
        *,
        fast: bool = False,
        seed: int = 1,
    ) -> None:
        super().__init__(clock)
        self.shop = shop or Shop()
        if fast:
            self.shop.waits = Waits.fast()
        self.made = self.clock.now()
        self.enabled_functions = all_functions()
        self.seed = seed
        self._fresh()

    def _fresh(self) -> None:
        self.catalog, self.store = Catalog(), Store()
        self.life = Lifecycle(self.shop, self.catalog, self.store, self.clock)
        self.ctx = Context(self.shop, self.catalog, self.store, self.life, self.clock)
        self.builder = OrderBuilder(self.shop, self.catalog, self.store)
        self.rng = random.Random(self.seed)
        self.life.actions["ship"] = self._past_ship
        self.life.actions["pay"] = self._past_pay
        self.life.more_actions["async"] = lambda ref, when: shipping.run_async(self.ctx, ref, when)

    def _past_ship(self, order: Order, when: datetime) -> None:
        if order.progress == 300:
            events.ship(self.life, order, when)

    def _past_pay(self, order: Order, when: datetime) -> None:
        if order.progress == 200:
            events.pay(self.life, order, when)

    @property
    def service_secret(self) -> str:
        """serviceSecret of the shop (clearly fake)."""
        return self.shop.service_secret

    @property
    def license_key(self) -> str:
        """licenseKey of the shop (clearly fake)."""
        return self.shop.license_key

    @property
    def license_expiry(self) -> datetime:
        """Until when the key works; set ``mall.shop.expiry`` to change it."""
        return self.shop.key_expiry(self.made)

    # -- wire ------------------------------------------------------------------

    def operation_of(self, request: Request) -> str | None:
        """Operation of an API call; None for the web page and for unknown paths."""
        found = gateway.route(request)
        return found[0] if found else None

    def handle(self, request: Request, operation: str | None) -> Response:
        """Gateway, then the API; or the web page."""
        self.life.tick()
        found = gateway.route(request)
        if found is None:
            return self._page(request)
        operation, values = found
        refused = gateway.admit(
            self.ctx, request, operation, self.enabled_functions, self.license_expiry
        )
        if refused is not None:
            return refused
        key = operation
        if operation in ORDER_CODES and self.shop.switches.order_limit_shared:
            key = "order"
        if not self.limiter.allow(key, gateway.LIMITS.get(operation)):
            status = self.shop.switches.too_fast_status
            return Response.text("Too Many Requests", status)
        response = self._dispatch(request, operation, values)
        self.life.tick()
        return response

    def _dispatch(self, request: Request, operation: str, values: tuple[str, ...]) -> Response:
        if operation == "license.expiryDate.get":
            return gateway.expiry_date(self.ctx, request, self.license_expiry)
        if operation in ORDER_CODES:
            return self._order(request, operation)
        try:
            return REST[operation](self.ctx, request, *map(unquote, values))
        except RestError as error:
            return error.response()

    def _order(self, request: Request, operation: str) -> Response:
        if request.method != "POST":
            # Section 10: only POST. The message code of a 405 is not in the reference.
            error = {"messageType": "ERROR", "messageCode": None, "message": "Method Not Allowed"}
            return Response.json({"MessageModelList": [error]}, 405)
        try:
            try:
                body = request.json()
            except BadJson as error:
                raise bad_format(operation, "request") from error
            if body is None and operation == "getSubStatusList":
                body = {}
            if not isinstance(body, dict):
                raise bad_format(operation, "request")
            return ORDERS[operation](self.ctx, body)
        except OrderError as error:
            return error_response(operation, error)

    def render_fault(self, fault: Fault, request: Request, operation: str) -> Response | None:
        """Rakuten's error shapes."""
        return faults.render(self.ctx, fault, operation)

    def _page(self, request: Request) -> Response:
        if request.method == "POST" and request.path == "/buy":
            form = parse_qs(request.body.decode("utf-8"))
            return self._page_buy(form)
        if request.method == "GET" and request.path == "/":
            ordered = request.param("ordered")
            return page.home(
                self.ctx, f"ご注文ありがとうございます。注文番号 {ordered}" if ordered else ""
            )
        if request.method == "GET" and request.path.startswith("/img/"):
            return page.image(self.ctx, unquote(request.path[len("/img/") :]))
        return Response.html("<html><body><h1>404 Not Found</h1></body></html>", 404)

    def _page_buy(self, form: dict[str, list[str]]) -> Response:
        try:
            ref = self.buy(form["sku"][0], int(form.get("quantity", ["1"])[0]))
        except (KeyError, ValueError):
            return page.home(self.ctx, "商品が見つからないか、数量が正しくありません。", True)
        except Refused as error:
            return page.home(self.ctx, str(error), True)
        return Response(303, headers={"Location": f"/?ordered={ref}"})

    # -- control API and in-process API ----------------------------------------

    def add_items(self, items: list[dict[str, Any]] | None = None) -> list[str]:
        """Create or change SKUs (None: the built-in items)."""
        with self.lock:
            now = self.clock.now()
            return [
                self.catalog.add(entry, now) for entry in (DEMO_ITEMS if items is None else items)
            ]

    def buy(
        self, sku: str | None = None, quantity: int = 1, *, force: bool = False, **spec: Any
    ) -> str:
        """Place an order; ``spec`` as described in ``orders.py``."""
        with self.lock:
            if sku is not None:
                if quantity < 1:
                    raise ValueError("quantity must be at least 1")
                spec["lines"] = [{"sku": sku, "quantity": quantity}]
            return self._create(spec, force).number

    def place(self, scenario: str, *, force: bool = True, **changes: Any) -> str:
        """Place the order of a named situation (see ``situations.py``)."""
        with self.lock:
            self._need_items()
            situation = SCENARIOS[scenario]
            spec = {**situation.make(Picker(self.catalog, self, self.rng)), **changes}
            order = self._create(spec, force)
            for event, values in situation.after:
                events.apply_event(self.life, order, event, dict(values))
            return order.number

    def _need_items(self) -> None:
        if not self.catalog.skus:
            self.add_items()

    def _create(self, spec: Spec, force: bool) -> Order:
        self.life.tick()
        now = self.clock.now()
        if not force:
            self._check_stock(spec)
        order = self.builder.build(spec, now, self.rng)
        self.store.add(order)
        self.take_stock(order, now)
        self.life.placed(order, now)
        return order

    def _check_stock(self, spec: Spec) -> None:
        wanted: dict[str, int] = {}
        for package in spec.get("packages") or [spec]:
            for line in package["lines"]:
                if line["sku"] not in self.catalog.skus:
                    raise KeyError(line["sku"])
                wanted[line["sku"]] = wanted.get(line["sku"], 0) + int(line.get("quantity", 1))
        for sku, units in wanted.items():
            left = self.catalog.quantity(sku)
            if units > left:
                raise Refused(f"在庫が不足しています（{sku}：残り{left}）")

    def take_stock(self, order: Order, now: datetime, *, really: bool = True) -> None:
        """Stock falls at order time; an oversold row takes what is there."""
        for package in order.model["PackageModelList"]:
            for item in package["ItemModelList"]:
                if package["packageDeleteFlag"] or item["deleteItemFlag"]:
                    continue
                key = str(item["itemDetailId"])
                units = item["units"]
                if really:
                    units = -self.catalog.move(order.meta["sku"][key], -units, now)
                order.meta["taken"][key] = units

    def generate(
        self,
        count: int,
        seed: int = 1,
        since: datetime | str | None = None,
        mix: str = "ordinary",
        **options: Any,
    ) -> list[str]:
        """Many random orders; see ``generate.py`` for the options."""
        with self.lock:
            self._need_items()
            return generate(self, count, seed, since, mix, **options)

    def orders(self) -> list[dict[str, Any]]:
        """Expected figures of all orders, oldest first."""
        with self.lock:
            self.life.tick()
            return [expected(order, self.shop) for order in self.store.all_by_date()]

    def order(self, ref: str) -> dict[str, Any]:
        """Expected figures of one order."""
        with self.lock:
            self.life.tick()
            return expected(self.store.orders[ref], self.shop)

    def stock(self) -> dict[str, int]:
        """Sellable quantity per SKU."""
        with self.lock:
            self.life.tick()
            return {sku: self.catalog.quantity(sku) for sku in self.catalog.skus}

    def event(self, ref: str, event: str, **values: Any) -> dict[str, Any]:
        """Something happens to an order (see ``events.py``)."""
        with self.lock:
            self.life.tick()
            order = self.store.orders[ref]
            events.apply_event(self.life, order, event, values)
            self.life.tick()
            return {"ref": ref, "state": order.progress}

    def run_batch(self) -> dict[str, Any]:
        """The nightly shipped batch, now."""
        with self.lock:
            self.life.tick()
            return {"shipped": self.life.batch(self.clock.now())}

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Shop settings, waits, switches; ``enabled_functions``/``disabled_functions`` as lists."""
        with self.lock:
            if "enabled_functions" in settings:
                self.enabled_functions = set(settings.pop("enabled_functions"))
            self.enabled_functions -= set(settings.pop("disabled_functions", ()))
            self.shop.configure(settings)
            return self.state()

    def reset(self) -> None:
        """Forget items, orders, stock; settings stay."""
        with self.lock:
            self._fresh()

    def state(self) -> dict[str, Any]:
        """Clock, counts, settings."""
        with self.lock:
            self.life.tick()
            counts: dict[int, int] = {}
            for order in self.store.orders.values():
                counts[order.progress] = counts.get(order.progress, 0) + 1
            return {
                **super().state(),
                "items": len(self.catalog.items),
                "skus": len(self.catalog.skus),
                "orders": len(self.store.orders),
                "by_state": counts,
                "license_expiry": self.license_expiry.isoformat(),
                **self.shop.as_dict(),
            }

    def dump_state(self) -> dict[str, Any]:
        """Items, stock, orders and when the mall was made."""
        return {
            "made": self.made.isoformat(),
            "catalog": self.catalog.dump(),
            "store": self.store.dump(),
        }

    def load_state(self, data: dict[str, Any]) -> None:
        """Take over :meth:`dump_state`."""
        with self.lock:
            self.made = datetime.fromisoformat(data["made"])
            self.catalog.load(data["catalog"])
            self.store.load(data["store"])
