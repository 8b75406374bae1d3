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
from .client import code_tail
from .orders import batches
from .shipping_rows import live_packages, plan_rows

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
        number = shipment.order_ref
        try:
            model = self.orders.get([number]).get(number)
            plan = self._plan(number, model, shipment)
            if not plan:
                return Result(ref=number, ok=True, already=True)
            self._write(number, plan)
            model = self.orders.get([number]).get(number)
        except EcError as error:
            return Result(ref=number, ok=False, error=error)
        return self._verified(shipment, model)

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

    def _write(self, number, baskets):
        """Send the rows; an unanswered write is left to the verifying read."""
        try:
            answer = self.client.update_order_shipping(number, baskets)
        except UncertainWriteError:
            return
        except DataError as error:
            message = {"messageCode": error.code, "message": error.params.get("says")}
            raise refusal(number, message, error.request_id) from None
        for message in answer.get("MessageModelList") or []:
            if message.get("messageType") == "ERROR":
                raise refusal(number, message)

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
            self._write(model["orderNumber"], baskets)

    # --- many orders ---------------------------------------------------------------------------

    def push_many(self, shipments):
        """Report many orders; one ``Result`` each, in order.

        Few go one by one. Many are read in hundreds, written by the asynchronous function and read
        again: the mall's answer names the reason, its rows decide.
        """
        if len(shipments) < ASYNC_FROM:
            return [self.push(shipment) for shipment in shipments]
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
            results.update(self._write_many(shipments, plans))
        return results

    def _write_many(self, shipments, plans):
        try:
            errors = self._run_async(plans)
        except (DataError, SetupError) as error:
            if error.kind == "setup" and error.reason != "function_missing":
                raise
            # One bad row refuses the whole request: alone, each order gets its own answer. A shop
            # that has not ticked the asynchronous function in RMS goes on one by one, too.
            return {number: self.push(shipments[number]) for number in plans}
        models = self.orders.get(plans)
        return {
            number: self._verified(shipments[number], models.get(number), errors.get(number))
            for number in plans
        }

    def _run_async(self, plans):
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
            number: refusal(number, message)
            for number, messages in said.items()
            for message in messages
            if message.get("messageType") == "ERROR"
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
    """Refuse what the mall would: too early is worth another try, cancelled is not.

    :raise EcError:
    """
    progress = model.get("orderProgress")
    if progress not in const.SHIPPING_ALLOWED:
        early = progress in (const.UNCONFIRMED, const.PROCESSING, const.CHANGE_PENDING)
        raise (ConflictError if early else DataError)(
            "the order's state does not take parcels",
            reason="wrong_state",
            params={"order": number, "state": const.PROGRESS.get(progress, str(progress))},
        )


def refusal(number, message, request_id=None):
    """The error for a message of the mall about one order."""
    code = message.get("messageCode")
    if code_tail(message) == "ERROR_102":
        return DataError(
            "the order is cancelled", reason="wrong_state", code=code, request_id=request_id,
            params={"order": number, "state": const.PROGRESS[const.CANCELLED]},
        )  # fmt: skip
    return DataError(
        f"parcel refused, {code_tail(message)}", reason="parcel_refused", code=code,
        request_id=request_id,
        params={"order": number, "code": code_tail(message), "says": message.get("message") or "–"},
    )  # fmt: skip


def _request_id(answer):
    """:raise DataError: the request was refused (with HTTP 200)"""
    messages = answer.get("MessageModelList") or [{}]
    request_id = messages[0].get("requestId")
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
