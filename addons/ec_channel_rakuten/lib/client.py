"""One shop's connection to RMS WEB SERVICE: address, key, limits, retries, errors (1)."""

import base64
import json
import logging
import re
import time
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    SetupError,
    TransientError,
    UncertainWriteError,
)
from ...ec_unified.lib.http import Retry, Transport
from ...ec_unified.lib.ratelimit import RateLimiter
from . import const
from .answers import MediaTypeError, Sorter
from .license import parse_expiry
from .times import in_maintenance_window

# 1.1: the answer carries a request id; its header's exact name is not in the reference.
REQUEST_ID_HEADERS = ("X-Request-Id", "X-Rakuten-Request-Id", "X-Requestid", "Request-Id")
# Ends of the codes that speak of what we sent: a field is missing, empty or badly written (2.3).
OWN_FAULTS = ("ERROR_009", "ERROR_010", "ERROR_011")
_KEY_IN_ADDRESS = re.compile(r"licenseKey=[^&\s\"']*")


class _HideKey(logging.Filter):
    """The licence call carries the key in its address (1.2), which urllib3 logs when debugging."""

    def filter(self, record):
        text = record.getMessage()
        if "licenseKey=" in text:
            record.msg, record.args = _KEY_IN_ADDRESS.sub("licenseKey=***", text), ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_HideKey())

# The spelling of the Content-Type that a host took last, by host and family of functions (1.1).
_accepted_types = {}
# Until when (seconds) a shop is taken to have no inventory API 2.1, by host and shop.
_without_21 = {}
_ASK_AGAIN = 3600


class RmsClient:
    """Small methods, one per function of the mall; bodies in and out are plain JSON.

    Reads are repeated on passing errors. A write whose fate is unknown is never repeated: after
    ``UncertainWriteError`` the caller reads the mall's state first.

    :param str service_secret: 1.2
    :param str license_key: 1.2
    :param str base_url: the mall's address, or a simulator's
    :param int version: version of ``getOrder`` (2.4)
    :param session: ``requests.Session``-like; ``slots`` shared store of the rate limits
    :param now: callable, aware ``datetime``; ``sleep`` callable(seconds)
    :param observer: callable(Attempt)
    :param dict rates: calls per second by bucket, ``const.RATES`` when None
    """

    def __init__(
        self,
        service_secret,
        license_key,
        *,
        base_url=const.DEFAULT_URL,
        version=const.ORDER_VERSION,
        session=None,
        slots=None,
        retry=None,
        now=None,
        sleep=time.sleep,
        observer=None,
        rates=None,
        timeout=None,
    ):
        service_secret, license_key = (service_secret or "").strip(), (license_key or "").strip()
        if not service_secret or not license_key:
            raise SetupError("no key stored", reason="credentials_missing")
        self.version = int(version or const.ORDER_VERSION)
        self.now = now or (lambda: datetime.now(UTC))
        self._base = _base_url(base_url)
        self.host = urlsplit(self._base).netloc
        self.shop_ref = _shop_ref(service_secret)
        self._license_key = license_key
        pair = f"{service_secret}:{license_key}"
        token = base64.b64encode(pair.encode()).decode()
        self._headers = {"Authorization": f"ESA {token}", "Accept": "application/json"}
        self._transport = Transport(
            session,
            secrets=(token, pair, service_secret, license_key, quote(license_key, safe="")),
            request_id_headers=REQUEST_ID_HEADERS,
            observer=observer,
            **({"timeout": timeout} if timeout else {}),
        )
        self._retry = retry or Retry(sleep=sleep)
        self._limiter = RateLimiter(
            const.RATES if rates is None else rates, slots=slots, sleep=sleep
        )

    # --- calls ---------------------------------------------------------------------------------

    def call(self, operation, method, path, *, bucket=None, body=None, params=None, write=False):
        """Make one call within the limits and return its parsed body.

        :param str bucket: key of the rate limit, the operation when None
        :raise EcError: see ``answers.Sorter``
        """
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        elif method == "POST":
            data = b""

        def once():
            self._limiter.wait(bucket or operation)
            answer = self._transport.send(
                operation, method, self._base + path, write=write,
                headers=self._headers_for(bucket, data), params=params, data=data,
            )  # fmt: skip
            function = const.FUNCTIONS.get(operation, operation)
            return Sorter(operation, function, write, answer).body()

        try:
            # For a write only those errors are repeated that prove it was not done (too many
            # calls, connection refused): doubt is an UncertainWriteError, never repeated here.
            return self._retry.read(lambda: self._in_any_type(once, bucket))
        except TransientError as error:
            raise self._weekly(error) from None

    def _headers_for(self, bucket, data):
        if data is None:
            return self._headers
        kind = _accepted_types.get((self._base, bucket), const.CONTENT_TYPES[0])
        return {**self._headers, "Content-Type": kind}

    def _in_any_type(self, once, bucket):
        """``once()``, repeated with another spelling of the Content-Type when the mall dislikes it:
        such a call was not done, so this is safe for writes too."""
        key = (self._base, bucket)
        tried = {_accepted_types.get(key, const.CONTENT_TYPES[0])}
        while True:
            try:
                return once()
            except MediaTypeError:
                left = [kind for kind in const.CONTENT_TYPES if kind not in tried]
                if not left:
                    _accepted_types.pop(key, None)
                    raise
                tried.add(left[0])
                _accepted_types[key] = left[0]

    def _weekly(self, error):
        """Inside the weekly window (1.4) silence is maintenance, not a broken shop."""
        if error.reason in ("unavailable", "timeout") and in_maintenance_window(self.now()):
            error.reason = "maintenance"
        return error

    def order_call(self, name, body, *, write=False):
        """``POST /es/2.0/order/<name>/`` (2.1); the answer is always an object."""
        answer = self.call(
            name, "POST", f"/es/2.0/order/{name}/", bucket="order", body=body, write=write
        )
        if not isinstance(answer, dict):
            if write:
                raise UncertainWriteError(f"{name}: empty answer to a write")
            raise TransientError(f"{name}: empty answer", reason="broken_answer")
        return answer

    # --- 1.2 licence ---------------------------------------------------------------------------

    def license_expiry(self):
        """End of the licence key's life."""
        answer = self.call(
            "license",
            "GET",
            "/es/1.0/license-management/license-key/expiry-date",
            params={"licenseKey": self._license_key},
        )
        return parse_expiry(answer)

    # --- 2 orders ------------------------------------------------------------------------------

    def search_order(self, body):
        """2.3. One page; ``orderNumberList`` may be null."""
        return self.order_call("searchOrder", body)

    def get_order(self, numbers):
        """2.4. Up to 100 orders, in the version set. When it is refused, because this shop does
        not have it yet or the mall has it no more, the ones known to work are tried."""
        known = (self.version, const.ORDER_VERSION, const.ORDER_VERSION_FALLBACK)
        refused = None
        for version in dict.fromkeys(known):
            body = {"orderNumberList": list(numbers), "version": version}
            try:
                answer = self.order_call("getOrder", body)
            except DataError as error:
                refused = refused or error
                continue
            self.version = version
            return answer
        raise refused

    def confirm_order(self, numbers):
        """2.9. Up to 100 orders; partial success is normal."""
        return self.order_call("confirmOrder", {"orderNumberList": list(numbers)}, write=True)

    def update_order_shipping(self, number, baskets):
        """2.8. One order. The key is spelled ``BasketidModelList``."""
        body = {"orderNumber": number, "BasketidModelList": baskets}
        return self.order_call("updateOrderShipping", body, write=True)

    def update_order_shipping_async(self, orders):
        """2.8. Up to 100 orders ``[{orderNumber, BasketidModelList}]``."""
        body = {"OrderShippingModelList": orders}
        return self.order_call("updateOrderShippingAsync", body, write=True)

    def shipping_result(self, request_id):
        """2.8. Result of the asynchronous call; an answer without order numbers = not there."""
        return self.order_call("getResultUpdateOrderShippingAsync", {"requestId": request_id})

    def cancel_order(self, number, reason, restore, *, after_shipping=False):
        """2.9. ``restore`` is inventoryRestoreType."""
        name = "cancelOrderAfterShipping" if after_shipping else "cancelOrder"
        body = {
            "orderNumber": number,
            "inventoryRestoreType": restore,
            "changeReasonDetailApply": reason,
        }
        return self.order_call(name, body, write=True)

    def update_memo(self, number, **fields):
        """2.9. Fields left out stay, ``None`` clears them."""
        return self.order_call("updateOrderMemo", {"orderNumber": number, **fields}, write=True)

    def sub_statuses(self):
        """2.9. The shop's own sub-statuses per orderProgress."""
        return self.order_call("getSubStatusList", None)

    def update_sub_status(self, sub_status_id, numbers):
        """2.9. Up to 100 orders."""
        body = {"subStatusId": sub_status_id, "orderNumberList": list(numbers)}
        return self.order_call("updateOrderSubStatus", body, write=True)

    # --- 3 inventory 2.0 -----------------------------------------------------------------------

    def inventory_get(self, keys):
        """Up to 1,000 ``(manageNumber, variantId)``; unknown SKUs are left out of the answer."""
        body = {"inventories": [{"manageNumber": m, "variantId": v} for m, v in keys]}
        path = "/es/2.0/inventories/bulk-get"
        return self.call("inventory.bulk-get", "POST", path, body=body) or {}

    def inventory_upsert(self, rows):
        """Up to 400 rows; 204 without a body. ABSOLUTE only: RELATIVE is unsafe to repeat."""
        path = "/es/2.0/inventories/bulk-upsert"
        body = {"inventories": rows}
        return self.call("inventory.bulk-upsert", "POST", path, body=body, write=True)

    def inventory_get_21(self, keys):
        """As ``inventory_get``, with lead times and places the goods leave from. Optional: None
        where the shop has not ticked this version in RMS, which is asked again every hour.

        :raise DataError: one of the keys
        :raise TransientError: the mall cannot say now
        """
        known = (self._base, self.shop_ref)
        if _without_21.get(known, 0) > self.now().timestamp():
            return None
        body = {"inventories": [{"manageNumber": m, "variantId": v} for m, v in keys]}
        try:
            return self.call(
                "inventory21.bulk-get", "POST", "/es/2.1/inventories/bulk-get",
                bucket="inventory.bulk-get", body=body,
            ) or {}  # fmt: skip
        except (SetupError, DataError, TransientError) as error:
            missing = error.kind == "setup" or error.reason == "not_found"
            if not missing and error.params.get("status") != 501:
                raise
            if error.reason != "unauthorised":  # that concerns the key: 2.0 tells
                _without_21[known] = self.now().timestamp() + _ASK_AGAIN
            return None

    def inventory_upsert_21(self, rows):
        """As ``inventory_upsert``. Whatever a row leaves out is deleted (trap 20)."""
        return self.call(
            "inventory21.bulk-upsert", "POST", "/es/2.1/inventories/bulk-upsert",
            bucket="inventory.bulk-upsert", body={"inventories": rows}, write=True,
        )  # fmt: skip

    # --- 4 items -------------------------------------------------------------------------------

    def search_items(self, **params):
        """4.2. One page; needs no paid option."""
        return self.call("items.search", "GET", "/es/2.0/items/search", params=params) or {}


def _base_url(url):
    """The address without what our paths begin with, in case somebody pasted more than the host."""
    text = re.sub(r"(/es(/[12]\.\d)?)?/*$", "", (url or const.DEFAULT_URL).strip())
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SetupError("the API address is no web address", reason="wrong_host")
    return text


def _shop_ref(service_secret):
    """Shop number inside the secret (``SP999001_…``), where it has that shape (1.1)."""
    match = re.match(r"SP(\d+)_", service_secret)
    return match[1] if match else None


def messages_by_order(answer):
    """Messages of an order function by ``orderNumber`` (the last one wins)."""
    rows = answer.get("MessageModelList") or []
    return {row["orderNumber"]: row for row in rows if row.get("orderNumber")}


def perhaps_later(error):
    """The error of a write to one order, which is also refused while a person edits the order in
    RMS or a settlement is pending (2.9). By which code is not known, but by none of those that
    speak of our fields: such a refusal is worth a few more tries."""
    if not isinstance(error, DataError) or error.reason not in ("refused", "parcel_refused"):
        return error
    if str(error.code or "").endswith(OWN_FAULTS):
        return error
    return ConflictError(
        error.message, reason=error.reason, code=error.code, request_id=error.request_id,
        params=error.params,
    )  # fmt: skip


def code_tail(message):
    """``ERROR_103`` of ``ORDER_EXT_API_CONFIRM_ORDER_ERROR_103``."""
    return "_".join(str(message.get("messageCode") or "").rsplit("_", 2)[-2:])
