"""What the shop changes on orders and tells the mall: refunds, addresses, quantities, statuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .data import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Pieces of one line that are paid back. ``restock``: they can be sold again."""

    ref: str
    quantity: int
    restock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back to the buyer.

    ``amount`` is all that is paid back, postage (``shipping``) included. ``key`` was made with the
    job and stays the same for every try: the mall pays back once, however often it is told.
    """

    order_ref: str
    key: str
    amount: Decimal
    shipping: Decimal = Decimal(0)
    lines: tuple[RefundLine, ...] = ()
    note: str = ""
    notify_buyer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """How an order shall look at the mall; what is None or missing stays.

    ``address`` is meant for the destination that holds ``address_lines`` (line refs); empty = the
    whole order. ``quantities`` by line ref. ``reason_code``: why it gets less, in the mall's codes.
    """

    order_ref: str
    address: Address | None = None
    address_lines: tuple[str, ...] = ()
    quantities: Mapping[str, int] = field(default_factory=dict)
    reason_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MallStatus:
    """A status of the shop's own making at the mall, settable while the order is in ``state``."""

    ref: str
    name: str
    state: str
    state_label: str = ""
