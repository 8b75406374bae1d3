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
from .order_lines import shop_amount, step_of

_logger = logging.getLogger(__name__)

ZERO = Decimal(0)
#: A key whose first try was refused, or was made for a refund that was to be paid otherwise, is
#: spent; the next ones follow from it, so that every process comes to the same.
MAX_NEW_KEYS = 5
_SPENT = ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
#: What became of a payment that does not go back.
_FAILED = ("FAILURE", "ERROR")
_MAX_NOTE = 255


def pay_back(client: ShopifyClient, refund: Refund, location: str | None) -> Result:
    """Pay back once: a refund that carries our mark has been made already.

    :param location: where pieces that can be sold again are counted; None = they are not counted
    """
    try:
        order = _refund_state(client, refund.order_ref)
        made = already = _made(order, refund)
        if made is None:
            made = _pay_back_once(client, refund, _refund_input(order, refund, location))
        _check_paid(made, refund)
    except EcError as error:
        return Result(ref=refund.order_ref, ok=False, error=error)
    return Result(ref=refund.order_ref, ok=True, already=already is not None)


def _pay_back_once(
    client: ShopifyClient, refund: Refund, variables: dict[str, Any]
) -> dict[str, Any]:
    """:return: the refund as the shop keeps it"""
    try:
        return _create(client, variables, refund.key)
    except UncertainWriteError:
        made = _made(_refund_state(client, refund.order_ref), refund)
        if made is None:
            raise
        return made


def _made(order: dict[str, Any], refund: Refund) -> dict[str, Any] | None:
    """Our refund among those of the order."""
    found = (row for row in order["refunds"] if _mark(refund) in (row.get("note") or ""))
    return next(found, None)


def _check_paid(made: dict[str, Any], refund: Refund) -> None:
    """What was paid back is what the payments say, not that there is a refund (section 9).

    :raise DataError: the refund is in the shop's list, but a payment did not go back
    """
    rows = (made.get("transactions") or {}).get("nodes") or ()
    came = [shop_amount(row["amountSet"]) for row in rows if row["status"] not in _FAILED]
    left = refund.amount - sum(came, ZERO)
    if len(came) < len(rows) and left > 0:  # else another try went through
        raise DataError(
            "recorded, but not paid back", reason="refund_unpaid", params={"what": f"{left:f}"}
        )


def _mark(refund: Refund) -> str:
    """What tells our refund from others in the shop."""
    return f"[{refund.key[:8]}]"


def _refund_state(client: ShopifyClient, ref: str) -> dict[str, Any]:
    order = client.execute("order_refund_state", {"id": ref}).data.get("order")
    if not order:
        raise DataError(f"order {ref} not found", reason="not_found")
    return order


def _create(client: ShopifyClient, variables: dict[str, Any], key: str) -> dict[str, Any]:
    for number in range(MAX_NEW_KEYS):
        use = key if not number else str(uuid.uuid5(uuid.UUID(key), str(number)))
        try:
            reply = client.execute(
                "refund_create", {"input": variables, "key": use}, replayable=True
            )
            raise_user_errors(reply.data["refundCreate"], reply)
        except EcError as error:
            # Plain user errors have no code: the message may lead with it.
            if error.code in _SPENT or any(code in error.message for code in _SPENT):
                continue
            raise
        return reply.data["refundCreate"].get("refund") or {}
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
    return _convert(order, amount, given, room) if room else amount


def _convert(order: dict[str, Any], amount: Decimal, given: Decimal, room: Decimal) -> Decimal:
    """``amount`` as ``given`` is to ``room``, in the smallest unit of the buyer's currency."""
    step = step_of(order["presentmentCurrencyCode"])
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
        parent = proposed.get("parentTransaction") or {}
        gateway = proposed.get("gateway") or parent.get("gateway")
        if part <= 0 or not parent or not gateway:
            continue
        given = to_decimal(proposed["amountSet"]["presentmentMoney"]["amount"])
        amount = _convert(order, part, given, room)
        rows.append(
            {
                "orderId": refund.order_ref,
                "parentId": parent["id"],
                "gateway": gateway,
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
        if change.address is None:
            return Result(ref=ref, ok=True, already=True)
        wanted, now = _address(change.address), _address_now(client, ref)
        if _equal(now, wanted):
            return Result(ref=ref, ok=True, already=True)
        # What is not given may count as emptied: the address is overwritten as a whole.
        wanted["company"] = change.address.company or now.get("company") or ""
        try:
            reply = client.execute(
                "order_update", {"input": {"id": ref, "shippingAddress": wanted}}
            )
            raise_user_errors(reply.data["orderUpdate"], reply)
        except UncertainWriteError:
            if not _equal(_address_now(client, ref), wanted):
                raise
    except EcError as error:
        return Result(ref=ref, ok=False, error=error)
    return Result(ref=ref, ok=True)


def _equal(now: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all((now.get(k) or "") == (v or "") for k, v in wanted.items() if k != "countryCode")


def _address_now(client: ShopifyClient, ref: str) -> dict[str, Any]:
    """:raise ConflictError: the order cannot be changed any more"""
    order = client.execute("order_address", {"id": ref}, allow_withheld=True).data.get("order")
    if not order:
        raise DataError(f"order {ref} not found", reason="not_found")
    if order["cancelledAt"] or order["displayFulfillmentStatus"] == "FULFILLED":
        what = "cancelled" if order["cancelledAt"] else "fulfilled"
        raise ConflictError(f"the order is {what}", reason="wrong_state", params={"what": what})
    return order.get("shippingAddress") or {}


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
