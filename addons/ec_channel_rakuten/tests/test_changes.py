"""What is changed here is seen at the mall afterwards."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import RakutenCommon


@tagged("post_install", "-at_install")
class TestRakutenChanges(RakutenCommon):
    def setUp(self):
        super().setUp()
        self.plate = self.make_product("AR-KZ01", 20)
        self.shop.action_import_listings()

    def received(self, name):
        ref = self.mall.place(name)
        self.shop.action_pull_orders()
        return self.order(ref)

    def send(self):
        self.env["ec.exchange"]._process_pending(self.shop, direction="out")

    def test_cancelled_here_is_cancelled_at_the_mall_with_its_reason(self):
        order = self.received("ready")
        action = order.with_user(self.clerk).action_cancel()
        wizard = self.env["ec.order.cancel"].with_user(self.clerk).browse(action["res_id"])
        line = wizard.line_ids
        self.assertIn("店舗都合：欠品", line.reason_ids.mapped("name"))
        line.reason_id = line.reason_ids.filtered(lambda row: row.code == "8")
        wizard.action_apply()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.mall.order(order.ec_order_ref)["state"], 300, "not told yet")
        self.send()
        self.assertIn(self.mall.order(order.ec_order_ref)["state"], (800, 900))
        model = self.mall.store.orders[order.ec_order_ref].model
        reasons = [row["changeReasonDetail"] for row in model["ChangeReasonModelList"]]
        self.assertEqual(reasons[-1], 8)

    def test_note_is_added_to_the_memo(self):
        order = self.received("ready")
        wizard = (
            self.env["ec.order.memo"]
            .with_user(self.clerk)
            .create({"order_ids": order.ids, "text": "電話済み"})
        )
        wizard.action_apply()
        self.send()
        memo = self.mall.store.orders[order.ec_order_ref].model["memo"]
        self.assertEqual(memo.splitlines()[-1], "電話済み")

    def test_payment_cannot_be_told_and_the_clerk_hears_it(self):
        order = self.received("bank_transfer")
        action = order.with_user(self.clerk).action_ec_mark_paid()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn(self.shop.name, action["params"]["message"])
        self.assertEqual(order.ec_payment_state, "paid")
        with self.assertRaises(UserError):
            order.action_ec_mark_paid()

    # === REFUSED, LATE, LOST === #

    def cancel(self, order, code="8"):
        action = order.with_user(self.clerk).action_cancel()
        wizard = self.env["ec.order.cancel"].with_user(self.clerk).browse(action["res_id"])
        line = wizard.line_ids
        line.reason_id = line.reason_ids.filtered(lambda row: row.code == code)
        wizard.action_apply()

    def again(self):
        """A pull that reads all open orders again."""
        cursor = self.shop._get_cursor("pull_orders")
        self.shop._set_cursor("pull_orders", {**(cursor or {}), "reread_at": None})
        self.shop.operation_ids.write({"blocked_until": False})
        self.shop.action_pull_orders()

    def test_cancel_while_a_change_is_settled_is_seen_and_told_later(self):
        order = self.received("change_pending")
        self.cancel(order)
        self.send()
        self.assertEqual(self.mall.order(order.ec_order_ref)["state"], 400)
        self.assertEqual((order.state, order.ec_stage), ("cancel", "check"))
        self.assertEqual(self.open_codes(order), ["mall_not_told"])
        self.mall.event(order.ec_order_ref, "change_done")
        order._ec_owed().with_user(self.clerk).button_retry()
        self.send()
        self.assertIn(self.mall.order(order.ec_order_ref)["state"], (800, 900))
        self.assertEqual(order.ec_stage, "cancel")
        self.again()
        self.assertEqual((order.ec_stage, self.open_codes(order)), ("cancel", []))

    def test_cancel_whose_answer_is_lost_is_done_once(self):
        order = self.received("ready")
        self.cancel(order)
        self.mall.faults.add("cut", match="cancelOrder", times=1)
        self.send()
        self.assertIn(self.mall.order(order.ec_order_ref)["state"], (800, 900))
        self.assertFalse(order._ec_owed())

    # === ADDRESS AND QUANTITY === #

    def edit(self, order, quantity=None, reason=None, **address):
        action = order.with_user(self.clerk).action_ec_edit()
        wizard = self.env["ec.order.edit"].with_user(self.clerk).browse(action["res_id"])
        wizard.write(address)
        if quantity:
            wizard.line_ids[0].quantity = quantity
        if reason:
            wizard.reason_id = wizard.reason_ids.filtered(lambda row: row.code == reason)
        wizard.action_apply()

    def model(self, order):
        return self.mall.store.orders[order.ec_order_ref].model

    def test_address_changed_here_is_changed_at_the_mall(self):
        order = self.received("ready")
        state = self.env["res.country.state"].search([("code", "=", "JP-27")])
        self.edit(
            order, name="例示 次郎", zip="530-0001", state_id=state.id, city="大阪市北区",
            street="梅田1-1-1", street2="見本ビル2F", phone="06-0000-9999",
        )  # fmt: skip
        self.send()
        sender = self.model(order)["PackageModelList"][0]["SenderModel"]
        found = [sender[name] for name in ("zipCode1", "zipCode2", "prefecture", "city")]
        self.assertEqual(found, ["530", "0001", "大阪府", "大阪市北区"])
        self.assertEqual(sender["subAddress"], "梅田1-1-1 見本ビル2F")
        self.assertEqual((sender["familyName"], sender["firstName"]), ("例示", "次郎"))
        self.assertEqual(sender["phoneNumber3"], "9999")
        self.assertEqual(self.mall.order(order.ec_order_ref)["buyer_total"], 2310)
        place = order.partner_shipping_id
        self.again()
        self.assertEqual((order.partner_shipping_id, self.open_codes(order)), (place, []))
        self.assertEqual(order.picking_ids.partner_id, place)

    def test_one_destination_of_several(self):
        for code in ("MM06-MATCHA", "MM06-HOUJI"):
            self.make_product(code)
        order = self.received("several_destinations")
        first, second = order.order_line.ec_destination_id
        action = order.action_ec_edit()
        wizard = self.env["ec.order.edit"].browse(action["res_id"])
        wizard.destination_id = second
        wizard.write({**wizard._address_of(second), "street": "架空町9-9"})
        wizard.action_apply()
        self.send()
        streets = [p["SenderModel"]["subAddress"] for p in self.model(order)["PackageModelList"]]
        self.assertEqual([("9-9" in street) for street in streets], [False, True])
        self.assertEqual(len(order.picking_ids.partner_id), 2)
        self.assertIn(first, order.picking_ids.partner_id)
        figures = self.mall.order(order.ec_order_ref)
        self.assertEqual(figures["buyer_total"], 13420, "coupons were sent again")

    def test_fewer_pieces_need_a_reason_and_the_malls_amounts_come_back(self):
        ref = self.mall.place("ready", lines=[{"sku": "AR-KZ01", "quantity": 3}])
        self.shop.action_pull_orders()
        order = self.order(ref)
        # 3 x 1,650 = 4,950, no postage above 3,980; / 11 = 450
        self.assertEqual((order.amount_total, order.amount_tax), (4950, 450))
        with self.assertRaises(UserError):
            self.edit(order, quantity=2)
        self.edit(order, quantity=2, reason="8")
        self.send()
        figures = self.mall.order(ref)
        self.assertEqual([line["quantity"] for line in figures["lines"]], [2])
        self.assertEqual(figures["buyer_total"], 3300)
        self.again()
        # 2 x 1,650; / 11
        self.assertEqual((order.amount_total, order.amount_tax), (3300, 300))
        goods = order.order_line.filtered(lambda line: line.product_id == self.plate)
        self.assertEqual(goods.product_uom_qty, 2)
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 2)

    def test_shipped_orders_are_not_changed(self):
        order = self.received("ready")
        self.edit(order, street="千代田9-9")
        self.mall.event(order.ec_order_ref, "ship")
        self.mall.run_batch()
        self.send()
        self.assertIn("mall_not_told", self.open_codes(order))
        self.assertTrue(order._ec_owed())

    def test_refund_has_no_function_and_the_steps_are_shown(self):
        order = self.received("ready")
        action = order.with_user(self.clerk).action_ec_refund()
        wizard = self.env["ec.order.refund"].with_user(self.clerk).browse(action["res_id"])
        self.assertFalse(wizard.tell)
        self.assertIn("RMS", wizard.steps)
        wizard.write({"amount": 500, "note": "お詫び"})
        wizard.action_apply()
        self.send()
        self.assertEqual(self.open_codes(order), ["mall_not_told"])
        self.assertEqual(self.mall.order(order.ec_order_ref)["buyer_total"], 2310)

    # === SUB-STATUS === #

    def test_sub_status_follows_the_stage(self):
        order = self.received("ready")
        self.shop.action_check_connection()
        statuses = self.shop.mall_status_ids.filtered(lambda row: row.mall_state == "300")
        self.assertTrue(len(statuses) > 1)
        self.assertEqual(statuses.mapped("mall_state_label"), ["発送待ち"] * len(statuses))
        statuses[0].stage, statuses[1].stage = "ready", "picking"
        self.shop.action_send_exchanges()
        self.assertEqual(self.model(order)["subStatusId"], int(statuses[0].ref))
        order.picking_ids.printed = True
        self.shop.action_send_exchanges()
        self.assertEqual(self.model(order)["subStatusId"], int(statuses[1].ref))
        self.again()
        self.assertEqual(order.ec_mall_sub_status, statuses[1].name)
        # A person chose another one in RMS: it stays until the next stage.
        self.model(order).update(subStatusId=None, subStatusName=None)
        self.shop.action_send_exchanges()
        self.assertIsNone(self.model(order)["subStatusId"])
