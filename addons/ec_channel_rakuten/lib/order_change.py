"""Changes of address and quantity: updateOrderSender (2.9) takes the whole order every time."""

import re

from ...ec_unified.lib.data import Result
from ...ec_unified.lib.errors import ConflictError, DataError, EcError, UncertainWriteError
from . import const
from .client import perhaps_later
from .order_money import live_items
from .shipping import live_packages
from .shipping_rows import is_set, progress_of

CHANGE_ALLOWED = (const.UNCONFIRMED, const.PROCESSING, const.TO_SHIP)
_STATES = {code: name for name, code in const.PREFECTURES.items()}
# What the function takes; everything else of the read order stays at home.
_PACKAGE = (
    "basketId", "postagePrice", "postageTaxRate", "deliveryPrice", "deliveryTaxRate", "noshi",
    "packageDeleteFlag", "dropOffLocation",
)  # fmt: skip
_SENDER = (
    "zipCode1", "zipCode2", "prefecture", "city", "subAddress", "familyName", "firstName",
    "familyNameKana", "firstNameKana", "phoneNumber1", "phoneNumber2", "phoneNumber3",
)  # fmt: skip
_ITEM = (
    "itemDetailId", "itemName", "itemNumber", "price", "taxRate", "units", "includePostageFlag",
    "includeTaxFlag", "includeCashOnDeliveryPostageFlag", "selectedChoice", "restoreInventoryFlag",
    "deleteItemFlag",
)  # fmt: skip
_SKU = ("variantId", "merchantDefinedSkuId", "skuInfo")
_WRAPPING = ("title", "name", "price", "taxRate", "includeTaxFlag", "deleteWrappingFlag")
_COUPON = ("couponCode", "itemId", "couponPrice", "couponUnit")


class ChangeService:
    """Brings an order to what the shop decided; repeating it changes nothing.

    :param client: ``RmsClient``
    :param orders: ``OrderService``
    """

    def __init__(self, client, orders):
        self.client = client
        self.orders = orders

    def change(self, change):
        """Apply one ``OrderChange``: read, compare, write the whole, read again.

        :rtype: Result
        """
        number = change.order_ref
        try:
            model = self._model(number)
            if fits(model, change):
                return Result(ref=number, ok=True, already=True)
            self._check_state(number, model)
            self._write(build(model, change))
            if not fits(self._model(number), change):
                raise ConflictError("the change did not stay", reason="stale")
        except EcError as error:
            return Result(ref=number, ok=False, error=perhaps_later(error))
        return Result(ref=number, ok=True)

    def _model(self, number):
        model = self.orders.get([number]).get(number)
        if model is None:
            raise DataError("order not found", reason="not_found", params={"order": number})
        return model

    def _check_state(self, number, model):
        progress = progress_of(model)
        if progress not in CHANGE_ALLOWED:
            raise ConflictError(
                "the order's state does not allow a change",
                reason="wrong_state",
                params={"order": number, "state": const.PROGRESS.get(progress, str(progress))},
            )

    def _write(self, body):
        try:
            answer = self.client.order_call("updateOrderSender", body, write=True)
        except UncertainWriteError:
            return  # the verifying read tells
        for message in answer.get("MessageModelList") or []:
            if message.get("messageType") == "ERROR":
                code = message.get("messageCode")
                raise DataError(f"change refused, {code}", reason="refused", code=code)


def fits(model, change):
    """Whether the mall says already what ``change`` wants."""
    wanted = {str(ref): units for ref, units in change.quantities.items()}
    for package in live_packages(model):
        for item in live_items(package):
            if wanted.get(str(item["itemDetailId"]), item["units"]) != item["units"]:
                return False
        if change.address and _is_meant(package, change):
            person = sender(change.address)
            now = package["SenderModel"]
            if any((now.get(name) or None) != value for name, value in person.items()):
                return False
    return True


def build(model, change):
    """The body of updateOrderSender: the order as read, with the change in it."""
    body = {
        "orderNumber": model["orderNumber"],
        "PackageModelList": [_package(package, change) for package in live_packages(model)],
    }
    for name in ("WrappingModel1", "WrappingModel2"):
        row = model.get(name)
        if row and row.get("deleteWrappingFlag") != 1:
            body[name] = {key: row.get(key) for key in _WRAPPING}
    if model.get("CouponModelList"):
        body["CouponModelList"] = [
            {key: row.get(key) for key in _COUPON} for row in model["CouponModelList"]
        ]
    if change.reason_code:
        body["reductionReason"] = int(change.reason_code)
    return body


def _package(package, change):
    row = {key: package.get(key) for key in _PACKAGE if key in package}
    if not is_set(package.get("dropOffFlag")) and "dropOffLocation" in row:
        row["dropOffLocation"] = None  # a place that is sent is a place that is used (2.9)
    person = {key: package["SenderModel"].get(key) for key in _SENDER}
    if change.address and _is_meant(package, change):
        news = sender(change.address)
        if any(person[name] != news[name] for name in ("familyName", "firstName")):
            person.update(familyNameKana=None, firstNameKana=None)  # another person's reading
        person.update(news)
    row["SenderModel"] = person
    row["ItemModelList"] = [_item(item, change) for item in live_items(package)]
    return row


def _is_meant(package, change):
    refs = {str(ref) for ref in change.address_lines}
    return not refs or any(str(item["itemDetailId"]) in refs for item in live_items(package))


def _item(item, change):
    row = {key: item.get(key) for key in _ITEM}
    units = change.quantities.get(str(item["itemDetailId"]))
    if units is not None:
        row["units"] = units
    row["SkuModelList"] = [
        {key: sku.get(key) for key in _SKU} for sku in item.get("SkuModelList") or []
    ]
    return row


def sender(address):
    """``SenderModel`` of an address of the core.

    :raise DataError: a part the mall needs is missing
    """
    digits = re.sub(r"\D", "", address.zip or "")
    prefecture = _STATES.get(address.state_code or "")
    street = " ".join(part for part in (address.street, address.street2) if part)
    if len(digits) != 7 or not prefecture or not (address.city and street and address.name):
        raise DataError("address incomplete", reason="refused", params={"what": "address"})
    family, given = _split_name(address.name)
    phone = _split_phone(address.phone)
    values = {
        "zipCode1": digits[:3],
        "zipCode2": digits[3:],
        "prefecture": prefecture,
        "city": address.city,
        "subAddress": street,
        "familyName": family,
        "firstName": given,
        "phoneNumber1": phone[0],
        "phoneNumber2": phone[1],
        "phoneNumber3": phone[2],
    }
    if address.kana:
        values["familyNameKana"], values["firstNameKana"] = _split_name(address.kana)
    return values


def _split_name(name):
    parts = re.split(r"[\s　]+", name.strip(), maxsplit=1)
    return parts[0], (parts[1] if len(parts) > 1 else None)


def _split_phone(phone):
    """Three parts of digits, as the mall keeps them; missing ones are None."""
    text = re.sub(r"^\+81[-\s]?", "0", phone or "")
    parts = [part for part in re.split(r"\D+", text) if part]
    if len(parts) == 1 and len(parts[0]) in (10, 11):
        number = parts[0]
        parts = [number[:-8], number[-8:-4], number[-4:]]
    return (parts + [None, None, None])[:3]
