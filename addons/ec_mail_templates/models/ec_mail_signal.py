from odoo import api, fields, models

_KEY = "ec_mail_orders"


class EcMailSignal(models.Model):
    """Orders something happened to. Append-only: no user ever waits for another one's row, and a
    fault in the mails never stops an import or a delivery."""

    _name = "ec.mail.signal"
    _description = "Order to look at for mails"
    _log_access = False

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")

    @api.model
    def _note(self, orders):
        """Remember ``orders``; written once at the end of the transaction."""
        ids = set(orders._origin.ids)
        if not ids:
            return
        data = self.env.cr.precommit.data
        if _KEY not in data:
            data[_KEY] = set()
            self.env.cr.precommit.add(self.env["ec.mail.signal"]._flush_noted)
        data[_KEY] |= ids

    @api.model
    def _flush_noted(self):
        """Write what the transaction collected, wake the cron after the commit."""
        ids = self.env.cr.precommit.data.pop(_KEY, set())
        if not ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO ec_mail_signal (order_id, company_id)
            SELECT id, company_id FROM sale_order
             WHERE id = ANY(%s) AND ec_channel_id IS NOT NULL
            RETURNING id
            """,
            (sorted(ids),),
        )
        if self.env.cr.fetchall():
            cron = self.env.ref("ec_mail_templates.cron_mails", raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger()
