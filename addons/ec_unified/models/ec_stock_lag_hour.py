"""Stock delay per shop and hour as a curve: median, 95 percent, slowest."""

from odoo import fields, models


class EcStockLagHour(models.Model):
    """One row per shop, hour and figure, so that the graph can draw the figures side by side."""

    _name = "ec.stock.lag.hour"
    _description = "Stock delay per hour"
    _auto = False
    _log_access = False
    _order = "measured_on desc, channel_id, figure"

    channel_id = fields.Many2one("ec.channel", string="Shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    measured_on = fields.Datetime(string="Hour", readonly=True)
    figure = fields.Selection(
        [("p50", "Median"), ("p95", "95 %"), ("worst", "Slowest")], readonly=True
    )
    seconds = fields.Float(string="Delay (s)", aggregator="max", readonly=True)
    sku_count = fields.Integer(string="SKUs", aggregator="max", readonly=True)

    @property
    def _table_query(self):
        # Each delay counts as often as SKUs had it.
        return """
            WITH lag AS (
                SELECT id, channel_id, company_id, seconds, sku_count,
                       date_trunc('hour', measured_at) AS hour,
                       sum(sku_count) OVER (PARTITION BY channel_id, date_trunc('hour', measured_at)
                                            ORDER BY seconds, id) AS upto,
                       sum(sku_count) OVER (
                           PARTITION BY channel_id, date_trunc('hour', measured_at)) AS total
                  FROM ec_stock_lag
            ), hours AS (
                SELECT min(id) AS id, channel_id, company_id, hour, max(total) AS total,
                       min(seconds) FILTER (WHERE upto >= 0.50 * total) AS p50,
                       min(seconds) FILTER (WHERE upto >= 0.95 * total) AS p95,
                       max(seconds) AS worst
                  FROM lag GROUP BY channel_id, company_id, hour
            )
            SELECT hours.id * 3 + figure.position AS id, channel_id, company_id,
                   hour AS measured_on, figure.name AS figure, figure.seconds,
                   total::int AS sku_count
              FROM hours
             CROSS JOIN LATERAL (
                VALUES (0, 'p50', p50), (1, 'p95', p95), (2, 'worst', worst)
             ) AS figure(position, name, seconds)
        """
