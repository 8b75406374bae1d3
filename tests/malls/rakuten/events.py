"""What the control API can make happen to an order: ``POST /_sim/orders/<ref>/<event>``."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..common.control import Refused
from .amounts import live_packages, recompute
from .codes import COMPANIES, UNDECIDED
from .lifecycle import Lifecycle
from .orders import as_person, orderer, sender
from .store import Order
from .times import order_time

Event = Callable[..., None]


def apply_event(life: Lifecycle, order: Order, event: str, values: dict[str, Any]) -> None:
    """Run an event; KeyError for an unknown name, Refused when it does not fit the state."""
    EVENTS[event](life, order, life.clock.now(), **values)


def _need(order: Order, *states: int) -> None:
    if order.progress not in states:
        raise Refused(f"{order.number} is in {order.progress}, not in {states}")


def buyer_cancel(life: Lifecycle, order: Order, now: datetime, force: bool = False) -> None:
    """The buyer cancels by himself, within about 30 minutes (2.2)."""
    _need(order, 100, 200)
    ordered = order.moment("orderDatetime") or now
    if not force and (now - ordered).total_seconds() > life.shop.waits.buyer_cancel:
        raise Refused("the buyer can cancel only for about 30 minutes after the order")
    life.cancel(order, now, by=1, detail=1, restock=0, wait=False)


def rakuten_cancel(
    life: Lifecycle, order: Order, now: datetime, detail: int = 10, restock: int = 0
) -> None:
    """Rakuten cancels (fraud check, unpaid …); by way of 800 when ``cancel_waits``."""
    _need(order, 100, 200, 300, 400)
    wait = life.shop.switches.cancel_waits
    life.cancel(order, now, by=0, detail=detail, restock=restock, wait=wait)


def shop_cancel(
    life: Lifecycle, order: Order, now: datetime, detail: int = 8, restock: int = 1
) -> None:
    """A clerk cancels in RMS."""
    _need(order, 100, 200, 300)
    wait = life.shop.switches.cancel_waits
    life.cancel(order, now, by=0, detail=detail, restock=restock, wait=wait)


def pay(life: Lifecycle, order: Order, now: datetime) -> None:
    """The buyer pays a prepaid order."""
    _need(order, 100, 200)
    order.meta["paid"] = True
    order.model["DueDateModelList"] = None
    if order.model["orderFixDatetime"]:
        life.authorise(order, now)


def fraud_hold(life: Lifecycle, order: Order, now: datetime) -> None:
    """Rakuten keeps checking (rakutenConfirmFlag)."""
    _need(order, 100, 200)
    order.meta["hold"] = True
    order.model["rakutenConfirmFlag"] = 1


def fraud_release(life: Lifecycle, order: Order, now: datetime) -> None:
    """The check ended well."""
    order.meta["hold"] = False
    order.model["rakutenConfirmFlag"] = 0
    life.authorise(order, now)


def authorise(life: Lifecycle, order: Order, now: datetime, ok: bool = True) -> None:
    """Authorisation now, with the outcome given."""
    _need(order, 200)
    order.meta["auth"] = "ok" if ok else "fail"
    life.authorise(order, now)


def confirm(life: Lifecycle, order: Order, now: datetime) -> None:
    """A clerk confirms in RMS."""
    _need(order, 100)
    if order.model["requestPrice"] == UNDECIDED:
        raise Refused("amounts are not decided")
    life.confirm(order, now)


def decide_amounts(
    life: Lifecycle, order: Order, now: datetime, postage: int = 660, charge: int = 0
) -> None:
    """A clerk enters postage and fee: no -9999 any more."""
    _need(order, 100)
    for package in live_packages(order.model):
        if package["postagePrice"] == UNDECIDED:
            package["postagePrice"] = postage
    if order.model["paymentCharge"] == UNDECIDED:
        order.model["paymentCharge"] = charge
    order.model["modifyFlag"] = 1
    recompute(order.model, life.shop.price_rounding, life.shop.switches)


def change_address(
    life: Lifecycle,
    order: Order,
    now: datetime,
    basket: int = 0,
    who: str = "sender",
    **person: Any,
) -> None:
    """A clerk changes the recipient (or the orderer) in RMS."""
    target = order.model["PackageModelList"][basket]
    if who == "orderer":
        fresh = orderer(as_person(person, None), random.Random(0))
        fresh["emailAddress"] = order.model["OrdererModel"]["emailAddress"]
        order.model["OrdererModel"] = fresh
    else:
        target["SenderModel"] = sender(as_person(person, None))
        order.model["equalSenderFlag"] = 0
    order.model["modifyFlag"] = 1


def accept_gift(life: Lifecycle, order: Order, now: datetime, **person: Any) -> None:
    """The receiver of a social gift enters the address."""
    for package in live_packages(order.model):
        gift = package["SocialGiftModel"]
        if gift is None:
            raise Refused("not a social gift")
        package["SenderModel"] = sender(as_person(person or order.number, None))
        gift.update(inputFlag=1, inputCompDatetime=order_time(now))
        gift["receiverEmailAddress"] = f"{order.number[-10:]:0>32}s2@pc.fw.rakuten.ne.jp"
    life.authorise(order, now)


def change_request(
    life: Lifecycle, order: Order, now: datetime, detail: int = 2, reason: int = 10
) -> None:
    """A change of the sum waits for settlement: 400."""
    _need(order, 200, 300, 500, 600)
    life.ask_change(order, now, detail, reason)


def change_done(life: Lifecycle, order: Order, now: datetime) -> None:
    """Rakuten fixed the change: back to the former state."""
    _need(order, 400)
    life.change_fix(order, now)


def ship(
    life: Lifecycle,
    order: Order,
    now: datetime,
    company: str | None = "1001",
    number: str | None = None,
    date: str | None = None,
) -> None:
    """A clerk enters one complete shipping row per package in RMS."""
    for package in live_packages(order.model):
        row_id = life.store.count("shipping")
        package["ShippingModelList"].append(
            {
                "shippingDetailId": row_id,
                "shippingNumber": number or f"4000{row_id % 100000000:08d}",
                "deliveryCompany": company,
                "deliveryCompanyName": COMPANIES.get(company or ""),
                "shippingDate": date or f"{now:%Y-%m-%d}",
            }
        )
    life.shipping_touched(order, now)


def report_shipped(life: Lifecycle, order: Order, now: datetime) -> None:
    """300 -> 500 at once, without waiting for the night."""
    _need(order, 300)
    life.shipped(order, now)


def settle(life: Lifecycle, order: Order, now: datetime) -> None:
    """500 -> 600 at once."""
    _need(order, 500)
    life.settle(order, now)


def pay_out(life: Lifecycle, order: Order, now: datetime) -> None:
    """600 -> 700 at once."""
    _need(order, 600)
    life.pay_out(order, now)


def cancel_fix(life: Lifecycle, order: Order, now: datetime) -> None:
    """800 -> 900 at once."""
    _need(order, 800)
    life.cancel_fix(order, now)


def lock(life: Lifecycle, order: Order, now: datetime, locked: bool = True) -> None:
    """Somebody edits the order in RMS: updates are refused (2.9)."""
    order.meta["locked"] = locked


def receipt(life: Lifecycle, order: Order, now: datetime) -> None:
    """The buyer prints a receipt."""
    order.model["receiptIssueCount"] += 1
    order.model["receiptIssueHistoryList"].append(order_time(now))


def caution(life: Lifecycle, order: Order, now: datetime, detail: int = 102) -> None:
    """Rakuten warns about the buyer."""
    order.model.update(cautionDisplayType=1, cautionDisplayDetailType=detail)


def set_fields(life: Lifecycle, order: Order, now: datetime, **fields: Any) -> None:
    """Set raw fields of the model, for situations without an event."""
    order.model.update(fields)


EVENTS: dict[str, Event] = {
    event.__name__: event
    for event in (
        buyer_cancel,
        rakuten_cancel,
        shop_cancel,
        pay,
        fraud_hold,
        fraud_release,
        authorise,
        confirm,
        decide_amounts,
        change_address,
        accept_gift,
        change_request,
        change_done,
        ship,
        report_shipped,
        settle,
        pay_out,
        cancel_fix,
        lock,
        receipt,
        caution,
        set_fields,
    )
}
