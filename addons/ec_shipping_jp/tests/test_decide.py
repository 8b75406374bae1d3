"""Carrier and day by rule; what a person sets stays."""

from datetime import date, datetime

from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestDecide(ShippingCommon):
    def test_plain_order_ships_today(self):
        picking = self.ship()
        self.assertEqual(picking.carrier_id, self.yamato)
        self.assertEqual(picking.ec_service, "standard")
        self.assertEqual(picking.ec_ship_on, date(2026, 11, 19))
        self.assertIn("All", picking.ec_decision)

    def test_the_order_says_why(self):
        picking = self.ship(wish_date="2026-11-19")
        why = picking.sale_id.with_user(self.clerk).ec_shipping_why
        self.assertIn(self.yamato.name, why)
        for reason in picking.ec_decision.splitlines():
            self.assertIn(reason, why)

    def test_cutoff_weekend_and_holiday(self):
        self.calendar.cutoff = 12
        self.set_now(datetime(2026, 11, 20, 13, 0))
        picking = self.ship()
        self.assertEqual(picking.ec_ship_on, date(2026, 11, 24))

    def test_special_days_of_the_shop(self):
        own = self.calendar.copy({"name": "Own"})
        own.day_ids = [(0, 0, {"day": "2026-11-19", "is_open": False}),
                       (0, 0, {"day": "2026-11-21", "is_open": True})]  # fmt: skip
        own.friday = False
        self.channel.ec_calendar_id = own
        self.assertEqual(self.ship().ec_ship_on, date(2026, 11, 21))

    def test_the_place_the_goods_leave_from_has_its_own_days(self):
        """A warehouse company with other days off goes before the shop's calendar, and its
        calendar is nobody else's."""
        there = self.calendar.copy({"name": "Warehouse company", "sequence": 1})
        there.warehouse_ids = self.env["stock.warehouse"].create({"name": "There", "code": "THR"})
        there.thursday = False
        self.channel.ec_calendar_id = False
        self.assertEqual(self.ship("A").ec_ship_on, date(2026, 11, 19))
        there.warehouse_ids = self.warehouse
        self.assertEqual(self.ship("B").ec_ship_on, date(2026, 11, 20))
        self.channel.ec_calendar_id = self.calendar
        self.assertEqual(self.ship("C").ec_ship_on, date(2026, 11, 20))

    def test_over_the_new_year(self):
        """Closed from 29 December to 3 January; the wish counts back over the gap."""
        self.calendar.day_ids = [
            (0, 0, {"day": day, "is_open": False})
            for day in ("2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02",
                        "2027-01-03")
        ]  # fmt: skip
        self.set_now(datetime(2026, 12, 28, 13, 0))
        self.assertEqual(self.ship("A").ec_ship_on, date(2027, 1, 4))
        wished = self.ship("B", wish_date="2027-01-05")
        self.assertEqual((wished.ec_ship_on, wished.ec_late), (date(2027, 1, 4), False))
        early = self.ship("C", wish_date="2027-01-02")
        self.assertEqual((early.ec_ship_on, early.ec_late), (date(2027, 1, 4), True))

    def test_wish_date_minus_days_under_way(self):
        hokkaido = {
            "name": "佐藤 太郎", "zip": "060-0001", "state_code": "JP-01", "city": "札幌市中央区",
            "street": "北一条西2-3", "phone": "011-000-0003",
        }  # fmt: skip
        picking = self.ship(
            destinations=[{"ref": "1", "address": hokkaido}],
            wish_date="2026-11-28", wish_time_from=14, wish_time_to=16,
        )  # fmt: skip
        self.assertEqual(picking.ec_ship_on, date(2026, 11, 26))
        self.assertEqual(picking.ec_window, "14_16")
        self.assertFalse(picking.ec_late)
        self.assertIn("北海道", picking.ec_decision)

    def test_a_wish_that_cannot_be_kept(self):
        picking = self.ship(wish_date="2026-11-19")
        self.assertTrue(picking.ec_late)
        self.assertEqual(picking.ec_ship_on, date(2026, 11, 19))

    def test_hours_no_carrier_has(self):
        picking = self.ship(wish_time_from=13, wish_time_to=15)
        self.assertEqual(picking.ec_window, "other")

    def test_first_fitting_rule(self):
        self.make_rule("Cold", self.sagawa, cool="chilled", sequence=1)
        self.make_rule("Small", self.mail, mail_only=True, max_quantity=2, sequence=2)
        self.assertEqual(self.ship("A").carrier_id, self.yamato)
        self.tea.product_tmpl_id.ec_fits_mail = True
        picking = self.ship("B")
        self.assertEqual((picking.carrier_id, picking.ec_service), (self.mail, "mail"))
        self.tea.product_tmpl_id.ec_cool = "chilled"
        picking = self.ship("C")
        self.assertEqual((picking.carrier_id, picking.ec_cool), (self.sagawa, "chilled"))

    def test_cash_on_delivery(self):
        picking = self.ship(payment_code="2", payment_state="cod")
        self.assertEqual(picking.ec_service, "cod")

    def test_the_cheapest_of_equal_rules(self):
        self.rule.active = False
        self.make_rule("Y", self.yamato, sequence=5)
        self.make_rule("S", self.sagawa, sequence=5)
        prices = self.env["ec.carrier.price"]
        prices.create({"carrier_id": self.yamato.id, "price": 900})
        prices.create({"carrier_id": self.sagawa.id, "price": 800})
        picking = self.ship()
        self.assertEqual(picking.carrier_id, self.sagawa)
        self.assertIn("800", picking.ec_decision)

    def test_what_a_person_sets_stays(self):
        picking = self.ship()
        as_clerk = picking.with_user(self.clerk)
        as_clerk.write({"carrier_id": self.sagawa.id, "ec_ship_on": "2026-11-26"})
        picking.sale_id.ec_wish_date = "2026-12-01"
        self.assertEqual(picking.carrier_id, self.sagawa)
        self.assertEqual(picking.ec_ship_on, date(2026, 11, 26))
        self.assertTrue(picking.ec_carrier_manual and picking.ec_ship_on_manual)
        as_clerk.action_ec_decide()
        self.assertEqual(picking.carrier_id, self.yamato)
        self.assertNotEqual(picking.ec_ship_on, date(2026, 11, 26))

    def test_no_rule_no_change(self):
        self.rule.active = False
        picking = self.ship()
        self.assertFalse(picking.carrier_id)
        self.assertTrue(picking.ec_decision)

    def test_what_waited_moves_on(self):
        picking = self.ship(payment_state="unpaid", payment_code="3")
        self.assertEqual(picking.ec_ship_on, date(2026, 11, 19))
        self.set_now(datetime(2026, 11, 25, 9, 0))
        self.env["stock.picking"]._ec_cron_decide()
        self.assertEqual(picking.ec_ship_on, date(2026, 11, 25))

    def test_inserts_by_rule_and_what_a_mall_forbids(self):
        card = self.make_product("CARD-1")
        rule = self.env["ec.insert.rule"].create({"name": "Thanks", "product_id": card.id})
        self.assertEqual(self.ship("A").ec_insert_ids, rule)
        rule.forbidden_channel_ids = self.channel
        self.assertFalse(self.ship("B").ec_insert_ids)
        rule.write({"forbidden_channel_ids": [(5,)], "min_purchases": 50})
        self.assertFalse(self.ship("C").ec_insert_ids)

    def test_cost_of_deciding_is_flat(self):
        payloads = [self.order_payload(f"Q-{n}") for n in range(20)]
        pickings = self.pull(*payloads).picking_ids
        self.env.flush_all()

        def queries(records):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            records._ec_decide()
            self.env.flush_all()
            return self.cr.sql_log_count - start

        queries(pickings[:5])
        few, many = queries(pickings[:5]), queries(pickings)
        self.assertLessEqual(many, few + 5)
