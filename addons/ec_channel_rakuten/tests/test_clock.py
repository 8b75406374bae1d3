"""The mall's own deadlines, on a clock of our own: half an hour, fourteen days (section 2.2)."""

from datetime import UTC, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenClock(RakutenCommon):
    def setUp(self):
        super().setUp()
        self.make_product("AR-KZ01", 20)
        self.shop.action_import_listings()
        adapter = self.registry["ec.channel.adapter.rakuten"]
        clock = self.mall.clock
        self.startPatcher(patch.object(adapter, "_now", lambda self: clock.now().astimezone(UTC)))
        now = staticmethod(lambda *args: self._naive(clock.now()))
        self.startPatcher(patch.object(fields.Datetime, "now", now))

    @staticmethod
    def _naive(moment):
        return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)

    def later(self, **span):
        """Time passes, then both sides do what is due."""
        self.mall.clock.advance(timedelta(**span).total_seconds())
        self.work()

    def work(self):
        cursor = self.shop._get_cursor("pull_orders")
        self.shop._set_cursor("pull_orders", {**(cursor or {}), "reread_at": None})
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_pull_orders()
        self.shop.action_send_exchanges()
        self.shop.action_pull_orders()

    def state(self, order):
        return self.mall.order(order.ec_order_ref)["state"]

    def test_confirmed_by_itself_but_goods_wait_for_the_half_hour(self):
        ref = self.mall.buy("AR-KZ01")
        self.work()
        order = self.order(ref)
        self.assertEqual((self.state(order), order.ec_stage), (200, "payment"))
        self.later(minutes=29)
        self.assertEqual((self.state(order), order.ec_stage), (200, "payment"))
        self.later(minutes=5)
        self.assertEqual((self.state(order), order.ec_stage), (300, "ready"))

    def test_buyer_cancels_within_the_half_hour_after_our_confirmation(self):
        ref = self.mall.buy("AR-KZ01")
        self.work()
        order = self.order(ref)
        self.assertEqual(self.state(order), 200)
        self.mall.clock.advance(20 * 60)
        self.mall.event(ref, "buyer_cancel")
        self.work()
        self.assertEqual((order.state, order.ec_stage), ("cancel", "cancel"))
        self.assertEqual(order.picking_ids.state, "cancel")

    def test_by_hand_a_clerk_is_told_before_the_fourteenth_day(self):
        self.shop.auto_confirm = False
        ref = self.mall.buy("AR-KZ01")
        self.work()
        order = self.order(ref)
        self.later(days=9)
        self.assertEqual((self.state(order), self.open_codes(order)), (100, []))
        self.later(days=2)
        self.assertEqual(self.open_codes(order), ["confirm_due"])
        order.with_user(self.clerk).action_ec_confirm_at_mall()
        self.work()
        self.assertEqual((self.state(order), self.open_codes(order)), (200, []))
        self.assertFalse(order.ec_needs_confirm)

    def test_nobody_confirms_and_the_mall_cancels(self):
        self.shop.auto_confirm = False
        ref = self.mall.buy("AR-KZ01")
        self.work()
        order = self.order(ref)
        self.later(days=14, minutes=1)
        self.assertEqual((self.state(order), order.state), (900, "cancel"))
        self.assertEqual((order.ec_stage, self.open_codes(order)), ("cancel", []))

    def test_undecided_amounts_are_confirmed_once_they_are_known(self):
        ref = self.mall.place("undecided")
        self.work()
        order = self.order(ref)
        self.assertEqual((self.state(order), order.ec_undecided), (100, True))
        self.assertFalse(order.invoice_ids)
        self.assertEqual(order.ec_buyer_total, 0)
        self.later(days=1)
        self.mall.event(ref, "decide_amounts", postage=1500)
        self.work()
        self.assertEqual((self.state(order), order.ec_buyer_total), (200, 3150))

    def test_late_confirmation_is_seen(self):
        """Confirmed here in the last minute, while the mall has cancelled already."""
        self.shop.auto_confirm = False
        ref = self.mall.buy("AR-KZ01")
        self.work()
        order = self.order(ref)
        self.mall.clock.advance(timedelta(days=14, minutes=1).total_seconds())
        order.action_ec_confirm_at_mall()
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_send_exchanges()
        self.assertTrue(order._ec_owed("confirm").error_kind)
        self.work()
        self.assertEqual(order.state, "cancel")
