"""Two orders meet over the last piece: the earlier keeps it, a clerk decides on the other."""

from odoo import api, models

SHORT = "stock_short"
#: Moves that hold goods or wait for them.
_HOLDING = ("assigned", "partially_available")
_WAITING = ("confirmed", "partially_available")


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
        if not short:
            return
        taken_from = short._ec_take_from_later()
        touched = short.sale_line_id.order_id | taken_from
        touched.invalidate_recordset(["ec_stage"])
        for order in touched:
            order._ec_check_shortage()

    def _ec_short_moves(self):
        """First moves of these orders that wait for goods the shops had promised."""
        moves = self.env["stock.move"].search(
            [
                ("sale_line_id.order_id", "in", self.ids),
                ("state", "in", _WAITING),
                ("procure_method", "=", "make_to_stock"),
                ("product_id.is_storable", "=", True),
                ("location_id.usage", "=", "internal"),
            ]
        )
        return moves.filtered(lambda move: not move._ec_is_backordered())

    def _ec_check_shortage(self):
        """Open, renew or clear the check of this order by what its moves say now."""
        self.ensure_one()
        checks = self.env["ec.order.check"]
        open_ = self.sudo().ec_check_ids.filtered(
            lambda check: check.code == SHORT and check.state == "open"
        )
        short = self._ec_short_moves()
        if short and self.state == "sale":
            checks.sudo()._open(self, SHORT, short._ec_shortage_text())
        elif open_:
            open_._clear(auto=True)


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """Goods arrived or the order is off: nobody has to decide any more."""
        result = super().write(vals)
        if vals.get("state") in ("assigned", "cancel", "done"):
            orders = self.sale_line_id.order_id.filtered("ec_open_check_count")
            for order in orders:
                codes = order.sudo().ec_check_ids.filtered(lambda c: c.state == "open")
                if SHORT in codes.mapped("code"):
                    order.sudo()._ec_check_shortage()
        return result

    def _ec_is_backordered(self):
        """Whether the shop sold this knowing that it is not there yet."""
        channel = self.sale_line_id.order_id.ec_channel_id
        if not channel._stock_support_backorder():
            return False
        skus = channel.sudo().sku_ids.filtered(lambda sku: sku.product_id == self.product_id)
        policies = channel.sudo()._stock_policies(skus)
        return any(policy.backorder for policy in policies.values())

    def _ec_missing(self):
        """Units no reservation holds, in the product's unit."""
        return max(
            self.product_qty - sum(self.move_line_ids.mapped("quantity_product_uom")), 0.0
        )

    def _ec_shortage_text(self):
        """What is missing, for the check."""
        return ", ".join(
            f"{move.product_id.default_code or move.product_id.name} × {move._ec_missing():g}"
            for move in self
        )

    def _ec_may_give_to(self, placed):
        """Whether an order placed at ``placed`` comes before this one, whose goods still lie here.

        :param placed: as ``_placed`` gives it
        """
        order, picking = self.sale_line_id.order_id, self.picking_id
        if not order.ec_channel_id or self.picked or picking.printed or picking.batch_id:
            return False
        return bool(order.ec_ordered_at) and order.ec_ordered_at > placed[0]

    def _ec_take_from_later(self):
        """Pass goods from later orders to these moves; whatever is being packed stays.

        :return: the orders that lost goods
        """
        orders = self.env["sale.order"]
        for product, moves in self.grouped("product_id").items():
            moves = moves.sorted(_placed)
            newest = _placed(moves[0])
            # Few moves of one product hold goods: found by its index, judged here.
            holding = self.search(
                [
                    ("product_id", "=", product.id),
                    ("state", "in", _HOLDING),
                    ("location_id", "in", moves.location_id.ids),
                    ("sale_line_id", "!=", False),
                ]
            )
            holding = holding.filtered(lambda move, newest=newest: move._ec_may_give_to(newest))
            holding = holding.sorted(_placed, reverse=True)
            losers = self.browse()
            needed = sum(move._ec_missing() for move in moves)
            for move in holding - moves:
                if needed <= 0:
                    break
                needed -= move.product_qty - move._ec_missing()
                losers |= move
            if losers:
                losers._do_unreserve()
                for move in (moves | losers).sorted(_placed):
                    move._action_assign()
                orders |= losers.sale_line_id.order_id
        return orders


def _placed(move):
    order = move.sale_line_id.order_id
    return (order.ec_ordered_at or order.create_date, order.id)


class EcOrderCheck(models.Model):
    _inherit = "ec.order.check"

    @api.model
    def _get_todo_texts(self):
        text = self.env._("Not enough goods: wait, send a substitute, send a part, or cancel.")
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
            order = exchange.payload
            result = channel._adapter()._cancel_order(
                channel, exchange.external_ref, order["reason"], order["restock"]
            )
            if not result.ok:
                outcome[exchange.id] = result.error
        channel._trigger_op("pull_orders")
        return outcome
