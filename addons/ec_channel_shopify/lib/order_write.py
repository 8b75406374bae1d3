"""Changes orders at the shop: cancel, mark as paid (sections 8 and 9)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from ...ec_unified.lib.data import Result
from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    EcError,
    TransientError,
    UncertainWriteError,
)
from .client import ShopifyClient, raise_user_errors
from .failures import user_error

_logger = logging.getLogger(__name__)

#: A longer tag is refused.
TAG_LENGTH = 40
#: A cancellation is a job at the shop; ask this often, this many seconds apart.
POLLS = 15
POLL_SECONDS = 1.0


def cancel_order(
    client: ShopifyClient,
    ref: str,
    reason: str,
    *,
    restock: bool,
    refund: bool = True,
    note: str | None = None,
    notify: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Cancel an order: irreversible, so the state is read before and after.

    :param refund: give the money back the way it came; without it nothing is paid back
    :param notify: have Shopify tell the buyer
    """
    try:
        if _state(client, ref)["cancelledAt"]:
            return Result(ref=ref, ok=True, already=True)
        job = None
        try:
            job = _start_cancel(client, ref, reason, restock, refund, note, notify)
        except UncertainWriteError as error:
            # The order's state, read below, tells whether it arrived.
            _logger.info("cancellation without an answer: %s", error.message)
        if job:
            _wait_for(client, job, sleep)
        _wait_until_cancelled(client, ref, sleep)
    except EcError as error:
        return Result(ref=ref, ok=False, error=error)
    return Result(ref=ref, ok=True)


def mark_as_paid(client: ShopifyClient, ref: str) -> Result:
    """Book the open amount of an order as received; an order paid already counts as done."""
    try:
        if _is_paid(_state(client, ref)):
            return Result(ref=ref, ok=True, already=True)
        try:
            reply = client.execute("order_mark_as_paid", {"input": {"id": ref}})
            raise_user_errors(reply.data["orderMarkAsPaid"], reply)
        except (UncertainWriteError, ConflictError):
            if not _is_paid(_state(client, ref)):
                raise
    except EcError as error:
        return Result(ref=ref, ok=False, error=error)
    return Result(ref=ref, ok=True)


def add_tag(client: ShopifyClient, ref: str, text: str) -> Result:
    """Tag an order; the shop keeps its other tags and knows equal ones once. The note of an order
    is the buyer's, so it is left alone."""
    tag = text.replace(",", " ").strip()[:TAG_LENGTH]
    try:
        reply = client.execute("order_tags_add", {"id": ref, "tags": [tag]})
        raise_user_errors(reply.data["tagsAdd"], reply)
    except EcError as error:
        return Result(ref=ref, ok=False, error=error)
    return Result(ref=ref, ok=True)


def _state(client: ShopifyClient, ref: str) -> dict[str, Any]:
    order = client.execute("order_state", {"id": ref}).data.get("order")
    if not order:
        raise DataError(f"order {ref} not found", reason="not_found")
    return order


def _is_paid(state: dict[str, Any]) -> bool:
    return state["displayFinancialStatus"] == "PAID"


def _start_cancel(
    client: ShopifyClient,
    ref: str,
    reason: str,
    restock: bool,
    refund: bool,
    note: str | None,
    notify: bool,
) -> str | None:
    reply = client.execute(
        "order_cancel",
        {
            "orderId": ref,
            "reason": reason,
            "restock": restock,
            "refundMethod": {"originalPaymentMethodsRefund": refund},
            "notifyCustomer": notify,
            "staffNote": (note or "")[:255] or None,
        },
    )
    payload = reply.data["orderCancel"]
    raise_user_errors(payload, reply, key="orderCancelUserErrors")
    return (payload.get("jobResult") or {}).get("id")


def _wait_until_cancelled(client: ShopifyClient, ref: str, sleep: Callable[[float], None]) -> None:
    """Look at the order itself: the only truth, and all there is when the answer was lost.

    :raise TransientError: not cancelled yet; asked again later, the state is read first
    """
    for _poll in range(POLLS):
        if _state(client, ref)["cancelledAt"]:
            return
        sleep(POLL_SECONDS)
    raise TransientError("the cancellation is not finished yet", reason="uncertain_write")


def _wait_for(client: ShopifyClient, job: str, sleep: Callable[[float], None]) -> None:
    """Follow the job to its end, for a while.

    :raise EcError: the job failed (layer 4 of section 5)
    """
    for _poll in range(POLLS):
        reply = client.execute("order_cancel_result", {"id": job})
        node = reply.data.get("node") or {}
        if "status" not in node:
            return  # jobs are forgotten after a while; the order itself tells
        for error in node.get("errors") or ():
            raise user_error(error, request_id=reply.request_id)
        if node["status"] == "FAILED":
            raise DataError("the cancellation failed", reason="refused")
        if node["done"]:
            return
        sleep(POLL_SECONDS)
