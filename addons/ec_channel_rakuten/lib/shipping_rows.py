"""What has to be written so that an order's parcel rows are right (2.8). Pure."""

import re
import unicodedata

from ...ec_unified.lib.errors import DataError
from . import const
from .times import day_or_none

_HYPHENS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc]+")


def same_number(text):
    """A tracking number without what the mall may write otherwise than we did: hyphens, blanks,
    width, case. A row not recognised would be added again with every try (trap 3)."""
    return _HYPHENS.sub("", unicodedata.normalize("NFKC", str(text or ""))).upper()


def company_code(carrier):
    """The mall's deliveryCompany of the core's carrier key; a code of the mall goes through."""
    if carrier in const.COMPANIES:
        return carrier
    return const.CARRIER_COMPANIES.get(carrier or "", const.OTHER_COMPANY)


def live_packages(model):
    """Packages that were not deleted (trap 12)."""
    packages = model.get("PackageModelList") or []
    return [package for package in packages if not is_set(package.get("packageDeleteFlag"))]


def is_set(flag):
    """Whether a flag of a document is 1, also where it is written as text."""
    return str(flag) in ("1", "True")


def progress_of(model):
    """orderProgress as a number, also where it is written as text; None when it is missing."""
    text = str((model or {}).get("orderProgress"))
    return int(text) if text.isascii() and text.isdigit() else None


def plan_rows(model, parcels, removed=()):
    """The ``BasketidModelList`` that brings an order's rows to ``parcels``; empty = all there.

    Rows are matched by tracking number. A row of a withdrawn number, else one without a number, is
    changed into a new parcel; what is left of withdrawn numbers and of rows that stand twice
    (trap 3) is deleted. Rows a person entered in RMS for other parcels stay; those that say nothing
    go, because the mall waits for each row to be filled (2.2).

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
            raise DataError("unknown destination", reason="destination_gone", params={"value": key})
        wanted[key][same_number(parcel.tracking_number)] = parcel
    plan = []
    gone = {same_number(number) for number in removed}
    for key, by_number in wanted.items():
        rows = _plan_basket(baskets[key], by_number, gone)
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
    # What is withdrawn goes, and what says nothing goes along with parcels that are written; a row
    # with a day but no number may be somebody's work and stays.
    idle = bool(changes)
    surplus += [
        row for row in free if row.get("shippingNumber") or (idle and not row.get("shippingDate"))
    ]
    changes += [
        {"shippingDetailId": row["shippingDetailId"], "shippingDeleteFlag": 1} for row in surplus
    ]
    if len(present) + added - len(surplus) > const.MAX_SHIPPING_ROWS:
        raise DataError(
            "too many parcels for one destination", reason="too_many_parcels",
            params={"limit": const.MAX_SHIPPING_ROWS},
        )  # fmt: skip
    return changes


def _sort_rows(present, parcels, removed):
    """(rows by wanted number, rows that may be changed, rows that stand twice)."""
    known, withdrawn, empty, surplus = {}, [], [], []
    for row in present:
        number = same_number(row.get("shippingNumber"))
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
    """Whether a row says this already, however the mall writes it."""
    day = day_or_none(row.get("shippingDate"))
    return (
        str(row.get("deliveryCompany") or "") == values["deliveryCompany"]
        and (day and day.isoformat()) == values["shippingDate"]
    )
