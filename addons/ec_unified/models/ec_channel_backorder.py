"""Units promised before they are there, for malls that tell the buyer the date."""

from dataclasses import replace

from odoo import models

from ..lib.data import StockLevel


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _stock_support_backorder(self):
        adapter = self._adapter_or_none()
        return adapter is not None and bool(adapter._support().get("backorder"))

    def _stock_policies(self, skus):
        """Without the mall's support nothing is shown beyond what is free."""
        policies = super()._stock_policies(skus)
        if any(policy.backorder for policy in policies.values()):
            if not self._stock_support_backorder():
                return {key: replace(policy, backorder=0) for key, policy in policies.items()}
        return policies

    def _stock_levels(self, skus, targets, keys):
        """What the mall is told of ``skus``.

        :param dict keys: {sku id: SkuKey}
        :rtype: list[lib.data.StockLevel]
        """
        rules = {}
        if self._stock_support_backorder():
            rules = self.env["ec.stock.rule"].sudo()._deciding(self, skus)
        levels = []
        for sku in skus:
            rule = rules.get(sku.id)
            extra = min(rule.backorder, targets[sku.id]) if rule else 0
            levels.append(
                StockLevel(
                    key=keys[sku.id],
                    quantity=targets[sku.id],
                    backorder=extra,
                    available_on=(rule.available_on or None) if extra else None,
                )
            )
        return levels
