"""The ledger: who gets which mail, and what became of it."""

from datetime import timedelta

from odoo import api, fields, models

from ..const import OWING_STATES, STATES

#: A mail this long past its time should have gone out.
GRACE = timedelta(hours=1)


class EcMailEntry(models.Model):
    """One mail of one kind for one event of one order. The unique key is what makes a second mail
    for the same event impossible, whatever crashes, is tried again or merged."""

    _name = "ec.mail.entry"
    _description = "Mail of an order"
    _order = "id desc"
    _rec_name = "kind_id"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    channel_color = fields.Integer(related="channel_id.color")
    order_number = fields.Char(related="order_id.ec_order_number", string="Mall order number")
    partner_id = fields.Many2one(related="order_id.partner_id", string="Buyer")
    kind_id = fields.Many2one("ec.mail.kind", string="Mail", required=True, ondelete="restrict")
    role = fields.Selection(related="kind_id.role", store=True)
    event_key = fields.Char(
        required=True, default="-", readonly=True, help="Which of several events of the order."
    )
    picking_id = fields.Many2one("stock.picking", string="Delivery", ondelete="set null")
    event_at = fields.Datetime(string="Happened at", readonly=True)
    state = fields.Selection(STATES, required=True, default="wanted", index=True)
    reason = fields.Char(readonly=True, help="Why this mail goes out, waits or does not go out.")
    due_at = fields.Datetime(readonly=True)
    rule_id = fields.Many2one("ec.mail.rule", readonly=True, ondelete="set null")
    template_id = fields.Many2one("mail.template", readonly=True, ondelete="set null")
    approved = fields.Boolean(copy=False, help="A person has released this mail.")
    by_hand = fields.Boolean(help="Asked for by a person, no rule needed.")
    stopped = fields.Boolean(
        copy=False, readonly=True, help="A person does not want it: no rule brings it back."
    )
    # --- What was written ---
    draft_subject = fields.Char(string="Subject")
    draft_body = fields.Html(string="Text", sanitize="email_outgoing")
    edited = fields.Boolean(help="The text was changed by a person.")
    # --- What became of it ---
    lead_id = fields.Many2one(
        "ec.mail.entry", string="Told in the mail of", readonly=True, ondelete="set null"
    )
    follower_ids = fields.One2many("ec.mail.entry", "lead_id", string="Tells also of")
    mail_id = fields.Many2one(
        "mail.mail", string="Mail in the queue", readonly=True, ondelete="set null", index=True
    )
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, ondelete="set null", index="btree_not_null"
    )
    mail_subject = fields.Char(related="mail_id.subject", string="Subject of the mail")
    mail_body = fields.Text(related="mail_id.body_html", string="The mail")
    mail_text = fields.Text(related="mail_id.ec_text", string="The mail as text")
    mail_attachment_ids = fields.Many2many(
        related="mail_id.attachment_ids", string="Attachments of the mail"
    )
    message_ref = fields.Char(string="Message-ID", readonly=True, index="btree_not_null")
    server_id = fields.Many2one("ir.mail_server", readonly=True, ondelete="set null")
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    sent_at = fields.Datetime(readonly=True, index="btree_not_null")
    failure = fields.Char(readonly=True)
    is_overdue = fields.Boolean(
        string="Should have gone out", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _once = models.Constraint(
        "UNIQUE (order_id, kind_id, event_key)", "This mail is in the ledger already."
    )
    _due_idx = models.Index("(due_at DESC, id DESC)")
    _work_idx = models.Index("(state, due_at) WHERE state NOT IN ('sent', 'not_wanted', 'bounced')")

    @api.depends("kind_id", "order_id")
    def _compute_display_name(self):
        for entry in self:
            order = entry.order_id
            number = order.ec_order_number or order.name or ""
            entry.display_name = f"{entry.kind_id.name or ''} {number}".strip()

    @api.depends("state", "due_at")
    def _compute_is_overdue(self):
        limit = fields.Datetime.now() - GRACE
        for entry in self:
            late = bool(entry.due_at and entry.due_at < limit)
            entry.is_overdue = entry.state in OWING_STATES and (
                late or entry.state in ("failed", "missing", "uncertain")
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        limit = fields.Datetime.now() - GRACE
        owing = fields.Domain("state", "in", ("failed", "missing", "uncertain")) | (
            fields.Domain("state", "in", OWING_STATES) & fields.Domain("due_at", "<", limit)
        )
        return owing if True in value else ~owing

    def write(self, vals):
        """A text changed by a person is sent as it is."""
        text = {"draft_body", "draft_subject"} & vals.keys()
        if text and "edited" not in vals and not self.env.su:
            vals = {**vals, "edited": True}
        return super().write(vals)

    def _settle(self, state, reason, **values):
        """Note a decision; writes only what changes."""
        for entry in self:
            changed = {}
            for name, value in {"state": state, "reason": reason, **values}.items():
                known = entry[name]
                known = known.id if isinstance(known, models.BaseModel) else known
                if (known or False) != (value or False):
                    changed[name] = value
            if changed:
                entry.write(changed)

    @api.model
    def _wake(self, at=None):
        """Have the cron work on mails soon."""
        cron = self.env.ref("ec_mail_templates.cron_mails", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(at)
