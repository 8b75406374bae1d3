"""Product × shop: which number is shown where, and the rule that decided it."""

from odoo import api, models
from odoo.fields import Domain

PAGE = 40


class EcStockPreview(models.AbstractModel):
    """What the preview screen asks for: a page of products, so many queries per shop."""

    _name = "ec.stock.preview"
    _description = "Stock preview"

    @api.model
    def get_page(self, text="", offset=0, limit=PAGE):
        """One page of the table.

        :param str text: part of a product's name, code or barcode
        :rtype: dict
        """
        skus = self.env["ec.listing.sku"]
        skus.check_access("read")
        domain = Domain("ec_sku_ids.active", "=", True)
        if text:
            domain &= Domain.OR(
                [
                    Domain("default_code", "ilike", text),
                    Domain("name", "ilike", text),
                    Domain("barcode", "=", text),
                ]
            )
        products = self.env["product.product"]
        total = products.search_count(domain)
        products = products.search(domain, offset=offset, limit=limit, order="default_code, id")
        listed = skus.search([("product_id", "in", products.ids)])
        channels = self.env["ec.channel"].search([("active", "=", True)])
        cells = self._cells(listed)
        return {
            "total": total,
            "channels": [
                {"id": channel.id, "name": channel.name, "color": channel.color}
                for channel in channels
            ],
            "rows": [
                {
                    "id": product.id,
                    "name": product.display_name,
                    "cells": cells.get(product.id, {}),
                }
                for product in products
            ],
        }

    @api.model
    def _cells(self, skus):
        """{product id: {channel id: [what each SKU shows]}}."""
        causes = dict(skus._fields["stock_cause"]._description_selection(self.env))
        cells = {}
        for sku in skus:
            per_shop = cells.setdefault(sku.product_id.id, {})
            per_shop.setdefault(sku.channel_id.id, []).append(
                {
                    "id": sku.id,
                    "code": sku.sku_code or sku.ref,
                    # What is not sent has no number of ours; 0 would say "sold out".
                    "quantity": False if sku.stock_cause == "off" else sku.qty_offered,
                    "free": sku.qty_free,
                    "cause": sku.stock_cause,
                    "cause_label": causes[sku.stock_cause],
                    "rule": sku.stock_rule_id.sudo().name or "",
                    "sent": sku.qty_sent if sku.qty_sent_at else False,
                    "waiting": sku.dirty,
                    "problem": sku.last_error or "",
                }
            )
        return cells
