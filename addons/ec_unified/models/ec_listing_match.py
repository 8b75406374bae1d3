"""Finding out which product a mall's SKU is."""

import json

from odoo import Command, api, models
from odoo.tools import SQL

from ..lib.stock_math import pick_match


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    @api.model
    def _match(self, skus):
        """Match ``skus`` by SKU code, then barcode, in a constant number of queries.

        SKUs that are matched or ignored are left alone, so that a product's new code does not cut
        it off. Several candidates are never guessed at: they are listed for a person.

        :return: the SKUs that now have another product than before
        """
        skus = skus.filtered(lambda sku: sku.match_state in ("unmatched", "ambiguous"))
        if not skus:
            return skus
        before = {sku.id: sku.product_id.id for sku in skus}
        found = {sku_id: pick_match(*sets) for sku_id, sets in skus._match_candidates().items()}
        skus._store_matches(found)
        changed = skus.filtered(lambda sku: sku.product_id.id != before[sku.id])
        changed._after_match()
        return changed

    def _match_candidates(self):
        """Products each SKU could be.

        An item with one SKU that has no code of its own goes by the item's code. Codes are compared
        as typed, then again without case, full-width forms and outer blanks.

        :return: {sku id: (ids with the exact code, with a similar code, with the barcode)}
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH sku AS (
                    SELECT s.id, s.company_id, NULLIF(btrim(s.barcode), '') AS barcode,
                           COALESCE(NULLIF(btrim(s.sku_code), ''),
                               CASE WHEN (SELECT count(*) FROM ec_listing_sku other
                                           WHERE other.listing_id = s.listing_id
                                             AND other.active) = 1
                                    THEN NULLIF(btrim(l.code), '') END) AS code
                      FROM ec_listing_sku s JOIN ec_listing l ON l.id = s.listing_id
                     WHERE s.id = ANY(%(ids)s)
                ), product AS (
                    SELECT p.id, t.company_id, p.default_code, p.barcode,
                           lower(btrim(normalize(p.default_code, NFKC))) AS code
                      FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id
                     WHERE p.active
                ), hit AS (
                    SELECT sku.id AS sku_id, product.id AS product_id, product.company_id,
                           CASE WHEN product.default_code = sku.code THEN 0 ELSE 1 END AS way
                      FROM sku JOIN product ON product.code = lower(normalize(sku.code, NFKC))
                    UNION ALL
                    SELECT sku.id, product.id, product.company_id, 2
                      FROM sku JOIN product ON product.barcode = sku.barcode
                )
                SELECT hit.sku_id, hit.product_id, hit.way
                  FROM hit JOIN sku ON sku.id = hit.sku_id
                 WHERE hit.company_id IS NULL OR hit.company_id = sku.company_id
                """,
                ids=list(self.ids),
            )
        )
        candidates = {sku_id: (set(), set(), set()) for sku_id in self.ids}
        for sku_id, product_id, way in self.env.cr.fetchall():
            candidates[sku_id][way].add(product_id)
        return candidates

    def _match_to(self, products):
        """Match each of these SKUs to the product somebody chose for it; constant queries.

        :param dict products: {sku: product}
        """
        self.check_access("write")
        if not self:
            return
        self.flush_model()  # nothing written before may come after
        before = self.product_id
        self._store_matches({sku.id: (products[sku].id, ()) for sku in self}, state="manual")
        self._check_company(["product_id"])
        self._after_match(before)

    def _store_matches(self, found, state="auto"):
        """Write the outcome of a matching.

        :param dict found: {sku id: (product id or None, candidate ids)}
        :param state: how those with a product were matched
        """
        rows = [
            {
                "id": sku_id,
                "product_id": product_id,
                "state": state if product_id else "ambiguous" if candidates else "unmatched",
                "candidates": sorted(candidates),
            }
            for sku_id, (product_id, candidates) in found.items()
        ]
        data = json.dumps(rows)
        self.env.cr.execute(
            SQL(
                """
                UPDATE ec_listing_sku sku
                   SET product_id = r.product_id, match_state = r.state,
                       product_tmpl_id = p.product_tmpl_id, dirty = TRUE, uncertain = TRUE
                  FROM jsonb_to_recordset(%s::jsonb) AS r(id int, product_id int, state text)
                  LEFT JOIN product_product p ON p.id = r.product_id
                 WHERE sku.id = r.id
                   AND (sku.product_id IS DISTINCT FROM r.product_id
                        OR sku.match_state IS DISTINCT FROM r.state)
                """,
                data,
            )
        )
        self.env.cr.execute(
            SQL("DELETE FROM ec_listing_sku_candidate_rel WHERE sku_id = ANY(%s)", list(self.ids))
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ec_listing_sku_candidate_rel (sku_id, product_id)
                SELECT r.id, c.product_id::int
                  FROM jsonb_to_recordset(%s::jsonb) AS r(id int, candidates jsonb),
                       jsonb_array_elements_text(r.candidates) AS c(product_id)
                """,
                data,
            )
        )
        self.invalidate_recordset()
        self.env["product.product"].invalidate_model(["ec_sku_ids", "ec_sku_count"])

    def _after_match(self, products_before=None):
        """What follows from a new product: stock goes out, and orders that waited come again.

        :param products_before: products these SKUs had; those may be listed less often now
        """
        if not self:
            return
        matched = self.filtered("product_id")
        if products_before is not None:
            # Written by hand: the push has to send even if the number happens to be the same.
            self.sudo().write({"dirty": True, "uncertain": True})
            self._clear_candidates()
        matched._signal()
        if matched:
            self.env["ec.order.import"].sudo()._requeue_unknown(matched)

    def _clear_candidates(self):
        chosen = self.filtered(lambda sku: sku.product_id and sku.candidate_ids)
        if chosen:
            chosen.write({"candidate_ids": [Command.clear()]})

    # === BUTTONS === #

    def button_match(self):
        """Match the chosen SKUs by code and barcode; tells what did not match."""
        self.check_access("write")
        ignored = self.filtered(lambda sku: sku.match_state == "ignored")
        ignored.write({"match_state": "unmatched"})
        self._match(self)
        open_ = self.filtered(lambda sku: not sku.product_id)
        return self.env["ec.exchange"]._notify_client(
            self.env._(
                "%(matched)s SKUs are matched, %(open)s are not.",
                matched=len(self) - len(open_),
                open=len(open_),
            ),
            kind="warning" if open_ else "success",
        )

    def button_ignore(self):
        """These SKUs are sold without us: no stock, no reminder."""
        self.check_access("write")
        self.write({"match_state": "ignored", "product_id": False})

    def button_unmatch(self):
        """Undo the matching of these SKUs."""
        self.check_access("write")
        self.write({"match_state": "unmatched", "product_id": False})
