"""How stored documents are worked off: in batches, one by one where a batch fails, never lost."""

import logging
import traceback
from contextlib import nullcontext
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..lib.errors import ConflictError, DataError, EcError
from ..lib.masking import bare_trace, mask_secrets

_logger = logging.getLogger(__name__)

#: Small enough that a batch ends in seconds on a loaded server; the cost per order is the same.
BATCH = 50
MAX_TRIES = 8
FIRST_WAIT = 60
LONGEST_WAIT = 2 * 60 * 60
SETUP_WAIT = 15 * 60
#: (direction, kind) of documents that reserve goods: one process of a company at a time.
BOOKING = {("in", "order")}
#: Rounds in a row lost to other transactions before the rest is left to the next run.
MAX_COLLISIONS = 5


class EcExchange(models.Model):
    """Working off.

    For each kind a method ``_process_batch_<kind>(self)`` does the work for incoming documents, and
    ``_send_batch_<kind>(self)`` for outgoing ones. ``self`` holds documents of one channel, locked.
    It may return ``{exchange id: exception}`` for those that failed by themselves; all others count
    as done. If it raises, the batch is rolled back and tried one by one.
    """

    _inherit = "ec.exchange"

    @api.model
    def _process_pending(self, channel, kind=None, *, direction=None, limit=None):
        """Work off what is due for ``channel``, committing batch by batch.

        To be called within ``channel._guard``. Several processes may do this for one channel: rows
        another one holds are skipped.

        :param str kind: only this kind; None = all that have a handler
        :param int limit: documents per batch
        :return: number of documents worked on
        """
        channel = channel._working()
        worked, collisions = 0, 0
        domain = self._due_domain(channel, kind, direction)
        todo = self.sudo().with_env(channel.env)
        if not channel._commit():
            # What came before has used up this run's time; the next one begins with this work.
            channel._trigger_op("send_exchanges" if direction == "out" else "process_exchanges")
            return 0
        while collisions < MAX_COLLISIONS:
            try:
                count, left = todo._process_next(channel, domain, limit, collisions)
                if not count:
                    return worked
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # The rows stay pending and are seen again with a fresh snapshot.
                collisions += 1
                channel._rollback()
                count, left = 0, channel._commit()
            else:
                worked, collisions = worked + count, 0
            if not left:
                break
            domain = self._due_domain(channel, kind, direction)
        channel._trigger_op("send_exchanges" if direction == "out" else "process_exchanges")
        return worked

    @api.model
    def _process_next(self, channel, domain, limit, collisions):
        """Work off one batch and commit it.

        :param int collisions: how often this was lost to other transactions just now; every time
            the batch is halved, so that it meets fewer of them
        :return: (documents worked on, seconds left for this run)
        """
        first = self.search(domain, order="priority, id", limit=1)
        if not first:
            return 0, 0
        books = (first.direction, first.kind) in BOOKING
        with channel._booking_turn() if books else nullcontext():
            size = max((limit or first._batch_size()) >> collisions, 1)
            batch = self._next_batch(domain, size)
            if batch:
                batch._process_batch(channel)
            return len(batch), channel._commit(processed=len(batch))

    @api.model
    def _try_now(self, channel, direction):
        """Who calls for the work by name does not wait for the next try; the scheduler does."""
        if self.env.context.get("ec_scheduled") or channel.env.context.get("ec_scheduled"):
            return
        waiting = self.sudo().search(
            [
                ("channel_id", "=", channel.id),
                ("direction", "=", direction),
                ("state", "=", "pending"),
                ("next_try_at", "!=", False),
            ]
        )
        waiting.write({"next_try_at": False})

    @api.model
    def _due_domain(self, channel, kind=None, direction=None):
        """What may be worked on now."""
        now = fields.Datetime.now()
        domain = fields.Domain("channel_id", "=", channel.id) & fields.Domain(
            "state", "=", "pending"
        )
        domain &= fields.Domain("next_try_at", "=", False) | fields.Domain("next_try_at", "<=", now)
        handled = self._handled_kinds(channel)
        if kind:
            handled = [pair for pair in handled if pair[1] == kind]
        if direction:
            handled = [pair for pair in handled if pair[0] == direction]
        return domain & fields.Domain.OR(
            fields.Domain("direction", "=", way) & fields.Domain("kind", "=", name)
            for way, name in handled
        )

    @api.model
    def _handled_kinds(self, channel):
        """(direction, kind) pairs that can be worked on; nothing is sent to a receive-only shop."""
        pairs = []
        for name in self._fields["kind"].get_values(self.env):
            if hasattr(self, f"_process_batch_{name}"):
                pairs.append(("in", name))
            if hasattr(self, f"_send_batch_{name}") and channel._may_write():
                pairs.append(("out", name))
        return pairs

    def _next_batch(self, domain, size):
        """Lock the next documents that go together; rows held by other processes are skipped."""
        first = self.search(domain, order="priority, id", limit=1)
        if not first:
            return first
        same = domain & fields.Domain("direction", "=", first.direction)
        same &= fields.Domain("kind", "=", first.kind)
        # A few more than needed, since others may hold some of them.
        found = self.search(same, order="priority, id", limit=size * 3)
        return found.try_lock_for_update(allow_referencing=True, limit=size).filtered_domain(same)

    def _operation_name(self):
        """The channel operation that works on this document."""
        return "send_exchanges" if self.direction == "out" else "process_exchanges"

    def _batch_size(self):
        """How many documents of this one's kind are worked on together."""
        if self.direction == "out":
            limits = self.channel_id._adapter()._limits(self.channel_id)
            return getattr(limits, f"{self.kind}_batch", 1)
        return BATCH

    def _process_batch(self, channel):
        """Work on these locked documents (same channel, direction and kind)."""
        try:
            outcome = self._run_handler()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except EcError as error:
            if error.kind in ("transient", "setup"):
                # The mall or the connection, not a document: all wait, none is blamed.
                channel._flush_attempts(self)
                self._postpone(error)
                raise
            self._process_singly(channel, error)
        except Exception as error:
            self._process_singly(channel, error)
        else:
            channel._flush_attempts(self)
            self._settle(outcome)

    def _process_singly(self, channel, error):
        """After a failed batch: each document alone, so that one bad one stops nobody."""
        channel._flush_attempts(self)
        if len(self) == 1:
            self._fail(error)
            return
        _logger.info("batch of %s %s documents failed, one by one now", len(self), self[0].kind)
        for exchange in self:
            exchange._process_batch(channel)

    def _run_handler(self):
        first = self[0]
        prefix = "_process_batch_" if first.direction == "in" else "_send_batch_"
        with self.env.cr.savepoint():
            return getattr(self, prefix + first.kind)() or {}

    def _settle(self, outcome):
        """Write down how the batch went. ``outcome``: {exchange id: exception}."""
        failed = self.filtered(lambda e: outcome.get(e.id))
        (self - failed)._done()
        for exchange in failed:
            exchange._fail(outcome[exchange.id])

    def _done(self):
        """These documents are worked off; one statement."""
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            """
            UPDATE ec_exchange
               SET state = 'done', done_at = %s, attempt_count = coalesce(attempt_count, 0) + 1,
                   next_try_at = NULL, failed_at = NULL, error_kind = NULL, error_reason = NULL,
                   error_params = NULL, error_detail = NULL, error_trace = NULL,
                   error_request_id = NULL, write_date = %s
             WHERE id = ANY(%s)
            """,
            (fields.Datetime.now(), fields.Datetime.now(), self.ids),
        )
        self.invalidate_recordset()

    def _postpone(self, error):
        """All of these wait for the mall; it counts as no try of theirs."""
        wait = SETUP_WAIT if error.kind == "setup" else FIRST_WAIT
        self.write(
            {
                "next_try_at": fields.Datetime.now() + timedelta(seconds=wait),
                **self[0]._error_vals(error),
            }
        )

    def _fail(self, error):
        """Note that this document could not be worked off.

        The kind of the error decides: a passing one is tried again with growing waits, a changed
        state soon; everything else waits in the error inbox for a person.
        """
        self.ensure_one()
        if not isinstance(error, EcError):
            error = self._wrap(error)
        tries = self.attempt_count + 1
        vals = {"attempt_count": tries, **self._error_vals(error)}
        wait = self._retry_wait(error, tries)
        if wait is None:
            vals.update(state="failed", failed_at=fields.Datetime.now(), next_try_at=False)
        else:
            vals["next_try_at"] = fields.Datetime.now() + timedelta(seconds=wait)
            self.channel_id._trigger_op(self._operation_name(), at=vals["next_try_at"])
        self.write(vals)

    @api.model
    def _wrap(self, error):
        """Any exception as an ``EcError``. What Odoo tells a user (a missing account, a constraint)
        is a matter of this document; a row that another process made at the same moment will be
        seen by the next try; anything else is our bug."""
        if isinstance(error, UserError):
            wrapped = DataError(str(error), reason="rejected", params={"what": str(error)})
        elif isinstance(error, UniqueViolation):
            wrapped = ConflictError(f"made twice at once: {error.diag.constraint_name}")
        else:
            _logger.error("processing a document failed\n%s", bare_trace(error))
            wrapped = EcError(f"{type(error).__name__}: {error}")
        wrapped.__cause__ = error
        return wrapped

    @api.model
    def _retry_wait(self, error, tries):
        """Seconds until the next try, or None when a person has to look."""
        if error.kind == "setup":
            return SETUP_WAIT
        if error.kind not in ("transient", "conflict") or tries >= MAX_TRIES:
            return None
        if isinstance(error, ConflictError):
            return 10 * tries
        wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
        return max(wait, min(error.retry_after or 0, 3600))

    def _error_vals(self, error):
        secrets = self.channel_id._secrets()
        trace = None
        if error.kind == "bug":
            cause = error.__cause__ or error
            trace = "".join(traceback.format_exception(cause))[-8000:]
        return {
            "error_kind": error.kind,
            "error_reason": error.reason,
            "error_params": self.channel_id._safe_params(error),
            "error_detail": mask_secrets(error.message, secrets)[:2000],
            "error_trace": trace and mask_secrets(trace, secrets),
            "error_request_id": error.request_id,
        }


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def action_process_exchanges(self):
        """Work off all stored documents of these channels now, received and owed ones."""
        for channel in self._runnable("process_exchanges"):
            with channel._guard("process_exchanges") as go:
                if go:
                    self.env["ec.exchange"]._try_now(channel, "in")
                    self.env["ec.exchange"]._process_pending(channel, direction="in")
        return self.action_send_exchanges()

    def action_send_exchanges(self, kind=None):
        """Send what is owed to the malls, now.

        An operation of its own: while a mall takes no writes, received orders still go on.
        """
        for channel in self._runnable("send_exchanges"):
            with channel._guard("send_exchanges") as go:
                if go:
                    channel._before_sending(kind)
                    self.env["ec.exchange"]._try_now(channel, "out")
                    self.env["ec.exchange"]._process_pending(channel, kind, direction="out")
        return True

    def _before_sending(self, kind):
        """Hook: note what the mall is owed without anybody asking; runs under the guard.

        :param kind: only this kind is sent; None = all
        """

    def action_push_shipments(self):
        """Report what was shipped, now."""
        return self.action_send_exchanges("shipment")
