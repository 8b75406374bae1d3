"""What a receipt means for the shops: where its goods are offered, and who waits for them."""

from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    ec_listing_count = fields.Integer(
        compute="_compute_ec_receipt",
        string="In the shops",
        groups="ec_unified.group_ec_clerk",
        help="Listed SKUs whose quantity rises when these goods are received.",
    )
    ec_waiting_order_count = fields.Integer(
        compute="_compute_ec_receipt",
        string="Orders that wait for it",
        groups="ec_unified.group_ec_clerk",
    )

    @api.depends("move_ids.product_id", "picking_type_code", "state")
    def _compute_ec_receipt(self):
        for picking in self:
            arriving = picking.picking_type_code == "incoming"
            picking.ec_listing_count = (
                self.env["ec.listing.sku"].search_count(picking._ec_listing_domain())
                if arriving
                else 0
            )
            picking.ec_waiting_order_count = (
                len(picking._ec_waiting_orders())
                if arriving and picking.state not in ("done", "cancel")
                else 0
            )

    def _ec_listing_domain(self):
        """The listed SKUs, kits among them, whose number follows these goods."""
        products = self.env["product.product"]._ec_stock_dependents(self.move_ids.product_id.ids)
        return [
            ("product_id", "in", list(products)),
            ("channel_id.company_id", "=", self.company_id.id),
        ]

    def _ec_waiting_orders(self):
        """Orders of the shops whose goods are not all there and that need some of these."""
        moves = self.env["stock.move"].sudo()
        waiting = moves.search(
            [
                ("product_id", "in", self.move_ids.product_id.ids),
                ("sale_line_id.order_id.ec_channel_id", "!=", False),
                ("company_id", "=", self.company_id.id),
                *self.env["sale.order"]._ec_waiting_domain(),
            ]
        )
        return waiting.sale_line_id.order_id.sudo(False)

    def action_ec_receipt_listings(self):
        """Show what the shops show of these goods."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_listing_sku")
        action["domain"] = self._ec_listing_domain()
        action["context"] = {"search_default_group_product": 1}
        return action

    def action_ec_receipt_orders(self):
        """Show the orders that wait for these goods."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_orders")
        action["domain"] = [("id", "in", self._ec_waiting_orders().ids)]
        action["context"] = {}
        return action
