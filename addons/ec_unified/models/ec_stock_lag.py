"""How long a stock change took to be right in a shop."""

from odoo import api, fields, models
from odoo.tools import SQL

KEEP_DAYS = 14
WINDOW_HOURS = 24


class EcStockLag(models.Model):
    """From the first signal of an SKU to the confirmed write. Equal times of one push share a row,
    so that ten thousand SKUs changed together are a handful of rows."""

    _name = "ec.stock.lag"
    _description = "Stock delay"
    _log_access = False
    _order = "measured_at desc, id desc"

    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True, precompute=True)
    measured_at = fields.Datetime(string="Confirmed", required=True, readonly=True)
    seconds = fields.Float(string="Delay (s)", aggregator="avg", readonly=True)
    sku_count = fields.Integer(string="SKUs", readonly=True)

    _channel_time_index = models.Index("(channel_id, measured_at)")

    @api.model
    def _record(self, channel, delays):
        """Keep the delays of one push.

        :param delays: iterable of seconds
        """
        counts = {}
        for delay in delays:
            key = round(max(delay, 0.0), 1)
            counts[key] = counts.get(key, 0) + 1
        self.sudo().create(
            [
                {
                    "channel_id": channel.id,
                    "measured_at": fields.Datetime.now(),
                    "seconds": seconds,
                    "sku_count": count,
                }
                for seconds, count in sorted(counts.items())
            ]
        )

    @api.model
    def _summary(self, channels, hours=WINDOW_HOURS):
        """Percentiles of the last hours and the latest delay.

        :return: {channel id: {"p50": s, "p95": s, "last": s, "count": SKUs}}
        :rtype: dict
        """
        self.env.cr.execute(
            SQL(
                """
                WITH lag AS (
                    SELECT channel_id, seconds, sku_count, measured_at, id,
                           sum(sku_count) OVER (PARTITION BY channel_id
                                                ORDER BY seconds, id) AS upto,
                           sum(sku_count) OVER (PARTITION BY channel_id) AS total
                      FROM ec_stock_lag
                     WHERE channel_id = ANY(%s)
                       AND measured_at >= (now() AT TIME ZONE 'UTC') - %s * interval '1 hour'
                )
                SELECT channel_id,
                       min(seconds) FILTER (WHERE upto >= 0.50 * total),
                       min(seconds) FILTER (WHERE upto >= 0.95 * total),
                       (array_agg(seconds ORDER BY measured_at DESC, id DESC))[1],
                       max(total)
                  FROM lag GROUP BY channel_id
                """,
                list(channels.ids),
                hours,
            )
        )
        return {
            channel_id: {"p50": p50, "p95": p95, "last": last, "count": int(total)}
            for channel_id, p50, p95, last, total in self.env.cr.fetchall()
        }

    @api.autovacuum
    def _gc_old(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.env.cr.execute("DELETE FROM ec_stock_lag WHERE measured_at < %s", (limit,))
