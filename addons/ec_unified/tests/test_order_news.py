"""What comes to be known of an order after it was received: at the mall, or here."""

from odoo.tests import tagged

from .order_common import OrderCommon


@tagged("post_install", "-at_install")
class TestOrderNews(OrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        service = cls.env["product.product"].create({"name": "Carriage", "type": "service"})
        cls.parcel, cls.letter = cls.env["delivery.carrier"].create(
            [{"name": name, "product_id": service.id} for name in ("Parcel", "Letter")]
        )

    def again(self, day, **changes):
        """The mall says this of the order on another day."""
        news = {"ref": "O-1", "updated_at": f"2026-11-{day:02}T10:00:00+09:00", **changes}
        return self.pull(self.order_payload(**news))

    def changes(self, order):
        """{what: (here, at the mall)} of the open check."""
        check = order.ec_open_check_ids.filtered(lambda row: row.code == "changed_upstream")
        return {change.field: (change.old, change.new) for change in check.change_ids}

    def labels(self, name, *keys):
        """These values of a field of orders in the words of whoever looks after the shop."""
        field = self.env["sale.order"]._fields[name]
        words = dict(field._description_selection(self.channel._working().env))
        return tuple(words[key] for key in keys)

    def carriers(self, order):
        return order.carrier_id, order.picking_ids.carrier_id

    # === DELIVERY METHOD === #

    def assign(self, value, carrier):
        mapping = self.env["ec.mapping"].search(
            [("mall_value", "=", value), ("channel_id", "=", self.channel.id)]
        )
        mapping.with_user(self.clerk).carrier_id = carrier
        self.channel.action_process_exchanges()

    def method(self, value):
        return {"delivery_code": value, "delivery_label": value}

    def test_carrier_assigned_later_reaches_the_orders_that_wait(self):
        order = self.pull(self.order_payload(**self.method("宅配便")))
        self.assertFalse(order.carrier_id)
        order.picking_ids.carrier_id = False
        self.assign("宅配便", self.parcel)
        self.assertEqual(order.carrier_id, self.parcel)
        self.assertEqual(order.picking_ids.carrier_id, self.parcel)

    def test_carrier_chosen_by_a_person_stays(self):
        order = self.pull(self.order_payload(**self.method("宅配便")))
        order.picking_ids.carrier_id = self.letter
        self.assign("宅配便", self.parcel)
        self.assertEqual(order.picking_ids.carrier_id, self.letter)
        self.again(2, **self.method("宅配便"), remarks="x")
        self.assertEqual(order.picking_ids.carrier_id, self.letter)

    def test_another_delivery_method_at_the_mall(self):
        self.pull(self.order_payload("O-0", **self.method("宅配便")))
        self.assign("宅配便", self.parcel)
        self.pull(self.order_payload("O-9", **self.method("メール便")))
        self.assign("メール便", self.letter)
        order = self.pull(self.order_payload(**self.method("宅配便")))
        order.picking_ids.carrier_id = order.carrier_id
        self.again(2, **self.method("メール便"))
        self.assertEqual(self.carriers(order), (self.letter, self.letter))
        order.picking_ids.printed = True
        self.again(3, **self.method("宅配便"))
        self.assertEqual(self.carriers(order), (self.letter, self.letter))
        self.assertEqual(self.changes(order), {"delivery": ("Letter", "Parcel")})

    # === PAYMENT === #

    def test_corrected_assignment_of_a_payment_reaches_open_orders(self):
        unpaid = {"payment_code": "77", "payment_label": "後で", "payment_state": "unpaid"}
        order = self.pull(self.order_payload(**unpaid))
        mapping = self.env["ec.mapping"].search([("mall_value", "=", "77")])
        mapping.payment_method_role = "cod"
        self.channel.action_process_exchanges()
        self.assertEqual((order.ec_payment_state, order.ec_stage), ("cod", "ready"))
        # It was a bank transfer after all.
        mapping.with_user(self.clerk).payment_method_role = "bank"
        self.channel.action_process_exchanges()
        self.assertEqual(order.ec_payment_role, "bank")
        self.assertEqual((order.ec_payment_state, order.ec_stage), ("unpaid", "payment"))

    def test_cash_on_delivery_that_became_a_card_while_the_label_is_out(self):
        order = self.pull(self.order_payload(payment_code="2", payment_state="cod"))
        order.picking_ids.printed = True
        self.again(2, payment_state="authorized")
        self.assertEqual(order.ec_stage, "check")
        self.assertEqual(
            self.changes(order), {"payment": self.labels("ec_payment_role", "cod", "card")}
        )

    def test_money_that_is_no_longer_sure_holds_the_parcel(self):
        order = self.pull(self.order_payload())
        order.picking_ids.printed = True
        self.again(2, payment_state="failed")
        self.assertEqual(order.ec_stage, "check")
        self.assertEqual(
            self.changes(order),
            {"payment": self.labels("ec_payment_state", "authorized", "failed")},
        )

    def test_points_used_later_lower_what_is_paid_at_the_door(self):
        order = self.pull(self.order_payload(payment_code="2", payment_state="cod"))
        order.picking_ids.printed = True
        points = {"payment_code": "2", "payment_state": "cod", "points": "100"}
        self.again(2, buyer_total="1000", **points)
        self.assertEqual(self.changes(order), {"collect": ("1,100", "1,000")})
        order.ec_open_check_ids.action_clear()
        self.again(3, buyer_total="1000", **points, mall_status="later")
        self.assertFalse(self.open_codes(order), "told once")

    def test_payment_of_an_order_nobody_works_on_is_simply_taken_over(self):
        order = self.pull(self.order_payload(payment_code="2", payment_state="cod"))
        self.again(2)
        self.assertEqual((order.ec_payment_role, order.ec_stage), ("card", "ready"))
        self.assertFalse(self.open_codes(order))

    def test_payment_after_everything_has_left_is_no_check(self):
        order = self.pull(self.order_payload(payment_code="2", payment_state="cod"))
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self.again(2, payment_code="2", payment_state="paid")
        self.assertFalse(self.open_codes(order))

    def test_deposit_and_the_rest_on_delivery(self):
        part = {"payment_code": "2", "payment_state": "partial"}
        order = self.pull(self.order_payload(**part, received="300"))
        self.assertEqual((order.ec_payment_state, order.ec_stage), ("cod", "ready"))
        self.assertEqual((order.ec_received, order._ec_left_to_pay()), (300, 800))
        unknown = self.pull(self.order_payload("O-2", **part))
        self.assertEqual(unknown.ec_stage, "payment", "what is to be collected is not known")

    def test_deposit_and_the_rest_by_bank_waits(self):
        part = {"payment_code": "3", "payment_state": "partial", "received": "300"}
        order = self.pull(self.order_payload(**part))
        self.assertEqual((order.ec_stage, order._ec_left_to_pay()), ("payment", 800))
        order.with_user(self.clerk).action_ec_mark_paid()
        self.again(2, **part)
        self.assertEqual((order.ec_stage, order.ec_received), ("ready", 0))

    def test_nothing_to_pay_waits_for_nothing(self):
        free = {
            "lines": [self.line("TEA-1", 0, ref="1")], "tax_summary": [], "buyer_total": "0",
            "total": "0", "payment_code": "3", "payment_state": "unpaid",
        }  # fmt: skip
        order = self.pull(self.order_payload(**free))
        self.assertEqual((order.amount_total, order.ec_stage), (0, "ready"))
        undecided = self.pull(self.order_payload("O-2", **free, undecided=True))
        self.assertEqual(undecided.ec_payment_state, "unpaid")

    # === CANCELLED === #

    def test_cancel_while_the_parcel_is_being_prepared_asks_to_stop_it(self):
        order, other = self.pull(self.order_payload(), self.order_payload("O-2"))
        order.picking_ids.printed = True
        for ref in ("O-1", "O-2"):
            self.again(2, ref=ref, cancelled=True)
        self.assertEqual((order.state, order.picking_ids.state), ("cancel", "cancel"))
        self.assertEqual((self.open_codes(order), order.ec_stage), (["cancel_requested"], "check"))
        self.assertEqual((self.open_codes(other), other.ec_stage), ([], "cancel"))
        self.again(3, cancelled=True, mall_status="900")
        self.assertEqual(order.ec_stage, "check", "until a person has looked")
        order.ec_open_check_ids.with_user(self.clerk).action_clear()
        self.assertEqual(order.ec_stage, "cancel")
        self.again(4, cancelled=True, mall_status="901")
        self.assertEqual(order.ec_stage, "cancel")

    # === TEXTS === #

    def test_remarks_that_changed_are_read_again(self):
        order = self.pull(self.order_payload(remarks="玄関前に置いてください"))
        order.ec_open_check_ids.with_user(self.clerk).action_clear()
        self.again(2, remarks="玄関前に置いてください", mall_status="paid")
        self.assertEqual(order.ec_stage, "ready", "read already")
        self.again(3, remarks="必ず電話してから届けてください")
        self.assertEqual((self.open_codes(order), order.ec_stage), (["remarks"], "check"))
        self.assertEqual(order.ec_remarks, "必ず電話してから届けてください")

    # === GOODS === #

    def substituted(self):
        """An order of two lines; for the tea somebody chose rice."""
        lines = [self.line("TEA-1", 1100, ref="1"), self.line("RICE-1", 500, ref="2")]
        order = self.pull(self.two_lines(1, lines))
        line = order.order_line.filtered(lambda row: row.product_id == self.tea)
        wizard = self.env["ec.order.short"].create(
            {
                "order_id": order.id, "choice": "substitute", "line_id": line.id,
                "substitute_id": self.make_product("CAKE-1").id,
            }
        )  # fmt: skip
        wizard.action_apply()
        return order, lines

    def two_lines(self, day, lines):
        total = sum(int(float(line["amount"])) for line in lines)
        return self.order_payload(
            lines=lines, tax_summary=[], buyer_total=str(total), total=str(total),
            updated_at=f"2026-11-{day:02}T10:00:00+09:00",
        )  # fmt: skip

    def test_substitute_chosen_here_is_no_news_of_the_mall(self):
        order, lines = self.substituted()
        lines[1] = self.line("RICE-1", 500, quantity=2, ref="2")
        self.pull(self.two_lines(2, lines))
        self.assertEqual(order.amount_total, 2100)
        self.assertFalse(self.open_codes(order))

    def test_another_quantity_of_what_was_substituted_is_shown(self):
        order, lines = self.substituted()
        lines[0] = self.line("TEA-1", 1100, quantity=3, ref="1")
        self.pull(self.two_lines(2, lines))
        self.assertIn("changed_upstream", self.open_codes(order))
        old, new = self.changes(order)["line"]
        self.assertEqual(old, "1 × 1,100")
        self.assertIn("3 × 1,100", new)

    def test_item_matched_with_another_product_is_looked_at_in_open_orders(self):
        listing = self.env["ec.listing"].create({"channel_id": self.channel.id, "ref": "item"})
        sku = self.env["ec.listing.sku"].create(
            {"listing_id": listing.id, "ref": "TEA-1", "sku_code": "TEA-1",
             "product_id": self.rice.id}
        )  # fmt: skip
        goods = {"lines": [self.line("TEA-1", 1100, item_ref="item")]}
        order, gone = (self.pull(self.order_payload(ref, **goods)) for ref in ("O-1", "O-2"))
        self.assertEqual(order.order_line.product_id, self.rice)
        gone.picking_ids.move_ids.picked = True
        gone.picking_ids.button_validate()
        sku.with_user(self.clerk).product_id = self.tea
        self.assertEqual((self.open_codes(order), self.open_codes(gone)), (["other"], []))
        self.assertIn("Tea-1", order.ec_open_check_ids.detail)
        self.assertEqual(order.ec_stage, "check")

    # === CONFIRMING === #

    def test_an_order_cancelled_here_is_not_confirmed_at_the_mall(self):
        waiting = {"needs_confirm": True, "flags": [{"code": "mall_checking"}]}
        order = self.pull(self.order_payload(**waiting))
        order._action_cancel()
        self.again(2, needs_confirm=True)
        self.assertFalse(order._ec_owes("confirm"))
