"""How orders are found in a mall that has no "changed since" search (2.3, traps 19, 24, 25).

One run does, in this order, as far as due:

1. *new*: every order placed since the last run, with an overlap, whatever its state;
2. *fixed*: orders fixed since the last run (dateType 3), which may have become ready to ship;
3. *sweep*, once an hour: all open states over all windows, so that nothing stays unseen, such as
   an order the mall shows later than its date says;
4. *re-read*: the open orders the core knows, by ``getOrder`` in hundreds. Everything else that
   changes (payment, address, cancel) is only seen there.

So the cost follows the number of new and open orders, not the shop's history.
"""

from datetime import timedelta

from ...ec_unified.lib.data import DocumentPage, SourceDocument
from . import const
from .orders import batches
from .times import item_time, parse_time

OVERLAP = timedelta(minutes=15)
# Re-reading takes a second per hundred orders: never more than a fifth of the time. The first
# hundred cost one call, as much as the search for new orders does: they are read every time.
REREAD_REST = 5
# A call per window (63 days) and one per hundred orders that are open there and done here.
SWEEP_EVERY = timedelta(hours=1)


def document(model):
    """``SourceDocument`` of an OrderModel; the mall gives no time of the last change."""
    return SourceDocument(ref=str(model["orderNumber"]), payload=model)


class OrderPull:
    """Yields pages of orders; see the module's docstring.

    :param service: ``OrderService``
    :param datetime start: orders placed earlier are not wanted (aware)
    :param dict|None cursor: what the last page said
    :param known_open: callable() -> refs the core still expects changes of
    """

    def __init__(self, service, start, cursor, known_open):
        self.service = service
        self.now = service.client.now().replace(microsecond=0)
        self.start = start
        self.cursor = dict(cursor or {"backfill": True})
        self.known_open = known_open
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
            for models in self._models(found.numbers):
                # Ascending by order time: what is older than the newest of this chunk is in.
                newest = max((_placed(m, self.start) for m in models), default=None)
                if newest and (not since or newest > since):
                    since = newest
                    self.cursor["since"] = item_time(newest)
                yield self._page(models)
            since = max(since or self.start, min(found.end, self.now))
            self.cursor["since"] = item_time(since)
        if self.cursor.pop("backfill", False):
            # Everything since the start was just read, whatever its state.
            now = item_time(self.now)
            self.cursor.update(fixed_since=now, swept_at=now, reread_at=now)

    def _fixed(self):
        since = parse_time(self.cursor.get("fixed_since"))
        begin = max((since or self.now) - OVERLAP, self.start)
        if since != self.now:
            for found in self.service.search(begin, date_type=const.DATE_FIXED):
                for models in self._models(found.numbers):
                    yield self._page(models)
        self.cursor["fixed_since"] = item_time(self.now)

    def _sweep(self):
        known = self._known()
        for found in self.service.search(self.start, progress=const.OPEN_PROGRESS):
            unknown = [number for number in found.numbers if number not in known]
            for models in self._models(unknown):
                yield self._page(models)
        self.cursor["swept_at"] = item_time(self.now)

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
    """Time of the order; a document without one is kept and judged by the parser."""
    return parse_time(model.get("orderDatetime")) or default
