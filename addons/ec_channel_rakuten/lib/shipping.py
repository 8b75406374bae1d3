"""Parcel reports (2.8): read the rows, plan, write once, verify. Hundreds go asynchronously."""

import time

from ...ec_unified.lib.data import Result
from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    EcError,
    SetupError,
    TransientError,
    UncertainWriteError,
)
from . import const
from .client import code_tail, perhaps_later
from .orders import batches
from .shipping_rows import live_packages, plan_rows, progress_of

#: From this number of orders on the asynchronous function is used.
ASYNC_FROM = 10
#: Pauses before the result is asked for; together they are the deadline.
ASYNC_WAITS = (1, 1, 2, 3, 5, 8, 10, 15, 20, 25)


class ShippingService:
    """Writes parcels so that repeating it never doubles a row (trap 3).

    :param client: ``RmsClient``
    :param orders: ``OrderService``
    :param sleep: callable(seconds), between two questions for an asynchronous result
    """

    def __init__(self, client, orders, *, sleep=time.sleep):
        self.client = client
        self.orders = orders
        self._sleep = sleep

    # --- one order -----------------------------------------------------------------------------

    def push(self, shipment):
        """Report the parcels of one order.

        :param shipment: ``ShipmentData``
        :rtype: Result
        """
        (result,) = self.push_many([shipment])
        return result

    def _plan(self, number, model, shipment):
        """The rows to write; empty when the mall has all of them.

        :raise EcError: there is no such order, or it takes no parcels
        """
        if model is None:
            raise DataError("order not found", reason="not_found", params={"order": number})
        plan = plan_rows(model, shipment.parcels, shipment.removed)
        if plan:
            check_state(number, model)
        return plan

    def _verified(self, shipment, model, error=None):
        """The result by what the mall has now.

        :param error: why it may not be there
        """
        number = shipment.order_ref
        try:
            left = self._plan(number, model, shipment)
        except EcError as found:
            return Result(ref=number, ok=False, error=error or found)
        if left:
            error = error or ConflictError("the parcel rows did not stay", reason="stale")
            return Result(ref=number, ok=False, error=error)
        return Result(ref=number, ok=True)

    def _write(self, model, baskets):
        """Send the rows; an unanswered write is left to the verifying read."""
        try:
            answer = self.client.update_order_shipping(model["orderNumber"], baskets)
        except UncertainWriteError:
            return
        except DataError as error:
            message = {"messageCode": error.code, "message": error.params.get("says")}
            raise refusal(model, baskets, [message], error.request_id) from None
        errors = _errors(answer.get("MessageModelList"))
        if errors:
            raise refusal(model, baskets, errors)

    def clear(self, model):
        """Delete every registered row: a shipping date blocks a cancel (trap 18)."""
        baskets = []
        for package in live_packages(model):
            rows = [
                {"shippingDetailId": row["shippingDetailId"], "shippingDeleteFlag": 1}
                for row in package.get("ShippingModelList") or []
            ]
            if rows:
                baskets.append({"basketId": package["basketId"], "ShippingModelList": rows})
        if baskets:
            self._write(model, baskets)

    # --- many orders ---------------------------------------------------------------------------

    def push_many(self, shipments):
        """Report many orders; one ``Result`` each, in order.

        They are read in hundreds, written one by one or, where they are many, by the asynchronous
        function, and read again: the mall's answer names the reason, its rows decide.
        """
        results = {}
        for chunk in batches(shipments, const.SHIPPING_BATCH):
            results.update(self._push_chunk({s.order_ref: s for s in chunk}))
        return [results[shipment.order_ref] for shipment in shipments]

    def _push_chunk(self, shipments):
        models = self.orders.get(shipments)
        results, plans = {}, {}
        for number, shipment in shipments.items():
            try:
                plan = self._plan(number, models.get(number), shipment)
            except EcError as error:
                results[number] = Result(ref=number, ok=False, error=error)
                continue
            if plan:
                plans[number] = plan
            else:
                results[number] = Result(ref=number, ok=True, already=True)
        if plans:
            errors = self._write_many(plans, models)
            models = self.orders.get(plans)
            for number in plans:
                found = self._verified(shipments[number], models.get(number), errors.get(number))
                results[number] = found
        return results

    def _write_many(self, plans, models):
        """:return: {order: error}; the rows the mall has afterwards decide"""
        if len(plans) < ASYNC_FROM:
            return self._write_singly(plans, models)
        try:
            return self._run_async(plans, models)
        except (DataError, SetupError) as error:
            if error.kind == "setup" and error.reason != "function_missing":
                raise
            # One bad row refuses the whole request: alone, each order gets its own answer. A shop
            # that has not ticked the asynchronous function in RMS goes on one by one, too.
            return self._write_singly(plans, models)

    def _write_singly(self, plans, models):
        errors = {}
        for number, plan in plans.items():
            try:
                self._write(models[number], plan)
            except EcError as error:
                errors[number] = error
                if error.kind in ("transient", "setup"):
                    # The mall itself, not this order: the others wait for the same.
                    return {**dict.fromkeys(plans, error), **errors}
        return errors

    def _run_async(self, plans, models):
        """Send the rows and wait for the result.

        :return: {order: error} of those refused, or still unknown when the deadline is over
        :raise DataError: the mall refuses the request itself
        """
        rows = [{"orderNumber": n, "BasketidModelList": plan} for n, plan in plans.items()]
        waiting = ConflictError("the mall is still writing the parcels", reason="in_progress")
        try:
            answer = self.client.update_order_shipping_async(rows)
        except UncertainWriteError:
            self._sleep(ASYNC_WAITS[-1])  # perhaps it is running: look at the rows, not sooner
            return dict.fromkeys(plans, waiting)
        said = self._wait_for_result(_request_id(answer))
        if said is None:
            return dict.fromkeys(plans, waiting)
        return {
            number: refusal(models[number], plans[number], errors)
            for number, messages in said.items()
            if number in plans and (errors := _errors(messages))
        }

    def _wait_for_result(self, request_id):
        """{order: messages}, or None when the deadline is over. The rows decide in any case."""
        for wait in ASYNC_WAITS:
            self._sleep(wait)
            try:
                said = _results(self.client.shipping_result(request_id))
            except TransientError:
                continue
            except SetupError as error:
                if error.reason != "function_missing":
                    raise
                continue  # not ticked in RMS: give the mall the same time
            if said:
                return said
        return None


def check_state(number, model):
    """Refuse what the mall would for sure: too early is worth another try, cancelled is not.

    Whether it takes corrections after 500 is not known (2.1): it is asked.

    :raise EcError:
    """
    progress = progress_of(model)
    if progress in const.SHIPPING_EARLY:
        raise _wrong_state(ConflictError, number, progress)
    if progress in (const.CANCEL_PENDING, const.CANCELLED):
        raise _wrong_state(DataError, number, progress)


def refusal(model, baskets, messages, request_id=None):
    """The error for what the mall says against the rows of an order.

    :param messages: its error messages, one at least
    """
    number, progress = model["orderNumber"], progress_of(model)
    code, tail = messages[0].get("messageCode"), code_tail(messages[0])
    if any(code_tail(message) == "ERROR_102" for message in messages):
        progress = const.CANCELLED
    if progress not in const.SHIPPING_ALLOWED:
        return _wrong_state(DataError, number, progress, code=code, request_id=request_id)
    rows = [row for basket in baskets for row in basket["ShippingModelList"]]
    says = "／".join(dict.fromkeys(_words(message, rows) for message in messages))
    return perhaps_later(
        DataError(
            f"parcel refused, {tail}", reason="parcel_refused", code=code, request_id=request_id,
            params={"order": number, "code": tail, "says": says},
        )
    )  # fmt: skip


def _wrong_state(kind, number, progress, **details):
    return kind(
        "the order's state does not take parcels",
        reason="wrong_state",
        params={"order": number, "state": const.PROGRESS.get(progress, str(progress))},
        **details,
    )


def _words(message, rows):
    """What the mall says, with the parcel it speaks of where there are several (dataNumber)."""
    text = message.get("message") or "–"
    place = message.get("dataNumber")
    if len(rows) > 1 and isinstance(place, int) and 0 < place <= len(rows):
        row = rows[place - 1]
        about = row.get("shippingNumber") or row.get("shippingDetailId")
        return f"{about}: {text}" if about else text
    return text


def _errors(messages):
    return [message for message in messages or [] if message.get("messageType") == "ERROR"]


def _request_id(answer):
    """:raise DataError: the request was refused (with HTTP 200)"""
    messages = answer.get("MessageModelList") or [{}]
    request_id = next(filter(None, (message.get("requestId") for message in messages)), None)
    if not request_id:
        raise DataError("parcels refused", code=messages[0].get("messageCode"))
    return request_id


def _results(answer):
    """{order: messages}; running, unknown and expired look the same: empty."""
    return {
        row["orderNumber"]: row.get("MessageModelList") or []
        for row in answer.get("ResultShippingModelList") or []
        if row.get("orderNumber")
    }
