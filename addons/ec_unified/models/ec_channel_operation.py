"""What happens to a shop while it runs: one row per channel and operation."""

from odoo import api, fields, models


class EcChannelOperation(models.Model):
    """Cursor, times and health of one operation of one channel.

    Written only by that operation itself (under its lock), so two operations of a channel never
    collide on a row, and the channel's own row stays cold.
    """

    _name = "ec.channel.operation"
    _description = "Shop operation"
    _order = "channel_id, operation"
    _rec_name = "operation"

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True
    )
    operation = fields.Char(required=True, readonly=True)
    operation_label = fields.Char(compute="_compute_operation_label", string="Work")
    cursor = fields.Json(groups="ec_unified.group_ec_manager")
    request_no = fields.Integer(readonly=True, help="Counts the times a person asked for it.")
    answered_no = fields.Integer(readonly=True, help="The request the last finished run answered.")
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True, help="End of the last run, failed or not.")
    succeeded_at = fields.Datetime(readonly=True, string="Last success")
    failure_count = fields.Integer(readonly=True, string="Failures in a row")
    blocked_until = fields.Datetime(readonly=True, string="Waits until")
    error_kind = fields.Char(readonly=True)
    error_reason = fields.Char(readonly=True)
    error_params = fields.Json(readonly=True)
    error_detail = fields.Char(readonly=True, groups="ec_unified.group_ec_manager")
    error_message = fields.Char(compute="_compute_error_message", string="Problem")
    result = fields.Json(readonly=True, help="What the last run found, for the screens.")

    _one_per_operation = models.Constraint(
        "UNIQUE (channel_id, operation)", "A shop has one row per operation."
    )

    @api.depends("operation")
    @api.depends_context("lang")
    def _compute_operation_label(self):
        labels = self.env["ec.channel"]._operation_labels()
        for row in self:
            row.operation_label = labels.get(row.operation, row.operation)

    @api.depends("error_kind", "error_reason", "error_params")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for row in self:
            row.error_message = row.error_kind and row.channel_id._describe_reason(
                row.error_reason, row.error_params, row.error_kind
            )

    @property
    def is_waiting(self):
        """Whether a person asked for the operation and no run has finished since.

        Counted, not timed: a killed run leaves the request open, and times are good to a
        second only.
        """
        self.ensure_one()
        return self.request_no > self.answered_no
