"""Refunds and changed addresses (sections 8 and 9)."""

from __future__ import annotations

import logging
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ...ec_unified.lib.data import Address, Result
from ...ec_unified.lib.data_change import OrderChange, Refund
from ...ec_unified.lib.errors import ConflictError, DataError, EcError, UncertainWriteError
from ...ec_unified.lib.money import to_decimal
from .client import ShopifyClient, raise_user_errors
from .order_lines import shop_amount

_logger = logging.getLogger(__name__)

ZERO = Decimal(0)
#: A key whose first try was refused is spent; the next ones follow from it, so that every process
#: comes to the same.
MAX_NEW_KEYS = 5
_SPENT = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
_MAX_NOTE = 255


def pay_back(client: ShopifyClient, refund: Refund, location: str | None) -> Result:
    """Pay back once: a refund that carries our mark has been made already.

    :param location: where pieces that can be sold again are counted; None = they are not counted
    """
    try:
        order = _refund_state(client, refund.order_ref)
        if any(_mark(refund) in (row.get("note") or "") for row in order["refunds"]):
            return Result(ref=refund.order_ref, ok=True, already=True)
        variables = _refund_input(order, refund, location)
        try:
            _create(client, variables, refund.key)
        except UncertainWriteError:
            again = _refund_state(client, refund.order_ref)
            if not any(_mark(refund) in (row.get("note") or "") for row in again["refunds"]):
                raise
    except EcError as error:
        return Result(ref=refund.order_ref, ok=False, error=error)
    return Result(ref=refund.order_ref, ok=True)


def _mark(refund: Refund) -> str:
    """What tells our refund from others in the shop."""
    return f"[{refund.key[:8]}]"


def _refund_state(client: ShopifyClient, ref: str) -> dict[str, Any]:
    order = client.execute("order_refund_state", {"id": ref}).data.get("order")
    if not order:
        raise DataError(f"order {ref} not found", reason="not_found")
    return order


def _create(client: ShopifyClient, variables: dict[str, Any], key: str) -> None:
    for number in range(MAX_NEW_KEYS):
        use = key if not number else str(uuid.uuid5(uuid.UUID(key), str(number)))
        reply = client.execute("refund_create", {"input": variables, "key": use}, replayable=True)
        payload = reply.data["refundCreate"]
        errors = payload.get("userErrors") or []
        if any(_SPENT in str(error.get("message")) for error in errors):
            continue
        raise_user_errors(payload, reply)
        return
    raise ConflictError("refund refused again and again", reason="wrong_state")


def _refund_input(order: dict[str, Any], refund: Refund, location: str | None) -> dict[str, Any]:
    mark = _mark(refund)
    value: dict[str, Any] = {
        "orderId": refund.order_ref,
        "note": f"{refund.note[: _MAX_NOTE - len(mark) - 1]} {mark}",
        "notify": refund.notify_buyer,
        "currency": order["presentmentCurrencyCode"],
        "refundLineItems": _rows(order, refund, location),
        "transactions": _transactions(order, refund),
    }
    if refund.shipping:
        value["shipping"] = {"amount": f"{_presented(order, refund.shipping):f}"}
    return value


def _suggested(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Nothing is suggested for an order of which nothing was paid."""
    return (order.get("suggestedRefund") or {}).get("suggestedTransactions") or []


def _presented(order: dict[str, Any], amount: Decimal) -> Decimal:
    """An amount of the shop's currency in the one the buyer paid in: a refund speaks that."""
    rows = [row["amountSet"] for row in _suggested(order)]
    given = sum((to_decimal(row["presentmentMoney"]["amount"]) for row in rows), ZERO)
    room = sum((shop_amount(row) for row in rows), ZERO)
    return _convert(amount, given, room) if room else amount


def _convert(amount: Decimal, given: Decimal, room: Decimal) -> Decimal:
    """``amount`` as ``given`` is to ``room``; with cents where the two differ."""
    step = Decimal(1) if given == room else Decimal("0.01")
    return (given * amount / room).quantize(step, rounding=ROUND_HALF_UP)


def _rows(order: dict[str, Any], refund: Refund, location: str | None) -> list[dict[str, Any]]:
    """Pieces that never left are taken out of the order, others count as come back."""
    known = {node["id"]: node for node in order["lineItems"]["nodes"]}
    rows = []
    for line in refund.lines:
        node = known.get(line.ref)
        if node is None:
            raise DataError("a line is not at the shop", reason="unknown_value")
        unsent = min(line.quantity, node["unfulfilledQuantity"])
        for quantity, kind in ((unsent, "CANCEL"), (line.quantity - unsent, "RETURN")):
            if not quantity:
                continue
            row = {"lineItemId": line.ref, "quantity": quantity, "restockType": "NO_RESTOCK"}
            if line.restock and location:
                row |= {"restockType": kind, "locationId": location}
            rows.append(row)
    return rows


def _transactions(order: dict[str, Any], refund: Refund) -> list[dict[str, Any]]:
    """The amount, spread over the payments as the shop proposes for a full refund."""
    left, rows = refund.amount, []
    for proposed in _suggested(order):
        room = shop_amount(proposed["amountSet"])
        part = min(left, room)
        parent = proposed.get("parentTransaction")
        if part <= 0 or not parent:
            continue
        given = to_decimal(proposed["amountSet"]["presentmentMoney"]["amount"])
        amount = _convert(part, given, room)
        rows.append(
            {
                "orderId": refund.order_ref,
                "parentId": parent["id"],
                "gateway": proposed["gateway"],
                "kind": "REFUND",
                "amount": f"{amount:f}",
            }
        )
        left -= part
    if left > 0:
        most = refund.amount - left
        raise DataError(
            f"only {most:f} can be paid back", reason="refused", params={"what": f"{most:f}"}
        )
    return rows


# --- address -----------------------------------------------------------------------------


def change_address(client: ShopifyClient, change: OrderChange) -> Result:
    """Have the shop send the goods elsewhere; equal addresses are not written."""
    ref = change.order_ref
    try:
        if change.quantities:
            raise DataError(
                "quantities are not changed by this function", reason="unsupported",
                params={"what": "change_quantity"},
            )  # fmt: skip
        if change.address is None or _shows(client, ref, wanted := _address(change.address)):
            return Result(ref=ref, ok=True, already=True)
        try:
            reply = client.execute(
                "order_update", {"input": {"id": ref, "shippingAddress": wanted}}
            )
            raise_user_errors(reply.data["orderUpdate"], reply)
        except UncertainWriteError:
            if not _shows(client, ref, wanted):
                raise
    except EcError as error:
        return Result(ref=ref, ok=False, error=error)
    return Result(ref=ref, ok=True)


def _shows(client: ShopifyClient, ref: str, wanted: dict[str, Any]) -> bool:
    """:raise ConflictError: the order cannot be changed any more"""
    order = client.execute("order_address", {"id": ref}, allow_withheld=True).data.get("order")
    if not order:
        raise DataError(f"order {ref} not found", reason="not_found")
    if order["cancelledAt"] or order["displayFulfillmentStatus"] == "FULFILLED":
        what = "cancelled" if order["cancelledAt"] else "fulfilled"
        raise ConflictError(f"the order is {what}", reason="wrong_state", params={"what": what})
    now = order.get("shippingAddress") or {}
    return all((now.get(k) or "") == (v or "") for k, v in wanted.items()
               if k != "countryCode")  # fmt: skip


def _address(address: Address) -> dict[str, Any]:
    """``MailingAddressInput``: family name last, as the shop keeps it (section 16)."""
    family, _blank, given = (address.name or "").strip().replace("　", " ").partition(" ")
    return {
        "lastName": family,
        "firstName": given,
        "zip": address.zip or "",
        "countryCode": address.country,
        "provinceCode": address.state_code or "",
        "city": address.city or "",
        "address1": address.street or "",
        "address2": address.street2 or "",
        "phone": address.phone or "",
    }
