"""Confirmation of a batch of fresh orders.

The plain ``action_confirm`` does once per order what a batch can do once: make the reference, the
delivery with its number and note, look for a delivery to join, start the scheduler. The result in
the database is the same; a test compares both ways.
"""

from odoo import api, models


class FreshBatch:
    """What the hooks of a batch of fresh orders share; compared by identity in the context.

    ``pickings``: deliveries that wait for the end of the batch; ``rules``: stock rules found.
    """

    __slots__ = ("pickings", "rules")

    def __init__(self):
        self.pickings = {}
        self.rules = {}


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _confirm(self, orders):
        """Confirm fresh orders of a shop, which reserves their goods."""
        if not orders:
            return
        self._create_references(orders)
        batch = FreshBatch()
        orders.with_context(ec_fresh_batch=batch).action_confirm()
        self.env["stock.picking"].browse(batch.pickings).action_confirm()

    @api.model
    def _create_references(self, orders):
        """Create what ties the moves of an order together, for all orders at once."""
        vals_list = []
        for order in orders:
            line = order.order_line.filtered(lambda line: line.product_id.type == "consu")[:1]
            if line and not order.stock_reference_ids and not order.ec_shipped_before:
                vals_list.append(line._prepare_reference_vals())
        self.env["stock.reference"].create(vals_list)
