"""How the tables of situations are compared with what stands in the books.

A row is ``(shop earns, buyer pays, {rate: (amount incl. tax, tax)})``, figures by hand. They must
hold on the order, on its invoice, and on the sum of two invoices after a partial delivery.
"""


class SituationMixin:
    """For classes with ``self.env``; orders come from a simulated mall."""

    def booked(self, record):
        """{rate: (amount incl. tax, tax)} as the document prints it."""
        found = {}
        for subtotal in record.tax_totals["subtotals"]:
            for group in subtotal["tax_groups"]:
                taxes = self.env["account.tax"].browse(group["involved_tax_ids"])
                base, tax = group["base_amount_currency"], group["tax_amount_currency"]
                found[f"{taxes[:1].amount:g}"] = (base + tax, tax)
        return found

    def without_zero(self, figures):
        """A rate of nothing is no rate."""
        return {rate: pair for rate, pair in figures.items() if pair != (0, 0)}

    def assert_order(self, order, row):
        """What the order says equals the row."""
        earns, pays, taxes = row
        self.assertEqual(order.amount_total, earns, "shop earns")
        self.assertEqual(order.ec_buyer_total, pays, "buyer pays")
        self.assertEqual(order.ec_buyer_total + order.ec_points + order.ec_mall_coupon, earns)
        self.assertEqual(self.without_zero(self.booked(order)), self.without_zero(taxes))

    def assert_invoices(self, invoices, row):
        """The posted invoices, summed up, and their journal items equal the row."""
        earns, _pays, taxes = row
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        self.assertEqual(sum(self.signed(move, move.amount_total) for move in invoices), earns)
        sums = {}
        for move in invoices:
            for rate, (total, tax) in self.booked(move).items():
                old = sums.get(rate, (0, 0))
                sums[rate] = (
                    old[0] + self.signed(move, total), old[1] + self.signed(move, tax),
                )  # fmt: skip
        self.assertEqual(self.without_zero(sums), self.without_zero(taxes))
        items = {}
        for line in invoices.line_ids.filtered("tax_line_id"):
            rate = f"{line.tax_line_id.amount:g}"
            items[rate] = items.get(rate, 0) - line.balance
        wanted = {rate: tax for rate, (_total, tax) in taxes.items() if tax}
        self.assertEqual({rate: tax for rate, tax in items.items() if tax}, wanted)

    def signed(self, move, amount):
        """A refund counts against."""
        return -amount if move.move_type == "out_refund" else amount

    def clear_checks(self, order):
        """A person has looked."""
        order.ec_check_ids._clear(note="test")

    def invoice(self, order):
        """Invoice what can be invoiced, posted."""
        invoices = order._create_invoices(final=True)
        invoices.action_post()
        return invoices

    def deliver(self, order, quantities=None):
        """Deliver everything, or {move: quantity} and leave the rest to a back order."""
        pickings = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty if quantities is None else quantities.get(move, 0)
            move.picked = bool(move.quantity)
        pickings = pickings.filtered(lambda p: any(p.move_ids.mapped("picked")))
        pickings.with_context(skip_backorder=True).button_validate()
        self.assertEqual(set(pickings.mapped("state")), {"done"})

    def check_whole(self, order, row):
        """One invoice over everything."""
        self.assert_order(order, row)
        if order.amount_total or order.order_line:
            self.assert_invoices(self.invoice(order), row)

    def check_table(self, orders, table, checks):
        """Each order stands in the books as in its row.

        :param dict orders: {situation: order}
        :param dict checks: {situation: code of a check that must be open}
        """
        for name, order in orders.items():
            with self.subTest(name):
                self.assertTrue(order)
                self.assertNotIn("total_mismatch", self.open_codes(order))
                self.check_whole(order, table[name])
                if name in checks:
                    self.assertIn(checks[name], self.open_codes(order))

    def check_table_in_two_parts(self, orders, table):
        """As ``check_table``, delivered and invoiced in two parts."""
        for name, order in orders.items():
            with self.subTest(name):
                self.check_in_two_parts(order, table[name])

    def check_in_two_parts(self, order, row):
        """One piece first, the rest later; each delivery has its own invoice."""
        self.clear_checks(order)
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
        self.deliver(order, {moves[0]: 1})
        self.assert_order(order, row)
        invoices = self.invoice(order)
        self.deliver(order)
        invoices |= self.invoice(order)
        self.assertEqual(len(invoices), 2)
        self.assert_invoices(invoices, row)
