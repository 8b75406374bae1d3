"""Connection check: every function the connector needs is tried by itself (1.2, 1.3, trap 2)."""

from datetime import timedelta

from ...ec_unified.lib.data import ConnectionReport, Problem
from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    SetupError,
    UncertainWriteError,
)
from . import const
from .client import OWN_FAULTS
from .license import CORE_WARNS_DAYS, WARN_DAYS, days_left
from .times import order_time

# These concern the whole connection: nothing else can be tried after them.
_ALL_WRONG = ("unauthorised", "key_expired", "wrong_host", "credentials_missing")


class ConnectionCheck:
    """Tries the functions of a shop.

    Write functions are called with nothing to write: a refusal of the empty request proves that
    the gateway let it through.

    :param client: ``RmsClient``
    :param bool confirms: whether orders are confirmed by us; else that function is not needed
    :param expires_at: expiry known so far (aware), tells "expired" from "wrong"
    """

    def __init__(self, client, *, confirms=True, expires_at=None):
        self.client = client
        self.confirms = confirms
        self.expires_at = expires_at
        self.problems = []

    def run(self):
        """Try everything and report all problems at once.

        :rtype: ConnectionReport
        :raise TransientError: the mall cannot say now (maintenance, no answer)
        """
        for operation, blocking, probe in self._probes():
            try:
                probe()
            except (DataError, ConflictError) as error:
                self._refused(operation, error)
            except UncertainWriteError:
                # An empty write the mall stumbled over: nothing to be learned, nothing was done.
                continue
            except SetupError as error:
                reason = error.reason
                if reason == "wrong_host" and not blocking:
                    reason = "function_missing"  # not there, unlike the mall itself
                elif reason in _ALL_WRONG:
                    self._all_wrong(error)
                    break
                self._add(
                    reason, blocking, function=const.FUNCTIONS[operation], code=error.code or ""
                )
        return self._report()

    def _probes(self):
        """``(operation, whether the shop cannot run without it, call)``."""
        client = self.client
        return (
            ("license", False, self._license),
            ("searchOrder", True, self._search),
            ("getOrder", True, lambda: client.get_order([self._no_order()])),
            ("confirmOrder", self.confirms, lambda: client.confirm_order([])),
            ("updateOrderShipping", True, lambda: client.update_order_shipping("", [])),
            ("cancelOrder", False, lambda: client.cancel_order("", None, None)),
            ("getSubStatusList", False, client.sub_statuses),
            ("items.search", True, lambda: client.search_items(hits=1)),
            ("inventory.bulk-get", True, lambda: client.inventory_get([("no-such-item", "x")])),
            ("inventory.bulk-upsert", True, lambda: client.inventory_upsert([])),
        )

    def _license(self):
        self.expires_at = self.client.license_expiry()
        days = days_left(self.expires_at, self.client.now())
        if CORE_WARNS_DAYS < days <= WARN_DAYS:
            day = self.expires_at.date().isoformat()
            self._add("key_expires_soon", False, days=days, expires_at=day)

    def _search(self):
        now = self.client.now()
        self.client.search_order(
            {
                "dateType": const.DATE_ORDERED,
                "startDatetime": order_time(now - timedelta(hours=1)),
                "endDatetime": order_time(now),
                "PaginationRequestModel": {"requestRecordsAmount": 1, "requestPage": 1},
            }
        )

    def _no_order(self):
        """A well-formed number no order has."""
        return f"{self.client.shop_ref or 0}-{self.client.now():%Y%m%d}-0000000000"

    def _all_wrong(self, error):
        expired = self.expires_at is not None and self.expires_at <= self.client.now()
        reason = "key_expired" if error.reason == "unauthorised" and expired else error.reason
        params = {"code": error.code or "", "host": self.client.host}
        if expired:
            params["expires_at"] = self.expires_at.date().isoformat()
        self.problems = [Problem(reason=reason, params=params)]

    def _refused(self, operation, error):
        """A function that refuses our empty request is there, which is all we ask of writes. A read
        that refuses a request in order is of no use: a wrong address, or a version it has not."""
        params = {"function": const.FUNCTIONS[operation], "code": error.code or ""}
        if operation == "license":
            self._add("malformed", False, **params)
        elif operation == "searchOrder":
            self._add("read_refused", True, **params)
        elif operation == "getOrder" and str(error.code or "").endswith(OWN_FAULTS):
            # Perhaps it only dislikes the number we made up.
            self._add("read_refused", False, **params)

    def _add(self, reason, blocking, **params):
        self.problems.append(Problem(reason=reason, blocking=blocking, params=params))

    def _report(self):
        number = self.client.shop_ref
        return ConnectionReport(
            # The name itself is only in the shop API, which the connector does not need.
            shop_name=f"楽天市場 {number}" if number else "楽天市場",
            shop_ref=number,
            currency="JPY",
            expires_at=self.expires_at,
            problems=tuple(self.problems),
        )
