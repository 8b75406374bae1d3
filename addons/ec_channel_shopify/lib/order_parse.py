"""From Shopify's order to the core's words, exact to the yen (sections 8 and 16).

Decisions:

* Money is the shop's side of every ``MoneyBag``; the presentment side is never mixed in (trap 6).
* A line carries its net: original price minus all its allocations, order-level ones included.
  Where the net cannot be shared evenly over the pieces, the line stays gross and its discount
  becomes a line beside it, so that price times quantity is always exact (trap 7).
* As sold, less the units taken off before they shipped (discounts and taxes pro rata). Units that
  came back after shipping, and money given back, do not change the sale: they are flagged. A
  cancelled order keeps what was sold, because its current figures are all zero.
* Gift cards and store credit are money paid earlier: they count as ``points``, so that
  ``buyer_total`` is what the buyer still has to pay (what a driver collects).
* EXPIRED is unpaid, not failed: a konbini payment may still come (section 16).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

from ...ec_unified.lib import data as d
from ...ec_unified.lib.errors import DataError
from . import const, order_lines
from .order_payment import read_payment
from .orders import parse_time
from .persons import read_address
from .wishes import Wishes, WishKeys, read_wishes

JST = timezone(timedelta(hours=9))
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseSettings:
    """What one shop's channel says about reading its orders."""

    wish_keys: WishKeys = field(default_factory=WishKeys)


def parse_order(payload: dict[str, Any], settings: ParseSettings | None = None) -> d.OrderData:
    """Read one order document (``orders_by_id``).

    :raise DataError: the document is not an order we understand
    """
    settings = settings or ParseSettings()
    try:
        return _parse(payload, settings)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise DataError(
            f"order document unreadable: {type(error).__name__} {error}", reason="malformed"
        ) from error


def _parse(payload: dict[str, Any], settings: ParseSettings) -> d.OrderData:
    ordered_at = parse_time(payload.get("processedAt") or payload["createdAt"])
    assert ordered_at is not None
    money = order_lines.read_lines(payload)
    wishes = read_wishes(
        _attributes(payload), settings.wish_keys, ordered_at.astimezone(JST).date()
    )
    payment = read_payment(payload, money.total)
    shipping = _first_shipping(payload)
    order = d.OrderData(
        ref=payload["id"],
        number=payload["name"],
        ordered_at=ordered_at,
        updated_at=parse_time(payload.get("updatedAt")),
        currency=payload["currencyCode"],
        buyer=_buyer(payload, wishes),
        destinations=_destinations(payload, wishes),
        lines=money.lines,
        tax_summary=money.tax_summary,
        shop_coupon=money.discount,
        points=payment.prepaid,
        buyer_total=money.total - payment.prepaid,
        total=money.total,
        refunded=order_lines.shop_amount(payload.get("totalRefundedSet")),
        payment_code=payment.code,
        payment_label=payment.label,
        payment_state=payment.state,
        paid_at=payment.paid_at,
        received=payment.received,
        delivery_code=(shipping.get("code") or shipping.get("title") or None),
        delivery_label=shipping.get("title") or "",
        remarks=(payload.get("note") or "").strip() or None,
        cancelled=bool(payload.get("cancelledAt")),
        cancel_reason=payload.get("cancelReason"),
        may_ship=_may_ship(payload, money),
        shipped=payload.get("displayFulfillmentStatus") == "FULFILLED",
        is_test=bool(payload.get("test")),
        shipments=_shipments(payload),
    )
    order = _with_status(order, payload)
    order = _with_wishes(order, wishes)
    return replace(order, flags=_flags(payload, order, money))


# --- people ------------------------------------------------------------------------------


def _buyer(payload: dict[str, Any], wishes: Wishes) -> d.Address:
    """The one who pays: billing address, else shipping address, else the customer's name."""
    source = payload.get("billingAddress") or payload.get("shippingAddress") or {}
    customer = payload.get("customer") or {}
    address = read_address(source)
    name = address.name or _customer_name(customer)
    phone = (
        address.phone
        or read_address({"phone": payload.get("phone") or _customer_phone(customer)}).phone
    )
    return replace(
        address, name=name, kana=wishes.kana, phone=phone, email=payload.get("email") or None
    )


def _customer_name(customer: dict[str, Any]) -> str | None:
    return read_address(
        {"lastName": customer.get("lastName"), "firstName": customer.get("firstName")}
    ).name


def _customer_phone(customer: dict[str, Any]) -> str | None:
    return (customer.get("defaultPhoneNumber") or {}).get("phoneNumber")


def _destinations(payload: dict[str, Any], wishes: Wishes) -> tuple[d.Destination, ...]:
    source = payload.get("shippingAddress")
    if not source:
        return ()
    return (
        d.Destination(
            ref="shipping",
            address=read_address(source),
            noshi=wishes.noshi,
            message=wishes.message,
            drop_off=wishes.drop_off,
            wish_date=wishes.date,
            wish_time_from=wishes.time_from,
            wish_time_to=wishes.time_to,
        ),
    )


# --- parts -------------------------------------------------------------------------------


def _attributes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Attributes of the order, then those of its lines."""
    rows = list(payload.get("customAttributes") or ())
    for line in payload["lineItems"]["nodes"]:
        rows += line.get("customAttributes") or ()
    return [(row["key"], row.get("value") or "") for row in rows]


def _first_shipping(payload: dict[str, Any]) -> dict[str, Any]:
    """The delivery method; a fee that stands among the postage is none, unless it is all there
    is."""
    nodes = [line for _ref, line in order_lines.shipping_lines(payload)]
    return next((line for line in nodes if not order_lines.is_cod_fee(line)), (nodes or [{}])[0])


def _shipments(payload: dict[str, Any]) -> tuple[d.ShipmentState, ...]:
    """Parcels the mall knows of, one per tracking number; cancelled ones are gone."""
    found = []
    for row in payload.get("fulfillments") or ():
        if row.get("status") != "SUCCESS":
            continue
        shipped = parse_time(row.get("createdAt"))
        for info in row.get("trackingInfo") or [{}]:
            found.append(
                d.ShipmentState(
                    ref=row["id"],
                    destination_ref="shipping",
                    carrier_code=info.get("company"),
                    tracking_number=info.get("number"),
                    shipped_on=shipped.astimezone(JST).date() if shipped else None,
                )
            )
    return tuple(found)


def _may_ship(payload: dict[str, Any], money: order_lines.Money) -> bool:
    """Held and scheduled orders wait; one with nothing left has nothing to ship."""
    waiting = payload.get("displayFulfillmentStatus") in ("ON_HOLD", "SCHEDULED")
    return not waiting and not money.nothing_left


def _with_status(order: d.OrderData, payload: dict[str, Any]) -> d.OrderData:
    """One status for the screens out of Shopify's two, unknown values shown as they are."""
    financial = payload.get("displayFinancialStatus") or ""
    fulfilment = payload.get("displayFulfillmentStatus") or ""
    labels = [
        const.FINANCIAL_LABELS.get(financial, financial),
        const.FULFILLMENT_LABELS.get(fulfilment, fulfilment),
    ]
    label = "・".join(text for text in labels if text)
    if order.cancelled:
        financial, label = "CANCELLED", const.CANCELLED_LABEL
    return replace(order, mall_status=financial, mall_status_label=label)


def _with_wishes(order: d.OrderData, wishes: Wishes) -> d.OrderData:
    return replace(
        order,
        wish_date=wishes.date,
        wish_time_from=wishes.time_from,
        wish_time_to=wishes.time_to,
        wish_text=wishes.text,
        is_gift=wishes.is_gift,
        wrapping_text=wishes.wrapping,
    )


# --- facts to look at --------------------------------------------------------------------


def _flags(
    payload: dict[str, Any], order: d.OrderData, money: order_lines.Money
) -> tuple[d.OrderFlag, ...]:
    flags: list[tuple[str, str]] = list(money.flags)
    if order.is_test:
        flags.append(("test_order", ""))
    presentment = payload.get("presentmentCurrencyCode")
    if presentment and presentment != order.currency:
        flags.append(("foreign_currency", presentment))
    if payload.get("edited"):
        flags.append(("edited_upstream", ""))
    flags += _refund_flags(payload)
    flags += _person_flags(payload, order)
    flags += _delivery_flags(payload)
    return tuple(d.OrderFlag(code=code, detail=detail) for code, detail in dict.fromkeys(flags))


def _refund_flags(payload: dict[str, Any]) -> list[tuple[str, str]]:
    refunded = order_lines.shop_amount(payload.get("totalRefundedSet"))
    flags = []
    if payload.get("cancelledAt"):
        return flags  # the refund belongs to the cancellation
    if refunded:
        flags.append(("refund_upstream", f"{refunded:f}"))
    if (payload.get("returnStatus") or "NO_RETURN") != "NO_RETURN":
        flags.append(("refund_upstream", payload["returnStatus"]))
    return flags


def _person_flags(payload: dict[str, Any], order: d.OrderData) -> list[tuple[str, str]]:
    """Section 7: fields that are protected come as null; a guest has no customer either."""
    if not payload.get("requiresShipping", True):
        return []
    if not order.destinations:
        return [("address_missing", "")]
    address = order.destinations[0].address
    if not (address.name or address.street or address.phone):
        return [("personal_data_missing", "")]
    return []


def _delivery_flags(payload: dict[str, Any]) -> list[tuple[str, str]]:
    flags = []
    source = payload.get("sourceName") or ""
    shipping = payload["shippingLines"]["nodes"]
    words = [f"{row.get('code') or ''} {row.get('title') or ''}".lower() for row in shipping]
    picked_up = any(word in text for text in words for word in const.PICKUP_WORDS)
    if picked_up or any("pick" in (row.get("deliveryCategory") or "") for row in shipping):
        flags.append(("store_pickup", ""))
    elif source == "pos" or payload.get("retailLocation"):
        flags.append(("store_pickup", "pos"))
    if "subscription" in source:
        flags.append(("subscription", source))
    status = payload.get("displayFulfillmentStatus")
    if status == "SCHEDULED":
        flags.append(("preorder", ""))
    elif status == "ON_HOLD":
        flags.append(("mall_checking", status))
    elif status == "REQUEST_DECLINED":
        flags.append(("mall_caution", status))
    return flags
