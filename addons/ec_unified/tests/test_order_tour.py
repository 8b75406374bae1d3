"""A clerk's work with orders in a real browser: board, check, one parcel for two, many at once."""

from odoo.tests import HttpCase, tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestOrderTour(OrderCommon, HttpCase):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ja_JP")
        cls.clerk.lang = "ja_JP"
        cls.env["ec.channel"].search([("id", "!=", cls.channel.id)]).active = False
        cls.channel.write({"name": "見本店", "merge_policy": "all"})
        cls.env["ec.mapping"].create(
            [
                {"channel_id": cls.channel.id, "kind": "payment", "mall_value": value,
                 "mall_label": label, "payment_method_role": role}
                for value, label, role in (("1", "カード", "card"), ("9", "銀行振込", "bank"))
            ]
        )  # fmt: skip

    def setUp(self):
        super().setUp()
        self.env["sale.order"].search([("ec_channel_id", "!=", False)]).ec_channel_id = False
        unpaid = {"payment_code": "9", "payment_label": "銀行振込", "payment_state": "unpaid"}
        self.checked, self.later, self.unpaid, self.ready, self.second = self.pull(
            self.order_payload("T-CHECK-1", remarks="のんびりお待ちしています"),
            self.order_payload("T-CHECK-2", remarks="ゆっくりで大丈夫です"),
            self.order_payload("T-PAY", **unpaid),
            self.order_payload("T-READY-1"),
            self.order_payload("T-READY-2"),
        )

    def tour(self, name, action):
        self.env.cr.flush()
        self.start_tour(f"/odoo/{action}", name, login=self.clerk.login, timeout=90)
        self.env.invalidate_all()

    def test_day_board(self):
        stages = (self.checked | self.unpaid | self.ready).mapped("ec_stage")
        self.assertEqual(stages, ["check", "payment", "ready"])
        self.tour("ec_day_board", "shop-dashboard")

    def test_check_cleared(self):
        self.tour("ec_check_cleared", "shop-orders-check")
        check = self.checked.ec_check_ids
        self.assertEqual((check.state, check.cleared_by_id), ("cleared", self.clerk))
        self.assertEqual(self.checked.ec_stage, "ready")
        self.assertEqual(self.later.ec_stage, "check")

    def test_merge(self):
        other = self.make_channel(name="見本店 二号", merge_policy="all")
        self.ready._action_cancel()
        self.second.picking_ids.printed = True  # on its way, so no company for others
        mine = self.pull(self.order_payload("M-1"))
        theirs = self.pull(self.order_payload("M-2"), channel=other)
        self.env["ec.merge"].search([]).unlink()
        merge = self.env["ec.merge"].with_user(self.clerk)._suggest()
        self.assertEqual(merge.order_ids, mine | theirs)
        self.tour("ec_merge_orders", f"action-{self.env.ref('ec_unified.action_ec_merge').id}")
        self.assertEqual((mine | theirs).picking_ids.mapped("state"), ["assigned", "assigned"])
        self.assertFalse((mine | theirs).picking_ids.ec_merge_id)
        self.assertEqual((mine | theirs).mapped("amount_total"), [1100, 1100])

    def test_bulk(self):
        self.tour("ec_bulk_work", "shop-orders")
        orders = self.ready | self.second
        self.assertEqual(orders.picking_ids.mapped("state"), ["done", "done"])
        left = self.checked | self.later | self.unpaid
        self.assertEqual(left.mapped("ec_stage"), ["check", "check", "payment"])
