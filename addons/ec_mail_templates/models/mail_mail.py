from odoo import fields, models


class MailMail(models.Model):
    """Mails of the ledger carry a text of their own and are sent by the ledger's cron."""

    _inherit = "mail.mail"

    ec_text = fields.Text(string="Plain text", readonly=True)
    ec_entry_id = fields.Many2one(
        "ec.mail.entry", readonly=True, index="btree_not_null", ondelete="set null"
    )

    def process_email_queue(self, email_ids=(), batch_size=1000):
        """Leave the ledger's mails to the ledger: it keeps each server's pace and sends none
        twice."""
        filters = [*self.env.context.get("filters", []), ("ec_entry_id", "=", False)]
        return super(MailMail, self.with_context(filters=filters)).process_email_queue(
            email_ids, batch_size=batch_size
        )

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """ "Send now" on a mail of the ledger puts it to the front of the ledger's queue."""
        ours = self.filtered("ec_entry_id")
        ours.ec_entry_id.filtered(lambda e: e.state == "queued").write({"next_try_at": False})
        if ours:
            self.env["ec.mail.entry"]._wake()
        return super(MailMail, self - ours).send(auto_commit, raise_exception, post_send_callback)

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        emails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        if self.ec_text:
            for email in emails:
                email["body_alternative"] = self.ec_text
        return emails
