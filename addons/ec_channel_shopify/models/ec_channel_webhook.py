"""Notifications of a Shopify shop: where they go, and whether Shopify still sends them."""

import ipaddress
import logging
from urllib.parse import urlsplit

from odoo import api, fields, models

from ..lib.webhooks import drop_subscriptions, repair_subscriptions

_logger = logging.getLogger(__name__)

OP = "check_webhooks"


class EcChannel(models.Model):
    _inherit = "ec.channel"

    shopify_webhook_base_url = fields.Char(
        string="Address for notifications",
        help="How Shopify reaches this Odoo, beginning with https. Empty: the address of this "
        "Odoo. Without a public address orders are fetched at intervals only.",
    )
    shopify_webhook_note = fields.Char(
        compute="_compute_shopify_webhook_note", string="Notifications"
    )

    @api.depends("operation_ids.result")
    @api.depends_context("lang")
    def _compute_shopify_webhook_note(self):
        for channel in self:
            rows = channel.sudo().operation_ids.filtered(lambda row: row.operation == OP)
            result = rows.result or {}
            if result.get("skipped"):
                note = self.env._("Not subscribed: Shopify cannot reach %s.", result["skipped"])
            elif result.get("refused"):
                note = self.env._(
                    "Subscribed, but Shopify refuses: %s. Check the app's scopes and its access to "
                    "protected customer data.",
                    ", ".join(result["refused"]),
                )
            elif result.get("base"):
                note = self.env._("Subscribed.")
            else:
                note = False
            channel.shopify_webhook_note = note

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "active" or "shopify_webhook_base_url" in vals:
            shops = self.filtered(lambda c: c.provider == "shopify" and c.state == "active")
            shops._trigger_op(OP)
        return result

    @api.model
    def _operations(self):
        operations = super()._operations()
        if len(self) == 1 and self.provider == "shopify":
            operations[OP] = {
                "method": "action_check_webhooks",
                "states": ("active",),
                "interval": (1, "days"),
                "hour": 22,
            }
        return operations

    @api.model
    def _operation_labels(self):
        return {**super()._operation_labels(), OP: self.env._("Check notifications")}

    def action_check_webhooks(self):
        """Make sure that these shops send their notifications here, now.

        Shopify deletes a subscription whose deliveries failed eight times in a row.
        """
        for channel in self._runnable(OP):
            with channel._guard(OP) as go:
                if go:
                    channel._check_webhooks()
        return True

    def _check_webhooks(self):
        # Only the base is remembered: the rest of the address is a secret, the result is not.
        base = self._shopify_webhook_base()
        row = self._operation(OP)
        if not self._shopify_reachable(base):
            row.result = {"skipped": base or "–"}
            return
        client = self._adapter()._client(self)
        former = (row.result or {}).get("base")
        if former and former != base:
            drop_subscriptions(client, self._shopify_webhook_uri(former))
        uri = self._shopify_webhook_uri(base)
        made, dropped, refused = repair_subscriptions(client, uri)
        if made or dropped:
            _logger.info("channel %s: subscribed %s, dropped %s", self.id, made, dropped)
        row.result = {"base": base}
        if refused:
            row.result = {"base": base, "refused": sorted(refused)}
            _logger.warning("channel %s: not subscribed: %s", self.id, ", ".join(refused))

    def _shopify_webhook_base(self):
        """Where Shopify reaches this Odoo, as far as it is known."""
        parameters = self.env["ir.config_parameter"].sudo()
        base = self.shopify_webhook_base_url or parameters.get_param("web.base.url", "")
        return (base or "").strip().rstrip("/")

    def _shopify_webhook_uri(self, base):
        """The address this shop's notifications go to; its last part is the shop's own secret."""
        self.ensure_one()
        return f"{base}/ec_unified/shopify/webhook/{self.sudo().shopify_webhook_token}"

    def _shopify_reachable(self, base):
        """Shopify delivers to public https addresses only; a simulated shop also to this one."""
        if not self.sudo().shopify_webhook_token:
            return False  # a neutralised copy
        if (self.api_url or "").startswith("http://"):
            return bool(base)
        parts = urlsplit(base)
        return parts.scheme == "https" and not _is_private(parts.hostname or "")

    def _shopify_orders_deleted(self, refs):
        """A deleted order is in no query any more: only its notification tells. Somebody decides
        what becomes of it here."""
        orders = self.env["sale.order"].search(
            [
                ("ec_channel_id", "=", self.id),
                ("ec_order_ref", "in", list(refs)),
                ("ec_stage", "not in", ("done", "cancel")),
            ]
        )
        for order in orders:
            self.env["ec.order.check"]._open(
                order, "changed_upstream", self.env._("deleted at the shop")
            )

    def _shopify_webhook_secrets(self):
        """Secrets that may sign a notification now, the former one for a while."""
        channel = self.sudo()
        found = [channel.shopify_client_secret]
        until = channel.shopify_old_secret_until
        if until and until > fields.Datetime.now():
            found.append(channel.shopify_old_secret)
        return [secret for secret in found if secret]


def _is_private(host):
    if host in ("", "localhost") or host.endswith((".local", ".internal", ".localhost")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host
