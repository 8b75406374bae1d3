"""The mall's total and tax per rate, to the yen, on order, invoices and refund."""

from odoo.tests import tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestOrderMoney(OrderCommon):
    def taxes_of(self, record):
        """{rate: (base + tax, tax)} as the document prints it."""
        found = {}
        for subtotal in record.tax_totals["subtotals"]:
            for group in subtotal["tax_groups"]:
                taxes = self.env["account.tax"].browse(group["involved_tax_ids"])
                base, tax = group["base_amount_currency"], group["tax_amount_currency"]
                found[taxes.amount] = (base + tax, tax)
        return found

    def assert_mall_figures(self, record, total, **rates):
        self.assertEqual(record.amount_total, total)
        expected = {float(rate[1:]): figures for rate, figures in rates.items()}
        self.assertEqual(self.taxes_of(record), expected)

    def post_invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def refund(self, invoice):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.action_post()
        return refund

    def test_tax_on_order_invoice_and_refund(self):
        order = self.pull(self.mixed_order())
        figures = {"r10": (8235, 748), "r8": (999, 73)}
        self.assert_mall_figures(order, 9234, **figures)
        self.assertFalse(self.open_codes(order))
        self.ship(order)
        invoice = self.post_invoice(order)
        self.assert_mall_figures(invoice, 9234, **figures)
        tax_lines = invoice.line_ids.filtered("tax_line_id")
        self.assertEqual(sorted(-line.balance for line in tax_lines), [73, 748])
        groups = invoice.line_ids.tax_line_id.tax_group_id
        self.assertEqual(len(groups), 2, "one sum per rate")
        refund = self.refund(invoice)
        self.assert_mall_figures(refund, 9234, **figures)

    def ship(self, order, quantities=None):
        """Deliver everything, or {product: quantity} with a back order."""
        picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        for move in picking.move_ids:
            if quantities is not None:
                move.quantity = quantities.get(move.product_id, 0)
            move.picked = bool(move.quantity)
        picking.with_context(skip_backorder=True, cancel_backorder=False).button_validate()
        self.assertEqual(picking.state, "done")

    def test_last_partial_invoice_carries_the_remainder(self):
        (self.tea | self.rice).invoice_policy = "delivery"
        order = self.pull(self.mixed_order())
        self.ship(order, {self.rice: 2})
        first = self.post_invoice(order)
        self.assert_mall_figures(first, 666, r8=(666, 49))
        self.ship(order)
        second = self.post_invoice(order)
        self.assert_mall_figures(second, 8568, r10=(8235, 748), r8=(333, 24))

    def test_mall_coupon_and_points(self):
        order = self.pull(
            self.order_payload(
                lines=[
                    self.line("TEA-1", 2200),
                    self.line("RICE-1", 1080, "0.08"),
                    self.line("c", -300, kind="mall_discount"),
                    self.line("p", 550, kind="shipping"),
                ],
                tax_summary=self.summary(("0.10", 2549, 232), ("0.08", 981, 72)),
                buyer_total="3030",
                points="500",
                mall_coupon="300",
                total="3830",
            )
        )
        self.assertEqual(order.amount_total, 3830)
        figures = self.taxes_of(order)
        self.assertEqual((figures[10.0], figures[8.0]), ((2549, 232), (981, 72)))
        self.assertEqual(order.ec_buyer_total, 3030)
        self.assertFalse(self.open_codes(order))
        self.ship(order)
        invoice = self.post_invoice(order)
        self.assertEqual(invoice.amount_total, 3830)
        self.assertEqual(self.taxes_of(invoice), figures)

    def test_shop_coupon_lowers_its_rate(self):
        order = self.pull(
            self.order_payload(
                lines=[
                    self.line("TEA-1", 1100),
                    self.line("RICE-1", 1080, "0.08"),
                    self.line("c", -200, kind="shop_discount"),
                ],
                tax_summary=self.summary(("0.10", 999, 91), ("0.08", 981, 72)),
                buyer_total="1980",
                shop_coupon="200",
                total="1980",
            )
        )
        self.assert_mall_figures(order, 1980, r10=(999, 91), r8=(981, 72))
        self.assertFalse(self.open_codes(order))

    def test_difference_gets_a_line_and_a_check(self):
        order = self.pull(self.order_payload(buyer_total="1150", total="1150"))
        self.assertEqual(order.amount_total, 1150)
        extra = order.order_line.filtered(lambda line: line.ec_line_kind == "difference")
        self.assertEqual(extra.price_total, 50)
        self.assertEqual(extra.product_id, self.env.ref("ec_unified.product_difference"))
        self.assertEqual(self.open_codes(order), ["total_mismatch"])
        self.assertIn("+50", order.ec_check_ids.detail)

    def test_price_survives_a_changed_quantity(self):
        order = self.pull(self.mixed_order())
        line = order.order_line.filtered(lambda line: line.product_id == self.rice)
        line.product_uom_qty = 5
        self.assertEqual(line.price_unit, 333)
        self.assertEqual(line.price_total, 1665)
        free = self.pull(
            self.order_payload(
                "F-1",
                lines=[self.line("TEA-1", 0)],
                tax_summary=[],
                buyer_total="0",
                total="0",
            )
        )
        free.order_line.product_uom_qty = 2
        self.assertEqual(free.amount_total, 0)

    def test_undecided_amounts_are_not_booked_and_arrive_later(self):
        payload = self.order_payload(undecided=True, buyer_total="0", total="0", tax_summary=[])
        order = self.pull(payload)
        self.assertEqual(order.ec_stage, "check")
        self.assertEqual(self.open_codes(order), ["amount_undecided"])
        self.assertEqual(order.picking_ids.state, "assigned", "goods are kept for the buyer")
        self.assertFalse(order.ec_tax_summary)
        lines = [*payload["lines"], self.line("s", 500, kind="shipping")]
        self.pull(
            self.order_payload(
                lines=lines,
                tax_summary=self.summary(("0.10", 1600, 146)),
                buyer_total="1600",
                total="1600",
                updated_at="2026-11-01T12:00:00+09:00",
            )
        )
        self.assert_mall_figures(order, 1600, r10=(1600, 146))
        self.assertFalse(self.open_codes(order))
        self.assertEqual(order.ec_stage, "ready")

    def test_own_included_taxes_are_made_once(self):
        company = self.other_company
        taxes = [company._ec_get_sale_tax(rate) for rate in ("0.10", "0.08", "0")]
        self.assertEqual([tax.amount for tax in taxes], [10, 8, 0])
        self.assertTrue(all(tax.price_include for tax in taxes))
        self.assertEqual([company._ec_get_sale_tax(r) for r in ("0.10", "0.08", "0")], taxes)
        self.assertFalse(company._ec_get_sale_tax(None))
