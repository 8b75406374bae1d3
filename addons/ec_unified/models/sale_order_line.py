"""What a line is at the mall, and where its goods go."""

from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    ec_line_ref = fields.Char(string="Mall line key", copy=False, readonly=True)
    ec_line_kind = fields.Char(string="Kind at the mall", copy=False, readonly=True)
    ec_sku_code = fields.Char(string="SKU code at the mall", copy=False, readonly=True)
    ec_options = fields.Text(string="Options chosen", copy=False)
    ec_destination_id = fields.Many2one(
        "res.partner", string="Destination", copy=False, index="btree_not_null"
    )

    _ec_unknown_idx = models.Index("(ec_sku_code) WHERE ec_line_kind = 'unknown'")

    def _action_launch_stock_rule(self, **kwargs):
        """What had left before the order came here moves nothing."""
        lines = self.filtered(lambda line: not line.order_id.ec_shipped_before)
        return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)

    def _prepare_procurement_values(self):
        """Send what goes to another destination of the order there."""
        values = super()._prepare_procurement_values()
        if self.ec_destination_id:
            values["partner_id"] = self.ec_destination_id.id
        return values
