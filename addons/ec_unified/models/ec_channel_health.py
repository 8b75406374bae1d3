"""Health of a channel: errors are sorted and told once, a mall that is down is left alone."""

import logging
from contextlib import contextmanager
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..lib.errors import EcError
from ..lib.masking import bare_trace, mask_secrets, quiet_queries
from .ec_channel import RUNNING_STATES, WRITING_STATES

_logger = logging.getLogger(__name__)

#: Setup errors with these reasons concern every operation of the shop, others only their own.
CHANNEL_WIDE = (
    "unauthorised", "key_expired", "credentials_missing", "not_installed", "shop_frozen",
    "wrong_host", "module_missing",
)  # fmt: skip
FIRST_WAIT = 30  # seconds after the first failure; doubles
LONGEST_WAIT = 30 * 60
SETUP_WAIT = 60 * 60  # a setup error is tried again hourly: the mall may have had a bad moment
TURN_WAIT = "20s"  # for another process that books orders
TELL_AFTER = 5  # transient failures in a row before a person is told
EXPIRY_NOTICE_DAYS = 14


class EcChannel(models.Model):
    _inherit = "ec.channel"

    operation_ids = fields.One2many("ec.channel.operation", "channel_id", copy=False)
    cursors = fields.Json(compute="_compute_operations", groups="ec_unified.group_ec_manager")
    last_pull_at = fields.Datetime(compute="_compute_operations", string="Orders fetched")
    last_push_at = fields.Datetime(compute="_compute_operations", string="Stock sent")
    blocked_until = fields.Datetime(compute="_compute_operations")
    failure_count = fields.Integer(compute="_compute_operations")
    last_error_reason = fields.Char(compute="_compute_operations")
    last_error = fields.Char(compute="_compute_operations", string="Problem")
    health = fields.Selection(
        [
            ("ok", "Working"),
            ("expiring", "Credentials expire soon"),
            ("waiting", "Mall does not answer"),
            ("setup", "Connection must be mended"),
        ],
        compute="_compute_operations",
    )

    @api.depends(
        "operation_ids.succeeded_at",
        "operation_ids.failure_count",
        "operation_ids.error_reason",
        "credential_expires_at",
    )
    @api.depends_context("lang")
    def _compute_operations(self):
        for channel in self:
            rows = {row.operation: row for row in channel.sudo().operation_ids}
            none = self.env["ec.channel.operation"]
            worst = channel._worst_operation(rows.values())
            channel.cursors = {op: row.cursor for op, row in rows.items() if row.cursor}
            channel.last_pull_at = rows.get("pull_orders", none).succeeded_at
            channel.last_push_at = rows.get("push_stock", none).succeeded_at
            channel.blocked_until = worst and worst.blocked_until
            channel.failure_count = worst.failure_count if worst else 0
            channel.last_error_reason = worst and worst.error_reason
            channel.last_error = worst and worst.with_env(self.env).sudo().error_message
            days = channel.credential_days_left
            if worst:
                channel.health = "setup" if worst.error_kind == "setup" else "waiting"
            else:
                channel.health = "expiring" if 0 <= days <= EXPIRY_NOTICE_DAYS else "ok"

    @api.model
    def _worst_operation(self, rows):
        """The failing row a person should hear of first: setup before all, then the longest."""
        failing = [row for row in rows if row.failure_count]
        if not failing:
            return None
        return max(failing, key=lambda r: (r.error_kind == "setup", r.failure_count))

    # === CURSORS === #

    def _operation(self, op):
        """The row of operation ``op``, made when missing."""
        self.ensure_one()
        rows = self.env["ec.channel.operation"].sudo()
        row = rows.search([("channel_id", "=", self.id), ("operation", "=", op)])
        return row or rows.create({"channel_id": self.id, "operation": op})

    def _get_cursor(self, op):
        """Where ``op`` goes on (the adapter's own dict), or None at the first run."""
        return self._operation(op).cursor or None

    def _set_cursor(self, op, value):
        """Remember where ``op`` goes on; call it only after its documents are committed."""
        self._operation(op).cursor = value

    # === RUNNING === #

    def _may_run(self, op, asked=False):
        """Whether ``op`` may run now: by the state, on request, and not while it has to wait.

        :param bool asked: somebody asks for it right now, so nothing has to be waited for
        """
        self.ensure_one()
        spec = self._operations().get(op, {"states": RUNNING_STATES})
        rows = {row.operation: row for row in self.sudo().operation_ids}
        row = rows.get(op)
        requested = spec.get("on_request") and (asked or (row and row.is_waiting))
        if not self.active or not (self.state in spec["states"] or requested):
            return False
        if op == "check_connection" or asked:
            return True
        if any(r.error_kind == "setup" and r.error_reason in CHANNEL_WIDE for r in rows.values()):
            return False
        return not (row and row.blocked_until and row.blocked_until > fields.Datetime.now())

    def _may_write(self):
        """Whether anything may be changed at the mall (not in the receive-only state)."""
        self.ensure_one()
        return self.state in WRITING_STATES

    def _runnable(self, op):
        """The channels among these for which ``op`` may run now, ready for background work.

        A failed operation waits before the scheduler runs it again (``ec_scheduled`` in the
        context). Who calls for it by name does not: he may have mended what was wrong.

        :return: single channels, each in its own working environment (``_working``)
        :rtype: list
        :raise AccessError: a user who is no manager calls work that talks to malls
        """
        if not self.env.su:
            self._check_manager()
        asked = not self.env.context.get("ec_scheduled")
        return [channel._working() for channel in self if channel._may_run(op, asked=asked)]

    @contextmanager
    def _guard(self, op):
        """Run one operation of one channel so that its failure stays its own.

        Use::

            for channel in self._runnable("pull_orders"):
                with channel._guard("pull_orders") as go:
                    if not go:      # another process is at it
                        continue
                    …work, committing by channel._commit()…

        Any error ends here: an ``EcError`` becomes health of the channel (what was written
        before it is kept), a serialization failure is run again soon, anything else is rolled
        back and told.
        """
        self.ensure_one()
        if not self._lock_op(op):
            _logger.info("channel %s: %s is already running", self.id, op)
            yield False
            return
        try:
            with quiet_queries():
                yield from self._guarded(op)
        except BaseException:
            # Shutting down: give the connection back clean, else it would keep the lock.
            self._rollback()
            raise
        finally:
            self._unlock_op(op)

    def _guarded(self, op):
        """The body of ``_guard`` under the lock."""
        started = {
            "started_at": fields.Datetime.now(),
            "answered_no": self._operation(op).request_no,
        }
        try:
            yield True
            self._commit()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            _logger.info("channel %s: %s met another transaction, runs again", self.id, op)
            self._rollback()
            self._trigger_op(op)
        except EcError as error:
            self._note_failure(op, error, **started)
        except Exception as error:
            _logger.error("channel %s: %s failed\n%s", self.id, op, bare_trace(error))
            self._rollback()
            self._note_failure(op, error, **started)
        else:
            self._note_success(op, **started)
        self._flush_attempts()
        self._commit()

    def _lock_op(self, op):
        """Take the operation for this process; the lock falls with the connection if it is killed.

        A session lock, because the work commits in between.
        """
        self.env.cr.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (self.id, f"ec/{op}"))
        return self.env.cr.fetchone()[0]

    def _unlock_op(self, op):
        self.env.cr.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", (self.id, f"ec/{op}"))

    @contextmanager
    def _booking_turn(self):
        """Wait until no other process books orders of this company, then go.

        Orders of two shops reserve the same goods: side by side, all but one of their batches
        would be lost to serialization failures and done again. What is booked within must be
        committed within.

        :raise psycopg2.errors.LockNotAvailable: waited too long; a collision like any other
        """
        key = ("ec/booking", self.company_id.id)
        self.env.cr.execute("SELECT set_config('lock_timeout', %s, true)", (TURN_WAIT,))
        self.env.cr.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", key)
        try:
            self._commit()  # what the others have booked meanwhile is seen only by a new snapshot
            yield
        except psycopg2.Error:
            self._rollback()  # an aborted transaction could not give the turn back
            raise
        finally:
            self.env.cr.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", key)

    # === NOTING === #

    def _note_success(self, op, **vals):
        """Record that ``op`` went well; ends a circuit break and what was said about it.

        :param vals: further values for the operation's row, such as ``result``
        """
        now = fields.Datetime.now()
        row = self._operation(op)
        was_failing = bool(row.failure_count)
        row.write({"finished_at": now, "succeeded_at": now, **self._no_error(), **vals})
        if was_failing:
            self._tell_recovered()

    def _note_failure(self, op, error, **vals):
        """Record that ``op`` failed and decide when it may run again.

        A person is told once: at once for a setup error, after some failures in a row otherwise.
        """
        now = fields.Datetime.now()
        row = self._operation(op)
        kind = getattr(error, "kind", "bug")
        count = row.failure_count + 1
        wait = self._failure_wait(error, count)
        row.write(
            {
                "finished_at": now,
                "failure_count": count,
                "blocked_until": now + timedelta(seconds=wait),
                "error_kind": kind,
                "error_reason": getattr(error, "reason", "unexpected"),
                "error_params": self._safe_params(error),
                "error_detail": self._safe_detail(error),
                **vals,
            }
        )
        if kind == "setup" and row.error_reason in CHANNEL_WIDE and op != "check_connection":
            self._trigger_op("check_connection", at=row.blocked_until)
        else:
            self._trigger_op(op, at=row.blocked_until)
        if self.state in RUNNING_STATES and (kind == "setup" or count >= TELL_AFTER):
            self._tell_failing(op, row)

    @api.model
    def _no_error(self):
        return {
            "failure_count": 0,
            "blocked_until": False,
            "error_kind": False,
            "error_reason": False,
            "error_params": False,
            "error_detail": False,
        }

    @api.model
    def _failure_wait(self, error, count):
        """Seconds until the next try. The mall's own wish counts up to an hour."""
        if getattr(error, "kind", "bug") == "setup":
            return SETUP_WAIT
        wait = min(FIRST_WAIT * 2 ** (count - 1), LONGEST_WAIT)
        asked = getattr(error, "retry_after", None)
        return max(wait, min(float(asked), 3600.0)) if asked else wait

    def _safe_detail(self, error):
        """The technical text of an error without secrets; not for clerks."""
        text = str(error) if isinstance(error, EcError) else f"{type(error).__name__}: {error}"
        return mask_secrets(text, self._secrets())[:1000]

    def _safe_params(self, error):
        """Values for an error's text, JSON-able and without secrets."""
        params = dict(getattr(error, "params", None) or {})
        if getattr(error, "code", None):
            params.setdefault("code", error.code)
        secrets = self._secrets()
        return {str(k): mask_secrets(v, secrets)[:200] for k, v in params.items()} or False

    def _tell_failing(self, op, row):
        """Give the responsible person one activity per channel, however often it fails.

        Several operations fail at the same moment when a key ends: one of them tells it, and who
        comes after sees that.
        """
        self._commit()
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext('ec/tell'))", (self.id,))
        turn = self.env.cr.fetchone()[0]
        self.invalidate_recordset(["activity_ids"])
        activity_type = self.env.ref("ec_unified.activity_channel_failing", False)
        if not turn or not activity_type or self._failing_activities(activity_type):
            return
        self.activity_schedule(
            "ec_unified.activity_channel_failing",
            user_id=self.user_id.id or self.env.ref("base.user_admin").id,
            summary=self.env._("%s: the connection needs you", self.name),
            note=row.with_context(lang=self.env.context.get("lang")).error_message,
        )

    def _tell_recovered(self):
        """Take the activity away once nothing fails any more."""
        activity_type = self.env.ref("ec_unified.activity_channel_failing", False)
        rows = self.sudo().operation_ids
        if activity_type and not any(row.failure_count for row in rows):
            self._failing_activities(activity_type).action_feedback(
                feedback=self.env._("Works again.")
            )

    def _failing_activities(self, activity_type):
        return self.sudo().activity_ids.filtered(lambda a: a.activity_type_id == activity_type)
