"""Two orders meet over the last piece: the earlier keeps it, a clerk decides on the other.

Whatever the number of orders, a batch costs the same few queries here: who is short, who holds the
goods and came later, what the checks say. Nothing is looked at that has its goods.
"""

from odoo import api, models

from .stock_move_turn import WAITING

SHORT = "stock_short"


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _import_batch(self, channel, parsed):
        """After the goods are reserved, see for whom there was not enough."""
        outcomes = super()._import_batch(channel, parsed)
        orders = self.env["sale.order"].union(
            *(outcome.order for outcome in outcomes if outcome.order)
        )
        if orders:
            orders._ec_settle_shortage()
        return outcomes


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _ec_settle_shortage(self):
        """Give goods to those who ordered first and open a check for those who go without.

        Costs one query when all of these orders have their goods.
        """
        short = self._ec_short_moves()
        if short:
            losers = short._ec_take_from_later()
            (short.sale_line_id.order_id | losers)._ec_check_shortage()

    def _ec_short_moves(self):
        """First moves of these orders that wait for goods the shops had promised."""
        return (
            self.env["stock.move"]
            .search([("sale_line_id.order_id", "in", self.ids), *self._ec_waiting_domain()])
            ._ec_promised()
        )

    @api.model
    def _ec_waiting_domain(self):
        """Moves that should hold goods by now and do not hold all of them."""
        return [
            ("state", "in", WAITING),
            ("location_id.usage", "=", "internal"),
            *self.env["stock.move"]._ec_due_domain(),
        ]

    def _ec_open_short_orders(self):
        """Those among these orders that have an open check for missing goods."""
        checks = self.env["ec.order.check"].sudo()
        checks = checks.search(
            [("order_id", "in", self.ids), ("code", "=", SHORT), ("state", "=", "open")]
        )
        return checks.order_id

    def _ec_check_shortage(self):
        """Open, renew or clear the checks of these orders by what their moves say now."""
        short = self._ec_short_moves().grouped(lambda move: move.sale_line_id.order_id)
        reasons = {
            order.id: short[order]._ec_shortage_text()
            for order in self
            if order in short and order.state == "sale"
        }
        self.env["ec.order.check"].sudo()._sync_short(self, reasons)


class StockMove(models.Model):
    _inherit = "stock.move"

    # === CHECKS FOLLOW THE GOODS === #

    def write(self, vals):
        """Goods arrived or the order is off: nobody has to decide any more."""
        result = super().write(vals)
        if vals.get("state") in ("assigned", "cancel", "done"):
            orders = self.sudo().sale_line_id.order_id.filtered("ec_open_check_count")
            if orders:
                orders._ec_open_short_orders()._ec_check_shortage()
        return result

    def _ec_promised(self):
        """Those among these that no shop sold knowing that the goods are not there yet."""
        promised = self.browse()
        for channel, moves in self.grouped(
            lambda move: move.sale_line_id.order_id.ec_channel_id
        ).items():
            later = moves._ec_sold_as_later(channel)
            for move in moves:
                if not later & (move.product_id | move._ec_sold_product()):
                    promised |= move
        return promised

    def _ec_sold_product(self):
        """What the buyer ordered: of a kit, the kit and not its parts."""
        return self.sale_line_id.product_id

    def _ec_sold_as_later(self, channel):
        """Products of these moves that ``channel`` sells before they are there."""
        channel = channel.sudo()
        skus = channel.env["ec.listing.sku"].search(
            [
                ("channel_id", "=", channel.id),
                ("product_id", "in", (self.product_id | self._ec_sold_product()).ids),
            ]
        )
        policies = channel._stock_policies(skus)
        return skus.filtered(lambda sku: policies[sku.id].backorder).product_id

    def _ec_missing(self):
        """Units no reservation holds, in the product's unit."""
        return max(self.product_qty - self._ec_held(), 0.0)

    def _ec_held(self):
        """Units reserved, in the product's unit."""
        return sum(self.move_line_ids.mapped("quantity_product_uom"))

    def _ec_shortage_text(self):
        """What is missing, for the check."""
        return ", ".join(f"{move._ec_goods_name()} × {move._ec_missing():g}" for move in self)

    def _ec_goods_name(self):
        """How clerks call these goods in a short text."""
        return self.product_id.default_code or self.product_id.name


class EcOrderCheck(models.Model):
    _inherit = "ec.order.check"

    @api.model
    def _sync_short(self, orders, reasons):
        """Make the checks of ``orders`` say what is missing.

        :param dict reasons: {order id: what is missing}; the others have their goods
        """
        known = {
            check.order_id.id: check
            for check in self.search([("order_id", "in", orders.ids), ("code", "=", SHORT)])
        }
        self.union(*(c for order_id, c in known.items() if order_id not in reasons))._clear(
            auto=True
        )
        again = {}
        for order_id, check in known.items():
            if order_id in reasons and check._must_open(reasons[order_id]):
                again.setdefault(reasons[order_id], self.browse())
                again[reasons[order_id]] |= check
        for detail, checks in again.items():
            checks._reopen(detail)
        self.create(
            [
                {"order_id": order_id, "code": SHORT, "detail": detail}
                for order_id, detail in reasons.items()
                if order_id not in known
            ]
        )

    @api.model
    def _get_todo_texts(self):
        text = self.env._(
            "Not enough goods: wait, bring it from another warehouse, send a substitute, send a "
            "part, or cancel."
        )
        return {**super()._get_todo_texts(), SHORT: text}

    def _get_fix_action(self):
        if self.code != SHORT:
            return super()._get_fix_action()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not enough stock"),
            "res_model": "ec.order.short",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.order_id.id},
        }


class EcExchange(models.Model):
    _inherit = "ec.exchange"

    def _send_batch_cancel(self):
        """Tell the mall that these orders are cancelled.

        :return: {exchange id: exception}
        """
        channel, outcome = self.channel_id, {}
        for exchange in self:
            payload, order = exchange.payload, exchange._told_order()
            result = channel._adapter()._cancel_order(
                channel,
                exchange.external_ref,
                payload["reason"],
                payload["restock"],
                notify=bool(order) and order._ec_mall_tells("cancelled"),
            )
            if not result.ok:
                outcome[exchange.id] = result.error
        channel._trigger_op("pull_orders")
        return outcome
