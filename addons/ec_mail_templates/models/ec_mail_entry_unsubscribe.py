"""How a buyer says that he wants no more follow-ups: link, one click, or an answer."""

from urllib.parse import quote

from werkzeug.urls import url_join

from odoo import api, fields, models, tools

from ..lib.blocks import Block

_TOKEN = "ec_mail_unsubscribe"
#: Subject of the mail that mail programs write where there is no link; see ``_note_unsubscribe``.
STOP_SUBJECT = "unsubscribe"


class EcMailEntry(models.Model):
    _inherit = "ec.mail.entry"

    block_unsubscribe = fields.Html(compute="_compute_block_unsubscribe", sanitize=False)

    def _unsubscribe_token(self):
        """Proof that a link is ours; it outlives a merge of the buyer's contacts."""
        self.ensure_one()
        return tools.hmac(self.env(su=True), _TOKEN, (self.id, self.order_id.id))

    def _unsubscribe_url(self):
        """The address of this buyer's "no more of these"."""
        path = f"/ec/mail/unsubscribe/{self.id}/{self._unsubscribe_token()}"
        return url_join(self.order_id.get_base_url(), path)

    def _unsubscribe_headers(self):
        """For the button of mail programs: one click (RFC 8058), else a mail to the shop.

        None in mails about an order, and none where the mall's relay carries the mail: there the
        link would lead elsewhere, and an answer does it. One click needs an https address.
        """
        if self.role == "transaction" or self._by_relay():
            return {}
        address = self.channel_id.ec_mail_reply_to or self.channel_id.ec_mail_from
        mailto = f"<mailto:{quote(address, safe='@')}?subject={STOP_SUBJECT}>"
        url = self._unsubscribe_url()
        if not self._links_allowed() or not url.startswith("https://"):
            return {"List-Unsubscribe": mailto}
        return {
            "List-Unsubscribe": f"<{url}>, {mailto}",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    @api.model
    def _stop_withdrawn(self, consent):
        """Stop what has not left yet of the mails this row takes the consent back for."""
        roles = ("followup", "promotion") if consent.role == "all" else (consent.role,)
        entries = self.search(
            [
                ("order_id.partner_id", "=", consent.partner_id.id),
                ("company_id", "=", consent.company_id.id),
                ("role", "in", roles),
                ("state", "in", ("wanted", "waiting", "held", "failed", "missing", "queued")),
            ]
        )
        entries._settle("not_wanted", self.env._("The buyer takes his consent back."))

    def _by_relay(self):
        """Whether this mail goes to a forwarding address of the mall."""
        return self.channel_id.ec_mail_policy_id._is_relay(self._recipient())

    def _links_allowed(self):
        policy = self.channel_id.ec_mail_policy_id
        return not policy or policy.links_allowed

    @api.depends_context("ec_mail_format", "lang")
    @api.depends("order_id")
    def _compute_block_unsubscribe(self):
        for entry in self:
            if entry.role == "transaction":
                entry.block_unsubscribe = False
                continue
            block = Block("")
            if entry._links_allowed() and not entry._by_relay():
                note = self.env._("If you do not want such mails any more, please use this link.")
                block.add("", note, link=entry._unsubscribe_url())
            else:
                word = self.env._("unsubscribe")
                note = self.env._("If you do not want such mails any more, answer “%s”.", word)
                block.add("", note)
            entry.block_unsubscribe = entry._show([block])
