"""The dashboard's numbers are the records its links open, at a constant cost."""

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..lib.errors import DataError
from .common import EcCommon


@tagged("post_install", "-at_install")
class TestDashboard(EcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partner = cls.env["res.partner"].create({"name": "花子"})
        cls.orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "ec_channel_id": cls.channel.id,
                    "ec_order_ref": f"O-{number}",
                    "ec_ordered_at": f"2026-11-0{number} 00:00:00",
                }
                for number in range(1, 4)
            ]
        )
        exchanges = cls.env["ec.exchange"]._store_documents(
            cls.channel, "webhook", cls.make_docs(2)
        )
        exchanges[0]._fail(DataError("no"))
        cls.mapping("99")

    def data(self, user=None):
        return self.env["ec.dashboard"].with_user(user or self.clerk).get_dashboard_data()

    def card(self, key):
        data = self.data()
        [card] = [c for c in data["stages"] + data["attention"] if c["key"] == key]
        return card

    def test_every_number_is_what_its_link_opens(self):
        dashboard = self.env["ec.dashboard"].with_user(self.clerk)
        data = self.data()
        for card in data["stages"] + data["attention"]:
            action = dashboard.get_action(card["key"])
            found = self.env[action["res_model"]].with_user(self.clerk).search(action["domain"])
            self.assertEqual(len(found), card["count"], card["key"])
        for shop in data["shops"]:
            for key, number in (("open_orders", "open_orders"), ("errors", "errors"),
                                ("unmatched", "unmatched")):  # fmt: skip
                action = dashboard.get_action(key, shop["id"])
                found = self.env[action["res_model"]].with_user(self.clerk).search(action["domain"])
                self.assertEqual(len(found), shop[number], (shop["name"], key))

    def test_stages_count_and_tell_the_oldest(self):
        stage = self.orders[0].ec_stage
        card = self.card(f"stage:{stage}")
        self.assertGreaterEqual(card["count"], 3)
        self.assertLessEqual(card["oldest"], "2026-11-01 00:00:00")

    def test_work_lists_begin_with_the_oldest_order(self):
        """What is done stands newest first, what is to be done in the order it came."""
        dashboard = self.env["ec.dashboard"].with_user(self.clerk)
        for stage in ("new", "check", "payment", "stock", "ready", "picking"):
            action = dashboard.get_action(f"stage:{stage}")
            for mode in ("list", "kanban"):
                [view_id] = [view for view, kind in action["views"] if kind == mode]
                arch = self.env["sale.order"].get_view(view_id, mode)["arch"]
                order = etree.fromstring(arch).get("default_order")
                self.assertEqual(order, "ec_ordered_at, id", (stage, mode))
        for action in (
            dashboard.get_action("stage:shipped"),
            self.env["ir.actions.act_window"]._for_xml_id("ec_unified.action_ec_orders"),
        ):
            view_id = action["views"][0][0]
            arch = self.env["sale.order"].get_view(view_id, "list")["arch"]
            self.assertFalse(etree.fromstring(arch).get("default_order"))

    def test_errors_and_open_assignments(self):
        self.assertGreaterEqual(self.card("errors")["count"], 1)
        self.assertGreaterEqual(self.card("mappings")["count"], 1)

    def test_other_companies_are_not_counted(self):
        data = self.data(self.outsider)
        self.assertFalse([s for s in data["shops"] if s["id"] == self.channel.id])
        self.assertEqual({c["count"] for c in data["stages"] + data["attention"]}, {0})

    def test_not_for_everybody(self):
        employee = self._make_user("plain-employee", "base.group_user")
        with self.assertRaises(AccessError):
            self.data(employee)

    def test_shop_strip(self):
        self.channel.button_pause()
        [shop] = [s for s in self.data()["shops"] if s["id"] == self.channel.id]
        self.assertEqual(shop["state"], "paused")
        self.assertEqual(shop["health"], "ok")

    def test_cost_does_not_grow(self):
        """As many queries for three orders and one shop as for many of both."""
        counts = []
        # As superuser: Odoo's own look-ups of access rights are cached in real life, but not after
        # a test has created scheduled actions.
        dashboard = self.env["ec.dashboard"].sudo()
        dashboard.get_dashboard_data()
        for number in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            dashboard.get_dashboard_data()
            counts.append(self.env.cr.sql_log_count - before)
            for shop in range(3):
                self.make_channel(name=f"Shop {number}-{shop}")
            for order in self.orders:
                ref = f"{number}-{order.id}"
                order.copy({"ec_channel_id": self.channel.id, "ec_order_ref": ref})
        self.assertLessEqual(counts[1], counts[0] + 1, counts)
        self.assertLess(counts[1], 36)
