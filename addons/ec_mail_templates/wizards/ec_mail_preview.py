from odoo import api, fields, models
from odoo.exceptions import UserError


class EcMailPreview(models.TransientModel):
    """A mail with a real order, before it is ever sent; and a copy of it to oneself."""

    _name = "ec.mail.preview"
    _description = "Mail preview"

    order_id = fields.Many2one("sale.order", required=True, domain=[("ec_channel_id", "!=", False)])
    kind_id = fields.Many2one("ec.mail.kind", string="Mail", required=True)
    template_id = fields.Many2one(
        "mail.template", domain=[("model", "=", "ec.mail.entry")], help="Empty: by the rules."
    )
    subject = fields.Char(readonly=True)
    body = fields.Html(string="As HTML", readonly=True, sanitize=False)
    text = fields.Text(string="As plain text", readonly=True)
    decision = fields.Char(readonly=True, string="The rules say")
    warning = fields.Char(readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments", readonly=True)
    test_address = fields.Char(
        string="Send a test to", default=lambda self: self.env.user.email_normalized
    )

    @api.model
    def default_get(self, names):
        """Start with the newest order, so that there is something to see."""
        values = super().default_get(names)
        if "order_id" in names and not values.get("order_id"):
            values["order_id"] = (
                self.env["sale.order"].search([("ec_channel_id", "!=", False)], limit=1).id
            )
        if "kind_id" in names and not values.get("kind_id"):
            values["kind_id"] = self.env["ec.mail.kind"].search([], limit=1).id
        return values

    def button_preview(self):
        """Write the mail, show it, leave nothing behind."""
        self.ensure_one()
        self.order_id.check_access("read")
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False) as savepoint:
            result = self.sudo()._try()
            savepoint.rollback()
        self._keep_files(result.pop("attachments", []))
        self.write(result)
        return self._reopen()

    def _keep_files(self, files):
        """The PDFs of this preview, to be opened."""
        self.sudo().attachment_ids.unlink()
        owner = {"res_model": self._name, "res_id": self.id}
        self.attachment_ids = [
            fields.Command.create({"name": name, "datas": data, **owner}) for name, data in files
        ]

    def _try(self):
        """What would be written, by a ledger row that is taken back afterwards."""
        entries = self.env["ec.mail.entry"].with_context(ec_mail_as_if=True)
        order, kind = self.order_id, self.kind_id
        entry = entries.search([("order_id", "=", order.id), ("kind_id", "=", kind.id)], limit=1)
        if not entry:
            entry = entries.create(self._prepare_entry())
        state, reason, values = entry._decision(entry._gather())
        entry.rule_id = values.get("rule_id") or kind._default_rule()
        states = dict(entry._fields["state"]._description_selection(self.env))
        template = self.template_id or self.env["mail.template"].browse(values.get("template_id"))
        if not template:
            template = kind._default_template()
        decision = f"{states[state]}: {reason}"
        if not template:
            return {"decision": decision, "subject": False, "body": False, "text": False}
        draft = entry._render(template)[entry.id]
        problems = entry._forbidden(draft)
        return {
            "decision": decision,
            "subject": draft["subject"],
            "body": draft["body"],
            "text": draft["text"],
            "warning": entry._describe_findings(problems) if problems else False,
            "attachments": draft["attachments"],
        }

    def _prepare_entry(self):
        order = self.order_id
        picking = self.env["stock.picking"]
        if self.kind_id.event == "shipped":
            picking = order.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")[:1]
        return {
            "order_id": order.id,
            "channel_id": order.ec_channel_id.id,
            "kind_id": self.kind_id.id,
            "event_key": "preview",
            "event_at": fields.Datetime.now(),
            "picking_id": picking.id,
        }

    def button_test(self):
        """Queue a copy to the address given."""
        self.ensure_one()
        if not self.subject:
            self.button_preview()
        if not self.test_address or not self.subject:
            raise UserError(self.env._("Give an address and choose a mail first."))
        channel = self.order_id.ec_channel_id.sudo()
        own = channel.ec_mail_server_id if not channel.ec_mail_policy_id.needs_own_server else False
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("[Test] %s", self.subject),
                "body_html": self.body,
                "ec_text": self.text,
                "email_from": channel.ec_mail_from or self.env.user.email_formatted,
                "email_to": self.test_address,
                "attachment_ids": [
                    fields.Command.create({"name": file.name, "raw": file.raw})
                    for file in self.attachment_ids
                ],
                "mail_server_id": own.id if own else False,
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return self.env["ec.mail.entry"]._say(self.env._("The test is on its way."))

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mail preview"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
