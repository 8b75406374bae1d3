"""The last-unit guard at work: which shop holds the last units, and how they change hands."""

from dataclasses import replace

from odoo import fields, models

from ..lib.stock_math import guarded, pick_holder
from .ec_channel import WRITING_STATES
from .ec_listing_sku import MATCHED_STATES


class EcChannel(models.Model):
    """The holder is computed from facts every shop sees alike, so that all of them agree without
    talking to each other. When the last units change hands, the new shop shows them only after the
    old one confirmed its zero: for a moment nobody offers them, never two.
    """

    _inherit = "ec.channel"

    def _stock_settings(self):
        return super()._stock_settings() | {"sequence"}

    def write(self, vals):
        result = super().write(vals)
        if {"sequence", "state", "active", "warehouse_ids"} & vals.keys():
            self._stock_rivals_signal()
        return result

    def _stock_rivals_signal(self):
        """A shop that comes, goes or moves up decides who of the others holds the last units."""
        guards = self.env["ec.stock.guard"].sudo()
        for company in self.company_id:
            if guards.search_count([("company_id", "=", company.id)], limit=1):
                channels = self.sudo().search([("company_id", "=", company.id)])
                self.env["ec.stock.signal"]._insert_channels(channels.ids)

    def _stock_policies(self, skus):
        policies = super()._stock_policies(skus)
        limits = self.env["ec.stock.guard"]._thresholds(self.company_id, skus.product_id)
        for sku in skus if limits else ():
            if sku.product_id.id in limits:
                units = limits[sku.product_id.id][1]
                policies[sku.id] = replace(policies[sku.id], guard=units)
        return policies

    def _stock_last_holders(self, skus, free, policies):
        holders = super()._stock_last_holders(skus, free, policies)
        low = skus.filtered(lambda sku: guarded(free[sku.product_id.id], policies[sku.id]))
        if not low:
            return holders
        guards = self.env["ec.stock.guard"]._thresholds(self.company_id, low.product_id)
        rivals = self._stock_rivals(low.product_id)
        favoured = set(self._stock_favoured(self.company_id).ids)
        for product, own in low.grouped("product_id").items():
            listed = rivals.get(product.id, {})
            guard = guards[product.id][0]
            shops = [channel.id for channel in sorted(listed, key=lambda c: (c.sequence, c.id))]
            slot = guard._slot()
            slot = None if slot is None else slot + product.id  # not all products move at once
            holder = pick_holder(shops, favoured=favoured, slot=slot) or self.id
            if holder == self.id:
                holder = self._stock_still_held(own, listed) or self.id
            holders.update(dict.fromkeys(own.ids, holder))
        return holders

    def _stock_rivals(self, products):
        """Shops that could show the same goods, this one included.

        :return: {product id: {channel: its SKUs}}
        :rtype: dict
        """
        skus = self.env["ec.listing.sku"].sudo().search(
            [
                ("product_id", "in", products.ids),
                ("company_id", "=", self.company_id.id),
                ("match_state", "in", MATCHED_STATES),
                ("stock_sync", "=", True),
                ("tracked", "=", True),
                ("channel_id.active", "=", True),
                ("channel_id.state", "in", WRITING_STATES),
            ]
        )
        own = self._stock_warehouses()
        found = {}
        for channel, listed in skus.grouped("channel_id").items():
            if channel != self and not channel._stock_warehouses() & own:
                continue
            policies = self.env["ec.stock.rule"].sudo()._policies(channel, listed)
            closed = channel._stock_is_closed()
            for sku in listed:
                if channel == self or (policies[sku.id].sync and not closed):
                    per_shop = found.setdefault(sku.product_id.id, {})
                    per_shop[channel] = per_shop.get(channel, skus.browse()) | sku
        return found

    def _stock_is_closed(self):
        """Hook: whether this shop cannot hold last units now (maintenance)."""
        return False

    def _stock_still_held(self, own, listed):
        """The other shop that still shows the units this one is to take over, or None.

        A shop that shows them already keeps them: then nothing changes hands.
        """
        if any(sku.qty_sent > 0 and sku.qty_sent_at for sku in own):
            return None
        for channel, skus in listed.items():
            if channel.id != self.id and any(sku._stock_may_show() for sku in skus):
                return channel.id
        return None

    def _stock_favoured(self, company):
        """Shops whose mall has a sale on now."""
        now = fields.Datetime.now()
        sales = self.env["ec.channel.sale"].sudo().search(
            [("company_id", "=", company.id), ("start_at", "<=", now), ("end_at", ">", now)]
        )
        return sales.channel_id

    def _stock_note(self, run, seen, keys, targets, results):
        """A confirmed zero lets the shop that waits for the last units show them."""
        super()._stock_note(run, seen, keys, targets, results)
        empty = [sku_id for sku_id in keys if not targets[sku_id]]
        if not empty:
            return
        products = self.env["ec.listing.sku"].browse(empty).product_id
        limits = self.env["ec.stock.guard"]._thresholds(self.company_id, products)
        others = self.sudo().search(
            [("company_id", "=", self.company_id.id), ("id", "!=", self.id)]
        )
        if limits and others:
            self.env["ec.stock.signal"]._insert(sorted(limits), others.ids)


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _stock_may_show(self):
        """Whether the mall may show units of this SKU, as far as known."""
        if not self.qty_sent_at:
            return False
        return self.qty_sent > 0 or (self.uncertain and not self.error_kind)
