"""Units promised before they are there, where the mall tells the buyer the date.

Some malls take a number of such units with their date (``backorder``). Others know the date of an
item they sell ahead, and the number they show is what may be ordered until then (``preorder``).
Elsewhere nothing is promised beyond what is free.
"""

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

    def _stock_levels(self, skus, targets, keys):
        """What the mall is told of ``skus``.

        :param dict keys: {sku id: SkuKey}
        :rtype: list[lib.data.StockLevel]
        """
        ahead = self._stock_sold_ahead(skus)
        rules = self.env["ec.stock.rule"].sudo()._deciding(self, ahead) if ahead else {}
        levels = []
        for sku in skus:
            rule = rules.get(sku.id)
            extra = min(rule.backorder, targets[sku.id]) if rule else 0
            date = (rule.available_on or sku.available_on or None) if extra else None
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
