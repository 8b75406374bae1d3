"""In a database of many orders a screen reads what it shows, not the history of the shop.

Every statement a screen sends is explained as it runs: the rows looked at in each of the tables
that grow with the orders are counted. ``bench/lists.py`` measures times at 5,000 and 50,000.
"""

from odoo.tests import tagged

from odoo.addons.ec_unified.tests.common import EcCommon

from .screens import Client, Probe
from .volume import Volume

ORDERS = 5_000
#: A hundred orders are open, most with two moves; a list may look at them a few times over.
MOST = 600
#: The history itself: newest first, and counted only as far as the web client counts.
HISTORY = {
    "ec_unified.menu_exchange",
    "ec_mail_templates.menu_mail_entry",
    "ec_shipping_jp.menu_parcels",
}
#: Odoo's own way of listing, on tables that do not grow.
FOREIGN = {"ec_mail_templates.menu_mail_template"}


@tagged("post_install", "-at_install")
class TestVolume(EcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.counts = Volume(cls.env, cls.channel).fill(ORDERS)
        cls.clerk.lang = "ja_JP"

    def setUp(self):
        super().setUp()
        self.mine = self.env(
            user=self.clerk,
            context={
                "lang": "ja_JP", "tz": "Asia/Tokyo", "allowed_company_ids": self.company.ids,
            },
        )  # fmt: skip
        self.client = Client(self.mine)

    def assert_small(self, name, work, most=MOST):
        """``work`` reads little of every table that grows; returns its number of queries."""
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        with Probe(self.env).watch() as probe:
            work()
        queries = self.env.cr.sql_log_count - before
        for table, scan, rows, statement in probe.reads():
            self.assertLessEqual(rows, most, f"{name}: {scan} of {table}\n{statement[:3000]}")
        return queries

    def test_it_is_the_shop_it_says(self):
        groups = self.env["sale.order"]._read_group(
            [("ec_channel_id", "=", self.channel.id)], ["ec_stage"], ["__count"]
        )
        found = dict(groups)
        self.assertEqual(sum(found.values()), ORDERS)
        self.assertEqual(found["ready"], self.counts["ready"])
        self.assertGreater(found["done"] + found["cancel"], ORDERS * 0.97)
        copy = self.env["sale.order"].search([("ec_stage", "=", "ready")], limit=1)
        self.assertEqual(copy._ec_get_stage(), "ready")  # the copies are orders like others
        self.assertEqual(copy.picking_ids.move_ids.sale_line_id.order_id, copy)
        copy.picking_ids.move_ids.picked = True
        copy.picking_ids.with_context(skip_sms=True).button_validate()
        self.assertEqual(copy.ec_stage, "shipped")

    def test_every_menu(self):
        seen = set()
        for name, action in self.client.menus().items():
            with self.subTest(name):
                if action._name == "ir.actions.act_window":
                    most = ORDERS * 2 if name in HISTORY else MOST
                    if name in FOREIGN:
                        continue
                    queries = self.assert_small(name, lambda a=action: self.client.open(a), most)
                    self.assertLess(queries, 100, name)  # 80 rows, and none asks for itself
                    seen.add(name)
                elif action._name == "ir.actions.server":
                    server = self.mine[action._name].browse(action.id)
                    self.assert_small(name, server.run, MOST)
                    seen.add(name)
        stages = ("check", "payment", "stock", "ready", "picking", "shipped")
        self.assertLessEqual({f"ec_unified.menu_orders_{stage}" for stage in stages}, seen)
        self.assertLessEqual({"ec_unified.menu_payments", "ec_unified.menu_owed"}, seen)

    def test_board_and_what_its_numbers_open(self):
        board = self.mine["ec.dashboard"]
        board.get_dashboard_data()
        self.assert_small("board", board.get_dashboard_data)
        data = board.get_dashboard_data()
        keys = [c["key"] for part in ("stages", "attention", "payments") for c in data[part]]
        self.assertIn("pay:bank", keys)
        for key in keys:
            with self.subTest(key):
                action = board.get_action(key)
                self.assert_small(key, lambda action=action: self.client.open(action))

    def test_forms_and_searches(self):
        order = self.mine["sale.order"].search([("ec_stage", "=", "ready")], limit=1)
        regular = self.mine["sale.order"].search([("ec_order_ref", "=", "VOL-done")]).partner_id
        self.assertGreater(regular.ec_order_count, 15)
        for record in (order, order.picking_ids, regular):
            with self.subTest(record._name):
                self.assert_small(record._name, lambda record=record: self.client.form(record))
        number = order.ec_order_number.removeprefix("VOL-")
        searches = {
            "number": lambda: self.find("ec_order_number", number),
            "telephone": lambda: self.find("phone_mobile_search", order.partner_id.phone),
            "reading": lambda: self.find("ec_name_kana", "シケンタロウ12"),
            "history of a customer": lambda: self.client.open(regular.action_ec_orders()),
        }
        for name, work in searches.items():
            with self.subTest(name):
                self.assert_small(name, work)
        self.assertEqual(self.find("ec_order_number", number), order)
        self.assertIn(order, self.find("phone_mobile_search", order.partner_id.phone))
        self.assertTrue(self.find("ec_name_kana", "シケンタロウ12"))

    def find(self, part, text):
        """What a search field of the order list finds for what somebody types."""
        view = self.env.ref("ec_unified.sale_order_view_search")
        domain = self.client.search_domain("sale.order", view, part, text)
        return self.mine["sale.order"].search(domain, limit=80)

    def test_what_runs_in_the_background(self):
        crons = self.env["ir.cron"].search(
            [("ir_actions_server_id.model_id.model", "=like", "ec.%")]
        )
        self.assertTrue(crons)
        for cron in crons:
            with self.subTest(cron.name):
                server = cron.ir_actions_server_id.with_user(cron.user_id)
                server.run()  # what waits since the copies were made is worked off
                self.assert_small(cron.name, server.run)
