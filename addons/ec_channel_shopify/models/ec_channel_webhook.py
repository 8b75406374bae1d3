"""Notifications of a Shopify shop: where they go, and whether Shopify still sends them."""

import ipaddress
import logging
import zlib
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models

from ..lib.const import ORDER_WINDOW, WEBHOOK_TOPICS
from ..lib.order_places import gone_orders
from ..lib.webhooks import drop_subscriptions, repair_subscriptions
from .ec_channel import CREDENTIALS

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
            elif result.get("lost"):
                note = self.env._(
                    "Subscribed again: Shopify had ended %(topics)s, because notifications did not "
                    "arrive. See that %(base)s can be reached from outside.",
                    topics=", ".join(result["lost"]),
                    base=result["base"],
                )
            elif result.get("base"):
                note = self.env._("Subscribed.")
            else:
                note = False
            channel.shopify_webhook_note = note

    def write(self, vals):
        result = super().write(vals)
        # Another app begins without subscriptions.
        settings = {"shopify_webhook_base_url", *CREDENTIALS}
        if vals.get("state") == "active" or settings & vals.keys():
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
        """Make sure that these shops send their notifications here, now, and look for what only a
        lost one would have told.

        Shopify deletes a subscription whose deliveries failed eight times in a row.
        """
        for channel in self._runnable(OP):
            with channel._guard(OP) as go:
                if go:
                    channel._shopify_find_deleted()
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
        before = row.result or {}
        former = before.get("base")
        if former and former != base:
            drop_subscriptions(client, self._shopify_webhook_uri(former))
        uri = self._shopify_webhook_uri(base)
        made, dropped, refused = repair_subscriptions(client, uri)
        if made or dropped:
            _logger.info("channel %s: subscribed %s, dropped %s", self.id, made, dropped)
        result = {"base": base, "topics": [t for t in WEBHOOK_TOPICS if t not in refused]}
        # Another app, or another shop, had none of them.
        result["of"] = zlib.crc32(f"{self.api_url} {self.shopify_client_id}".encode())
        if (former, before.get("of")) == (base, result["of"]):
            result["lost"] = sorted(set(made) & set(before.get("topics") or ()))
        if refused:
            result["refused"] = sorted(refused)
            _logger.warning("channel %s: not subscribed: %s", self.id, ", ".join(refused))
        row.result = result

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
        try:
            parts = urlsplit(base)
        except ValueError:
            return False
        return parts.scheme == "https" and not _is_private(parts.hostname or "")

    def _shopify_open_domain(self):
        """Orders that may still leave."""
        return [("ec_channel_id", "=", self.id), ("ec_stage", "not in", ("done", "cancel"))]

    def _shopify_find_deleted(self):
        """Ask for the orders that may still leave, one light call for 250: those deleted while a
        notification was lost, or could not reach us, would be shipped.

        Not for old ones: the shop hides them, which looks the same.
        """
        since = fields.Datetime.now() - ORDER_WINDOW + timedelta(days=10)
        orders = self.env["sale.order"].search_fetch(
            [*self._shopify_open_domain(), ("ec_ordered_at", ">", since)], ["ec_order_ref"]
        )
        refs = [ref for ref in orders.mapped("ec_order_ref") if ref]
        if refs:
            self._commit()  # nothing is open while the shop works
            self._shopify_orders_deleted(gone_orders(self._adapter()._client(self), refs))

    def _shopify_orders_deleted(self, refs):
        """A deleted order is in no query any more: only its notification tells. Somebody decides
        what becomes of it here."""
        orders = self.env["sale.order"].search(
            [*self._shopify_open_domain(), ("ec_order_ref", "in", list(refs))]
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
