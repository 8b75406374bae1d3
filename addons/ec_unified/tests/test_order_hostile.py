"""Orders, companies and moments nobody thinks of: they arrive whole, to the yen, or say why."""

from odoo.fields import Command
from odoo.tests import tagged

from .order_common import OrderCommon
from .situation_common import SituationMixin


@tagged("post_install", "-at_install")
class TestOrderHostile(SituationMixin, OrderCommon):
    #: Of ``mixed_order``: what the shop earns, the buyer pays, per rate.
    MIXED = (9234, 9234, {"10": (8235, 748), "8": (999, 73)})

    def later(self, day, payload, **changes):
        return self.pull({**payload, "updated_at": f"2026-11-{day:02}T10:00:00+09:00", **changes})

    # === SIZE === #

    def test_two_hundred_lines(self):
        """100 × 33 yen at 8 %, 98 × 77 at 10 %, postage 660, coupon 500: 3,300 + 8,206 - 500.

        The coupon lowers the rates by what they cost: 500 × 3,300 / 11,506 = 143, the rest 357.
        """
        lines = [self.line(f"A{n}", 33, "0.08", sku_code="RICE-1") for n in range(100)]
        lines += [self.line(f"B{n}", 77, sku_code="TEA-1") for n in range(98)]
        lines += [
            self.line("post", 660, kind="shipping"),
            self.line("coupon", -500, kind="shop_discount"),
        ]
        order = self.pull(
            self.order_payload(
                "BIG", lines=lines, buyer_total="11006", total="11006", shop_coupon="500",
                tax_summary=self.summary(("0.08", 3157, 233), ("0.10", 7849, 713)),
            )
        )  # fmt: skip
        self.check_whole(order, (11006, 11006, {"8": (3157, 233), "10": (7849, 713)}))
        self.assertFalse(self.open_codes(order))
        self.assertEqual((len(order.picking_ids), order.ec_stage), (1, "ready"))

    # === COMPANIES === #

    def test_company_whose_prices_hold_the_tax(self):
        self.company.account_price_include = "tax_included"
        self.check_whole(self.pull(self.mixed_order()), self.MIXED)

    def test_fiscal_position_of_the_buyers_country_changes_no_amount(self):
        """Odoo proposes one for the invoice; the mall's tax stays."""
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Home", "auto_apply": True, "company_id": self.company.id,
                "country_id": self.env.ref("base.jp").id, "sequence": 0,
            }
        )  # fmt: skip
        order = self.pull(self.mixed_order("M-0"))
        taxes = order.order_line.tax_ids
        other = taxes[0].copy({"name": "Free of tax", "amount": 0})
        other.write({"fiscal_position_ids": position.ids, "original_tax_ids": taxes.ids})
        self.check_whole(self.pull(self.mixed_order()), self.MIXED)

    def test_taxes_that_were_archived_or_renamed(self):
        order = self.pull(self.mixed_order())
        own = order.order_line.tax_ids
        own.active = False
        self.check_whole(self.pull(self.mixed_order("M-2")), self.MIXED)
        again = self.env["account.tax"].search(
            [("type_tax_use", "=", "sale"), ("company_id", "=", self.company.id)]
        )
        again.active = False
        self.check_whole(self.pull(self.mixed_order("M-3")), self.MIXED)
        own.active = True

    # === SOMEBODY HAS BEGUN === #

    def test_change_of_an_order_somebody_locked(self):
        payload = self.mixed_order(payment_state="unpaid", payment_code="3")
        order = self.pull(payload)
        order.action_lock()
        lines = [self.line("TEA-1", 8235, quantity=2), self.line("RICE-1", 333, "0.08", 3)]
        self.later(
            2, payload, lines=lines, buyer_total="17469", total="17469", payment_state="paid",
            tax_summary=self.summary(("0.10", 16470, 1497), ("0.08", 999, 73)),
        )  # fmt: skip
        self.assertEqual(self.exchange("M-1").state, "done")
        self.assertEqual(order.ec_payment_state, "paid", "what harms nobody is taken over")
        self.assertEqual(order.amount_total, 9234)
        self.assertIn("changed_upstream", self.open_codes(order))

    def test_change_and_cancel_after_the_invoice_is_posted(self):
        payload = self.mixed_order()
        order = self.pull(payload)
        invoice = self.invoice(order)
        lines = [self.line("TEA-1", 8235)]
        self.later(
            2, payload, lines=lines, buyer_total="8235", total="8235",
            tax_summary=self.summary(("0.10", 8235, 748)),
        )  # fmt: skip
        check = order.ec_open_check_ids.filtered(lambda row: row.code == "changed_upstream")
        self.assertIn("9,234", check.change_ids.mapped("old"))
        self.assertIn("8,235", check.change_ids.mapped("new"))
        self.assert_invoices(invoice, self.MIXED)
        self.later(3, payload, cancelled=True)
        self.assertIn("cancel_requested", self.open_codes(order))
        self.assertEqual((order.state, order.ec_stage, invoice.state), ("sale", "check", "posted"))

    # === ONE PARCEL, SEVERAL PARCELS === #

    def merged(self, *refs):
        orders = self.pull(*(self.order_payload(ref) for ref in refs))
        orders.picking_ids.action_ec_merge()
        return orders

    def test_first_of_three_in_a_parcel_is_cancelled_at_the_mall(self):
        orders = self.merged("A-1", "A-2", "A-3")
        merge = orders.picking_ids.ec_merge_id
        self.later(2, self.order_payload("A-1"), cancelled=True)
        self.assertEqual((orders[0].state, orders[0].picking_ids.state), ("cancel", "cancel"))
        rest = orders[1:].picking_ids
        self.assertEqual((merge.state, merge.picking_ids), ("merged", rest))
        self.assertIn(merge.lead_id, rest)
        rest[0].carrier_tracking_ref = "400000000001"
        self.assertEqual(set(rest.mapped("carrier_tracking_ref")), {"400000000001"})
        self.assertFalse(orders[0].picking_ids.carrier_tracking_ref)

    def test_goods_taken_off_at_the_mall_keep_no_parcels_apart(self):
        moves = self.registry["stock.move"]
        self.patch(moves, "_ec_get_temperature", lambda move: move.product_id.default_code)
        both = [self.line("TEA-1", 550, ref="1"), self.line("RICE-1", 550, ref="2")]
        payload = self.order_payload("A-1", lines=both)
        first, second = self.pull(payload, self.order_payload("A-2")).picking_ids
        self.assertNotEqual(first._ec_merge_key(), second._ec_merge_key())
        self.later(2, payload, lines=[self.line("TEA-1", 1100, ref="1")])
        self.assertEqual(first._ec_merge_key(), second._ec_merge_key())

    def test_split_order_cancelled_at_the_mall_before_and_after_the_first_parcel(self):
        for ref, first_left in (("S-1", False), ("S-2", True)):
            payload = self.mixed_order(ref)
            order = self.pull(payload)
            first = order.picking_ids
            tea = first.move_ids.filtered(lambda move: move.product_id == self.tea)
            second = first._ec_split_moves(tea)
            if first_left:
                first.move_ids.picked = True
                first.button_validate()
            self.later(2, payload, cancelled=True)
            if first_left:
                self.assertIn("cancel_requested", self.open_codes(order))
                self.assertEqual((first.state, order.state), ("done", "sale"))
                self.assertEqual(second.state, "assigned", "a person decides, nothing leaves")
            else:
                self.assertEqual({first.state, second.state, order.state}, {"cancel"})

    # === PERSONS === #

    def test_buyers_from_abroad_and_without_a_prefecture(self):
        home = self.order_payload()["buyer"]
        places = {
            "US": {"name": "John Smith", "country": "US", "state_code": "CA", "zip": "90210",
                   "city": "Beverly Hills", "street": "1 Main St", "phone": "+1 310 555 0100"},
            "XX": {"name": "Nobody Knows", "country": "XX", "zip": "1", "city": "x",
                   "street": "y 1"},
            "JP": {**home, "name": "見本 太郎", "state_code": None, "phone": "090-0000-4711"},
            "KANA": {"name": "ヤマモト ハナ", "kana": None, "zip": "1000001", "street": "1-1"},
        }  # fmt: skip
        orders = self.pull(
            *(
                self.order_payload(ref, buyer=place, destinations=[{"ref": "1", "address": place}])
                for ref, place in places.items()
            )
        )
        self.assertEqual(orders.mapped("ec_order_ref"), list(places))
        first, second, third, fourth = orders.mapped("partner_id")
        self.assertEqual((first.country_id.code, first.state_id.code), ("US", "CA"))
        self.assertEqual((second.country_id.code, second.zip), (False, "1"))
        self.assertEqual((third.country_id.code, third.state_id.code), ("JP", False))
        self.assertEqual(fourth.name, "ヤマモト ハナ")
        self.assertEqual(len(orders.partner_id), 4)

    # === MONEY === #

    def test_everything_by_points(self):
        order = self.pull(self.mixed_order(points="9234") | {"buyer_total": "0"})
        self.assertEqual(
            (order.ec_buyer_total, order.ec_points, order.amount_total), (0, 9234, 9234)
        )
        self.assertEqual(order.ec_stage, "ready")
        self.check_whole(order, (9234, 0, self.MIXED[2]))

    def test_eight_ten_and_none_with_fees_and_both_coupons(self):
        """2,160 at 8 %, 1,100 at 10 %, a ticket of 500 without tax, postage 660, collecting 330,
        shop coupon 200 and mall coupon 100. The mall taxes what is left: 8 % 1,960 (all of the
        shop's coupon), 10 % 1,990 (all of the mall's), 0 % 500."""
        lines = [
            self.line("RICE-1", 1080, "0.08", 2),
            self.line("TEA-1", 1100),
            self.line("TICKET", 500, "0.00", sku_code="TEA-1"),
            self.line("post", 660, kind="shipping"),
            self.line("cod", 330, kind="cod_fee"),
            self.line("shop", -200, "0.08", kind="shop_discount"),
            self.line("mall", -100, kind="mall_discount"),
        ]
        figures = (("0.08", 1960, 145), ("0.10", 1990, 180), ("0.00", 500, 0))
        order = self.pull(
            self.order_payload(
                "MIX", lines=lines, tax_summary=self.summary(*figures), buyer_total="4450",
                total="4550", mall_coupon="100", shop_coupon="200", payment_code="2",
                payment_state="cod",
            )
        )  # fmt: skip
        row = (4550, 4450, {"8": (1960, 145), "10": (1990, 180), "0": (500, 0)})
        self.check_whole(order, row)
        self.assertNotIn("total_mismatch", self.open_codes(order))


@tagged("post_install", "-at_install")
class TestOrderCompanies(OrderCommon):
    def test_the_same_buyer_and_code_in_two_companies(self):
        """Each company has its own contact, its own goods and its own warehouse."""
        chart = self.env["account.chart.template"]
        chart.try_loading("generic_coa", company=self.other_company, install_demo=False)
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.other_company.id)], limit=1
        )
        shop = self.make_channel(
            name="Other shop", company_id=self.other_company.id,
            warehouse_ids=[Command.set(warehouse.ids)], user_id=self.outsider.id,
        )  # fmt: skip
        self.tea.company_id = self.company
        theirs = self.env["product.product"].create(
            {"name": "Their tea", "default_code": "TEA-1", "is_storable": True,
             "company_id": self.other_company.id}
        )  # fmt: skip
        payload = self.order_payload(currency=self.other_company.currency_id.name)
        here, there = self.pull(self.order_payload()), self.pull(payload, channel=shop)
        self.assertEqual((here.company_id, there.company_id), (self.company, self.other_company))
        self.assertEqual((here.order_line.product_id, there.order_line[:1].product_id),
                         (self.tea, theirs))  # fmt: skip
        self.assertNotEqual(here.partner_id, there.partner_id)
        self.assertEqual(there.warehouse_id, warehouse)
        self.assertEqual(there.picking_ids.company_id, self.other_company)
        self.assertEqual(there.amount_total, 1100)
        self.assertEqual(there.order_line.tax_ids.company_id, self.other_company)
        clerks = self.env["sale.order"].with_user(self.clerk)
        self.assertFalse(clerks.search([("id", "=", there.id)]))
