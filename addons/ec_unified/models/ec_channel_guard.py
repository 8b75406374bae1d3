"""The last-unit guard at work: which shop holds the last units, and how they change hands."""

from dataclasses import replace

from odoo import fields, models

from ..lib.stock_math import pick_holder, whole_units
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
        """The last units of a part are the last ones of every kit that needs it, so what decides is
        the shelf: a shop shows a product only if it holds all that is scarce in it."""
        holders = super()._stock_last_holders(skus, free, policies)
        parts = skus.product_id._ec_stock_parts()
        scarce = self._stock_scarce({part for recipe in parts.values() for part in recipe}, free)
        if not scarce:
            return holders
        holding = self._stock_part_holders(scarce)
        for sku in skus:
            found = [holding[part] for part in parts[sku.product_id.id] if part in holding]
            if not found:
                continue
            holders[sku.id] = next((shop for shop in found if shop != self.id), self.id)
            policy = policies[sku.id]
            units = max(policy.guard, whole_units(free[sku.product_id.id]))
            policies[sku.id] = replace(policy, guard=units)
        return holders

    def _stock_scarce(self, part_ids, free):
        """Products on the shelves of which the last units are left, for themselves or for a kit.

        :param part_ids: ids of products that lie on the shelves
        :param dict free: free quantity per product id
        :return: {product id: (guard, {channel: SKUs that need it})}
        :rtype: dict
        """
        guards = self.env["ec.stock.guard"]
        products = self.env["product.product"].browse(part_ids)
        family = (
            products.browse(products._ec_stock_dependents(products.ids))
            if guards._any(self.company_id)
            else products.browse()
        )
        limits = guards._thresholds(self.company_id, family)
        needs = {}  # {part: {product that needs it: how much}}
        for product_id, recipe in family.browse(limits)._ec_stock_parts().items():
            units = limits[product_id][1]
            for part, needed in recipe.items():
                if part in part_ids and 0 < whole_units(free[part] / needed) <= units:
                    needs.setdefault(part, {})[product_id] = needed
        if not needs:
            return {}
        rivals = self._stock_rivals(products.browse(needs))
        scarce = {}
        for part, wanted in needs.items():
            listed = rivals.get(part, {})
            offered = {sku.product_id.id for skus in listed.values() for sku in skus}
            # A kit nobody offers makes nothing scarce.
            deciding = [product_id for product_id in sorted(wanted) if product_id in offered]
            if deciding:
                first = part if part in deciding else deciding[0]
                scarce[part] = (limits[first][0], listed)
        return scarce

    def _stock_part_holders(self, scarce):
        """The shop that shows what is left of each scarce product: {product id: shop id}.

        :param dict scarce: as ``_stock_scarce`` returns it
        """
        favoured = set(self._stock_favoured(self.company_id).ids)
        holding = {}
        for part, (guard, listed) in scarce.items():
            shops = [channel.id for channel in sorted(listed, key=lambda c: (c.sequence, c.id))]
            slot = guard._slot()
            slot = None if slot is None else slot + part  # not all products move at once
            holder = pick_holder(shops, favoured=favoured, slot=slot) or self.id
            if holder == self.id:
                own = listed.get(self, self.env["ec.listing.sku"])
                holder = self._stock_still_held(own, listed) or self.id
            holding[part] = holder
        return holding

    def _stock_rivals(self, parts):
        """Shops that could show the same goods, this one included.

        :param parts: products on the shelves; kits that need them count as well
        :return: {product id: {channel: its SKUs that need the product}}
        :rtype: dict
        """
        family = parts.browse(parts._ec_stock_dependents(parts.ids))
        recipes = family._ec_stock_parts()
        skus = (
            self.env["ec.listing.sku"]
            .sudo()
            .search(
                [
                    ("product_id", "in", family.ids),
                    ("company_id", "=", self.company_id.id),
                    ("match_state", "in", MATCHED_STATES),
                    ("stock_sync", "=", True),
                    ("tracked", "=", True),
                    ("channel_id.active", "=", True),
                    ("channel_id.state", "in", WRITING_STATES),
                ]
            )
        )
        own = self._stock_warehouses()
        found = {}
        for channel, listed in skus.grouped("channel_id").items():
            if channel != self and not channel._stock_warehouses() & own:
                continue
            policies = self.env["ec.stock.rule"].sudo()._policies(channel, listed)
            closed = channel._stock_is_closed()
            for sku in listed:
                if channel != self and (closed or not policies[sku.id].sync):
                    continue
                for part in recipes[sku.product_id.id]:
                    per_shop = found.setdefault(part, {})
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
        sales = (
            self.env["ec.channel.sale"]
            .sudo()
            .search(
                [("company_id", "=", company.id), ("start_at", "<=", now), ("end_at", ">", now)]
            )
        )
        return sales.channel_id

    def _stock_note(self, run, seen, keys, targets, results):
        """A confirmed zero lets the shop that waits for the last units show them."""
        super()._stock_note(run, seen, keys, targets, results)
        empty = [sku_id for sku_id in keys if not targets[sku_id]]
        if not empty:
            return
        guards = self.env["ec.stock.guard"]
        others = self.sudo().search(
            [("company_id", "=", self.company_id.id), ("id", "!=", self.id)]
        )
        if others and guards._any(self.company_id):
            # Signalled by their parts, so that kits of the same parts are looked at too.
            products = self.env["ec.listing.sku"].browse(empty).product_id
            parts = products._ec_stock_sources()
            family = parts.browse(parts._ec_stock_dependents(parts.ids))
            if guards._thresholds(self.company_id, family):
                self.env["ec.stock.signal"]._insert(sorted(parts.ids), others.ids)


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _stock_may_show(self):
        """Whether the mall may show units of this SKU, as far as known."""
        if not self.qty_sent_at:
            return False
        return self.qty_sent > 0 or (self.uncertain and not self.error_kind)
