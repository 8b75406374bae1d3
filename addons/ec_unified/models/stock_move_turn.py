"""Who comes first where goods are few: the order that was placed first, whenever it came in."""

from odoo import api, fields, models
from odoo.tools import SQL

#: Moves that hold goods, and moves that wait for some.
HOLDING = ("assigned", "partially_available")
WAITING = ("confirmed", "partially_available")


class StockMove(models.Model):
    _inherit = "stock.move"

    # === WHO COMES FIRST === #

    def _ec_placed(self):
        """When the goods were ordered; on the same second the one that came in first."""
        order = self.sale_line_id.order_id
        return (order.ec_ordered_at or order.date_order or order.create_date, order.id, self.id)

    def _ec_in_turn(self):
        """These moves with the shops' orders among them in the order they were placed.

        A starred delivery still goes before the others, and what no shop sold stays where it is.
        """
        if len(self) < 2:
            return self
        moves = self.sudo()
        sold = [m for m in moves if m.sale_line_id and m.sale_line_id.order_id.ec_channel_id]
        turn = iter(sorted(sold, key=lambda m: (m.priority != "1", m._ec_placed())))
        places = {move.id for move in sold}
        return self.browse([next(turn).id if m.id in places else m.id for m in self])

    def _action_assign(self, force_qty=False):
        """Whoever reserves for many (a batch of orders, a receipt, the scheduler) does so in turn:
        the document that came first is not always the order that was placed first."""
        return super(StockMove, self._ec_in_turn())._action_assign(force_qty=force_qty)

    def _ec_take_from_later(self):
        """Pass goods from later orders to these moves; whatever is being packed stays.

        :return: the orders that lost goods
        """
        holders = self._ec_later_holders().grouped(lambda m: (m.product_id, m.location_id))
        losers, winners = self.browse(), self.browse()
        for key, moves in self.grouped(lambda m: (m.product_id, m.location_id)).items():
            # The latest at the end: it is the first to give.
            stack = list(holders.get(key, self.browse()).sorted(lambda m: m._ec_placed()))
            spare = 0.0
            for move in moves.sorted(lambda m: m._ec_placed()):
                needed = move.product_qty if move in losers else move._ec_missing()
                while needed > spare and stack and move._ec_comes_before(stack[-1]):
                    holder = stack.pop()
                    spare += holder._ec_held()
                    losers |= holder
                    winners |= move
                spare = max(spare - needed, 0.0)
        if losers:
            losers._do_unreserve()
            (winners | losers)._action_assign()
        return losers.sale_line_id.order_id

    def _ec_comes_before(self, other):
        return self._ec_placed()[0] < other._ec_placed()[0]

    def _ec_later_holders(self):
        """Moves of later orders that hold what these wait for, and may be made to give it.

        By the product's index, and only the later ones: the earlier, which may be many, are not
        even read.
        """
        first = {}
        for move in self:
            key, placed = (move.product_id.id, move.location_id.id), move._ec_placed()[0]
            first[key] = min(placed, first.get(key, placed))
        for model in ("stock.move", "sale.order.line", "sale.order"):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH held AS MATERIALIZED (
                    SELECT move.id, move.sale_line_id, short.placed
                      FROM unnest(%s::int[], %s::int[], %s::timestamp[])
                           AS short(product_id, location_id, placed)
                      JOIN stock_move move ON move.product_id = short.product_id
                                          AND move.location_id = short.location_id
                                          AND move.state = ANY(%s)
                     WHERE move.sale_line_id IS NOT NULL AND NOT COALESCE(move.picked, FALSE)
                ) SELECT held.id FROM held
                    JOIN sale_order_line line ON line.id = held.sale_line_id
                    JOIN sale_order o ON o.id = line.order_id
                   WHERE o.ec_channel_id IS NOT NULL AND o.ec_ordered_at > held.placed
                """,
                [product_id for product_id, _location_id in first],
                [location_id for _product_id, location_id in first],
                list(first.values()),
                list(HOLDING),
            )
        )
        holders = self.browse([row[0] for row in self.env.cr.fetchall()])
        return holders.filtered(lambda move: not move._ec_is_packed())

    def _ec_is_packed(self):
        """Whether somebody has the papers or the goods of this delivery in hand."""
        picking = self.picking_id
        in_hand = picking.printed or picking.batch_id or any(picking.move_ids.mapped("picked"))
        return self.picked or bool(in_hand)

    # === FREED GOODS GO TO THOSE WHO WAIT === #

    @api.model
    def _ec_due_domain(self):
        """Moves that take goods from the shelf by themselves, as soon as there are some."""
        return [
            ("procure_method", "=", "make_to_stock"),
            ("product_id.is_storable", "=", True),
            "|",
            ("reservation_date", "<=", fields.Date.today()),
            ("picking_type_id.reservation_method", "=", "at_confirm"),
        ]

    def _action_cancel(self):
        """What a cancelled order gives back belongs to who waits, before any shop offers it."""
        holding = self.filtered(lambda move: move.state in HOLDING)
        products, places = holding.product_id, holding.location_id
        result = super()._action_cancel()
        products._ec_serve_waiting(places)
        return result

    def _trigger_assign(self):
        """Goods put on a shelf below the place an order takes from are there for it as well."""
        result = super()._trigger_assign()
        inner = self.filtered(lambda move: move.location_dest_id.usage == "internal")
        inner.product_id._ec_serve_waiting(inner.location_dest_id)
        return result


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _ec_serve_waiting(self, places):
        """Reserve what is free of these products at ``places`` for the shops' orders that wait.

        One query when nobody waits; else as many orders are looked at as there are goods for.
        """
        if not self or self.env["ir.config_parameter"].sudo().get_param(
            "stock.picking_no_auto_reserve"
        ):
            return
        moves = self.env["stock.move"].sudo()
        waiting = moves.search(
            [
                ("product_id", "in", self.ids),
                ("location_id", "parent_of", places.ids),
                ("sale_line_id.order_id.ec_channel_id", "!=", False),
                ("state", "in", WAITING),
                *moves._ec_due_domain(),
            ]
        )
        served = moves.browse()
        for (product, place), group in waiting.grouped(
            lambda move: (move.product_id, move.location_id)
        ).items():
            free = self.env["stock.quant"].sudo()._get_available_quantity(product, place)
            for move in group._ec_in_turn():
                if product.uom_id.compare(free, 0) <= 0:
                    break
                served |= move
                free -= move._ec_missing()
        if served:
            served._action_assign()
