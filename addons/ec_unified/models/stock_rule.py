"""The rule for a product is looked for once per batch of fresh orders."""

from odoo import api, models


class StockRule(models.Model):
    _inherit = "stock.rule"

    @api.model
    def _get_rule(self, product_id, location_id, values):
        """Within a batch look for the rule once per product, not once per line."""
        batch = self.env.context.get("ec_fresh_batch")
        if batch is None:
            return super()._get_rule(product_id, location_id, values)
        key = self._ec_rule_key(product_id, location_id, values)
        if key not in batch.rules:
            batch.rules[key] = super()._get_rule(product_id, location_id, values).id
        return self.browse(batch.rules[key])

    @api.model
    def _ec_rule_key(self, product, location, values):
        """Return everything the search for a rule may look at."""
        parts = [
            values.get(name)
            for name in ("route_ids", "packaging_uom_id", "warehouse_id", "company_id")
        ]
        return (product.id, location.id, self.env.su, *(part and part._ids for part in parts))
