"""What one shop offers decides which other shop holds the last units: those have to hear of it."""

from odoo import models

_NOTHING = (None, False)


class EcChannel(models.Model):
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
        for company in self.company_id:
            if self.env["ec.stock.guard"]._any(company):
                channels = self.sudo().search([("company_id", "=", company.id)])
                self.env["ec.stock.signal"]._insert_channels(channels.ids)

    # === WHAT THE MALL SAYS OF ITS ITEMS === #

    def _store_listings(self, listings):
        """An item that is shown or hidden, comes back or is another product now decides who sells
        the last units."""
        listings = list(listings)
        guarded = self.env["ec.stock.guard"]._any(self.company_id)
        refs = [listing.ref for listing in listings]
        before = self._stock_on_offer(refs) if guarded else {}
        skus = super()._store_listings(listings)
        if guarded:
            after = self._stock_on_offer(refs)
            moved = {
                product_id
                for sku_id, offer in before.items()  # new ones are signalled by their matching
                if offer != after.get(sku_id, _NOTHING)
                for product_id, _sells in (offer, after.get(sku_id, _NOTHING))
                if product_id
            }
            products = self.env["product.product"].browse(sorted(moved)).exists()
            skus.browse()._signal_rivals(products, self.company_id)
        return skus

    def _stock_on_offer(self, refs):
        """What the items ``refs`` of this shop sell: {sku id: (product id, whether it does)}."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT sku.id, sku.product_id, sku.active AND sku.tracked AND listing.published
              FROM ec_listing_sku sku JOIN ec_listing listing ON listing.id = sku.listing_id
             WHERE listing.channel_id = %s AND listing.ref = ANY(%s)
            """,
            (self.id, refs),
        )
        return {sku_id: (product_id, sells) for sku_id, product_id, sells in self.env.cr.fetchall()}


class EcStockRule(models.Model):
    _inherit = "ec.stock.rule"

    def _signal(self):
        """A shop that keeps its last units back leaves them to another one."""
        result = super()._signal()
        self.channel_id._stock_rivals_signal()
        return result


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _signal(self):
        result = super()._signal()
        self._signal_rivals(self.product_id)
        return result

    def _after_match(self, products_before=None):
        result = super()._after_match(products_before)
        if products_before:
            self._signal_rivals(products_before)
        return result

    def _signal_rivals(self, products, companies=None):
        """Have all shops look at the goods of ``products`` that are, or were, listed here.

        Signalled by their parts, so that kits of the same parts are looked at too.
        """
        guards = self.env["ec.stock.guard"]
        for company in companies or self.company_id:
            if products and guards._any(company):
                shops = self.env["ec.channel"].sudo().search([("company_id", "=", company.id)])
                parts = products._ec_stock_sources()
                self.env["ec.stock.signal"]._insert(sorted(parts.ids), shops.ids)
