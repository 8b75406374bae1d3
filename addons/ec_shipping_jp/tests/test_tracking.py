"""Tracking numbers in, and the mall told: once, again after a correction, never twice."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ShippingCommon

A, B, C = (f"{n}{n % 7}" for n in (10000000000, 10000000001, 10000000002))


@tagged("post_install", "-at_install")
class TestTracking(ShippingCommon):
    @property
    def post(self):
        return self.env.ref("ec_shipping_jp.carrier_japanpost")

    def history(self, *rows):
        """Japan Post's 発送履歴: rows of (delivery, number, "status,detail")."""
        return "".join(f"{p.ec_key},{n},20261119,,{s}\r\n" for p, n, s in rows).encode()

    def test_file_to_mall(self):
        picking = self.ship()
        self.read_file(self.yamato_file((picking.ec_key, A)))
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.carrier_tracking_ref, A)
        self.assertIn(A, picking.carrier_tracking_url)
        self.assertEqual(self.owed().state, "pending")
        self.assertEqual(picking.sale_id.ec_stage, "shipped")
        self.channel.action_push_shipments()
        self.assertEqual(self.told(), [["O-1"]])
        self.assertTrue(picking.sale_id.ec_mall_told)
        self.assertEqual(picking.sale_id.ec_stage, "done")
        self.assertIn("told", picking.ec_tick_ids.mapped("step"))

    def test_the_same_file_twice_does_nothing(self):
        picking = self.ship()
        content = self.yamato_file((picking.ec_key, A))
        self.read_file(content)
        self.channel.action_push_shipments()
        wizard = self.read_file(content)
        self.assertEqual(wizard.line_ids.state, "same")
        self.assertEqual(len(picking.ec_parcel_ids), 1)
        self.assertEqual(self.owed().state, "done")
        self.assertTrue(picking.sale_id.ec_mall_told)

    def test_the_payload_is_the_contracts(self):
        picking = self.ship()
        picking.ec_parcel_count = 2
        self.read_file(self.yamato_file((picking.ec_key, A), (picking.ec_key, B)))
        data = self.env["ec.exchange"]._shipment_data(self.owed().payload)
        self.assertEqual([p.tracking_number for p in data.parcels], [A, B])
        self.assertEqual({p.carrier_code for p in data.parcels}, {"yamato"})
        self.assertEqual(data.parcels[0].lines, ())
        self.assertEqual(str(data.parcels[0].shipped_on), "2026-11-19")

    def test_unknown_and_faulty_rows_are_listed(self):
        picking = self.ship()
        wizard = self.read_file(
            self.yamato_file((picking.ec_key, A), ("S9999999", B), (picking.ec_key, "123456789012"))
        )
        self.assertEqual(sorted(wizard.line_ids.mapped("state")), ["error", "new", "unknown"])
        self.assertEqual(picking.carrier_tracking_ref, A)

    def test_two_numbers_for_one_parcel_are_asked_about(self):
        """A slip made anew is not always marked: the mall must not be told both."""
        picking = self.ship()
        content = self.yamato_file((picking.ec_key, A), (picking.ec_key, B))
        wizard = self.read_file(content, apply=False)
        self.assertEqual(set(wizard.line_ids.mapped("state")), {"ask"})
        wizard.action_apply()
        self.assertFalse(picking.ec_parcel_ids)
        self.assertNotEqual(picking.state, "done")
        wizard = self.read_file(content, apply=False)
        wizard.line_ids.filtered(lambda line: line.number == B).action = "add"
        wizard.action_apply()
        self.assertEqual((picking.carrier_tracking_ref, picking.state), (B, "done"))

    def test_parcels_the_tool_ties_together_are_all_taken(self):
        picking = self.ship()
        row = [picking.ec_key, "0", "0", "", "2026/11/19", *[""] * 68, "JOINED-1"]
        lines = [",".join([*row[:3], number, *row[4:]]) for number in (A, B)]
        wizard = self.read_file("\r\n".join([*lines, ""]).encode())
        self.assertEqual(wizard.line_ids.mapped("action"), ["add", "add"])
        self.assertEqual(picking.carrier_tracking_ref, f"{A},{B}")

    def test_a_number_beside_the_known_one_is_asked_about(self):
        picking = self.ship()
        self.read_file(self.yamato_file((picking.ec_key, A)), validate=False)
        content = self.yamato_file((picking.ec_key, A), (picking.ec_key, B))
        wizard = self.read_file(content, validate=False)
        states = {line.number: line.state for line in wizard.line_ids}
        self.assertEqual(states, {A: "same", B: "ask"})
        self.assertEqual(picking.carrier_tracking_ref, A)

    def test_one_number_for_two_deliveries_is_asked_about(self):
        one, two = self.ship("A"), self.ship("B")
        wizard = self.read_file(self.yamato_file((one.ec_key, A), (two.ec_key, A)), apply=False)
        self.assertEqual(set(wizard.line_ids.mapped("state")), {"ask"})
        self.read_file(self.yamato_file((one.ec_key, A)))
        wizard = self.read_file(self.yamato_file((two.ec_key, A)))
        self.assertEqual(wizard.line_ids.state, "ask")
        self.assertIn(one.name, wizard.line_ids.message)
        self.assertFalse(two.ec_parcel_ids)

    def test_a_corrected_number_is_told_again(self):
        picking = self.ship()
        self.read_file(self.yamato_file((picking.ec_key, A)))
        self.channel.action_push_shipments()
        picking.with_user(self.clerk).carrier_tracking_ref = "1000-0000-" + B[8:]
        self.assertEqual(picking.ec_parcel_ids.filtered(lambda p: p.state == "active").number, B)
        self.assertFalse(picking.sale_id.ec_mall_told)
        self.assertEqual(self.owed().state, "pending")
        self.assertEqual(self.owed().payload["removed"], [A])
        self.channel.action_push_shipments()
        self.assertEqual(self.told(), [["O-1"], ["O-1"]])
        self.assertTrue(picking.sale_id.ec_mall_told)

    def test_a_deleted_number_is_told_too(self):
        picking = self.ship()
        self.read_file(self.yamato_file((picking.ec_key, A)))
        self.channel.action_push_shipments()
        picking.carrier_tracking_ref = False
        self.assertEqual(self.owed().payload["parcels"], [])
        self.assertEqual(self.owed().payload["removed"], [A])
        self.channel.action_push_shipments()
        self.assertEqual(self.owed().state, "done")
        self.assertFalse(picking.sale_id.ec_mall_told)

    def test_a_later_number_replaces_before_shipping_and_asks_after(self):
        picking = self.ship()
        self.read_file(self.yamato_file((picking.ec_key, A)), validate=False)
        self.assertEqual(picking.state, "assigned")
        wizard = self.read_file(self.yamato_file((picking.ec_key, B)), validate=False)
        self.assertEqual(wizard.line_ids.action, "replace")
        self.assertEqual(picking.carrier_tracking_ref, B)
        self.read_file(self.yamato_file((picking.ec_key, B)))
        wizard = self.read_file(self.yamato_file((picking.ec_key, C)), apply=False)
        self.assertEqual((wizard.line_ids.state, wizard.line_ids.action), ("ask", "skip"))
        wizard.line_ids.action = "add"
        wizard.action_apply()
        self.assertEqual(picking.carrier_tracking_ref, f"{B},{C}")

    def test_a_voided_slip_does_not_come_back_by_itself(self):
        picking = self.ship()
        self.read_file(self.yamato_file((picking.ec_key, A)), validate=False)
        self.read_result(f"{picking.ec_key},,,{A},,取消", validate=False)
        self.assertFalse(picking.carrier_tracking_ref)
        wizard = self.read_file(self.yamato_file((picking.ec_key, A)), apply=False)
        self.assertEqual(wizard.line_ids.state, "ask")

    def test_hostile_files(self):
        for content, word in (
            (b"PK\x03\x04", "Excel"),
            (b"\xff\xff\x80", "Shift_JIS"),
            (b'a,"b\r\n', "line"),
            (b"A,0,0,=1+1\r\n", "formula"),
            (b"", "empty"),
        ):
            with self.assertRaises(UserError) as caught:
                self.read_file(content)
            self.assertIn(word, str(caught.exception))

    def test_a_file_far_too_big(self):
        with self.assertRaises(UserError) as caught:
            self.read_file(bytes(15 * 1024 * 1024))
        self.assertIn("MB", str(caught.exception))

    def test_delivered_and_returned(self):
        one, two = self.ship("A"), self.ship("B")
        (one | two).carrier_id = self.post
        self.read_file(self.history((one, A, "52,01"), (two, B, "52,34")), "japanpost_history")
        self.assertEqual(one.ec_parcel_ids.status, "delivered")
        self.assertEqual(two.ec_parcel_ids.status, "returned")

    def test_an_older_file_takes_nothing_back(self):
        """Yesterday's file read once more says "on its way"; the parcel is where it is."""
        one, two = self.ship("A"), self.ship("B")
        (one | two).carrier_id = self.post
        self.read_file(self.history((one, A, "52,01"), (two, B, "52,34")), "japanpost_history")
        self.read_file(self.history((one, A, "50,01"), (two, B, "13,19")), "japanpost_history")
        self.assertEqual(one.ec_parcel_ids.status, "delivered")
        self.assertEqual(two.ec_parcel_ids.status, "returned")
        self.read_file(self.history((one, A, "52,34")), "japanpost_history")
        self.assertEqual(one.ec_parcel_ids.status, "returned")

    def test_a_file_of_another_carrier_is_asked_about(self):
        """Else the mall would be told the wrong carrier, and the link leads nowhere."""
        picking = self.ship()
        picking.carrier_id = self.sagawa
        wizard = self.read_file(self.yamato_file((picking.ec_key, A)))
        line = wizard.line_ids
        self.assertEqual((line.state, line.action), ("ask", "skip"))
        self.assertIn("Yamato", line.message)
        self.assertFalse(picking.ec_parcel_ids)
        wizard = self.read_file(self.yamato_file((picking.ec_key, A)), apply=False)
        wizard.line_ids.action = "add"
        wizard.action_apply()
        self.assertEqual(picking.ec_parcel_ids.carrier_code, "yamato")
        self.assertEqual(self.owed().payload["parcels"][0]["carrier_code"], "yamato")

    def test_a_number_typed_in_groups_of_four_is_one_number(self):
        picking = self.ship()
        typed = f"{A[:4]} {A[4:8]} {A[8:]}"
        picking.with_user(self.clerk).carrier_tracking_ref = typed
        self.assertEqual(picking.ec_parcel_ids.mapped("number"), [A])
        self.assertEqual(picking.carrier_tracking_ref, A)

    def test_a_mistyped_number_is_said_at_once(self):
        picking = self.ship()
        form = picking.with_user(self.clerk).new(origin=picking)
        for text, said in ((A, False), (f"{A[:-1]}{(int(A[-1]) + 1) % 7}", True), ("123", True)):
            form.carrier_tracking_ref = text
            self.assertEqual(bool(form._onchange_carrier_tracking_ref()), said, text)

    def test_click_post_has_no_key(self):
        picking = self.ship()
        picking.carrier_id = self.env.ref("ec_shipping_jp.carrier_clickpost")
        picking._ec_tick("labelled")
        content = "お届け先郵便番号,お届け先氏名,お問い合わせ番号\r\n100-0001,山田　花子,"
        self.read_file((content + A + "\r\n").encode("cp932"), "clickpost_issued")
        self.assertEqual(picking.carrier_tracking_ref, A)

    def test_click_post_writes_the_name_as_the_label_has_it(self):
        """Company before the name, characters folded; a cancelled delivery waits for nothing."""
        gone, picking = self.ship("A"), self.ship("B")
        (gone | picking).carrier_id = self.env.ref("ec_shipping_jp.carrier_clickpost")
        (gone | picking)._ec_tick("labelled")
        picking.partner_id.write({"name": "髙橋 吉子", "company_name": "㈱見本"})
        gone.partner_id = picking.partner_id
        gone.action_cancel()
        content = (
            "お届け先郵便番号,お届け先氏名,お問い合わせ番号\r\n100-0001,（株）見本 高橋　吉子,"
        )
        self.read_file((content + A + "\r\n").encode("cp932"), "clickpost_issued")
        self.assertEqual(picking.carrier_tracking_ref, A)

    def test_click_post_to_a_person_who_waits_for_two(self):
        buyer = self.order_payload()["buyer"]
        same = {"buyer": buyer, "destinations": [{"ref": "1", "address": buyer}]}
        pickings = self.ship("A", **same) | self.ship("B", **same)
        pickings.carrier_id = self.env.ref("ec_shipping_jp.carrier_clickpost")
        pickings._ec_tick("labelled")
        content = "お届け先郵便番号,お届け先氏名,お問い合わせ番号\r\n100-0001,山田　花子,"
        wizard = self.read_file((content + A + "\r\n").encode("cp932"), "clickpost_issued")
        self.assertIn("Several deliveries", wizard.line_ids.message)
        self.assertFalse(pickings.ec_parcel_ids)

    def test_what_is_not_reserved_is_not_shipped(self):
        picking = self.ship()
        picking.do_unreserve()
        wizard = self.read_file(self.yamato_file((picking.ec_key, A)))
        self.assertEqual(picking.carrier_tracking_ref, A)
        self.assertNotEqual(picking.state, "done")
        self.assertEqual(wizard.line_ids.state, "error")

    def test_partial_deliveries_name_their_lines(self):
        picking = self.ship(
            lines=[self.line("TEA-1", 1100), self.line("RICE-1", 500)],
            tax_summary=self.summary(("0.10", 1600, 145)), buyer_total="1600", total="1600",
        )  # fmt: skip
        rice = picking.move_ids.filtered(lambda m: m.product_id == self.rice)
        rice.quantity = 0
        picking.move_ids.filtered(lambda m: m.product_id == self.tea).picked = True
        picking.carrier_tracking_ref = A
        picking.with_context(skip_backorder=True).button_validate()
        backorder = picking.backorder_ids
        self.assertTrue(backorder.ec_ship_on)
        payload = self.owed().payload
        self.assertEqual(payload["parcels"][0]["lines"], [["product-TEA-1", "1"]])
        self.channel.action_push_shipments()
        backorder.move_ids.quantity = 1
        backorder.carrier_tracking_ref = B
        backorder.move_ids.picked = True
        backorder.button_validate()
        self.assertEqual(len(self.owed().payload["parcels"]), 2)
        self.assertFalse(picking.sale_id.ec_mall_told)
        self.channel.action_push_shipments()
        self.assertEqual(picking.sale_id.ec_stage, "done")

    def test_each_destination_has_its_own_parcel(self):
        first = self.order_payload()["buyer"]
        second = {**first, "name": "鈴木 一郎", "street": "別の町2-2", "phone": "03-1111-1111"}
        order = self.pull(
            self.order_payload(
                destinations=[{"ref": "D1", "address": first}, {"ref": "D2", "address": second}],
                lines=[self.line("TEA-1", 1100), self.line("RICE-1", 500, destination=1)],
                tax_summary=self.summary(("0.10", 1600, 145)), buyer_total="1600", total="1600",
            )
        )  # fmt: skip
        order.ec_check_ids.action_clear()
        self.assertEqual(len(order.picking_ids), 2)
        for picking, number in zip(order.picking_ids.sorted("id"), (A, B), strict=True):
            self.read_file(self.yamato_file((picking.ec_key, number)))
        parcels = self.owed().payload["parcels"]
        self.assertEqual({p["destination_ref"] for p in parcels}, {"D1", "D2"})

    def test_destinations_at_one_address_are_all_told(self):
        """One delivery, one parcel; the mall counts the order as shipped when each of its
        destinations has a row."""
        place = self.order_payload()["buyer"]
        order = self.pull(
            self.order_payload(
                destinations=[{"ref": "D1", "address": place}, {"ref": "D2", "address": place}],
                lines=[self.line("TEA-1", 1100), self.line("RICE-1", 500, destination=1)],
                tax_summary=self.summary(("0.10", 1600, 145)), buyer_total="1600", total="1600",
            )
        )  # fmt: skip
        order.ec_check_ids.action_clear()
        self.assertEqual(len(order.picking_ids), 1)
        self.read_file(self.yamato_file((order.picking_ids.ec_key, A)))
        parcels = self.owed().payload["parcels"]
        told = [(p["destination_ref"], p["tracking_number"]) for p in parcels]
        self.assertEqual(told, [("D1", A), ("D2", A)])

    def test_a_refusal_comes_back_with_the_reason(self):
        picking = self.ship()
        self.read_file(self.yamato_file((picking.ec_key, A)))
        self.fail_with("push_shipments", "data", "rejected")
        self.channel.action_push_shipments()
        self.assertEqual(self.owed().state, "failed")
        self.assertTrue(self.owed().error_message)
        self.assertFalse(picking.sale_id.ec_mall_told)
