"""What the shop says about its products and quantities, by notification."""

from odoo import fields, models

from ..lib.listings import fetch_listings


class EcChannel(models.Model):
    _inherit = "ec.channel"

    def _shopify_levels_news(self, payloads):
        """The SKUs whose quantity the shop says to be another than the one we wrote last.

        Our own push comes back as a notification for every SKU and location. One that differs
        counts whatever else came: notifications arrive in any order, so none is the newest.

        :param payloads: what was kept of the notifications
        """
        spoken = {}
        for payload in payloads:
            if payload.get("item_ref"):
                level = (payload.get("location_ref"), payload.get("available"))
                spoken.setdefault(payload["item_ref"], set()).add(level)
        skus = self._shopify_skus_of(spoken) if spoken else self.env["ec.listing.sku"]
        if not skus:
            return skus
        places = self._shopify_stock_locations().mapped("gid")
        return skus.filtered(
            lambda sku: any(
                sku._shopify_is_news(place, available, places)
                for place, available in spoken[sku.extra["inventory_item_id"]]
            )
        )

    def _shopify_skus_of(self, item_refs):
        """The SKUs of these inventory items; one query."""
        self.env["ec.listing.sku"].flush_model(["extra"])
        self.env.cr.execute(
            """
            SELECT id FROM ec_listing_sku
             WHERE channel_id = %s AND active AND extra ? 'inventory_item_id'
               AND extra ->> 'inventory_item_id' = ANY(%s)
            """,
            (self.id, list(item_refs)),
        )
        return self.env["ec.listing.sku"].browse(row[0] for row in self.env.cr.fetchall())

    def _shopify_levels_changed(self, payloads):
        """Have the quantities the shop spoke of compared, unless they are what we wrote."""
        self._shopify_levels_news(payloads)._stock_look_again()

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


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    # A push of all stock comes back as one notification per SKU, each asking for its SKU.
    _shopify_item_index = models.Index(
        "(channel_id, (extra ->> 'inventory_item_id')) WHERE extra ? 'inventory_item_id'"
    )

    def _shopify_is_news(self, place, available, places):
        """Whether ``available`` at ``place`` is not what we wrote there last.

        :param places: ids of the locations we write to; others are left alone
        """
        if place is not None and place not in places:
            return False
        if available is None or not self.qty_sent_at or self.uncertain:
            return True
        if place is None:
            return len(places) > 1 or self.qty_sent != available
        told = self.places_sent or {places[0]: self.qty_sent}
        return available != told.get(place, 0)
