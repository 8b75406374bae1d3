"""Orders from a file: looked at first, then taken in; what is known already is not taken twice."""

import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.data import SourceDocument


class EcOrderFile(models.TransientModel):
    _name = "ec.order.file"
    _description = "Import orders from a file"

    profile_id = fields.Many2one("ec.order.profile", string="Layout", required=True)
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many("ec.order.file.line", "wizard_id", readonly=True)
    has_profiles = fields.Boolean(compute="_compute_has_profiles", export_string_translation=False)
    summary = fields.Char(compute="_compute_summary")
    state = fields.Selection(
        [("draft", "File"), ("preview", "Preview"), ("done", "Taken in")], default="draft"
    )

    def action_preview(self):
        """Read the file and show what it holds; nothing is taken in yet."""
        self.ensure_one()
        self.line_ids.unlink()
        labels = dict(
            self.env["ec.order.profile.column"]._fields["field"]._description_selection(self.env)
        )
        parsed = self.profile_id._parse(base64.b64decode(self.file))
        known = self._get_known([row.number for row in parsed])
        self.env["ec.order.file.line"].create(
            [self._prepare_line(row, known, labels) for row in parsed]
        )
        self.state = "preview"
        return self._show()

    def _get_known(self, numbers):
        """Return {number: hash} of documents this shop has already."""
        exchanges = (
            self.env["ec.exchange"]
            .sudo()
            .search(
                [
                    ("channel_id", "=", self.profile_id.channel_id.id),
                    ("kind", "=", "order"),
                    ("direction", "=", "in"),
                    ("external_ref", "in", numbers),
                ]
            )
        )
        return {exchange.external_ref: exchange.payload_hash for exchange in exchanges}

    def _prepare_line(self, row, known, labels):
        values = {"wizard_id": self.id, "number": row.number, "rows": row.rows}
        if row.error:
            return {**values, "result": "error", "message": self._describe_error(row, labels)}
        document = SourceDocument(ref=row.number, payload=row.payload)
        result = "new"
        if row.number in known:
            result = "known" if known[row.number] == document.digest else "changed"
        return {
            **values,
            "result": result,
            "buyer": row.payload["buyer"]["name"],
            "total": float(row.payload["total"]),
            "payload": row.payload,
        }

    @api.model
    def _describe_error(self, row, labels):
        what = labels.get(row.error, row.error)
        if row.error == "number" and not row.number:
            return self.env._("The order number is missing.")
        if row.differs:
            return self.env._("“%s” differs: one order number was used for two orders.", what)
        if not row.text:
            return self.env._("“%s” is empty.", what)
        return self.env._("“%(what)s” cannot be read: “%(text)s”.", what=what, text=row.text[:40])

    def action_import(self):
        """Store the orders; they are worked on in the background."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.result in ("new", "changed"))
        if not lines:
            raise UserError(self.env._("The file holds nothing new."))
        channel = self.profile_id.channel_id
        documents = [SourceDocument(ref=line.number, payload=line.payload) for line in lines]
        self.env["ec.exchange"].sudo()._store_documents(channel.sudo(), "order", documents)
        channel.sudo()._trigger_op("process_exchanges")
        self.state = "done"
        return self._show()

    def action_show_orders(self):
        """Show the orders of the file; those still being worked on follow within moments."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_orders")
        taken = self.line_ids.filtered(lambda line: line.result in ("new", "changed"))
        return {
            **action,
            "path": False,
            "domain": [
                ("ec_channel_id", "=", self.profile_id.channel_id.id),
                ("ec_order_ref", "in", taken.mapped("number")),
            ],
            "context": {},
            "help": Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>')
            % (
                self.env._("The orders are being taken in"),
                self.env._("They appear here within moments: open this list again."),
            ),
        }

    def _compute_has_profiles(self):
        self.has_profiles = bool(self.env["ec.order.profile"].search_count([], limit=1))

    @api.depends("line_ids.result")
    def _compute_summary(self):
        labels = dict(self.line_ids._fields["result"]._description_selection(self.env))
        for wizard in self:
            counts = wizard.line_ids.grouped("result")
            wizard.summary = " / ".join(
                f"{label}: {len(counts[key])}" for key, label in labels.items() if key in counts
            )

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders from a file"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class EcOrderFileLine(models.TransientModel):
    _name = "ec.order.file.line"
    _description = "Order of a file"

    wizard_id = fields.Many2one("ec.order.file", required=True, ondelete="cascade")
    number = fields.Char(string="Order number")
    buyer = fields.Char()
    rows = fields.Integer()
    currency_id = fields.Many2one(related="wizard_id.profile_id.company_id.currency_id")
    total = fields.Monetary()
    result = fields.Selection(
        [
            ("new", "New order"),
            ("changed", "Changed"),
            ("known", "Known already"),
            ("error", "Not readable"),
        ]
    )
    message = fields.Char()
    payload = fields.Json()
