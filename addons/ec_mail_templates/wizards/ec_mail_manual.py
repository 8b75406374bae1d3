from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

#: Works on by itself; waits for a time, a fact or a person as well; a person has to look.
_MOVING = ("wanted", "queued", "sending")
_OPEN = (*_MOVING, "waiting", "held")
_TROUBLE = ("failed", "missing", "uncertain", "bounced")
#: Had it, gets it, or it lies there to be released.
_TOLD = ("sent", "uncertain", "held", *_MOVING)


class EcMailManual(models.TransientModel):
    """One mail to the buyers of many orders, by hand; shows how far it is."""

    _name = "ec.mail.manual"
    _description = "Mail by hand"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True)
    kind_id = fields.Many2one("ec.mail.kind", string="Mail", required=True)
    template_id = fields.Many2one(
        "mail.template", domain=[("model", "=", "ec.mail.entry")], help="Empty: by the rules."
    )
    look_first = fields.Boolean(
        string="I read them first", default=True, help="They wait in the list of mails to release."
    )
    again = fields.Boolean(string="Also to buyers who got it already")
    batch_ref = fields.Char(default=lambda self: uuid4().hex[:8], readonly=True)
    entry_ids = fields.Many2many("ec.mail.entry", readonly=True)
    skipped = fields.Integer(readonly=True)
    progress = fields.Integer(compute="_compute_progress")
    trouble_count = fields.Integer(string="Needs a person", compute="_compute_progress")
    running = fields.Boolean(compute="_compute_progress")

    @api.depends("entry_ids.state")
    def _compute_progress(self):
        for wizard in self:
            states = wizard.entry_ids.mapped("state")
            open_ones = sum(s in _OPEN for s in states)
            done = len(states) - open_ones
            # 100 % only when the last one is through.
            wizard.progress = 100 * done // len(states) if states else 0
            wizard.trouble_count = sum(s in _TROUBLE for s in states)
            wizard.running = any(s in _MOVING for s in states)

    def button_send(self):
        """Enter the mails into the ledger; the cron sends them."""
        self.ensure_one()
        entries = self.env["ec.mail.entry"]
        orders = self.order_ids.filtered("ec_channel_id")
        orders.check_access("write")
        template = self.template_id or self.kind_id._default_template()
        if not template:
            raise UserError(self.env._("No template for this mail."))
        if not self.again:
            told = entries.sudo().search(
                [("order_id", "in", orders.ids), ("kind_id", "=", self.kind_id.id),
                 "|", ("state", "in", _TOLD),
                 "&", ("state", "=", "waiting"), ("by_hand", "=", True)]
            ).order_id  # fmt: skip
            self.skipped = len(told)
            orders -= told
        new = entries.sudo().create([self._prepare_entry(order, template) for order in orders])
        if self.look_first:
            new._settle("held", self.env._("Asked for by %s.", self.env.user.name))
            new.button_write_draft()
        else:
            new._decide()
        self.entry_ids = [fields.Command.set(new.ids)]
        entries._wake()
        return self._reopen()

    def _prepare_entry(self, order, template):
        return {
            "order_id": order.id,
            "channel_id": order.ec_channel_id.id,
            "kind_id": self.kind_id.id,
            "event_key": f"hand:{self.batch_ref}",
            "event_at": fields.Datetime.now(),
            "template_id": template.id,
            "by_hand": True,
            "approved": not self.look_first,
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mail by hand"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def button_open(self):
        """The rows in the ledger."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ec_mail_templates.action_ec_mail_entry"
        )
        return {**action, "domain": [("id", "in", self.entry_ids.ids)], "context": {}}
