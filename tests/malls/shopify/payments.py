"""Ways to pay: gateways as a Japanese shop has them (sections 8 and 16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from .model import Order, Transaction
from .money import Bag, half_up
from .store import Store

CARD = {
    "__typename": "CardPaymentDetails",
    "paymentMethodName": "visa",
    "company": "Visa",
    "number": "•••• •••• •••• 4242",
}


@dataclass(frozen=True)
class Method:
    """One way to pay: gateway text, first transaction, what happens next."""

    gateway: str
    label: str = ""
    kind: str = "SALE"
    status: str = "SUCCESS"
    manual: bool = False
    expires: bool = False
    details: dict[str, Any] | None = None


def _local(name: str) -> dict[str, Any]:
    return {
        "__typename": "LocalPaymentMethodsPaymentDetails",
        "paymentMethodName": name,
        "paymentDescriptor": None,
    }


METHODS: dict[str, Method] = {
    "card": Method("shopify_payments", "Shopify Payments", details=CARD),
    "card_authorized": Method(
        "shopify_payments", "Shopify Payments", "AUTHORIZATION", details=CARD
    ),
    "konbini": Method("KOMOJU - コンビニ決済", status="PENDING", expires=True),
    "payeasy": Method("KOMOJU - ペイジー", status="PENDING", expires=True),
    "bank": Method("銀行振込", status="PENDING", manual=True),
    "cod": Method("Cash on Delivery (COD)", status="PENDING", manual=True),
    "cod_ja": Method("代金引換", status="PENDING", manual=True),
    "paypay": Method("PayPay", details=_local("paypay")),
    "paypal": Method(
        "paypal",
        "PayPal",
        details={"__typename": "PaypalWalletPaymentDetails", "paymentMethodName": "paypal"},
    ),
    "amazon_pay": Method("amazon_payments", "Amazon Pay"),
    "gift_card": Method("gift_card", "Gift Card"),
    "cash": Method("cash", "Cash"),
}
FEE = Decimal("0.039")


def new_transaction(
    store: Store, order: Order, kind: str, status: str, gateway: str, amount: Bag, **more: Any
) -> Transaction:
    """Book a transaction on the order (newest last)."""
    now = more.pop("at", None) or store.now()
    made = Transaction(
        store.next_id("OrderTransaction"),
        order,
        kind,
        status,
        gateway,
        amount=amount,
        created_at=now,
        processed_at=now,
        test=order.test,
        **more,
    )
    if gateway == "shopify_payments" and status == "SUCCESS" and kind in ("SALE", "CAPTURE"):
        made.fee = half_up(Decimal(amount.shop) * FEE)
    order.transactions.append(made)
    return store.add(made)


def start(store: Store, order: Order, name: str, amount: Bag, at: Any = None) -> Transaction:
    """The transaction a checkout makes for one way to pay."""
    method = METHODS[name]
    kind = method.kind
    if name == "card" and store.settings.card_authorize_only:
        kind = "AUTHORIZATION"
    if method.expires:
        order.expires_at = (at or store.now()) + timedelta(hours=72)
    return new_transaction(
        store,
        order,
        kind,
        method.status,
        method.gateway,
        amount,
        at=at,
        formatted_gateway=method.label or method.gateway,
        manual=method.manual,
        details=method.details,
    )


def settle(store: Store, order: Order) -> bool:
    """Pending payments arrive: PENDING sales become SUCCESS. True when something came in."""
    came = False
    for transaction in order.transactions:
        if transaction.kind == "SALE" and transaction.status == "PENDING":
            transaction.status = "SUCCESS"
            transaction.processed_at = store.now()
            came = True
    if came:
        order.expired = False
        order.expires_at = None
    return came


def refund(store: Store, parent: Transaction, amount: Bag) -> Transaction:
    """Pay back on a SALE or CAPTURE."""
    return new_transaction(
        store,
        parent.order,
        "REFUND",
        "SUCCESS",
        parent.gateway,
        amount,
        parent=parent,
        formatted_gateway=parent.formatted_gateway,
        manual=parent.manual,
        details=parent.details,
    )
