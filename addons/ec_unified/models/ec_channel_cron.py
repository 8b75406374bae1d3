"""Scheduled work of a channel: one cron record per operation, switched with the channel's state.

Separate cron records run side by side on any number of Odoo nodes, while one record never runs
twice at once; so no queue of our own is needed.
"""

import logging
import threading
import time

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models, modules

from .ec_channel import RUNNING_STATES, WRITING_STATES

_logger = logging.getLogger(__name__)

#: Timers of this process that wake an operation: (database, channel id, operation) → Timer.
_timers = {}


def _wake(registry, key):
    """Body of the timers: trigger the operation's cron in a transaction of its own."""
    _timers.pop(key, None)
    _dbname, channel_id, op = key
    try:
        with registry.cursor() as cr:
            channel = api.Environment(cr, SUPERUSER_ID, {})["ec.channel"].browse(channel_id)
            channel.exists()._trigger_op(op)
    except (psycopg2.Error, KeyError) as error:
        # The database is being stopped or updated; the cron's own interval is left.
        _logger.info("channel %s: %s not woken (%s)", channel_id, op, type(error).__name__)


class IrCron(models.Model):
    _inherit = "ir.cron"

    ec_channel_id = fields.Many2one(
        "ec.channel", string="Shop", ondelete="cascade", index="btree_not_null"
    )
    ec_operation = fields.Char(string="Shop operation")

    _ec_one_per_operation = models.UniqueIndex(
        "(ec_channel_id, ec_operation) WHERE ec_channel_id IS NOT NULL",
        "A shop has one scheduled action per operation.",
    )


class EcChannel(models.Model):
    _inherit = "ec.channel"

    cron_ids = fields.One2many(
        "ir.cron",
        "ec_channel_id",
        context={"active_test": False},
        groups="ec_unified.group_ec_manager",
    )

    @api.model
    def _operations(self):
        """What is done for a channel.

        A mall module may add its own. Keys of a value: ``method`` on ``ec.channel`` that does the
        work now; ``states`` in which it runs by itself; ``interval`` (number, unit); ``seconds``:
        where shorter than the scheduler's minute; ``hour`` (UTC) for nightly work; ``on_request``:
        may also run in any state when a person asks.

        :rtype: dict[str, dict]
        """
        seconds = self.pull_seconds if len(self) == 1 else 60
        return {
            "pull_orders": {
                "method": "action_pull_orders",
                "states": RUNNING_STATES,
                "interval": (max(seconds // 60, 1), "minutes"),
                "seconds": seconds,
            },
            "process_exchanges": {
                "method": "action_process_exchanges",
                "states": RUNNING_STATES,
                "interval": (5, "minutes"),
            },
            "send_exchanges": {
                "method": "action_send_exchanges",
                "states": WRITING_STATES,
                "interval": (5, "minutes"),
            },
            "push_stock": {
                "method": "action_push_stock",
                "states": WRITING_STATES,
                "interval": (10, "minutes"),
            },
            "verify_stock": {
                "method": "action_verify_stock",
                "states": WRITING_STATES,
                "interval": (1, "days"),
                "hour": 18,
            },
            "import_listings": {
                "method": "action_import_listings",
                "states": RUNNING_STATES,
                "interval": (1, "days"),
                "hour": 17,
                "on_request": True,
            },
            "check_connection": {
                "method": "action_check_connection",
                "states": RUNNING_STATES,
                "interval": (1, "days"),
                "hour": 23,
                "on_request": True,
            },
        }

    @api.model
    def _operation_labels(self):
        """The operations in the words of the screens."""
        return {
            "pull_orders": self.env._("Fetch orders"),
            "process_exchanges": self.env._("Process what was received"),
            "send_exchanges": self.env._("Report to the mall"),
            "push_stock": self.env._("Send stock"),
            "verify_stock": self.env._("Compare stock"),
            "import_listings": self.env._("Read the shop's items"),
            "check_connection": self.env._("Check the connection"),
        }

    def _sync_crons(self):
        """Create the scheduled actions of these channels and switch them with the state."""
        for channel in self.sudo():
            crons = {cron.ec_operation: cron for cron in channel.cron_ids}
            channel._create_operations()
            for op, spec in channel._operations().items():
                vals = channel._cron_vals(op, spec)
                if op not in crons:
                    self.env["ir.cron"].sudo().create(
                        {**channel._cron_fixed_vals(op, spec), **vals}
                    )
                    continue
                changed = {k: v for k, v in vals.items() if crons[op][k] != v}
                if changed:
                    crons[op].write(changed)

    def _create_operations(self):
        """Make the rows of the operations now: later two of them might make one at once."""
        known = set(self.operation_ids.mapped("operation"))
        missing = [op for op in self._operations() if op not in known]
        self.env["ec.channel.operation"].sudo().create(
            [{"channel_id": self.id, "operation": op} for op in missing]
        )

    def _cron_vals(self, op, spec):
        """The part of a cron that follows the channel's settings."""
        number, unit = spec["interval"]
        runs = self.active and (self.state in spec["states"] or spec.get("on_request", False))
        return {
            "name": f"{self.name}: {self._operation_labels().get(op, op)}",
            "active": runs,
            "interval_number": number,
            "interval_type": unit,
        }

    def _cron_fixed_vals(self, op, spec):
        """The part of a cron that is written once."""
        nextcall = fields.Datetime.now()
        if "hour" in spec:
            # Spread over the hour, so that many shops do not start at the same moment.
            nextcall = fields.Datetime.add(
                nextcall.replace(hour=spec["hour"], minute=self.id * 7 % 60, second=0), days=1
            )
        return {
            "model_id": self.env["ir.model"]._get_id("ec.channel"),
            "state": "code",
            "code": f"model._cron_run({int(self.id)}, {op!r})",
            "user_id": self.env.ref("base.user_root").id,
            "nextcall": nextcall,
            "ec_channel_id": self.id,
            "ec_operation": op,
        }

    @api.model
    def _cron_run(self, channel_id, op):
        """Body of the scheduled actions: do operation ``op`` of the channel now."""
        channel = self.sudo().browse(channel_id).exists()
        spec = channel and channel._operations().get(op)
        if not spec:
            _logger.info("channel %s has no operation %s any more", channel_id, op)
            return
        method = getattr(channel._working().with_context(ec_scheduled=True), spec["method"], None)
        if method is None:
            _logger.debug("operation %s is not available", op)
            return
        if not channel._may_run(op):
            return
        self._begin_job_time()
        method()
        if spec.get("seconds", 60) < 60:
            channel._wake_in(op, spec["seconds"])

    @api.model
    def _begin_job_time(self):
        """Have the server's time limit for scheduled actions count from this one.

        ``limit_time_real_cron`` is a limit per job, but a threaded server takes the time of a whole
        round: some busy shops, each well within its time, would make it restart.
        """
        thread = threading.current_thread()
        if getattr(thread, "start_time", None):
            thread.start_time = time.time()

    def _wake_in(self, op, seconds):
        """Have ``op`` run again in so many seconds.

        Odoo's scheduler looks at the clock once a minute; a timer of this process wakes it in
        between. Should the process end before, the scheduled action's own interval is left.
        """
        key = (self.env.cr.dbname, self.id, op)
        if key in _timers or modules.module.current_test:
            return
        timer = threading.Timer(seconds, _wake, (self.env.registry, key))
        timer.daemon = True
        _timers[key] = timer
        timer.start()

    def _trigger_op(self, op, at=None):
        """Have ``op`` run soon in the background, once this transaction is committed.

        :param datetime at: not before (UTC, naive); precision of a minute
        """
        crons = (
            self.env["ir.cron"]
            .sudo()
            .search([("ec_channel_id", "in", self.ids), ("ec_operation", "=", op)])
        )
        for cron in crons:
            cron._trigger(at)

    def _request_op(self, op):
        """Ask for an on-request operation on behalf of a person; also runs while being set up."""
        for channel in self.sudo():
            channel._operation(op).request_no += 1
        self._trigger_op(op)

    def _commit(self, processed=0):
        """Commit through the cron's interface.

        What is left is never told to the scheduler: it would call a run with work left ten times in
        a row, however long each takes, until the server's time limit kills the process. Whoever
        stops with work left triggers his operation again; then others have their turn first.

        :return: seconds left for this run (infinite outside a cron)
        :rtype: float
        """
        return self.env["ir.cron"]._commit_progress(processed, remaining=0)

    def _rollback(self):
        """Give up what this run has not committed."""
        self.env.cr.rollback()
