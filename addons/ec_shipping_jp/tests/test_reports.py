"""The printed papers, as HTML and as PDF."""

import json
import re

from odoo.tests import HttpCase, tagged

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
        for price in ("8,235", "9,234"):
            self.assertNotIn(price, html)
        self.assertIn("Title of TEA-1", html)

    def test_fees_stand_on_the_note(self):
        picking = self.ship(
            lines=[self.line("TEA-1", 1000), self.line("ship", 500, kind="shipping")],
            tax_summary=self.summary(("0.10", 1500, 136)), buyer_total="1500", total="1500",
        )  # fmt: skip
        self.assertIn("500", self.html("delivery_note", picking))

    def test_one_document_with_a_sheet_per_delivery(self):
        """wkhtmltopdf with unpatched Qt refuses several documents in one call."""
        pickings = self.ship("A") | self.ship("B")
        for name in ("delivery_note", "order_picking"):
            html = self.html(name, pickings)
            self.assertEqual(html.count('class="article'), 1, name)
            self.assertEqual(html.count('class="sheet'), 2, name)

    def test_long_lists_are_cut_between_rows(self):
        lines = [self.line("TEA-1", 10, ref=f"L{n}") for n in range(60)]
        picking = self.ship(
            lines=lines, tax_summary=self.summary(("0.10", 600, 54)), buyer_total="600", total="600"
        )
        pages = picking._ec_note_pages()
        self.assertEqual([row for page in pages for row in page], picking._ec_note_lines())
        self.assertEqual(len(picking._ec_note_lines()), 60)
        html = self.html("delivery_note", picking)
        self.assertEqual(html.count('class="sheet'), len(pages))
        self.assertEqual(html.count("<thead>"), len(pages), "the heading stands on every page")
        self.assertIn(f"2</t>/{len(pages)}" if "2</t>" in html else f"2/{len(pages)}", html)

    def test_noshi_in_parts(self):
        picking = self.ship()
        for text, parts in (
            ("御祝", ("御祝", "")),
            ("のし:あり（御中元） 名入れ:桜井", ("御中元", "桜井")),
            ("内祝 / 名入れ：山田 花子", ("内祝", "山田 花子")),
            ("紅白蝶結び 御礼", ("紅白蝶結び 御礼", "")),
        ):
            picking.sale_id.ec_noshi = text
            self.assertEqual(picking._ec_noshi_parts(), parts)

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


@tagged("post_install", "-at_install")
class TestPdf(ShippingCommon, HttpCase):
    def pages(self, name, records):
        """Pages of the PDF a person gets."""
        self.manager.password = "ec-manager-pdf"
        self.authenticate("ec-manager", "ec-manager-pdf")
        ids = ",".join(map(str, records.ids))
        context = json.dumps({"force_report_rendering": True})
        answer = self.url_open(
            f"/report/pdf/ec_shipping_jp.report_{name}/{ids}?context={context}", timeout=120
        )
        self.assertEqual(answer.headers["Content-Type"], "application/pdf", answer.text[:500])
        return len(re.findall(rb"/Type\s*/Page\b", answer.content))

    def test_every_paper_prints_for_many(self):
        pickings = self.ship("A") | self.ship("B") | self.ship("C")
        pickings.sale_id.write({"ec_noshi": "御祝", "ec_gift_message": "おめでとう"})
        for name in ("delivery_note", "order_picking", "gift"):
            self.assertEqual(self.pages(name, pickings), 3, name)
        wizard = self.env["ec.batch.build"].create({"picking_ids": [(6, 0, pickings.ids)]})
        batch = self.env["stock.picking.batch"].search(wizard.action_build()["domain"])
        self.assertEqual(self.pages("total_picking", batch), 2, "the walk, then the baskets")
        for button in ("lists", "notes", "gifts"):
            action = getattr(batch.with_user(self.clerk), f"action_ec_print_{button}")()
            self.assertEqual(sorted(action["context"]["active_ids"]), sorted(pickings.ids))
