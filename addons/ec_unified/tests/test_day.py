"""The shop's day: at half past eight in Japan the server (UTC) still has yesterday."""

from freezegun import freeze_time

from odoo.tests import tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestDay(OrderCommon):
    """On 2026-11-10 at 08:30 in Japan it is 23:30 of the 9th in UTC."""

    MORNING = "2026-11-09 23:30:00"

    def test_cancel_day_counts_from_the_day_in_japan(self):
        order = self.pull(
            self.order_payload(payment_state="unpaid", ordered_at="2026-11-10T08:30:00+09:00")
        )
        self.assertEqual(str(order.ec_cancel_on), "2026-11-17")
        self.channel.payment_days = 3
        self.assertEqual(str(order.ec_cancel_on), "2026-11-13")

    def test_overdue_on_the_day_after(self):
        order = self.pull(self.order_payload(payment_state="unpaid", payment_due_on="2026-11-09"))
        last = self.pull(
            self.order_payload("O-2", payment_state="unpaid", payment_due_on="2026-11-10")
        )
        for user in (self.clerk, self.clerk.copy({"login": "no-zone", "tz": False})):
            board = self.env["ec.dashboard"].with_user(user).with_context(tz=False)
            with freeze_time(self.MORNING):
                overdue = self.env["sale.order"].search(
                    board.get_action("payment_overdue")["domain"]
                )
            self.assertIn(order, overdue)
            self.assertNotIn(last, overdue)

    def test_wished_for_tomorrow_can_be_met_wished_for_today_not(self):
        rule = self.env.ref("ec_unified.check_rule_wish")
        today = self.pull(self.order_payload(wish_date="2026-11-10"))
        tomorrow = self.pull(self.order_payload("O-2", wish_date="2026-11-11"))
        with freeze_time(self.MORNING):
            self.assertEqual(list(rule._match(today | tomorrow)), [today])

    def test_the_day_of_the_board_ends_at_midnight_in_japan(self):
        with freeze_time(self.MORNING):
            self.assertEqual(str(self.company._ec_today()), "2026-11-10")
            self.assertEqual(str(self.company._ec_end_of_today()), "2026-11-10 15:00:00")
        order = self.pull(self.order_payload())
        board = self.env["ec.dashboard"].with_user(self.clerk)
        today = {"scheduled_date": "2026-11-10 14:59:00"}
        tomorrow = {"scheduled_date": "2026-11-10 15:00:00"}
        if "ec_ship_on" in order.picking_ids:  # with carriers the planned day decides
            today["ec_ship_on"], tomorrow["ec_ship_on"] = "2026-11-10", "2026-11-11"
        with freeze_time(self.MORNING):
            order.picking_ids.write(today)
            self.assertIn(order.picking_ids, self.shown(board, "ship_today"))
            order.picking_ids.write(tomorrow)
            self.assertNotIn(order.picking_ids, self.shown(board, "ship_today"))

    def shown(self, board, key):
        action = board.get_action(key)
        return self.env[action["res_model"]].search(action["domain"])

    def test_zone_of_another_country(self):
        self.company.partner_id.tz = "Europe/Berlin"
        with freeze_time(self.MORNING):
            self.assertEqual(str(self.company._ec_today()), "2026-11-10")
        with freeze_time("2026-11-09 22:30:00"):
            self.assertEqual(str(self.company._ec_today()), "2026-11-09")
