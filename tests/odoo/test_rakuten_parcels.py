"""Parcels of Rakuten orders that do not go as planned: what a clerk reads, what goes on."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.ec_mail_templates.tests.common import MailCommon

from .both_malls import TEA
from .test_shipping_day import ShippingDay

LONG = "9" * 121


class RakutenParcels(ShippingDay):
    def received(self, situation="ready", **changes):
        """An order of Rakuten, looked at and ready to leave."""
        values = {"lines": [{"sku": TEA, "quantity": 1}], **changes}
        ref = self.rakuten.place(situation, **values)
        self.pull()
        order = self.env["sale.order"].search([("ec_order_ref", "=", ref)])
        order.ec_check_ids.filtered(lambda check: check.state == "open")._clear()
        return order

    def pull(self, **cursor):
        self.shop_r.operation_ids.write({"blocked_until": False})
        known = self.shop_r._get_cursor("pull_orders")
        self.shop_r._set_cursor("pull_orders", {**(known or {}), **cursor} or None)
        self.shop_r.action_pull_orders()

    def leave(self, order, numbers):
        pickings = order.picking_ids
        pickings.carrier_tracking_ref = numbers
        pickings.move_ids.picked = True
        pickings.with_context(skip_sms=True)._action_done()
        self.tell()

    def tell(self):
        self.shop_r.operation_ids.write({"blocked_until": False})
        self.shop_r.action_push_shipments()
        self.env.invalidate_all()

    def read_by_clerk(self, order):
        """What stands on the clerk's list of deliveries."""
        pickings = order.picking_ids.with_user(self.clerk).with_context(lang="ja_JP")
        return pickings.ec_told_problem

    def rows(self, order):
        rows = self.rakuten.order(order.ec_order_ref)["shipments"]
        return [row["shippingNumber"] for row in rows]


@tagged("post_install", "-at_install")
class TestRakutenRefusals(RakutenParcels):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ja_JP")

    def test_a_refused_number_is_named_and_corrected(self):
        order, good = self.received(), next(self.numbers)
        self.leave(order, f"{good},{LONG}")
        text = self.read_by_clerk(order)
        self.assertTrue(text.startswith("RMSが出荷報告を受け付けませんでした"), text)
        self.assertIn("shippingNumberの書式が不正です。", text)
        self.assertIn(LONG[:50], text, "which of the two")
        self.assertIn("お問い合わせ番号・配送会社・出荷日を訂正して", text)
        self.assertEqual((self.rows(order), order.ec_stage), ([], "shipped"))
        order.picking_ids.with_user(self.clerk).carrier_tracking_ref = good
        self.tell()
        self.assertFalse(self.read_by_clerk(order))
        self.assertEqual((self.rows(order), order.ec_stage), ([good], "done"))

    def test_a_cancelled_order(self):
        order = self.received()
        self.rakuten.store.orders[order.ec_order_ref].progress = 900
        self.leave(order, next(self.numbers))
        self.assertIn("キャンセル確定", self.read_by_clerk(order))

    def test_more_parcels_than_a_destination_takes(self):
        order = self.received()
        (package,) = self.rakuten.store.orders[order.ec_order_ref].model["PackageModelList"]
        package["ShippingModelList"] += [
            {
                "shippingDetailId": 900 + number,
                "shippingNumber": f"RMS-{number}",
                "deliveryCompany": "1001",
                "deliveryCompanyName": "ヤマト運輸",
                "shippingDate": "2026-01-01",
            }
            for number in range(20)
        ]
        self.leave(order, next(self.numbers))
        text = self.read_by_clerk(order)
        self.assertIn("20個", text)
        self.assertNotIn("分けて", text, "it is not sent in parts by itself")

    def test_every_text_is_for_a_japanese_clerk(self):
        shop = self.shop_r.with_context(lang="ja_JP")
        params = {"says": "編集中です。", "code": "ERROR_777", "limit": 20}
        for reason in ("parcel_refused", "refused", "too_many_parcels", "destination_gone",
                       "memo_full"):  # fmt: skip
            text = shop._describe_reason(reason, params, "data")
            self.assertRegex(text, "RMS", reason)
            self.assertNotRegex(text, r"[a-z]{4,} [a-z]{2,}", reason)
            if "refused" in reason:
                self.assertIn("編集中です。", text)

    def test_a_change_that_is_settled_lets_the_parcel_be_told(self):
        """Refused for the state again and again; told by itself once the mall lets it leave."""
        order, number = self.received(), next(self.numbers)
        self.rakuten.event(order.ec_order_ref, "change_request")
        self.leave(order, number)
        for _try in range(10):
            self.tell()
        owed = self.env["ec.exchange"].search(
            [("kind", "=", "shipment"), ("external_ref", "=", order.ec_order_ref)]
        )
        self.assertEqual(owed.state, "failed")
        self.assertIn("変更確定待ち", self.read_by_clerk(order))
        self.pull()
        self.assertEqual(order.ec_mall_status, "400")
        self.rakuten.event(order.ec_order_ref, "change_done")
        self.pull()
        order.ec_check_ids._clear()
        self.tell()
        self.assertFalse(self.read_by_clerk(order))
        self.assertEqual((self.rows(order), order.ec_stage), ([number], "done"))

    def test_what_rakuten_calls_shipped_is_shown_and_asks_nothing(self):
        """The hourly sweep brings orders that were done here; nothing of them is new to a clerk."""
        orders = self.received() | self.received("delivery_wish") | self.received(payment="cod")
        for order in orders:
            self.leave(order, next(self.numbers))
        self.pull(swept_at=None)
        self.assertEqual(set(orders.mapped("ec_mall_status")), {"300"})
        self.assertEqual(len(self.rakuten.run_batch()["shipped"]), 3)
        self.pull(swept_at=None)
        self.assertEqual(set(orders.mapped("ec_mall_status")), {"500"})
        self.assertEqual(set(orders.mapped("ec_mall_status_label")), {"発送済"})
        self.assertEqual(set(orders.mapped("ec_stage")), {"done"})
        self.assertFalse(orders.ec_open_check_ids)
        calls = self.rakuten.calls["getOrder"]
        self.pull(swept_at=None)
        self.assertLessEqual(self.rakuten.calls["getOrder"] - calls, 1, "the overlap at most")


@tagged("post_install", "-at_install")
class TestRakutenCameBack(RakutenParcels):
    """Who never got his parcel is not asked how he likes it."""

    def setUp(self):
        super().setUp()
        MailCommon.open_shop(self.shop_r)
        self.env.ref("ec_mail_templates.policy_rakuten").needs_own_server = False
        self.env["ec.mail.rule"].search([]).write(
            {"workdays_only": False, "hour_from": 0, "hour_to": 24}
        )

    def gone(self, status, **changes):
        """An order that left by the post a month ago; the carrier's file says how it went."""
        order = self.received(**changes)
        picking = order.picking_ids
        picking.carrier_id = self.env.ref("ec_shipping_jp.carrier_japanpost")
        self.env.flush_all()
        self.env["ec.mail.entry"]._read_signals()
        row = f"{picking.ec_key},{next(self.numbers)},20261119,,{status}\r\n"
        profile = self.env["ec.label.profile"].search([("code", "=", "japanpost_history")])
        wizard = self.env["ec.tracking.import"].with_user(self.clerk).create(
            {"profile_id": profile.id, "file": base64.b64encode(row.encode()),
             "file_name": "history.csv"}
        )  # fmt: skip
        wizard.action_read()
        wizard.action_apply()
        self.assertEqual(picking.state, "done")
        self.tell()
        self.assertEqual(order.ec_stage, "done")
        picking.date_done = fields.Datetime.now() - timedelta(days=30)
        order.partner_id.ec_mail_consent_ids = [
            (0, 0, {"state": "given", "role": "all", "source": "form"})
        ]
        return order

    def follow_up(self, order):
        entries = self.env["ec.mail.entry"]
        self.env.flush_all()
        entries._read_signals()
        entries._observe(order)
        entries._decide_due()
        kind = self.env.ref("ec_mail_templates.kind_follow_up")
        return entries.search([("order_id", "=", order.id), ("kind_id", "=", kind.id)])

    def test_delivered(self):
        entry = self.follow_up(self.gone("52,01"))
        self.assertIn(entry.state, ("wanted", "waiting", "queued"), entry.reason)

    def test_the_carrier_brought_it_back(self):
        order = self.gone("52,34")
        self.assertEqual(order.picking_ids.ec_parcel_ids.status, "returned")
        entry = self.follow_up(order)
        self.assertEqual(entry.state, "not_wanted")
        self.assertIn("返送", entry.reason)
        self.assertEqual(len(self.rows(order)), 1, "what left is still told to RMS")

    def test_refused_at_the_door_and_cancelled_in_rms(self):
        """Cash on delivery: nothing is paid back, and the carrier's file may say nothing."""
        order = self.gone("52,01", payment="cod")
        model = self.rakuten.store.orders[order.ec_order_ref].model
        row = {"changeId": 1, "changeType": 1, "changeReason": 1, "changeReasonDetail": 5,
               "changeApplyDatetime": "2026-07-12T09:00:00+0900"}  # fmt: skip
        model.update(orderProgress=900, ChangeReasonModelList=[row])
        self.pull(swept_at=None)
        self.assertEqual(order.ec_mall_status, "900")
        check = order.ec_check_ids.filtered(lambda c: c.state == "open")
        self.assertEqual(check.code, "cancel_requested")
        self.assertIn("代引決済の受取拒否", check.detail)
        self.assertEqual(order.state, "sale", "the goods have left: a person decides")
        check._clear()
        self.assertEqual(order.ec_stage, "done")
        self.assertEqual(self.follow_up(order).state, "not_wanted")
