"""Suggestions for SKUs without a code that fits: by likeness of the names."""

from odoo import fields, models

from ..lib.name_match import NameIndex


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    suggest_product_id = fields.Many2one(
        "product.product",
        string="Suggested product",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    suggest_score = fields.Float(string="Likeness", readonly=True, copy=False)

    def button_suggest(self):
        """Suggest products for those of these SKUs that are not matched. Nothing is matched yet."""
        self.check_access("write")
        found = self._suggest()
        return self.env["ec.exchange"]._notify_client(
            self.env._("%(found)s of %(all)s SKUs have a suggestion.", found=found, all=len(self)),
            kind="success" if found else "warning",
        )

    def _suggest(self):
        """Find suggestions; the names of all products are read once per company.

        :return: number of SKUs with a suggestion
        """
        open_ = self.filtered(lambda sku: sku.match_state in ("unmatched", "ambiguous"))
        count = 0
        for company, skus in open_.grouped("company_id").items():
            products = self.env["product.product"].search_fetch(
                [("company_id", "in", [False, company.id]), ("type", "=", "consu")],
                ["product_tmpl_id", "product_template_variant_value_ids"],
            )
            index = NameIndex((product.id, self._product_words(product)) for product in products)
            found = {}
            for sku in skus:
                title = " ".join(filter(None, (sku.listing_id.name, sku.name)))
                found[sku.id] = index.best(title)
            skus._store_suggestions(found)
            count += sum(bool(product_id) for product_id, _score in found.values())
        return count

    def _store_suggestions(self, found):
        """Keep the suggestions of thousands of SKUs in one statement.

        :param dict found: {sku id: (product id or None, score)}
        """
        self.flush_model()
        self.env.cr.execute(
            """
            UPDATE ec_listing_sku sku
               SET suggest_product_id = found.product_id, suggest_score = found.score
              FROM unnest(%s::int[], %s::int[], %s::float[]) AS found(id, product_id, score)
             WHERE sku.id = found.id
            """,
            (
                list(found),
                [product_id for product_id, _score in found.values()],
                [score for _product_id, score in found.values()],
            ),
        )
        self.invalidate_recordset(["suggest_product_id", "suggest_score"])

    def _product_words(self, product):
        """Name and variant of a product in the words of its page."""
        values = product.product_template_variant_value_ids.mapped("name")
        return " ".join([product.name, *values])

    def button_accept_suggestion(self):
        """Match these SKUs to the suggested products."""
        self.check_access("write")
        open_ = self.filtered(
            lambda sku: sku.suggest_product_id and sku.match_state in ("unmatched", "ambiguous")
        )
        open_._match_to({sku: sku.suggest_product_id for sku in open_})
        return self.env["ec.exchange"]._notify_client(
            self.env._("%s SKUs are matched.", len(open_)), kind="success"
        )
