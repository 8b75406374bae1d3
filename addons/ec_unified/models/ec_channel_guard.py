"""The last-unit guard at work: which shop holds the last units, and how they change hands."""

from dataclasses import replace

from odoo import fields, models

from ..lib.data import StockResult
from ..lib.errors import ConflictError
from ..lib.stock_math import Holder, decide, pick_holder, whole_units
from .ec_channel import WRITING_STATES
from .ec_channel_push import LAST_UNITS_MOVED
from .ec_listing_sku import MATCHED_STATES


class EcChannel(models.Model):
    """The holder is computed from facts every shop sees alike, so that all of them agree without
    talking to each other. When the last units change hands, the new shop shows them only after the
    old one confirmed its zero: for a moment nobody offers them, never two.
    """

    _inherit = "ec.channel"

    def _stock_policies(self, skus):
        policies = super()._stock_policies(skus)
        limits = self.env["ec.stock.guard"]._thresholds(self.company_id, skus.product_id)
        for sku in skus if limits else ():
            if sku.product_id.id in limits:
                units = limits[sku.product_id.id][1]
                policies[sku.id] = replace(policies[sku.id], guard=units)
        return policies

    def _stock_last_holders(self, skus, free, policies, parsed=None):
        """The last units of a part are the last ones of every kit that needs it, so what decides is
        the shelf: a shop shows a product only if it holds all that is scarce in it."""
        holders = super()._stock_last_holders(skus, free, policies, parsed)
        parts = skus.product_id._ec_stock_parts()
        scarce = self._stock_scarce({part for recipe in parts.values() for part in recipe}, free)
        if not scarce:
            return holders
        holding = self._stock_part_holders(scarce, parsed)
        listing = self._stock_last_listings(scarce, parsed)
        for sku in skus:
            found = [holding[part] for part in parts[sku.product_id.id] if part in holding]
            if not found:
                continue
            holders[sku.id] = Holder(
                shop=next((shop for shop in found if shop != self.id), self.id),
                sku=listing.get(sku.id),
            )
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

    def _stock_part_holders(self, scarce, parsed=None):
        """The shop that shows what is left of each scarce product: {product id: shop id}.

        :param dict scarce: as ``_stock_scarce`` returns it
        """
        favoured = set(self._stock_favoured(self.company_id).ids)
        able = self._stock_able_shops(scarce, parsed)
        together = self._stock_together(scarce)
        holding = {}
        for part, (guard, listed) in scarce.items():
            inline = sorted(listed, key=lambda channel: (channel.sequence, channel.id))
            shops = [channel.id for channel in inline]
            shops = [shop for shop in shops if (part, shop) in able] or shops
            slot = guard._slot()
            if slot is not None and part not in together:
                slot += part  # not all products move at once
            holder = pick_holder(shops, favoured=favoured, slot=slot) or self.id
            if holder == self.id:
                own = listed.get(self, self.env["ec.listing.sku"])
                holder = self._stock_still_held(own, listed) or self.id
            holding[part] = holder
        return holding

    def _stock_able_shops(self, scarce, parsed=None):
        """Shops that would show some of the last units if they held them: {(product id, shop id)}.

        One that would not (its rule keeps them back, its warehouses have none, its mall goes down)
        would only keep them from the others.
        """
        listed = {}
        for _guard, shops in scarce.values():
            for channel, skus in shops.items() if len(shops) > 1 else ():
                listed[channel] = listed.get(channel, skus.browse()) | skus
        showing = {
            channel: channel._stock_would_show(skus, parsed) for channel, skus in listed.items()
        }
        return {
            (part, channel.id)
            for part, (_guard, shops) in scarce.items()
            for channel, skus in shops.items()
            if channel in showing and skus & showing[channel]
        }

    def _stock_would_show(self, skus, parsed=None):
        """The SKUs among these of this shop that would sell something, the guard left aside."""
        return skus.browse() if self._stock_is_closed() else self._stock_for_sale(skus, parsed)

    def _stock_for_sale(self, skus, parsed=None):
        """The SKUs among these of this shop that buyers see and that have a number by their rule.

        What is not published would keep the last units from everybody.
        """
        products = skus.product_id
        free = self._stock_free(products | products._ec_stock_sources(), parsed)
        policies = self._stock_less_owed(skus, free, self._stock_policies(skus))
        return skus.filtered(
            lambda sku: sku.published and decide(free[sku.product_id.id], policies[sku.id]).quantity
        )

    def _stock_last_listings(self, scarce, parsed=None):
        """Goods this shop lists twice: which of the listings shows what is left, all of it.

        The oldest that is for sale. Until the others have confirmed their zero it shows nothing.

        :param dict scarce: as ``_stock_scarce`` returns it
        :return: {sku id: id of the SKU that shows the last units}; goods listed once are absent
        :rtype: dict
        """
        own = self.env["ec.listing.sku"].sudo()
        own = own.union(*(listed[self] for _guard, listed in scarce.values() if self in listed))
        doubles = [skus for skus in own.grouped("product_id").values() if len(skus) > 1]
        if not doubles:
            return {}
        able = self._stock_for_sale(own.union(*doubles), parsed)
        chosen = {}
        for skus in doubles:
            first = (skus & able or skus).sorted("id")[:1]
            chosen.update(dict.fromkeys(skus.ids, first.id))
            others = (skus - first).filtered(lambda sku: sku._stock_may_show())
            if others and not (first.qty_sent_at and first.qty_sent > 0):
                chosen[first.id] = others[:1].id
        return chosen

    def _stock_together(self, scarce):
        """Products that are parts of one kit with others: their turns change at the same time, else
        no shop might ever hold all that the kit needs."""
        if all(guard.choice != "turn" for guard, _listed in scarce.values()):
            return set()
        products = self.env["product.product"].browse(scarce)
        family = products.browse(products._ec_stock_dependents(products.ids))
        recipes = family._ec_stock_parts().values()
        return {part for recipe in recipes if len(recipe) > 1 for part in recipe}

    def _stock_rivals(self, parts):
        """Shops that list the same goods and keep them in step, this one included.

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
                    # What the mall does not know it sells to nobody.
                    ("error_reason", "not in", ["not_found"]),
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
            for sku in listed.filtered(lambda sku, of=policies: of[sku.id].sync):
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

    def _stock_write(self, run, skus, targets, levels, key):
        """Two shops that looked at the same moment may each have seen the other show nothing. Both
        have said by now that they are about to show something (``uncertain``), so at least one of
        them sees it when it looks again, and waits."""
        last = skus.filtered(lambda sku: sku.id in run.last and targets[sku.id])
        if not last:
            return super()._stock_write(run, skus, targets, levels, key)
        again = self._stock_targets(last, run.parsed)
        moved = last.filtered(lambda sku: again.get(sku.id) != targets[sku.id])
        moved._stock_not_told(run.told)
        self._commit()
        pairs = list(zip(skus, levels, strict=True))
        staying = [level for sku, level in pairs if sku not in moved]
        results = [
            StockResult(
                key=level.key,
                ok=False,
                error=ConflictError("the last units moved", reason=LAST_UNITS_MOVED),
            )
            for sku, level in pairs
            if sku in moved
        ]
        if staying:
            results += super()._stock_write(run, skus - moved, targets, staying, key)
        return results

    def _stock_note(self, run, seen, keys, targets, results):
        """A confirmed zero lets those that wait for the last units show them; so does an SKU that
        the mall does not know."""
        super()._stock_note(run, seen, keys, targets, results)
        lost = {
            (result.key.item_ref, result.key.ref)
            for result in results
            if getattr(result.error, "reason", None) == "not_found"
        }
        empty = [
            sku_id
            for sku_id, key in keys.items()
            if not targets[sku_id] or (key.item_ref, key.ref) in lost
        ]
        if not empty or not self.env["ec.stock.guard"]._any(self.company_id):
            return
        products = self.env["ec.listing.sku"].browse(empty).product_id
        self._stock_wake_waiting(products)

    def _stock_wake_waiting(self, products):
        """Have those look again that may wait for the last units of ``products`` shown here."""
        # Signalled by their parts, so that kits of the same parts are looked at too.
        parts = products._ec_stock_sources()
        family = parts.browse(parts._ec_stock_dependents(parts.ids))
        if not self.env["ec.stock.guard"]._thresholds(self.company_id, family):
            return
        others = self.sudo().search(
            [("company_id", "=", self.company_id.id), ("id", "!=", self.id)]
        )
        if others:
            self.env["ec.stock.signal"]._insert(sorted(parts.ids), others.ids)
        groups = self.env["ec.listing.sku"]._read_group(
            [("channel_id", "=", self.id), ("product_id", "in", products.ids)],
            ["product_id"],
            having=[("__count", ">", 1)],
        )
        if groups:
            doubles = products.union(*(product for (product,) in groups))
            self.env["ec.stock.signal"]._insert(doubles.ids, self.ids)


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _stock_not_told(self, told):
        """The write of these was called off: what was about to be told is forgotten.

        :param dict told: {sku id: lib.stock_math.Told} before
        """
        for sku in self:
            if sku.id in told:
                sku.qty_tried = list(told[sku.id].tried) or False

    def _stock_may_show(self):
        """Whether the mall may show units of this SKU because of us, as far as known."""
        in_doubt = bool(self.push_key) and self.uncertain and not self.error_kind
        return in_doubt or (bool(self.qty_sent_at) and self.qty_sent > 0)
