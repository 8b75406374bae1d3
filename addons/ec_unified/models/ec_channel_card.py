"""Numbers on a shop's card and the screens behind them."""

from odoo import api, fields, models


class EcChannel(models.Model):
    _inherit = "ec.channel"

    exchange_failed_count = fields.Integer(
        compute="_compute_exchange_failed_count", string="Errors"
    )
    stock_lag_label = fields.Char(compute="_compute_stock_lag_label", string="Stock delay")

    def _compute_exchange_failed_count(self):
        counts = dict(
            self.env["ec.exchange"]._read_group(
                [("channel_id", "in", self.ids), ("state", "=", "failed")],
                ["channel_id"],
                ["__count"],
            )
        )
        for channel in self:
            channel.exchange_failed_count = counts.get(channel, 0)

    @api.depends_context("lang")
    def _compute_stock_lag_label(self):
        lags = self.env["ec.stock.lag"]._summary(self) if self.ids else {}
        for channel in self:
            lag = lags.get(channel.id)
            channel.stock_lag_label = lag and self.env._(
                "%(p50)s (95 %%: %(p95)s, last: %(last)s)",
                **{name: self._lag_text(lag[name]) for name in ("p50", "p95", "last")},
            )

    @api.model
    def _lag_text(self, seconds):
        """A delay as people say it."""
        if seconds is None:
            return False
        if seconds < 90:
            return self.env._("%s s", round(seconds))
        if seconds < 90 * 60:
            return self.env._("%s min", round(seconds / 60))
        return self.env._("%s h", round(seconds / 3600))

    def button_open_errors(self):
        """The documents of this shop that need a person."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ec_unified.action_ec_exchange_failed"
        )
        return {**action, "domain": [("channel_id", "=", self.id)]}

    def button_open_unmatched(self):
        """The items of this shop that have no product here."""
        self.ensure_one()
        return self.env["ec.dashboard"].get_action("unmatched", self.id)
