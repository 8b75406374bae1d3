"""From which of the shop's warehouses a new order leaves."""

from odoo import api, models
from odoo.tools import float_compare

from ..lib.data import PRODUCT
from .ec_order_import import naive_utc


class EcOrderImport(models.AbstractModel):
    _inherit = "ec.order.import"

    @api.model
    def _pick_sources(self, batch):
        """Give every new order the first warehouse that has all of it, else the first one.

        The goods are read once for the whole batch; what an earlier order takes, a later one of
        the same batch no longer finds.
        """
        sources = batch.channel._stock_sources()
        for item in batch.items:
            item.warehouse = sources[:1]
        if len(sources) < 2:
            return
        needs = self._get_source_needs(batch)
        shelves = self.env["product.product"].browse({p for need in needs for p in need})
        free = batch.channel._stock_free_by_source(shelves, sources)
        pairs = sorted(
            zip(batch.items, needs, strict=True),
            key=lambda pair: (not pair[0].data.ordered_at, naive_utc(pair[0].data.ordered_at)),
        )
        for item, need in pairs:
            item.warehouse = next(
                (source for source in sources if self._has_all(free[source.id], need)),
                sources[:1],
            )
            for product_id, quantity in need.items():
                free[item.warehouse.id][product_id] -= quantity

    @api.model
    def _has_all(self, free, need):
        return all(
            float_compare(free[product_id], quantity, precision_digits=4) >= 0
            for product_id, quantity in need.items()
        )

    @api.model
    def _get_source_needs(self, batch):
        """What each order of the batch takes from the shelves, in place of kits their parts.

        :return: [{product id: quantity}], like ``batch.items``
        """
        products = self.env["product.product"].union(*filter(None, batch.products.values()))
        products = products.sudo()
        parts = products._ec_stock_parts()
        shelves = products.browse({part for found in parts.values() for part in found})
        kept = set(shelves.filtered("is_storable").ids)
        needs = []
        for item in batch.items:
            need = {}
            gone = item.data.cancelled or item.data.shipped
            for line in () if gone else item.booking.lines:
                product = line.kind == PRODUCT and batch.products.get(self._sku_key(line.source))
                for part, each in parts.get(product.id, {}).items() if product else ():
                    if part in kept:
                        need[part] = need.get(part, 0.0) + each * float(line.quantity)
            needs.append(need)
        return needs
