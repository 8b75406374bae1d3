"""What happens to orders as time passes (reference section 2.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ..common.clock import JST, SimClock
from .amounts import live_packages
from .catalog import Catalog
from .codes import PREPAID
from .shop import Shop
from .store import Order, Store
from .times import order_time, parse_day


class Lifecycle:
    """Moves orders through their states, driven by due events of the mall's clock."""

    def __init__(self, shop: Shop, catalog: Catalog, store: Store, clock: SimClock) -> None:
        self.shop = shop
        self.catalog = catalog
        self.store = store
        self.clock = clock
        self._batches: set[datetime] = set()
        self.actions: dict[str, Callable[[Order, datetime], None]] = {
            "auto_cancel": self._auto_cancel,
            "confirm": self._due_confirm,
            "authorise": self.authorise,
            "unpaid": self._unpaid,
            "gift_due": self._gift_due,
            "settle": self.settle,
            "pay_out": self.pay_out,
            "cancel_fix": self.cancel_fix,
            "cancel_complete": self._cancel_complete,
            "change_fix": self.change_fix,
        }
        self.more_actions: dict[str, Callable[[str, datetime], Any]] = {
            "batch": lambda ref, when: self.batch(when),
        }

    def tick(self) -> None:
        """Let everything happen that is due; each step carries its own time."""
        now = self.clock.now()
        while (due := self.store.pop_due(now)) is not None:
            stamp, action, ref = due
            when = datetime.fromtimestamp(stamp, JST)
            if action in self.more_actions:
                self.more_actions[action](ref, when)
            elif ref in self.store.orders:
                self.actions[action](self.store.orders[ref], when)
        self.catalog.purge(now, self.shop.waits.phantom_stock)

    def after(self, when: datetime, seconds: float, action: str, order: Order) -> None:
        """Schedule the next step of an order."""
        self.store.schedule(when + timedelta(seconds=seconds), action, order.number)

    # -- 100 -> 200 -> 300 -----------------------------------------------------

    def placed(self, order: Order, when: datetime) -> None:
        """A new order was added."""
        self.after(when, self.shop.waits.auto_cancel, "auto_cancel", order)
        if order.model["socialGiftFlag"]:
            self.after(when, self.shop.waits.gift_days * 86400, "gift_due", order)
        if self.shop.auto_confirm:
            self.after(when, 1, "confirm", order)

    def _due_confirm(self, order: Order, when: datetime) -> None:
        if order.progress == 100 and order.model["requestPrice"] != -9999:
            self.confirm(order, when)

    def confirm(self, order: Order, when: datetime) -> None:
        """100 -> 200; cannot be undone."""
        order.progress = 200
        order.model["shopOrderCfmDatetime"] = order_time(when)
        self.change_row(order, when, 8, done=True)
        waits = self.shop.waits
        jitter = int(order.number[-2:]) % 60 if waits.authorise >= 60 else 0
        ordered = order.moment("orderDatetime") or when
        ready = ordered + timedelta(seconds=waits.authorise + jitter)
        due = max(ready, when + timedelta(seconds=waits.after_confirm))
        self.store.schedule(due, "authorise", order.number)

    def authorise(self, order: Order, when: datetime) -> None:
        """Rakuten checks: authorisation, fraud, prepayment, gift address."""
        if order.progress != 200 or order.meta["hold"]:
            return
        if order.meta["auth"] == "fail":
            order.meta["payment_status"] = 30400
            return
        model = order.model
        if model["orderFixDatetime"] is None:
            model["orderFixDatetime"] = order_time(when)
        prepaid = model["SettlementModel"]["settlementMethodCode"] in PREPAID
        if prepaid and not order.meta["paid"]:
            if model["DueDateModelList"] is None:
                self._ask_payment(order, when)
            return
        gifts = [p["SocialGiftModel"] for p in live_packages(model) if p["SocialGiftModel"]]
        if any(not gift["inputFlag"] for gift in gifts):
            return
        self.ready_to_ship(order, when)

    def _ask_payment(self, order: Order, when: datetime) -> None:
        due = when + timedelta(days=self.shop.waits.prepay_days)
        order.model["DueDateModelList"] = [{"dueDateType": 0, "dueDate": f"{due:%Y-%m-%d}"}]
        end = due.replace(hour=23, minute=59, second=59, microsecond=0)
        self.store.schedule(end, "unpaid", order.number)

    def ready_to_ship(self, order: Order, when: datetime) -> None:
        """200 -> 300."""
        order.progress = 300
        model = order.model
        model["rakutenConfirmFlag"] = 0
        model["orderFixDatetime"] = model["orderFixDatetime"] or order_time(when)
        model["shippingInstDatetime"] = order_time(when)
        order.meta["payment_status"] = 30300
        self.shipping_touched(order, when)

    # -- 300 -> 500 -> 600 -> 700 ----------------------------------------------

    def shipping_touched(self, order: Order, when: datetime) -> None:
        """Shipping rows may be complete now: the next batch looks at this order."""
        if order.progress == 300 and shipping_complete(order):
            self.store.to_ship.add(order.number)
            self._schedule_batch(when)

    def _schedule_batch(self, when: datetime) -> None:
        waits = self.shop.waits
        due = when.astimezone(JST).replace(
            hour=waits.batch_hour, minute=waits.batch_minute, second=7, microsecond=0
        )
        if due <= when:
            due += timedelta(days=1)
        if due not in self._batches:
            self._batches.add(due)
            self.store.schedule(due, "batch")

    def batch(self, when: datetime) -> list[str]:
        """The nightly run: complete orders in 300 become 500."""
        self._batches.discard(when)
        shipped = []
        waiting = False
        for number in sorted(self.store.to_ship):
            order = self.store.orders[number]
            if order.progress == 300 and shipping_complete(order):
                if self.shop.switches.batch_waits_for_date and _dated_later(order, when):
                    waiting = True
                    continue
                self.shipped(order, when)
                shipped.append(number)
            self.store.to_ship.discard(number)
        if waiting:
            self._schedule_batch(when)
        return shipped

    def shipped(self, order: Order, when: datetime) -> None:
        """300 -> 500."""
        order.progress = 500
        order.model["shippingCmplRptDatetime"] = order_time(when)
        order.meta["payment_status"] = 30500
        self.after(when, self.shop.waits.settle, "settle", order)

    def settle(self, order: Order, when: datetime) -> None:
        """500 -> 600."""
        if order.progress == 500:
            order.progress = 600
            self.after(when, self.shop.waits.pay_out, "pay_out", order)

    def pay_out(self, order: Order, when: datetime) -> None:
        """600 -> 700; the payment is fixed."""
        if order.progress == 600:
            order.progress = 700
            order.meta["payment_status"] = 30600
            order.meta["payment_fixed"] = order_time(when)

    # -- cancels ---------------------------------------------------------------

    def _auto_cancel(self, order: Order, when: datetime) -> None:
        if order.progress == 100:
            self.cancel(order, when, by=0, detail=10, restock=0, wait=False)

    def _unpaid(self, order: Order, when: datetime) -> None:
        if order.progress == 200 and not order.meta["paid"]:
            self.cancel(order, when, by=1, detail=4, restock=0, wait=False)

    def _gift_due(self, order: Order, when: datetime) -> None:
        gifts = [p["SocialGiftModel"] for p in live_packages(order.model) if p["SocialGiftModel"]]
        if order.progress in (100, 200) and any(not gift["inputFlag"] for gift in gifts):
            self.cancel(order, when, by=1, detail=16, restock=0, wait=False)

    def cancel(
        self, order: Order, when: datetime, *, by: int, detail: int, restock: int, wait: bool
    ) -> None:
        """Start a cancel: through 800, or at once. ``by``: 0 shop, 1 buyer."""
        row = self.change_row(order, when, 0)
        row.update(changeReason=by, changeReasonDetail=detail)
        order.meta["cancel"] = {"restock": restock, "change": row["changeId"]}
        self.store.to_ship.discard(order.number)
        if not wait:
            self.cancel_fix(order, when)
            return
        order.progress = 800
        self.after(when, self.shop.waits.cancel_fix, "cancel_fix", order)

    def cancel_fix(self, order: Order, when: datetime) -> None:
        """800 -> 900; stock goes back as asked."""
        cancel = order.meta.get("cancel")
        if order.progress == 900 or cancel is None:
            return
        order.progress = 900
        row = self._change(order, cancel["change"])
        row.update(changeType=1, changeFixDatetime=order_time(when))
        self.give_back(order, cancel["restock"], when)
        order.meta["payment_status"] = 31500
        self.after(when, self.shop.waits.cancel_complete, "cancel_complete", order)

    def _cancel_complete(self, order: Order, when: datetime) -> None:
        row = self._change(order, order.meta["cancel"]["change"])
        row["changeCmplDatetime"] = order_time(when)

    def give_back(self, order: Order, restock: int, when: datetime) -> None:
        """Restock: 0 as the item says, 1 yes, 2 no (section 2.5, restoreInventoryFlag)."""
        taken: dict[str, int] = order.meta["taken"]
        for detail, units in taken.items():
            self.restock(order.meta["sku"][detail], units, restock, when)
        order.meta["taken"] = {}

    def restock(self, sku: str, units: int, restock: int, when: datetime) -> None:
        """Give some units of one SKU back."""
        if restock == 0 and sku in self.catalog.skus:
            restock = 1 if self.catalog.variant(sku)[1].get("restockOnCancel") else 2
        if restock == 1:
            self.catalog.move(sku, units, when)

    # -- changes ---------------------------------------------------------------

    def change_row(
        self, order: Order, when: datetime, kind: int, *, done: bool = False
    ) -> dict[str, Any]:
        """Append to ChangeReasonModelList."""
        stamp = order_time(when)
        row = {
            "changeId": self.store.count("change"),
            "changeType": kind,
            "changeTypeDetail": None,
            "changeReason": None,
            "changeReasonDetail": None,
            "changeApplyDatetime": stamp,
            "changeFixDatetime": stamp if done else None,
            "changeCmplDatetime": stamp if done else None,
        }
        rows = order.model["ChangeReasonModelList"] or []
        order.model["ChangeReasonModelList"] = [*rows, row]
        return row

    @staticmethod
    def _change(order: Order, change_id: int) -> dict[str, Any]:
        rows: list[dict[str, Any]] = order.model["ChangeReasonModelList"]
        return next(row for row in rows if row["changeId"] == change_id)

    def ask_change(self, order: Order, when: datetime, detail: int, reason: int) -> None:
        """A change waits for its settlement: 400 until it is fixed."""
        row = self.change_row(order, when, 4)
        row.update(changeTypeDetail=detail, changeReason=0, changeReasonDetail=reason)
        order.meta["change"] = {"change": row["changeId"], "before": order.progress}
        order.progress = 400
        self.after(when, self.shop.waits.change, "change_fix", order)

    def change_fix(self, order: Order, when: datetime) -> None:
        """400 -> the former state."""
        change = order.meta.pop("change", None)
        if order.progress != 400 or change is None:
            return
        stamp = order_time(when)
        row = self._change(order, change["change"])
        row.update(changeType=5, changeFixDatetime=stamp, changeCmplDatetime=stamp)
        order.progress = change["before"]
        self._resume(order, when)

    def _resume(self, order: Order, when: datetime) -> None:
        if order.progress == 200:
            self.after(when, 0, "authorise", order)
        elif order.progress == 300:
            self.shipping_touched(order, when)
        elif order.progress in (500, 600):
            step = "settle" if order.progress == 500 else "pay_out"
            self.after(when, getattr(self.shop.waits, step), step, order)


def shipping_rows(order: Order) -> list[dict[str, Any]]:
    """All shipping rows of the live packages."""
    return [row for p in live_packages(order.model) for row in p["ShippingModelList"]]


def shipping_complete(order: Order) -> bool:
    """Every package has rows, and every row has carrier, number and date (section 2.2)."""
    wanted = ("deliveryCompany", "shippingNumber", "shippingDate")
    return all(
        package["ShippingModelList"]
        and all(all(row[name] for name in wanted) for row in package["ShippingModelList"])
        for package in live_packages(order.model)
    )


def _dated_later(order: Order, when: datetime) -> bool:
    days = [parse_day(row["shippingDate"]) for row in shipping_rows(order)]
    return any(day is not None and day >= when.date() for day in days)
