"""Buyers are recognised, but two people are never made one."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .order_common import OrderCommon

HANAKO = {
    "name": "山田 花子", "zip": "100-0001", "state_code": "JP-13", "city": "千代田区",
    "street": "千代田1-1", "phone": "03-0000-0000",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestOrderPartner(OrderCommon):
    def buy(self, ref, buyer, *destinations, **changes):
        places = destinations or (buyer,)
        return self.pull(
            self.order_payload(
                ref,
                buyer=buyer,
                destinations=[{"ref": str(n), "address": place} for n, place in enumerate(places)],
                **changes,
            )
        )

    def test_same_buyer_in_other_writing(self):
        first = self.buy("1", HANAKO)
        second = self.buy(
            "2",
            {**HANAKO, "name": "山田　花子", "phone": "０３００００００００", "zip": "〒1000001"},
        )
        third = self.buy("3", {**HANAKO, "phone": None, "street": "千代田１丁目１番"})
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id, third.partner_id)

    def test_namesake_elsewhere_is_somebody_else(self):
        first = self.buy("1", HANAKO)
        second = self.buy("2", {**HANAKO, "phone": "06-1111-1111", "zip": "5300001"})
        self.assertNotEqual(first.partner_id, second.partner_id)

    def test_relay_mail_is_no_identity(self):
        relay = {"email": "x1@relay.example.com", "email_is_relay": True}
        first = self.buy("1", {**HANAKO, **relay})
        other = {**HANAKO, **relay, "name": "佐藤 太郎", "phone": "06-1111-1111"}
        second = self.buy("2", other)
        self.assertNotEqual(first.partner_id, second.partner_id)
        self.assertFalse(first.partner_id.email)
        self.assertEqual(first.ec_buyer_email, "x1@relay.example.com")

    def test_two_orders_of_a_new_buyer_in_one_batch(self):
        payloads = [
            self.order_payload(ref, buyer=HANAKO, destinations=[{"ref": "1", "address": HANAKO}])
            for ref in ("1", "2")
        ]
        orders = self.pull(*payloads)
        self.assertEqual(len(orders.partner_id), 1)

    def test_new_buyer_in_two_writings_in_one_batch(self):
        writings = [
            HANAKO,
            {**HANAKO, "zip": "2200001", "city": "横浜市西区", "street": "1-1"},  # same number
            {**HANAKO, "phone": None, "street": "千代田一丁目1番"},  # same home
            {**HANAKO, "name": "ﾔﾏﾀﾞ ﾊﾅｺ", "kana": "ヤマダ ハナコ"},
        ]
        writings[0] = {**HANAKO, "kana": "やまだ はなこ"}
        payloads = [
            self.order_payload(
                str(number), buyer=buyer, destinations=[{"ref": "1", "address": buyer}]
            )
            for number, buyer in enumerate(writings)
        ]
        orders = self.pull(*payloads)
        self.assertEqual(len(orders.partner_id), 1)
        self.assertEqual(len(orders), 4)
        # Each still goes where this order says.
        self.assertEqual(orders[1].partner_shipping_id.zip, "220-0001")

    def test_two_malls_one_contact(self):
        """One mall has a reading and a number, the other a forwarding address and kana only."""
        other = self.make_channel(name="Other mall")
        first = self.buy("1", {**HANAKO, "kana": "ヤマダ ハナコ"})
        relay = {"email": "abc@relay.example.com", "email_is_relay": True}
        buyer = {**HANAKO, "name": "やまだ　はなこ", "phone": "+81300000000", **relay}
        second = self.pull(
            self.order_payload("1", buyer=buyer, destinations=[{"ref": "1", "address": buyer}]),
            channel=other,
        )
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id.ec_order_count, 2)
        self.assertFalse(first.partner_id.email)

    def test_household_is_not_one_customer(self):
        husband = {**HANAKO, "name": "山田 太郎", "kana": "ヤマダ タロウ"}
        first = self.buy("1", {**HANAKO, "kana": "ヤマダ ハナコ"})
        second = self.buy("2", husband)
        self.assertNotEqual(first.partner_id, second.partner_id)
        gift = self.buy("3", {**HANAKO, "kana": "ヤマダ ハナコ"}, husband)
        self.assertEqual(gift.partner_id, first.partner_id)
        place = gift.partner_shipping_id
        self.assertEqual((place.parent_id, place.type), (first.partner_id, "delivery"))
        self.assertNotEqual(place, second.partner_id)

    def test_readings_that_differ_are_two_people(self):
        first = self.buy("1", {**HANAKO, "kana": "ヤマダ ハナコ"})
        second = self.buy("2", {**HANAKO, "kana": "ヤマダ カコ"})
        third = self.buy("3", HANAKO)
        self.assertNotEqual(first.partner_id, second.partner_id)
        self.assertEqual(third.partner_id, first.partner_id)  # the one known longest

    def test_two_homes_without_house_numbers_are_two_addresses(self):
        quarter = {**HANAKO, "street": "千代田"}
        other = {**quarter, "street": "丸の内"}
        order = self.buy("1", HANAKO, quarter, lines=[self.line("TEA-1", 1100)])
        again = self.buy("2", HANAKO, other, lines=[self.line("TEA-1", 1100)])
        self.assertNotEqual(order.partner_shipping_id, again.partner_shipping_id)

    def test_mark_of_the_customer_stands_on_the_order(self):
        order = self.buy("1", HANAKO)
        order.partner_id.write({"ec_caution": True, "ec_caution_reason": "長期不在が3回"})
        again = self.buy("2", HANAKO, lines=[self.line("RICE-1", 1100)])
        self.assertIn("rule", self.open_codes(again))
        self.assertEqual(again.with_user(self.clerk).ec_caution_reason, "長期不在が3回")

    def caution(self, record, user=None):
        """The dialog a person gets on a contact or an order."""
        context = {"active_model": record._name, "active_id": record.id}
        wizards = self.env["ec.partner.caution"].with_user(user or self.clerk)
        return Form(wizards.with_context(**context))

    def test_clerk_sets_and_takes_off_the_mark(self):
        order = self.buy("1", HANAKO)
        self.assertEqual(order.ec_stage, "ready")
        customer = order.partner_id
        with self.assertRaises(AccessError):
            customer.with_user(self.clerk).write({"ec_caution": True, "ec_caution_reason": "x"})
        dialog = self.caution(order)
        self.assertEqual((dialog.partner_id, dialog.open_order_count), (customer, 1))
        dialog.reason = " 長期不在が3回 "
        dialog.save().action_mark()
        self.assertEqual((customer.ec_caution, customer.ec_caution_reason), (True, "長期不在が3回"))
        # What has not left yet is held back at once.
        self.assertEqual((order.ec_stage, self.open_codes(order)), ("check", ["rule"]))
        again = self.caution(customer)
        self.assertEqual(again.reason, "長期不在が3回")
        again.reason = "返品が続いた"
        again.save().action_mark()
        self.assertEqual(customer.ec_caution_reason, "返品が続いた")
        self.caution(customer).save().action_unmark()
        self.assertEqual((customer.ec_caution, customer.ec_caution_reason), (False, False))
        self.assertEqual((order.ec_stage, self.open_codes(order)), ("ready", []))

    def test_mark_is_for_people_of_the_shops_and_needs_a_reason(self):
        order = self.buy("1", HANAKO)
        with self.assertRaises(ValidationError):
            self.env["ec.partner.caution"].with_user(self.clerk).create(
                {"partner_id": order.partner_id.id, "reason": "  "}
            ).action_mark()
        employee = self._make_user("plain-employee", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["ec.partner.caution"].with_user(employee).create(
                {"partner_id": order.partner_id.id, "reason": "x"}
            )

    def test_clerk_finds_the_caller_by_number_and_reading(self):
        order = self.buy("1", {**HANAKO, "phone": "090-8765-4321", "kana": "ヤマダ ハナコ"})
        orders = self.env["sale.order"].with_user(self.clerk)
        for text in ("09087654321", "090-8765-4321", "8765 4321"):
            found = orders.search([("partner_id.phone_mobile_search", "ilike", text)])
            self.assertIn(order, found, text)
        self.assertIn(order, orders.search([("partner_id.ec_name_kana", "ilike", "ヤマダ")]))

    def test_gift_goes_to_an_address_of_the_buyer(self):
        friend = {**HANAKO, "name": "佐藤 太郎", "phone": "06-1111-1111", "zip": "5300001",
                  "state_code": "JP-27", "city": "大阪市北区"}  # fmt: skip
        order = self.buy("1", HANAKO, friend, is_gift=True)
        place = order.partner_shipping_id
        self.assertEqual((place.type, place.parent_id), ("delivery", order.partner_id))
        self.assertEqual(place.state_id.code, "JP-27")
        self.assertEqual(order.picking_ids.partner_id, place)
        again = self.buy("2", HANAKO, friend, is_gift=True)
        self.assertEqual(again.partner_shipping_id, place)

    def test_moved_buyer_keeps_his_first_address(self):
        self.buy("1", HANAKO)
        moved = {**HANAKO, "zip": "2200001", "city": "横浜市西区", "street": "1-1"}
        order = self.buy("2", moved)
        self.assertEqual(order.partner_id.zip, "100-0001")
        self.assertEqual(order.partner_shipping_id.zip, "220-0001")

    def test_gift_without_address_yet(self):
        waiting = {"name": "入力待ち", "zip": "9999999", "placeholder": True}
        order = self.buy("1", HANAKO, waiting)
        self.assertEqual(self.open_codes(order), ["gift_address_missing"])
        self.assertFalse(self.env["res.partner"].search([("name", "=", "入力待ち")]))
        friend = {**HANAKO, "name": "佐藤 太郎"}
        self.buy("1", HANAKO, friend, updated_at="2026-11-03T10:00:00+09:00")
        self.assertEqual(order.partner_shipping_id.name, "佐藤 太郎")
        self.assertEqual(order.picking_ids.partner_id.name, "佐藤 太郎")
        self.assertFalse(self.open_codes(order))

    def test_buyer_data_withheld(self):
        first, second = self.buy("1", {}), self.buy("2", {})
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id, self.channel.anonymous_partner_id)
        self.assertEqual(self.open_codes(first), ["personal_data_missing"])

    def test_several_destinations_get_a_delivery_each(self):
        friend = {**HANAKO, "name": "佐藤 太郎", "zip": "5300001"}
        order = self.buy(
            "1",
            HANAKO,
            HANAKO,
            friend,
            lines=[self.line("TEA-1", 550), self.line("RICE-1", 550, destination=1)],
        )
        self.assertEqual(self.open_codes(order), ["several_destinations"])
        places = {picking.move_ids.product_id: picking.partner_id for picking in order.picking_ids}
        self.assertEqual(places[self.tea].name, "山田 花子")
        self.assertEqual(places[self.rice].name, "佐藤 太郎")
