from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """A mail came back: the ledger says so."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        message = message_dict.get("bounced_message")
        refs = message_dict.get("bounced_msg_ids") or []
        entries = self.env["ec.mail.entry"].sudo()
        domain = [("message_ref", "in", list(refs))]
        if message:
            domain = ["|", ("mail_message_id", "in", message.ids), *domain]
        rows = entries.search(domain)
        if rows:
            rows._note_bounce(message_dict.get("subject") or "")
        return result
