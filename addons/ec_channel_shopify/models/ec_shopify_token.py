"""The access token a shop gave us, shared by all processes."""

import threading
from contextlib import contextmanager, nullcontext

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.modules import module as odoo_module

from ..lib.token import Kept

_memory = {}
_memory_lock = threading.Lock()


class EcShopifyToken(models.Model):
    """Read and written in short transactions of its own: the working transaction may be rolled
    back, may hold the channel's row, and sees only its own snapshot."""

    _name = "ec.shopify.token"
    _description = "Shopify access token"
    _rec_name = "channel_id"

    channel_id = fields.Many2one("ec.channel", required=True, ondelete="cascade", readonly=True)
    access_token = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    expires_at = fields.Datetime(readonly=True, copy=False)
    renew_at = fields.Datetime(readonly=True, copy=False)

    _channel_unique = models.Constraint("UNIQUE (channel_id)", "A shop has one token.")

    @api.model
    def _store_of(self, channel):
        """The store for ``lib.token.ClientCredentials``."""
        if odoo_module.current_test:
            # A test's channel is not committed: no other transaction could refer to it.
            return _MemoryStore((self.env.cr.dbname, channel.id))
        return _TableStore(self.env.registry, channel.id)

    @api.model
    def _forget(self, channels):
        """The credentials changed: what they fetched is void."""
        self.sudo().search([("channel_id", "in", channels.ids)]).write({"access_token": False})
        for channel in channels:
            _memory.pop((self.env.cr.dbname, channel.id), None)


class EcChannel(models.Model):
    _inherit = "ec.channel"

    shopify_token_note = fields.Char(
        compute="_compute_shopify_token_note",
        string="Access token until",
        groups="ec_unified.group_ec_manager",
    )

    @api.depends("shopify_access_token")
    @api.depends_context("lang", "tz")
    def _compute_shopify_token_note(self):
        """When the present token ends; nobody has to do anything about it."""
        tokens = (
            self.env["ec.shopify.token"]
            .sudo()
            .search([("channel_id", "in", self.ids), ("access_token", "!=", False)])
        )
        ends = {token.channel_id.id: token.expires_at for token in tokens}
        for channel in self:
            moment = ends.get(channel.id)
            if channel.shopify_access_token:
                channel.shopify_token_note = self.env._("It has no end.")
            elif moment and moment > fields.Datetime.now():
                local = fields.Datetime.context_timestamp(self, moment)
                channel.shopify_token_note = self.env._(
                    "%s, renewed by itself before", local.strftime("%Y/%m/%d %H:%M")
                )
            else:
                channel.shopify_token_note = False


class _TableStore:
    """Keeps the token in ``ec_shopify_token``; the lock is held by the database."""

    def __init__(self, registry, channel_id):
        self._registry = registry
        self._channel_id = channel_id

    def get(self):
        with self._registry.cursor() as cr:
            cr.execute(
                """
                SELECT access_token, extract(epoch FROM expires_at AT TIME ZONE 'UTC')::float,
                       extract(epoch FROM renew_at AT TIME ZONE 'UTC')::float
                  FROM ec_shopify_token
                 WHERE channel_id = %s AND access_token IS NOT NULL AND renew_at IS NOT NULL
                """,
                (self._channel_id,),
            )
            row = cr.fetchone()
        return Kept(*row) if row else None

    def save(self, kept):
        with self._registry.cursor() as cr:
            # A channel that is not committed yet is not found: the token serves this run only.
            cr.execute(
                """
                INSERT INTO ec_shopify_token
                       (channel_id, access_token, expires_at, renew_at, create_date, write_date)
                SELECT id, %(token)s, to_timestamp(%(expires)s) AT TIME ZONE 'UTC',
                       to_timestamp(%(renew)s) AT TIME ZONE 'UTC',
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM ec_channel WHERE id = %(channel)s
                ON CONFLICT (channel_id) DO UPDATE
                   SET access_token = excluded.access_token, expires_at = excluded.expires_at,
                       renew_at = excluded.renew_at, write_date = excluded.write_date
                """,
                {
                    "channel": self._channel_id,
                    "token": kept.token,
                    "expires": kept.expires_at,
                    "renew": kept.renew_at,
                },
            )

    @contextmanager
    def lock(self):
        with self._registry.cursor() as cr:
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext('ec/shopify_token'))",
                (self._channel_id,),
            )
            yield


class _MemoryStore:
    """Keeps the token in this process, for tests."""

    def __init__(self, key):
        self._key = key

    def get(self):
        return _memory.get(self._key)

    def save(self, kept):
        with _memory_lock:
            _memory[self._key] = kept

    def lock(self):
        return nullcontext()
