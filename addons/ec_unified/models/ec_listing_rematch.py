"""An item that was matched with the wrong product: what was sold of it meanwhile is looked at."""

from odoo import models

from .ec_check_rule import OPEN_STAGES


class EcListingSku(models.Model):
    _inherit = "ec.listing.sku"

    def _after_match(self, products_before=None):
        result = super()._after_match(products_before)
        if products_before:
            self._check_open_orders(products_before)
        return result

    def _check_open_orders(self, products_before):
        """Open a check on orders not shipped yet that hold the product of the earlier matching.

        Goods that were not matched at all are taken over by the orders themselves.
        """
        skus = {
            (sku.channel_id, code): sku
            for sku in self.filtered("product_id")
            for code in (sku.ref, sku.sku_code)
            if code
        }
        if not skus:
            return
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products_before.ids),
                    ("ec_line_kind", "=", "product"),
                    ("ec_sku_code", "in", [code for _channel, code in skus]),
                    ("order_id.ec_channel_id", "in", self.channel_id.ids),
                    ("order_id.ec_stage", "in", OPEN_STAGES),
                    ("product_uom_qty", ">", 0),
                ]
            )
        )
        for line in lines:
            sku = skus.get((line.order_id.ec_channel_id, line.ec_sku_code))
            if sku and sku.product_id != line.product_id:
                text = self.env._(
                    "%(code)s is matched with “%(new)s” now, the order holds “%(old)s”",
                    code=line.ec_sku_code,
                    new=sku.product_id.display_name,
                    old=line.product_id.display_name,
                )
                self.env["ec.order.check"].sudo()._open(line.order_id, "other", text[:200])
