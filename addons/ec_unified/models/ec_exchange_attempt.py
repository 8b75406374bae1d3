"""Calls made to the malls, kept to answer "what happened?"."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.constants import GC_UNLINK_LIMIT

_logger = logging.getLogger(__name__)

KEEP_DAYS_GOOD = 3
KEEP_DAYS_BAD = 60


class EcExchangeAttempt(models.Model):
    """One HTTP exchange: status, time, the mall's request id, a masked excerpt of an error."""

    _name = "ec.exchange.attempt"
    _description = "Call to a mall"
    _order = "id desc"
    _rec_name = "operation"
    _log_access = False

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True
    )
    exchange_ids = fields.Many2many(
        "ec.exchange", "ec_exchange_attempt_rel", "attempt_id", "exchange_id", readonly=True
    )
    made_at = fields.Datetime(readonly=True, index=True)
    operation = fields.Char(readonly=True)
    status = fields.Integer(readonly=True, string="HTTP status", aggregator=None)
    seconds = fields.Float(readonly=True, digits=(10, 3), aggregator="avg")
    request_id = fields.Char(readonly=True)
    excerpt = fields.Text(readonly=True, groups="ec_unified.group_ec_manager")
    error_kind = fields.Char(readonly=True)
    ok = fields.Boolean(readonly=True)

    @api.autovacuum
    def _gc_attempts(self):
        """Forget calls: good ones soon, failed ones after two months."""
        now = fields.Datetime.now()
        domain = fields.Domain("ok", "=", True) & fields.Domain(
            "made_at", "<", now - timedelta(days=KEEP_DAYS_GOOD)
        ) | fields.Domain("made_at", "<", now - timedelta(days=KEEP_DAYS_BAD))
        attempts = self.search(domain, limit=GC_UNLINK_LIMIT)
        attempts.unlink()
        return len(attempts), len(attempts) == GC_UNLINK_LIMIT


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _attempt_observer(self):
        """Where an adapter reports its calls (``lib.http.Transport(observer=…)``).

        They are collected in memory and written by ``_flush_attempts``, so that a rollback of the
        work does not lose the trace of what was called.

        :return: callable(lib.data.Attempt)
        """
        self.ensure_one()
        calls = self._attempt_buffer()
        return lambda attempt: calls.append((fields.Datetime.now(), attempt))

    def _attempt_buffer(self):
        return self.env.cr.cache.setdefault(("ec_attempts", self.id), [])

    def _flush_attempts(self, exchanges=None):
        """Store the collected calls of this channel, linked to the documents they were made for.

        Two statements whatever the number of calls.
        """
        self.ensure_one()
        calls = self._attempt_buffer()
        if not calls:
            return
        rows = [self._attempt_row(moment, attempt) for moment, attempt in calls]
        calls.clear()
        self.env.cr.execute(
            """
            INSERT INTO ec_exchange_attempt
                   (channel_id, made_at, operation, status, seconds, request_id, excerpt,
                    error_kind, ok)
            SELECT %s, * FROM unnest(%s::timestamp[], %s::text[], %s::int[], %s::float8[],
                                     %s::text[], %s::text[], %s::text[], %s::bool[])
            RETURNING id
            """,
            (self.id, *(list(column) for column in zip(*rows, strict=True))),
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        if exchanges:
            self.env.cr.execute(
                """
                INSERT INTO ec_exchange_attempt_rel (attempt_id, exchange_id)
                SELECT a, e FROM unnest(%s) a, unnest(%s) e
                """,
                (ids, exchanges.ids),
            )
            exchanges.invalidate_recordset(["attempt_ids"])

    @api.model
    def _attempt_row(self, moment, attempt):
        ok = attempt.error_kind is None and attempt.status is not None and attempt.status < 400
        return (
            moment, attempt.operation, attempt.status, attempt.seconds, attempt.request_id,
            attempt.excerpt or None, attempt.error_kind, ok,
        )  # fmt: skip
