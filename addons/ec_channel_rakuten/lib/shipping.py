"""Parcel reports (2.8): read the rows, plan, write once, verify."""

from ...ec_unified.lib.data import Result
from ...ec_unified.lib.errors import ConflictError, DataError, EcError, UncertainWriteError
from . import const
from .client import code_tail


def company_code(carrier):
    """The mall's deliveryCompany of the core's carrier key; a code of the mall goes through."""
    if carrier in const.COMPANIES:
        return carrier
    return const.CARRIER_COMPANIES.get(carrier or "", const.OTHER_COMPANY)


def live_packages(model):
    """Packages that were not deleted (trap 12)."""
    return [p for p in model.get("PackageModelList") or [] if p.get("packageDeleteFlag") != 1]


class ShippingService:
    """Writes parcels so that repeating it never doubles a row (trap 3).

    :param client: ``RmsClient``
    :param orders: ``OrderService``
    """

    def __init__(self, client, orders):
        self.client = client
        self.orders = orders

    def push(self, shipment):
        """Report the parcels of one order.

        :param shipment: ``ShipmentData``
        :rtype: Result
        """
        number = shipment.order_ref
        try:
            model = self._model(number)
            plan = plan_rows(model, shipment.parcels)
            if not plan:
                return Result(ref=number, ok=True, already=True)
            self._check_state(number, model)
            self._write(number, plan)
            left = plan_rows(self._model(number), shipment.parcels)
        except EcError as error:
            return Result(ref=number, ok=False, error=error)
        if left:
            error = ConflictError("the parcel rows did not stay", reason="stale")
            return Result(ref=number, ok=False, error=error)
        return Result(ref=number, ok=True)

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

    def _model(self, number):
        model = self.orders.get([number]).get(number)
        if model is None:
            raise DataError("order not found", reason="not_found", params={"order": number})
        return model

    def _check_state(self, number, model):
        progress = model.get("orderProgress")
        if progress not in const.SHIPPING_ALLOWED:
            raise ConflictError(
                "the order's state does not take parcels",
                reason="wrong_state",
                params={"order": number, "state": const.PROGRESS.get(progress, str(progress))},
            )

    def _write(self, number, baskets):
        """Send the rows; an unanswered write is left to the verifying read."""
        try:
            answer = self.client.update_order_shipping(number, baskets)
        except UncertainWriteError:
            return
        except DataError as error:
            if code_tail({"messageCode": error.code}) == "ERROR_102":
                raise ConflictError(
                    "the order is cancelled", reason="wrong_state", code=error.code,
                    params={"order": number, "state": const.PROGRESS[const.CANCELLED]},
                ) from None  # fmt: skip
            raise
        for message in answer.get("MessageModelList") or []:
            if message.get("messageType") == "ERROR":
                code = message.get("messageCode")
                raise DataError(f"parcel refused, {code_tail(message)}", code=code)


def plan_rows(model, parcels):
    """The ``BasketidModelList`` that brings an order's rows to ``parcels``; empty = all there.

    Rows are matched by tracking number, then rows without a number are filled, then added. Rows a
    person entered in RMS for other parcels stay.
    """
    packages = live_packages(model)
    if not packages:
        raise DataError("the order has no destination", reason="malformed")
    baskets = {str(package["basketId"]): package for package in packages}
    wanted = {}
    for parcel in parcels:
        key = str(parcel.destination_ref or packages[0]["basketId"])
        if key not in baskets:
            raise DataError("unknown destination", reason="unknown_value", params={"value": key})
        wanted.setdefault(key, {})[parcel.tracking_number] = parcel
    plan = []
    for key, by_number in wanted.items():
        rows = _plan_basket(baskets[key], by_number)
        if rows:
            plan.append({"basketId": baskets[key]["basketId"], "ShippingModelList": rows})
    return plan


def _plan_basket(package, parcels):
    present = package.get("ShippingModelList") or []
    by_number = {row.get("shippingNumber"): row for row in present if row.get("shippingNumber")}
    empty = [row for row in present if not row.get("shippingNumber")]
    rows, added = [], 0
    for number, parcel in parcels.items():
        values = {
            "deliveryCompany": company_code(parcel.carrier_code),
            "shippingNumber": number,
            "shippingDate": parcel.shipped_on.isoformat(),
        }
        row = by_number.get(number)
        if row is not None and all(row.get(name) == value for name, value in values.items()):
            continue
        if row is None and empty:
            row = empty.pop(0)
        if row is None:
            added += 1
            rows.append(values)
        else:
            rows.append({"shippingDetailId": row["shippingDetailId"], **values})
    if len(present) + added > const.MAX_SHIPPING_ROWS:
        raise DataError("too many parcels for one destination", reason="too_many")
    return rows
