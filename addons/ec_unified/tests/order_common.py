"""Orders of the fake mall for the tests of the import."""

from decimal import Decimal

from .common import EcCommon


class OrderCommon(EcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_product("TEA-1")
        cls.rice = cls.make_product("RICE-1")
        cls.env["ec.mapping"].search([("channel_id", "=", cls.channel.id)]).unlink()

    @classmethod
    def make_product(cls, code, quantity=100, **vals):
        """A product on the shelf."""
        product = cls.env["product.product"].create(
            {
                "name": code.title(),
                "default_code": code,
                "is_storable": True,
                "list_price": 999,
                **vals,
            }
        )
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, quantity
        )
        return product

    @classmethod
    def line(cls, code, price, rate="0.10", quantity=1, **vals):
        """A line of goods, or a fee when ``kind`` is given."""
        kind = vals.get("kind", "product")
        return {
            "ref": f"{kind}-{code}",
            "kind": kind,
            "name": f"Title of {code}",
            "sku_ref": code if kind == "product" else None,
            "sku_code": code if kind == "product" else None,
            "quantity": str(quantity),
            "price_unit": str(price),
            "amount": str(Decimal(str(price)) * quantity),
            "tax_rate": rate,
            **vals,
        }

    @classmethod
    def summary(cls, *rows):
        """The mall's tax rows (rate, total, tax)."""
        return [{"rate": r, "total": str(total), "tax": str(tax)} for r, total, tax in rows]

    def pull(self, *payloads, channel=None):
        """The mall has these documents now; fetch and import. Returns their orders."""
        channel = channel or self.channel
        for payload in payloads:
            channel._fake_put_order(payload)
        channel.action_pull_orders()
        orders = self.orders([payload["ref"] for payload in payloads], channel)
        by_ref = {order.ec_order_ref: order for order in orders}
        return self.env["sale.order"].union(
            *(by_ref[p["ref"]] for p in payloads if p["ref"] in by_ref)
        )

    def orders(self, refs, channel=None):
        """The orders received for these keys."""
        return self.env["sale.order"].search(
            [
                ("ec_channel_id", "=", (channel or self.channel).id),
                ("ec_order_ref", "in", list(refs)),
            ]
        )

    def exchange(self, ref):
        """The stored document of an order."""
        return self.env["ec.exchange"].search(
            [("kind", "=", "order"), ("external_ref", "=", ref), ("direction", "=", "in")]
        )

    def mixed_order(self, ref="M-1", **changes):
        """8,235 yen at 10 %, 3 × 333 at 8 %, whose tax the mall does not floor."""
        return self.order_payload(
            ref,
            lines=[self.line("TEA-1", 8235), self.line("RICE-1", 333, "0.08", 3)],
            tax_summary=self.summary(("0.10", 8235, 748), ("0.08", 999, 73)),
            buyer_total="9234",
            total="9234",
            **changes,
        )
