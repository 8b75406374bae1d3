"""The free quantity of a kit: how many can be put together from the parts."""

from odoo import api, models
from odoo.tools import SQL, float_round


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _ec_stock_dependents(self, product_ids):
        """Kits follow their parts, on any number of levels; one query."""
        found = super()._ec_stock_dependents(product_ids)
        if not found:
            return found
        for model in ("mrp.bom", "mrp.bom.line", "product.product"):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH RECURSIVE affected(id) AS (
                    SELECT unnest(%s::int[])
                    UNION
                    SELECT kit.id
                      FROM affected
                      JOIN mrp_bom_line line ON line.product_id = affected.id
                      JOIN mrp_bom bom ON bom.id = line.bom_id
                                      AND bom.active AND bom.type = 'phantom'
                      JOIN product_product kit
                        ON kit.id = bom.product_id
                        OR (bom.product_id IS NULL AND kit.product_tmpl_id = bom.product_tmpl_id)
                ) SELECT id FROM affected
                """,
                list(found),
            )
        )
        return found | {row[0] for row in self.env.cr.fetchall()}

    def _ec_stock_kept(self):
        """Kits with at least one part that is kept in stock have a quantity."""
        kept = super()._ec_stock_kept()
        recipes = self._ec_recipes()
        kits = self.browse(recipes)
        return (kept - kits) | kits.filtered(lambda kit: recipes[kit.id])

    def _ec_stock_sources(self):
        """The parts in place of the kits, on all levels."""
        recipes = self._ec_recipes()
        rest = self - self.browse(recipes)
        parts = {part_id for parts in recipes.values() for part_id in parts}
        return super(ProductProduct, rest)._ec_stock_sources() | self.browse(parts)

    def _ec_stock_parts(self):
        return {**super()._ec_stock_parts(), **self._ec_recipes()}

    @api.model
    def _ec_spread_taken(self, taken):
        """A kit that is sold takes its parts."""
        recipes = self.browse(taken)._ec_recipes()
        spread = {}
        for product_id, quantity in taken.items():
            for part_id, needed in recipes.get(product_id, {product_id: 1.0}).items():
                spread[part_id] = spread.get(part_id, 0.0) + needed * quantity
        return super()._ec_spread_taken(spread)

    def _ec_free_quantities(self, location_domain, taken=None):
        """Kits: whole sets that can be made of what is free of each part."""
        recipes = self._ec_recipes()
        if not recipes:
            return super()._ec_free_quantities(location_domain, taken)
        kits = self.browse(recipes)
        parts = self.browse({part_id for parts in recipes.values() for part_id in parts})
        free = super(ProductProduct, (self - kits) | parts)._ec_free_quantities(
            location_domain, taken
        )
        quantities = {product.id: free[product.id] for product in self - kits}
        for kit_id, recipe in recipes.items():
            sets = [free[part_id] / needed for part_id, needed in recipe.items()]
            whole = float_round(min(sets, default=0.0), precision_digits=6)
            quantities[kit_id] = max(float(whole // 1), 0.0)
        return quantities

    # === RECIPES === #

    def _ec_recipes(self):
        """What one unit of each kit among these takes: two queries per level.

        Parts whose stock is not kept do not limit anything and are left out.

        :return: {kit id: {part id: quantity in the part's unit}}; plain products are absent
        :rtype: dict[int, dict[int, float]]
        """
        boms, wave = {}, self.sudo()
        while wave:
            found = (
                self.env["mrp.bom"]
                .sudo()
                ._bom_find(wave, company_id=self.env.company.id, bom_type="phantom")
            )
            found = {product: found[product] for product in wave if found.get(product)}
            boms.update(found)
            parts = self.union(*(bom.bom_line_ids.product_id for bom in found.values()))
            wave = parts.sudo() - self.union(*boms).sudo()
        flat = {}
        for product in self:
            if product in boms:
                flat[product.id] = self._ec_flatten(product.sudo(), boms, {})
        return flat

    @api.model
    def _ec_flatten(self, kit, boms, above):
        """Parts of one unit of ``kit`` with the kits among them taken apart.

        :param dict above: kits being taken apart, so that a circle ends
        """
        bom = boms[kit]
        made = bom.product_uom_id._compute_quantity(bom.product_qty, kit.uom_id, round=False)
        recipe = {}
        for line in bom.bom_line_ids:
            part = line.product_id
            if line._skip_bom_line(kit) or not line.product_qty or not made or part in above:
                continue
            needed = line.product_uom_id._compute_quantity(
                line.product_qty, part.uom_id, round=False, raise_if_failure=False
            )
            needed /= made
            below = {part.id: 1.0} if part.is_storable else {}
            if part in boms:
                below = self._ec_flatten(part, boms, {**above, kit: True})
            for part_id, quantity in below.items():
                recipe[part_id] = recipe.get(part_id, 0.0) + quantity * needed
        return recipe
