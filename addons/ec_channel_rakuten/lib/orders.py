"""Order functions put together: search windows, reading in hundreds, confirm, cancel (2)."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from ...ec_unified.lib.data import Result
from ...ec_unified.lib.errors import (
    ConflictError,
    DataError,
    EcError,
    TransientError,
    UncertainWriteError,
)
from . import const
from .client import OWN_FAULTS, code_tail, messages_by_order, perhaps_later
from .shipping_rows import progress_of
from .times import order_time, windows

_logger = logging.getLogger(__name__)

# A search answers in whole seconds; below this a window cannot be split usefully.
_SMALLEST_WINDOW = timedelta(seconds=2)
_HOUR = timedelta(hours=1)
_LESS = timedelta(days=3)
_NEARLY_TOO_OLD = timedelta(days=const.SEARCH_MAX_AGE_DAYS) - const.CLOCK_AHEAD


class _TooOldError(Exception):
    """The mall does not search as far back as this."""


@dataclass(frozen=True, slots=True)
class Found:
    """Orders of one search window, oldest first."""

    start: object
    end: object
    numbers: tuple


def batches(values, size):
    """Cut a sequence into lists of at most ``size``."""
    values = list(values)
    for index in range(0, len(values), size):
        yield values[index : index + size]


class OrderService:
    """What the adapter does with orders.

    :param client: ``RmsClient``
    """

    def __init__(self, client):
        self.client = client

    # --- search (2.3) --------------------------------------------------------------------------

    def search(self, start, end=None, progress=None, date_type=1):
        """Yield ``Found`` per window, oldest window first, every order number once per window.

        Windows are cut to the mall's 63 days and split where more than 15,000 orders lie in one;
        nothing older than 730 days is asked for.

        :param end: None = all there is, also what the mall's clock, being ahead, dates after now
        """
        end = end or self.client.now().replace(microsecond=0) + const.CLOCK_AHEAD
        oldest = self.client.now() - timedelta(days=const.SEARCH_MAX_AGE_DAYS - 1)
        start = max(start, oldest)
        while True:
            try:
                for first, last in windows(start, end, const.SEARCH_DAYS):
                    yield from self._search_window(first, last, progress, date_type)
                return
            except _TooOldError:
                start += _LESS  # only the first call for the first window raises it

    def _search_window(self, start, end, progress, date_type):
        numbers = self._read_pages(start, end, progress, date_type)
        if numbers is not None:
            yield Found(start, end, tuple(numbers))
            return
        now = self.client.now().replace(microsecond=0)
        if start < now < end:
            # Perhaps it is the future that was refused.
            yield from self._search_window(start, now, progress, date_type)
            return
        middle = start + (end - start) / 2
        middle = middle.replace(microsecond=0)
        yield from self._search_window(start, middle, progress, date_type)
        yield from self._search_window(middle + timedelta(seconds=1), end, progress, date_type)

    def _read_pages(self, start, end, progress, date_type):
        """All numbers of a window, or None when it must be split.

        The list moves while it is paged (trap 25): ascending order, read to the last page the
        newest answer speaks of, then deduplicated.
        """
        numbers, page = {}, 1
        while True:
            answer = self._search_page(start, end, progress, date_type, page)
            if answer is None:
                return None
            found = answer.get("orderNumberList") or []
            numbers.update(dict.fromkeys(found))
            paging = answer.get("PaginationResponseModel") or {}
            splittable = end - start > _SMALLEST_WINDOW
            if int(paging.get("totalRecordsAmount") or 0) >= const.SEARCH_MAX_HITS and splittable:
                return None
            if not found or page >= int(paging.get("totalPages") or 1):
                return list(numbers)
            page += 1

    def _search_page(self, start, end, progress, date_type, page):
        body = {
            "dateType": date_type,
            "startDatetime": order_time(start),
            "endDatetime": order_time(end),
            "PaginationRequestModel": {
                "requestRecordsAmount": const.SEARCH_PAGE,
                "requestPage": page,
                "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
            },
        }
        if progress:
            body["orderProgressList"] = list(progress)
        try:
            return self.client.search_order(body)
        except DataError as error:
            if start < self.client.now() < end:
                return None  # perhaps it is the future that is refused, by whatever code
            # Whether too many hits are cut or refused, and by which code, is not known (2.3); it is
            # none of those that speak of our fields.
            ours = str(error.code or "").endswith(OWN_FAULTS)
            if ours or end - start <= _HOUR:
                raise
            if self.client.now() - start > _NEARLY_TOO_OLD:
                self._probe_age(start, progress, date_type)
            return None

    def _probe_age(self, start, progress, date_type):
        """A window that begins where the mall's memory ends was refused: for its beginning, where
        the mall's clock is ahead of ours, or for its hits? No hour has too many of them.

        :raise _TooOldError: for its beginning
        """
        try:
            self._search_page(start, start + _HOUR, progress, date_type, 1)
        except DataError:
            raise _TooOldError from None

    # --- read (2.4) ----------------------------------------------------------------------------

    def get(self, numbers):
        """OrderModels by number; what the mall does not know (``INFO_102``) is absent."""
        found = {}
        for chunk in batches(dict.fromkeys(numbers), const.GET_ORDER_BATCH):
            found.update(self._get_chunk(chunk))
        return found

    def _get_chunk(self, chunk, alive=False):
        """:param alive: a call of this kind was answered just now, so a fault is the order's"""
        try:
            return self._models(chunk)
        except EcError as error:
            if not _may_be_one_order(error) or (len(chunk) == 1 and not alive):
                raise
            if len(chunk) == 1:
                _logger.warning("getOrder fails for one order number: %s", error)
                return {}
        return self._get_good_ones(chunk, alive)

    def _models(self, chunk):
        answer = self.client.get_order(chunk)
        models = answer.get("OrderModelList") or []
        found = {model["orderNumber"]: model for model in models if model.get("orderNumber")}
        unknown = messages_by_order(answer)
        left = [number for number in chunk if number not in found and number not in unknown]
        if found and left:
            # The mall names each order it does not know; of these it just said nothing.
            found.update(self._models(left))
        return found

    def _get_good_ones(self, chunk, alive):
        """One order the mall stumbles over fails the whole call: halve until the good ones are in.

        What is left out is asked for again by the next sweep of the open states. When the numbers
        at both ends fail alone, the call itself is wrong or the mall is down: raise.
        """
        found, failed = {}, 0
        for number in (chunk[0], chunk[-1]):
            try:
                found.update(self._models([number]))
            except EcError as error:
                failed += 1
                if not _may_be_one_order(error) or (failed == 2 and not alive):
                    raise
                _logger.warning("getOrder fails for one order number: %s", error)
        rest = chunk[1:-1]
        for half in (rest[: len(rest) // 2], rest[len(rest) // 2 :]):
            found.update(self._get_chunk(half, alive=True) if half else {})
        return found

    # --- confirm (2.9) -------------------------------------------------------------------------

    def confirm(self, numbers):
        """Confirm orders in hundreds; one ``Result`` per number, in order."""
        results = {}
        for chunk in batches(dict.fromkeys(numbers), const.CONFIRM_BATCH):
            results.update(self._confirm_chunk(chunk))
        return [results[number] for number in dict.fromkeys(numbers)]

    def _confirm_chunk(self, chunk):
        try:
            said = messages_by_order(self.client.confirm_order(chunk))
        except UncertainWriteError as error:
            return self._confirmed_state(chunk, error)
        except DataError as error:
            if len(chunk) > 1:
                half = len(chunk) // 2
                return {**self._confirm_chunk(chunk[:half]), **self._confirm_chunk(chunk[half:])}
            return {chunk[0]: Result(ref=chunk[0], ok=False, error=error)}
        results = {n: _confirm_result(n, said[n]) for n in chunk if n in said}
        silent = [number for number in chunk if number not in said]
        if silent:
            error = UncertainWriteError("confirmOrder: no message for the order")
            results.update(self._confirmed_state(silent, error))
        return results

    def _confirmed_state(self, chunk, error):
        """What became of a confirmation nobody answered: the state tells (2.2)."""
        models = self.get(chunk)
        results = {}
        for number in chunk:
            progress = progress_of(models.get(number))
            if progress in (const.CANCEL_PENDING, const.CANCELLED):
                results[number] = Result(ref=number, ok=False, error=_wrong_state(number, progress))
            elif progress and progress > const.UNCONFIRMED:
                results[number] = Result(ref=number, ok=True)
            else:
                results[number] = Result(ref=number, ok=False, error=error)
        return results

    # --- cancel (2.1, 2.9, trap 18) ------------------------------------------------------------

    def cancel(self, number, reason, restock, shipping=None):
        """Cancel one order; idempotent.

        :param int reason: ``const.CANCEL_REASONS``
        :param bool restock: whether the mall gives the stock back to itself
        :param shipping: ``ShippingService``; clears registered parcels, which block a cancel
        """
        model = self.get([number]).get(number)
        if model is None:
            error = DataError("cancelOrder: order not found", reason="not_found")
            return Result(ref=number, ok=False, error=error)
        progress = progress_of(model)
        if progress == const.CANCELLED:
            return Result(ref=number, ok=True, already=True)
        if progress == const.CANCEL_PENDING:
            return self._complete_cancel(number, reason, restock)
        after = progress in const.CANCEL_AFTER
        if not after and progress not in const.CANCEL_BEFORE:
            return Result(ref=number, ok=False, error=_wrong_state(number, progress))
        try:
            if shipping and not after:
                shipping.clear(model)
            self.client.cancel_order(
                number, reason, const.RESTOCK[bool(restock)], after_shipping=after
            )
        except UncertainWriteError as error:
            return self._cancelled_state(number, error)
        except EcError as error:
            return Result(ref=number, ok=False, error=perhaps_later(error))
        return Result(ref=number, ok=True)

    def _complete_cancel(self, number, reason, restock):
        """A cancel that is pending may be waiting for the shop (2.1). Where it waits for the mall
        itself, the mall refuses this and goes on by itself."""
        try:
            self.client.cancel_order(
                number, reason, const.RESTOCK[bool(restock)], after_shipping=True
            )
        except (DataError, ConflictError, UncertainWriteError):
            _logger.info("the pending cancel of an order is left to the mall")
        except EcError as error:
            return Result(ref=number, ok=False, error=error)
        return Result(ref=number, ok=True, already=True)

    def _cancelled_state(self, number, error):
        progress = progress_of(self.get([number]).get(number))
        ok = progress in (const.CANCEL_PENDING, const.CANCELLED)
        return Result(ref=number, ok=ok, error=None if ok else error)

    # --- memo, sub-status (2.9) ----------------------------------------------------------------

    def append_memo(self, number, text):
        """Add to the shop's memo: read, append, write; nothing when it is there already.

        :raise DataError: there is no room left; what others wrote is not cut off for it
        """
        model = self.get([number]).get(number)
        if model is None:
            raise DataError("order not found", reason="not_found", params={"order": number})
        memo = model.get("memo") or ""
        if f"\n{_plain(text)}\n" in f"\n{_plain(memo)}\n":
            return memo
        memo = f"{memo}\n{text}".strip()
        if len(memo) > const.MEMO_LIMIT:
            raise DataError(
                "no room in the memo", reason="memo_full", params={"limit": const.MEMO_LIMIT}
            )
        try:
            self.client.update_memo(number, memo=memo)
        except DataError as error:
            raise perhaps_later(error) from None
        return memo

    def sub_statuses(self):
        """``{orderProgress: {id: name}}`` of the shop."""
        rows = self.client.sub_statuses().get("StatusModelList") or []
        return {
            row["orderProgress"]: {
                sub["subStatusId"]: sub["subStatusName"]
                for sub in sorted(
                    row.get("SubStatusModelList") or [], key=lambda sub: sub.get("orderby") or 0
                )
            }
            for row in rows
        }

    def set_sub_status(self, sub_status_id, numbers):
        """Set a sub-status in hundreds; one ``Result`` per number. Repeating it is harmless."""
        results = []
        for chunk in batches(dict.fromkeys(numbers), const.CONFIRM_BATCH):
            answer = self.client.update_sub_status(sub_status_id, chunk)
            said = messages_by_order(answer)
            # A word for all, where the mall has none for each.
            general = next(iter(answer.get("MessageModelList") or []), None) if not said else None
            results += [_sub_status_result(n, said.get(n, general)) for n in chunk]
        return results


def _plain(text):
    """A text as the mall may give it back: other line ends, no blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in (text or "").strip().splitlines())


def _may_be_one_order(error):
    """Whether a failed call of many orders may be the fault of one of them: refused, or a 5xx."""
    if isinstance(error, TransientError):
        return error.reason == "unavailable" and error.params.get("status", 0) >= 500
    return isinstance(error, DataError)


def _wrong_state(number, progress):
    return ConflictError(
        "the order's state does not allow it",
        reason="wrong_state",
        params={"order": number, "state": const.PROGRESS.get(progress, str(progress))},
    )


def _confirm_result(number, message):
    """2.9: 103 = already past 100, 102 = cancelled, 105 = amounts not set."""
    if message.get("messageType") != "ERROR":
        return Result(ref=number, ok=True)
    code = code_tail(message)
    if code == "ERROR_103":
        return Result(ref=number, ok=True, already=True)
    reasons = {"ERROR_102": "wrong_state", "ERROR_105": "in_progress"}
    kind = ConflictError if code in reasons else DataError
    params = {"order": number, "says": message.get("message") or "–"}
    if code == "ERROR_102":
        params["state"] = const.PROGRESS[const.CANCELLED]
    error = kind(
        f"confirmOrder refused, {code}",
        reason=reasons.get(code, "refused"),
        code=message.get("messageCode"),
        params=params,
    )
    return Result(ref=number, ok=False, error=error)


def _sub_status_result(number, message):
    """2.9: 101 = cancelled, 102 = the sub-status is none of that orderProgress."""
    if message and message.get("messageType") != "ERROR":
        return Result(ref=number, ok=True)
    message = message or {}
    code = code_tail(message)
    params = {"order": number, "says": message.get("message") or "–"}
    if code == "ERROR_101":
        params["state"] = const.PROGRESS[const.CANCELLED]
    kind = ConflictError if code in ("ERROR_101", "ERROR_102") else DataError
    error = kind(
        f"sub-status refused, {code}",
        reason="wrong_state" if code == "ERROR_101" else "refused",
        code=message.get("messageCode"),
        params=params,
    )
    return Result(ref=number, ok=False, error=error)
