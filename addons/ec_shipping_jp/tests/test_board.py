"""The day board: what still leaves today, by carrier, against the hours of carriers and shops."""

from datetime import datetime

from odoo.tests import tagged

from .common import ShippingCommon


@tagged("post_install", "-at_install")
class TestBoard(ShippingCommon):
    def today(self):
        return self.env["ec.dashboard"].with_user(self.clerk).get_dashboard_data()["today"]

    def row(self, carrier):
        [row] = [r for r in self.today()["rows"] if r["key"] == f"ship:{carrier.id}"]
        return row

    def test_left_per_carrier(self):
        self.yamato.ec_pickup_hour = 17.5
        before = {r["key"]: r["count"] for r in self.today()["rows"]}
        ready = self.ship("A")
        held = self.ship("B", remarks="電話ください")
        late = self.ship("C")
        late.write({"ec_ship_on": "2026-11-18", "ec_ship_on_manual": True})
        tomorrow = self.ship("D")
        tomorrow.write({"ec_ship_on": "2026-11-20", "ec_ship_on_manual": True})
        row = self.row(self.yamato)
        self.assertEqual(row["count"] - before.get(row["key"], 0), 3)
        self.assertEqual((row["late"], row["held"]), (1, 1))
        # Half past five in Japan.
        self.assertEqual((row["until"], row["hour"]), ("2026-11-19 08:30:00", "17:30"))
        action = self.env["ec.dashboard"].with_user(self.clerk).get_action(row["key"])
        shown = self.env["stock.picking"].with_user(self.clerk).search(action["domain"])
        self.assertEqual(len(shown), row["count"])
        self.assertLessEqual(ready | held | late, shown)
        ready.move_ids.picked = True
        ready.with_context(skip_sms=True).button_validate()
        self.assertEqual(self.row(self.yamato)["count"], row["count"] - 1)

    def test_the_next_pick_up_first_and_one_without_an_hour_last(self):
        self.yamato.ec_pickup_hour, self.sagawa.ec_pickup_hour = 18, 15
        self.mail.ec_pickup_hour = 0
        for ref, carrier in (("A", self.yamato), ("B", self.mail), ("C", self.sagawa)):
            self.ship(ref).carrier_id = carrier
        mine = {f"ship:{c.id}" for c in (self.yamato, self.sagawa, self.mail)}
        keys = [row["key"] for row in self.today()["rows"] if row["key"] in mine]
        self.assertEqual(keys, [f"ship:{c.id}" for c in (self.sagawa, self.yamato, self.mail)])

    def test_cut_off_of_the_shops(self):
        self.calendar.cutoff = 13.25
        [row] = [r for r in self.today()["cutoffs"] if r["label"] == self.calendar.name]
        self.assertEqual((row["closed"], row["until"]), (False, "2026-11-19 04:15:00"))
        self.assertEqual(row["hour"], "13:15")
        self.calendar.cutoff = 24
        [row] = [r for r in self.today()["cutoffs"] if r["label"] == self.calendar.name]
        self.assertEqual((row["until"], row["hour"]), ("2026-11-19 15:00:00", "24:00"))
        self.set_now(datetime(2026, 11, 22, 9, 0))  # a Sunday
        [row] = [r for r in self.today()["cutoffs"] if r["label"] == self.calendar.name]
        self.assertEqual((row["closed"], row["until"]), (True, False))

    def test_work_on_a_phone_is_cards_with_their_steps(self):
        for name in ("shipping", "shipping_today", "shipping_gaps"):
            views = {
                mode: view_id
                for view_id, mode in self.env.ref(f"ec_shipping_jp.action_ec_{name}").views
            }
            self.assertEqual(list(views)[0], "list", name)
            arch = self.env["stock.picking"].get_view(views["kanban"], "kanban")["arch"]
            self.assertIn('widget="ec_ticks"', arch, name)

    def test_day_in_japan(self):
        """At half past eight in Japan the server still has yesterday."""
        self.ship("A").write({"ec_ship_on": "2026-11-20", "ec_ship_on_manual": True})
        self.set_now(datetime(2026, 11, 19, 23, 59))
        count = sum(row["count"] for row in self.today()["rows"])
        self.set_now(datetime(2026, 11, 20, 8, 30))
        self.assertEqual(sum(row["count"] for row in self.today()["rows"]), count + 1)
