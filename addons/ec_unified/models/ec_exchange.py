"""Documents received from and owed to the malls: inbox, outbox, guard against doing it twice."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.masking_tree import mask_personal

DIRECTIONS = [("in", "Received"), ("out", "Sending")]
KINDS = [
    ("order", "Order"),
    ("confirm", "Order confirmation"),
    ("shipment", "Shipment"),
    ("stock", "Stock"),
    ("cancel", "Cancellation"),
    ("paid", "Payment received"),
    ("memo", "Note"),
    ("status", "Status"),
    ("webhook", "Notification"),
]


class EcExchange(models.Model):
    """One document, exactly as the mall sent it or as it has to be sent.

    A document is stored before anything is done with it and stays ``pending`` until its work is
    committed; a process killed in between leaves it pending. See ``ec_exchange_store`` (how it gets
    in) and ``ec_exchange_process`` (how it is worked off).
    """

    _name = "ec.exchange"
    _description = "Exchange with a mall"
    _order = "id desc"
    _rec_name = "external_ref"

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="channel_id.company_id")
    channel_color = fields.Integer(related="channel_id.color")
    direction = fields.Selection(DIRECTIONS, required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    external_ref = fields.Char(
        string="Mall's number", required=True, index="trigram", readonly=True
    )
    idempotency_key = fields.Char(required=True, readonly=True, copy=False)
    payload = fields.Json(readonly=True, groups="ec_unified.group_ec_manager")
    payload_text = fields.Text(
        compute="_compute_payload_text", groups="ec_unified.group_ec_manager", string="Document"
    )
    payload_masked = fields.Text(
        compute="_compute_payload_masked",
        compute_sudo=True,
        string="Document (personal data hidden)",
    )
    payload_hash = fields.Char(readonly=True)
    received_at = fields.Datetime(readonly=True, string="Stored")
    source_updated_at = fields.Datetime(readonly=True, string="Changed at the mall")
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("done", "Done"),
            ("failed", "Needs a person"),
            ("ignored", "Ignored"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    priority = fields.Integer(default=10, readonly=True, help="Lower goes first.")
    attempt_count = fields.Integer(readonly=True, string="Tries")
    next_try_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    failed_at = fields.Datetime(readonly=True)
    error_kind = fields.Selection(
        [
            ("transient", "Passing"),
            ("setup", "Connection"),
            ("data", "Data"),
            ("conflict", "Changed meanwhile"),
            ("bug", "Program"),
        ],
        readonly=True,
    )
    error_reason = fields.Char(readonly=True)
    error_params = fields.Json(readonly=True)
    error_message = fields.Text(
        compute="_compute_error_message",
        search="_search_error_message",
        string="What to do",
    )
    error_detail = fields.Text(readonly=True, groups="ec_unified.group_ec_manager")
    error_trace = fields.Text(readonly=True, groups="ec_unified.group_ec_manager")
    error_request_id = fields.Char(
        readonly=True, string="Mall's request id", help="For the mall's support desk."
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    ignore_reason = fields.Char(readonly=True)
    ignored_by = fields.Many2one("res.users", readonly=True)
    revision_ids = fields.One2many(
        "ec.exchange.revision", "exchange_id", groups="ec_unified.group_ec_manager"
    )
    revision_count = fields.Integer(
        compute="_compute_revision_count", groups="ec_unified.group_ec_manager"
    )
    attempt_ids = fields.Many2many(
        "ec.exchange.attempt", "ec_exchange_attempt_rel", "exchange_id", "attempt_id", readonly=True
    )

    _key_unique = models.Constraint(
        "UNIQUE (idempotency_key)", "This document is already stored for the shop."
    )
    _pending_index = models.Index("(channel_id, priority, id) WHERE state = 'pending'")
    _failed_index = models.Index("(channel_id, failed_at) WHERE state = 'failed'")
    # What is not in the books yet, whatever it waits for: asked before stock is sent.
    _open_index = models.Index("(channel_id, kind) WHERE state IN ('pending', 'failed')")
    _record_index = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    # === COMPUTES === #

    @api.depends("external_ref", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for exchange in self:
            exchange.display_name = f"{kinds.get(exchange.kind, '')} {exchange.external_ref or ''}"

    @api.depends("payload")
    def _compute_payload_text(self):
        for exchange in self:
            exchange.payload_text = _pretty(exchange.payload)

    @api.depends("payload")
    def _compute_payload_masked(self):
        for exchange in self:
            exchange.payload_masked = _pretty(mask_personal(exchange.payload))

    @api.depends("error_kind", "error_reason", "error_params")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for exchange in self:
            exchange.error_message = exchange.error_kind and exchange.channel_id._describe_reason(
                exchange.error_reason, exchange.error_params, exchange.error_kind
            )

    def _search_error_message(self, operator, value):
        """Texts are made when read; what is stored is the reason and the technical text."""
        if operator not in ("ilike", "=") or not isinstance(value, str):
            return NotImplemented
        found = [
            reason
            for reason, text in self.env["ec.channel"]._reason_texts().items()
            if value.lower() in text.lower()
        ]
        return [("error_reason", "in", found)]

    @api.depends("revision_ids")
    def _compute_revision_count(self):
        counts = dict(
            self.env["ec.exchange.revision"]._read_group(
                [("exchange_id", "in", self.ids)], ["exchange_id"], ["__count"]
            )
        )
        for exchange in self:
            exchange.revision_count = counts.get(exchange, 0)

    # === BUTTONS === #

    def button_retry(self):
        """Try the chosen documents again, from the beginning, in the background."""
        self.check_access("read")
        self.filtered(lambda e: e.state in ("failed", "ignored", "pending"))._requeue()
        return self._notify_client(
            self.env._("%s documents are tried again.", len(self)), kind="success"
        )

    def button_ignore(self):
        """Ask why, then ignore the chosen documents."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ignore"),
            "res_model": "ec.exchange.ignore",
            "view_mode": "form",
            "target": "new",
            "context": {"default_exchange_ids": [fields.Command.set(self.ids)]},
        }

    def button_fix(self):
        """Open what has to be mended."""
        self.ensure_one()
        self.check_access("read")
        return self._get_fix_action()

    def button_open_record(self):
        """Open the record the document became."""
        self.ensure_one()
        action = self._record_action()
        if not action:
            raise UserError(self.env._("Nothing has been made of this document yet."))
        return action

    # === BUSINESS METHODS === #

    def _requeue(self):
        """Have these documents processed again soon, whatever became of them before."""
        self.sudo().write(
            {
                "state": "pending",
                "next_try_at": False,
                "attempt_count": 0,
                "failed_at": False,
                "ignore_reason": False,
                "ignored_by": False,
            }
        )
        by_work = self.sudo().grouped(lambda e: (e.channel_id, e._operation_name()))
        for channel, operation in by_work:
            channel._trigger_op(operation)

    def _ignore(self, reason):
        """Take these documents out of the error inbox.

        :param str reason: why, for the others
        """
        self.check_access("read")
        self.sudo().filtered(lambda e: e.state != "done").write(
            {
                "state": "ignored",
                "ignore_reason": reason,
                "ignored_by": self.env.uid,
                "next_try_at": False,
            }
        )

    def _link(self, record):
        """Remember the record this document became."""
        self.sudo().write({"res_model": record._name, "res_id": record.id})

    def _get_fix_action(self):
        """The screen on which the cause of the failure is mended. Extended per kind.

        :rtype: dict
        """
        if self.error_kind == "setup":
            return self._open("ec.channel", self.channel_id.id)
        if self.error_reason == "unknown_value":
            action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_mapping")
            return {**action, "domain": [("channel_id", "=", self.channel_id.id)]}
        return self._record_action() or self._open("ec.exchange", self.id)

    def _record_action(self):
        """Action that opens the linked record, or None."""
        if not (self.res_model and self.res_id and self.res_model in self.env):
            return None
        if not self.env[self.res_model].browse(self.res_id).exists():
            return None
        return self._open(self.res_model, self.res_id)

    @api.model
    def _open(self, model, res_id):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": res_id,
            "views": [(False, "form")],
            "target": "current",
        }

    @api.model
    def _notify_client(self, message, kind="info"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


def _pretty(payload):
    """JSON for people, or an empty text."""
    if not payload:
        return ""
    return json.dumps(payload, ensure_ascii=False, indent=2, sort_keys=True)
