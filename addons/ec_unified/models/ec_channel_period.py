"""Times known in advance: sales of a mall and its maintenance."""

from datetime import timedelta

from odoo import api, fields, models

from ..lib.stock_math import whole_units


class EcChannelPeriod(models.AbstractModel):
    """A time that changes what shops show when it begins and when it ends.

    ``phase`` remembers which part was acted on, so that a clock that comes late still acts once.
    """

    _name = "ec.channel.period"
    _description = "Time of a shop"
    _order = "start_at desc, id desc"

    name = fields.Char(required=True)
    channel_id = fields.Many2one(
        "ec.channel", string="Shop", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    channel_color = fields.Integer(related="channel_id.color")
    start_at = fields.Datetime(string="From", required=True)
    end_at = fields.Datetime(string="Until", required=True)
    phase = fields.Selection(
        [
            ("planned", "Planned"),
            ("before", "About to begin"),
            ("running", "Running"),
            ("over", "Over"),
        ],
        default="planned",
        readonly=True,
        required=True,
        copy=False,
    )

    _in_order = models.Constraint("CHECK (end_at > start_at)", "The end comes after the start.")

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        periods._tick()
        return periods

    def write(self, vals):
        result = super().write(vals)
        if {"start_at", "end_at", "channel_id", "lead_minutes", "risk_units"} & vals.keys():
            self._tick(force=True)
        return result

    def unlink(self):
        channels = self._period_channels()
        result = super().unlink()
        if channels:
            self.env["ec.stock.signal"]._insert_channels(channels.ids)
        return result

    def _moments(self):
        """When the phases begin: before, running, over."""
        self.ensure_one()
        return self.start_at, self.start_at, self.end_at

    def _phase_now(self):
        before, running, over = self._moments()
        now = fields.Datetime.now()
        if now >= over:
            return "over"
        if now >= running:
            return "running"
        return "before" if now >= before else "planned"

    def _tick(self, force=False):
        """Act on periods whose phase changed, and have the clock come at their next moments."""
        moved = self.filtered(lambda period: force or period.phase != period._phase_now())
        for period in moved:
            phase = period._phase_now()
            if period.phase != phase:
                period.phase = phase
        channels = moved._period_channels()
        if channels:
            self.env["ec.stock.signal"]._insert_channels(channels.ids)
        moved._moved()
        cron = self.env.ref("ec_unified.cron_stock_clock", raise_if_not_found=False)
        now = fields.Datetime.now()
        moments = {at for period in self for at in period._moments() if at > now}
        if cron and moments:
            cron.sudo()._trigger(sorted(moments))

    def _moved(self):
        """Hook: the phase of these periods changed."""

    def _period_channels(self):
        """Shops whose numbers follow these periods."""
        return self.channel_id.sudo()


class EcChannelSale(models.Model):
    """A sale of the mall (Super Sale, marathon …): its shop gets the last units first."""

    _name = "ec.channel.sale"
    _inherit = ["ec.channel.period"]
    _description = "Sale of a mall"

    def _period_channels(self):
        """Who holds the last units concerns all shops of the company."""
        return self.env["ec.channel"].sudo().search([("company_id", "in", self.company_id.ids)])


class EcChannelMaintenance(models.Model):
    """The mall will be down: what could be sold twice meanwhile is set to zero before."""

    _name = "ec.channel.maintenance"
    _inherit = ["ec.channel.period"]
    _description = "Maintenance of a mall"

    lead_minutes = fields.Integer(
        string="Zero so many minutes before",
        default=15,
        help="Quantities are set to zero this long before the mall stops answering.",
    )
    risk_units = fields.Integer(
        string="For SKUs with at most",
        default=3,
        help="SKUs with at most this many free units are set to zero. 0: none is.",
    )

    def _moments(self):
        before = self.start_at - timedelta(minutes=max(self.lead_minutes, 0))
        return before, self.start_at, self.end_at

    def _moved(self):
        """After the end orders are read again with overlap, and counted on both sides."""
        for channel in self.filtered(lambda window: window.phase == "over").channel_id:
            channel.sudo()._trigger_op("pull_orders")
            channel.sudo()._trigger_op("count_orders")


class EcChannel(models.Model):
    _inherit = "ec.channel"

    maintenance_ids = fields.One2many("ec.channel.maintenance", "channel_id")
    sale_period_ids = fields.One2many("ec.channel.sale", "channel_id")
    notice = fields.Char(compute="_compute_notice")

    @api.depends("maintenance_ids.phase", "sale_period_ids.phase")
    @api.depends_context("lang", "tz")
    def _compute_notice(self):
        for channel in self:
            channel.notice = False
            window = channel.sudo()._maintenance_now().sorted("end_at")[-1:]
            if not window:
                continue
            start, end = (
                fields.Datetime.context_timestamp(window, moment).strftime("%m/%d %H:%M")
                for moment in (window.start_at, window.end_at)
            )
            channel.notice = self.env._(
                "%(name)s, %(start)s to %(end)s: small stock is shown as 0; during that time "
                "nothing is fetched or sent.",
                name=window.name,
                start=start,
                end=end,
            )

    def _maintenance_now(self, ahead=True):
        """The maintenances this shop is in, or (``ahead``) about to enter; they may overlap."""
        now = fields.Datetime.now()
        return self.maintenance_ids.filtered(
            lambda window: window._moments()[0 if ahead else 1] <= now < window.end_at
        )

    def _may_run(self, op, asked=False):
        """During a maintenance the mall is left alone: no calls, so no errors either."""
        if op != "check_connection" and self.sudo()._maintenance_now(ahead=False):
            return False
        return super()._may_run(op, asked)

    def _stock_is_closed(self):
        return super()._stock_is_closed() or bool(self.sudo()._maintenance_now())

    def _stock_closed(self, skus, free, policies):
        closed = super()._stock_closed(skus, free, policies)
        windows = self.sudo()._maintenance_now()
        if not windows:
            return closed
        risky = max(windows.mapped("risk_units"))
        return closed | {sku.id for sku in skus if whole_units(free[sku.product_id.id]) <= risky}

    def _stock_clock(self):
        """Work of the clock: periods that begin or end, turns of the last units."""
        for model in ("ec.channel.sale", "ec.channel.maintenance"):
            self.env[model].search([("phase", "!=", "over")])._tick()
        self._stock_clock_last_units()

    def _stock_clock_last_units(self):
        """Look again at what is nearly sold out and listed several times: the turn or the sales
        speed may have changed though no stock moved."""
        guards = self.env["ec.stock.guard"].search([("mode", "!=", "off")])
        for company in guards.company_id:
            self.env.cr.execute(
                """
                SELECT product_id, max(qty_sent), count(DISTINCT qty_sent) FROM ec_listing_sku
                 WHERE active AND product_id IS NOT NULL AND company_id = %s
                 GROUP BY product_id
                HAVING count(*) > 1 AND max(qty_sent) BETWEEN 1 AND %s
                """,
                (company.id, max(100, *guards.mapped("units"))),
            )
            rows = self.env.cr.fetchall()
            products = self.env["product.product"].browse([row[0] for row in rows])
            limits = guards._thresholds(company, products)
            low = [
                product_id
                for product_id, most, kinds in rows
                if kinds > 1 or (product_id in limits and most <= limits[product_id][1])
            ]
            channels = self.search([("company_id", "=", company.id)])
            if low and channels:
                self.env["ec.stock.signal"]._insert(low, channels.ids)
