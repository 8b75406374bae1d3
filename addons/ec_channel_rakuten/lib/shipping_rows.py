"""What has to be written so that an order's parcel rows are right (2.8). Pure."""

from ...ec_unified.lib.errors import DataError
from . import const


def company_code(carrier):
    """The mall's deliveryCompany of the core's carrier key; a code of the mall goes through."""
    if carrier in const.COMPANIES:
        return carrier
    return const.CARRIER_COMPANIES.get(carrier or "", const.OTHER_COMPANY)


def live_packages(model):
    """Packages that were not deleted (trap 12)."""
    return [p for p in model.get("PackageModelList") or [] if p.get("packageDeleteFlag") != 1]


def plan_rows(model, parcels, removed=()):
    """The ``BasketidModelList`` that brings an order's rows to ``parcels``; empty = all there.

    Rows are matched by tracking number. A row of a withdrawn number, else one without a number, is
    changed into a new parcel; what is left of withdrawn numbers and of rows that stand twice
    (trap 3) is deleted. Rows a person entered in RMS for other parcels stay.

    :param parcels: ``lib.data.Parcel`` of the order
    :param removed: tracking numbers that were told before and are withdrawn
    """
    packages = live_packages(model)
    if not packages:
        raise DataError("the order has no destination", reason="malformed")
    baskets = {str(package["basketId"]): package for package in packages}
    wanted = {key: {} for key in baskets}
    for parcel in parcels:
        key = str(parcel.destination_ref or packages[0]["basketId"])
        if key not in baskets:
            raise DataError("unknown destination", reason="unknown_value", params={"value": key})
        wanted[key][parcel.tracking_number or ""] = parcel
    plan = []
    for key, by_number in wanted.items():
        rows = _plan_basket(baskets[key], by_number, set(removed))
        if rows:
            plan.append({"basketId": baskets[key]["basketId"], "ShippingModelList": rows})
    return plan


def _plan_basket(package, parcels, removed):
    present = package.get("ShippingModelList") or []
    known, free, surplus = _sort_rows(present, parcels, removed)
    changes, added = [], 0
    for number, parcel in parcels.items():
        values = _values(parcel)
        row = known.get(number)
        if row is not None and _says(row, values):
            continue
        if row is None and free:
            row = free.pop(0)
        if row is None:
            added += 1
            changes.append(values)
        else:
            changes.append(_changed(row, values))
    # What is withdrawn goes; a row without a number may be somebody's work and stays.
    surplus += [row for row in free if row.get("shippingNumber")]
    changes += [
        {"shippingDetailId": row["shippingDetailId"], "shippingDeleteFlag": 1} for row in surplus
    ]
    if len(present) + added - len(surplus) > const.MAX_SHIPPING_ROWS:
        raise DataError("too many parcels for one destination", reason="too_many")
    return changes


def _sort_rows(present, parcels, removed):
    """(rows by wanted number, rows that may be changed, rows that stand twice)."""
    known, withdrawn, empty, surplus = {}, [], [], []
    for row in present:
        number = row.get("shippingNumber") or ""
        if number in parcels and number not in known:
            known[number] = row
        elif number and number in parcels:
            surplus.append(row)
        elif not number:
            empty.append(row)
        elif number in removed:
            withdrawn.append(row)
    return known, withdrawn + empty, surplus


def _values(parcel):
    values = {
        "deliveryCompany": company_code(parcel.carrier_code),
        "shippingDate": parcel.shipped_on.isoformat(),
    }
    if parcel.tracking_number:
        values["shippingNumber"] = parcel.tracking_number
    return values


def _changed(row, values):
    """The change of a row; a number it has is only taken away when an empty one is sent (2.8)."""
    if row.get("shippingNumber") and "shippingNumber" not in values:
        values = {**values, "shippingNumber": ""}
    return {"shippingDetailId": row["shippingDetailId"], **values}


def _says(row, values):
    return all(row.get(name) == value for name, value in values.items())
