"""Every order once, whole, whatever the mall sends; nothing is dropped, nothing invented."""

from unittest.mock import patch

from lxml import etree
from psycopg2 import IntegrityError

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .order_common import OrderCommon

LATER = "2026-11-02T10:00:00+09:00"


@tagged("post_install", "-at_install")
class TestOrderImport(OrderCommon):
    def test_ordinary_order(self):
        order = self.pull(
            self.order_payload(
                wish_date="2099-11-10", wish_time_from=14, wish_time_to=16, is_gift=True,
                remarks="玄関前にお願いします", payment_state="paid",
            )
        )  # fmt: skip
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.client_order_ref, "O-1")
        self.assertEqual(order.partner_id.name, "山田 花子")
        self.assertEqual(order.partner_id.state_id.code, "JP-13")
        self.assertEqual(order.partner_id.zip, "100-0001")
        self.assertEqual(order.partner_shipping_id, order.partner_id)
        self.assertEqual(str(order.date_order), "2026-11-01 01:00:00")
        self.assertEqual(order.order_line.product_id, self.tea)
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(order.ec_payment_role, "card")
        self.assertEqual((order.ec_wish_time_from, order.ec_wish_time_to), (14, 16))
        self.assertEqual(self.open_codes(order), ["gift", "remarks"])
        self.assertEqual(self.exchange("O-1").state, "done")
        self.assertEqual(self.exchange("O-1").res_id, order.id)
        self.assertNotIn("花子", "".join(order.message_ids.mapped("body")))

    def test_twice_is_once(self):
        payload = self.order_payload()
        order = self.pull(payload)
        before = (order.write_date, len(order.order_line), len(order.picking_ids))
        self.channel._set_cursor("pull_orders", {})
        self.assertEqual(self.pull(payload), order)
        self.exchange("O-1")._requeue()
        self.channel.action_process_exchanges()
        order.invalidate_recordset()
        self.assertEqual((order.write_date, len(order.order_line), len(order.picking_ids)), before)
        self.assertEqual(len(self.orders(["O-1"])), 1)

    def test_same_number_in_two_shops(self):
        other = self.make_channel(name="Second")
        first, second = (
            self.pull(self.order_payload()),
            self.pull(self.order_payload(), channel=other),
        )
        self.assertNotEqual(first, second)
        self.assertEqual(first.name, "O-1")
        self.assertNotEqual(second.name, "O-1")
        self.assertEqual(second.client_order_ref, "O-1")

    def test_one_bad_document_stops_nobody(self):
        bad = self.order_payload("BAD", ordered_at="yesterday")
        orders = self.pull(self.order_payload("A-1"), bad, self.order_payload("A-2"))
        self.assertEqual(orders.mapped("ec_order_ref"), ["A-1", "A-2"])
        self.assertEqual(self.exchange("BAD").state, "failed")
        self.assertEqual(self.exchange("BAD").error_kind, "data")

    def test_one_that_breaks_the_batch_stops_nobody(self):
        model = self.registry["sale.order"]
        original = model.create

        def create(records, vals_list):
            if any(vals.get("ec_order_ref") == "A-2" for vals in vals_list):
                raise ValueError("A-2 cannot be created")
            return original(records, vals_list)

        logger = "odoo.addons.ec_unified.models.ec_exchange_process"
        with patch.object(model, "create", create), mute_logger(logger):
            orders = self.pull(*(self.order_payload(f"A-{n}") for n in range(5)))
        self.assertEqual(orders.mapped("ec_order_ref"), ["A-0", "A-1", "A-3", "A-4"])
        self.assertEqual(self.exchange("A-2").error_kind, "bug")
        self.exchange("A-2")._requeue()
        self.channel.action_process_exchanges()
        self.assertEqual(len(self.orders(["A-2"])), 1)

    def test_older_version_never_wins(self):
        order = self.pull(self.order_payload(updated_at=LATER, payment_state="paid"))
        exchange = self.exchange("O-1")
        old = self.channel._adapter()._parse_order(
            self.channel, self.order_payload(payment_state="unpaid")
        )
        outcome = self.env["ec.order.import"]._import_batch(self.channel, [(exchange, old)])
        self.assertEqual(outcome[0].order, order)
        self.assertEqual(order.ec_payment_state, "paid")

    def test_ignored_with_a_note(self):
        self.channel.import_from = "2026-11-01 00:00:00"
        orders = self.pull(
            self.order_payload("OLD", ordered_at="2026-10-31T23:00:00+09:00"),
            self.order_payload("TEST", is_test=True),
        )
        self.assertFalse(orders)
        for ref in ("OLD", "TEST"):
            self.assertEqual(self.exchange(ref).state, "ignored")
            self.assertTrue(self.exchange(ref).ignore_reason)

    def test_beginning_earlier_brings_in_what_was_left_out(self):
        self.channel.import_from = "2026-11-01 00:00:00"
        for ref in ("OLD", "NO"):
            self.pull(self.order_payload(ref, ordered_at="2026-10-31T23:00:00+09:00"))
        self.exchange("NO").with_user(self.clerk)._ignore("taken by telephone")
        self.assertTrue(self.channel._get_cursor("pull_orders"))
        self.channel.import_from = "2026-11-02 00:00:00"
        self.assertEqual(self.exchange("OLD").state, "ignored", "later: nothing to fetch")
        self.channel.import_from = "2026-10-01 00:00:00"
        self.assertFalse(self.channel._get_cursor("pull_orders"), "the mall's list once more")
        self.channel.action_pull_orders()
        self.assertEqual(self.orders(["OLD", "NO"]).mapped("ec_order_ref"), ["OLD"])

    def test_unknown_item_waits_and_is_taken_over(self):
        order = self.pull(self.order_payload(lines=[self.line("NEW-1", 550, quantity=2)]))
        self.assertEqual(order.amount_total, 1100)
        self.assertEqual(order.order_line.product_id, self.env.ref("ec_unified.product_unknown"))
        self.assertEqual(self.open_codes(order), ["unknown_sku"])
        self.assertFalse(order.picking_ids)
        product = self.make_product("NEW-1")
        self.exchange("O-1")._requeue()
        self.channel.action_process_exchanges()
        self.assertEqual(order.order_line.product_id, product)
        self.assertEqual(order.amount_total, 1100)
        self.assertEqual(order.picking_ids.move_ids.quantity, 2)
        self.assertEqual((self.open_codes(order), order.ec_stage), ([], "ready"))

    def test_code_of_two_products(self):
        self.make_product("TEA-1")
        order = self.pull(self.order_payload())
        self.assertEqual(self.open_codes(order), ["duplicate_sku"])

    def test_unknown_payment_is_assigned_later(self):
        order = self.pull(self.order_payload(payment_code="99", payment_label="新しい払い方"))
        self.assertEqual(self.open_codes(order), ["unknown_payment"])
        mapping = self.env["ec.mapping"].search([("mall_value", "=", "99")])
        mapping.payment_method_role = "konbini"
        self.channel.action_process_exchanges()
        self.assertEqual(order.ec_payment_role, "konbini")
        self.assertFalse(self.open_codes(order))

    def test_a_name_of_its_own_for_cash_on_delivery(self):
        """What a shop calls it is known by the assignment only; then nobody waits for money."""
        order = self.pull(
            self.order_payload(payment_code="99", payment_label="着払い", payment_state="unpaid")
        )
        self.assertEqual(order.ec_payment_state, "unpaid")
        mapping = self.env["ec.mapping"].search([("mall_value", "=", "99")])
        mapping.payment_method_role = "cod"
        self.channel.action_process_exchanges()
        self.assertEqual((order.ec_payment_state, order.ec_stage), ("cod", "ready"))

    def test_cancelled_before_it_arrives(self):
        order = self.pull(self.order_payload(cancelled=True))
        self.assertEqual((order.state, order.ec_stage), ("cancel", "cancel"))
        self.assertFalse(order.picking_ids)
        self.assertEqual(order.amount_total, 1100)

    def test_cancelled_at_the_mall(self):
        order = self.pull(self.order_payload())
        self.pull(self.order_payload(cancelled=True, updated_at=LATER))
        self.assertEqual(order.ec_stage, "cancel")
        self.assertEqual(order.picking_ids.state, "cancel")
        self.assertEqual(self.tea.free_qty, 100)

    def test_cancelled_after_shipping_needs_a_person(self):
        order = self.pull(self.order_payload())
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        self.pull(self.order_payload(cancelled=True, updated_at=LATER))
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.open_codes(order), ["cancel_requested"])

    def test_quantity_changed_at_the_mall(self):
        order = self.pull(self.mixed_order())
        changed = self.order_payload(
            "M-1",
            lines=[self.line("TEA-1", 8235), self.line("RICE-1", 333, "0.08", 1)],
            tax_summary=self.summary(("0.10", 8235, 748), ("0.08", 333, 24)),
            buyer_total="8568",
            total="8568",
            updated_at=LATER,
        )
        self.pull(changed)
        self.assertEqual(order.amount_total, 8568)
        self.assertEqual(self.rice.free_qty, 99)
        order.picking_ids.printed = True
        self.pull({**self.mixed_order(), "updated_at": "2026-11-03T10:00:00+09:00"})
        self.assertEqual(order.amount_total, 8568, "somebody is packing it")
        self.assertEqual(self.open_codes(order), ["changed_upstream"])

    def test_correction_of_a_clerk_stays(self):
        payload = self.order_payload(wish_date="2026-11-10")
        order = self.pull(payload)
        other = order.partner_id.copy({"name": "正しい 住所"})
        order.write({"ec_wish_date": "2026-11-12", "partner_shipping_id": other.id})
        self.pull({**payload, "mall_status": "200", "updated_at": LATER})
        self.assertEqual(order.ec_mall_status, "200")
        self.assertEqual(str(order.ec_wish_date), "2026-11-12")
        self.assertEqual(order.partner_shipping_id, other)
        self.pull({**payload, "wish_date": None, "updated_at": "2026-11-03T10:00:00+09:00"})
        self.assertFalse(order.ec_wish_date, "the buyer gave it up")

    def test_no_second_order_by_any_way(self):
        order = self.pull(self.order_payload())
        values = {"partner_id": order.partner_id.id, "ec_channel_id": self.channel.id}
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                self.env["sale.order"].create({**values, "ec_order_ref": "O-1"})
        self.assertFalse(order.copy().ec_order_ref)

    def test_already_shipped_at_the_mall(self):
        order = self.pull(
            self.order_payload(shipments=[{"ref": "1", "tracking_number": "4000-1234-5675"}])
        )
        self.assertEqual(self.open_codes(order), ["shipped_upstream"])

    def test_history_arrives_closed_and_moves_nothing(self):
        payload = self.order_payload(shipped=True)
        order = self.pull(payload)
        self.assertEqual((order.state, order.ec_stage), ("sale", "done"))
        self.assertFalse(order.picking_ids)
        self.assertFalse(self.open_codes(order))
        self.pull({**payload, "remarks": "again", "updated_at": "2026-11-04T10:00:00+09:00"})
        self.assertFalse(order.picking_ids)
        self.assertFalse(self.open_codes(order), "it has left: no wish can be met any more")

    def test_shipped_at_the_mall_without_us(self):
        payload = self.order_payload()
        order = self.pull(payload)
        self.pull({**payload, "shipped": True, "updated_at": "2026-11-04T10:00:00+09:00"})
        self.assertEqual(self.open_codes(order), ["shipped_upstream"])
        self.assertTrue(order.picking_ids, "the goods are still here for us")

    def test_salesman_without_our_roles_may_read_the_order(self):
        order = self.pull(self.order_payload(remarks="x"))
        salesman = new_test_user(
            self.env, "plain-sales", "sales_team.group_sale_salesman_all_leads"
        )
        view = self.env["sale.order"].with_user(salesman).get_view(view_type="form")
        names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
        known = [n for n in names if n in order._fields and n.startswith("ec_")]
        spec = {name: {"fields": {"display_name": {}}} for name in known}
        self.assertTrue(order.with_user(salesman).web_read(spec))

    def test_confirmation_is_owed_once(self):
        self.pull(self.order_payload(needs_confirm=True))
        owed = self.env["ec.exchange"].search(
            [("kind", "=", "confirm"), ("external_ref", "=", "O-1")]
        )
        self.assertEqual(len(owed), 1)
        self.channel.action_process_exchanges()
        self.assertEqual(owed.state, "done")
        self.assertIn(["confirm", ["O-1"]], self.channel.fake_calls)

    def test_queries_do_not_grow_with_the_batch(self):
        self.pull(self.order_payload("W-0"))
        counts = []
        for size, prefix in ((10, "X"), (40, "Y")):
            payloads = [self._order_of_somebody(f"{prefix}-{n}") for n in range(size)]
            for payload in payloads:
                self.channel._fake_put_order(payload)
            start = self.env.cr.sql_log_count
            self.channel.action_pull_orders()
            counts.append((self.env.cr.sql_log_count - start) / size)
            self.assertEqual(len(self.orders(p["ref"] for p in payloads)), size)
        self.assertLess(counts[1], counts[0], counts)

    def _order_of_somebody(self, ref):
        address = {"name": f"試験 {ref}", "zip": "1000001", "state_code": "JP-13",
                   "city": "千代田区", "street": f"千代田 {ref}"}  # fmt: skip
        return self.order_payload(
            ref, buyer=address, destinations=[{"ref": "1", "address": address}]
        )
