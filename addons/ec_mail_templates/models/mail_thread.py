"""Mails that come back: returned ones, answers, and the shop's own blind copies."""

from odoo import api, models

#: What a delivery report says of a mail that did arrive, or may still do so.
_NOT_FAILED = ("delayed", "delivered", "relayed", "expanded")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Whatever carries or names the Message-ID of a mail of ours proves that its server took
        it: the blind copy, an answer, a delivery report."""
        found = super().message_parse(message, save_original=save_original)
        named = " ".join(
            str(found.get(name) or "") for name in ("message_id", "references", "in_reply_to")
        ).split()
        named += found.get("bounced_msg_ids") or []
        self.env["ec.mail.entry"].sudo()._note_proof(named)
        return found

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """An answer without reference goes to the order it speaks of, see ``_find_answered``."""
        if not message_dict.get("is_bounce") and not thread_id:
            order = self.env["ec.mail.entry"].sudo()._find_answered(message_dict)
            if order:
                return [("sale.order", order.id, {}, self.env.uid, None)]
        return super().message_route(message, message_dict, model, thread_id, custom_values)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """A mail came back: the ledger says so."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        message = message_dict.get("bounced_message")
        refs = message_dict.get("bounced_msg_ids") or []
        domain = [("message_ref", "in", list(refs))]
        if message:
            domain = ["|", ("mail_message_id", "in", message.ids), *domain]
        rows = self.env["ec.mail.entry"].sudo().search(domain)
        if rows and self._ec_bounce_action(email_message) not in _NOT_FAILED:
            rows._note_bounce(message_dict.get("subject") or "")
        return result

    @api.model
    def _ec_bounce_action(self, email_message):
        """What a delivery report (RFC 3464) says happened, in one word."""
        parts = email_message.walk() if email_message is not None else ()
        for part in parts:
            if part.get_content_type() == "message/delivery-status":
                for group in part.get_payload():
                    if action := group.get("Action"):
                        return str(action).strip().lower()
        return ""
