"""What an order lacks is brought from another warehouse.

Where the order's warehouse is resupplied from the other one (Odoo's resupply route), the goods go
by that route, through its transit place; else by one internal transfer. Either way they are
reserved at once, so no shop offers them any more, wherever it sells from.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ec_transfer_ids = fields.One2many(
        "stock.picking", "ec_transfer_order_id", string="Transfers for this order"
    )
    ec_transfer_count = fields.Integer(
        compute="_compute_ec_transfer_count", string="Transfers for this order (number)"
    )

    @api.depends("ec_transfer_ids.state")
    def _compute_ec_transfer_count(self):
        for order in self:
            transfers = order.sudo().ec_transfer_ids
            order.ec_transfer_count = len(transfers.filtered(lambda p: p.state != "cancel"))

    def action_ec_transfers(self):
        """Open the transfers that bring goods for this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_transfers")
        action["domain"] = [("ec_transfer_order_id", "=", self.id), ("state", "!=", "cancel")]
        action["context"] = {}
        return action

    # === WHO COULD GIVE === #

    def _ec_transfer_offers(self):
        """What each other warehouse of the company could give of what is missing here.

        The shop's own warehouses come first, in its order; those with nothing are left out.

        :return: {warehouse: {move: units in the product's unit}}
        :rtype: dict
        """
        self.ensure_one()
        short = self._ec_short_moves()
        offers = {}
        for warehouse in self._ec_transfer_sources() if short else ():
            left = self._ec_free_to_give(warehouse, short.product_id)
            given = {}
            for move in short:
                units = min(move._ec_missing(), left[move.product_id.id])
                if move.product_id.uom_id.compare(units, 0) > 0:
                    given[move] = units
                    left[move.product_id.id] -= units
            if given:
                offers[warehouse] = given
        return offers

    def _ec_transfer_sources(self):
        """The company's other warehouses, the shop's own first."""
        own = self.ec_channel_id.sudo()._stock_sources()
        every = self.env["stock.warehouse"].search([("company_id", "=", self.company_id.id)])
        return (own | every) - self.warehouse_id

    def _ec_free_to_give(self, warehouse, products):
        """Units nobody has reserved below the warehouse's stock place, per product id."""
        place = warehouse.sudo().lot_stock_id
        domain = [("id", "child_of", place.id), *place._ec_offered_domain(self.company_id)]
        return products.sudo()._ec_free_quantities(domain)

    # === BRINGING === #

    def _ec_bring_from(self, warehouse):
        """Have what ``warehouse`` can give of the missing goods brought to the order's warehouse.

        :return: the transfers
        :raise UserError: nothing is free there any more
        """
        self.ensure_one()
        given = self._ec_transfer_offers().get(warehouse)
        if not given:
            raise UserError(
                self.env._("Nothing of what is missing is free in %s any more.", warehouse.name)
            )
        # Clerks may not write on moves of every kind that the chain has.
        needs = {move.sudo()._ec_split_off(units): units for move, units in given.items()}
        reference = self.env["stock.reference"].sudo().create({"name": self.name})
        route = self.warehouse_id.sudo().resupply_route_ids.filtered(
            lambda route: route.active and route.supplier_wh_id == warehouse
        )[:1]
        if route:
            self._ec_bring_by_route(route, needs, reference)
        else:
            self._ec_bring_directly(warehouse.sudo(), needs, reference)
        transfers = reference.move_ids.picking_id
        transfers.write({"ec_transfer_order_id": self.id, "origin": self.name})
        self._ec_check_reserved(reference.move_ids, warehouse)
        self._ec_await(self.env["stock.move"].sudo().union(*needs))
        return transfers

    def _ec_bring_directly(self, warehouse, needs, reference):
        """One internal transfer from shelf to shelf."""
        source, target = warehouse.lot_stock_id, self.warehouse_id.lot_stock_id
        common = {
            "location_id": source.id,
            "location_dest_id": target.id,
            "picking_type_id": warehouse.int_type_id.id,
        }
        picking = self.env["stock.picking"].sudo().create({**common, "origin": self.name})
        moves = picking.move_ids.create(
            [
                {
                    **common,
                    "picking_id": picking.id,
                    "product_id": move.product_id.id,
                    "product_uom": move.product_id.uom_id.id,
                    "product_uom_qty": units,
                    "origin": self.name,
                    "propagate_cancel": False,
                    "reference_ids": [Command.link(reference.id)],
                    "move_dest_ids": [Command.link(move.id)],
                }
                for move, units in needs.items()
            ]
        )
        moves._action_confirm(merge=False)
        moves._action_assign()

    def _ec_bring_by_route(self, route, needs, reference):
        """By the resupply route of the order's warehouse, as Odoo would replenish it."""
        rules = self.env["stock.rule"].sudo()
        rules.run(
            [
                rules.Procurement(
                    move.product_id,
                    units,
                    move.product_id.uom_id,
                    self.warehouse_id.lot_stock_id,
                    self.name,
                    self.name,
                    self.company_id,
                    {
                        "route_ids": route,
                        "warehouse_id": self.warehouse_id,
                        "company_id": self.company_id,
                        "reference_ids": reference,
                        "move_dest_ids": move,
                    },
                )
                for move, units in needs.items()
            ]
        )
        last = reference.move_ids.filtered(lambda m: m.move_dest_ids.sale_line_id)
        (reference.move_ids - last).propagate_cancel = True
        last.propagate_cancel = False
        first = reference.move_ids.filtered(lambda m: not m.move_orig_ids)
        first._action_assign()

    def _ec_check_reserved(self, moves, warehouse):
        """:raise UserError: somebody took the goods in this very moment"""
        first = moves.filtered(lambda m: not m.move_orig_ids)
        if not first or any(move.state != "assigned" for move in first):
            raise UserError(
                self.env._("Nothing of what is missing is free in %s any more.", warehouse.name)
            )

    def _ec_await(self, moves):
        """These take what their transfer brings and nothing else."""
        moves.write({"procure_method": "make_to_order"})
        fresh = moves.filtered(lambda move: move.state == "draft")
        fresh._action_confirm(merge=False, create_proc=False)
        moves._recompute_state()
        self._ec_check_shortage()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        """Another quantity: what is being brought is called off first, so that Odoo counts on
        ordinary moves; what is missing then is told anew."""
        if "product_uom_qty" in vals:
            changed = self.filtered(
                lambda line: (
                    line.order_id.ec_channel_id and line.product_uom_qty != vals["product_uom_qty"]
                )
            )
            changed.move_ids._ec_awaits_transfer().sudo()._ec_leave_transfer()
        return super().write(vals)


class StockMove(models.Model):
    _inherit = "stock.move"

    def _ec_leave_transfer(self):
        """Wait for no transfer any more; one that nobody has begun is called off."""
        feeders = self.move_orig_ids._ec_transfer_moves()
        self.move_orig_ids = False
        feeders._ec_call_off()
        self._ec_take_from_shelf()
