"""Sending stock to a shop, batch by batch; see ``ec_channel_stock`` for what must never break."""

import json
import logging
import time
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from odoo import fields, models

from ..lib.data import StockResult
from ..lib.errors import (
    ConflictError,
    DataError,
    EcError,
    SetupError,
    TransientError,
    UncertainWriteError,
)
from ..lib.masking import bare_trace

_logger = logging.getLogger(__name__)

#: How often an SKU that moved at the mall meanwhile is computed again in one run.
MAX_CONFLICTS = 3
#: How long a push waits for an order pull that another process is doing.
PULL_WAIT_STEPS, PULL_WAIT_SECONDS = 20, 0.5
#: Work that brings orders in; a push of many batches lets it pass.
ORDER_OPS = ("pull_orders", "process_exchanges")
#: Seconds a pull gets when a push asks for it.
PULL_SECONDS = 40
#: Reason of a conflict the mall knows nothing of: it was not asked.
LAST_UNITS_MOVED = "last_units_moved"


@dataclass(slots=True)
class StockRun:
    """What one push keeps in memory. Losing it loses nothing."""

    adapter: object
    limits: object
    zero_only: bool = False
    asked_for_orders: bool = False
    parsed: dict = field(default_factory=dict)
    conflicts: dict = field(default_factory=dict)
    heard: set = field(default_factory=set)  # ids of SKUs whose number the mall says has moved
    again: list = field(default_factory=list)
    met: dict = field(default_factory=dict)  # {sku id: number that a sale kept from being written}
    sent: int = 0
    postponed: bool = False
    setup_error: Exception | None = None
    told: dict = field(default_factory=dict)  # {sku id: lib.stock_math.Told}
    began: datetime | None = None  # when the write under way began
    places: dict = field(default_factory=dict)
    last: set = field(default_factory=set)  # ids of SKUs that show the last units


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def action_push_stock(self):
        """Send all changed quantities to these shops now."""
        for channel in self._runnable("push_stock"):
            with channel._guard("push_stock") as go:
                if go:
                    channel._push_stock()
                else:
                    # The run under way may have looked before our change was committed.
                    channel._trigger_op("push_stock", at=_in(minutes=1))
        return True

    def _push_stock(self):
        if not self._operation("import_listings").succeeded_at and not self._has_listings():
            self.action_import_listings()
        adapter = self._adapter()
        run = StockRun(adapter=adapter, limits=adapter._limits(self))
        self._stock_orders_first(run)
        queue = self._stock_collect(run.parsed)
        left = self._commit()
        # A cron run is given few seconds at a time: do one batch at least, the rest stays dirty.
        left = left or 1
        while queue and left > 0 and not run.setup_error:
            batch, queue = queue[: run.limits.stock_batch], queue[run.limits.stock_batch :]
            self._stock_orders_first(run)
            left = self._stock_send_batch(run, self.env["ec.listing.sku"].browse(batch))
            if queue and left > 0:
                self._stock_give_way()
            if not queue and run.again:
                self._stock_missed_orders(run)
                queue, run.again = run.again, []
        self._stock_tell_changed(run)
        if queue:
            self._trigger_op("push_stock")
        elif run.postponed or run.again or run.zero_only:
            self._trigger_op("push_stock", at=_in(minutes=1))
        if run.setup_error:
            raise run.setup_error

    def _has_listings(self):
        """Whether any SKU of this shop is known; not by reading all of them."""
        known = self.env["ec.listing.sku"].with_context(active_test=False)
        return bool(known.search_count([("channel_id", "=", self.id)], limit=1))

    # === ORDERS BEFORE STOCK === #

    def _stock_orders_first(self, run, force=False):
        """Fetch this shop's orders unless that happened a moment ago.

        An absolute number overwrites what the mall took off for its own sales. It is right only if
        every sale up to the write is booked here, so what counts is the time between *beginning* to
        read the mall's orders and writing its stock, not the age of the signal: the signal may come
        from another shop and says nothing about this one. ``stock_max_order_age`` bounds that time,
        for every batch anew. A sale that falls into it is booked by the next pull, whose signal
        corrects the number; malls that can compare before they write (``ConflictError``) close even
        that gap.

        If the orders cannot be read, only zeros are sent: a zero can never promise sold units.
        """
        if not force and self._stock_orders_fresh():
            run.zero_only = False
            return
        since = fields.Datetime.now() if force else None
        # A mall that is down is asked once per run, not before every batch.
        waits = self.env.context.get("ec_scheduled") or run.asked_for_orders
        run.asked_for_orders = True
        pulling = self.with_context(
            cron_end_time=time.monotonic() + PULL_SECONDS, ec_scheduled=waits
        )
        for _step in range(PULL_WAIT_STEPS):
            other = self._stock_pull_running()
            if not other:
                pulling.action_pull_orders()
            if self._stock_orders_fresh(since) or not other:
                break
            # Another process is at it. What began before we were asked may have missed a sale, so
            # once it is done our own turn comes.
            time.sleep(PULL_WAIT_SECONDS)
            self._commit()
        run.zero_only = not self._stock_orders_fresh(since)
        run.parsed.clear()

    def _stock_missed_orders(self, run):
        """Fetch the sales that met our write.

        A mall may list an order seconds after it took off the units. A number that moved without
        one is given that time before it is overwritten; then it was changed by hand.
        """
        self._stock_orders_first(run, force=True)
        if not run.limits.orders_lag or run.zero_only:
            return
        skus = self.env["ec.listing.sku"].browse(run.again).exists()._stock_sendable()
        decisions = self._stock_decide(skus, run.parsed)
        if any(run.met[sku_id] == decision.quantity for sku_id, decision in decisions.items()):
            self._commit()
            time.sleep(run.limits.orders_lag)
            self._stock_orders_first(run, force=True)

    def _stock_orders_fresh(self, since=None):
        """Whether the last pull succeeded and began recently (or at ``since`` or later)."""
        row = self._operation("pull_orders")
        row.invalidate_recordset()
        if not row.started_at or row.failure_count or not row.succeeded_at:
            return False
        if not (row.result or {}).get("complete", True):
            return False
        return row.started_at >= (since or _in(seconds=-self.stock_max_order_age))

    def _pull_orders(self):
        """Remember whether the mall's orders were read to the end: a pull may stop when its time is
        over, which is no failure, but then sales are unknown."""
        result = super()._pull_orders()
        ends = self.env.context.get("cron_end_time", float("inf"))
        self._operation("pull_orders").result = {"complete": time.monotonic() < ends}
        return result

    def _stock_give_way(self):
        """Between the batches of a long push orders go first: a mall that allows few calls would
        else share them evenly, and an order could wait behind a rewrite of all stock."""
        for _step in range(PULL_WAIT_STEPS):
            if not any(self._stock_running(op) for op in ORDER_OPS):
                return
            time.sleep(PULL_WAIT_SECONDS)
            self._commit()

    def _stock_pull_running(self):
        """Whether another process holds the pull of this shop."""
        return self._stock_running("pull_orders")

    def _stock_running(self, op):
        """Whether another process is at this operation of this shop."""
        if not self._lock_op(op):
            return True
        self._unlock_op(op)
        return False

    # === ONE BATCH === #

    def _stock_send_batch(self, run, skus):
        """Compute, mark, send and note one batch; each of the two commits stands alone.

        :return: seconds left for this run
        """
        batch = skus.exists()
        skus = batch._stock_sendable()
        decisions = self._stock_decide(skus, run.parsed)
        targets = {key: d.quantity for key, d in decisions.items() if d.quantity is not None}
        run.last = {key for key, decision in decisions.items() if decision.guarded}
        run.places = places = self._stock_places_of(skus, targets)
        send = skus.filtered(
            lambda sku: (
                sku.id in targets and sku._stock_differs(targets[sku.id], places=places.get(sku.id))
            )
        )
        # What may not be sent waits for nothing: whatever allows it leaves a signal.
        (batch - send)._stock_mark_dirty([], (batch - send).ids, {}, ())
        if run.zero_only:
            send = send.filtered(lambda sku: not targets[sku.id])
        if not send:
            return self._commit(processed=len(batch))
        key = uuid.uuid4().hex
        run.told.update(self._stock_told(send, run.parsed))
        run.began = fields.Datetime.now()
        seen = send._stock_mark_in_flight(key, targets)
        keys = {sku.id: sku._stock_key() for sku in send}
        ahead = {sku_id: decisions[sku_id].ahead for sku_id in send.ids}
        levels = self._stock_levels(send, targets, keys, ahead)
        levels = self._stock_with_places(send, levels, places)
        levels = self._stock_with_known(run, send, levels)
        self._commit()  # nothing is open while the mall works
        results = self._stock_write(run, send, targets, levels, key)
        self._stock_note(run, seen, keys, targets, results)
        return self._commit(processed=len(batch))

    def _stock_with_known(self, run, skus, levels):
        """``levels`` of ``skus`` with the least the mall should show.

        Not where the mall itself said a moment ago that it shows less: its orders have been read
        since, so what differs now was changed by hand. A zero needs no care, it promises nothing.
        """
        return [
            replace(level, known=run.told[sku.id].least)
            if level.quantity and sku.id in run.told and sku.id not in run.heard
            else level
            for sku, level in zip(skus, levels, strict=True)
        ]

    def _stock_write(self, run, skus, targets, levels, key):
        """Hook: the call for ``skus``, which are marked; ``levels`` are in their order.

        :rtype: list[StockResult]
        """
        return self._stock_call(run, levels, key)

    def _stock_call(self, run, levels, key):
        """The adapter's write, with its whole-batch failures sorted out.

        :rtype: list[StockResult]
        :raise EcError: nobody's fault in this batch (mall away, connection); all stays to be sent
        """
        try:
            return run.adapter._push_stock(self, levels, key)
        except UncertainWriteError as error:
            return self._stock_read_back(run, levels, error)
        except ConflictError as error:
            return [StockResult(key=level.key, ok=False, error=error) for level in levels]
        except DataError as error:
            if len(levels) == 1:
                return [StockResult(key=levels[0].key, ok=False, error=error)]
            # The mall refused the whole batch for one of its rows: halve until it is alone.
            middle = len(levels) // 2
            return [
                *self._stock_call(run, levels[:middle], f"{key}a"),
                *self._stock_call(run, levels[middle:], f"{key}b"),
            ]

    def _stock_read_back(self, run, levels, error):
        """After a write without an answer: what does the mall have?"""
        have = self._stock_read(run.adapter, run.limits, [level.key for level in levels])
        return [
            StockResult(key=level.key, ok=True, quantity=level.quantity)
            # An equal sum does not say that each place has its share: such a write is repeated.
            if have.get(level.key.ref) == level.quantity and not level.places
            else StockResult(key=level.key, ok=False, error=error)
            for level in levels
        ]

    def _stock_read(self, adapter, limits, keys):
        """Quantities at the mall by ``SkuKey.ref``, in its largest batches."""
        size = limits.stock_read_batch
        have = {}
        for start in range(0, len(keys), size):
            have.update(adapter._read_stock(self, keys[start : start + size]))
        return have

    # === NOTING === #

    def _stock_note(self, run, seen, keys, targets, results):
        """Write down what the mall said, and how long the changes took.

        :param dict seen: {sku id: write moment} when the batch was marked
        """
        by_key = {(result.key.item_ref, result.key.ref): result for result in results}
        good, bad = [], []
        for sku_id, key in keys.items():
            result = by_key.get((key.item_ref, key.ref))
            if result is not None and result.ok:
                read = targets[sku_id] if result.quantity is None else result.quantity
                good.append((sku_id, targets[sku_id], read))
            else:
                bad.append((sku_id, result.error if result is not None else None))
        skus = self.env["ec.listing.sku"]
        run.sent += len(good)
        delays, healed = skus._stock_note_good(good, seen, run.began)
        if delays:
            self.env["ec.stock.lag"]._record(self, delays)
        if healed:
            self.env["ec.exchange"]._stock_errors_over(skus.browse(healed))
        refused = self._stock_sort_failures(run, bad)
        run.met.update((sku_id, targets[sku_id]) for sku_id, _error in bad)
        if refused:
            skus._stock_note_refused(self, refused)
            self.env["ec.exchange"]._stock_errors(self, refused)

    def _stock_sort_failures(self, run, bad):
        """Decide per failed SKU; what is not returned simply stays dirty and is sent again.

        :param list bad: (sku id, error or None when the adapter said nothing about it)
        :return: [(sku id, error)] for those only a person can mend
        """
        refused = []
        for sku_id, error in bad:
            if isinstance(error, SetupError):
                run.setup_error = error
            elif isinstance(error, ConflictError):
                if error.reason != LAST_UNITS_MOVED:
                    run.heard.add(sku_id)
                count = run.conflicts[sku_id] = run.conflicts.get(sku_id, 0) + 1
                if count < MAX_CONFLICTS:
                    run.again.append(sku_id)
                else:
                    run.postponed = True
            elif error is None or isinstance(error, TransientError):
                run.postponed = True
            else:
                refused.append((sku_id, error))
        return refused


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _stock_mark_in_flight(self, key, targets=None):
        """Say durably that the mall is about to be told something.

        :param dict targets: {sku id: number}, remembered until one of them is confirmed
        :return: {sku id: write moment}; a user who changes the SKU while the mall works moves it
        """
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku sku
               SET dirty = TRUE, uncertain = TRUE, push_key = %s,
                   qty_tried = CASE WHEN r.units IS NULL OR sku.qty_tried @> to_jsonb(r.units)
                                    THEN sku.qty_tried
                                    ELSE COALESCE(sku.qty_tried, '[]') || to_jsonb(r.units) END
              FROM unnest(%s::int[], %s::int[]) AS r(id, units)
             WHERE sku.id = r.id RETURNING sku.id, sku.write_date
            """,
            (key, self.ids, [(targets or {}).get(sku_id) for sku_id in self.ids]),
        )
        seen = dict(self.env.cr.fetchall())
        self.invalidate_recordset(["dirty", "uncertain", "push_key", "qty_tried"])
        return seen

    def _stock_note_good(self, good, seen, began):
        """Note confirmed quantities in one statement.

        An SKU that a user changed meanwhile stays dirty: its number was computed before.

        :param list good: (sku id, quantity, quantity read from the mall)
        :param datetime began: when the write began
        :return: (seconds since the first signal per SKU, ids whose error is over)
        """
        if not good:
            return [], []
        rows = [
            {"id": sku_id, "sent": sent, "mall": read, "seen": str(seen[sku_id] or "") or None}
            for sku_id, sent, read in good
        ]
        self.env.cr.execute(
            """
            WITH told AS (
                SELECT sku.id, sku.dirty_since, sku.error_kind, r.sent, r.mall,
                       sku.write_date IS NOT DISTINCT FROM r.seen AS same
                  FROM ec_listing_sku sku
                  JOIN jsonb_to_recordset(%s::jsonb)
                       AS r(id int, sent int, mall int, seen timestamp) ON r.id = sku.id
            ), noted AS (
                UPDATE ec_listing_sku sku
                   SET qty_sent = told.sent, qty_sent_at = clock_timestamp() AT TIME ZONE 'UTC',
                       qty_sent_from = %s, qty_tried = NULL,
                       qty_mall = told.mall, qty_mall_at = clock_timestamp() AT TIME ZONE 'UTC',
                       dirty = NOT told.same, uncertain = NOT told.same,
                       dirty_since = CASE WHEN told.same THEN NULL ELSE sku.dirty_since END,
                       error_kind = NULL, error_reason = NULL, error_params = NULL, error_at = NULL
                  FROM told WHERE sku.id = told.id
            )
            SELECT id, error_kind,
                   EXTRACT(EPOCH FROM (clock_timestamp() AT TIME ZONE 'UTC') - dirty_since)::float
              FROM told
            """,
            (json.dumps(rows), began),
        )
        told = self.env.cr.fetchall()
        self.invalidate_model()
        return (
            [seconds for _id, _kind, seconds in told if seconds is not None],
            [sku_id for sku_id, kind, _seconds in told if kind],
        )

    def _stock_note_refused(self, channel, refused):
        """Keep why the mall refused these SKUs. They wait for a person, a change, or the night."""
        now = fields.Datetime.now()
        rows = [
            {
                "id": sku_id,
                "kind": getattr(error, "kind", "bug"),
                "reason": getattr(error, "reason", "unexpected"),
                "params": _params(channel, error),
            }
            for sku_id, error in refused
        ]
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku sku
               SET dirty = FALSE, dirty_since = NULL, uncertain = TRUE, error_kind = r.kind,
                   error_reason = r.reason, error_params = r.params, error_at = %s
              FROM jsonb_to_recordset(%s::jsonb) AS r(id int, kind text, reason text, params jsonb)
             WHERE sku.id = r.id
            """,
            (now, json.dumps(rows)),
        )
        self.invalidate_model()


def _params(channel, error):
    """Values for the error's text, without secrets, or None."""
    if not isinstance(error, EcError):
        _logger.error("stock of channel %s: unexpected\n%s", channel.id, bare_trace(error))
        return None
    return channel._safe_params(error) or None


def _in(**delta):
    return fields.Datetime.now() + timedelta(**delta)
