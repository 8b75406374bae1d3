"""What the stock of a product is for the shops, and where it is offered."""

from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    ec_sku_ids = fields.One2many(
        "ec.listing.sku", "product_id", string="Listings", groups="ec_unified.group_ec_clerk"
    )
    ec_sku_count = fields.Integer(
        compute="_compute_ec_sku_count",
        string="Number of listings",
        groups="ec_unified.group_ec_clerk",
    )

    @api.depends("ec_sku_ids")
    def _compute_ec_sku_count(self):
        counts = dict(
            self.env["ec.listing.sku"]._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.ec_sku_count = counts.get(product, 0)

    # === MATCHING === #

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        products._ec_match_listings()
        return products

    def write(self, vals):
        result = super().write(vals)
        if vals.get("default_code") or vals.get("barcode"):
            self._ec_match_listings()
        return result

    def _ec_match_listings(self):
        """A product that gets its code matches the SKUs that waited for it; one query otherwise."""
        codes = [code for code in self.mapped("default_code") if code]
        barcodes = [code for code in self.mapped("barcode") if code]
        if not codes and not barcodes:
            return
        skus = self.env["ec.listing.sku"].sudo()
        skus._match(
            skus.search(
                [
                    ("match_state", "in", ("unmatched", "ambiguous")),
                    "|", ("sku_code", "in", codes), ("barcode", "in", barcodes),
                ]
            )
        )  # fmt: skip
        # Orders may name goods that the shop never listed here.
        self.env["ec.order.import"].sudo()._requeue_codes({*codes, *barcodes})

    def action_ec_listings(self):
        """Open where these products are offered."""
        action = self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_listing_sku")
        action["domain"] = [("product_id", "in", self.ids)]
        action["context"] = {"search_default_group_channel": 1}
        return action

    # === STOCK FOR THE SHOPS: hooks of other modules (kits, lots …) === #

    @api.model
    def _ec_stock_dependents(self, product_ids):
        """All products whose free quantity follows that of ``product_ids``, these included.

        Hook: a module with kits adds the kits that contain one of the parts.

        :rtype: set[int]
        """
        return set(product_ids)

    def _ec_stock_kept(self):
        """The products among these whose stock Odoo keeps, so that a number can be told.

        Hook: a module with kits adds its kits.
        """
        return self.filtered("is_storable")

    def _ec_stock_sources(self):
        """The products whose shelves decide what is free of these.

        Hook: a module with kits gives the parts in place of the kits.
        """
        return self

    def _ec_stock_parts(self):
        """What one unit of each of these takes from the shelves.

        Hook: a module with kits gives the parts in place of the kits.

        :return: {product id: {id of a product on the shelves: quantity}}
        :rtype: dict
        """
        return {product_id: {product_id: 1.0} for product_id in self.ids}

    @api.model
    def _ec_spread_taken(self, taken):
        """Units taken of products, told as units of those ``_ec_stock_sources`` names.

        :param dict taken: {product id: quantity}
        :rtype: dict
        """
        return taken

    def _ec_free_quantities(self, location_domain, taken=None):
        """Free quantity (on hand minus reserved) per product, in a constant number of queries.

        The same figure as ``free_qty`` with the same locations. Hook: a module with kits answers
        for its kits from the parts, calling super() once for all parts together.

        :param location_domain: domain on ``stock.location``
        :param dict taken: further units that are spoken for, of the products on the shelves
        :return: {product id: quantity}; products without stock are 0
        :rtype: dict
        """
        free = {product_id: -(taken or {}).get(product_id, 0.0) for product_id in self.ids}
        groups = (
            self.env["stock.quant"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("product_id", "in", self.ids), ("location_id", "any", location_domain)],
                ["product_id"],
                ["quantity:sum", "reserved_quantity:sum"],
            )
        )
        for product, quantity, reserved in groups:
            free[product.id] += (quantity or 0.0) - (reserved or 0.0)
        for product_id, quantity in self._ec_stock_spoiled(location_domain).items():
            free[product_id] -= quantity
        return free

    def _ec_stock_spoiled(self, location_domain):
        """Units on hand and not reserved that nobody may sell any more, per product id.

        Hook: a module with expiry dates answers.
        """
        return {}
