"""What the mall changes about buyer and destinations reaches the parcels, or is shown."""

from odoo.tests import tagged

from .order_common import OrderCommon

HANAKO = {
    "name": "山田 花子", "zip": "100-0001", "state_code": "JP-13", "city": "千代田区",
    "street": "千代田1-1", "phone": "03-0000-0000",
}  # fmt: skip
TARO = {**HANAKO, "name": "佐藤 太郎", "zip": "5300001", "state_code": "JP-27",
        "city": "大阪市北区", "street": "梅田1-1", "phone": "06-1111-1111"}  # fmt: skip
LATER = ("2026-11-02T10:00:00+09:00", "2026-11-03T10:00:00+09:00")


@tagged("post_install", "-at_install")
class TestOrderDestination(OrderCommon):
    def two_lines(self, second=1):
        return [self.line("TEA-1", 550), self.line("RICE-1", 550, destination=second)]

    def buy(self, *places, number=0, **changes):
        """An order of tea for the first place and rice for the last one, as of now."""
        values = {
            "buyer": HANAKO,
            "destinations": [{"ref": str(n), "address": place} for n, place in enumerate(places)],
            "lines": self.two_lines(len(places) - 1),
            **changes,
        }
        if number:
            values["updated_at"] = LATER[number - 1]
        return self.pull(self.order_payload("1", **values))

    def places(self, order):
        """{product: street of its parcel} of what has not left."""
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
        return {move.product_id: move.picking_id.partner_id.street for move in moves}

    def shown(self, order, field):
        checks = order.ec_open_check_ids.filtered(lambda c: c.code == "changed_upstream")
        return checks.change_ids.filtered(lambda row: row.field == field)

    # === DESTINATIONS === #

    def test_new_address_of_the_second_destination(self):
        order = self.buy(HANAKO, TARO)
        self.assertEqual(self.places(order), {self.tea: "千代田1-1", self.rice: "梅田1-1"})
        self.buy(HANAKO, {**TARO, "street": "梅田2-2"}, number=1)
        self.assertEqual(self.places(order), {self.tea: "千代田1-1", self.rice: "梅田2-2"})
        self.assertEqual(order.partner_shipping_id.street, "千代田1-1")
        self.assertEqual(len(order.picking_ids), 2)

    def test_new_address_of_the_second_destination_in_work(self):
        order = self.buy(HANAKO, TARO)
        order.picking_ids.printed = True
        self.buy(HANAKO, {**TARO, "street": "梅田2-2"}, number=1)
        self.assertEqual(self.places(order)[self.rice], "梅田1-1")
        change = self.shown(order, "address")
        self.assertIn("梅田1-1", change.old)
        self.assertIn("梅田2-2", change.new)
        change.with_user(self.clerk).action_apply()
        self.assertEqual(self.places(order), {self.tea: "千代田1-1", self.rice: "梅田2-2"})

    def test_after_a_part_has_left_the_rest_goes_to_the_new_address(self):
        order = self.buy(HANAKO, TARO)
        order.ec_check_ids._clear(note="test")
        first = order.picking_ids.filtered(lambda p: p.move_ids.product_id == self.tea)
        first.move_ids.picked = True
        first.button_validate()
        self.buy(HANAKO, {**TARO, "street": "梅田2-2"}, number=1)
        change = self.shown(order, "address")
        self.assertEqual(len(change), 1)
        change.action_apply()
        self.assertEqual((first.state, first.partner_id.street), ("done", "千代田1-1"))
        self.assertEqual(self.places(order), {self.rice: "梅田2-2"})

    def test_one_destination_becomes_two_and_one_again(self):
        order = self.buy(HANAKO)
        self.assertEqual(len(order.picking_ids), 1)
        self.buy(HANAKO, TARO, number=1)
        self.assertEqual(self.places(order), {self.tea: "千代田1-1", self.rice: "梅田1-1"})
        self.assertEqual(len(order.picking_ids), 2)
        self.buy(TARO, number=2)
        self.assertEqual(self.places(order), {self.tea: "梅田1-1", self.rice: "梅田1-1"})

    def test_each_delivery_has_the_gift_wishes_of_its_own_destination(self):
        wishes = ({"noshi": None}, {"noshi": "御中元", "message": "いつもありがとう"})
        places = [
            {"ref": str(n), "address": place, **wish}
            for n, (place, wish) in enumerate(zip((HANAKO, TARO), wishes, strict=True))
        ]
        order = self.buy(HANAKO, TARO, destinations=places, is_gift=True)
        self.assertEqual((order.ec_noshi, order.ec_gift_message), ("御中元", "いつもありがとう"))
        first, second = (
            order.picking_ids.filtered(lambda p, g=goods: p.move_ids.product_id == g)
            for goods in (self.tea, self.rice)
        )
        self.assertEqual((first.ec_noshi, first.ec_gift_message), (False, False))
        self.assertEqual((second.ec_noshi, second.ec_gift_message), ("御中元", "いつもありがとう"))
        places[0]["noshi"] = "内祝"
        self.buy(HANAKO, TARO, number=1, destinations=places, is_gift=True)
        self.assertEqual((first.ec_noshi, second.ec_noshi), ("内祝", "御中元"))
        self.assertEqual(order.ec_noshi, "内祝\n御中元")

    def wished(self, *wishes, number=0):
        """An order of tea for Hanako and rice for Taro, each with a wish: (day, from, until)."""
        names = ("wish_date", "wish_time_from", "wish_time_to")
        places = [
            {"ref": str(n), "address": place, **dict(zip(names, wish, strict=True))}
            for n, (place, wish) in enumerate(zip((HANAKO, TARO), wishes, strict=True))
        ]
        return self.buy(HANAKO, TARO, destinations=places, number=number)

    def parcels(self, order):
        """The deliveries of the tea and of the rice."""
        return [
            order.picking_ids.filtered(lambda p, g=goods: p.move_ids.product_id == g)
            for goods in (self.tea, self.rice)
        ]

    def wishes(self, order):
        return [
            (str(p.ec_wish_date or ""), p.ec_wish_time_from, p.ec_wish_time_to)
            for p in self.parcels(order)
        ]

    def test_each_delivery_has_the_day_of_its_own_destination(self):
        order = self.wished(("2026-12-24", 14, 16), ("2026-12-20", None, None))
        self.assertEqual(self.wishes(order), [("2026-12-24", 14, 16), ("2026-12-20", 0, 0)])
        self.assertEqual(str(order.ec_wish_date), "2026-12-20", "the first day of all")
        self.assertIn("2026/12/24", order.ec_wish)
        self.assertIn("2026/12/20", order.ec_wish)
        tea, rice = self.parcels(order)
        self.assertIn("2026/12/24", tea.ec_wish)
        self.assertNotIn("2026/12/20", tea.ec_wish)
        self.assertEqual(rice.ec_wish, "2026/12/20")
        self.wished(("2026-12-25", 14, 16), (None, None, None), number=1)
        self.assertEqual(self.wishes(order), [("2026-12-25", 14, 16), ("", 0, 0)])

    def test_the_same_wish_everywhere_is_the_orders(self):
        order = self.wished(("2026-12-24", 14, 16), ("2026-12-24", 14, 16))
        self.assertFalse(order.ec_place_facts)
        order.ec_wish_date = "2026-12-26"
        self.assertEqual(self.wishes(order), [("2026-12-26", 14, 16)] * 2)

    def test_a_day_agreed_on_for_one_destination_leaves_the_others(self):
        order = self.wished(("2026-12-24", 14, 16), ("2026-12-24", 14, 16))
        tea, rice = self.parcels(order)
        rice.with_user(self.clerk).ec_wish_date = "2026-12-28"
        self.assertEqual(self.wishes(order), [("2026-12-24", 14, 16), ("2026-12-28", 14, 16)])
        rice.ec_wish_date = False
        self.assertEqual(self.wishes(order), [("2026-12-24", 14, 16), ("", 14, 16)])
        order.ec_wish_date = "2026-12-30"
        self.assertEqual({day for day, *_hours in self.wishes(order)}, {"2026-12-30"})

    def test_the_day_of_an_order_with_one_destination_is_the_orders(self):
        order = self.buy(HANAKO, wish_date="2026-12-24")
        order.picking_ids.ec_wish_date = "2026-12-25"
        self.assertEqual(str(order.ec_wish_date), "2026-12-25")
        self.assertFalse(order.ec_place_facts)

    # === BUYER === #

    def test_corrected_contact_is_neither_doubled_nor_undone(self):
        order = self.buy(HANAKO, TARO)
        buyer, rice = order.partner_id, order.order_line[1].ec_destination_id
        buyer.write({"name": "山田 華子", "street": "千代田1-1-1"})
        rice.street = "梅田1-1 見本ビル"
        count = self.env["res.partner"].search_count([])
        for number in (1, 2):
            self.buy(HANAKO, TARO, number=number, remarks=f"変更{number}")
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        self.assertEqual((order.partner_id, order.partner_shipping_id), (buyer, buyer))
        self.assertEqual(self.places(order)[self.rice], "梅田1-1 見本ビル")

    def test_another_buyer_is_taken_over(self):
        order = self.buy(HANAKO)
        self.buy(HANAKO, number=1, buyer=TARO)
        self.assertEqual(order.partner_id.name, "佐藤 太郎")
        self.assertEqual(order.partner_invoice_id, order.partner_id)
        self.assertEqual(self.places(order)[self.tea], "千代田1-1")
        self.assertEqual(order.amount_total, 1100)

    def test_another_buyer_is_shown_when_papers_are_out(self):
        order = self.buy(HANAKO)
        order.picking_ids.printed = True
        self.buy(HANAKO, number=1, buyer=TARO)
        self.assertEqual(order.partner_id.name, "山田 花子")
        change = self.shown(order, "buyer")
        self.assertEqual(("山田" in change.old, "佐藤" in change.new), (True, True))

    def test_data_that_was_withheld_first(self):
        order = self.buy({}, buyer={})
        self.assertEqual(order.partner_id, self.channel.anonymous_partner_id)
        self.buy(HANAKO, number=1)
        self.assertEqual(order.partner_id.name, "山田 花子")
        self.assertEqual(self.places(order)[self.tea], "千代田1-1")
        self.assertFalse(order.ec_open_check_ids)

    # === PAPERS === #

    def test_amounts_on_a_draft_invoice_are_not_changed_behind_it(self):
        order = self.buy(HANAKO)
        (self.tea | self.rice).invoice_policy = "order"
        draft = order._create_invoices()
        lines = [self.line("TEA-1", 660), self.line("RICE-1", 550)]
        self.buy(HANAKO, number=1, lines=lines, buyer_total="1210", total="1210",
                 tax_summary=self.summary(("0.10", 1210, 110)))  # fmt: skip
        self.assertEqual((order.amount_total, draft.amount_total), (1100, 1100))
        self.assertTrue(self.shown(order, "total"))
