"""A mall's own values: unknown ones open a row, filling it in sets free what waited."""

from odoo.tests import tagged

from .common import EcCommon


@tagged("post_install", "-at_install")
class TestMapping(EcCommon):
    def test_unknown_value_opens_one_row(self):
        first = self.mapping("99", "謎の決済")
        self.assertEqual(first.state, "open")
        self.assertEqual(first.mall_label, "謎の決済")
        self.assertEqual(self.mapping("99", "謎の決済"), first)

    def test_the_first_order_of_a_batch_names_a_new_value(self):
        """One of the later ones was paid with a gift card as well."""
        values = [("99", "謎の決済"), ("99", "謎の決済 + ギフトカード")]
        rows = self.env["ec.mapping"]._resolve_many(self.channel, "payment", values)
        self.assertEqual(rows["99"].mall_label, "謎の決済")

    def test_what_the_mall_is_sure_of_is_filled_in(self):
        row = self.mapping("2", "代金引換")
        self.assertEqual((row.payment_method_role, row.state), ("cod", "done"))

    def test_a_value_another_process_listed_meanwhile(self):
        """Both came from "no such row"; the later statement finds the row and takes it."""
        known = self.mapping("99", "謎の決済")
        found = self.env["ec.mapping"]._open_rows(
            self.channel, "payment", {"99": "謎の決済", "2": None}
        )
        self.assertEqual(found["99"], known)
        self.assertEqual((found["2"].mall_label, found["2"].state), ("2", "done"))

    def test_waiting_does_not_write_the_row(self):
        """All importing processes would meet on it."""
        row = self.mapping("99")
        exchanges = self.env["ec.exchange"]._store_documents(
            self.channel, "webhook", self.make_docs(2)
        )
        with self.assertQueryCount(1):
            row._wait(exchanges)
        row._wait(exchanges[0])
        self.assertEqual(row.waiting_exchange_ids, exchanges)

    def test_no_value_no_row(self):
        values = [(None, ""), ("", "")]
        self.assertFalse(self.env["ec.mapping"]._resolve_many(self.channel, "payment", values))

    def test_many_values_cost_two_queries(self):
        values = [(f"x{number}", "") for number in range(50)]
        resolve = self.env["ec.mapping"]._resolve_many
        rows = resolve(self.channel, "payment", values)
        self.assertEqual(len(rows), 50)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(3):
            self.assertEqual(resolve(self.channel, "payment", values), rows)

    def test_shops_and_kinds_are_apart(self):
        other = self.make_channel(name="Second")
        one = self.mapping("7")
        self.assertNotEqual(one, self.mapping("7", kind="delivery"))
        self.assertNotEqual(one, self.mapping("7", channel=other))

    def test_filling_in_sets_free_what_waited(self):
        exchanges = self.env["ec.exchange"]._store_documents(
            self.channel, "webhook", self.make_docs(2)
        )
        exchanges._done()
        row = self.mapping("99")
        row._wait(exchanges)
        self.assertEqual(row.waiting_count, 2)
        row.with_user(self.clerk).write({"payment_method_role": "bank"})
        self.assertEqual(row.state, "done")
        self.assertEqual(set(exchanges.mapped("state")), {"pending"})
        self.assertFalse(row.waiting_exchange_ids)

    def test_a_note_sets_nothing_free(self):
        exchange = self.env["ec.exchange"]._store_documents(
            self.channel, "webhook", self.make_docs(1)
        )
        exchange._done()
        row = self.mapping("99")
        row._wait(exchange)
        row.write({"note": "ask the mall"})
        self.assertEqual(exchange.state, "done")
