"""What the shops should show, worked out independently of the product: slowly, from bare rows."""

from collections import defaultdict

from .stock_common import EcStockCommon


class StockReference(EcStockCommon):
    """A test case with ``channels`` and ``goods``; see ``stock_world``."""

    guard_units = 0

    @property
    def codes(self):
        return self.goods.mapped("default_code")

    @property
    def goods_by_code(self):
        return {product.default_code: product for product in self.goods}

    @property
    def working(self):
        """Shops that are told numbers."""
        return self.channels.filtered(lambda channel: channel.state == "active")

    # === GOODS === #

    def on_shelf(self):
        """Free units per product, from the bare table."""
        self.env.flush_all()
        self.cr.execute(
            """
            SELECT product_id, SUM(quantity - reserved_quantity) FROM stock_quant
             WHERE location_id = %s GROUP BY product_id
            """,
            (self.stock_location.id,),
        )
        return defaultdict(int, {key: int(units) for key, units in self.cr.fetchall()})

    def left_on_shelf(self):
        """The same without what received orders have taken that are not booked yet."""
        shelf, goods = self.on_shelf(), self.goods_by_code
        self.cr.execute(
            """
            SELECT payload FROM ec_exchange
             WHERE direction = 'in' AND kind = 'order' AND channel_id = ANY(%s)
               AND state IN ('pending', 'failed') AND COALESCE(res_id, 0) = 0
            """,
            (self.channels.ids,),
        )
        for (payload,) in self.cr.fetchall():
            for line in [] if payload.get("cancelled") else payload["lines"]:
                for part, needed in self.needs(goods[line["sku_code"]]).items():
                    shelf[part.id] -= needed * int(line["quantity"])
        return shelf

    def heard_of(self, channel):
        """References of the orders of this shop that were received."""
        self.env.flush_all()
        self.cr.execute(
            "SELECT external_ref FROM ec_exchange"
            " WHERE direction = 'in' AND kind = 'order' AND channel_id = %s",
            (channel.id,),
        )
        return {row[0] for row in self.cr.fetchall()}

    def makes(self, product, shelf):
        """Units of ``product`` that can be sold from this shelf."""
        return max(shelf[product.id], 0)

    def needs(self, product):
        """{product on the shelf: how many one unit takes}."""
        return {product: 1}

    # === RULES === #

    def rule_of(self, channel, product):
        found = self.env["ec.stock.rule"].search(
            [
                ("channel_id", "in", [False, channel.id]),
                ("product_id", "in", [False, product.id]),
            ]
        )
        return min(
            found,
            key=lambda r: (not r.product_id, not r.channel_id, r.sequence, r.id),
            default=found,
        )

    def sends(self, channel, product):
        """Whether the shop's number of this product is ours to set."""
        sku = self.skus(channel).filtered(lambda sku: sku.product_id == product)
        return sku.stock_sync and self.rule_of(channel, product).mode != "none"

    def by_rule(self, channel, product, shelf):
        """The number by the rule alone, the guard left aside."""
        rule, units = self.rule_of(channel, product), self.makes(product, shelf)
        if not rule:
            return units
        units = max(units - rule.buffer, 0)
        if rule.mode == "fixed":
            return min(units, rule.fixed)
        units = units * rule.share // 100
        return min(units, rule.cap) if rule.cap else units

    def expected(self, channel):
        """{code: number the shop should show; None = left alone}."""
        shelf = self.on_shelf()
        return {p.default_code: self.expected_of(channel, p, shelf) for p in self.goods}

    def expected_of(self, channel, product, shelf):
        if not self.sends(channel, product):
            return None
        if any(self.holder(part, shelf) not in (None, channel) for part in self.needs(product)):
            return 0
        return self.by_rule(channel, product, shelf)

    # === THE LAST UNITS === #

    def holder(self, part, shelf):
        """The shop that shows the last units of ``part``; None when it is not scarce.

        The first one in line that would show any of them; shops whose mall has a sale on go before.
        """
        users = [product for product in self.goods if part in self.needs(product)]
        low = [p for p in users if 0 < shelf[part.id] // self.needs(p)[part] <= self.guard_units]
        in_line = self.working.sorted(lambda channel: (channel.sequence, channel.id))
        shops = [c for c in in_line if any(self.sends(c, product) for product in users)]
        if not any(self.sends(channel, product) for channel in shops for product in low):
            return None
        able = [
            channel
            for channel in shops
            if any(
                self.sends(channel, product) and self.by_rule(channel, product, shelf)
                for product in users
            )
        ]
        shops = able or shops
        favoured = self.env["ec.channel.sale"].search([]).channel_id
        return next((channel for channel in shops if channel in favoured), shops[0])
