"""What the shop says about its products and quantities, by notification."""

from odoo import fields, models

from ..lib.listings import fetch_listings


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _shopify_is_echo(self, item_ref, available):
        """Whether a quantity is the one we wrote last: our own push comes back as a notification.

        With several locations only the sum is known here, so nothing is taken for an echo.
        """
        if available is None or len(self._shopify_stock_locations()) > 1:
            return False
        skus = self._shopify_skus_of([item_ref])
        return bool(skus) and all(
            sku.qty_sent_at and not sku.uncertain and sku.qty_sent == available for sku in skus
        )

    def _shopify_skus_of(self, item_refs):
        """The SKUs of these inventory items; one query."""
        self.env["ec.listing.sku"].flush_model(["extra"])
        self.env.cr.execute(
            """
            SELECT id FROM ec_listing_sku
             WHERE channel_id = %s AND active AND extra ->> 'inventory_item_id' = ANY(%s)
            """,
            (self.id, list(item_refs)),
        )
        return self.env["ec.listing.sku"].browse(row[0] for row in self.env.cr.fetchall())

    def _shopify_levels_changed(self, payloads):
        """Have the quantities the shop spoke of compared, unless they are what we wrote."""
        refs = {}
        for payload in payloads:
            if payload.get("item_ref"):
                refs[payload["item_ref"]] = payload.get("available")
        if not refs:
            return
        skus = self._shopify_skus_of(refs)
        several = len(self._shopify_stock_locations()) > 1
        skus.filtered(
            lambda sku: (
                several
                or sku.uncertain
                or sku.qty_sent != refs.get((sku.extra or {}).get("inventory_item_id"))
            )
        )._stock_look_again()

    def _shopify_products_changed(self, payloads):
        """Read the products anew that the shop spoke of; those it deleted are archived here."""
        refs = list(dict.fromkeys(p["product_ref"] for p in payloads if p.get("product_ref")))
        if not refs:
            return
        started = fields.Datetime.now()
        listings = fetch_listings(self._adapter()._client(self), refs)
        self._store_listings(listings)
        gone = set(refs) - {listing.ref for listing in listings}
        stale = [("channel_id", "=", self.id), ("listing_id.ref", "in", refs)]
        skus = self.env["ec.listing.sku"].search(
            [*stale, "|", ("seen_at", "=", False), ("seen_at", "<", started)]
        )
        if skus:
            skus.write({"active": False})  # deleted products, and variants that were taken away
        self.env["ec.listing"].search(
            [("channel_id", "=", self.id), ("ref", "in", list(gone))]
        ).write({"active": False})
