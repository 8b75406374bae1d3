"""What became of mails that were perhaps sent, and to which order an answer belongs."""

import re

from odoo import api, fields, models
from odoo.tools.mail import email_normalize, email_split, html2plaintext

#: The ledger is asked for at most so many words of a subject.
_WORDS = 40
#: An answer that takes the consent back: in the subject, or a short first line.
_STOP = ("配信停止", "unsubscribe")
_SHORT = 40


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    @api.model
    def _note_proof(self, message_ids):
        """Mails with these Message-IDs have been taken by their server.

        :return: the entries that were in doubt
        """
        refs = [ref for ref in message_ids if ref.startswith("<")]
        if not refs:
            return self.browse()
        rows = self.search([("message_ref", "in", refs), ("state", "=", "uncertain")])
        if rows:
            rows.reason = self.env._("Proved by a mail that came in, or by the server's log.")
            rows._note_sent(fields.Datetime.now())
        return rows

    @api.model
    def _note_log(self, text):
        """Read the log of a mail server: every Message-ID in it was taken.

        :return: the entries that were in doubt and are in the log
        """
        return self._note_proof(set(re.findall(r"<[^<>\s]+@[^<>\s]+>", text or "")))

    # === ANSWERS === #

    @api.model
    def _note_unsubscribe(self, order, message):
        """An answer that only asks for no more such mails takes the consent back."""
        first = next(iter(html2plaintext(message.get("body") or "").split("\n")), "").strip()
        asked = [message.get("subject") or "", first if len(first) <= _SHORT else ""]
        if any(word in text.lower() for word in _STOP for text in asked):
            self.env["ec.mail.consent"].sudo()._withdraw(
                order.partner_id, order.ec_channel_id, self.env._("Asked for by a mail.")
            )

    @api.model
    def _find_answered(self, message):
        """The order an incoming mail without reference answers to: the one whose number is in
        the subject, else the sender's last one. Only mails to a shop's address, only of its buyer.

        :param dict message: as ``message_parse`` returns it
        """
        none = self.env["sale.order"]
        references = f"{message.get('references') or ''} {message.get('in_reply_to') or ''}"
        if references.strip() and self._knows(references.split()):
            return none  # Odoo itself finds the order
        sender = email_normalize(message.get("email_from") or "")
        shops = self._shops_written_to(message)
        if not sender or not shops:
            return none
        orders = none.sudo().search(
            [
                ("ec_channel_id", "in", shops.ids),
                "|",
                ("ec_buyer_email", "=ilike", sender),
                ("partner_id.email_normalized", "=", sender),
            ],
            order="ec_ordered_at desc, id desc",
            limit=200,
        )
        words = set(re.findall(r"[\w#-]+", message.get("subject") or "")[:_WORDS])
        named = orders.filtered(lambda o: {o.ec_order_number, o.ec_order_ref, o.name} & words)
        return (named or orders)[:1]

    @api.model
    def _knows(self, refs):
        return bool(self.env["mail.message"].sudo().search_count([("message_id", "in", refs)]))

    @api.model
    def _shops_written_to(self, message):
        """Shops whose address an incoming mail went to."""
        fields_to = (message.get(name) or "" for name in ("recipients", "to", "cc"))
        targets = {email_normalize(a) for text in fields_to for a in email_split(text)}
        shops = self.env["ec.channel"].sudo().search([("ec_mail_from", "!=", False)])
        return shops.filtered(
            lambda shop: {
                email_normalize(shop.ec_mail_from), email_normalize(shop.ec_mail_reply_to or ""),
            } & targets
        )  # fmt: skip
