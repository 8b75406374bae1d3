"""Turns of the last units: kits share a shelf with their parts and with each other."""

from odoo import models


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _stock_clock_last_units(self):
        """A kit in one shop and its part in another are listed once each, and still take turns."""
        result = super()._stock_clock_last_units()
        guards = self.env["ec.stock.guard"].search([("mode", "!=", "off")])
        for company in guards.company_id:
            self.env.cr.execute(
                """
                SELECT DISTINCT sku.product_id FROM ec_listing_sku sku
                  JOIN product_product product ON product.id = sku.product_id
                  JOIN mrp_bom bom ON bom.product_tmpl_id = product.product_tmpl_id
                                  AND bom.type = 'phantom' AND bom.active
                 WHERE sku.active AND sku.company_id = %s
                """,
                (company.id,),
            )
            kits = self.env["product.product"].browse([row[0] for row in self.env.cr.fetchall()])
            channels = self.search([("company_id", "=", company.id)])
            channel = channels[:1].with_company(company)
            parts = kits.with_env(channel.env)._ec_stock_sources()
            if not parts or not channel:
                continue
            scarce = channel._stock_scarce(set(parts.ids), channel._stock_free(parts))
            if scarce:
                self.env["ec.stock.signal"]._insert(sorted(scarce), channels.ids)
        return result
