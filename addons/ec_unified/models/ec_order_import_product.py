"""Which product a line of the mall means."""

from odoo import api, models


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _resolve_products(self, batch):
        """Fill ``batch.products`` with {(item_ref, sku_ref, sku_code, barcode): product}.

        The listing says it; else the one product with this code, else with this barcode. What is
        not found, or not unique, becomes a reason to look at the order.
        """
        keys = {
            self._sku_key(line.source)
            for item in batch.items
            for line in item.booking.lines
            if line.kind == "product"
        }
        by_listing, ambiguous = self._find_by_listing(batch, keys)
        by_code = self._find_by_field(batch, "default_code", {key[2] for key in keys})
        by_barcode = self._find_by_field(batch, "barcode", {key[3] for key in keys})
        for key in keys:
            product = by_listing.get(key)
            for found in (by_code.get(key[2]), by_barcode.get(key[3])):
                if product or key in ambiguous:
                    break
                if found and len(found) > 1:
                    ambiguous.add(key)
                product = found if found and len(found) == 1 else None
            batch.products[key] = product
        for item in batch.items:
            self._note_unknown_products(batch, item, ambiguous)

    @api.model
    def _sku_key(self, line):
        return (line.item_ref or "", line.sku_ref or "", line.sku_code or "", line.barcode or "")

    @api.model
    def _note_unknown_products(self, batch, item, ambiguous):
        for line in item.booking.lines:
            if line.kind != "product":
                continue
            key = self._sku_key(line.source)
            if key in ambiguous:
                item.add_reason("duplicate_sku", key[2] or key[3])
            elif not batch.products[key]:
                item.add_reason("unknown_sku", key[2] or key[0] or line.name[:40])

    @api.model
    def _find_by_listing(self, batch, keys):
        """Return ({key: product}, ambiguous keys) of the channel's listings. One query.

        A mall's SKU key may be unique within its item only, so both are compared.
        """
        skus = self.env["ec.listing.sku"].search_fetch(
            [
                ("channel_id", "=", batch.channel.id),
                "|",
                ("listing_id.ref", "in", list({key[0] for key in keys if key[0]})),
                ("sku_code", "in", list({key[2] for key in keys if key[2]})),
            ],
            ["listing_id", "ref", "sku_code", "product_id", "match_state"],
        )
        by_ref = {(sku.listing_id.ref, sku.ref): sku for sku in skus}
        by_code = skus.filtered("sku_code").grouped("sku_code")
        found, ambiguous = {}, set()
        for key in keys:
            sku = by_ref.get(key[:2])
            same_code = sku if sku is not None else by_code.get(key[2], skus.browse())
            products = same_code.product_id
            found[key] = products if len(products) == 1 else None
            if not found[key] and "ambiguous" in same_code.mapped("match_state"):
                ambiguous.add(key)
        return found, ambiguous

    @api.model
    def _find_by_field(self, batch, name, values):
        values.discard("")
        if not values:
            return {}
        products = self.env["product.product"].search(
            [(name, "in", list(values)), ("company_id", "in", [False, batch.company.id])]
        )
        return products.grouped(name)

    # === GOODS THAT BECAME KNOWN === #

    @api.model
    def _requeue_unknown(self, skus):
        """Have orders imported again that waited for these listings, now matched."""
        keys = [key for sku in skus for key in (sku.sku_code, sku.ref) if key]
        self._requeue_codes(keys, skus.channel_id)

    @api.model
    def _requeue_codes(self, codes, channels=None):
        """Have orders imported again whose unregistered goods carry one of these codes.

        :param channels: only orders of these shops; None = of all
        """
        if not codes:
            return
        domain = [
            ("ec_line_kind", "=", "unknown"),
            ("ec_sku_code", "in", list(codes)),
            ("order_id.state", "!=", "cancel"),
        ]
        if channels is not None:
            domain.append(("order_id.ec_channel_id", "in", channels.ids))
        lines = self.env["sale.order.line"].search(domain)
        lines.order_id.ec_exchange_id._requeue()

    @api.model
    def _get_fee_product(self, batch, kind):
        """Return the service product that lines of ``kind`` are booked on."""
        if kind not in batch.fees:
            batch.fees[kind] = self.env.ref(f"ec_unified.product_{kind}")
        return batch.fees[kind]
