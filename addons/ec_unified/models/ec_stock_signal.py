"""Notes that the quantity of a product may have changed, one per shop, taken by the stock push."""

import logging

from psycopg2 import Error as PgError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists

_logger = logging.getLogger(__name__)

_NOTED = "ec_unified.stock_signal"
_WAKE = "ec_unified.stock_wake"


class EcStockSignal(models.Model):
    """Append-only. A row is inserted by whoever changes stock and deleted by the shop's push.

    What keeps the user's transaction free:

    * nothing is updated and nothing is unique, so two transactions never meet on a row;
    * there are no foreign keys: a key check takes a share lock on the channel's and the product's
      row, which waits for whoever holds them exclusively, and holds up whoever wants to;
    * the product ids of a transaction are collected in memory and written by one statement just
      before the commit, whatever the number of lines;
    * the crons are woken after the commit, in a transaction of their own: until then there is
      nothing for them to see, and the user's transaction stays clear of the crons' rows.

    A row is written for *every* shop, matched there or not: a transaction that began before a
    listing was matched cannot see the match, but the push that comes later can.
    """

    _name = "ec.stock.signal"
    _description = "Stock change to be sent"
    _log_access = False
    _order = "id"

    channel_id = fields.Integer(string="Shop id", required=True, index=True)
    company_id = fields.Integer(string="Company id")
    product_id = fields.Integer(required=True)
    signalled_at = fields.Datetime(required=True)

    def init(self):
        # Rows live for seconds and nothing relies on the order of their ids, so the ids may wrap.
        self.env.cr.execute("ALTER SEQUENCE ec_stock_signal_id_seq CYCLE")

    @api.model
    def _note(self, product_ids):
        """Remember that the quantity of these products changed in this transaction.

        Costs a set operation. Lost with a rollback; a savepoint writes what was noted before it.

        :param product_ids: iterable of ids of ``product.product``
        """
        precommit = self.env.cr.precommit
        noted = precommit.data.get(_NOTED)
        if noted is None:
            noted = precommit.data[_NOTED] = set()
            precommit.add(self.sudo()._write_noted)
        noted.update(product_ids)

    def _write_noted(self):
        product_ids = self.env.cr.precommit.data.pop(_NOTED, None)
        if product_ids:
            self._insert(sorted(product_ids))

    @api.model
    def _insert(self, product_ids, channel_ids=None):
        """Write the signals of ``product_ids`` and wake the shops that offer one of them.

        :param list product_ids: changed products
        :param list channel_ids: only for these channels; None = all
        """
        wanted = list(self.env["product.product"]._ec_stock_dependents(product_ids))
        only = SQL()
        if channel_ids is not None:
            only = SQL("AND channel.id = ANY(%s)", list(channel_ids))
        self.env.cr.execute(
            SQL(
                """
                WITH channels AS (
                    SELECT id, company_id FROM ec_channel channel WHERE channel.active %s
                ), written AS (
                    INSERT INTO ec_stock_signal (channel_id, company_id, product_id, signalled_at)
                    SELECT channels.id, channels.company_id, product.id,
                           clock_timestamp() AT TIME ZONE 'UTC'
                      FROM channels CROSS JOIN unnest(%s::int[]) AS product(id)
                )
                SELECT DISTINCT sku.channel_id
                  FROM ec_listing_sku sku JOIN channels ON channels.id = sku.channel_id
                 WHERE sku.active AND sku.product_id = ANY(%s)
                """,
                only,
                list(product_ids),
                wanted,
            )
        )
        self._wake({row[0] for row in self.env.cr.fetchall()})

    @api.model
    def _insert_channels(self, channel_ids):
        """Signal every matched product of these channels (policy, warehouse, activation)."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ec_stock_signal (channel_id, company_id, product_id, signalled_at)
                SELECT DISTINCT channel_id, company_id, product_id,
                       statement_timestamp() AT TIME ZONE 'UTC'
                  FROM ec_listing_sku
                 WHERE active AND product_id IS NOT NULL AND channel_id = ANY(%s)
                """,
                list(channel_ids),
            )
        )
        self._wake(channel_ids)

    @api.model
    def _wake(self, channel_ids):
        """Have the push of these channels run as soon as this transaction is committed."""
        if not channel_ids:
            return
        # postcommit.data is emptied by every run and rollback, like the callbacks themselves.
        postcommit = self.env.cr.postcommit
        waking = postcommit.data.get(_WAKE)
        if waking is None:
            waking = postcommit.data[_WAKE] = set()
            registry = self.env.registry
            postcommit.add(lambda: self._wake_now(registry, waking))
        waking.update(channel_ids)

    @staticmethod
    def _wake_now(registry, channel_ids):
        """Trigger the crons in a transaction of their own; the periodic run is the safety net."""
        for _attempt in range(3):
            try:
                with registry.cursor() as cr:
                    if not column_exists(cr, "ir_cron", "ec_channel_id"):
                        return  # what changed the stock is the end of this module
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["ec.channel"].browse(sorted(channel_ids))._trigger_op("push_stock")
                return
            except PgError as error:
                _logger.info("waking the stock push failed (%s)", type(error).__name__)

    @api.model
    def _take(self, channel):
        """Delete the waiting signals of ``channel``; comes back with a rollback.

        :return: {product id: moment of its first signal}
        :rtype: dict
        """
        self.env.cr.execute(
            SQL(
                """
                WITH taken AS (
                    DELETE FROM ec_stock_signal WHERE channel_id = %s
                    RETURNING product_id, signalled_at
                ) SELECT product_id, min(signalled_at) FROM taken GROUP BY product_id
                """,
                channel.id,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.autovacuum
    def _gc_repeated(self):
        """Keep one row, the oldest, per product of shops that do not take theirs (paused, draft).

        Rows a push is taking at this moment are left alone.
        """
        self.env.cr.execute(
            """
            DELETE FROM ec_stock_signal WHERE id IN (
                SELECT id FROM ec_stock_signal signal
                 WHERE EXISTS (SELECT 1 FROM ec_stock_signal other
                                WHERE other.channel_id = signal.channel_id
                                  AND other.product_id = signal.product_id
                                  AND (other.signalled_at, other.id)
                                      < (signal.signalled_at, signal.id))
                   FOR UPDATE SKIP LOCKED)
            """
        )
        self.env.cr.execute(
            """
            DELETE FROM ec_stock_signal signal
             WHERE NOT EXISTS (SELECT 1 FROM ec_channel WHERE id = signal.channel_id)
            """
        )
