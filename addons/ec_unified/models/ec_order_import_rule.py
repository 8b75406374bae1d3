"""The shop's own rules, applied to what the import brought in."""

from odoo import api, models

from ..const import CHECKS_BEFORE_SHIPPING


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _sync_checks(self, batch):
        orders = self.env["sale.order"].union(*(item.order for item in batch.items))
        rules = self.env["ec.check.rule"]
        silenced = rules._get_silenced(orders)
        for item in batch.items:
            unwanted = silenced.get(item.order, set())
            if item.order.ec_shipped_before:
                # It had left before it came here: nobody can act on a wish any more.
                unwanted = unwanted | CHECKS_BEFORE_SHIPPING
            for code in unwanted:
                item.reasons.pop(code, None)
        result = super()._sync_checks(batch)
        rules._run(orders)
        return result
