"""What a shop offers: its items read from the mall, matched to products."""

import json

from odoo import fields, models

_UPSERT_SKU = """
INSERT INTO ec_listing_sku AS s
       (listing_id, channel_id, company_id, ref, sku_code, barcode, name, price, tracked, extra,
        available_on, oversells, qty_mall, qty_mall_at, active, seen_at, match_state, stock_sync,
        dirty, uncertain,
        create_uid, create_date, write_uid, write_date)
SELECT r.listing_id, %(channel)s, %(company)s, r.ref, r.sku_code, r.barcode, r.name, r.price,
       r.tracked, r.extra, r.available_on, r.oversells,
       r.quantity, CASE WHEN r.quantity IS NOT NULL THEN %(now)s END,
       TRUE, %(now)s, 'unmatched', TRUE, TRUE, TRUE, %(uid)s, %(now)s, %(uid)s, %(now)s
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS r(listing_id int, ref text, sku_code text, barcode text, name text, price numeric,
            quantity int, tracked bool, extra jsonb, available_on date, oversells bool)
ON CONFLICT (listing_id, ref) DO UPDATE
   SET sku_code = excluded.sku_code, barcode = excluded.barcode, name = excluded.name,
       price = excluded.price, tracked = excluded.tracked, extra = excluded.extra,
       available_on = excluded.available_on, oversells = excluded.oversells,
       qty_mall = COALESCE(excluded.qty_mall, s.qty_mall),
       qty_mall_at = COALESCE(excluded.qty_mall_at, s.qty_mall_at),
       dirty = s.dirty OR NOT s.active OR (excluded.tracked AND NOT s.tracked)
               OR excluded.available_on IS DISTINCT FROM s.available_on,
       uncertain = s.uncertain OR NOT s.active OR (excluded.tracked AND NOT s.tracked),
       active = TRUE, seen_at = excluded.seen_at,
       match_state = CASE WHEN s.match_state = 'auto'
                           AND (s.sku_code, s.barcode)
                               IS NOT DISTINCT FROM (excluded.sku_code, excluded.barcode)
                          THEN 'auto'
                          WHEN s.match_state IN ('manual', 'ignored') THEN s.match_state
                          ELSE 'unmatched' END,
       write_date = excluded.write_date
RETURNING s.id
"""


class EcChannel(models.Model):
    _inherit = "ec.channel"

    listing_count = fields.Integer(compute="_compute_listing_counts", string="Listed SKUs (count)")
    unmatched_count = fields.Integer(compute="_compute_listing_counts", string="SKUs not matched")
    stock_error_count = fields.Integer(compute="_compute_listing_counts", string="SKUs refused")
    stock_pending_count = fields.Integer(
        compute="_compute_listing_counts", string="Quantities to be sent"
    )

    def _compute_listing_counts(self):
        groups = self.env["ec.listing.sku"]._read_group(
            [("channel_id", "in", self.ids)],
            ["channel_id", "match_state", "dirty", "error_kind"],
            ["__count"],
        )
        names = ("listing_count", "unmatched_count", "stock_error_count", "stock_pending_count")
        sums = {channel_id: dict.fromkeys(names, 0) for channel_id in self.ids}
        for channel, state, dirty, error, count in groups:
            row = sums[channel.id]
            row["listing_count"] += count
            row["unmatched_count"] += count if state in ("unmatched", "ambiguous") else 0
            row["stock_error_count"] += count if error else 0
            row["stock_pending_count"] += count if dirty and state in ("auto", "manual") else 0
        for channel in self:
            channel.update(sums.get(channel.id) or dict.fromkeys(names, 0))

    # === IMPORT === #

    def action_import_listings(self):
        """Read all items of these shops now and match them to products."""
        for channel in self._runnable("import_listings"):
            with channel._guard("import_listings") as go:
                if go:
                    channel._import_listings()
        return True

    def button_import_listings(self):
        """Ask for the items to be read, in the background."""
        self._check_manager()
        self._request_op("import_listings")
        return True

    def _import_listings(self):
        """Page by page; a killed run goes on after the last page that was committed.

        What the mall no longer lists is archived once every page was seen. Pages are committed one
        by one, each with the cursor of the next; repeating a page is harmless.
        """
        cursor = self._get_cursor("import_listings") or {}
        if not cursor.get("more"):
            cursor = {"started": fields.Datetime.to_string(fields.Datetime.now()), "page": None}
        for page in self._adapter()._fetch_listings(self, cursor["page"]):
            self._store_listings(page.listings)
            cursor = {**cursor, "page": page.cursor, "more": page.more}
            self._set_cursor("import_listings", cursor)
            if not self._commit(processed=len(page.listings)) and page.more:
                self._trigger_op("import_listings")
                return
        self._archive_unseen(fields.Datetime.to_datetime(cursor["started"]))
        self._set_cursor("import_listings", {**cursor, "page": None, "more": False})

    def _store_listings(self, listings):
        """Insert or update one page of items with their SKUs, then match: constant queries.

        :param listings: iterable of ``lib.data.ListingData``
        :return: the SKUs of the page
        """
        listings = {listing.ref: listing for listing in listings}
        if not listings:
            return self.env["ec.listing.sku"]
        ids = self.env["ec.listing"]._upsert(self, listings.values())
        skus = self.env["ec.listing.sku"]._upsert(
            self, [(ids[ref], sku) for ref, listing in listings.items() for sku in listing.skus]
        )
        skus._match(skus)
        return skus

    def _archive_unseen(self, started):
        """Archive what a complete reading did not show. An empty answer is taken for a fault."""
        gone = self.env["ec.listing.sku"].search(
            [("channel_id", "=", self.id), ("seen_at", "<", started)]
        )
        seen = self.env["ec.listing.sku"].search_count(
            [("channel_id", "=", self.id), ("seen_at", ">=", started)], limit=1
        )
        if not seen:
            return
        gone.write({"active": False})
        self.env["ec.listing"].search(
            [("channel_id", "=", self.id), ("seen_at", "<", started)]
        ).write({"active": False})

    def _upsert_params(self, rows):
        return {
            "channel": self.id,
            "company": self.company_id.id,
            "rows": json.dumps(rows),
            "now": fields.Datetime.now(),
            "uid": self.env.uid,
        }


class EcListing(models.Model):
    _inherit = "ec.listing"

    def _upsert(self, channel, listings):
        """Insert or update the items of a page in one statement.

        :param listings: iterable of ``lib.data.ListingData``, each ref once
        :return: {ref: listing id}
        """
        rows = [
            {
                "ref": listing.ref,
                "code": listing.code,
                "name": listing.title,
                "url": listing.url,
                "published": listing.published,
                "tax_rate": None if listing.tax_rate is None else str(listing.tax_rate),
            }
            for listing in listings
        ]
        self.flush_model()
        self.env.cr.execute(
            """
            INSERT INTO ec_listing AS l
                   (channel_id, company_id, ref, code, name, url, published, tax_rate, active,
                    seen_at, create_uid, create_date, write_uid, write_date)
            SELECT %(channel)s, %(company)s, r.ref, r.code, r.name, r.url, r.published, r.tax_rate,
                   TRUE, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM jsonb_to_recordset(%(rows)s::jsonb)
                   AS r(ref text, code text, name text, url text, published bool, tax_rate numeric)
            ON CONFLICT (channel_id, ref) DO UPDATE
               SET code = excluded.code, name = excluded.name, url = excluded.url,
                   published = excluded.published, tax_rate = excluded.tax_rate, active = TRUE,
                   seen_at = excluded.seen_at, write_date = excluded.write_date
            RETURNING l.ref, l.id
            """,
            channel._upsert_params(rows),
        )
        ids = dict(self.env.cr.fetchall())
        self.invalidate_model()
        return ids


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _upsert(self, channel, pairs):
        """Insert or update SKUs in one statement.

        A SKU whose code or barcode changed at the mall is matched anew, unless a person matched it;
        one that came back or is counted again gets its quantity sent.

        :param pairs: (listing id, ``lib.data.ListingSkuData``)
        :return: the SKUs
        """
        unique = {(listing_id, sku.ref): sku for listing_id, sku in pairs}
        rows = [
            {
                "listing_id": listing_id,
                "ref": ref,
                "sku_code": sku.sku_code,
                "barcode": sku.barcode,
                "name": sku.name,
                "price": None if sku.price is None else str(sku.price),
                "quantity": sku.quantity,
                "tracked": sku.tracked,
                "available_on": sku.available_on and sku.available_on.isoformat(),
                "oversells": sku.oversells,
                "extra": sku.extra or None,
            }
            for (listing_id, ref), sku in unique.items()
        ]
        self.flush_model()
        self.env.cr.execute(_UPSERT_SKU, channel._upsert_params(rows))
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.invalidate_model()
        return self.browse(ids)
