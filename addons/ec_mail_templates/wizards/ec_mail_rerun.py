from datetime import datetime, time, timedelta
from html import escape

from markupsafe import Markup

from odoo import fields, models

LIMIT = 300


class EcMailRerun(models.TransientModel):
    """What would the rules have done with these orders? Nothing is kept of a dry run."""

    _name = "ec.mail.rerun"
    _description = "Dry run of the mail rules"

    date_from = fields.Date(
        required=True, default=lambda self: self.env.company._ec_today() - timedelta(days=7)
    )
    date_to = fields.Date(required=True, default=lambda self: self.env.company._ec_today())
    channel_ids = fields.Many2many("ec.channel", string="Shops", help="Empty: all shops.")
    result = fields.Html(readonly=True, sanitize=False)
    summary = fields.Char(readonly=True)

    def _orders(self):
        company = self.env.company
        end = self.date_to + timedelta(days=1)
        domain = [
            ("ec_channel_id", "!=", False),
            ("date_order", ">=", company._ec_stored(datetime.combine(self.date_from, time.min))),
            ("date_order", "<", company._ec_stored(datetime.combine(end, time.min))),
        ]
        if self.channel_ids:
            domain.append(("ec_channel_id", "in", self.channel_ids.ids))
        return self.env["sale.order"].search(domain, limit=LIMIT)

    def button_dry_run(self):
        """Decide as if the mails were switched on, show it, take everything back."""
        self.ensure_one()
        orders = self._orders()
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False) as savepoint:
            rows = self.sudo()._decide_on(orders)
            savepoint.rollback()
        summary = self._sum_up(rows)
        if len(orders) == LIMIT:
            summary += self.env._(" (the newest %s orders)", LIMIT)
        self.write({"result": self._as_table(rows), "summary": summary})
        return self._reopen()

    def button_enter(self):
        """Enter these orders into the ledger, by the shops' real settings; what no rule wanted is
        decided anew, what a person stopped stays so."""
        entries = self.env["ec.mail.entry"]
        entries.check_access("write")
        orders = self._orders()
        new = entries.sudo()._observe(orders)
        again = entries.sudo().search(
            [
                ("order_id", "in", orders.ids),
                ("state", "=", "not_wanted"),
                ("stopped", "=", False),
                ("id", "not in", new.ids),
            ]
        )
        again.write({"state": "wanted", "lead_id": False})
        again._decide()
        changed = again.filtered(lambda entry: entry.state != "not_wanted")
        entries._wake()
        return entries._say(
            self.env._(
                "%(new)s mails entered, %(changed)s decided otherwise than before.",
                new=len(new),
                changed=len(changed),
            )
        )

    def _decide_on(self, orders):
        entries = self.env["ec.mail.entry"].with_context(ec_mail_as_if=True)
        entries.browse(entries._enter(entries._facts(orders)))
        rows = entries.search([("order_id", "in", orders.ids)], order="order_id, id")
        rows.filtered(lambda entry: entry.state == "not_wanted").state = "wanted"
        rows._decide()
        states = dict(entries._fields["state"]._description_selection(self.env))
        return [
            (
                entry.channel_id.name,
                entry.order_number or entry.order_id.name,
                entry.kind_id.name,
                states[entry.state],
                entry.template_id.name or "",
                entry.reason or "",
            )
            for entry in rows
        ]

    def _as_table(self, rows):
        labels = (
            self.env._("Shop"), self.env._("Order"), self.env._("Mail"), self.env._("State"),
            self.env._("Template"), self.env._("Reason"),
        )  # fmt: skip
        head = "".join(f"<th>{escape(label)}</th>" for label in labels)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        return Markup(
            f'<table class="table table-sm"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )

    def _sum_up(self, rows):
        counts = {}
        for row in rows:
            counts[row[3]] = counts.get(row[3], 0) + 1
        return "、".join(f"{state} {count}" for state, count in counts.items())

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry run"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
