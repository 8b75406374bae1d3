"""Shopify Payments: balance transactions and payouts (section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from .model import Node, Order, Transaction
from .search import JST
from .store import Store


@dataclass(eq=False)
class Payout(Node):
    """``ShopifyPaymentsPayout``."""

    typename: ClassVar[str] = "ShopifyPaymentsPayout"
    issued_at: datetime = None  # type: ignore[assignment]
    status: str = "PAID"
    net: int = 0
    external_trace_id: str | None = None
    business_entity: Any = None

    @property
    def transaction_type(self) -> str:
        """Money to the shop, or back from it."""
        return "DEPOSIT" if self.net >= 0 else "WITHDRAWAL"


@dataclass(eq=False)
class Balance(Node):
    """``ShopifyPaymentsBalanceTransaction``: ``amount - fee = net``."""

    typename: ClassVar[str] = "ShopifyPaymentsBalanceTransaction"
    type: str = "CHARGE"
    amount: int = 0
    fee: int = 0
    transaction_date: datetime = None  # type: ignore[assignment]
    source: Transaction | None = None
    order: Order | None = None
    payout: Payout | None = None
    test: bool = False

    @property
    def net(self) -> int:
        """What reaches the payout."""
        return self.amount - self.fee


def collect(store: Store) -> None:
    """Book a balance row for every card transaction that has none yet."""
    known = {b.source.id for b in store.balance.values() if b.source is not None}
    for order in store.orders.values():
        for transaction in order.transactions:
            if (
                transaction.gateway != "shopify_payments"
                or transaction.status != "SUCCESS"
                or transaction.id in known
            ):
                continue
            if transaction.kind not in ("SALE", "CAPTURE", "REFUND"):
                continue
            refund = transaction.kind == "REFUND"
            number = store.next_id("ShopifyPaymentsBalanceTransaction")
            store.balance[number] = store.add(
                Balance(
                    number,
                    "REFUND" if refund else "CHARGE",
                    -transaction.amount.shop if refund else transaction.amount.shop,
                    transaction.fee,
                    transaction.processed_at or store.now(),
                    transaction,
                    order,
                    None,
                    order.test,
                )
            )


def pay_out(store: Store, until: datetime | None = None) -> Payout | None:
    """``run_batch``: pay out everything that is three days old (or older than ``until``)."""
    collect(store)
    now = store.now()
    limit = until or now - timedelta(days=3)
    rows = [
        b
        for b in store.balance.values()
        if b.payout is None and b.type != "TRANSFER" and b.transaction_date <= limit and not b.test
    ]
    if not rows:
        return None
    midnight = now.astimezone(JST).replace(hour=9, minute=0, second=0, microsecond=0)
    made = Payout(
        store.next_id("ShopifyPaymentsPayout"), midnight, "PAID", sum(b.net for b in rows)
    )
    for row in rows:
        row.payout = made
    number = store.next_id("ShopifyPaymentsBalanceTransaction")
    store.balance[number] = store.add(
        Balance(number, "TRANSFER", -made.net, 0, midnight, None, None, made)
    )
    store.payouts[made.id] = store.add(made)
    return made


def summary(store: Store, made: Payout) -> dict[str, int]:
    """``ShopifyPaymentsPayoutSummary``."""
    rows = [b for b in store.balance.values() if b.payout is made]
    charges = [b for b in rows if b.type == "CHARGE"]
    back = [b for b in rows if b.type == "REFUND"]
    return {
        "chargesGross": sum(b.amount for b in charges),
        "chargesFee": sum(b.fee for b in charges),
        "refundsFeeGross": sum(b.amount for b in back),
        "refundsFee": sum(b.fee for b in back),
    }
