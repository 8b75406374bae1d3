"""Where buyers take back their consent. The link proves who they are, no login is needed."""

from odoo import http
from odoo.http import request
from odoo.tools import consteq


class EcMailUnsubscribe(http.Controller):
    def _entry(self, entry_id, token):
        entry = request.env["ec.mail.entry"].sudo().browse(entry_id).exists()
        if not entry or not consteq(entry._unsubscribe_token(), token):
            return None
        return entry

    @http.route(
        "/ec/mail/unsubscribe/<int:entry_id>/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def ask(self, entry_id, token):
        """A page with one button: programs that only look at links change nothing."""
        return self._page(entry_id, token, done=False)

    @http.route(
        "/ec/mail/unsubscribe/<int:entry_id>/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
    )
    def unsubscribe(self, entry_id, token, **_post):
        """Record it; also called by mail programs (one-click unsubscribe, RFC 8058)."""
        entry = self._entry(entry_id, token)
        if entry:
            entry.env["ec.mail.consent"]._withdraw(entry.order_id.partner_id, entry.channel_id)
        return self._page(entry_id, token, done=True)

    def _page(self, entry_id, token, done):
        entry = self._entry(entry_id, token)
        if entry is None:
            return request.not_found()
        request.update_context(lang=entry.channel_id.ec_mail_lang or request.env.lang)
        return request.render(
            "ec_mail_templates.unsubscribe_page",
            {"done": done, "shop": entry.shop_name, "url": request.httprequest.path},
        )
