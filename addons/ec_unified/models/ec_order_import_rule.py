"""The shop's own rules, applied to what the import brought in."""

from odoo import api, models


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _sync_checks(self, batch):
        orders = self.env["sale.order"].union(*(item.order for item in batch.items))
        rules = self.env["ec.check.rule"]
        silenced = rules._get_silenced(orders)
        for item in batch.items:
            for code in silenced.get(item.order, ()):
                item.reasons.pop(code, None)
        result = super()._sync_checks(batch)
        rules._run(orders)
        return result
