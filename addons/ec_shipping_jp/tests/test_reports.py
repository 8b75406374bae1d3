"""The printed papers, as HTML."""

from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestReports(ShippingCommon):
    def html(self, name, records):
        report = self.env["ir.actions.report"]
        content, _kind = report._render_qweb_html(f"ec_shipping_jp.report_{name}", records.ids)
        return content.decode()

    def test_delivery_note_with_prices_and_invoice(self):
        self.company.vat = "T7000012050002"
        self.channel.write({"ec_note_invoice": True, "ec_note_text": "Thank you"})
        picking = self.pull(self.mixed_order()).picking_ids
        html = self.html("delivery_note", picking)
        for text in ("山田 花子", "8,235", "748", "73", "7000012050002", "Thank you", "※"):
            self.assertIn(text, html)

    def test_gifts_show_no_price(self):
        picking = self.pull(self.mixed_order(is_gift=True)).picking_ids
        html = self.html("delivery_note", picking)
        self.assertNotIn("8,235", html)
        self.assertIn("Title of TEA-1", html)

    def test_fees_stand_on_the_note(self):
        picking = self.ship(
            lines=[self.line("TEA-1", 1000), self.line("ship", 500, kind="shipping")],
            tax_summary=self.summary(("0.10", 1500, 136)), buyer_total="1500", total="1500",
        )  # fmt: skip
        self.assertIn("500", self.html("delivery_note", picking))

    def test_one_article_per_delivery(self):
        pickings = self.ship("A") | self.ship("B")
        for name in ("delivery_note", "order_picking"):
            self.assertEqual(self.html(name, pickings).count('class="article'), 2, name)

    def test_picking_lists(self):
        card = self.make_product("CARD-1")
        self.env["ec.insert.rule"].create({"name": "Thanks", "product_id": card.id})
        picking = self.ship(remarks="Ring twice")
        picking.sale_id.ec_check_ids.action_clear()
        html = self.html("order_picking", picking)
        self.assertIn("Ring twice", html)
        self.assertIn("Card-1", html)
        wizard = self.env["ec.batch.build"].create({"picking_ids": [(6, 0, picking.ids)]})
        batch = self.env["stock.picking.batch"].search(wizard.action_build()["domain"])
        self.assertIn("Tea-1", self.html("total_picking", batch))

    def test_noshi_and_card(self):
        picking = self.ship()
        picking.sale_id.write({"ec_noshi": "御祝", "ec_gift_message": "おめでとう"})
        html = self.html("gift", picking)
        self.assertIn("御祝", html)
        self.assertIn("おめでとう", html)
