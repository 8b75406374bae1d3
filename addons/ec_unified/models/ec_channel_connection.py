"""Checking the connection to a mall, and telling a person exactly what is wrong with it."""

from datetime import UTC

from markupsafe import Markup

from odoo import api, fields, models

from ..lib.data import Problem
from ..lib.errors import SetupError
from .ec_channel import RUNNING_STATES
from .ec_channel_health import EXPIRY_NOTICE_DAYS

OP = "check_connection"


class EcChannel(models.Model):
    _inherit = "ec.channel"

    check_running = fields.Boolean(compute="_compute_check")
    check_ok = fields.Boolean(compute="_compute_check", string="Connection works")
    check_done_at = fields.Datetime(compute="_compute_check", string="Connection checked")
    check_report = fields.Html(compute="_compute_check", string="Result of the check")

    @api.depends(
        "operation_ids.result",
        "operation_ids.request_no",
        "operation_ids.answered_no",
        "operation_ids.failure_count",
    )
    @api.depends_context("lang")
    def _compute_check(self):
        for channel in self:
            row = channel.sudo().operation_ids.filtered(lambda r: r.operation == OP)
            result = (row and row.result) or {}
            channel.check_running = bool(row) and row.is_waiting
            # A check the mall gave no answer to says nothing good, whatever the one before said.
            channel.check_ok = bool(result.get("ok")) and not row.failure_count
            channel.check_done_at = row.finished_at
            channel.check_report = channel._check_report_html(result, row)

    def _check_report_html(self, result, row):
        """The findings as a list: what is wrong and where it is mended."""
        if not row.finished_at:
            return False
        texts = [
            self._describe_reason(found["reason"], found.get("params"), "setup")
            for found in result.get("problems", ())
        ]
        if not texts and row.failure_count:
            texts = [self._describe_reason(row.error_reason, row.error_params, row.error_kind)]
        if not texts and not result.get("ok"):
            return False
        if not texts:
            name = result.get("shop_name") or self.name
            return Markup("<p>%s</p>") % self.env._("Connected to “%s”. Everything is right.", name)
        items = Markup().join(Markup("<li>%s</li>") % text for text in texts)
        return Markup("<ul>%s</ul>") % items

    def write(self, vals):
        """Whoever enters another key, or lets a shop run again that was stopped by its old one,
        need not wait for the hourly try."""
        result = super().write(vals)
        secret = any(getattr(self._fields[name], "ec_secret", False) for name in vals)
        for channel in self.sudo() if secret or "state" in vals else ():
            stopped = "setup" in channel.operation_ids.mapped("error_kind")
            if channel.state in RUNNING_STATES and (secret or stopped):
                channel._trigger_op(OP)
        return result

    def button_check_connection(self):
        """Have the connection checked in the background; the screen follows by itself."""
        self._check_manager()
        self._request_op(OP)
        return True

    def action_check_connection(self):
        """Check the connections of these channels now.

        :return: whether all of them work
        :rtype: bool
        """
        for channel in self._runnable(OP):
            with channel._guard(OP) as go:
                if go:
                    channel._check_connection_now()
        self.env["ec.channel.operation"].invalidate_model()
        return all(channel.check_ok for channel in self)

    def _check_connection_now(self):
        """Ask the adapter, keep the findings, set free or stop the other operations.

        :raise SetupError: something is wrong that stops the work
        :raise TransientError: the mall cannot say now
        """
        report = self._adapter()._check_connection(self)
        problems = [*report.problems, *self._own_problems(report)]
        blocking = [problem for problem in problems if problem.blocking]
        self._operation(OP).result = {
            "ok": not blocking,
            "shop_name": report.shop_name,
            "shop_ref": report.shop_ref,
            "places": [list(place) for place in report.places],
            "problems": [self._problem_values(problem) for problem in problems],
        }
        self._keep_report(report)
        if blocking:
            first = blocking[0]
            raise SetupError("connection check failed", reason=first.reason, params=first.params)
        self._release_setup_errors()

    def _keep_report(self, report):
        """Write what the channel itself should know; only what differs, its row stays cold."""
        expires = report.expires_at
        if expires is not None and expires.tzinfo is not None:
            expires = (expires - expires.utcoffset()).replace(tzinfo=None)
        vals = {
            "mall_shop_name": report.shop_name,
            "mall_shop_ref": report.shop_ref,
            "credential_expires_at": expires and expires.replace(microsecond=0),
        }
        changed = {k: v for k, v in vals.items() if v and self[k] != v}
        if changed:
            self.write(changed)

    @api.model
    def _own_problems(self, report):
        """What the core itself has to say about a report."""
        problems = []
        if report.currency and report.currency != self.company_id.currency_id.name:
            problems.append(Problem(reason="currency_mismatch", params={"value": report.currency}))
        if report.expires_at:
            days = (report.expires_at - _now_like(report.expires_at)).days
            if 0 <= days <= EXPIRY_NOTICE_DAYS:
                day = fields.Date.to_string(report.expires_at.date())
                problems.append(
                    Problem(reason="key_expires_soon", blocking=False, params={"expires_at": day})
                )
        return problems

    def _problem_values(self, problem):
        error = SetupError("", reason=problem.reason, params=problem.params)
        return {
            "reason": problem.reason,
            "blocking": problem.blocking,
            "params": self._safe_params(error) or {},
        }

    def _release_setup_errors(self):
        """The connection works: what waited because of it goes on now."""
        rows = self.sudo().operation_ids
        waiting = rows.filtered(lambda r: r.error_kind == "setup" and r.operation != OP)
        for row in waiting:
            row.write(self._no_error())
            self._trigger_op(row.operation)
        if waiting:
            self._tell_recovered()


def _now_like(moment):
    """Now, comparable to ``moment`` (with or without time zone)."""
    now = fields.Datetime.now()
    return now if moment.tzinfo is None else now.replace(tzinfo=UTC)
