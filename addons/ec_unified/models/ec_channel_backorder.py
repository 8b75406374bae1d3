"""Units promised before they are there, where the mall tells the buyer the date.

Some malls take a number of such units with their date (``backorder``). Others know the date of an
item they sell ahead, and the number they show is what may be ordered until then (``preorder``).
Elsewhere nothing is promised beyond what is free.
"""

import math
from dataclasses import replace

from odoo import api, fields, models

from ..lib.data import StockLevel


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _stock_support(self, what):
        adapter = self._adapter_or_none()
        return adapter is not None and bool(adapter._support().get(what))

    def _stock_sold_ahead(self, skus):
        """Those among ``skus`` whose buyers are told a date that is still to come."""
        if self._stock_support("backorder"):
            return skus
        today = self.company_id._ec_today()
        return skus.filtered(lambda sku: sku.available_on and sku.available_on > today)

    def _stock_policies(self, skus):
        """Without a date for the buyer nothing is shown beyond what is free."""
        policies = super()._stock_policies(skus)
        if any(policy.backorder for policy in policies.values()):
            ahead = set(self._stock_sold_ahead(skus).ids)
            policies = {
                key: policy if key in ahead else replace(policy, backorder=0)
                for key, policy in policies.items()
            }
        return policies

    def _stock_less_owed(self, skus, free, policies):
        """``policies`` with the units left of those promised before they are there.

        What was sold ahead waits for its goods and takes nothing off the shelf, so it has to come
        off the promise: else the shops would go on promising the same units for ever.
        """
        if not any(policy.backorder for policy in policies.values()):
            return policies
        owed = self._stock_owed(skus.product_id, free)
        return {
            sku.id: replace(policy, backorder=max(policy.backorder - owed[sku.product_id.id], 0))
            if (policy := policies[sku.id]).backorder
            else policy
            for sku in skus
        }

    def _stock_owed(self, products, free):
        """Units of ``products`` that are sold and have no goods yet.

        :param dict free: free quantity per product, of the parts of kits as well
        :return: {product id: units}
        :rtype: dict
        """
        sources = products._ec_stock_sources()
        # Where unreserved sales are kept back, ``free`` is below zero by them.
        kept = self.stock_keep_open_sales
        waiting = {} if kept else self._stock_unreserved_sales(sources)
        missing = {
            part: waiting.get(part, 0.0) + max(-free.get(part, 0.0), 0.0) for part in sources.ids
        }
        return {
            product_id: max(
                (math.ceil(missing[part] / needed - 1e-6) for part, needed in recipe.items()),
                default=0,
            )
            for product_id, recipe in products._ec_stock_parts().items()
        }

    def _stock_levels(self, skus, targets, keys, ahead):
        """What the mall is told of ``skus``.

        :param dict keys: {sku id: SkuKey}
        :param dict ahead: {sku id: how many of them are not there yet}
        :rtype: list[lib.data.StockLevel]
        """
        promised = skus.filtered(lambda sku: ahead.get(sku.id))
        rules = self.env["ec.stock.rule"].sudo()._deciding(self, promised) if promised else {}
        levels = []
        for sku in skus:
            rule, extra = rules.get(sku.id), ahead.get(sku.id, 0)
            date = (rule.available_on or sku.available_on or None) if rule else None
            levels.append(
                StockLevel(
                    key=keys[sku.id],
                    quantity=targets[sku.id],
                    backorder=extra,
                    available_on=date,
                )
            )
        return levels

    def _stock_backorder_note(self):
        """What this shop makes of back-order units."""
        if self._stock_support("backorder"):
            return self.env._("shown, with the date")
        if self._stock_support("preorder"):
            return self.env._("shown for items the mall sells as pre-order, with its date")
        return self.env._("not shown: the mall takes no such number with a date")


class EcStockRule(models.Model):
    _inherit = "ec.stock.rule"

    backorder_note = fields.Char(compute="_compute_backorder_note", string="Where it counts")

    @api.depends("backorder", "channel_id", "company_id")
    @api.depends_context("lang")
    def _compute_backorder_note(self):
        """Say where back-order units are shown, so that nobody waits for them elsewhere."""
        for rule in self:
            channels = rule.channel_id
            if rule.backorder and not channels:
                channels = channels.search([("company_id", "=", rule.company_id.id)])
            notes = {}
            for channel in channels if rule.backorder else ():
                notes.setdefault(channel._stock_backorder_note(), []).append(channel.name)
            rule.backorder_note = " / ".join(
                text if rule.channel_id else f"{', '.join(names)}: {text}"
                for text, names in notes.items()
            )
