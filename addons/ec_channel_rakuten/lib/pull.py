"""How orders are found in a mall that has no "changed since" search (2.3, traps 19, 24, 25).

One run does, in this order, as far as due:

1. *new*: every order placed since the last run, with an overlap, whatever its state;
2. *fixed*: orders fixed since the last run (dateType 3), which may have become ready to ship;
3. *sweep*, once an hour: all open states and the cancelled ones over all windows, and what was
   reported as shipped, so that nothing stays unseen, such as an order the mall shows later than its
   date says, or one that is cancelled after it was done here. Read are those only of which the
   search says something else than the document received last;
4. *re-read*: the open orders the core knows, by ``getOrder`` in hundreds. Everything else that
   changes (payment, address, cancel) is only seen there.

So the cost follows the number of new, open and changed orders, not the shop's history.
"""

from datetime import timedelta

from ...ec_unified.lib.data import DocumentPage, SourceDocument
from . import const
from .orders import batches
from .shipping_rows import progress_of
from .times import item_time, parse_time, time_or_none

OVERLAP = timedelta(minutes=15)
# Re-reading takes a second per hundred orders: never more than a fifth of the time. The first
# hundred cost one call, as much as the search for new orders does: they are read every time.
REREAD_REST = 5
# Two calls per window (63 days), one for what was shipped, and one per hundred orders that changed.
SWEEP_EVERY = timedelta(hours=1)
# The mark of the newest order may lie this far back; the search from there is one window still.
OLDEST_MARK = timedelta(days=const.SEARCH_DAYS) - const.CLOCK_AHEAD - timedelta(days=2)
SHIPPED_OVERLAP = timedelta(days=1)


def document(model):
    """``SourceDocument`` of an OrderModel; the mall gives no time of the last change."""
    return SourceDocument(ref=str(model["orderNumber"]), payload=model)


class OrderPull:
    """Yields pages of orders; see the module's docstring.

    :param service: ``OrderService``
    :param datetime start: orders placed earlier are not wanted (aware)
    :param dict|None cursor: what the last page said
    :param known_open: callable() -> refs the core still expects changes of
    :param known_states: callable(refs) -> {ref: orderProgress of the document received last}
    """

    def __init__(self, service, start, cursor, known_open, known_states=lambda refs: {}):
        self.service = service
        self.now = service.client.now().replace(microsecond=0)
        self.start = start
        self.cursor = dict(cursor or {"backfill": True})
        self.known_open = known_open
        self.known_states = known_states
        self._read = set()
        self._open_refs = None

    def pages(self):
        """Yield ``DocumentPage``; the last one says that nothing more is waiting."""
        yield from self._new()
        yield from self._fixed()
        if self._due("swept_at", SWEEP_EVERY):
            yield from self._sweep()
        if self.cursor.get("reread_after") or self._reread_due():
            yield from self._reread()
        yield DocumentPage(documents=(), cursor=dict(self.cursor))

    # --- steps ---------------------------------------------------------------------------------

    def _new(self):
        since = parse_time(self.cursor.get("since"))
        begin = max(since - OVERLAP, self.start) if since else self.start
        for found in self.service.search(begin):
            for models in self._models(self._unstored(found.numbers, since)):
                # Ascending by order time: what is older than the newest of this chunk is in.
                newest = max((_placed(m, self.start) for m in models), default=None)
                if newest and (not since or newest > since):
                    since = newest
                    self.cursor["since"] = item_time(newest)
                yield self._page(models)
            # The mark stays at the newest order, not at our now: the mall's clock may be behind.
            since = max(since or self.start, min(found.end, self.now - OLDEST_MARK))
            self.cursor["since"] = item_time(since)
        if self.cursor.pop("backfill", False):
            # Everything since the start was just read, whatever its state.
            now = item_time(self.now)
            self.cursor.update(fixed_since=now, swept_at=now, reread_at=now)

    def _unstored(self, numbers, since):
        """Without the orders at the mark, when nothing new has come for longer than the overlap."""
        if not numbers or not since or self.now - since <= OVERLAP:
            return numbers
        stored = self._known() | self.known_states(numbers).keys()
        return [number for number in numbers if number not in stored]

    def _fixed(self):
        since = parse_time(self.cursor.get("fixed_since"))
        begin = max((since or self.now) - OVERLAP, self.start)
        if since != self.now:
            for found in self.service.search(begin, date_type=const.DATE_FIXED):
                for models in self._models(found.numbers):
                    yield self._page(models)
        self.cursor["fixed_since"] = item_time(self.now)

    def _sweep(self):
        ready = self.service.search(self.start, progress=const.SWEEP_READY)
        yield from self._changed(ready, const.SWEEP_READY)
        others = self.service.search(self.start, progress=const.SWEEP_OTHERS)
        yield from self._changed(others, (const.CANCELLED,))
        since = (parse_time(self.cursor.get("swept_at")) or self.now) - SHIPPED_OVERLAP
        shipped = self.service.search(max(since, self.start), date_type=const.DATE_SHIPPED)
        yield from self._changed(shipped, (*const.SHIPPED_STATES, const.CANCELLED))
        self.cursor["swept_at"] = item_time(self.now)

    def _changed(self, windows, known):
        """Read of what was found all but the open orders, which are read again anyway, and those
        that were in one of the states ``known`` already when they were received."""
        for found in windows:
            numbers = [number for number in found.numbers if number not in self._known()]
            states = self.known_states(numbers) if numbers else {}
            same = {n for n in numbers if progress_of({"orderProgress": states.get(n)}) in known}
            for models in self._models(n for n in numbers if n not in same):
                yield self._page(models)

    def _reread(self):
        """Goes on behind the last order read when a run was cut short."""
        after = self.cursor.get("reread_after") or ""
        refs = sorted(ref for ref in self._known() if ref > after)
        for chunk in batches(refs, const.GET_ORDER_BATCH):
            for models in self._models(chunk, since=None):
                self.cursor["reread_after"] = chunk[-1]
                yield self._page(models)
        self.cursor.pop("reread_after", None)
        self.cursor["reread_at"] = item_time(self.now)

    # --- helpers -------------------------------------------------------------------------------

    def _due(self, name, every):
        last = parse_time(self.cursor.get(name))
        return last is None or self.now - last >= every

    def _reread_due(self):
        further = max(len(self._known()) - 1, 0) // const.GET_ORDER_BATCH
        return self._due("reread_at", timedelta(seconds=further * REREAD_REST))

    def _known(self):
        if self._open_refs is None:
            self._open_refs = set(self.known_open())
        return self._open_refs

    def _models(self, numbers, since=...):
        """Yield the OrderModels of ``numbers`` in hundreds, each order once per run.

        :param since: orders placed earlier are left out; the start by default, None = none is
        """
        since = self.start if since is ... else since
        wanted = [number for number in numbers if number not in self._read]
        for chunk in batches(wanted, const.GET_ORDER_BATCH):
            found = self.service.get(chunk)
            self._read.update(chunk)
            models = [found[number] for number in chunk if number in found]
            yield [model for model in models if since is None or _placed(model, since) >= since]

    def _page(self, models):
        return DocumentPage(
            documents=tuple(document(model) for model in models),
            cursor=dict(self.cursor),
            more=True,
        )


def _placed(model, default):
    """Time of the order; a document without a readable one is kept and judged by the parser."""
    return time_or_none(model.get("orderDatetime")) or default
